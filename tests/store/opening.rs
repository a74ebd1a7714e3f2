//! What is opened, and what is refused.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::Path,
};

use warroom::store::{Log, OpenMode, StoreError};

use super::{
    by_hand, child, childs_file, file, folder, is_root, noon, notes, open, run, succeeded,
};

/// Any user but root, as whom a child runs.
const NOBODY: u32 = 65_534;

async fn refused(path: &Path, mode: OpenMode) -> StoreError {
    Log::open(path, mode)
        .await
        .err()
        .unwrap_or_else(|| panic!("{} was opened", path.display()))
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[tokio::test]
async fn a_new_log_is_for_its_owner_alone() {
    let folder = folder();
    let path = folder.path().join("data/warroom/log.db");

    let log = open(&path).await;
    log.append(&notes([1]), &[], noon()).await.unwrap();

    assert_eq!(mode_of(path.parent().unwrap()), 0o700);
    for suffix in ["", "-wal", "-shm", ".head"] {
        let name = path.with_file_name(format!("log.db{suffix}"));
        assert_eq!(mode_of(&name), 0o600, "{}", name.display());
    }
}

#[tokio::test]
async fn a_log_that_others_could_read_is_made_private() {
    let folder = folder();
    open(&file(&folder)).await.close().await;
    fs::set_permissions(file(&folder), fs::Permissions::from_mode(0o644)).unwrap();

    open(&file(&folder)).await;

    assert_eq!(mode_of(&file(&folder)), 0o600);
}

#[tokio::test]
async fn the_file_is_ours_by_its_mark() {
    let folder = folder();
    open(&file(&folder)).await.close().await;

    let mut conn = by_hand(&file(&folder)).await;
    let mark: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    let version: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut conn)
        .await
        .unwrap();
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut conn)
        .await
        .unwrap();

    assert_eq!((mark, version, journal.as_str()), (0x7761_724c, 1, "wal"));
}

#[tokio::test]
async fn a_folder_is_no_log() {
    let folder = folder();

    let error = refused(folder.path(), OpenMode::ReadWrite).await;

    assert!(matches!(error, StoreError::IsFolder { .. }), "{error}");
    assert!(error.to_string().contains("log.db"), "{error}");
}

#[tokio::test]
async fn a_path_through_a_file_has_no_folder() {
    let folder = folder();
    fs::write(folder.path().join("notes"), "a file").unwrap();

    let error = refused(&folder.path().join("notes/log.db"), OpenMode::ReadWrite).await;

    assert!(matches!(error, StoreError::NoFolder { .. }), "{error}");
}

#[tokio::test]
async fn reading_does_not_make_a_log() {
    let folder = folder();

    let error = refused(&file(&folder), OpenMode::ReadOnly).await;

    assert!(matches!(error, StoreError::Missing { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = folder();
    fs::write(file(&folder), "dear diary\n".repeat(100)).unwrap();

    let error = refused(&file(&folder), OpenMode::ReadWrite).await;

    assert!(matches!(error, StoreError::NotALog { .. }), "{error}");
    assert_eq!(
        fs::read_to_string(file(&folder)).unwrap(),
        "dear diary\n".repeat(100)
    );
}

#[tokio::test]
async fn the_database_of_another_program_is_refused_and_left_as_it_is() {
    let folder = folder();
    for setup in [
        "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')",
        "CREATE TABLE recipes (name TEXT); PRAGMA application_id = 7",
    ] {
        fs::remove_file(file(&folder)).ok();
        let mut conn = by_hand(&file(&folder)).await;
        run(&mut conn, setup).await.unwrap();
        sqlx::Connection::close(conn).await.unwrap();
        let before = fs::read(file(&folder)).unwrap();

        let error = refused(&file(&folder), OpenMode::ReadWrite).await;

        assert!(matches!(error, StoreError::OtherProgram { .. }), "{error}");
        assert_eq!(fs::read(file(&folder)).unwrap(), before);
    }
}

#[tokio::test]
async fn the_log_of_a_newer_program_is_refused() {
    let folder = folder();
    open(&file(&folder)).await.close().await;
    let mut conn = by_hand(&file(&folder)).await;
    run(&mut conn, "PRAGMA user_version = 9").await.unwrap();

    let error = refused(&file(&folder), OpenMode::ReadWrite).await;

    assert!(
        matches!(
            error,
            StoreError::Newer {
                found: 9,
                known: 2,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_log_cut_in_its_middle_is_refused() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=200), &[], noon()).await.unwrap();
    log.close().await;
    let length = fs::metadata(file(&folder)).unwrap().len();
    let cut = fs::OpenOptions::new()
        .write(true)
        .open(file(&folder))
        .unwrap();
    cut.set_len(length / 2).unwrap();

    let error = refused(&file(&folder), OpenMode::ReadWrite).await;

    assert!(
        matches!(error, StoreError::Truncated { expected, .. } if expected == length),
        "{error}"
    );
}

#[tokio::test]
async fn a_log_emptied_or_removed_is_not_started_anew() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=3), &[], noon()).await.unwrap();
    log.close().await;

    fs::write(file(&folder), "").unwrap();
    let emptied = refused(&file(&folder), OpenMode::ReadWrite).await;
    fs::remove_file(file(&folder)).unwrap();
    let removed = refused(&file(&folder), OpenMode::ReadWrite).await;

    for error in [emptied, removed] {
        assert!(
            matches!(error, StoreError::Gone { entries: 3, .. }),
            "{error}"
        );
    }
    assert!(!file(&folder).exists());
}

#[tokio::test]
async fn a_log_whose_head_and_end_differ_is_refused() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=3), &[], noon()).await.unwrap();
    log.close().await;
    let mut conn = by_hand(&file(&folder)).await;
    run(
        &mut conn,
        "DROP TRIGGER entries_remain; DELETE FROM entries WHERE seq = 3",
    )
    .await
    .unwrap();

    let error = refused(&file(&folder), OpenMode::ReadWrite).await;

    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn another_users_log_is_refused() {
    let folder = folder();
    open(&file(&folder)).await.close().await;
    // Without root there is always a file of root's.
    let foreign = if is_root() {
        chown(file(&folder), Some(NOBODY), None).unwrap();
        file(&folder)
    } else {
        "/etc/hostname".into()
    };

    for mode in [OpenMode::ReadWrite, OpenMode::ReadOnly] {
        let error = refused(&foreign, mode).await;

        assert!(matches!(error, StoreError::ForeignOwned { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_log_opened_for_reading_takes_nothing() {
    let folder = folder();
    let log = open(&file(&folder)).await;
    log.append(&notes(1..=2), &[], noon()).await.unwrap();

    let reader = Log::open(file(&folder), OpenMode::ReadOnly).await.unwrap();
    let error = reader.append(&notes([3]), &[], noon()).await.unwrap_err();

    assert!(matches!(error, StoreError::ReadOnly { .. }), "{error}");
    assert!(error.to_string().contains("make it writable"), "{error}");
    assert_eq!(reader.after(0, 10).await.unwrap().len(), 2);
}

/// Runs as a user for whom permissions hold; see the next test.
#[tokio::test]
async fn child_without_rights() {
    let Some(path) = childs_file() else { return };
    let place = path.parent().unwrap();
    let rights = |mode| fs::set_permissions(place, fs::Permissions::from_mode(mode)).unwrap();

    let log = open(&path).await;
    log.append(&notes(1..=2), &[], noon()).await.unwrap();
    log.close().await;

    rights(0o500);
    let error = refused(&path, OpenMode::ReadWrite).await;
    assert!(
        matches!(error, StoreError::ReadOnlyFolder { .. }),
        "{error}"
    );
    for new in ["new.db", "deep/new.db"] {
        let error = refused(&place.join(new), OpenMode::ReadWrite).await;
        let StoreError::CantMake { folder, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(folder, place, "{error}");
    }
    let reader = Log::open(&path, OpenMode::ReadOnly).await.unwrap();
    assert_eq!(reader.after(0, 10).await.unwrap().len(), 2);
    reader.close().await;

    rights(0o700);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    let error = refused(&path, OpenMode::ReadOnly).await;
    assert!(matches!(error, StoreError::Permission { .. }), "{error}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    let error = refused(&path, OpenMode::ReadWrite).await;
    assert!(matches!(error, StoreError::Permission { .. }), "{error}");
}

#[test]
fn a_read_only_place_is_told_from_a_forbidden_file() {
    let folder = folder();
    let place = folder.path().join("theirs");
    fs::create_dir(&place).unwrap();
    let mut child = child(
        "store::opening::child_without_rights",
        &place.join("log.db"),
    );
    if is_root() {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        chown(&place, Some(NOBODY), Some(NOBODY)).unwrap();
        child.uid(NOBODY).gid(NOBODY);
    }

    let output = child.output().unwrap();

    assert!(succeeded(&output));
}
