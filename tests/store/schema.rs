//! What a server may be asked for, and what its schema holds.

use std::fs;

use warroom::{
    domain::notice::Purpose,
    store::{Log, Problem, StoreError},
};

use super::{
    folder, intent, noon, notes,
    pg::{self, Cluster, PASSWORD, inside, run},
};

async fn refused(url: &str) -> StoreError {
    let error = Log::connect(url, &"prod".into()).await.err();
    let error = error.unwrap_or_else(|| panic!("{url} was opened"));
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(PASSWORD), "{shown}");
    error
}

#[tokio::test]
async fn each_wrong_address_has_its_own_words() {
    let url = pg::shared().url();

    let scheme = refused(&url.replace("postgres://", "mysql://")).await;
    let password = refused(&url.replace(PASSWORD, "guess")).await;
    let database = refused(&format!("{}_two", pg::shared().url())).await;
    let port = refused("postgres://ada:canary-6e1f@127.0.0.1:1/rooms").await;
    let safety = refused(&format!("{url}?sslmode=require")).await;

    assert!(matches!(scheme, StoreError::Address), "{scheme}");
    assert!(matches!(password, StoreError::Login { .. }), "{password}");
    assert!(
        matches!(database, StoreError::NoDatabase { .. }),
        "{database}"
    );
    assert!(matches!(port, StoreError::Unreachable { .. }), "{port}");
    assert!(
        port.to_string()
            .contains("postgres://ada@127.0.0.1:1/rooms"),
        "{port}"
    );
    assert!(matches!(safety, StoreError::Encryption { .. }), "{safety}");
}

#[tokio::test]
async fn a_server_with_a_certificate_is_known_by_it() {
    let make = || rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (theirs, other) = (make(), make());
    let files = [
        ("server.crt", theirs.cert.pem()),
        ("server.key", theirs.signing_key.serialize_pem()),
    ];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let cluster = Cluster::with(&files, &["ssl=on"]);
    let folder = folder();
    let trusting = |name: &str, pem: String| {
        let file = folder.path().join(name);
        fs::write(&file, pem).unwrap();
        let (url, file) = (cluster.url(), file.display());
        format!("{url}?sslmode=verify-full&sslrootcert={file}")
    };

    let log = Log::connect(&trusting("theirs.pem", theirs.cert.pem()), &"prod".into()).await;
    let log = log.unwrap();
    let error = refused(&trusting("other.pem", other.cert.pem())).await;

    log.append(&notes([1]), &[], noon()).await.unwrap();
    let mut conn = cluster.by_hand().await;
    let safe: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE ssl AND application_name = 'warroom'",
    )
    .fetch_one(&mut conn)
    .await
    .unwrap();
    assert!(safe > 0);
    assert!(matches!(error, StoreError::Encryption { .. }), "{error}");
}

#[tokio::test]
async fn a_user_without_rights_is_told_which_are_missing() {
    let role = pg::workspace();
    let mut conn = pg::shared().by_hand().await;
    let make = format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'");
    run(&mut conn, &make).await.unwrap();
    let url = pg::shared().url().replace("warroom:", &format!("{role}:"));

    let error = refused(&url).await;

    assert!(matches!(error, StoreError::Denied { .. }), "{error}");
}

#[tokio::test]
async fn a_schema_that_is_not_ours_is_left_alone() {
    let (theirs, newer) = (pg::workspace(), pg::workspace());
    let mut conn = pg::shared().by_hand().await;
    let make =
        format!("CREATE SCHEMA warroom_{theirs}; CREATE TABLE warroom_{theirs}.head (x TEXT)");
    run(&mut conn, &make).await.unwrap();
    pg::shared().open(&newer).await;
    let raise = "UPDATE meta SET value = '2' WHERE name = 'format'";
    run(&mut inside(&newer).await, raise).await.unwrap();

    let url = pg::shared().url();
    let theirs = Log::connect(&url, &theirs.as_str().into())
        .await
        .unwrap_err();
    let newer = Log::connect(&url, &newer.as_str().into())
        .await
        .unwrap_err();

    assert!(matches!(theirs, StoreError::OtherSchema { .. }), "{theirs}");
    assert!(
        matches!(newer, StoreError::Newer { found: 2, .. }),
        "{newer}"
    );
}

#[tokio::test]
async fn a_server_is_no_file_to_be_copied() {
    let workspace = pg::workspace();
    let log = pg::shared().open(&workspace).await;

    let error = log.backup("/nowhere/copy.db").await.unwrap_err();

    let way_out = format!("pg_dump --schema=warroom_{workspace}");
    assert!(error.to_string().contains(&way_out), "{error}");
}

#[tokio::test]
async fn no_entry_of_a_server_is_ever_changed_or_deleted() {
    let workspace = pg::workspace();
    let log = pg::shared().open(&workspace).await;
    log.append(&notes(1..=2), &[], noon()).await.unwrap();
    let mut conn = inside(&workspace).await;

    for sql in [
        "UPDATE entries SET body = '{}' WHERE seq = 1",
        "DELETE FROM entries WHERE seq = 2",
        "TRUNCATE entries",
        "UPDATE head SET seq = 1",
        "DELETE FROM head",
        "TRUNCATE head",
    ] {
        assert!(run(&mut conn, sql).await.is_err(), "{sql}");
    }
    assert!(log.verify().await.unwrap().is_sound());
    assert_eq!(log.head().await.unwrap(), 2);
}

#[tokio::test]
async fn changes_behind_the_back_of_a_server_are_found() {
    let cases = [
        (
            "DROP TRIGGER entries_stay ON entries; UPDATE entries SET actor = 'bo' WHERE seq = 2",
            Problem::Changed(2),
        ),
        (
            "DROP TRIGGER entries_remain ON entries; DELETE FROM entries WHERE seq = 2",
            Problem::Gap(2),
        ),
        (
            "UPDATE drafts SET json = '{}'",
            Problem::Draft("update".to_owned()),
        ),
        (
            "UPDATE deliveries SET next_at = next_at + 86400000",
            Problem::Delivery("page/1".to_owned()),
        ),
    ];
    for (sql, expected) in cases {
        let workspace = pg::workspace();
        let log = pg::shared().open(&workspace).await;
        let page = intent("page/1", Purpose::Page);
        log.append(&notes(1..=5), &[page], noon()).await.unwrap();
        log.save_draft("update", "\"text\"", noon()).await.unwrap();
        assert!(log.verify().await.unwrap().is_sound());
        run(&mut inside(&workspace).await, sql).await.unwrap();

        let report = log.verify().await.unwrap();

        assert!(report.problems.contains(&expected), "{sql}: {report:?}");
    }
}
