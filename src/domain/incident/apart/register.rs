//! A field that people may set apart from each other: what stands beside each
//! other in it, and what ended that.

use chrono::{DateTime, Utc};

use super::{Conflict, Decided, Field, Way};
use crate::domain::{
    entry::{Entry, EntryId, LAST, ReplicaId, Seq},
    text::Name,
};

/// Where an entry stands in the log, and which copy of it made the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::domain::incident) struct Stamp {
    pub(in crate::domain::incident) replica: ReplicaId,
    /// The highest there is while it has none: nobody else has seen it.
    pub(in crate::domain::incident) seq: Seq,
}

/// A value that was set, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Head<T> {
    entry: EntryId,
    stamp: Stamp,
    pub(super) value: T,
    by: Name,
    at: DateTime<Utc>,
}

/// The values of a field whose authors did not know of each other.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::domain::incident) struct Register<T> {
    heads: Vec<Head<T>>,
    /// The values that stood beside each other, and the one that ended it.
    ended: Vec<(Vec<Head<T>>, Head<T>)>,
}

impl Stamp {
    pub(in crate::domain::incident) fn of(entry: &Entry) -> Self {
        Self {
            replica: entry.replica,
            seq: entry.seq.unwrap_or(LAST),
        }
    }

    /// Whether the author of `entry` can't have seen it: another copy of the
    /// log made it, above the last number that they had.
    pub(in crate::domain::incident) fn is_unknown_to(&self, entry: &Entry) -> bool {
        self.replica != entry.replica && self.seq > entry.base
    }
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self {
            heads: Vec::new(),
            ended: Vec::new(),
        }
    }
}

impl<T: Clone + PartialEq> Register<T> {
    /// Sets it: that settles what the author had seen, and nothing else.
    pub(in crate::domain::incident) fn set(&mut self, value: T, entry: &Entry) {
        let heads = std::mem::take(&mut self.heads).into_iter();
        let (unknown, seen): (Vec<_>, Vec<_>) =
            heads.partition(|head| head.stamp.is_unknown_to(entry));
        let head = Head {
            entry: entry.id,
            stamp: Stamp::of(entry),
            value,
            by: entry.by.clone(),
            at: entry.recorded_at,
        };
        if unknown.is_empty() && disagree(&seen) {
            self.ended.push((seen, head.clone()));
        }
        self.heads = unknown;
        self.heads.push(head);
    }

    /// Takes a value out that no longer is one.
    pub(in crate::domain::incident) fn drop(&mut self, value: &T) {
        self.heads.retain(|head| head.value != *value);
    }

    /// Takes out what an entry set that nobody was told of.
    pub(in crate::domain::incident) fn forget(&mut self, entry: EntryId) {
        self.heads.retain(|head| head.entry != entry);
    }

    /// Whether the author of `entry` did not know of one of those values.
    pub(in crate::domain::incident) fn has_unknown(
        &self,
        entry: &Entry,
        which: impl Fn(&T) -> bool,
    ) -> bool {
        let mut heads = self.heads.iter().filter(|head| which(&head.value));
        heads.any(|head| head.stamp.is_unknown_to(entry))
    }

    /// The values that stand beside each other, the last one last.
    pub(in crate::domain::incident) fn values(&self) -> impl Iterator<Item = &T> {
        self.heads.iter().map(|head| &head.value)
    }

    /// What is to be settled, if people disagree; and what was.
    pub(super) fn told(&self, field: Field, read: Reading<T>) -> (Option<Conflict>, Vec<Decided>) {
        let ended = self.ended.iter().filter_map(|(heads, last)| {
            Some(Decided {
                conflict: conflict(heads, field, read)?,
                way: last.way(read.words),
            })
        });
        (conflict(&self.heads, field, read), ended.collect())
    }
}

impl<T> Head<T> {
    fn way(&self, words: fn(&T) -> String) -> Way {
        Way {
            value: words(&self.value),
            by: self.by.clone(),
            at: self.at,
        }
    }
}

/// How the values of a field are read.
pub(super) struct Reading<T> {
    /// Which of several holds.
    pub(super) holds: fn(&[Head<T>]) -> Option<&Head<T>>,
    /// A value in words.
    pub(super) words: fn(&T) -> String,
}

impl<T> Clone for Reading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Reading<T> {}

/// The last number wins.
pub(super) fn last<T>(words: fn(&T) -> String) -> Reading<T> {
    Reading {
        holds: <[Head<T>]>::last,
        words,
    }
}

fn disagree<T: PartialEq>(heads: &[Head<T>]) -> bool {
    let first = heads.first();
    first.is_some_and(|first| heads.iter().any(|head| head.value != first.value))
}

fn conflict<T: PartialEq>(heads: &[Head<T>], field: Field, read: Reading<T>) -> Option<Conflict> {
    // As good as always: what is owed is asked for at every second.
    if heads.len() < 2 {
        return None;
    }
    let mut seen: Vec<&T> = Vec::new();
    let mut ways = Vec::new();
    for head in heads {
        if !seen.contains(&&head.value) {
            seen.push(&head.value);
            ways.push(head.way(read.words));
        }
    }
    let since = ways.get(1)?.at;
    let holds = (read.holds)(heads)?;
    Some(Conflict {
        field,
        since,
        holds: (read.words)(&holds.value),
        ways,
    })
}
