//! Three servers on one `PostgreSQL`, and a `PostgreSQL` that goes away.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use fastrand::Rng;
use rustix::process::Signal;
use tokio::time::Instant;
use warroom::wire::Outcome;

use super::{
    PATIENCE,
    backend::{Backend, Place},
    disk::{post, remote},
};
use crate::{
    faults::{
        engines::{furnish, overdue},
        kills::number,
        random,
        receiver::Receiver,
    },
    store::pg,
};

/// What happens to one of the three.
#[derive(Clone, Copy)]
enum Fault {
    Killed,
    Stopped,
}

impl Fault {
    fn befalls(self, server: &mut Backend) {
        match self {
            Self::Killed => server.kill(),
            Self::Stopped => server.running().signal(Signal::STOP),
        }
    }

    fn passes(self, server: &mut Backend) {
        match self {
            Self::Killed => server.start(),
            Self::Stopped => server.running().signal(Signal::CONT),
        }
    }
}

/// How many pages each incident of the log was escalated to.
fn escalations(log: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for line in log.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let count: &mut usize = found.entry(entry["incident"].to_string()).or_default();
        *count += usize::from(entry["kind"] == "escalated");
    }
    found
}

#[test]
fn i6_each_step_fires_once_whichever_of_three_servers_is_gone() {
    let rounds = number("WARROOM_ROUNDS").unwrap_or(30);
    let receiver = Receiver::start();
    let workspace = pg::workspace();
    let mut servers = [0, 1, 2].map(|_| {
        let mut server = Backend::on(Place::Postgres(pg::shared().url()), &workspace);
        furnish(&server.house, &receiver, "");
        server.start();
        server
    });
    let (mut pages, mut repeats, mut longest) = (BTreeSet::new(), 0, Duration::ZERO);
    let mut random = random();

    for _ in 0..rounds {
        let fault = [Fault::Killed, Fault::Stopped][random.usize(..2)];
        let victim = random.usize(..3);
        let other = (victim + 1) % 3;
        if random.bool() {
            overdue(servers[other].command(""));
            fault.befalls(&mut servers[victim]);
        } else {
            fault.befalls(&mut servers[victim]);
            overdue(servers[other].command(""));
        }
        let began = Instant::now();
        loop {
            let post = receiver.post();
            assert!(
                post.body.contains("Escalated to Team Lead"),
                "{}",
                post.body
            );
            let is_new = pages.insert(post.id.clone());
            post.take();
            if is_new {
                break;
            }
            repeats += 1;
        }
        longest = longest.max(began.elapsed());
        fault.passes(&mut servers[victim]);
    }

    let log = servers[0].done("export").out;
    repeats += std::iter::from_fn(|| receiver.other()).count();
    say!(
        "{rounds} faults, {} pages, {repeats} repeats; the longest until one arrived: {longest:?}",
        pages.len()
    );
    let escalated = escalations(&log);
    assert_eq!(escalated.len() as u64, rounds);
    assert!(escalated.values().all(|count| *count == 1), "{escalated:?}");
    assert_eq!(pages.len() as u64, rounds);
    assert!(repeats as u64 <= rounds, "{repeats} repeats");
    servers[0].done("verify");
}

/// Lets the database be away for a while, in one of several ways.
async fn disturb(cluster: &mut pg::Cluster, round: u64, random: &mut Rng) {
    let while_away = Duration::from_millis(random.u64(100..500));
    match round % 3 {
        0 => {
            cluster.stop();
            tokio::time::sleep(while_away).await;
            cluster.start();
        }
        1 => {
            read_only(cluster, true).await;
            tokio::time::sleep(while_away).await;
            read_only(cluster, false).await;
        }
        _ => {
            let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                          WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
            let mut conn = cluster.by_hand().await;
            pg::run(&mut conn, others).await.unwrap();
        }
    }
}

/// Lets the database be read only, or written again.
async fn read_only(cluster: &pg::Cluster, only: bool) {
    let mut conn = cluster.by_hand().await;
    let word = if only { "on" } else { "off" };
    pg::run(&mut conn, "SET default_transaction_read_only = off")
        .await
        .unwrap();
    let sql = format!("ALTER SYSTEM SET default_transaction_read_only = {word}");
    pg::run(&mut conn, &sql).await.unwrap();
    pg::run(&mut conn, "SELECT pg_reload_conf()").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i1_while_postgres_comes_and_goes_a_200_is_kept_and_it_comes_back() {
    let rounds = number("WARROOM_RESTARTS").unwrap_or(10);
    let mut cluster = pg::Cluster::new();
    let mut backend = Backend::on(Place::Postgres(cluster.url()), "prod");
    let token = backend.token("ada");
    backend.start();
    let remote = remote(&backend, &token);
    let (over, mut longest) = (AtomicBool::new(false), Duration::ZERO);

    let write = async {
        let (mut kept, mut refused) = (Vec::new(), 0);
        while !over.load(Ordering::Relaxed) {
            let post = post();
            match remote.post(&post).await {
                Ok(posted) => {
                    assert_eq!(posted.what.results[0].result, Outcome::Appended);
                    kept.push(post.events[0].id.to_string());
                }
                Err(error) => {
                    assert!(error.may_pass(), "{error}");
                    refused += 1;
                }
            }
        }
        (kept, refused)
    };
    let disturbed = async {
        let mut random = random();
        for round in 0..rounds {
            tokio::time::sleep(Duration::from_millis(random.u64(50..300))).await;
            disturb(&mut cluster, round, &mut random).await;
            longest = longest.max(back(&backend, &token).await);
        }
        over.store(true, Ordering::Relaxed);
    };
    let ((kept, refused), ()) = tokio::join!(write, disturbed);

    let log = backend.done("export").out;
    say!(
        "{rounds} disturbances, {} posts answered 200, {refused} not; back within {longest:?}",
        kept.len()
    );
    for id in &kept {
        let start = format!("{{\"id\":\"{id}\"");
        assert_eq!(
            log.lines().filter(|line| line.starts_with(&start)).count(),
            1
        );
    }
    assert!(!kept.is_empty() && refused > 0);
    backend.done("verify");
}

/// How long it takes until a post is answered 200.
async fn back(backend: &Backend, token: &str) -> Duration {
    let (remote, began) = (remote(backend, token), Instant::now());
    while let Err(error) = remote.post(&post()).await {
        assert!(error.may_pass(), "{error}");
        assert!(began.elapsed() < PATIENCE, "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}
