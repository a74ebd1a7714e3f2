//! The first time a client wants to reach its server.

use std::io::{BufRead as _, BufReader};

use super::backend::{Backend, synced};
use crate::cli::house::said;

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

#[test]
fn sync_waits_for_a_server_that_is_not_there_yet() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    client.done("declare down --severity P2");
    let mut waits = client.command(["sync", "--wait", "30s"]);
    waits.env("WARROOM_LOG", "info");
    let mut waits = waits.spawn().unwrap();
    let mut log = BufReader::new(waits.stderr.take().unwrap()).lines();
    assert!(
        log.any(|line| line.unwrap().contains("not there yet")),
        "it gave up"
    );

    backend.start();

    let said = said(waits.wait_with_output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    backend.agree(&[client]);
}
