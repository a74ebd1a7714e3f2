//! What waits under an id that another entry has by now: it goes on under a new
//! one.

use tempfile::TempDir;
use uuid::Uuid;
use warroom::{
    clock::Clock,
    domain::{
        entry::{Entry, EntryId},
        fact::Fact,
    },
    store::{Log, RawEntry},
};

use super::{
    folder, noon, note,
    outbox::{EPOCH, copy, page, waiting},
};

/// A copy in which `rows` wait; the server's page has somebody else's note under
/// the id of the first.
async fn squatted(folder: &TempDir, rows: &[Entry]) -> Log {
    let log = copy(folder).await;
    log.append(rows, &[], noon()).await.unwrap();
    let squat = Entry {
        by: "eve".into(),
        ..note(5, "nothing to see here")
    };
    log.take_in(EPOCH, &page(1, &[squat]), None).await.unwrap();
    log
}

#[tokio::test]
async fn what_waits_under_the_id_of_another_that_came_is_kept_under_a_new_one() {
    let folder = folder();
    let taken_back = Entry {
        fact: Fact::Retracted {
            entry: EntryId(Uuid::from_u128(5)),
            reason: "a slip".into(),
        },
        ..note(6, "")
    };

    let log = squatted(&folder, &[note(5, "customers lost data"), taken_back]).await;

    let unsent = log.unsent().await.unwrap();
    let [kept, about] = unsent.as_slice() else {
        panic!("{unsent:?}");
    };
    assert_ne!(kept.row.id.0.as_u128(), 5);
    assert!(kept.row.body.contains("customers lost data"), "{kept:?}");
    assert_eq!((&kept.refused, &about.refused), (&None, &None));
    let means = about.row.body.contains(&kept.row.id.to_string());
    assert!(means, "it takes back what it took back: {about:?}");
    assert_eq!(log.head().await.unwrap(), 1);
    assert_eq!(log.verify().await.unwrap().problems, []);
}

#[tokio::test]
async fn what_two_copies_keep_under_a_new_id_is_one_entry() {
    let (mine, theirs) = (folder(), folder());
    let rows = [note(5, "customers lost data")];
    let first = squatted(&mine, &rows).await;
    let second = squatted(&theirs, &rows).await;
    let kept = first.unsent().await.unwrap().remove(0).row;
    assert_eq!(second.unsent().await.unwrap()[0].row.id, kept.id);

    // The first one handed it in before the second heard of the other.
    let handed_in = [RawEntry {
        seq: Some(2),
        by: "ada (sent by bo)".into(),
        ..kept
    }];
    second.take_in(EPOCH, &handed_in, None).await.unwrap();

    assert_eq!(waiting(&second).await, []);
    assert_eq!(second.head().await.unwrap(), 2);
}

#[tokio::test]
async fn what_waits_under_two_ids_that_others_have_waits_for_a_person() {
    let folder = folder();
    let log = squatted(&folder, &[note(5, "customers lost data")]).await;
    let again = log.unsent().await.unwrap().remove(0).row.id;
    let squat = note(again.0.as_u128(), "nothing here either");

    log.take_in(EPOCH, &page(2, &[squat]), None).await.unwrap();

    let unsent = log.unsent().await.unwrap();
    assert!(unsent[0].refused.is_some(), "{unsent:?}");
    assert!(unsent[0].row.body.contains("customers lost data"));
    assert!(![5, again.0.as_u128()].contains(&unsent[0].row.id.0.as_u128()));
}

#[tokio::test]
async fn what_comes_back_by_another_hand_and_with_less_seen_is_the_same() {
    let folder = folder();
    let log = copy(&folder).await;
    let mine = Entry {
        base: 9,
        ..note(5, "mine")
    };
    log.append(std::slice::from_ref(&mine), &[], noon())
        .await
        .unwrap();

    let came = Entry {
        by: "ada (sent by bo)".into(),
        base: 0,
        ..mine
    };
    log.take_in(EPOCH, &page(1, &[came]), None).await.unwrap();

    assert_eq!(waiting(&log).await, []);
}

#[tokio::test]
async fn a_new_id_is_of_the_same_moment_as_the_one_before() {
    let folder = folder();
    let id = Clock::System.new_id();
    let log = copy(&folder).await;
    let at = |by: &str, text| Entry {
        id: EntryId(id),
        by: by.into(),
        ..note(5, text)
    };
    log.append(&[at("ada", "mine")], &[], noon()).await.unwrap();

    let squat = page(1, &[at("eve", "hers")]);
    log.take_in(EPOCH, &squat, None).await.unwrap();

    let kept = log.unsent().await.unwrap().remove(0).row.id.0;
    assert_ne!(kept, id);
    assert_eq!(kept.get_timestamp(), id.get_timestamp());
}
