//! The first time a client wants to reach its server.

use super::backend::{Backend, synced};

#[test]
fn what_is_recorded_before_the_server_was_ever_reached_gets_there() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");

    let said = client.done("declare down --severity P2");
    client.done("note first");
    assert!(said.err.contains("offline"), "{said:?}");
    backend.start();
    synced(&client);

    let log = backend.agree(&[client]);
    assert!(log.contains(r#""text":"first""#), "{log}");
}
