//! The host's clock was set back while an engine had something to count down:
//! whoever begins afterwards goes on by the engine's time.

use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::runtime::Runtime;
use warroom::{
    clock::{Clock, start_id},
    store::{CountsBy, LeaseState, Log, OpenMode, Owner},
};

use super::{engines, receiver::Receiver};
use crate::cli::house::{House, said};

/// By how much the clock was set back.
const SET: TimeDelta = TimeDelta::hours(1);

/// The time of who began before that.
fn before() -> DateTime<Utc> {
    Clock::System.now() + SET
}

/// Runs a command that began before the clock was set back.
fn by_then(house: &House, line: &[&str]) {
    let now = before().to_rfc3339();
    let mut command = house.command(line);
    let said = said(command.args(["--yes", "--now", &now]).output().unwrap());
    assert_eq!(said.code, 0, "{line:?}: {said:?}");
}

fn on_the_log<T>(house: &House, work: impl AsyncFnOnce(Log) -> T) -> T {
    let file: PathBuf = house.path().join(".local/share/warroom/local.db");
    let there = Runtime::new().unwrap();
    there.block_on(async {
        let log = Log::open(&file, OpenMode::ReadWrite).await.unwrap();
        work(log).await
    })
}

/// An engine of another host counted by that time, and was killed.
fn was_killed(house: &House) {
    was_killed_having_left(house, None);
}

/// The same, which had left another time for that one.
fn was_killed_having_left(house: &House, left: Option<DateTime<Utc>>) {
    let owner = Owner {
        name: "bo".into(),
        host: "elsewhere".into(),
        pid: 1,
    };
    on_the_log(house, async |log| {
        let ttl = log.lease_terms().ttl;
        let began = before() - ttl;
        let held = log.take_lease(&owner, began, ttl).await.unwrap();
        let LeaseState::Held(fence) = held else {
            panic!("{held:?}");
        };
        let time = CountsBy {
            host_start: start_id().unwrap(),
            at: Clock::at_start(before()),
            left,
        };
        log.count_by(fence, Some(&time)).await.unwrap();
    });
}

/// A house whose incident is to be paged about by the time of before.
fn house(receiver: &Receiver) -> House {
    let house = House::new();
    engines::furnish(&house, receiver, "");
    by_then(
        &house,
        &[
            "declare",
            "down",
            "--severity",
            "P2",
            "--alert-at",
            "16m ago",
        ],
    );
    house
}

#[test]
fn e9_a_page_leaves_in_time_from_an_engine_that_begins_after_the_clock_was_set_back() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    was_killed(&house);

    let _engine = engines::engine(&house);

    let post = receiver.post();
    assert!(
        post.body.contains("Escalated to Team Lead"),
        "{}",
        post.body
    );
    post.take();
}

#[test]
fn an_update_can_be_taken_back_for_as_long_from_a_process_begun_after_the_clock_was_set_back() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    was_killed(&house);

    house.done("update --to pager --body On-it. --yes");

    let deliveries = house.json("deliveries --all");
    let left: DateTime<Utc> = deliveries[0]["next_at"].as_str().unwrap().parse().unwrap();
    let left = left - before();
    assert!(
        TimeDelta::zero() < left && left < TimeDelta::seconds(11),
        "{deliveries}"
    );
}

#[test]
fn an_engine_with_nothing_to_count_down_goes_back_with_the_clock() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    by_then(&house, &["cancel", "--reason", "a false alarm"]);
    was_killed(&house);

    let engine = engines::engine(&house);
    engine.says("the engine runs");

    let time = on_the_log(&house, async |log| log.counts_by().await.unwrap());
    assert_eq!(time, None);
    house.done("declare anew --severity P2 --yes");
    let opened = house.json("timeline")[0]["at"].clone();
    let opened: DateTime<Utc> = opened.as_str().unwrap().parse().unwrap();
    assert!(opened < before() - SET / 2, "{opened}");
}

#[test]
fn t5_a_slip_that_was_mended_ends_with_a_restart_while_an_incident_is_open() {
    let receiver = Receiver::start();
    let house = house(&receiver);
    was_killed_having_left(&house, Some(Clock::at_start(Clock::System.now())));

    let engine = engines::engine(&house);
    engine.says("the engine runs");
    let said = house.run(["declare", "anew", "--severity", "P2", "--yes"]);

    assert_eq!(said.code, 0, "{said:?}");
    assert!(!said.err.contains("clock"), "{said:?}");
    let opened = house.json("timeline -i INC-2")[0]["at"].clone();
    let opened: DateTime<Utc> = opened.as_str().unwrap().parse().unwrap();
    assert!(opened < before() - SET / 2, "{opened}");
}
