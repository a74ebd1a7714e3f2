//! Adding, reading, and sharing one file.

use uuid::Uuid;
use warroom::{
    domain::{
        entry::{Entry, EntryId},
        fact::{Fact, Unknown},
        notice::Purpose,
    },
    store::{Accepted, DeliveryFilter, StoreError},
};

use super::{
    Place, after_noon, by_hand, file, folder, intent, noon, note, notes, on_both, open, run, seqs,
};

on_both![
    entries_come_back_in_order_with_their_numbers,
    entries_survive_a_reopening,
    a_closed_log_says_so,
    a_log_knows_its_workspace,
    i2_a_retry_is_answered_with_the_number_it_got_before,
    i2_a_known_id_with_other_content_is_refused_and_nothing_is_written,
    i6_a_key_is_queued_once,
    what_a_newer_program_wrote_is_kept_byte_for_byte,
    a_long_log_is_read_in_pages_without_a_seam,
];

async fn entries_come_back_in_order_with_their_numbers(place: Place) {
    let log = place.open().await;

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

async fn entries_survive_a_reopening(place: Place) {
    let log = place.open().await;
    log.append(&notes(1..=5), &[], noon()).await.unwrap();
    let replica = log.replica();
    drop(log);

    let log = place.open().await;

    assert_eq!(seqs(&log.after(0, 10).await.unwrap()), [1, 2, 3, 4, 5]);
    assert_eq!(log.replica(), replica);
    assert_eq!(log.warnings(), []);
}

async fn a_closed_log_says_so(place: Place) {
    let log = place.open().await;
    let clone = log.clone();
    log.close().await;

    let errors = [
        clone.append(&notes([1]), &[], noon()).await.unwrap_err(),
        clone.head().await.unwrap_err(),
    ];

    for error in errors {
        assert!(matches!(error, StoreError::Closed), "{error}");
    }
}

async fn a_log_knows_its_workspace(place: Place) {
    let log = place.open().await;
    assert_eq!(log.workspace().await.unwrap(), None);

    log.name_workspace(&"staging".into(), noon()).await.unwrap();
    log.name_workspace(&"prod".into(), after_noon(60))
        .await
        .unwrap();

    assert_eq!(log.workspace().await.unwrap(), Some("prod".into()));
    assert_eq!(log.created_at().await.unwrap(), Some(noon()));
}

async fn i2_a_retry_is_answered_with_the_number_it_got_before(place: Place) {
    let log = place.open().await;
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

async fn i2_a_known_id_with_other_content_is_refused_and_nothing_is_written(place: Place) {
    let log = place.open().await;
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

async fn i6_a_key_is_queued_once(place: Place) {
    let log = place.open().await;
    let page = intent("page/1", Purpose::Page);
    log.append(&notes([1]), std::slice::from_ref(&page), noon())
        .await
        .unwrap();

    let mut other = page.clone();
    other.text = "something else".into();
    log.append(&notes([2]), &[other], noon()).await.unwrap();

    let all = log.deliveries(DeliveryFilter::All).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].intent, page);
}

async fn what_a_newer_program_wrote_is_kept_byte_for_byte(place: Place) {
    let log = place.open().await;
    let body = r#"{ "wind" : 4.50,"gusts":[1,  2] }"#;
    let entry = Entry {
        fact: Fact::Unknown(Unknown {
            kind: "weather_changed".to_owned(),
            body: serde_json::from_str(body).unwrap(),
        }),
        ..note(1, "")
    };

    log.append(std::slice::from_ref(&entry), &[], noon())
        .await
        .unwrap();

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

async fn a_long_log_is_read_in_pages_without_a_seam(place: Place) {
    let log = place.open().await;
    log.append(&notes(1..=4_500), &[], noon()).await.unwrap();

    let all = log.after(0, u32::MAX).await.unwrap();
    let some = log.after(1_999, 2_001).await.unwrap();

    assert_eq!(seqs(&all), (1..=4_500).collect::<Vec<_>>());
    assert_eq!(seqs(&some), (2_000..=4_000).collect::<Vec<_>>());
}
