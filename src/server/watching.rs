//! Who has the room open: whoever follows says in which copy of the log, and is
//! told of to the others for as long as they go on.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use tokio::time::{Duration, Instant};

use crate::{
    domain::{entry::ReplicaId, text::Name},
    wire::Watcher,
};

/// How long somebody counts who asked for news: the longest wait, and some.
const COUNTS: Duration = Duration::from_secs(35);
/// How many copies are remembered: more than any house has; a token that makes
/// up names of copies costs no more than this.
const COPIES: usize = 4_096;
/// How many names are told.
const NAMES: usize = 20;

/// Those who follow.
#[derive(Debug, Default)]
pub(super) struct Watching(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    seen: HashMap<ReplicaId, (Name, Instant)>,
    /// Counted once in a while: a thousand consoles ask for it at once.
    told: Vec<Watcher>,
}

impl Watching {
    /// Somebody waits for news in this copy.
    pub(super) fn saw(&self, copy: ReplicaId, name: &Name, now: Instant) {
        self.with(|state| {
            let full = state.seen.len() >= COPIES;
            match state.seen.get_mut(&copy) {
                Some((known, at)) if known == name => *at = now,
                None if full => {}
                _ => {
                    state.seen.insert(copy, (name.clone(), now));
                }
            }
        });
    }

    /// Forgets who went, and counts the others.
    pub(super) fn count(&self, now: Instant) {
        self.with(|state| {
            let counts = |at: Instant| now.saturating_duration_since(at) < COUNTS;
            state.seen.retain(|_, (_, at)| counts(*at));
            let mut consoles: BTreeMap<&Name, u32> = BTreeMap::new();
            for (name, _) in state.seen.values() {
                *consoles.entry(name).or_default() += 1;
            }
            let told = consoles.into_iter().take(NAMES);
            state.told = told
                .map(|(name, consoles)| Watcher {
                    name: name.clone(),
                    consoles,
                })
                .collect();
        });
    }

    /// As they were counted last, by name.
    pub(super) fn told(&self) -> Vec<Watcher> {
        self.with(|state| state.told.clone())
    }

    fn with<T>(&self, what: impl FnOnce(&mut State) -> T) -> T {
        what(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn copy(n: u128) -> ReplicaId {
        ReplicaId(Uuid::from_u128(n))
    }

    fn told(watching: &Watching, now: Instant) -> Vec<(String, u32)> {
        watching.count(now);
        let told = watching.told().into_iter();
        told.map(|one| (one.name.to_string(), one.consoles))
            .collect()
    }

    #[test]
    fn each_name_is_told_once_with_its_consoles_and_not_after_it_went() {
        let watching = Watching::default();
        let now = Instant::now();
        watching.saw(copy(1), &"bo".into(), now);
        watching.saw(copy(2), &"ada".into(), now);
        watching.saw(copy(3), &"bo".into(), now);
        watching.saw(copy(3), &"bo".into(), now);
        let later = now + Duration::from_secs(30);
        watching.saw(copy(2), &"ada".into(), later);

        let both = [("ada".to_owned(), 1), ("bo".to_owned(), 2)];
        assert_eq!(told(&watching, later), both);
        assert_eq!(told(&watching, now + COUNTS), [("ada".to_owned(), 1)]);
    }

    #[test]
    fn who_makes_up_copies_takes_no_more_room_than_there_is() {
        let watching = Watching::default();
        let now = Instant::now();

        for n in 0..10_000 {
            let name = Name::lossy(&format!("{n:05}"));
            watching.saw(copy(n), &name, now);
        }

        assert_eq!(told(&watching, now).len(), NAMES);
        watching.with(|state| assert_eq!(state.seen.len(), COPIES));
    }
}
