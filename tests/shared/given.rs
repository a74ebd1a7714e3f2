//! A log that was kept apart is given to a server that others use.

use super::backend::{Backend, synced};
use crate::cli::house::House;

#[test]
fn an_incident_that_gets_another_number_is_told_of() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    client.done("declare first --severity P3");
    let apart = House::declared();
    let file = apart.path().join(".local/share/warroom/local.db");

    let said = client.done(&format!("attach {}", file.display()));

    let told = said.err.matches("INC-1 is INC-2 from now on").count();
    assert_eq!(told, 1, "{said:?}");
    assert!(client.done("list").out.contains("INC-2"));
    let again = client.done(&format!("attach {}", file.display()));
    assert!(again.err.contains("0 entries given"), "{again:?}");
}

#[test]
fn a_part_of_a_log_and_then_all_of_it_are_given_to_a_server() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    let apart = House::new();
    apart.done("declare down --severity P3 --as grace");
    let [part, whole] = ["part.db", "whole.db"].map(|name| apart.path().join(name));
    apart.done(&format!("backup {}", part.display()));
    apart.done("note later");
    apart.done(&format!("backup {}", whole.display()));
    client.done(&format!("attach {}", part.display()));
    synced(&client);

    let said = client.done(&format!("attach {}", whole.display()));

    assert!(said.err.contains("1 entry given"), "{said:?}");
    let log = backend.agree(&[client]);
    assert_eq!(log.lines().count(), 2, "{log}");
}
