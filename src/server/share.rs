//! What each caller may ask for: a bucket that fills with time, and places for
//! what is on its way.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit},
    time::Instant,
};

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
/// How many may write at the same time; their bodies are in memory. Half of
/// the places are for the share that everybody has, half for whoever needs more
/// than that.
const HALF: usize = 128;
/// How many each has of the first half, until the answer: so dozens who send
/// drop by drop, or all at once, leave room for everybody else.
const SHARE: usize = 4;
/// How many bodies of one may come at the same time beyond that: one takes
/// milliseconds, so even a thousand consoles that share a token wait for each
/// other unseen.
const BODIES: usize = 28;

/// For each workspace, a bucket for each name: as many as there are tokens.
type Buckets = HashMap<Name, HashMap<Name, Bucket>>;

/// What each has left.
#[derive(Debug)]
pub(super) struct Shares {
    buckets: Mutex<Buckets>,
    first_half: Semaphore,
    other_half: Semaphore,
}

/// A place to write at, until it is dropped.
#[derive(Debug)]
pub(super) struct Place<'s> {
    _at: SemaphorePermit<'s>,
    _share: Option<OwnedSemaphorePermit>,
    /// What others of the same caller wait for, no longer than until the body
    /// is read: what the disk takes after that is nobody's fault.
    pub(super) body: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
    own: Own,
}

/// What one caller may still have.
#[derive(Debug, Clone)]
struct Own {
    share: Arc<Semaphore>,
    bodies: Arc<Semaphore>,
}

impl Default for Shares {
    fn default() -> Self {
        Self {
            buckets: Mutex::default(),
            first_half: Semaphore::new(HALF),
            other_half: Semaphore::new(HALF),
        }
    }
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

    /// A place for the caller to write at, as soon as there is one: of its
    /// share, or beyond it. `None` once there are none for anybody.
    pub(super) async fn place(&self, caller: &Caller) -> Option<Place<'_>> {
        let own = self.own(caller);
        let within = async {
            let share = own.share.acquire_owned().await.ok()?;
            Some(Place {
                _at: self.first_half.acquire().await.ok()?,
                _share: Some(share),
                body: None,
            })
        };
        let beyond = async {
            let body = own.bodies.acquire_owned().await.ok()?;
            Some(Place {
                _at: self.other_half.acquire().await.ok()?,
                _share: None,
                body: Some(body),
            })
        };
        tokio::select! {
            biased;
            place = within => place,
            place = beyond => place,
        }
    }

    /// Whether the caller has all the places that one may have.
    pub(super) fn has_all(&self, caller: &Caller) -> bool {
        let own = self.own(caller);
        [own.share, own.bodies]
            .iter()
            .all(|some| some.available_permits() == 0)
    }

    fn own(&self, caller: &Caller) -> Own {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        of(&mut buckets, caller, Instant::now()).own.clone()
    }
}

/// The caller's bucket; a new one is full.
fn of<'b>(buckets: &'b mut Buckets, caller: &Caller, now: Instant) -> &'b mut Bucket {
    // Asked at every request: their names are copied for the first one only.
    if !buckets.contains_key(&caller.workspace) {
        buckets.insert(caller.workspace.clone(), HashMap::new());
    }
    let names = buckets.get_mut(&caller.workspace);
    let names = names.expect("it was put there");
    if !names.contains_key(&caller.name) {
        let full = Bucket {
            left: BURST,
            at: now,
            own: Own {
                share: Arc::new(Semaphore::new(SHARE)),
                bodies: Arc::new(Semaphore::new(BODIES)),
            },
        };
        names.insert(caller.name.clone(), full);
    }
    names.get_mut(&caller.name).expect("it was put there")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::FutureExt as _;

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

    /// As many places as the caller gets at once.
    fn all_of<'s>(shares: &'s Shares, name: &str) -> Vec<Place<'s>> {
        let caller = Caller::named(name);
        let next = || shares.place(&caller).now_or_never().flatten();
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn many_who_take_all_they_get_leave_room_for_everybody_else() {
        let shares = Shares::default();

        let all: Vec<_> = (0..30)
            .map(|n| all_of(&shares, &format!("slow {n}")))
            .collect();

        assert_eq!(all[0].len(), SHARE + BODIES);
        assert!(shares.has_all(&Caller::named("slow 0")));
        assert_eq!(all[29].len(), SHARE, "the other half is full");
        assert_eq!(all_of(&shares, "ada").len(), SHARE);
    }

    #[test]
    fn a_body_that_was_read_makes_room_for_the_next_of_its_caller_and_a_share_does_not() {
        let shares = Shares::default();
        let mut all = all_of(&shares, "ada");

        let read = all.iter_mut().filter_map(|place| place.body.take());

        assert_eq!(read.count(), BODIES);
        assert_eq!(all_of(&shares, "ada").len(), BODIES);
        drop(all);
        assert_eq!(all_of(&shares, "ada").len(), SHARE + BODIES);
    }
}
