//! Clients that are odd: with a wrong clock, and with a twin.

use std::{path::Path, process::Command};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sqlx::{ConnectOptions as _, Connection as _, sqlite::SqliteConnectOptions};
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
            assert_eq!(said.code, 0, "{said:?}");
            assert!(said.err.contains("this host's clock is "), "{said:?}");
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
    let made = |text: &str| {
        let all = entries(&log);
        let found = all.iter().find(|entry| entry["body"]["text"] == text);
        found.unwrap()["replica"].clone()
    };
    assert_eq!(made("waiting"), made("twin"));
    assert_ne!(made("original"), made("twin"), "two of one name");
}

#[test]
fn what_a_copy_lost_is_told_to_everybody_and_what_it_gave_up_is_not() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    client.done("declare down --severity P2");
    backend.end();
    for text in ["one", "two", "three", "four", "five"] {
        client.done(&format!("note {text}"));
    }
    let unsent = client.run(["sync", "--wait", "0s", "-o", "json"]).out;
    let unsent: Value = serde_json::from_str(&unsent).unwrap();
    let discarded = unsent["unsent"][0]["id"].as_str().unwrap().to_owned();
    client.done(&format!("sync discard {discarded} --yes"));
    let file = client.path().join(".local/share/warroom/prod.db");
    lose(&file, &["three", "four"]);

    backend.start();

    let log = backend.agree(&[client]);
    let texts = texts(&log);
    let told = "2 entries that ada made before this never came";
    assert_eq!(texts.len(), 3, "{texts:?}");
    assert_eq!(texts[..2], ["two", "five"]);
    assert!(texts[2].starts_with(told), "{texts:?}");
}

/// Takes these notes out of the file behind the program's back.
fn lose(file: &Path, notes: &[&str]) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(file);
        let mut file = options.connect().await.unwrap();
        for note in notes {
            let gone = sqlx::query("DELETE FROM outbox WHERE body LIKE $1")
                .bind(format!("%{note}%"))
                .execute(&mut file)
                .await;
            assert_eq!(gone.unwrap().rows_affected(), 1, "{note}");
        }
        file.close().await.unwrap();
    });
}

#[test]
fn what_is_recorded_by_a_wrong_clock_is_counted_by_the_servers() {
    for minutes in [40, -40] {
        let mut backend = Backend::on_a_file();
        let client = backend.client("ada");
        backend.start();
        let before = Clock::System.now();
        let now = (before + TimeDelta::minutes(minutes)).to_rfc3339();

        let said = client.run([
            "declare",
            "down",
            "--severity",
            "P1",
            "--yes",
            "--now",
            &now,
        ]);

        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.err.contains("this host's clock is "), "{said:?}");
        let log = backend.done("export").out;
        let declared: Vec<_> = entries(&log)
            .into_iter()
            .filter(|entry| entry["kind"] == "declared")
            .collect();
        let at: DateTime<Utc> = declared[0]["at"].as_str().unwrap().parse().unwrap();
        assert!((at - before).abs() < TimeDelta::minutes(5), "{at}");
    }
}
