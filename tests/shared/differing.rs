//! Logs that differ in their middle and have the same entries under the same
//! numbers later on; and what waits for an opening that never came.

use std::{fs, path::Path};

use chrono::TimeDelta;
use warroom::clock::Clock;

use super::backend::{Backend, synced};
use crate::faults::{NO_PROBES, receiver::Receiver};

/// Ada's approval is in what is lost, and refused when her copy brings it back,
/// because bo was here before it: what she recorded after it has the numbers
/// again that it had.
fn put_back(restore: impl FnOnce(&Backend, &Path)) {
    let mut backend = Backend::on_a_file();
    let [ada, bo, carol] = ["ada", "bo", "carol"].map(|who| backend.client(who));
    let kept = backend.house.path().join("kept.db");
    backend.start();
    ada.done("declare down --severity P3 --yes");
    ada.done("external draft Slow --impact errors");
    synced(&ada);
    backend.done(&format!("backup {}", kept.display()));
    ada.done("external approve");
    for n in 0..4 {
        ada.done(&format!("note a{n}"));
    }
    synced(&ada);
    synced(&carol);
    backend.end();
    restore(&backend, &kept);
    backend.start();
    bo.done("note losing-data");

    let refused = ada.say("sync --wait 30s");
    assert_eq!(refused.code, 3, "{refused:?}");
    synced(&carol);

    let log = backend.agree(&[ada, bo, carol]);
    for text in ["losing-data", "a0", "a1", "a2", "a3"] {
        let times = log.matches(&format!(r#""text":"{text}""#)).count();
        assert_eq!(times, 1, "{text} in {log}");
    }
    assert!(!log.contains("never came"), "nothing was lost: {log}");
}

#[test]
fn a_copy_sees_what_differs_before_what_is_the_same_again_after_a_restore() {
    put_back(|backend, kept| {
        backend.done(&format!("restore {} --yes", kept.display()));
    });
}

#[test]
fn a_copy_sees_what_differs_before_what_is_the_same_again_in_the_same_history() {
    put_back(Backend::put_back);
}

#[test]
fn an_update_waits_with_the_opening_of_its_incident_that_was_denied() {
    let receiver = Receiver::start();
    let mut backend = Backend::on_a_file();
    let channel = receiver.channel("board");
    backend.house.config(&format!("{NO_PROBES}{channel}"));
    let client = backend.client("ada");
    let leads = fs::read_to_string(client.path().join(".config/warroom/config.toml")).unwrap();
    client.config(&format!("{leads}{channel}"));
    backend.start();
    synced(&client);
    let file = client.path().join("token");
    let writes = fs::read_to_string(&file).unwrap();
    let made = backend.done("token create wall --scope read");
    // By the clock of this host, while no server leads it.
    backend.kill();
    client.file("token", made.out.trim_end());
    let then = (Clock::System.now() - TimeDelta::hours(2)).to_rfc3339();
    let declare = [
        "declare",
        "down",
        "--severity",
        "P3",
        "--yes",
        "--now",
        &then,
    ];
    assert_eq!(client.run(declare).code, 0);
    backend.start();
    assert_eq!(client.say("sync").code, 3);
    client.file("token", &writes);

    let update = ["update", "--to", "board", "--yes", "--body", "On it."];
    let said = client.run(update.iter().chain(&["--wait", "5s"]));

    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.err.contains("opened its incident is kept back"),
        "{said:?}"
    );
    assert_eq!(backend.done("export").out, "");
    client.done("sync give --yes");
    let there = backend.done("export").out;
    let kinds: Vec<&str> = there
        .lines()
        .filter_map(|line| line.split(r#""kind":""#).nth(1)?.split('"').next())
        .collect();
    assert_eq!(kinds[..2], ["declared", "update_sent"], "{there}");
    let deliveries = client.json("deliveries --all");
    assert_eq!(deliveries[0]["channel"], "board", "{deliveries}");
}
