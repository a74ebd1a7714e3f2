//! What is known of every probe: of this host's by their readings, and of
//! others' by what the log tells (H2).

use chrono::{DateTime, Utc};

use super::{is_system, row};
use crate::{
    domain::{
        fact::{Health, ProbeChange},
        health::{Counts, Watch},
        text::Name,
    },
    ui::{app::App, format, pane::header},
};

/// A probe, and how it is known.
#[derive(Clone, Copy)]
pub enum Seen<'a> {
    /// It is read here.
    Here(&'a Watch),
    /// Another host reads it, and the log tells what changed.
    There(Told<'a>),
}

/// What the log told last of a probe that is not read here.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    change: &'a ProbeChange,
    since: DateTime<Utc>,
    /// Whoever told it would tell a change.
    holds: bool,
}

impl Told<'_> {
    /// The host that reads it; the log of an older program does not say.
    pub fn vantage(&self) -> &str {
        match self.change.vantage.as_str() {
            "" => "elsewhere",
            vantage => vantage,
        }
    }

    const fn state(&self) -> Health {
        if self.holds {
            self.change.to
        } else {
            Health::Unknown
        }
    }

    /// How long it is down. The log has no readings, so of what is well there
    /// is no value.
    fn value(&self, now: DateTime<Utc>) -> String {
        match self.state() {
            Health::Down | Health::Degraded => format::age(now - self.since),
            Health::Up | Health::Unknown | Health::Stale => String::new(),
        }
    }
}

impl Seen<'_> {
    /// Its state, as it looks at `now`.
    pub fn state(&self, now: DateTime<Utc>) -> Health {
        match self {
            Self::Here(watch) => watch.state(now),
            Self::There(told) => told.state(),
        }
    }

    /// The probe's name.
    pub const fn name(&self) -> &Name {
        match self {
            Self::Here(watch) => &watch.spec().name,
            Self::There(told) => &told.change.probe,
        }
    }

    /// The host that reads it, where that is not this one.
    pub fn vantage(&self) -> Option<&str> {
        match self {
            Self::Here(_) => None,
            Self::There(told) => Some(told.vantage()),
        }
    }

    /// What it says now: its latency, or how long it has been like this.
    pub fn value(&self, now: DateTime<Utc>) -> String {
        match self {
            Self::Here(watch) => row::value(watch, now),
            Self::There(told) => told.value(now),
        }
    }
}

/// Every target, trouble first; not what tells about this host alone.
pub fn targets(app: &App, now: DateTime<Utc>) -> Vec<Seen<'_>> {
    let here = app.panel.targets().filter(|watch| !is_system(watch));
    let mut seen: Vec<Seen<'_>> = here.map(Seen::Here).collect();
    seen.extend(told(app, now).map(Seen::There));
    seen.sort_by_key(|seen| rank(seen.state(now)));
    seen
}

/// Probes of other hosts. What another host told holds while an engine runs
/// that would tell of a change; two hosts that look at the same target see it
/// each in its own way.
fn told(app: &App, now: DateTime<Utc>) -> impl Iterator<Item = Told<'_>> {
    let holds = header::engine_runs(app, now) && !header::offline(app);
    let is_ours = |change: &ProbeChange| {
        let vantage = &change.vantage;
        let is_here = vantage.is_empty() || vantage == app.panel.vantage();
        is_here && app.panel.watch(&change.probe).is_some()
    };
    let told = app.board.told_of_probes();
    told.filter(move |(change, _)| !is_ours(change))
        .map(move |(change, since)| Told {
            change,
            since,
            holds,
        })
}

/// All targets by state, also those of other hosts.
pub fn counted(app: &App, now: DateTime<Utc>) -> Counts {
    let mut counts = app.panel.counts(now);
    for told in told(app, now) {
        counts.add(told.state());
    }
    counts
}

const fn rank(health: Health) -> u8 {
    match health {
        Health::Down => 0,
        Health::Degraded => 1,
        Health::Stale => 2,
        Health::Unknown => 3,
        Health::Up => 4,
    }
}
