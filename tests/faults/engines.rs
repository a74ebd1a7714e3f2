//! One engine at a time, and each step once.

use std::process::Command;

use chrono::TimeDelta;
use serde_json::Value;
use warroom::clock::Clock;

use super::{NO_PROBES, process::Talking, receiver::Receiver};
use crate::cli::house::{House, said};

const POLICY: &str = r#"
amends = "built-in"
[contact."Team Lead"]
person = "bo"
channels = ["pager"]
[contact."Engineering Manager"]
person = "grace"
channels = ["pager"]
"#;

/// A house where two people can be paged.
fn house(receiver: &Receiver) -> House {
    let house = House::new();
    furnish(&house, receiver, "");
    house
}

/// Lets two people be paged from a house, whose configuration begins so.
pub fn furnish(house: &House, receiver: &Receiver, config: &str) {
    house.file(".config/warroom/team.toml", POLICY);
    house.config(&format!(
        "{config}{NO_PROBES}policy = \"team.toml\"\n{}",
        receiver.channel("pager")
    ));
}

/// An incident whose first step was due a minute and a half ago.
pub fn declare(house: &House) {
    overdue(house.command::<[&str; 0]>([]));
}

/// The same, by this command.
pub fn overdue(mut command: Command) {
    let now = (Clock::System.now() - TimeDelta::seconds(30)).to_rfc3339();
    command.args(["declare", "checkout is down", "--severity", "P2"]);
    command.args(["--alert-at", "16m ago", "--yes", "--now", &now]);
    let said = said(command.output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
}

pub fn engine(house: &House) -> Talking {
    Talking::new(&mut house.command(["engine"]))
}

/// What was escalated so far.
pub fn escalated(house: &House) -> Vec<Value> {
    let timeline = house.json("timeline");
    let entries = timeline.as_array().unwrap().iter();
    entries
        .filter(|entry| entry["kind"] == "escalated")
        .cloned()
        .collect()
}

/// Lets the engine go around once more: it fires before it delivers, so with
/// this post everything has left that it meant to fire.
pub fn go_around(house: &House, receiver: &Receiver) {
    let now = (Clock::System.now() - TimeDelta::minutes(1)).to_rfc3339();
    let said = house.run(["update", "--to", "pager", "--yes", "--now", &now]);
    assert_eq!(said.code, 0, "{said:?}");
    let post = receiver.post();
    assert!(post.body.contains("INCIDENT UPDATE"), "{}", post.body);
    post.take();
    assert!(receiver.other().is_none());
}

#[test]
fn a_second_engine_waits_and_takes_over() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    let mut first = engine(&house);
    first.says("the engine runs");
    let second = engine(&house);
    let waits = second.says("the engine waits");

    first.process.kill();
    declare(&house);
    second.says("the engine runs");
    let post = receiver.post();

    let holder = format!("(pid {}) runs it", first.process.pid());
    assert!(waits.ends_with(&holder), "{waits} for {holder}");
    assert!(
        post.body.contains("Escalated to Team Lead"),
        "{}",
        post.body
    );
    post.take();
    go_around(&house, &receiver);
    assert_eq!(escalated(&house).len(), 1, "{:?}", escalated(&house));
}

#[test]
fn a_page_of_an_engine_that_died_is_repeated_by_the_next_as_the_same_page() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    let mut first = engine(&house);
    first.says("the engine runs");
    let second = engine(&house);
    second.says("the engine waits");
    declare(&house);
    let begun = receiver.post();

    first.process.kill();
    let again = receiver.post();

    assert_eq!(begun.id, again.id);
    let (same, repeat) = again.body.rsplit_once('\n').unwrap();
    assert_eq!(begun.body, same);
    assert!(repeat.starts_with("(possible repeat"), "{repeat}");
    again.take();
    go_around(&house, &receiver);
    assert_eq!(escalated(&house).len(), 1, "{:?}", escalated(&house));
}

#[test]
fn a_log_that_was_put_back_waits_for_its_copies_and_then_pages_as_a_possible_repeat() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    declare(&house);
    house.done("restore --new-epoch");

    let first = engine(&house);
    go_around(&house, &receiver);
    while house.json("deliveries") != Value::Array(Vec::new()) {}
    drop(first);
    assert_eq!(escalated(&house).len(), 0);
    let later = (Clock::System.now() + TimeDelta::seconds(31)).to_rfc3339();
    let _second = Talking::new(&mut house.command(["engine", "--now", &later]));
    let post = receiver.post();

    let text = "Escalated to Team Lead";
    assert!(post.body.contains(text), "{}", post.body);
    let deliveries = house.json("deliveries");
    assert_eq!(deliveries[0]["purpose"], "page", "{deliveries}");
    assert_eq!(deliveries[0]["maybe_repeat"], true, "{deliveries}");
}

#[test]
fn nothing_is_fired_twice_or_early() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    declare(&house);

    let running = engine(&house);
    let post = receiver.post();

    let text = "Escalated to Team Lead (1 min late)";
    assert!(post.body.contains(text), "{}", post.body);
    post.take();
    go_around(&house, &receiver);
    drop(running);
    // Another one finds the same log, and nothing to do in it.
    let _next = engine(&house);
    go_around(&house, &receiver);
    let fired = escalated(&house);
    assert_eq!(fired.len(), 1, "{fired:?}");
    let body = &fired[0]["body"];
    let step = serde_json::json!({"ladder": "management", "index": 0});
    assert_eq!((&body["step"], &body["round"]), (&step, &0.into()));
    assert!(
        (90..150).contains(&body["late_s"].as_i64().unwrap()),
        "{body}"
    );
}
