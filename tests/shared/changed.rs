//! A server that is set up in another way while somebody follows it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use warroom::{
    domain::secret::Secret,
    remote::Address,
    store::{Log, OpenMode},
    wire::Known,
};

use super::{
    PATIENCE,
    backend::Backend,
    copy::{Copy, converged},
};
use crate::faults::{NO_PROBES, receiver::Receiver};

fn address(backend: &Backend, file: &Path) -> Address {
    Address {
        url: format!("http://{}/", backend.address()).parse().unwrap(),
        workspace: backend.workspace().into(),
        token: Some(Secret::new(&fs::read_to_string(file).unwrap())),
        token_file: Some(file.to_owned()),
        ca_file: None,
    }
}

fn keep_secret(file: &Path, token: &str) {
    fs::write(file, token).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A server that two people follow.
async fn followed() -> (Backend, Vec<Copy>) {
    let mut backend = Backend::on_a_file();
    let tokens = [backend.token("ada"), backend.token("bo")];
    backend.start();
    let mut copies = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        let file = backend.house.path().join(format!("{place}.db"));
        let mut copy = Copy::open(&file, backend.address(), "prod", token).await;
        copy.keep();
        copies.push(copy);
    }
    (backend, copies)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_changed_in_its_file_counts_without_a_new_start() {
    let mut backend = Backend::on_a_file();
    let file = backend.house.path().join("ada.token");
    keep_secret(&file, &backend.token("ada"));
    let next = backend.token("ada-2");
    backend.start();
    let mut copy = Copy::of(&backend.house.path().join("a.db"), address(&backend, &file)).await;
    copy.keep();
    copy.may_write(true).await;
    copy.note("before").await;
    converged(&[&copy], 1, PATIENCE).await;

    backend.done("token revoke ada");
    copy.refused().await;
    keep_secret(&file, &next);

    copy.note("after").await;
    converged(&[&copy], 2, PATIENCE).await;
    assert!(backend.done("export").out.contains("\"by\":\"ada-2\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_may_only_read_is_told_until_another_may_write() {
    let mut backend = Backend::on_a_file();
    let file = backend.house.path().join("ada.token");
    let made = backend.done("token create wall --scope read");
    keep_secret(&file, made.out.trim_end());
    let next = backend.token("ada");
    backend.start();
    let mut copy = Copy::of(&backend.house.path().join("a.db"), address(&backend, &file)).await;
    copy.keep();

    copy.may_write(false).await;
    copy.note("stays here until then").await;
    keep_secret(&file, &next);

    copy.may_write(true).await;
    converged(&[&copy], 1, PATIENCE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_updates_go_is_learned_anew_when_the_server_is_back() {
    let receiver = Receiver::start();
    let mut backend = Backend::on_a_file();
    let sends_to = |backend: &Backend, name: &str| {
        let channel = receiver.channel(name);
        let updates = format!("[updates]\nchannels = [\"{name}\"]\n");
        backend
            .house
            .config(&format!("{NO_PROBES}{updates}{channel}"));
    };
    sends_to(&backend, "first");
    let token = backend.token("ada");
    backend.start();
    let file = backend.house.path().join("a.db");
    let mut copy = Copy::open(&file, backend.address(), "prod", &token).await;
    copy.keep();
    copy.sends_to("first").await;

    backend.end();
    sends_to(&backend, "second");
    backend.start();

    copy.sends_to("second").await;
    let known = copy.log.known_of_server().await.unwrap().unwrap();
    let known = Known::read(&known).unwrap();
    assert_eq!(known.channels.updates[0].as_str(), "second");
    assert_eq!(known.scopes, ["write"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_room_open_is_told_to_the_others() {
    let mut backend = Backend::on_a_file();
    let tokens = [backend.token("ada"), backend.token("bo")];
    backend.start();
    let open = async |place: &str, token: &str| {
        let file = backend.house.path().join(format!("{place}.db"));
        Copy::open(&file, backend.address(), "prod", token).await
    };
    let mut desk = open("desk", &tokens[0]).await;
    let mut laptop = open("laptop", &tokens[0]).await;
    let mut bo = open("bo", &tokens[1]).await;
    // A command looks in, and is not there.
    open("script", &tokens[1]).await.settled().await;

    for copy in [&mut desk, &mut laptop, &mut bo] {
        copy.keep();
    }

    bo.sees(&[("ada", 2), ("bo", 1)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_a_server_that_runs_is_refused_and_after_it_followers_heal() {
    let (mut backend, copies) = followed().await;
    let both: Vec<&Copy> = copies.iter().collect();
    both[0].note("one").await;
    converged(&both, 1, PATIENCE).await;
    let kept = backend.house.path().join("kept.db");
    let kept = kept.to_str().unwrap();
    backend.done(&format!("backup {kept}"));
    both[1].note("two").await;
    converged(&both, 2, PATIENCE).await;
    let epoch = both[0].log.epoch().await.unwrap();

    let line = format!("restore {kept} --yes");
    let refused = crate::cli::house::said(backend.command(&line).output().unwrap());
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.err.contains("works on this log: end it first"),
        "{refused:?}"
    );
    // A server that was killed could not give the log back, and is gone.
    backend.kill();
    backend.done(&line);
    backend.start();
    both[0].note("three").await;

    converged(&both, 3, PATIENCE).await;
    assert_ne!(both[0].log.epoch().await.unwrap(), epoch);
    let log = backend.done("export").out;
    for text in ["one", "two", "three"] {
        assert_eq!(
            log.matches(&format!("\"text\":\"{text}\"")).count(),
            1,
            "{log}"
        );
    }
    assert_eq!(both[0].ids().await, both[1].ids().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_history_under_a_server_that_runs_is_noticed_by_all_who_follow() {
    let (backend, copies) = followed().await;
    let both: Vec<&Copy> = copies.iter().collect();
    both[0].note("one").await;
    converged(&both, 1, PATIENCE).await;
    let epoch = both[0].log.epoch().await.unwrap();

    // What `restore` does at its end, by somebody who does it under the server.
    let log = Log::open(backend.file(), OpenMode::ReadWrite)
        .await
        .unwrap();
    log.begin_epoch().await.unwrap();
    log.close().await;
    both[1].note("two").await;

    let changed = async {
        for copy in &both {
            let mut changes = copy.log.changes().await;
            while copy.log.epoch().await.unwrap() == epoch {
                changes.changed().await;
            }
        }
    };
    tokio::time::timeout(PATIENCE, changed).await.unwrap();
    converged(&both, 2, PATIENCE).await;
}
