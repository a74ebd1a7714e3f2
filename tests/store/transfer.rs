//! Out of the log, into it again; copies; drafts.

use std::{fs, os::unix::fs::MetadataExt as _};

use warroom::{
    domain::{
        entry::Entry,
        fact::{Fact, Unknown},
        notice::{DeliveryState, Purpose},
    },
    store::{Imported, Log, Problem, StoreError},
};

use super::{Place, by_hand, file, folder, intent, noon, note, notes, on_both, open, run, state};

on_both![
    a_line_has_its_fields_in_order,
    an_export_imported_elsewhere_is_the_same_log,
    what_acts_on_a_terminal_is_an_escape_in_an_export_and_comes_back_as_it_was,
    an_export_with_what_would_be_too_much_today_comes_back,
    a_field_that_only_a_newer_program_knows_survives_the_way,
    a_bad_line_is_named_and_nothing_is_imported,
    what_an_import_takes_back_does_not_leave,
    an_import_with_a_known_id_and_other_content_is_refused_whole,
    a_draft_is_kept_until_it_is_dropped,
];

/// Whether this is the problem that should be found.
type Expected = fn(&Problem) -> bool;

async fn exported(log: &Log) -> String {
    let mut out = Vec::new();
    log.export(&mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn a_line_has_its_fields_in_order(place: Place) {
    let log = place.open().await;
    log.append(&[note(1, "checkout \"down\"")], &[], noon())
        .await
        .unwrap();

    let text = exported(&log).await;

    let expected = r#"{"id":"00000000-0000-0000-0000-000000000001","seq":1,"incident":"00000000-0000-0000-0000-000000000001","kind":"noted","v":1,"at":"2026-11-23T12:00:00.000Z","recorded_at":"2026-11-23T12:00:00.000Z","by":"ada","via":"console","replica":"00000000-0000-0000-0000-000000000007","base":0,"body":{"text":"checkout \"down\""}}"#;
    assert_eq!(text, format!("{expected}\n"));
}

async fn an_export_imported_elsewhere_is_the_same_log(place: Place) {
    let there = place.another();
    let log = place.open().await;
    let unknown = Entry {
        fact: Fact::Unknown(Unknown {
            kind: "weather_changed".to_owned(),
            body: serde_json::from_str(r#"{ "wind" : 4.50,"é":"\u00e9\/" }"#).unwrap(),
        }),
        ..note(2, "")
    };
    log.append(&[note(1, "a\nb"), unknown, note(3, "c")], &[], noon())
        .await
        .unwrap();
    let text = exported(&log).await;

    let other = there.open().await;
    let first = other.import(text.as_bytes()).await.unwrap();
    let second = other.import(text.as_bytes()).await.unwrap();

    assert_eq!(first, Imported { added: 3, known: 0 });
    assert_eq!(second, Imported { added: 0, known: 3 });
    assert_eq!(exported(&other).await, text);
    assert_eq!(
        other.raw_after(0, 10).await.unwrap(),
        log.raw_after(0, 10).await.unwrap()
    );
    assert_eq!(other.verify().await.unwrap().unknown, 1);
}

async fn what_acts_on_a_terminal_is_an_escape_in_an_export_and_comes_back_as_it_was(place: Place) {
    let there = place.another();
    let log = place.open().await;
    let body = "{\t\"raw\" : \"\u{9b}31m\u{202e}\",\"written\":\"\\u009b\" }";
    let fact = Fact::Unknown(Unknown {
        kind: "weather_changed".to_owned(),
        body: serde_json::from_str(body).unwrap(),
    });
    let entry = Entry {
        fact,
        ..note(1, "")
    };
    log.append(&[entry], &[], noon()).await.unwrap();

    let text = exported(&log).await;
    let other = there.open().await;
    other.import(text.as_bytes()).await.unwrap();

    let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!text.contains(acts), "{text:?}");
    assert_eq!(text.lines().count(), 1, "{text:?}");
    let row = &other.raw_after(0, 10).await.unwrap()[0];
    assert_eq!(row.body, body);
    let changed = text.replace("31m", "32m").replacen("32m", "31m", 1);
    let refused = there.open().await.import(changed.as_bytes()).await;
    assert!(
        matches!(refused, Err(StoreError::BadLine { line: 1, .. })),
        "{refused:?}"
    );
}

async fn an_export_with_what_would_be_too_much_today_comes_back(place: Place) {
    let there = place.another();
    let log = place.open().await;
    let crowd = Fact::Paged {
        person: "bo".into(),
        text: "please".into(),
        via: vec!["pager".into(); 33],
    };
    let crowd = Entry {
        fact: crowd,
        ..note(1, "")
    };
    log.append(&[crowd], &[], noon()).await.unwrap();
    let text = exported(&log).await;

    let other = there.open().await;
    other.import(text.as_bytes()).await.unwrap();

    assert_eq!(exported(&other).await, text);
}

async fn a_field_that_only_a_newer_program_knows_survives_the_way(place: Place) {
    let there = place.another();
    let log = place.open().await;
    log.append(&notes([1]), &[], noon()).await.unwrap();
    let text = exported(&log).await;
    let newer = text.replace(r#"{"text":"note 1"}"#, r#"{"text":"note 1","mood":"calm"}"#);
    let newer = newer.replace(r#""via":"console""#, r#""via":"pigeon""#);

    let other = there.open().await;
    other.import(newer.as_bytes()).await.unwrap();

    assert_eq!(exported(&other).await, newer);
    assert_eq!(other.after(0, 1).await.unwrap()[0].fact, notes([1])[0].fact);
}

async fn what_an_import_takes_back_does_not_leave(place: Place) {
    let there = place.another();
    let log = place.open().await;
    let sent = intent("u/1", Purpose::Update);
    log.append(&notes([1]), &[sent], noon()).await.unwrap();
    let back = Entry {
        fact: Fact::Retracted {
            entry: note(1, "").id,
            reason: "oops".into(),
        },
        ..note(2, "")
    };
    let other = there.open().await;
    other.append(&[back], &[], noon()).await.unwrap();

    let lines = exported(&other).await;
    log.import(lines.as_bytes()).await.unwrap();

    assert_eq!(state(&log, "u/1").await, DeliveryState::Cancelled);
}

async fn a_bad_line_is_named_and_nothing_is_imported(place: Place) {
    let there = place.another();
    let log = place.open().await;
    log.append(&notes([1, 2]), &[], noon()).await.unwrap();
    let text = exported(&log).await;
    let (one, two) = text.trim_end().split_once('\n').unwrap();
    let other = there.open().await;

    for (bad, says) in [
        ("{\"half\":".to_owned(), "not an entry"),
        ("[1,2]".to_owned(), "not an entry"),
        (two.replace("\"v\":1", "\"v\":2"), "version 2"),
        (
            two.replace("2026-11-23T12:00:00.000Z", "noon"),
            "not a time",
        ),
        (
            two.replace("\"kind\":\"noted\"", "\"kind\":\"a\\u001fb\""),
            "kind",
        ),
        (two.replace("\"base\":0", "\"base\":-1"), "not an entry"),
        (two.replace("\"base\"", "\"mood\":1,\"base\""), "mood"),
        ("x".repeat(2 << 20), "longer than"),
    ] {
        let error = other
            .import(format!("{one}\n\n{bad}\n").as_bytes())
            .await
            .unwrap_err();

        assert!(
            matches!(error, StoreError::BadLine { line: 3, .. }),
            "{error}"
        );
        assert!(error.to_string().contains(says), "{error}");
    }
    let error = other.import(&b"\xff\xfe\n"[..]).await.unwrap_err();
    assert!(error.to_string().contains("UTF-8"), "{error}");
    assert_eq!(other.head().await.unwrap(), 0);
}

async fn an_import_with_a_known_id_and_other_content_is_refused_whole(place: Place) {
    let there = place.another();
    let log = place.open().await;
    log.append(&notes([1, 2]), &[], noon()).await.unwrap();
    let other = there.open().await;
    other
        .append(&[note(2, "another")], &[], noon())
        .await
        .unwrap();

    let error = other
        .import(exported(&log).await.as_bytes())
        .await
        .unwrap_err();

    assert!(matches!(error, StoreError::IdReuse { .. }), "{error}");
    assert_eq!(other.head().await.unwrap(), 1);
}

#[tokio::test]
async fn a_backup_is_a_log_of_its_own_and_overwrites_nothing() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=20), &[], noon()).await.unwrap();
    let copy = folder.path().join("copy.db");

    log.backup(&copy).await.unwrap();
    log.append(&notes([21]), &[], noon()).await.unwrap();
    let error = log.backup(&copy).await.unwrap_err();

    assert!(matches!(error, StoreError::Exists { .. }), "{error}");
    assert_eq!(fs::metadata(&copy).unwrap().mode() & 0o777, 0o600);
    let copy = open(&copy).await;
    assert_eq!(copy.head().await.unwrap(), 20);
    assert!(copy.verify().await.unwrap().is_sound());
    let nowhere = log
        .backup(folder.path().join("no/where.db"))
        .await
        .unwrap_err();
    assert!(
        matches!(nowhere, StoreError::MissingFolder { .. }),
        "{nowhere}"
    );
}

#[tokio::test]
async fn changes_made_behind_our_back_are_found() {
    let cases: [(&'static str, Expected); 6] = [
        (
            "DROP TRIGGER entries_stay; UPDATE entries SET actor = 'bo' WHERE seq = 2",
            |found| *found == Problem::Changed(2),
        ),
        (
            "DROP TRIGGER entries_stay; UPDATE entries SET body = 'no' WHERE seq = 3",
            |found| *found == Problem::Body(3),
        ),
        (
            "DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq = 2",
            |found| *found == Problem::Gap(2),
        ),
        ("UPDATE drafts SET json = '{}'", |found| {
            *found == Problem::Draft("update".to_owned())
        }),
        (
            "UPDATE deliveries SET next_at = next_at + 86400000",
            |found| *found == Problem::Delivery("page/1".to_owned()),
        ),
        ("UPDATE head SET total = 'x'", |found| {
            *found == Problem::Changed(5)
        }),
    ];
    for (sql, expected) in cases {
        let folder = folder();
        let log = open(&file(&folder)).await;
        log.append(&notes(1..=5), &[intent("page/1", Purpose::Page)], noon())
            .await
            .unwrap();
        log.save_draft("update", "\"text\"", noon()).await.unwrap();
        assert!(log.verify().await.unwrap().is_sound());
        let mut conn = by_hand(&file(&folder)).await;
        run(&mut conn, sql).await.unwrap();

        let report = log.verify().await.unwrap();

        assert!(report.problems.iter().any(expected), "{sql}: {report:?}");
    }
}

#[tokio::test]
async fn what_is_missing_is_counted_though_not_all_of_it_is_listed() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=160), &[], noon()).await.unwrap();
    let mut conn = by_hand(&file(&folder)).await;
    let sql = "DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq BETWEEN 2 AND 151";
    run(&mut conn, sql).await.unwrap();

    let report = log.verify().await.unwrap();

    // The one after the gap does not follow the one before it, either.
    assert_eq!(
        report.problems.len() as u64 + report.more,
        151,
        "{report:?}"
    );
}

async fn a_draft_is_kept_until_it_is_dropped(place: Place) {
    let log = place.open().await;
    log.save_draft("update", "1", noon()).await.unwrap();
    log.save_draft("update", "2", noon()).await.unwrap();
    log.save_draft("note", "3", noon()).await.unwrap();
    drop(log);

    let log = place.open().await;
    assert_eq!(log.draft("update").await.unwrap().as_deref(), Some("2"));
    log.drop_draft("update").await.unwrap();

    assert_eq!(log.draft("update").await.unwrap(), None);
    assert_eq!(log.draft("note").await.unwrap().as_deref(), Some("3"));
}
