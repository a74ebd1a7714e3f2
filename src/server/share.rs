//! What each caller may ask for: a bucket that fills with time, and places for
//! what is on its way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{sync::Semaphore, time::Instant};

use super::Caller;
use crate::domain::text::Name;

/// How many writes each may ask for in a second, on average: many times what
/// a person and their outbox need, and not what a loop gone wild does.
const RATE: f64 = 1_000.0;
/// How many may come at once.
const BURST: f64 = 2.0 * RATE;
/// What a read takes of it: a thousand walls may share one token, and all of
/// them ask again after each entry.
const READ: f64 = 0.02;
/// How many bodies of one may come at the same time: one takes milliseconds, so
/// even a thousand consoles that share a token wait for each other unseen, and
/// who sends drop by drop has an eighth of all the places to write at.
const BODIES: usize = 32;

/// A bucket for each name in each workspace: as many as there are tokens.
type Buckets = HashMap<(Name, Name), Bucket>;

/// What each has left.
#[derive(Debug, Default)]
pub(super) struct Shares {
    buckets: Mutex<Buckets>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
    bodies: Arc<Semaphore>,
}

impl Shares {
    /// Takes one read or write of the caller's share; false when that is used
    /// up.
    pub(super) fn take(&self, caller: &Caller, reads: bool, now: Instant) -> bool {
        let cost = if reads { READ } else { 1.0 };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = of(&mut buckets, caller, now);
        let gained = now.saturating_duration_since(bucket.at).as_secs_f64() * RATE;
        bucket.left = (bucket.left + gained).min(BURST);
        bucket.at = now;
        let enough = bucket.left >= cost;
        if enough {
            bucket.left -= cost;
        }
        enough
    }

    /// The places for bodies of the caller.
    pub(super) fn bodies(&self, caller: &Caller) -> Arc<Semaphore> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&of(&mut buckets, caller, Instant::now()).bodies)
    }
}

/// The caller's bucket; a new one is full.
fn of<'b>(buckets: &'b mut Buckets, caller: &Caller, now: Instant) -> &'b mut Bucket {
    let whose = (caller.workspace.clone(), caller.name.clone());
    buckets.entry(whose).or_insert_with(|| Bucket {
        left: BURST,
        at: now,
        bodies: Arc::new(Semaphore::new(BODIES)),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn who_writes_without_end_is_held_and_others_are_not() {
        let shares = Shares::default();
        let now = Instant::now();

        let let_through = (0..3_000).filter(|_| shares.take(&Caller::named("ada"), false, now));

        assert_eq!(let_through.count(), 2_000);
        assert!(shares.take(&Caller::named("bo"), false, now));
    }

    #[test]
    fn a_share_comes_back_with_time_and_never_more_than_all_of_it() {
        let shares = Shares::default();
        let now = Instant::now();
        while shares.take(&Caller::named("ada"), false, now) {}

        let later = now + Duration::from_millis(10);
        let tomorrow = now + Duration::from_hours(24);

        let soon = (0..100).filter(|_| shares.take(&Caller::named("ada"), false, later));
        assert_eq!(soon.count(), 10);
        let at_most = (0..9_000).filter(|_| shares.take(&Caller::named("ada"), false, tomorrow));
        assert_eq!(at_most.count(), 2_000);
    }

    #[test]
    fn a_thousand_walls_on_one_token_may_all_follow() {
        let shares = Shares::default();
        let now = Instant::now();

        let all = (0..20_000).all(|_| shares.take(&Caller::named("wall"), true, now));

        assert!(all);
    }
}
