//! What was written while the server was away, and comes when it may be no news
//! any more.

use std::process::Command;

use chrono::TimeDelta;
use serde_json::Value;
use warroom::clock::Clock;

use super::backend::{Backend, synced};
use crate::{
    cli::{
        follow::Following,
        house::{House, said},
    },
    faults::{NO_PROBES, receiver::Receiver},
};

/// Houses of these people, at a server that is up, with an incident that all of
/// them know.
fn apart(receiver: &Receiver, people: &[&str]) -> (Backend, Vec<House>) {
    let mut backend = Backend::on_a_file();
    let channel = receiver.channel("board");
    backend.house.config(&format!("{NO_PROBES}{channel}"));
    let houses: Vec<House> = people
        .iter()
        .map(|who| {
            let house = House::new();
            let leads = backend.leads(&house, backend.address(), who);
            house.config(&format!("{leads}{NO_PROBES}{channel}"));
            house
        })
        .collect();
    backend.start();
    ago(&houses[0], 30, &["declare", "down", "--severity", "P2"]);
    ago(&houses[0], 29, &["role", "commander"]);
    for house in &houses {
        synced(house);
    }
    (backend, houses)
}

/// Says it so many minutes ago.
fn ago(house: &House, minutes: i64, line: &[&str]) {
    let now = (Clock::System.now() - TimeDelta::minutes(minutes)).to_rfc3339();
    let mut command: Command = house.command(line);
    let said = said(command.args(["--yes", "--now", &now]).output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
}

fn publish(house: &House, minutes: i64, words: &str) {
    ago(house, minutes, &["external", "draft", words]);
    ago(house, minutes, &["external", "approve"]);
    ago(house, minutes, &["external", "publish", "--to", "board"]);
}

fn update(house: &House, minutes: i64, words: &str) {
    ago(
        house,
        minutes,
        &["update", "--to", "board", "--body", words],
    );
}

#[test]
fn who_follows_line_by_line_hears_what_others_do_and_when_the_server_is_away() {
    let receiver = Receiver::start();
    let (mut backend, houses) = apart(&receiver, &["ada", "bo"]);
    let mut following = Following::start(&houses[0], "follow");
    following.until("engine: ");

    houses[1].run(["note", "the canary was fine"]);
    let note = following.until("");
    backend.kill();
    following.until("link: 127.0.0.1:");
    backend.start();
    let back = following.until("link: ");

    assert!(note.contains("the canary was fine"), "{note}");
    assert!(back.ends_with("answers again"), "{back}");
}

#[test]
fn waiting_for_the_channels_of_an_update_hears_of_them_from_the_server() {
    let receiver = Receiver::start();
    let (mut backend, houses) = apart(&receiver, &["ada"]);
    let line = [
        "update", "--to", "board", "--yes", "--wait", "1m", "--body", "On it.",
    ];
    let mut waiting = houses[0].command(line).spawn().unwrap();
    let post = receiver.post();
    assert!(waiting.try_wait().unwrap().is_none());
    post.take();
    assert_eq!(waiting.wait().unwrap().code(), Some(0));

    backend.kill();
    let line = [
        "update",
        "--to",
        "board",
        "--yes",
        "--wait",
        "1s",
        "--body",
        "Still on it.",
    ];
    let said = houses[0].run(line);

    assert_eq!(said.code, 124, "{said:?}");
}

/// The deliveries of the server, by the words that are in them.
fn about<'a>(deliveries: &'a Value, words: &str) -> &'a Value {
    let all = deliveries.as_array().unwrap();
    let found = all
        .iter()
        .find(|one| one["text"].as_str().unwrap().contains(words));
    found.unwrap_or_else(|| panic!("nothing about {words} in {deliveries}"))
}

#[test]
fn news_for_outside_that_was_written_offline_waits_until_somebody_confirms_it() {
    let receiver = Receiver::start();
    let (mut backend, houses) = apart(&receiver, &["ada", "bo"]);
    backend.kill();
    publish(&houses[0], 10, "Payments are slow.");
    backend.start();

    synced(&houses[0]);

    let deliveries = houses[1].json("deliveries");
    let held = about(&deliveries, "Payments are slow.");
    let why = held["last_error"].as_str().unwrap();
    assert!(why.starts_with("held: written offline at "), "{why}");
    assert!(why.ends_with("confirm to publish"), "{why}");
    let listed = houses[1].done("deliveries").out;
    assert!(listed.contains(" held "), "{listed}");
    // Another update leaves meanwhile, and this one stays.
    update(&houses[1], 0, "On it.");
    let post = receiver.post();
    assert!(post.body.contains("On it."), "{}", post.body);
    post.take();

    let key = held["key"].as_str().unwrap();
    let said = houses[1].run(["deliveries", "retry", key, "--yes"]);

    assert_eq!(said.code, 0, "{said:?}");
    let post = receiver.post();
    assert!(post.body.contains("Payments are slow."), "{}", post.body);
    assert!(!post.body.contains("repeat"), "{}", post.body);
    post.take();
}

#[test]
fn news_for_outside_that_came_at_once_leaves_by_itself_whatever_the_clock_says() {
    for minutes in [0, 40, -40] {
        let receiver = Receiver::start();
        let (_backend, houses) = apart(&receiver, &["ada"]);

        // As a clock that is so far off: it sends at the same moment.
        publish(&houses[0], minutes, "Payments are slow.");

        let deliveries = houses[0].json("deliveries --all");
        let state = &about(&deliveries, "Payments are slow.")["state"];
        assert_eq!(state, "queued", "{minutes}: {deliveries}");
    }
}

#[test]
fn an_update_that_was_written_offline_leaves_unless_a_newer_one_did() {
    let receiver = Receiver::start();
    let (mut backend, houses) = apart(&receiver, &["ada", "bo"]);
    backend.kill();
    update(&houses[0], 10, "The first.");
    update(&houses[0], 8, "The second.");
    backend.start();
    update(&houses[1], 0, "The newest.");
    let post = receiver.post();
    assert!(post.body.contains("The newest."), "{}", post.body);
    post.take();

    synced(&houses[0]);

    let deliveries = houses[0].json("deliveries --all");
    for words in ["The first.", "The second."] {
        let one = about(&deliveries, words);
        assert_eq!(one["state"], "cancelled", "{deliveries}");
        assert_eq!(one["last_error"], "a newer update went out before");
    }
}

#[test]
fn the_last_update_that_was_written_offline_leaves_and_replaces_the_one_before() {
    let receiver = Receiver::start();
    let (mut backend, houses) = apart(&receiver, &["ada"]);
    backend.kill();
    update(&houses[0], 10, "The first.");
    update(&houses[0], 8, "The second.");
    backend.start();

    synced(&houses[0]);

    let post = receiver.post();
    assert!(post.body.contains("The second."), "{}", post.body);
    post.take();
    let deliveries = houses[0].json("deliveries --all");
    assert_eq!(about(&deliveries, "The first.")["state"], "cancelled");
}

#[test]
fn who_wrote_offline_reads_that_news_for_outside_wait_for_a_confirmation() {
    let receiver = Receiver::start();
    let (mut backend, houses) = apart(&receiver, &["ada", "bo"]);
    backend.kill();
    publish(&houses[0], 10, "Payments are slow.");
    backend.start();
    synced(&houses[0]);

    let timeline = houses[0].done("timeline").out;
    let held = "held, waits for confirmation: board";
    assert!(timeline.contains(held), "{timeline}");
    let deliveries = houses[1].json("deliveries");
    let key = about(&deliveries, "Payments are slow.")["key"].clone();
    let cancel = ["deliveries", "cancel", key.as_str().unwrap(), "--yes"];
    assert_eq!(houses[1].run(cancel).code, 0);

    synced(&houses[0]);
    let timeline = houses[0].done("timeline").out;
    assert!(timeline.contains("called off by bo: board"), "{timeline}");
}

#[test]
fn an_update_that_a_newer_one_made_needless_says_so_and_promises_nothing() {
    let receiver = Receiver::start();
    let (mut backend, houses) = apart(&receiver, &["ada", "bo"]);
    backend.kill();
    let line = ["update", "--to", "board", "--eta", "3 hours"];
    ago(&houses[0], 10, &line);
    backend.start();
    let line = ["update", "--to", "board", "--eta", "1 hour"];
    ago(&houses[1], 0, &line);
    receiver.post().take();

    synced(&houses[0]);

    let timeline = houses[0].done("timeline").out;
    assert!(timeline.contains("not sent: board"), "{timeline}");
    let status = houses[0].done("status").out;
    assert!(!status.contains("ETA"), "{status}");
}

#[test]
fn an_update_leaves_to_the_channels_that_no_newer_one_went_to() {
    let receiver = Receiver::start();
    let (mut backend, houses) = apart(&receiver, &["ada", "bo"]);
    let both = format!("{}{}", receiver.channel("board"), receiver.channel("mail"));
    backend.end();
    backend.house.config(&format!("{NO_PROBES}{both}"));
    backend.start();
    synced(&houses[0]);
    synced(&houses[1]);
    backend.kill();
    let line = [
        "update",
        "--to",
        "board",
        "--to",
        "mail",
        "--body",
        "The first.",
    ];
    ago(&houses[0], 10, &line);
    backend.start();
    update(&houses[1], 0, "The newest.");
    receiver.post().take();

    synced(&houses[0]);

    let post = receiver.post();
    assert!(post.body.contains("The first."), "{}", post.body);
    post.take();
    let deliveries = houses[0].json("deliveries --all");
    let all = deliveries.as_array().unwrap().iter();
    let first = all.filter(|one| one["text"].as_str().unwrap().contains("The first."));
    let states: Vec<_> = first
        .map(|one| {
            (
                one["channel"].as_str().unwrap(),
                one["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(states[0], ("board", "cancelled"), "{deliveries}");
    assert_eq!(states[1].0, "mail");
    assert_ne!(states[1].1, "cancelled", "{deliveries}");
}
