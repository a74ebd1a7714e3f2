//! How long the service was down: the union of outages that probes saw and
//! people added, without the spans that people struck (X1).
//!
//! The ledger keeps what it was told and works out the rest when asked, so the
//! order of telling does not matter, and any sequence makes sense: a probe that
//! recovers without having failed changes nothing, nor does a span that ends
//! before it begins. A strike holds against everything, also against what is
//! told later; to undo it, its entry is retracted and the ledger built anew.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::fact::{Health, ProbeChange};

#[cfg(test)]
mod tests;

/// A span without an end yet ends here, while spans are compared.
const NO_END: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// What is known about the outages of one incident.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Per source: what it said, and when.
    sources: BTreeMap<String, BTreeMap<DateTime<Utc>, Turn>>,
    added: Vec<Span>,
    struck: Vec<Span>,
}

/// What a source said at one instant. Both at once change nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Turn {
    opened: bool,
    closed: bool,
}

/// From the first instant to the one after the last.
type Span = (DateTime<Utc>, DateTime<Utc>);

/// A time of downtime, with nothing of it struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// When it began.
    pub from: DateTime<Utc>,
    /// When it was over; `None` while it lasts.
    pub to: Option<DateTime<Utc>>,
}

impl Ledger {
    /// `source` went down. While it is down already, the earlier time counts.
    pub fn open(&mut self, source: &str, at: DateTime<Utc>) {
        self.turn(source, at).opened = true;
    }

    /// `source` is down no longer, or nobody can tell any more (H2).
    pub fn close(&mut self, source: &str, at: DateTime<Utc>) {
        self.turn(source, at).closed = true;
    }

    /// A probe changed state, and is in the new one since `since`. Only a probe that counts, and only its
    /// being down, is downtime; each vantage is a source of its own.
    pub fn observe(&mut self, change: &ProbeChange, since: DateTime<Utc>) {
        if !change.counts {
            return;
        }
        let source = format!("{}@{}", change.probe, change.vantage);
        match change.to {
            Health::Down => self.open(&source, since),
            Health::Up | Health::Degraded | Health::Unknown | Health::Stale => {
                self.close(&source, since);
            }
        }
    }

    /// A person says that it was down from then until then.
    pub fn add(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) {
        self.added.extend((from < to).then_some((from, to)));
    }

    /// A person says that it was not down from then until then.
    pub fn strike(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) {
        self.struck.extend((from < to).then_some((from, to)));
    }

    /// Every outage, oldest first; no two touch.
    pub fn intervals(&self) -> Vec<Outage> {
        self.spans()
            .into_iter()
            .map(|(from, to)| Outage {
                from,
                to: (to != NO_END).then_some(to),
            })
            .collect()
    }

    /// Whether an outage lasts, as far as is known.
    pub fn is_open(&self) -> bool {
        self.spans().last().is_some_and(|(_, to)| *to == NO_END)
    }

    /// Whether it is down at that instant, as far as is known.
    pub fn is_down(&self, at: DateTime<Utc>) -> bool {
        self.spans()
            .into_iter()
            .any(|(from, to)| from <= at && at < to)
    }

    /// The downtime until `now`.
    pub fn total(&self, now: DateTime<Utc>) -> TimeDelta {
        self.spans()
            .into_iter()
            .map(|(from, to)| (to.min(now) - from).max(TimeDelta::zero()))
            .sum()
    }

    /// The instant after which the downtime is more than `limit`; `None` if it
    /// never is, as things stand.
    ///
    /// It lies ahead while an outage lasts. Downtime of exactly `limit` that is
    /// over has not crossed it (X1).
    pub fn crosses(&self, limit: TimeDelta) -> Option<DateTime<Utc>> {
        let mut left = limit.max(TimeDelta::zero());
        for (from, to) in self.spans() {
            let length = to - from;
            if length > left {
                return Some(from + left);
            }
            left -= length;
        }
        None
    }

    fn turn(&mut self, source: &str, at: DateTime<Utc>) -> &mut Turn {
        self.sources
            .entry(source.to_owned())
            .or_default()
            .entry(at)
            .or_default()
    }

    fn spans(&self) -> Vec<Span> {
        let seen = self.sources.values().flat_map(seen_down);
        let outages = union(self.added.iter().copied().chain(seen).collect());
        let struck = union(self.struck.clone());
        outages
            .into_iter()
            .flat_map(|outage| without(outage, &struck))
            .collect()
    }
}

/// The times that one source was down, from what it said.
fn seen_down(turns: &BTreeMap<DateTime<Utc>, Turn>) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut since = None;
    for (&at, turn) in turns {
        match (since, turn) {
            (
                None,
                Turn {
                    opened: true,
                    closed: false,
                },
            ) => since = Some(at),
            (
                Some(from),
                Turn {
                    opened: false,
                    closed: true,
                },
            ) => {
                spans.push((from, at));
                since = None;
            }
            (None | Some(_), Turn { .. }) => {}
        }
    }
    spans.extend(
        since
            .filter(|from| *from < NO_END)
            .map(|from| (from, NO_END)),
    );
    spans
}

/// The spans in order, those that overlap or touch made one.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for (from, to) in spans {
        match merged.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            Some(_) | None => merged.push((from, to)),
        }
    }
    merged
}

/// What is left of a span without `struck`, which is in order and disjoint.
fn without((from, to): Span, struck: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut start = from;
    let first = struck.partition_point(|(_, end)| *end <= from);
    for &(cut, end) in struck.iter().skip(first).take_while(|(cut, _)| *cut < to) {
        if start < cut {
            left.push((start, cut));
        }
        start = end;
    }
    if start < to {
        left.push((start, to));
    }
    left
}
