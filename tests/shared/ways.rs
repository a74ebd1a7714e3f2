//! A bad way to the server: replies that are lost, requests that arrive twice,
//! and no way at all.

use std::{collections::HashSet, sync::atomic::Ordering, time::Duration};

use tempfile::TempDir;
use warroom::{domain::entry::EntryId, sync::SyncError};

use super::{
    backend::Backend,
    copy::{Copy, converged},
    proxy::{Proxy, Way},
};
use crate::faults::{kills::number, random};

/// Everybody's entries, each once, in the same order everywhere.
async fn assert_each_once(copies: &[&Copy], made: &[EntryId]) {
    let ids = copies[0].ids().await;
    let set: HashSet<&EntryId> = ids.iter().collect();
    assert_eq!(ids.len(), made.len());
    let lost: Vec<&EntryId> = made.iter().filter(|id| !set.contains(id)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    for copy in copies {
        assert_eq!(copy.ids().await, ids);
        let report = copy.log.verify().await.unwrap();
        assert!(report.problems.is_empty(), "{:?}", report.problems);
    }
}

/// Two copies in a folder, each by way of a proxy of its own.
async fn two(backend: &mut Backend, folder: &TempDir) -> ([Copy; 2], [Proxy; 2]) {
    let tokens = ["ada", "bo"].map(|who| backend.token(who));
    backend.start();
    let proxies = [0, 1].map(|_| Proxy::to(backend.address()));
    let open = |place: usize| {
        let file = folder.path().join(format!("{place}.db"));
        let (at, token) = (proxies[place].address, tokens[place].clone());
        let workspace = backend.workspace().to_owned();
        async move {
            let copy = Copy::open(&file, at, &workspace, &token).await;
            copy.settled().await;
            copy
        }
    };
    ([open(0).await, open(1).await], proxies)
}

fn set(proxies: &[Proxy], way: Way) {
    for proxy in proxies {
        proxy.set(way);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i2_lost_replies_and_repeated_requests_double_and_lose_nothing() {
    let each = number("WARROOM_ENTRIES").unwrap_or(2_000) / 2;
    let folder = tempfile::tempdir().unwrap();
    let mut backend = Backend::on_a_file();
    let (copies, proxies) = two(&mut backend, &folder).await;
    let way = Way::Bad {
        lost: 15,
        twice: 15,
    };
    set(&proxies, way);

    let write = async |copy: &Copy| {
        let mut made = Vec::new();
        for n in 0..each {
            made.push(copy.note(&format!("note {n}")).await);
            if n % 2 == 0 {
                continue;
            }
            let settled = copy.settle().await;
            assert!(
                settled.as_ref().err().is_none_or(SyncError::may_pass),
                "{settled:?}"
            );
        }
        made
    };
    let (mut made, others) = tokio::join!(write(&copies[0]), write(&copies[1]));
    made.extend(others);
    set(&proxies, Way::Open);
    for copy in copies.iter().chain(&copies) {
        copy.settled().await;
    }

    let sum = |pick: fn(&Proxy) -> u64| proxies.iter().map(pick).sum::<u64>();
    say!(
        "{} entries; {} requests, {} replies lost, {} requests twice",
        made.len(),
        sum(|proxy| proxy.count.requests.load(Ordering::Relaxed)),
        sum(|proxy| proxy.count.lost.load(Ordering::Relaxed)),
        sum(|proxy| proxy.count.twice.load(Ordering::Relaxed)),
    );
    assert!(sum(|proxy| proxy.count.lost.load(Ordering::Relaxed)) > 0);
    assert_each_once(&[&copies[0], &copies[1]], &made).await;
    assert_eq!(backend.done("export").out.lines().count(), made.len());
    backend.done("verify");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i4_after_a_partition_all_are_the_same_within_ten_seconds() {
    let rounds = number("WARROOM_PARTITIONS").unwrap_or(50);
    let folder = tempfile::tempdir().unwrap();
    let mut backend = Backend::on_a_file();
    let (mut copies, proxies) = two(&mut backend, &folder).await;
    copies.iter_mut().for_each(Copy::keep);
    let (mut made, mut longest) = (Vec::new(), Duration::ZERO);
    let mut random = random();

    for round in 0..rounds {
        let way = if random.bool() { Way::Shut } else { Way::Stuck };
        proxies[0].set(way);
        if random.bool() {
            proxies[1].set(way);
        }
        for copy in &copies {
            for n in 0..random.u8(1..4) {
                made.push(copy.note(&format!("round {round}, note {n}")).await);
            }
        }
        // How long nothing moves is a part of the fault.
        tokio::time::sleep(Duration::from_millis(random.u64(..400))).await;
        set(&proxies, Way::Open);
        let [a, b] = &copies;
        let took = converged(&[a, b], made.len() as u64, Duration::from_secs(10)).await;
        longest = longest.max(took);
    }

    say!(
        "{rounds} partitions, {} entries; the longest until all were the same: {longest:?}",
        made.len()
    );
    assert_each_once(&[&copies[0], &copies[1]], &made).await;
    backend.done("verify");
}
