//! Files that were damaged: never a panic, never a silent loss.

use std::{fs, path::Path};

use warroom::{
    domain::{entry::Entry, notice::Purpose},
    store::{Log, OpenMode, StoreError, Warning},
};

use super::{file, folder, intent, noon, notes, open};

/// Sixty entries in the file, forty more in the log beside it that `SQLite` has
/// not merged yet, and what else there is; as files of this name and content.
async fn files() -> (Vec<(&'static str, Vec<u8>)>, Vec<Entry>) {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=60), &[intent("page/1", Purpose::Page)], noon())
        .await
        .unwrap();
    log.save_draft("update", r#"{"text":"half a sentence"}"#, noon())
        .await
        .unwrap();
    log.close().await;
    let log = open(&file(&folder)).await;
    for n in 61..=100 {
        log.append(&notes([n]), &[], noon()).await.unwrap();
    }
    let files = ["log.db", "log.db-wal", "log.db.head"]
        .map(|name| (name, fs::read(folder.path().join(name)).unwrap()));
    (files.into(), log.after(0, 1_000).await.unwrap())
}

/// Flips a bit, blanks a stretch, or cuts, in the file or in the log beside it.
fn damage(files: &mut [(&str, Vec<u8>)], random: &mut fastrand::Rng) -> String {
    let which = random.usize(0..2);
    let (name, bytes) = &mut files[which];
    let at = random.usize(0..bytes.len());
    match random.u8(0..4) {
        0 => {
            bytes.truncate(at);
            format!("{name} cut to {at}")
        }
        1 => {
            let end = (at + random.usize(1..600)).min(bytes.len());
            bytes[at..end].fill(0);
            format!("{name} blanked from {at} to {end}")
        }
        _ => {
            let bit = 1_u8 << random.u8(0..8);
            bytes[at] ^= bit;
            format!("{name} byte {at} flipped by {bit}")
        }
    }
}

fn write(files: &[(&str, Vec<u8>)], folder: &Path) {
    for (name, bytes) in files {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

/// Whether somebody would be told that the log is not what it was.
async fn is_told(path: &Path, expected: &[Entry]) -> Result<bool, StoreError> {
    let log = Log::open(path, OpenMode::ReadWrite).await?;
    let read = log.after(0, 1_000).await?;
    let page = log.delivery("page/1").await?;
    let draft = log.draft("update").await?;
    if !log.warnings().is_empty() {
        return Ok(true);
    }
    if !log.verify().await?.is_sound() {
        return Ok(true);
    }
    let whole = read == expected
        && page.is_some()
        && draft.as_deref() == Some(r#"{"text":"half a sentence"}"#);
    log.close().await;
    Ok(whole)
}

#[tokio::test]
async fn three_hundred_damaged_files_are_told_of() {
    let (whole, expected) = files().await;
    let seed = 20_261_123;
    let mut random = fastrand::Rng::with_seed(seed);

    for _ in 0..300 {
        let folder = folder();
        let mut files = whole.clone();
        let what = damage(&mut files, &mut random);
        write(&files, folder.path());

        // An error is telling, too.
        let told = is_told(&file(&folder), &expected).await.unwrap_or(true);

        assert!(told, "seed {seed}: {what}");
    }
}

#[tokio::test]
async fn an_undamaged_copy_has_nothing_to_tell() {
    let (whole, expected) = files().await;
    let folder = folder();
    write(&whole, folder.path());

    let log = open(&file(&folder)).await;

    assert_eq!(log.warnings(), []);
    let report = log.verify().await.unwrap();
    assert_eq!(report.problems, []);
    assert_eq!(log.after(0, 1_000).await.unwrap(), expected);
}

#[tokio::test]
async fn a_lost_tail_is_told_until_it_was_seen_and_begins_an_epoch() {
    let (mut files, expected) = files().await;
    let folder = folder();
    let before = {
        write(&files, folder.path());
        let log = open(&file(&folder)).await;
        let epoch = log.epoch().await.unwrap();
        log.close().await;
        epoch
    };
    // The log beside the file ends after its first entry.
    files[1].1.truncate(9_000);
    write(&files, folder.path());
    fs::remove_file(folder.path().join("log.db-shm")).ok();

    let log = open(&file(&folder)).await;
    let head = log.head().await.unwrap();
    let lost = Warning::EntriesLost {
        after: head,
        upto: 100,
    };
    log.append(&notes(200..=300), &[], noon()).await.unwrap();
    let again = open(&file(&folder)).await;
    again.losses_seen().await.unwrap();
    let later = open(&file(&folder)).await;

    assert!((60..100).contains(&head), "{head}");
    assert_eq!(log.warnings(), std::slice::from_ref(&lost));
    assert_eq!(again.warnings(), [lost]);
    assert_eq!(later.warnings(), []);
    assert_ne!(log.epoch().await.unwrap(), before);
    let kept = later.after(0, head.try_into().unwrap()).await.unwrap();
    assert_eq!(kept, expected[..kept.len()]);
}

#[tokio::test]
async fn a_lost_change_of_a_draft_is_told() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes([1]), &[], noon()).await.unwrap();
    log.close().await;
    let log = open(&file(&folder)).await;
    log.save_draft("update", "{}", noon()).await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in ["log.db", "log.db.head"] {
        fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }

    let log = open(&file(&copy)).await;

    assert_eq!(log.warnings(), [Warning::ChangesLost { count: 1 }]);
}
