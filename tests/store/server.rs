//! What only a server can do to a log, and what only several can do to it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use sqlx::PgConnection;
use tokio::task::JoinSet;
use warroom::{
    domain::notice::Purpose,
    store::{Accepted, Ending, LeaseState, Log, Owner, StoreError},
};

use super::{
    TTL, after_noon, ids, intent,
    lease::far_away,
    me, noon, notes,
    pg::{self, Cluster, PASSWORD, inside, run},
    seqs,
};

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

#[tokio::test]
async fn e9_who_runs_the_engine_is_judged_by_the_clock_of_the_database() {
    let log = pg::shared().open(&pg::workspace()).await;
    log.take_lease(&me(), noon(), TimeDelta::hours(1))
        .await
        .unwrap();

    let by_one_ahead = log.engine(after_noon(86_400)).await.unwrap();
    log.renew_lease(1, noon(), TimeDelta::zero()).await.unwrap();
    let by_one_behind = log.engine(after_noon(-86_400)).await.unwrap();

    assert_eq!(by_one_ahead.holder, Some(me()));
    assert_eq!(by_one_behind.holder, None, "it has run out");
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

/// Has the server refuse new entries with this state, and to say of it what a
/// server of that state would.
async fn trip(conn: &mut PgConnection, body: &str) {
    let make = format!(
        "CREATE FUNCTION trip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$; \
         CREATE TRIGGER trip BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION trip()"
    );
    run(conn, &make).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_of_a_server_is_told_and_passes() {
    let workspace = pg::workspace();
    let log = pg::shared().open(&workspace).await;
    let mut conn = inside(&workspace).await;
    trip(&mut conn, "RAISE EXCEPTION 'full' USING ERRCODE = '53100';").await;

    let error = log.append(&notes([1]), &[], noon()).await.unwrap_err();
    run(&mut conn, "DROP TRIGGER trip ON entries")
        .await
        .unwrap();
    let accepted = log.append(&notes([1]), &[], noon()).await.unwrap();

    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    assert_eq!(accepted, [Accepted::Appended(1)]);
}

#[tokio::test]
async fn what_comes_out_of_order_is_tried_again_as_a_whole() {
    let workspace = pg::workspace();
    let log = pg::shared().open(&workspace).await;
    let mut conn = inside(&workspace).await;
    // A sequence is the only thing that counts across a rollback.
    run(&mut conn, "CREATE SEQUENCE tries").await.unwrap();
    let twice = "IF nextval('tries') < 3 THEN RAISE EXCEPTION '' USING ERRCODE = '40001'; END IF;";
    trip(&mut conn, twice).await;

    let accepted = log.append(&notes(1..=2), &[], noon()).await.unwrap();

    assert_eq!(accepted, [1, 2].map(Accepted::Appended));
    assert_whole(&log, 2).await;
}

#[tokio::test]
async fn i1_a_session_waits_for_the_disk_whatever_the_address_says() {
    let workspace = pg::workspace();
    let lazy = "?options=-c%20synchronous_commit%3Doff%20-c%20default_transaction_isolation%3Dserializable";
    let url = format!("{}{lazy}", pg::shared().url());
    let log = Log::connect(&url, &workspace.as_str().into())
        .await
        .unwrap();
    let mut conn = inside(&workspace).await;
    let note = "INSERT INTO meta SELECT name, setting FROM pg_settings WHERE name IN \
                ('synchronous_commit', 'transaction_isolation', 'lock_timeout') ORDER BY name;";
    trip(&mut conn, note).await;

    log.append(&notes([1]), &[], noon()).await.unwrap();

    let names = "SELECT value FROM meta WHERE name LIKE '%\\_%' ORDER BY name";
    let found: Vec<String> = sqlx::query_scalar(names)
        .fetch_all(&mut conn)
        .await
        .unwrap();
    assert_eq!(found, ["5000", "on", "read committed"]);
}

/// Holds the lease for a moment, again and again, and sends what is due, until
/// nothing is; answers what it sent.
async fn engine(log: Log, host: &'static str) -> Vec<String> {
    let owner = Owner {
        host: host.into(),
        ..me()
    };
    let mut sent = Vec::new();
    while log.soonest_delivery().await.unwrap().is_some() {
        // It runs out at once: the next one may come in at any point.
        let lease = log.take_lease(&owner, noon(), TimeDelta::zero()).await;
        let LeaseState::Held(fence) = lease.unwrap() else {
            continue;
        };
        for delivery in log.due(noon(), 3).await.unwrap() {
            let key = delivery.intent.key.to_string();
            match log.start(&key, fence, noon(), after_noon(30)).await {
                Ok(Some(one)) => {
                    sent.push(key);
                    let told = log.finish(&one, Ending::Sent, &[], noon()).await;
                    assert!(told.unwrap().is_some());
                }
                Ok(None) | Err(StoreError::LeaseLost) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e9_three_engines_on_one_server_send_each_message_once() {
    let workspace = pg::workspace();
    let log = pg::shared().open(&workspace).await;
    let keys: Vec<String> = (10..40).map(|n| format!("page/{n}")).collect();
    let pages: Vec<_> = keys.iter().map(|key| intent(key, Purpose::Page)).collect();
    log.append(&notes([1]), &pages, noon()).await.unwrap();

    let mut all = JoinSet::new();
    for host in ["one", "two", "three"] {
        all.spawn(engine(pg::shared().open(&workspace).await, host));
    }
    let mut sent = all.join_all().await.concat();
    sent.sort_unstable();

    assert_eq!(sent, keys);
    assert_whole(&log, 1).await;
}
