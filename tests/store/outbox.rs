//! A copy whose numbers a server gives: what waits, what comes back, and what
//! happens when the server's history is another.

use std::future::ready;

use proptest::prelude::*;
use tempfile::TempDir;
use warroom::{
    domain::{entry::Entry, notice::Purpose, text::Title},
    store::{Accepted, Authority, Log, RawEntry, StoreError, TakenIn, Unsent},
};

use super::{file, folder, intent, noon, note, notes, open, seqs};

pub(super) const EPOCH: &str = "first";

fn server() -> Authority {
    let name = "127.0.0.1:7477".to_owned();
    Authority { name, log: None }
}

/// Entries as a server has them, numbered from `first`.
pub(super) fn page(first: u64, entries: &[Entry]) -> Vec<RawEntry> {
    let rows = entries.iter().zip(first..);
    rows.map(|(entry, seq)| RawEntry {
        seq: Some(seq),
        ..RawEntry::from(entry)
    })
    .collect()
}

/// Attaches it as it is now.
async fn attach(log: &Log, epoch: &str, common: u64) -> Result<Option<u64>, StoreError> {
    let was = log.extent().await.unwrap();
    log.attach(&was, &server(), epoch, common).await
}

pub(super) async fn copy(folder: &TempDir) -> Log {
    let log = open(&file(folder)).await;
    attach(&log, EPOCH, 0).await.unwrap();
    log
}

pub(super) async fn waiting(log: &Log) -> Vec<u128> {
    let unsent = log.unsent().await.unwrap();
    unsent.iter().map(|one| one.row.id.0.as_u128()).collect()
}

#[tokio::test]
async fn what_a_copy_records_waits_until_the_server_numbers_it() {
    let folder = folder();
    let log = copy(&folder).await;

    let kept = log.append(&notes([5, 3]), &[], noon()).await.unwrap();

    assert_eq!(kept, [Accepted::Waiting; 2]);
    assert_eq!(log.after(0, 10).await.unwrap(), [], "it has no number yet");
    assert_eq!(waiting(&log).await, [5, 3]);

    // The server had somebody else's first, and took ours the other way round.
    let taken = log
        .take_in(EPOCH, &page(1, &notes([9, 3])), None)
        .await
        .unwrap();

    assert_eq!(taken, TakenIn::UpTo(2));
    assert_eq!(waiting(&log).await, [5]);
    let read = log.after(0, 10).await.unwrap();
    assert_eq!(seqs(&read), [1, 2]);
    assert_eq!(log.verify().await.unwrap().problems, []);
}

#[tokio::test]
async fn a_page_is_taken_once_whole_and_only_where_it_follows() {
    let folder = folder();
    let log = copy(&folder).await;

    let gap = log
        .take_in(EPOCH, &page(2, &notes([2])), None)
        .await
        .unwrap();
    let other = log
        .take_in("second", &page(1, &notes([1])), None)
        .await
        .unwrap();
    log.take_in(EPOCH, &page(1, &notes([1, 2])), None)
        .await
        .unwrap();
    let again = log
        .take_in(EPOCH, &page(1, &notes([1, 2, 3])), None)
        .await
        .unwrap();

    assert_eq!((gap, other), (TakenIn::Gap, TakenIn::OtherEpoch));
    assert_eq!(again, TakenIn::UpTo(3), "what was known is passed over");
    assert_eq!(seqs(&log.after(0, 10).await.unwrap()), [1, 2, 3]);
}

#[tokio::test]
async fn a_local_log_that_is_attached_loses_nothing_and_tells_nobody_twice() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=3), &[], noon()).await.unwrap();

    let moved = attach(&log, EPOCH, 0).await.unwrap();

    assert_eq!(moved, Some(3));
    assert_eq!(log.server().await.unwrap(), Some(server()));
    assert_eq!(log.epoch().await.unwrap(), EPOCH);
    let unsent: Vec<Unsent> = log.unsent().await.unwrap();
    assert!(
        unsent.iter().all(|one| one.told),
        "its messages left already"
    );
    log.append(&notes([4]), &[], noon()).await.unwrap();
    assert_eq!(waiting(&log).await, [1, 2, 3, 4]);
    assert!(!log.unsent().await.unwrap()[3].told);
    drop(log);
    let log = open(&file(&folder)).await;
    assert_eq!(log.warnings(), [], "the number fell on purpose");
    assert_eq!(log.verify().await.unwrap().problems, []);
}

#[tokio::test]
async fn who_begins_a_copy_at_the_same_time_as_another_sets_nothing_back() {
    let folder = folder();
    let (slow, quick) = (open(&file(&folder)).await, open(&file(&folder)).await);
    let was = slow.extent().await.unwrap();
    attach(&quick, EPOCH, 0).await.unwrap();
    quick
        .take_in(EPOCH, &page(1, &notes(1..=4)), None)
        .await
        .unwrap();

    let moved = slow.attach(&was, &server(), &was.epoch, 0).await.unwrap();

    assert_eq!(moved, None);
    assert_eq!(slow.head().await.unwrap(), 4);
    assert_eq!(waiting(&slow).await, []);
}

#[tokio::test]
async fn a_log_with_messages_on_their_way_is_not_attached() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let page = intent("page/1", Purpose::Page);
    log.append(&notes([1]), &[page], noon()).await.unwrap();

    let refused = attach(&log, EPOCH, 0).await;

    assert!(matches!(refused, Err(StoreError::StillToSend { count: 1 })));
    assert_eq!(
        seqs(&log.after(0, 10).await.unwrap()),
        [1],
        "it is as it was"
    );
}

#[tokio::test]
async fn whoever_had_the_log_open_when_it_was_given_away_writes_no_more() {
    let folder = folder();
    let (log, other) = (open(&file(&folder)).await, open(&file(&folder)).await);
    other.append(&notes([1]), &[], noon()).await.unwrap();

    log.give_away("there", ready(Ok(()))).await.unwrap();

    let refused = other.append(&notes([2]), &[], noon()).await;
    assert!(matches!(refused, Err(StoreError::Given { to }) if to == "there"));
    assert_eq!(seqs(&other.after(0, 10).await.unwrap()), [1]);
    let elsewhere = log.give_away("elsewhere", ready(Ok(()))).await;
    assert!(matches!(elsewhere, Err(StoreError::Given { .. })));
    log.give_away("there", ready(Ok(()))).await.unwrap();
}

#[tokio::test]
async fn a_log_with_messages_on_their_way_is_not_given_away() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let page = intent("page/1", Purpose::Page);
    log.append(&notes([1]), &[page], noon()).await.unwrap();

    let refused = log.give_away("there", ready(Ok(()))).await;

    assert!(matches!(refused, Err(StoreError::StillToSend { count: 1 })));
    log.append(&notes([2]), &[], noon()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_lost_its_tail_gets_it_back_in_order() {
    let folder = folder();
    let log = copy(&folder).await;
    log.take_in(EPOCH, &page(1, &notes(1..=4)), None)
        .await
        .unwrap();
    log.append(&notes([5]), &[], noon()).await.unwrap();

    // Restored from a backup that ends at number 2.
    let moved = attach(&log, "second", 2).await.unwrap();

    assert_eq!(moved, Some(2));
    assert_eq!(waiting(&log).await, [3, 4, 5]);
    assert_eq!(log.head().await.unwrap(), 2);
    let back = page(3, &notes([6, 3, 4, 5]));
    assert_eq!(
        log.take_in("second", &back, None).await.unwrap(),
        TakenIn::UpTo(6)
    );
    assert_eq!(waiting(&log).await, []);
    assert_eq!(log.verify().await.unwrap().problems, []);
}

#[tokio::test]
async fn what_a_server_refuses_stays_and_is_shown_until_it_is_discarded() {
    let folder = folder();
    let log = copy(&folder).await;
    log.append(&notes([1, 2]), &[], noon()).await.unwrap();
    let id = notes([1])[0].id;

    log.refused(id, &Title::lossy("too_large")).await.unwrap();

    let unsent = log.unsent().await.unwrap();
    assert_eq!(unsent[0].refused.as_deref(), Some("too_large"));
    assert!(log.discard(id).await.unwrap());
    assert!(!log.discard(id).await.unwrap(), "it is gone");
    assert_eq!(waiting(&log).await, [2]);
}

#[tokio::test]
async fn what_is_imported_into_a_copy_pages_nobody() {
    let (one, other) = (folder(), folder());
    let mut lines = Vec::new();
    let source = open(&file(&one)).await;
    source.append(&notes([1, 2]), &[], noon()).await.unwrap();
    source.export(&mut lines).await.unwrap();
    let log = copy(&other).await;

    let first = log.import(lines.as_slice()).await.unwrap();
    let again = log.import(lines.as_slice()).await.unwrap();

    assert_eq!((first.added, first.known), (2, 0));
    assert_eq!((again.added, again.known), (0, 2), "they wait already");
    assert_eq!(waiting(&log).await, [1, 2]);
    assert!(log.unsent().await.unwrap().iter().all(|one| one.told));
}

#[tokio::test]
async fn a_known_id_that_waits_says_so_and_is_not_taken_with_other_words() {
    let folder = folder();
    let log = copy(&folder).await;
    log.append(&notes([1]), &[], noon()).await.unwrap();

    let again = log.append(&notes([1, 2, 2]), &[], noon()).await.unwrap();
    let other = log.append(&[note(1, "another")], &[], noon()).await;
    let at_once = [note(3, "one"), note(3, "another")];
    let at_once = log.append(&at_once, &[], noon()).await;

    let known = Accepted::Duplicate(0);
    assert_eq!(again, [known, Accepted::Waiting, known]);
    for refused in [other, at_once] {
        let is_reuse = matches!(refused, Err(StoreError::IdReuse { .. }));
        assert!(is_reuse, "{refused:?}");
    }
    assert_eq!(waiting(&log).await, [1, 2]);
}

#[tokio::test]
async fn a_restored_log_has_a_new_history_repeats_pages_and_sends_nothing_else_by_itself() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    let page = intent("page/1", Purpose::Page);
    let update = intent("update/1", Purpose::Update);
    let public = intent("public/1", Purpose::Public);
    let waiting = [page, update, public];
    log.append(&notes([1]), &waiting, noon()).await.unwrap();
    let epoch = log.epoch().await.unwrap();

    let uncertain = log.begin_epoch().await.unwrap();

    assert_eq!(uncertain, 2, "they may have left before");
    assert_ne!(log.epoch().await.unwrap(), epoch);
    let due = log.due(noon(), 9).await.unwrap();
    let due: Vec<_> = due
        .iter()
        .map(|one| (&*one.intent.key, one.maybe_repeat))
        .collect();
    assert_eq!(due, [("page/1", true)]);
    assert_eq!(log.verify().await.unwrap().problems, []);
}

#[tokio::test]
async fn a_copy_has_no_history_of_its_own_to_begin() {
    let folder = folder();
    let log = copy(&folder).await;

    assert!(matches!(log.begin_epoch().await, Err(StoreError::IsCopy)));
}

#[derive(Debug, Clone)]
enum Step {
    Record,
    Number(usize),
    Restore(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Record),
        3 => (1_usize..4).prop_map(Step::Number),
        1 => (0_u64..6).prop_map(Step::Restore),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// I2 and I5: whatever happens to the server, an entry is here exactly
    /// once, with a number or waiting for one.
    #[test]
    fn i5_an_entry_is_always_in_exactly_one_of_the_two(steps in prop::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let folder = folder();
            let log = copy(&folder).await;
            let (mut made, mut epochs) = (0_u128, 0_u32);
            for step in steps {
                let epoch = log.epoch().await.unwrap();
                let head = log.head().await.unwrap();
                match step {
                    Step::Record => {
                        made += 1;
                        log.append(&notes([made]), &[], noon()).await.unwrap();
                    }
                    Step::Number(most) => {
                        let ids = waiting(&log).await;
                        let some = notes(ids.into_iter().take(most));
                        log.take_in(&epoch, &page(head + 1, &some), None).await.unwrap();
                    }
                    Step::Restore(to) => {
                        epochs += 1;
                        let epoch = format!("epoch {epochs}");
                        attach(&log, &epoch, to.min(head)).await.unwrap();
                    }
                }
                let numbered = log.after(0, 100).await.unwrap();
                let mut all: Vec<u128> = numbered.iter().map(|entry| entry.id.0.as_u128()).collect();
                all.extend(waiting(&log).await);
                all.sort_unstable();
                assert_eq!(all, (1..=made).collect::<Vec<_>>());
            }
            assert_eq!(log.verify().await.unwrap().problems, []);
        });
    }
}
