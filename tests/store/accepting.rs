//! Taking in what others made, with an answer for each.

use warroom::{
    domain::{
        entry::{Entry, EntryId},
        fact::Fact,
        notice::{DeliveryState, Purpose},
    },
    store::{Accepting, Known, Log, RawEntry, StoreError},
};

use super::{file, folder, ids, intent, noon, note, notes, open, queued, seqs, state};

async fn begin<'l>(log: &'l Log, entries: &[Entry]) -> Accepting<'l> {
    log.accepting(&ids(entries)).await.unwrap()
}

fn take(tx: &mut Accepting<'_>, entry: &Entry) -> Result<u64, StoreError> {
    tx.take(RawEntry::from(entry), Vec::new())
}

#[tokio::test]
async fn what_is_taken_is_numbered_after_what_was_there() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..3), &[], noon()).await.unwrap();

    let mut tx = begin(&log, &notes(3..5)).await;
    for entry in notes(3..5) {
        take(&mut tx, &entry).unwrap();
    }
    let fresh = tx.commit(noon()).await.unwrap();

    let numbers: Vec<Option<u64>> = fresh.iter().map(|row| row.seq).collect();
    assert_eq!(numbers, [Some(3), Some(4)]);
    assert_eq!(seqs(&log.after(0, 10).await.unwrap()), [1, 2, 3, 4]);
    assert_eq!(log.verify().await.unwrap().problems, []);
}

#[tokio::test]
async fn what_is_known_is_told_from_what_only_has_the_same_id() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes([1]), &[], noon()).await.unwrap();
    let by_another = Entry {
        by: "grace".into(),
        ..note(1, "note 1")
    };

    let mut tx = begin(&log, &notes(1..4)).await;
    take(&mut tx, &note(2, "note 2")).unwrap();

    let known = |entry: &Entry| tx.known(&RawEntry::from(entry));
    assert_eq!(known(&note(1, "note 1")), Known::Same(1));
    assert_eq!(known(&by_another), Known::Same(1));
    assert_eq!(known(&note(1, "other")), Known::Other);
    assert_eq!(known(&note(2, "note 2")), Known::Same(2));
    assert_eq!(known(&note(3, "note 3")), Known::New);
}

#[tokio::test]
async fn what_came_before_is_read_inside_the_lock() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..6), &[], noon()).await.unwrap();

    let mut tx = begin(&log, &[]).await;

    assert_eq!(seqs(&tx.missed(2).await.unwrap()), [3, 4, 5]);
    assert_eq!(tx.missed(5).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_dropped_leaves_nothing_and_holds_nobody_up() {
    let folder = folder();
    let log = open(&file(&folder)).await;

    let mut tx = begin(&log, &notes([1])).await;
    take(&mut tx, &note(1, "note 1")).unwrap();
    drop(tx);

    log.append(&notes([2]), &[], noon()).await.unwrap();
    assert_eq!(log.after(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn messages_come_and_go_with_the_entries_that_say_so() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    queued(&log, &[intent("first", Purpose::Update)]).await;
    let back = Entry {
        fact: Fact::Retracted {
            entry: EntryId(uuid::Uuid::from_u128(1)),
            reason: "wrong".into(),
        },
        ..note(2, "")
    };

    let mut tx = begin(&log, &notes(2..4)).await;
    take(&mut tx, &back).unwrap();
    let row = RawEntry::from(&note(3, "note 3"));
    let mut second = intent("second", Purpose::Update);
    second.origin = row.id;
    tx.take(row, vec![second.into()]).unwrap();
    tx.commit(noon()).await.unwrap();

    assert_eq!(state(&log, "first").await, DeliveryState::Cancelled);
    assert_eq!(state(&log, "second").await, DeliveryState::Queued);
}

#[tokio::test]
async fn what_can_not_be_stored_is_refused_by_itself() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let mut odd = RawEntry::from(&note(1, "odd"));
    odd.kind = "two\u{1f}words".to_owned();

    let mut tx = begin(&log, &notes(1..3)).await;
    let refused = tx.take(odd, Vec::new());
    let taken = take(&mut tx, &note(2, "note 2"));
    tx.commit(noon()).await.unwrap();

    assert!(matches!(refused, Err(StoreError::Unfit { .. })));
    assert_eq!(taken.unwrap(), 1);
    assert_eq!(log.head().await.unwrap(), 1);
}
