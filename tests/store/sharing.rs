//! One file, several tasks and processes, kills and a full disk.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

use proptest::prelude::*;
use rustix::fs::{FlockOperation, flock};
use sqlx::Connection as _;
use tokio::task::JoinSet;
use uuid::Uuid;
use warroom::{
    domain::entry::EntryId,
    store::{Accepted, Changes, Log, OpenMode, StoreError},
};

use super::{
    CHILD, Place, by_hand, child, childs_file, file, folder, ids, noon, note, notes, on_both, open,
    run, seqs, succeeded,
};

on_both![
    an_abandoned_append_leaves_the_log_usable,
    a_refused_append_leaves_the_log_usable,
    a_commit_of_this_process_is_told_by_the_time_it_is_answered,
    a_commit_of_another_process_is_told_as_well,
];

async fn an_abandoned_append_leaves_the_log_usable(place: Place) {
    let log = place.open().await;
    log.append(&notes([1]), &[], noon()).await.unwrap();

    // Polled a few times and dropped, at ever later points.
    for polls in 1..12_u32 {
        let entries = notes([u128::from(polls) + 100]);
        let append = log.append(&entries, &[], noon());
        tokio::pin!(append);
        for _ in 0..polls {
            if tokio::time::timeout(Duration::from_micros(300), &mut append)
                .await
                .is_ok()
            {
                break;
            }
        }
    }
    log.append(&notes([2]), &[], noon()).await.unwrap();

    let read = log.after(0, 100).await.unwrap();
    let last = read.last().unwrap();
    assert_eq!(last.id, EntryId(Uuid::from_u128(2)));
    assert_eq!(seqs(&read), (1..=last.seq.unwrap()).collect::<Vec<_>>());
}

async fn a_refused_append_leaves_the_log_usable(place: Place) {
    let log = place.open().await;
    log.append(&notes([1]), &[], noon()).await.unwrap();

    for n in 2..100 {
        let refused = log.append(&[note(1, "another")], &[], noon()).await;
        let taken = log.append(&notes([n]), &[], noon()).await;

        assert!(
            matches!(refused, Err(StoreError::IdReuse { .. })),
            "{refused:?}"
        );
        assert_eq!(taken.unwrap(), [Accepted::Appended(n.try_into().unwrap())]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_waits_for_no_process_that_was_stopped_while_it_held_the_mark() {
    let folder = folder();
    let (log, path) = (
        open(&file(&folder)).await,
        folder.path().join("log.db.head"),
    );
    log.append(&notes([1]), &[], noon()).await.unwrap();
    let held = fs::File::open(&path).unwrap();
    flock(&held, FlockOperation::LockExclusive).unwrap();

    for n in 2..=3 {
        let writer = log.clone();
        let append = tokio::spawn(async move { writer.append(&notes([n]), &[], noon()).await });
        let in_time = tokio::time::timeout(Duration::from_secs(20), append).await;
        in_time.expect("the commit waited").unwrap().unwrap();
    }
    let while_held = fs::read_to_string(&path).unwrap();
    drop(held);

    assert!(
        while_held.starts_with(&format!("{:020} ", 1)),
        "{while_held}"
    );
    let raised = async {
        while !fs::read_to_string(&path)
            .unwrap()
            .starts_with(&format!("{:020} ", 3))
        {
            tokio::task::yield_now().await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), raised).await;
    in_time.expect("the mark was never raised");
}

/// Waits for a change, and not for ever.
async fn told(changes: &mut Changes) {
    tokio::time::timeout(Duration::from_secs(20), changes.changed())
        .await
        .expect("the commit was never told");
}

async fn a_commit_of_this_process_is_told_by_the_time_it_is_answered(place: Place) {
    let log = place.open().await;
    let mut changes = log.changes().await;

    log.append(&notes([1]), &[], noon()).await.unwrap();

    tokio::select! {
        biased;
        () = changes.changed() => {}
        () = std::future::ready(()) => panic!("it has yet to be told"),
    }
}

async fn a_commit_of_another_process_is_told_as_well(place: Place) {
    let log = place.open().await;
    let other = place.open().await;
    let mut changes = other.changes().await;

    // Twice, because the first may be told for the look at how things were.
    for n in 1..=2 {
        log.append(&notes([n]), &[], noon()).await.unwrap();
        while other.head().await.unwrap() < n.try_into().unwrap() {
            told(&mut changes).await;
        }
    }
    log.save_draft("update", "{}", noon()).await.unwrap();
    told(&mut changes).await;

    assert_eq!(other.draft("update").await.unwrap().as_deref(), Some("{}"));
}

/// Appends fifty notes, one by one; see the next test.
#[tokio::test]
async fn child_appends() {
    let Some(path) = childs_file() else { return };
    let log = open(&path).await;
    let base = u128::from(std::process::id()) << 32;
    for n in 0..50 {
        log.append(&notes([base + n]), &[], noon()).await.unwrap();
    }
}

#[tokio::test]
async fn i3_three_processes_on_one_file_leave_no_gap() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let children: Vec<_> = (0..2)
        .map(|_| {
            let mut child = child("store::sharing::child_appends", &file(&folder));
            child
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();

    for n in 1..=50 {
        log.append(&notes([n]), &[], noon()).await.unwrap();
    }
    for child in children {
        assert!(succeeded(&child.wait_with_output().unwrap()));
    }

    let read = log.after(0, 1_000).await.unwrap();
    assert_eq!(seqs(&read), (1..=150).collect::<Vec<_>>());
    assert_eq!(ids(&read).into_iter().collect::<BTreeSet<_>>().len(), 150);
    assert!(log.verify().await.unwrap().is_sound());
}

/// Appends for ever, and says each number after its append was answered; see
/// the next test.
#[tokio::test]
async fn child_appends_until_it_is_killed() {
    let Some(path) = childs_file() else { return };
    let log = open(&path).await;
    let head = u128::from(log.head().await.unwrap());
    for n in head + 1.. {
        let entries = [note(n, &"x".repeat(600))];
        log.append(&entries, &[], noon()).await.unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "saved {n}").unwrap();
        out.flush().unwrap();
    }
}

#[tokio::test]
async fn i1_what_was_answered_survives_a_kill() {
    let folder = folder();
    let test = "store::sharing::child_appends_until_it_is_killed";
    let mut saved = 0;
    for round in 1..=12 {
        let mut child = child(test, &file(&folder))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = lines.map_while(Result::ok).filter_map(|line| {
            // The first one shares its line with the harness's own words.
            line.rsplit_once("saved ")?.1.parse::<u64>().ok()
        });

        saved = said.nth(round * 3).unwrap();
        child.kill().unwrap();
        saved = said.last().unwrap_or(saved);
        child.wait().unwrap();

        let log = open(&file(&folder)).await;
        let head = log.head().await.unwrap();
        assert!(
            head == saved || head == saved + 1,
            "{saved} answered, {head} there"
        );
        assert_eq!(log.warnings(), []);
        log.close().await;
    }
    let log = open(&file(&folder)).await;
    assert!(saved > 200, "{saved}");
    assert!(log.verify().await.unwrap().is_sound());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_that_make_the_same_log_make_one() {
    let folder = folder();
    let path = Arc::new(file(&folder));
    let mut all = JoinSet::new();
    for n in 1..=4 {
        let path = Arc::clone(&path);
        all.spawn(async move {
            let log = open(&path).await;
            log.append(&notes([n]), &[], noon()).await.unwrap();
            log.replica()
        });
    }

    let replicas: BTreeSet<_> = all.join_all().await.into_iter().collect();

    assert_eq!(replicas.len(), 1);
    assert_eq!(open(&path).await.head().await.unwrap(), 4);
}

/// Fills a disk of one megabyte; see the next test.
#[tokio::test]
async fn child_on_a_full_disk() {
    let Some(path) = childs_file() else { return };
    let log = open(&path).await;
    let text = "x".repeat(3_900);
    let mut saved = 0;
    let error = loop {
        match log.append(&[note(saved + 1, &text)], &[], noon()).await {
            Ok(_) => saved += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error:?}");
    assert!(error.may_pass());
    assert!(saved > 20, "{saved}");
    let kept = log.after(0, 10_000).await.unwrap();
    assert_eq!(
        kept.len() as u128,
        saved,
        "what was saved is there, and no more"
    );

    let again = log.append(&[note(saved + 1, &text)], &[], noon()).await;
    assert!(
        matches!(again, Err(StoreError::DiskFull { .. })),
        "{again:?}"
    );

    fs::remove_file(path.with_file_name("ballast")).unwrap();
    log.append(&[note(saved + 1, &text)], &[], noon())
        .await
        .unwrap();
    assert_eq!(u128::from(log.head().await.unwrap()), saved + 1);
    assert!(log.verify().await.unwrap().is_sound());
}

#[test]
fn a_full_disk_is_told_and_passes() {
    let folder = folder();
    // A disk of its own, in a namespace that takes it away in the end.
    let script = "mount -t tmpfs -o size=1m none \"$0\" && head -c 300000 /dev/zero > \"$0/ballast\" \
                  && exec \"$@\"";
    let possible = |flags: &&str| {
        let tried = Command::new("unshare").args([flags, "true"]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    // As a user of the namespace, or as the administrator.
    let flags = ["-rm", "-m"].into_iter().find(possible).expect(
        "a small disk to fill: allow user namespaces, or run this test as the administrator",
    );
    let inner = child("store::sharing::child_on_a_full_disk", &file(&folder));

    let output = Command::new("unshare")
        .args([flags, "sh", "-c", script])
        .arg(folder.path())
        .arg(inner.get_program())
        .args(inner.get_args())
        .env(CHILD, file(&folder))
        .output()
        .unwrap();

    assert!(succeeded(&output));
}

#[tokio::test]
async fn a_writer_that_hangs_is_waited_for_and_readers_go_on() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes([1]), &[], noon()).await.unwrap();
    let mut other = by_hand(&file(&folder)).await;
    run(&mut other, "BEGIN IMMEDIATE").await.unwrap();

    let writer = log.clone();
    let waiting = tokio::spawn(async move { writer.append(&notes([2]), &[], noon()).await });
    assert_eq!(log.after(0, 10).await.unwrap().len(), 1);
    assert!(!waiting.is_finished());
    run(&mut other, "ROLLBACK").await.unwrap();

    assert_eq!(waiting.await.unwrap().unwrap(), [Accepted::Appended(2)]);
    other.close().await.unwrap();
}

/// What one of two consoles does: appends these ids, each perhaps again.
fn batches() -> impl Strategy<Value = Vec<(bool, Vec<u8>)>> {
    let ids = prop::collection::vec(0_u8..12, 1..5);
    prop::collection::vec((any::<bool>(), ids), 1..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_interleaving_of_retries_gives_each_id_one_number(batches in batches()) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let folder = folder();
        let (read, expected) = runtime.block_on(async {
            let consoles = [open(&file(&folder)).await, open(&file(&folder)).await];
            let mut all = JoinSet::new();
            for (which, ids) in batches.clone() {
                let log: Log = consoles[usize::from(which)].clone();
                let entries = notes(ids.into_iter().map(|id| u128::from(id) + 1));
                all.spawn(async move { log.append(&entries, &[], noon()).await.unwrap() });
            }
            let answered = all.join_all().await;
            let reader = Log::open(file(&folder), OpenMode::ReadOnly).await.unwrap();
            let highest = answered.iter().flatten().map(|one| one.seq()).max().unwrap();
            (reader.after(0, 100).await.unwrap(), highest)
        });

        let wanted: BTreeSet<u8> = batches.into_iter().flat_map(|(_, ids)| ids).collect();
        prop_assert_eq!(seqs(&read), (1..=expected).collect::<Vec<_>>());
        prop_assert_eq!(read.len(), wanted.len());
        prop_assert_eq!(ids(&read).into_iter().collect::<BTreeSet<_>>().len(), read.len());
    }
}
