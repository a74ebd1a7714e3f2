//! Clients that are odd: with a wrong clock, and with a twin.

use std::process::Command;

use chrono::TimeDelta;
use serde_json::Value;
use warroom::clock::Clock;

use super::backend::{Backend, synced};
use crate::cli::house::House;

fn entries(log: &str) -> Vec<Value> {
    log.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn texts(log: &str) -> Vec<String> {
    let texts = entries(log).into_iter();
    texts
        .filter_map(|entry| Some(entry["body"]["text"].as_str()?.to_owned()))
        .collect()
}

#[test]
fn a_clock_forty_minutes_wrong_rejects_nothing_and_changes_no_order() {
    for minutes in [40, -40] {
        let mut backend = Backend::on_a_file();
        let [right, wrong] = ["ada", "bo"].map(|who| backend.client(who));
        backend.start();
        right.done("declare down --severity P2");
        let note = |text: &str| {
            let now = (Clock::System.now() + TimeDelta::minutes(minutes)).to_rfc3339();
            let said = wrong.run(["note", text, "--now", &now]);
            assert_eq!((said.code, said.err.as_str()), (0, ""), "{said:?}");
        };

        note("first");
        right.done("note second");
        note("third");
        right.done("note fourth");

        let log = backend.agree(&[right, wrong]);
        assert_eq!(
            texts(&log),
            ["first", "second", "third", "fourth"],
            "{minutes}"
        );
    }
}

#[test]
fn a_cloned_home_loses_nothing() {
    let mut backend = Backend::on_a_file();
    let original = backend.client("ada");
    backend.start();
    original.done("declare down --severity P2");
    original.done("note common");
    backend.end();
    original.done("note waiting");
    let twin = House::new();
    let copied = Command::new("cp")
        .arg("-a")
        .args([original.path().join("."), twin.path().to_owned()])
        .status();
    assert!(copied.unwrap().success());

    original.done("note original");
    twin.done("note twin");
    backend.start();
    synced(&twin);

    let log = backend.agree(&[original, twin]);
    let mut all = texts(&log);
    all.sort();
    assert_eq!(all, ["common", "original", "twin", "waiting"]);
    let replicas: std::collections::BTreeSet<String> = entries(&log)
        .iter()
        .map(|entry| entry["replica"].to_string())
        .collect();
    say!("the twins are {} to the server", replicas.len());
}
