//! A server that knows less than its clients, and a log that was local.

use std::{
    fs,
    path::{Path, PathBuf},
};

use chrono::TimeDelta;
use warroom::clock::Clock;

use super::backend::{Backend, Place, synced};
use crate::{
    cli::house::House,
    faults::{
        engines::{declare, engine, escalated, furnish, go_around, overdue},
        receiver::{Post, Receiver},
    },
};

/// How often each text is in a log.
fn times(log: &str, text: &str) -> usize {
    log.matches(&format!(r#""text":"{text}""#)).count()
}

/// Two clients whose server is put back to what `keep` kept, after more had
/// been recorded; a third one writes to it before they come back.
fn put_back(keep: impl FnOnce(&mut Backend, &Path)) {
    let mut backend = Backend::on_a_file();
    let clients = ["ada", "bo"].map(|who| backend.client(who));
    let third = backend.client("grace");
    let kept = backend.house.path().join("kept.db");
    backend.start();
    clients[0].done("declare down --severity P2");
    synced(&third);

    keep(&mut backend, &kept);
    for n in 0..3 {
        clients[0].done(&format!("note a{n}"));
        clients[1].done(&format!("note b{n}"));
    }
    for client in &clients {
        synced(client);
    }
    backend.end();
    backend.put_back(&kept);
    backend.start();
    for n in 0..9 {
        third.done(&format!("note c{n}"));
    }

    let [a, b] = clients;
    let log = backend.agree(&[a, b, third]);
    assert_eq!(log.lines().count(), 1 + 3 + 3 + 9, "{log}");
    for text in ["a0", "a1", "a2", "b0", "b1", "b2", "c0", "c8"] {
        assert_eq!(times(&log, text), 1, "{text} in {log}");
    }
}

#[test]
fn clients_bring_back_what_a_server_from_a_backup_lacks() {
    put_back(|backend, kept| {
        let line = format!("backup {}", kept.display());
        backend.done(&line);
    });
}

#[test]
fn clients_bring_back_what_a_server_from_a_copied_file_lacks() {
    put_back(|backend, kept| {
        backend.end();
        fs::copy(backend.file(), kept).unwrap();
        backend.start();
    });
}

#[test]
fn what_a_server_from_a_backup_takes_at_last_is_not_told_of_as_refused() {
    let mut backend = Backend::on_a_file();
    let [client, other] = ["ada", "bo"].map(|who| backend.client(who));
    let kept = backend.house.path().join("kept.db");
    backend.start();
    other.done("declare down --severity P2");
    backend.done(&format!("backup {}", kept.display()));
    other.done("note after");
    synced(&client);
    backend.end();
    client.done("note offline");
    backend.done(&format!("restore {} --yes", kept.display()));
    backend.start();

    let said = client.done("sync --wait 30s");

    assert!(!said.err.contains("refused"), "{said:?}");
    assert!(said.out.contains("in touch; 3 entries"), "{said:?}");
}

#[test]
fn a_local_log_is_given_to_a_server_once_and_nobody_is_paged_again() {
    let receiver = Receiver::start();
    let local = House::new();
    furnish(&local, &receiver, "");
    declare(&local);
    let mut engine = engine(&local);
    let page = receiver.post();
    assert!(page.body.contains("Escalated"), "{}", page.body);
    page.take();
    go_around(&local, &receiver);
    while local.json("deliveries") != serde_json::json!([]) {}
    engine.process.kill();
    let notes: Vec<String> = (0..500).map(|n| format!("note {n}")).collect();
    let like = local.done("export").out;
    let more = more_of(like.lines().last().unwrap(), &notes);
    assert_eq!(local.feed(["import", "-"], more.as_bytes()).code, 0);
    let held = local.done("export").out;
    let mut backend = Backend::on(Place::File, "local");
    furnish(&backend.house, &receiver, "");
    let config = backend.leads(&local, backend.address(), "ada");
    furnish(&local, &receiver, &config);
    backend.start();

    local.done("attach");

    go_around(&local, &receiver);
    assert_eq!(escalated(&local).len(), 1);
    // The engine writes down that the update arrived.
    let delivered = |log: &str| log.matches(r#""kind":"delivered""#).count();
    while delivered(&backend.done("export").out) == delivered(&held) {}
    let log = backend.agree(&[local]);
    for text in &notes {
        assert_eq!(times(&log, text), 1, "{text}");
    }
}

/// A server whose log was kept before it pages, and a client of it.
fn kept_before_a_page(receiver: &Receiver) -> (Backend, House, PathBuf) {
    let mut backend = Backend::on_a_file();
    furnish(&backend.house, receiver, "");
    let client = House::new();
    let config = backend.leads(&client, backend.address(), "ada");
    furnish(&client, receiver, &config);
    overdue(backend.command(""));
    let kept = backend.house.path().join("kept.db");
    backend.done(&format!("backup {}", kept.display()));
    backend.start();
    (backend, client, kept)
}

#[test]
fn a_page_that_left_after_the_backup_is_not_repeated_where_a_client_tells_of_it() {
    let receiver = Receiver::start();
    let (mut backend, client, kept) = kept_before_a_page(&receiver);
    receiver.post().take();
    synced(&client);
    while escalated(&client).is_empty() {
        synced(&client);
    }

    backend.end();
    backend.put_back(&kept);
    backend.done("restore --new-epoch");
    backend.start();
    synced(&client);

    go_around(&client, &receiver);
    assert_eq!(escalated(&client).len(), 1);
}

/// Puts a server back to what was kept, and lets a minute go by once a client
/// brought back what it lacks.
fn put_back_for_a_minute(backend: &mut Backend, kept: &Path, client: &House) {
    backend.kill();
    backend.put_back(kept);
    backend.done("restore --new-epoch");
    backend.start();
    synced(client);
    backend.kill();
    backend.start_ahead(TimeDelta::seconds(61));
}

#[test]
fn a_page_that_only_a_client_remembers_is_repeated_and_says_so() {
    let receiver = Receiver::start();
    let (mut backend, client, kept) = kept_before_a_page(&receiver);
    // Nobody hears of it.
    let _unanswered = receiver.post();
    while escalated(&client).is_empty() {
        synced(&client);
    }
    put_back_for_a_minute(&mut backend, &kept, &client);

    let again = receiver.post();
    assert!(again.body.contains("Team Lead"), "{}", again.body);
    assert!(again.body.contains("possible repeat"), "{}", again.body);
    again.take();
    assert_eq!(escalated(&client).len(), 1);
}

#[test]
fn a_page_by_hand_that_only_a_client_remembers_is_repeated_and_says_so() {
    let receiver = Receiver::start();
    let (mut backend, client, kept) = kept_before_a_page(&receiver);
    receiver.post().take();
    client.done("page bo please --yes");
    // Nobody hears of it.
    let _unanswered = by_hand(&receiver);
    synced(&client);
    put_back_for_a_minute(&mut backend, &kept, &client);

    let again = by_hand(&receiver);
    assert!(again.body.contains("For bo, from ada"), "{}", again.body);
    assert!(again.body.contains("possible repeat"), "{}", again.body);
    again.take();
    let log = backend.done("export").out;
    assert_eq!(log.matches(r#""kind":"paged""#).count(), 1, "{log}");
}

/// The next page that somebody sent by hand; a step may come before it.
fn by_hand(receiver: &Receiver) -> Post {
    loop {
        let post = receiver.post();
        if post.body.contains("please") {
            return post;
        }
        post.take();
    }
}

/// Entries like that of an exported line, each with another of these texts.
fn more_of(exported: &str, texts: &[String]) -> String {
    let like: serde_json::Value = serde_json::from_str(exported).unwrap();
    let entries = texts.iter().map(|text| {
        let mut entry = like.clone();
        entry["id"] = Clock::System.new_id().to_string().into();
        entry["kind"] = "noted".into();
        entry["body"] = serde_json::json!({ "text": text });
        format!("{entry}\n")
    });
    entries.collect()
}
