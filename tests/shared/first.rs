//! The first time a client wants to reach its server.

use std::io::{BufRead as _, BufReader};

use serde_json::{Value, json};

use super::backend::{Backend, synced};
use crate::cli::{
    apart::in_turn,
    house::{House, said},
};

/// What was set in another house, each time on another copy of its log, which
/// had all that came before.
fn history() -> Vec<String> {
    let house = House::declared();
    for text in ["payments fail", "cards fail", "all cards fail"] {
        assert_eq!(house.run(["describe", "--title", text]).code, 0);
    }
    in_turn(&house.done("export").out)
}

#[test]
fn a_history_that_is_told_to_a_copy_is_at_odds_with_nothing() {
    let mut backend = Backend::on_a_file();
    let [ada, bo] = ["ada", "bo"].map(|who| backend.client(who));
    let history = history();
    backend.start();
    ada.done("declare down --severity P2");
    // The server has some of it, and more, and this copy does not know.
    bo.feed(["import", "-"], history[..2].concat().as_bytes());
    bo.done("note elsewhere --incident 1");
    synced(&bo);
    backend.kill();

    let said = ada.feed(["import", "-"], history.concat().as_bytes());

    assert_eq!(said.code, 0, "{said:?}");
    let odds = |house: &House| -> Vec<Value> {
        let status = house.json("status");
        let incidents = status["incidents"].as_array().unwrap().iter();
        incidents
            .flat_map(|one| one["conflicts"].as_array().unwrap().clone())
            .collect()
    };
    assert_eq!(odds(&ada), [json!(null); 0]);
    backend.start();
    synced(&ada);
    let standing = ada.json("sync");
    assert_eq!(odds(&ada), [json!(null); 0], "{standing}");
    let log = backend.agree(&[ada, bo]);
    assert_eq!(log.lines().count(), 2 + history.len(), "{log}");
}

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
