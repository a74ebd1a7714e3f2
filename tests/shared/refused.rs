//! A server that takes nothing from here: what is recorded is kept, and whoever
//! recorded it knows that the team does not have it.

use std::fs;

use chrono::TimeDelta;
use warroom::{
    clock::Clock,
    store::{Log, OpenMode},
};

use super::{
    backend::{Backend, synced},
    in_place::cut_off,
};
use crate::{
    cli::house::{House, Said},
    faults::receiver::Receiver,
};

/// A server with an incident, and a client of it.
fn joined() -> (Backend, House) {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    let writer = backend.client("bo");
    backend.start();
    writer.done("declare down --severity P3");
    synced(&client);
    (backend, client)
}

/// Asserts that both say no, the first once that it is kept here.
fn is_kept_here(client: &House, why: &str) {
    let noted = client.say("note hello");
    let synced = client.say("sync --wait 10s");

    assert_eq!(noted.code, 3, "{noted:?}");
    let times = |said: &Said, what| said.err.matches(what).count();
    assert_eq!(times(&noted, why), 1, "{noted:?}");
    assert_eq!(
        times(&noted, "kept here, and not for the team"),
        1,
        "{noted:?}"
    );
    assert_eq!(synced.code, 3, "{synced:?}");
    assert!(synced.out.contains(": refused;"), "{synced:?}");
    let line = synced.out.lines().nth(1).unwrap();
    assert!(
        line.contains("noted  refused: ") && line.contains(why),
        "{line}"
    );
}

#[test]
fn who_may_only_read_is_told_that_a_note_is_not_for_the_team() {
    let (backend, client) = joined();
    let made = backend.done("token create wall --scope read");
    client.file("token", made.out.trim_end());
    while client.done("status -v").err.contains("unknown") {}

    is_kept_here(&client, "scope write");
}

#[test]
fn whose_token_was_revoked_is_told_that_a_note_is_not_for_the_team() {
    let (backend, client) = joined();
    backend.done("token revoke ada");
    while client.say("sync --wait 1s").code == 0 {}

    is_kept_here(&client, "was revoked");
}

/// Writes down, as an older program may have been told, that the server will
/// never take what waits in this house.
fn refuses_what_waits(client: &House) {
    let file = client.path().join(".local/share/warroom/prod.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let log = Log::open(&file, OpenMode::ReadWrite).await.unwrap();
        for one in log.unsent().await.unwrap() {
            let why = "unfit: too many steps".into();
            log.refused(one.row.id, &why).await.unwrap();
        }
        log.close().await;
    });
}

#[test]
fn of_an_incident_that_the_server_refused_the_status_says_that_nobody_is_paged() {
    let backend = Backend::on_a_file();
    let client = backend.client("ada");
    client.done("declare down --severity P2");
    let before = client.done("status").out;

    refuses_what_waits(&client);

    let after = client.done("status").out;
    let told = "NOBODY IS PAGED: refused by the server: unfit: too many steps";
    assert!(!before.contains("refused"), "{before}");
    assert!(after.contains(told), "{after}");
    let told = &client.json("status")["refused"][0];
    assert_eq!(told["why"], "unfit: too many steps", "{told}");
}

#[test]
fn of_a_page_that_the_server_refused_the_status_does_not_say_that_it_waits() {
    let receiver = Receiver::start();
    let (_backend, client) = cut_off(&receiver);
    client.done("escalate --yes");

    refuses_what_waits(&client);

    let status = client.done("status").out;
    let told = "NOBODY IS PAGED: Team Lead: refused by the server: unfit: too many steps";
    assert!(status.contains(told), "{status}");
    assert!(!status.contains("waits for the server"), "{status}");
}

#[test]
fn what_was_denied_and_is_old_leaves_only_at_a_persons_word() {
    let (mut backend, client) = joined();
    let file = client.path().join("token");
    let writes = fs::read_to_string(&file).unwrap();
    let made = backend.done("token create wall --scope read");
    client.file("token", made.out.trim_end());
    // By the clock of this host, while no server leads it.
    backend.kill();
    let then = (Clock::System.now() - TimeDelta::hours(2)).to_rfc3339();
    let kept = client.run(["note", "long ago", "--yes", "--now", &then]);
    assert_eq!(kept.code, 0, "{kept:?}");
    backend.start();
    let denied = client.run(["note", "just now"]);
    assert_eq!(denied.code, 3, "{denied:?}");

    client.file("token", &writes);
    let said = client.say("sync");

    assert_eq!(said.code, 3, "{said:?}");
    assert!(
        said.out.contains("1 entry waits, denied before"),
        "{said:?}"
    );
    let there = backend.done("export").out;
    assert!(
        there.contains("just now") && !there.contains("long ago"),
        "{there}"
    );
    client.done("sync give --yes");
    let there = backend.done("export").out;
    assert!(there.contains("long ago"), "{there}");
    assert!(!there.contains("never came"), "{there}");
}
