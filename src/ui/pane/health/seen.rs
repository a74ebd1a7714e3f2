//! What is known of every probe: of this host's by their readings, and of
//! others' by what the log tells (H2).

use chrono::{DateTime, Utc};

use super::{is_system, row};
use crate::{
    domain::{
        fact::{Health, ProbeChange},
        health::{Known, Watch},
        text::Name,
    },
    ui::{app::App, format, pane::header},
};

/// A probe, and how it is known.
#[derive(Clone, Copy)]
pub enum Seen<'a> {
    /// It is read here.
    Here(&'a Watch),
    /// The log tells what changed: another host reads it, or this one has only
    /// just begun to.
    There(Told<'a>),
}

/// What the log told last of a probe of which nothing is known here yet.
#[derive(Clone, Copy)]
pub struct Told<'a> {
    change: &'a ProbeChange,
    since: DateTime<Utc>,
    /// This host reads it, and does not know yet.
    here: bool,
    /// Until when it held; `None` while whoever told it would tell a change.
    until: Option<DateTime<Utc>>,
}

impl Told<'_> {
    /// The host that reads it, where that is another one; the log of an older
    /// program does not say.
    pub fn vantage(&self) -> Option<&str> {
        match self.change.vantage.as_str() {
            _ if self.here => None,
            "" => Some("elsewhere"),
            vantage => Some(vantage),
        }
    }

    /// How long it is not well. The log has no readings, so of what is well
    /// there is no value.
    fn value(&self, now: DateTime<Utc>) -> String {
        match self.state() {
            Health::Down | Health::Degraded => row::lasts(now - self.since),
            Health::Up | Health::Unknown | Health::Stale => String::new(),
        }
    }

    const fn state(&self) -> Health {
        match self.until {
            None => self.change.to,
            Some(_) => Health::Unknown,
        }
    }

    /// A host that is offline lost what it knew before.
    fn was(&self) -> Option<Known> {
        let known = match (self.change.to, self.until) {
            (Health::Unknown | Health::Stale, _) => Known {
                state: self.change.from,
                at: self.since,
            },
            (state, Some(at)) => Known {
                state,
                at: at.max(self.since),
            },
            (_, None) => return None,
        };
        (known.state != Health::Unknown).then_some(known)
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

    /// What it was last, where nobody knows how it is. That a probe which was
    /// well is silent is the news of it, not that it was well.
    pub fn was(&self, now: DateTime<Utc>) -> Option<Known> {
        let known = match self {
            Self::Here(watch) => watch.was(now),
            Self::There(told) => told.was(),
        };
        known.filter(|known| self.state(now) != Health::Stale || known.state != Health::Up)
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
            Self::There(told) => told.vantage(),
        }
    }

    /// What it says now: its latency, how long it is down, or how long ago
    /// anybody knew.
    pub fn value(&self, now: DateTime<Utc>) -> String {
        if let Some(known) = self.was(now) {
            return ago(known, now);
        }
        match self {
            Self::Here(watch) => row::value(watch, now),
            Self::There(told) => told.value(now),
        }
    }

    /// Its state in a word: `DOWN`, and `was DOWN` where nobody knows it now.
    pub fn word(&self, now: DateTime<Utc>) -> String {
        match self.was(now) {
            Some(known) => format!("was {}", known.state.word()),
            None => row::word(self.state(now)).to_owned(),
        }
    }

    /// The same where there is room to say that nobody knows it.
    pub fn words(&self, now: DateTime<Utc>) -> String {
        match (self.was(now), self.state(now)) {
            (None, Health::Unknown) => Health::Unknown.word().to_owned(),
            (Some(_) | None, _) => self.word(now),
        }
    }

    /// Its state, or else the last that was known of it.
    pub fn last(&self, now: DateTime<Utc>) -> Health {
        let was = self.was(now);
        was.map_or_else(|| self.state(now), |known| known.state)
    }

    /// The worst first; what was so, and may not be any more, after what is.
    fn rank(&self, now: DateTime<Utc>) -> (u8, bool) {
        let was = self.was(now);
        let rank = match self.last(now) {
            Health::Down => 0,
            Health::Degraded => 1,
            Health::Stale => 2,
            Health::Unknown => 3,
            Health::Up => 4,
        };
        // Above what is well, since nobody knows.
        match (rank, was) {
            (4, Some(_)) => (3, true),
            (rank, was) => (rank, was.is_some()),
        }
    }
}

/// `1m42 ago`.
pub(super) fn ago(known: Known, now: DateTime<Utc>) -> String {
    format!("{} ago", format::short(now - known.at))
}

/// Every target, trouble first; not what tells about this host alone.
pub fn targets(app: &App, now: DateTime<Utc>) -> Vec<Seen<'_>> {
    let told: Vec<Told<'_>> = told(app, now).collect();
    let is_told = |watch: &Watch| {
        let name = &watch.spec().name;
        told.iter()
            .any(|told| told.here && told.change.probe == *name)
    };
    let here = app.panel.targets().filter(|watch| !is_system(watch));
    let here = here.filter(|watch| !is_told(watch));
    let mut seen: Vec<Seen<'_>> = here.map(Seen::Here).collect();
    seen.extend(told.iter().copied().map(Seen::There));
    seen.sort_by_key(|seen| seen.rank(now));
    seen
}

/// What the log tells and this host does not know itself: of probes of other
/// hosts, since two that look at the same target see it each in its own way;
/// and of its own, until it has read them often enough.
fn told(app: &App, now: DateTime<Utc>) -> impl Iterator<Item = Told<'_>> {
    let told = app.board.told_of_probes();
    told.filter_map(move |(change, since)| {
        let watch = app.panel.watch(&change.probe);
        let watch = watch.filter(|_| app.panel.is_from_here(change));
        if watch.is_some_and(|watch| is_system(watch) || !watch.is_undecided()) {
            return None;
        }
        let here = watch.is_some();
        let until = held_until(app, (here, since), now);
        Some(Told {
            change,
            since,
            here,
            until,
        })
    })
}

/// What was told holds while an engine runs that would tell of a change: then
/// `None`; else until when that was so, as far as that is known, and at `since`
/// it was. An engine that begins here with this console knows no more than it.
fn held_until(
    app: &App,
    (here, since): (bool, DateTime<Utc>),
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let seen = if header::offline(app) {
        app.shared.link.heard_at
    } else if !header::engine_runs(app, now) {
        app.engine.ticked_at
    } else if here && app.engine.mine {
        None
    } else {
        return None;
    };
    Some(seen.unwrap_or(since))
}
