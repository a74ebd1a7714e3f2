//! A host whose clock was set while its server was away. To the two, that is as
//! if the time were another one when they met: the test moves that.

use std::{fs, process::Command};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use warroom::clock::Clock;

use super::backend::{Backend, ahead};
use crate::{
    cli::house::{House, said},
    faults::{NO_PROBES, receiver::Receiver},
};

/// A copy and its server, which met when both clocks were so far from what this
/// host's says now; the server is away since.
fn set_since(receiver: &Receiver, then: TimeDelta) -> (Backend, House) {
    let mut backend = Backend::on_a_file();
    let channel = receiver.channel("board");
    backend.house.config(&format!("{NO_PROBES}{channel}"));
    let house = House::new();
    let leads = backend.leads(&house, backend.address(), "ada");
    house.config(&format!("{leads}{NO_PROBES}{channel}"));
    backend.start_ahead(then);
    for line in [
        "declare down --severity P2",
        "role commander",
        "external draft Slow.",
        "external approve",
        "update --to board --body First.",
        "sync",
    ] {
        let mut command: Command = house.command(line.split_whitespace());
        let said = said(command.arg("--yes").args(ahead(then)).output().unwrap());
        assert_eq!(said.code, 0, "{line}: {said:?}");
    }
    backend.kill();
    (backend, house)
}

/// The delivery at the server that has these words.
fn about(house: &House, words: &str) -> Value {
    let all = house.json("deliveries --all");
    let mut all = all.as_array().unwrap().iter();
    let found = all.find(|one| one["text"].as_str().unwrap().contains(words));
    found
        .unwrap_or_else(|| panic!("nothing about {words}"))
        .clone()
}

const PUBLISH: &str = "external publish --to board --yes";

#[test]
fn news_for_outside_wait_for_a_person_though_the_clock_was_set_ahead_by_as_much_as_they_did() {
    let receiver = Receiver::start();
    let set = TimeDelta::seconds(150);
    let (mut backend, ada) = set_since(&receiver, -set);
    ada.done(PUBLISH);

    // That much later it is back.
    backend.start();
    ada.done("sync");

    let why = about(&ada, "Slow.")["last_error"].clone();
    let held = "held: written offline at ";
    assert!(why.as_str().unwrap().starts_with(held), "{why}");
}

#[test]
fn what_was_denied_does_not_leave_by_itself_since_the_clock_was_set_by_as_much_as_it_waited() {
    let receiver = Receiver::start();
    let set = TimeDelta::seconds(150);
    let (mut backend, ada) = set_since(&receiver, -set);
    let token = fs::read_to_string(ada.path().join("token")).unwrap();
    ada.done(PUBLISH);
    backend.start_ahead(-set);
    ada.file("token", &format!("warroom_{}", "0".repeat(64)));
    assert_eq!(ada.say("sync").code, 3);
    backend.kill();

    backend.start();
    ada.file("token", &token);
    let said = ada.say("sync");

    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.out.contains("1 entry waits, denied before"),
        "{said:?}"
    );
}

#[test]
fn the_newest_update_leaves_though_the_clock_was_set_back() {
    let receiver = Receiver::start();
    let set = TimeDelta::seconds(300);
    let (mut backend, ada) = set_since(&receiver, set);
    ada.done("update --to board --body Newest. --yes");

    backend.start_ahead(set);
    ada.done("sync");

    let newest = about(&ada, "Newest.");
    assert_ne!(newest["state"], "cancelled", "{newest}");
}

#[test]
fn what_is_declared_by_a_clock_that_was_set_ahead_does_not_lie_ahead_of_the_server() {
    let receiver = Receiver::start();
    let set = TimeDelta::hours(2);
    let (mut backend, ada) = set_since(&receiver, -set);
    ada.run([
        "declare",
        "all gone",
        "--severity",
        "P1",
        "--alert-at",
        "20m ago",
        "--yes",
    ]);

    backend.start_ahead(-set);
    ada.done("sync");

    let log = backend.done("export").out;
    let line = log.lines().find(|line| line.contains("all gone")).unwrap();
    let entry: Value = serde_json::from_str(line).unwrap();
    let alert: DateTime<Utc> = entry["body"]["alert_at"].as_str().unwrap().parse().unwrap();
    let ago = (Clock::System.now() - set) - alert;
    assert!(
        (ago - TimeDelta::minutes(20)).abs() < TimeDelta::minutes(1),
        "{line}"
    );
}
