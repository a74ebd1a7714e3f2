//! Adding, reading, and sharing one file.

use std::{collections::BTreeSet, fs, process::Command, sync::Arc, time::Duration};

use proptest::prelude::*;
use sqlx::Connection as _;
use tokio::task::JoinSet;
use uuid::Uuid;
use warroom::{
    domain::{
        entry::{Entry, EntryId},
        fact::{Fact, Unknown},
        notice::Purpose,
    },
    store::{Accepted, DeliveryFilter, Log, OpenMode, StoreError},
};

use super::{
    CHILD, by_hand, child, childs_file, file, folder, intent, noon, note, notes, open, run,
    succeeded,
};

fn ids(entries: &[Entry]) -> Vec<EntryId> {
    entries.iter().map(|entry| entry.id).collect()
}

fn seqs(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq.unwrap()).collect()
}

#[tokio::test]
async fn entries_come_back_in_order_with_their_numbers() {
    let folder = folder();
    let log = open(&file(&folder)).await;

    let accepted = log.append(&notes([5, 3, 9]), &[], noon()).await.unwrap();

    assert_eq!(
        accepted,
        [1, 2, 3].map(Accepted::Appended),
        "numbers follow the order of the call"
    );
    let read = log.after(0, 10).await.unwrap();
    let expected: Vec<Entry> = notes([5, 3, 9])
        .into_iter()
        .zip(1..)
        .map(|(entry, seq)| Entry {
            seq: Some(seq),
            ..entry
        })
        .collect();
    assert_eq!(read, expected);
    assert_eq!(seqs(&log.after(1, 1).await.unwrap()), [2]);
    assert_eq!(seqs(&log.last(2).await.unwrap()), [2, 3]);
    assert_eq!(log.last(0).await.unwrap(), []);
    assert_eq!(log.head().await.unwrap(), 3);
}

#[tokio::test]
async fn entries_survive_a_reopening() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=5), &[], noon()).await.unwrap();
    let replica = log.replica();
    drop(log);

    let log = open(&file(&folder)).await;

    assert_eq!(seqs(&log.after(0, 10).await.unwrap()), [1, 2, 3, 4, 5]);
    assert_eq!(log.replica(), replica);
    assert_eq!(log.warnings(), []);
}

#[tokio::test]
async fn i2_a_retry_is_answered_with_the_number_it_got_before() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes([1, 2]), &[], noon()).await.unwrap();

    let accepted = log.append(&notes([2, 3, 3]), &[], noon()).await.unwrap();

    assert_eq!(
        accepted,
        [
            Accepted::Duplicate(2),
            Accepted::Appended(3),
            Accepted::Duplicate(3)
        ]
    );
    assert_eq!(log.head().await.unwrap(), 3);
}

#[tokio::test]
async fn i2_a_known_id_with_other_content_is_refused_and_nothing_is_written() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes([1]), &[], noon()).await.unwrap();

    let error = log
        .append(
            &[note(2, "new"), note(1, "another text")],
            &[intent("page/1", Purpose::Page)],
            noon(),
        )
        .await
        .unwrap_err();

    assert!(
        matches!(error, StoreError::IdReuse { id } if id == EntryId(Uuid::from_u128(1))),
        "{error}"
    );
    assert_eq!(log.head().await.unwrap(), 1);
    assert_eq!(log.deliveries(DeliveryFilter::All).await.unwrap(), []);
}

#[tokio::test]
async fn i6_a_key_is_queued_once() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let page = intent("page/1", Purpose::Page);
    log.append(&notes([1]), &[page.clone()], noon())
        .await
        .unwrap();

    let mut other = page.clone();
    other.text = "something else".into();
    log.append(&notes([2]), &[other], noon()).await.unwrap();

    let all = log.deliveries(DeliveryFilter::All).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].intent, page);
}

#[tokio::test]
async fn what_a_newer_program_wrote_is_kept_byte_for_byte() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let body = r#"{ "wind" : 4.50,"gusts":[1,  2] }"#;
    let entry = Entry {
        fact: Fact::Unknown(Unknown {
            kind: "weather_changed".to_owned(),
            body: serde_json::from_str(body).unwrap(),
        }),
        ..note(1, "")
    };

    log.append(&[entry.clone()], &[], noon()).await.unwrap();

    let raw = log.raw_after(0, 1).await.unwrap();
    assert_eq!(
        (raw[0].kind.as_str(), raw[0].body.as_str()),
        ("weather_changed", body)
    );
    assert_eq!(log.after(0, 1).await.unwrap()[0].fact, entry.fact);
    assert_eq!(
        log.append(&[entry], &[], noon()).await.unwrap(),
        [Accepted::Duplicate(1)]
    );
}

#[tokio::test]
async fn no_entry_is_ever_changed_or_deleted() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=2), &[], noon()).await.unwrap();
    let mut conn = by_hand(&file(&folder)).await;

    for sql in [
        "UPDATE entries SET body = '{}' WHERE seq = 1",
        "DELETE FROM entries WHERE seq = 2",
        "UPDATE head SET seq = 1",
        "DELETE FROM head",
    ] {
        assert!(run(&mut conn, sql).await.is_err(), "{sql}");
    }
    run(&mut conn, "PRAGMA recursive_triggers = ON")
        .await
        .unwrap();
    let replace = "INSERT OR REPLACE INTO entries SELECT seq, id, incident, kind, at, recorded_at, \
                   actor, via, replica, rseq, base, '{}', total FROM entries";
    assert!(run(&mut conn, replace).await.is_err());
    assert!(log.verify().await.unwrap().is_sound());
}

#[tokio::test]
async fn own_entries_are_counted_for_themselves() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let own = |n| Entry {
        replica: log.replica(),
        ..note(n, "own")
    };

    log.append(&[own(1), note(2, "foreign"), own(3)], &[], noon())
        .await
        .unwrap();

    let mut conn = by_hand(&file(&folder)).await;
    let counted: Vec<Option<i64>> = sqlx::query_scalar("SELECT rseq FROM entries ORDER BY seq")
        .fetch_all(&mut conn)
        .await
        .unwrap();
    assert_eq!(counted, [Some(1), None, Some(2)]);
}

#[tokio::test]
async fn an_abandoned_append_leaves_the_log_usable() {
    let folder = folder();
    let log = open(&file(&folder)).await;
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

#[tokio::test]
async fn a_commit_wakes_whoever_waits_in_this_log_and_in_another() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let other = open(&file(&folder)).await;
    let mut own = log.changes().await;
    let mut foreign = other.changes().await;

    log.append(&notes([1]), &[], noon()).await.unwrap();
    own.changed().await;
    foreign.changed().await;
    log.append(&notes([2]), &[], noon()).await.unwrap();
    foreign.changed().await;

    // Twice told, so that the second is not the first's echo.
    assert_eq!(other.head().await.unwrap(), 2);
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
            let mut child = child("store::adding::child_appends", &file(&folder));
            child
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
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
    let mut inside = Command::new("unshare");
    inside.args(["-rm", "sh", "-c"]);
    let possible = inside
        .args(["true"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !possible {
        return;
    }
    let inner = child("store::adding::child_on_a_full_disk", &file(&folder));

    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script])
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

#[tokio::test]
async fn a_long_log_is_read_in_pages_without_a_seam() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=4_500), &[], noon()).await.unwrap();

    let all = log.after(0, u32::MAX).await.unwrap();
    let some = log.after(1_999, 2_001).await.unwrap();

    assert_eq!(seqs(&all), (1..=4_500).collect::<Vec<_>>());
    assert_eq!(seqs(&some), (2_000..=4_000).collect::<Vec<_>>());
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
