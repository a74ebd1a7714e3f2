//! What only a server can do to a log, and what only several can do to it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::task::JoinSet;
use warroom::{
    domain::notice::Purpose,
    store::{Accepted, LeaseState, Log, Owner, Problem, StoreError},
};

use super::{
    TTL, after_noon, ids, intent,
    lease::far_away,
    me, noon, notes,
    pg::{self, Cluster, PASSWORD},
    seqs,
};

async fn run(conn: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(conn)
        .await
        .map(drop)
}

/// A connection by hand, inside the schema of `workspace`.
async fn inside(workspace: &str) -> PgConnection {
    let mut conn = pg::shared().by_hand().await;
    let path = format!("SET search_path = warroom_{workspace}");
    run(&mut conn, &path).await.unwrap();
    conn
}

async fn refused(url: &str) -> StoreError {
    let error = Log::connect(url, &"prod".into()).await.err();
    let error = error.unwrap_or_else(|| panic!("{url} was opened"));
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(PASSWORD), "{shown}");
    error
}

/// That the log is `1..=upto`, each once, and sound.
async fn assert_whole(log: &Log, upto: u64) {
    let read = log.after(0, u32::MAX).await.unwrap();
    assert_eq!(seqs(&read), (1..=upto).collect::<Vec<_>>());
    let once: BTreeSet<_> = ids(&read).into_iter().collect();
    assert_eq!(once.len() as u64, upto);
    assert_eq!(log.verify().await.unwrap().problems, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i3_three_writers_at_once_leave_no_gap() {
    let workspace = pg::workspace();
    let mut all = JoinSet::new();
    for writer in 0..3 {
        let log = pg::shared().open(&workspace).await;
        all.spawn(async move {
            for n in 1..=40 {
                let entries = notes([writer * 100 + n]);
                log.append(&entries, &[], noon()).await.unwrap();
            }
        });
    }
    all.join_all().await;

    assert_whole(&pg::shared().open(&workspace).await, 120).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_at_once_make_one_log() {
    let workspace = pg::workspace();
    let mut all = JoinSet::new();
    for n in 1..=6 {
        let workspace = workspace.clone();
        all.spawn(async move {
            let log = pg::shared().open(&workspace).await;
            log.append(&notes([n]), &[], noon()).await.unwrap();
            log.replica()
        });
    }

    let replicas: BTreeSet<_> = all.join_all().await.into_iter().collect();

    assert_eq!(replicas.len(), 1);
    assert_whole(&pg::shared().open(&workspace).await, 6).await;
}

#[tokio::test]
async fn workspaces_of_one_database_know_nothing_of_each_other() {
    let (one, other) = (pg::workspace(), pg::workspace());
    let log = pg::shared().open(&one).await;
    log.append(&notes(1..=3), &[], noon()).await.unwrap();

    let other = pg::shared().open(&other).await;

    assert_eq!(other.head().await.unwrap(), 0);
    let accepted = other.append(&notes([1]), &[], noon()).await.unwrap();
    assert_eq!(accepted, [Accepted::Appended(1)]);
}

/// The address, and a name by which its connections are found.
fn named(cluster: &Cluster, name: &str) -> String {
    format!("{}?application_name={name}", cluster.url())
}

async fn kill_all(conn: &mut PgConnection, name: &str) {
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                WHERE application_name = $1";
    sqlx::query(kill).bind(name).execute(conn).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i1_connections_that_are_killed_cost_no_entry_and_double_none() {
    let workspace = pg::workspace();
    let url = named(pg::shared(), &workspace);
    let log = Log::connect(&url, &workspace.as_str().into())
        .await
        .unwrap();
    let mut killer = pg::shared().by_hand().await;

    for n in 1..=60 {
        let writer = log.clone();
        let writing = tokio::spawn(async move { writer.append(&notes([n]), &[], noon()).await });
        // At another moment of each append.
        for _ in 0..n {
            tokio::task::yield_now().await;
        }
        kill_all(&mut killer, &workspace).await;

        let number = u64::try_from(n).unwrap();
        assert_eq!(writing.await.unwrap().unwrap()[0].seq(), number);
        assert_eq!(log.head().await.unwrap(), number);
    }

    assert_whole(&pg::shared().open(&workspace).await, 60).await;
}

#[tokio::test]
async fn a_server_that_restarts_is_found_again() {
    let mut cluster = Cluster::new();
    let log = cluster.open("prod").await;
    log.append(&notes([1]), &[], noon()).await.unwrap();

    cluster.stop();
    let append = log.append(&notes([2]), &[], noon()).await.unwrap_err();
    let read = log.head().await.unwrap_err();
    cluster.start();
    let accepted = log.append(&notes([2]), &[], noon()).await.unwrap();

    for error in [append, read] {
        assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
        assert!(error.may_pass());
        assert!(!format!("{error:?}").contains(PASSWORD), "{error:?}");
    }
    assert_eq!(accepted, [Accepted::Appended(2)]);
    assert_whole(&log, 2).await;
}

#[tokio::test]
async fn a_standby_is_read_and_says_that_nothing_was_saved() {
    let database = pg::workspace();
    let mut conn = pg::shared().by_hand().await;
    run(&mut conn, &format!("CREATE DATABASE {database}"))
        .await
        .unwrap();
    let url = format!("{}?dbname={database}", pg::shared().url());
    let first = Log::connect(&url, &"prod".into()).await.unwrap();
    first.append(&notes([1]), &[], noon()).await.unwrap();
    let read_only = format!("ALTER DATABASE {database} SET default_transaction_read_only = on");
    run(&mut conn, &read_only).await.unwrap();

    let log = Log::connect(&url, &"prod".into()).await.unwrap();
    let error = log.append(&notes([2]), &[], noon()).await.unwrap_err();
    let read = log.after(0, 10).await.unwrap();
    let reset = format!("ALTER DATABASE {database} RESET default_transaction_read_only");
    run(&mut conn, &reset).await.unwrap();
    let accepted = log.append(&notes([2]), &[], noon()).await.unwrap();

    assert!(matches!(error, StoreError::Standby { .. }), "{error}");
    assert!(error.may_pass());
    assert_eq!(seqs(&read), [1]);
    assert_eq!(accepted, [Accepted::Appended(2)]);
}

#[tokio::test]
async fn a_writer_that_hangs_is_waited_for() {
    let workspace = pg::workspace();
    let log = pg::shared().open(&workspace).await;
    let mut other = inside(&workspace).await;
    run(&mut other, "BEGIN; SELECT * FROM head FOR UPDATE")
        .await
        .unwrap();

    let writer = log.clone();
    let waiting = tokio::spawn(async move { writer.append(&notes([1]), &[], noon()).await });
    assert_eq!(log.head().await.unwrap(), 0);
    assert!(!waiting.is_finished());
    run(&mut other, "ROLLBACK").await.unwrap();

    assert_eq!(waiting.await.unwrap().unwrap(), [Accepted::Appended(1)]);
}

#[tokio::test]
async fn a_deadlock_is_tried_again_as_a_whole() {
    let workspace = pg::workspace();
    let log = pg::shared().open(&workspace).await;
    let mut other = inside(&workspace).await;
    run(&mut other, "SET deadlock_timeout = '1h'")
        .await
        .unwrap();
    run(&mut other, "BEGIN; LOCK TABLE deliveries")
        .await
        .unwrap();

    let writer = log.clone();
    let page = intent("page/1", Purpose::Page);
    let waiting = tokio::spawn(async move { writer.append(&notes([1]), &[page], noon()).await });
    // It has the head now, and waits for the deliveries.
    let waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'deliveries'::regclass";
    while sqlx::query(waits)
        .fetch_all(&mut other)
        .await
        .unwrap()
        .is_empty()
    {}
    // So this wait closes the circle, and the log's own server breaks it.
    run(&mut other, "SELECT * FROM head FOR UPDATE")
        .await
        .unwrap();
    run(&mut other, "ROLLBACK").await.unwrap();

    assert_eq!(waiting.await.unwrap().unwrap(), [Accepted::Appended(1)]);
    assert!(log.delivery("page/1").await.unwrap().is_some());
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
    assert_whole(&log, 2).await;
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

    assert!(
        matches!(theirs, StoreError::OtherProgram { .. }),
        "{theirs}"
    );
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
async fn e9_a_clock_that_is_ahead_takes_no_lease_away() {
    let log = pg::shared().open(&pg::workspace()).await;
    let far_away = far_away();
    log.take_lease(&me(), noon(), TimeDelta::hours(1))
        .await
        .unwrap();

    let early = log.take_lease(&far_away, after_noon(86_400), TTL).await;
    log.renew_lease(1, after_noon(-86_400), TimeDelta::hours(1))
        .await
        .unwrap();
    let renewed = log.take_lease(&far_away, after_noon(86_400), TTL).await;
    log.renew_lease(1, noon(), TimeDelta::zero()).await.unwrap();
    let ran_out = log.take_lease(&far_away, after_noon(-86_400), TTL).await;

    for refused in [early, renewed] {
        let refused = refused.unwrap();
        assert!(matches!(refused, LeaseState::HeldBy(_)), "{refused:?}");
    }
    assert_eq!(ran_out.unwrap(), LeaseState::Held(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e9_of_three_servers_one_holds_the_lease() {
    let workspace = pg::workspace();
    let mut all = JoinSet::new();
    for host in ["one", "two", "three"] {
        let log = pg::shared().open(&workspace).await;
        let owner = Owner {
            host: host.into(),
            ..me()
        };
        all.spawn(async move { log.take_lease(&owner, noon(), TTL).await.unwrap() });
    }

    let answers = all.join_all().await;

    let held = answers
        .iter()
        .filter(|one| matches!(one, LeaseState::Held(1)));
    assert_eq!(held.count(), 1, "{answers:?}");
}
