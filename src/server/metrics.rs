//! What is counted, for Prometheus. Labels are the routes of the one list and
//! the statuses of the table of codes: what a client sends makes no new ones.

mod page;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use axum::http::{Method, StatusCode};
use tokio::time::Instant;

use super::Route;
use crate::wire::Code;

pub(super) use page::metrics;

/// Upper ends of the histogram's buckets, in milliseconds. A long-poll waits
/// up to 25 s, and is a route of its own.
const BUCKETS_MS: [u64; 12] = [
    1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 30_000,
];

/// Everything that is counted.
#[derive(Debug)]
pub(super) struct Metrics {
    routes: Vec<Counts>,
    statuses: Vec<u16>,
    /// Connections that are open.
    pub(super) connections: AtomicI64,
    /// Connections that found no seat.
    pub(super) refused: AtomicU64,
}

/// What is counted of one address.
#[derive(Debug)]
struct Counts {
    method: String,
    path: &'static str,
    by_status: Vec<AtomicU64>,
    buckets: [AtomicU64; BUCKETS_MS.len()],
    sum_us: AtomicU64,
    under_way: AtomicI64,
}

/// A request that is under way; one whose client left counts no more.
pub(super) struct Begun<'a> {
    metrics: &'a Metrics,
    counts: &'a Counts,
    at: Instant,
}

impl Metrics {
    pub(super) fn new(routes: impl Iterator<Item = Route>) -> Self {
        let mut statuses: Vec<u16> = Code::ALL.map(Code::status).into();
        // What there is besides; the last stands for all others.
        statuses.extend([200, 0]);
        statuses.sort_unstable_by_key(|status| (*status == 0, *status));
        statuses.dedup();
        let other = Counts::new("other", "other", statuses.len());
        let known =
            routes.map(|route| Counts::new(route.method.as_str(), route.path, statuses.len()));
        Self {
            routes: known.chain([other]).collect(),
            statuses,
            connections: AtomicI64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    /// Counts a request that begins.
    pub(super) fn begin(&self, method: &Method, path: &str) -> Begun<'_> {
        let (other, known) = self.routes.split_last().expect("there is always `other`");
        let mut known = known.iter();
        let counts = known
            .find(|one| one.path == path && one.method == method.as_str())
            .unwrap_or(other);
        counts.under_way.fetch_add(1, Relaxed);
        Begun {
            metrics: self,
            counts,
            at: Instant::now(),
        }
    }
}

impl Counts {
    fn new(method: &str, path: &'static str, statuses: usize) -> Self {
        Self {
            method: method.to_owned(),
            path,
            by_status: (0..statuses).map(|_| AtomicU64::new(0)).collect(),
            buckets: Default::default(),
            sum_us: AtomicU64::new(0),
            under_way: AtomicI64::new(0),
        }
    }
}

impl Begun<'_> {
    /// The address, as the list has it.
    pub(super) const fn path(&self) -> &'static str {
        self.counts.path
    }

    /// It was answered.
    pub(super) fn end(self, status: StatusCode) {
        let took = self.at.elapsed();
        let statuses = &self.metrics.statuses;
        let place = statuses.iter().position(|one| *one == status.as_u16());
        let place = place.unwrap_or(statuses.len() - 1);
        self.counts.by_status[place].fetch_add(1, Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.counts.sum_us.fetch_add(micros, Relaxed);
        let bucket = BUCKETS_MS.iter().position(|end| micros <= end * 1_000);
        if let Some(bucket) = bucket {
            self.counts.buckets[bucket].fetch_add(1, Relaxed);
        }
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.counts.under_way.fetch_sub(1, Relaxed);
    }
}
