//! The schedule: who looks when, and that nobody waits for anybody.

use std::net::SocketAddr;

use chrono::TimeDelta;
use tokio::{
    sync::mpsc::{self, Receiver},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use warroom::{
    clock::Clock,
    domain::{
        probe::{Outcome, Reading, Spec, Target},
        text::Name,
    },
    probe::{self, Nudge, Schedule},
};

use super::{
    http,
    peers::{silent, web},
    spec,
};

struct Running {
    readings: Receiver<(Name, Reading)>,
    nudge: Nudge,
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

fn run(specs: Vec<Spec>, room: usize) -> Running {
    let schedule = Schedule::new(probe::all(specs).unwrap(), Clock::System);
    let nudge = schedule.nudge();
    let (tx, readings) = mpsc::channel(room);
    let cancel = CancellationToken::new();
    let task = tokio::spawn(schedule.run(tx, cancel.clone()));
    Running {
        readings,
        nudge,
        cancel,
        task,
    }
}

fn named(name: &str, target: Target, every: TimeDelta) -> Spec {
    Spec {
        name: name.into(),
        every,
        ..spec(target)
    }
}

fn hanging(at: SocketAddr, count: usize) -> Vec<Spec> {
    let target = http(format!("http://{at}"));
    (0..count)
        .map(|i| named(&format!("hanging {i}"), target.clone(), TimeDelta::hours(1)))
        .collect()
}

#[tokio::test]
async fn targets_that_hang_delay_nobody() {
    let web = web().await;
    let mut specs = hanging(silent().await, 40);
    specs.push(named("well", http(web.at("/ok")), TimeDelta::seconds(1)));
    let mut running = run(specs, 8);

    // Twice, before any of those in front of it has given up.
    for _ in 0..2 {
        let (name, reading) = running.readings.recv().await.unwrap();
        assert_eq!((name.as_str(), reading.outcome), ("well", Outcome::Pass));
    }
}

#[tokio::test]
async fn everything_is_looked_at_once_at_the_start() {
    let web = web().await;
    let specs =
        (0..30).map(|i| named(&format!("{i:02}"), http(web.at("/ok")), TimeDelta::hours(1)));
    let mut running = run(specs.collect(), 64);

    let mut names = Vec::new();
    for _ in 0..30 {
        names.push(running.readings.recv().await.unwrap().0.to_string());
    }

    names.sort();
    let all: Vec<String> = (0..30).map(|i| format!("{i:02}")).collect();
    assert_eq!(names, all);
}

#[tokio::test]
async fn a_nudge_looks_again_before_its_time() {
    let web = web().await;
    let mut running = run(
        vec![named("well", http(web.at("/ok")), TimeDelta::hours(1))],
        8,
    );
    let first = running.readings.recv().await.unwrap().1;

    running.nudge.look_now();

    let second = running.readings.recv().await.unwrap().1;
    assert!(second.at > first.at);
    assert_eq!(web.connections(), 2);
}

#[tokio::test]
async fn cancelling_ends_it_while_targets_hang() {
    let running = run(hanging(silent().await, 3), 8);

    running.cancel.cancel();

    running.task.await.unwrap();
}

#[tokio::test]
async fn it_ends_when_nobody_listens() {
    let web = web().await;
    let running = run(
        vec![named("well", http(web.at("/ok")), TimeDelta::hours(1))],
        1,
    );

    drop(running.readings);

    running.task.await.unwrap();
}

#[tokio::test]
async fn a_full_channel_loses_no_reading() {
    let web = web().await;
    let specs = (0..5).map(|i| named(&i.to_string(), http(web.at("/ok")), TimeDelta::hours(1)));
    let mut running = run(specs.collect(), 1);

    let mut names = Vec::new();
    for _ in 0..5 {
        names.push(running.readings.recv().await.unwrap().0.to_string());
    }

    names.sort();
    assert_eq!(names, ["0", "1", "2", "3", "4"]);
}
