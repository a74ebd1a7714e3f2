//! A post whose sender is killed in the middle of it.

use std::{collections::BTreeMap, thread, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use warroom::clock::Clock;

use super::{NO_PROBES, PATIENCE, console::Console, process::Process, random, receiver::Receiver};
use crate::cli::house::House;

const KILLS: usize = 50;

/// An incident, and a channel for its updates.
fn house(receiver: &Receiver) -> House {
    let house = House::new();
    house.config(&format!(
        "{NO_PROBES}updates.channels = [\"incidents\"]\n{}",
        receiver.channel("incidents")
    ));
    let early = Clock::System.now() - TimeDelta::minutes(10);
    let early = early.to_rfc3339();
    house.run([
        "declare",
        "Checkout is down",
        "--severity",
        "P2",
        "--now",
        &early,
    ]);
    house
}

/// Records an update that can't be taken back any more; its key, and the five
/// lines as the process wants them.
fn update(house: &House, number: usize, at: DateTime<Utc>) -> (String, String) {
    let now = at.to_rfc3339();
    let eta = format!("{number} hours");
    let said = house.run([
        "update",
        "--status",
        "Identified",
        "--impact",
        "P2 - Checkout is down",
        "--eta",
        &eta,
        "--next",
        "+30m",
        "--yes",
        "-o",
        "json",
        "--now",
        &now,
    ]);
    assert_eq!(said.code, 0, "{said:?}");
    let done: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let key = done["deliveries"][0]["key"].as_str().unwrap().to_owned();
    let next = at + TimeDelta::minutes(30);
    // In the last half hour of a day it is tomorrow.
    let next = if next.date_naive() == at.date_naive() {
        next.format("%H:%M UTC")
    } else {
        next.format("%Y-%m-%d %H:%M UTC")
    };
    let text = format!(
        "🚨 INCIDENT UPDATE\nStatus: Identified\nImpact: P2 - Checkout is down\nETA: {eta}\n\
         Next Update: {next}"
    );
    (key, text)
}

fn engine(house: &House) -> Process {
    let mut command = house.command(["engine", "--quiet"]);
    Process::new(
        command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null()),
    )
}

/// Waits until a delivery stands like this.
fn until_sent(house: &House, key: &str) {
    let start = tokio::time::Instant::now();
    loop {
        let all = house.json("deliveries --all");
        let found = find(&all, key);
        if found["state"] == "sent" {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "never sent: {found}");
    }
}

fn find<'a>(all: &'a serde_json::Value, key: &str) -> &'a serde_json::Value {
    let mut all = all.as_array().unwrap().iter();
    all.find(|one| one["key"] == key || one["intent"]["key"] == key)
        .unwrap()
}

#[test]
fn an_engine_killed_in_the_middle_of_a_post_loses_nothing() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    let mut random = random();
    let mut posts: BTreeMap<String, usize> = BTreeMap::new();
    let (mut kills, mut updates) = (0, 0);

    while kills < KILLS {
        updates += 1;
        let at = Clock::System.now() - TimeDelta::minutes(1);
        let (key, text) = update(&house, updates, at);
        let mut left = random.usize(1..=8).min(KILLS - kills);
        let mut running = engine(&house);
        loop {
            let post = receiver.post();
            assert_eq!((&post.id, &post.body), (&key, &text));
            *posts.entry(post.id.clone()).or_default() += 1;
            let last = left == 0;
            if last || random.u8(..4) == 0 {
                post.take();
            }
            if last {
                break;
            }
            running.kill();
            kills += 1;
            left -= 1;
            running = engine(&house);
            // An answer may have been recorded just before the end.
            if find(&house.json("deliveries --all"), &key)["state"] == "sent" {
                break;
            }
        }
        until_sent(&house, &key);
    }

    let all = house.json("deliveries --all");
    let repeats: usize = posts.values().map(|posts| posts - 1).sum();
    say!("{kills} kills, {updates} updates, {repeats} repeats");
    assert_eq!(posts.len(), updates, "each was posted");
    assert!(repeats <= kills, "{repeats} repeats");
    for (key, count) in &posts {
        let delivery = find(&all, key);
        assert_eq!(delivery["state"], "sent", "{delivery}");
        assert_eq!(delivery["maybe_repeat"], *count > 1, "{delivery}");
    }
    assert_eq!(house.say("verify").code, 0);
}

/// How long the slow channel takes: longer than a loop that hangs is waited
/// for, and less than a channel may.
const SLOW: Duration = Duration::from_secs(4);

#[test]
fn a_console_that_is_told_to_end_hears_the_answer_to_what_is_on_the_wire() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    let (key, _) = update(&house, 1, Clock::System.now() - TimeDelta::minutes(1));
    let console = Console::start(&house, "ada", |_| ());

    let post = receiver.post();
    console.handle().end();
    thread::sleep(SLOW);
    post.take();

    assert_eq!(console.until("end", |_| false), None);
    let all = house.json("deliveries --all");
    let delivery = find(&all, &key);
    assert_eq!(delivery["state"], "sent", "{delivery}");
    assert_eq!(delivery["maybe_repeat"], false, "{delivery}");
}
