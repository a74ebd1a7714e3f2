//! What a probe's readings add up to: up, degraded, down, unknown or stale
//! (H1), and whether to believe them at all (H2).
//!
//! - N failures in a row make a target *down*; until then it stays what it was.
//! - A target that is down comes up after M answers in a row, good or slow, as
//!   what the last of them was. Between *up* and *degraded* it takes M readings
//!   of the other kind in a row; for a host's load, memory and disk, five
//!   minutes of them.
//! - A state began with the first of the readings that led to it: what is down
//!   at the third failure was down at the first.
//! - From *unknown* one answer is enough, but failures need their full count:
//!   a page must not be the first thing that a console says.
//! - While the control probe is down, this host is offline and every target is
//!   *unknown*. From the control's first failure on, before it is down, failures
//!   of targets are not believed: neither counted nor held against the count.
//!   So the control should be probed at least as often as the targets.
//! - Silence for three intervals and a timeout is *stale*, and nothing that was
//!   counted before such a silence counts after it.

use std::{collections::VecDeque, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    fact::Health,
    probe::{Outcome, Reading, Spec, Target},
};

mod panel;
#[cfg(test)]
mod tests;

pub use panel::{Counts, Panel};

/// Samples kept: forty minutes of readings every ten seconds, and wider than
/// any sparkline.
const SAMPLES: usize = 240;

/// Intervals of silence until a state is stale.
const SILENCE: i32 = 3;

/// How long a host must be well, or not well, in a row, until its state changes
/// between the two. Its load swings about a limit from minute to minute, and
/// each swing would be an entry of the timeline; five minutes outlast them.
const STEADY: TimeDelta = TimeDelta::minutes(5);

/// Whether this host can reach anything, as the control probe says (H2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It can, or nobody asks.
    Up,
    /// The control probe failed just now, but not yet often enough.
    Doubtful,
    /// It can't: no reading says anything about its target.
    Down,
}

/// One reading, as much of it as a sparkline needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When it was finished.
    pub at: DateTime<Utc>,
    /// How long the target took; `None` where time says nothing.
    pub took: Option<Duration>,
    /// How it went.
    pub outcome: Outcome,
}

/// How a reading went, without the class of its failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Pass,
    Warn,
    Fail,
}

impl From<Outcome> for Level {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Pass => Self::Pass,
            Outcome::Warn => Self::Warn,
            Outcome::Fail(_) => Self::Fail,
        }
    }
}

/// Readings of one kind in a row.
#[derive(Debug, Clone, Copy)]
struct Streak {
    level: Level,
    /// Of this level.
    count: u32,
    /// When the first of this level was.
    from: DateTime<Utc>,
    /// That were no failures.
    answered: u32,
    /// When the first of these was.
    answered_from: DateTime<Utc>,
}

/// One probe, and what its readings add up to.
#[derive(Debug, Clone)]
pub struct Watch {
    spec: Spec,
    /// Never stale: that depends on the time of asking.
    state: Health,
    since: Option<DateTime<Utc>>,
    streak: Option<Streak>,
    last: Option<Reading>,
    /// The state before nobody could tell any more.
    lost: Option<Known>,
    samples: VecDeque<Sample>,
}

/// What was known last of a probe of which nobody knows how it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The state that it was in.
    pub state: Health,
    /// When it was seen to be so last.
    pub at: DateTime<Utc>,
}

impl Watch {
    /// A probe without a reading yet: unknown.
    pub fn new(spec: &Spec) -> Self {
        Self {
            spec: spec.clone(),
            state: Health::Unknown,
            since: None,
            streak: None,
            last: None,
            lost: None,
            samples: VecDeque::with_capacity(SAMPLES),
        }
    }

    /// Takes a reading; the state left and the state entered, if it changes.
    ///
    /// Readings count in the order that they come in, whatever time they claim:
    /// a clock that was set back must not blind a probe.
    pub fn observe(&mut self, reading: &Reading, link: Link) -> Option<(Health, Health)> {
        if self.silent_at(reading.at) {
            self.streak = None;
        }
        self.last = Some(reading.clone());
        let level = Level::from(reading.outcome);
        match (link, level) {
            (Link::Down, Level::Pass | Level::Warn | Level::Fail) => {
                self.lose(reading.at, reading.at)
            }
            (Link::Doubtful, Level::Fail) => None,
            (Link::Up, Level::Fail) | (Link::Up | Link::Doubtful, Level::Pass | Level::Warn) => {
                self.keep(reading);
                self.streak = Some(Streak::after(self.streak, level, reading.at));
                let (to, since) = self.next(reading.at);
                self.enter(to, since, reading.at)
            }
        }
    }

    /// Nobody can tell any more, since then, as is known at `at`: unknown, and
    /// counting begins anew.
    pub fn lose(&mut self, since: DateTime<Utc>, at: DateTime<Utc>) -> Option<(Health, Health)> {
        self.streak = None;
        let seen = self.samples.back().map_or(since, |sample| sample.at);
        let known = Known {
            state: self.state,
            at: seen,
        };
        let turn = self.enter(Health::Unknown, since, at)?;
        self.lost = Some(known);
        Some(turn)
    }

    /// The log's state may have begun before the first reading here: a console
    /// that starts during an outage says how long the outage is, not how long
    /// it has looked on itself. What the log calls down and fails here from the
    /// first reading on was never up in between.
    pub fn recall(&mut self, told: Health, since: DateTime<Utc>) {
        let fails_on = self.failing_since().is_some() && told == Health::Down;
        if self.state == Health::Unknown && self.lost.is_none() && fails_on {
            self.state = told;
            self.since = Some(since);
        }
        if self.state == told {
            self.since = self.since.map(|own| own.min(since));
        }
    }

    /// What is probed, and how.
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The state, as it looks at `now`.
    pub fn state(&self, now: DateTime<Utc>) -> Health {
        if self.state != Health::Unknown && self.silent_at(now) {
            return Health::Stale;
        }
        self.state
    }

    /// What it was last, where nobody can tell at `now` how it is.
    pub fn was(&self, now: DateTime<Utc>) -> Option<Known> {
        match self.state(now) {
            Health::Unknown => self.lost,
            Health::Stale => self.last.as_ref().map(|last| Known {
                state: self.state,
                at: last.at,
            }),
            Health::Up | Health::Degraded | Health::Down => None,
        }
    }

    /// Whether it was read too seldom yet to say how it is; not where it was
    /// known, and nobody can tell any more.
    pub const fn is_undecided(&self) -> bool {
        matches!(self.state, Health::Unknown) && self.lost.is_none()
    }

    /// When the state began, [`Health::Stale`] left aside: with the first of
    /// the readings that led to it. `None` before the first change.
    pub const fn since(&self) -> Option<DateTime<Utc>> {
        self.since
    }

    /// The last reading, believed or not.
    pub const fn last(&self) -> Option<&Reading> {
        self.last.as_ref()
    }

    /// How long ago the last reading was, not below zero; `None` without one.
    pub fn age(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let last = self.last.as_ref()?;
        Some((now - last.at).max(TimeDelta::zero()))
    }

    /// The first failure of those in a row, also before the target counts as
    /// down; `None` unless it failed last.
    pub fn failing_since(&self) -> Option<DateTime<Utc>> {
        self.streak
            .filter(|streak| streak.level == Level::Fail)
            .map(|streak| streak.from)
    }

    /// Good readings in a row, up to the last (R1).
    pub fn passes(&self) -> u32 {
        self.streak
            .filter(|streak| streak.level == Level::Pass)
            .map_or(0, |streak| streak.count)
    }

    /// The last 240 readings that were believed, oldest first.
    pub fn samples(&self) -> impl DoubleEndedIterator<Item = &Sample> {
        self.samples.iter()
    }

    /// What 95 of 100 answers in the samples were not slower than; failures
    /// have no say, and without an answer there is `None`.
    pub fn p95(&self) -> Option<Duration> {
        let mut times: Vec<Duration> = self
            .samples
            .iter()
            .filter(|sample| Level::from(sample.outcome) != Level::Fail)
            .filter_map(|sample| sample.took)
            .collect();
        times.sort_unstable();
        let rank = (times.len() * 95).div_ceil(100);
        times.get(rank.checked_sub(1)?).copied()
    }

    fn silent_at(&self, now: DateTime<Utc>) -> bool {
        let patience = self
            .spec
            .every
            .checked_mul(SILENCE)
            .and_then(|silence| silence.checked_add(&self.spec.timeout))
            .unwrap_or(TimeDelta::MAX);
        self.age(now).is_some_and(|age| age > patience)
    }

    fn keep(&mut self, reading: &Reading) {
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample {
            at: reading.at,
            took: reading.took,
            outcome: reading.outcome,
        });
    }

    /// The state that the readings in a row ask for at `now`, and when the
    /// first of them was (H1).
    fn next(&self, now: DateTime<Utc>) -> (Health, DateTime<Utc>) {
        let Some(streak) = self.streak else {
            return (self.state, now);
        };
        let answer = match streak.level {
            Level::Fail if streak.count >= self.spec.failures => {
                return (Health::Down, streak.from);
            }
            Level::Fail => return (self.state, now),
            Level::Warn => Health::Degraded,
            Level::Pass => Health::Up,
        };
        let (enough, since) = match self.state {
            Health::Unknown | Health::Stale => (true, now),
            Health::Down => (streak.answered >= self.spec.successes, streak.answered_from),
            Health::Up | Health::Degraded => (
                streak.count >= self.spec.successes && now - streak.from >= self.steady(),
                streak.from,
            ),
        };
        (if enough { answer } else { self.state }, since)
    }

    /// How long readings of one kind must last besides their count.
    const fn steady(&self) -> TimeDelta {
        match self.spec.target {
            Target::System { .. } => STEADY,
            Target::Http { .. }
            | Target::Tcp { .. }
            | Target::Tls { .. }
            | Target::Dns { .. }
            | Target::Command { .. } => TimeDelta::zero(),
        }
    }

    /// No state begins before the one that it follows.
    fn enter(
        &mut self,
        to: Health,
        since: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Option<(Health, Health)> {
        if self.state == to {
            return None;
        }
        let before = self.since.unwrap_or(since);
        self.since = Some(since.max(before).min(at));
        Some((std::mem::replace(&mut self.state, to), to))
    }
}

impl Streak {
    fn after(before: Option<Self>, level: Level, at: DateTime<Utc>) -> Self {
        let same = before.filter(|streak| streak.level == level);
        let answering = before.filter(|streak| streak.answered > 0);
        Self {
            level,
            count: same.map_or(0, |streak| streak.count).saturating_add(1),
            from: same.map_or(at, |streak| streak.from),
            answered: match level {
                Level::Fail => 0,
                Level::Pass | Level::Warn => answering
                    .map_or(0, |streak| streak.answered)
                    .saturating_add(1),
            },
            answered_from: answering.map_or(at, |streak| streak.answered_from),
        }
    }
}
