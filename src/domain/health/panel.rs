//! All probes of one host, with the control probe's veto (H2).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Level, Link, Watch};
use crate::domain::{
    fact::{Health, ProbeChange},
    probe::{Outcome, Reading, Spec},
    text::{Name, Title},
};

/// What a target's change says when the control probe took its state away.
const OFFLINE: &str = "this host is offline";

/// What a change says of a probe that nobody reads any more.
const NOT_PROBED: &str = "no longer probed";

/// All probes that run on one host, in the order of the configuration.
#[derive(Debug, Clone)]
pub struct Panel {
    vantage: Name,
    watches: Vec<Watch>,
}

/// How many targets are in which state; control probes are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Answering.
    pub up: usize,
    /// Answering slowly, or with a warning.
    pub degraded: usize,
    /// Not answering.
    pub down: usize,
    /// Nobody can tell.
    pub unknown: usize,
    /// Known too long ago.
    pub stale: usize,
}

impl Counts {
    /// One more target in that state.
    pub const fn add(&mut self, health: Health) {
        let count = match health {
            Health::Up => &mut self.up,
            Health::Degraded => &mut self.degraded,
            Health::Down => &mut self.down,
            Health::Unknown => &mut self.unknown,
            Health::Stale => &mut self.stale,
        };
        *count += 1;
    }
}

impl Panel {
    /// The probes of the host `vantage`. Of two with one name the first counts.
    pub fn new(vantage: Name, specs: &[Spec]) -> Self {
        let mut watches: Vec<Watch> = Vec::with_capacity(specs.len());
        for spec in specs {
            if watches.iter().all(|watch| watch.spec.name != spec.name) {
                watches.push(Watch::new(spec));
            }
        }
        Self { vantage, watches }
    }

    /// Probes what `specs` say from now on. What was probed in the same way
    /// keeps what was seen of it; anything else begins anew.
    pub fn take_up(&mut self, specs: &[Spec]) {
        let was = std::mem::replace(self, Self::new(self.vantage.clone(), specs));
        for watch in &mut self.watches {
            let same = was.watches.iter().find(|known| known.spec == watch.spec);
            *watch = same.unwrap_or(watch).clone();
        }
    }

    /// Takes a reading of the probe `name`; what changed by it.
    ///
    /// A target changes itself at the most. A control probe that goes down
    /// makes every target unknown, one change each, and has none of its own.
    /// A name that is not on the panel (any more) changes nothing.
    pub fn observe(&mut self, name: &Name, reading: &Reading) -> Vec<ProbeChange> {
        let link = self.link();
        let Some(at) = self
            .watches
            .iter()
            .position(|watch| watch.spec.name == *name)
        else {
            return Vec::new();
        };
        let watch = &mut self.watches[at];
        if watch.spec.control {
            watch.observe(reading, Link::Up);
            return self.lose_all(reading.at);
        }
        let turn = watch.observe(reading, link);
        turn.map(|turn| change(watch, turn, &self.vantage, link))
            .into_iter()
            .collect()
    }

    /// Whether this host can reach anything.
    ///
    /// With several control probes, one that answers is proof enough.
    pub fn link(&self) -> Link {
        let controls = || self.controls();
        let failed = |watch: &Watch| {
            watch
                .last
                .as_ref()
                .is_some_and(|last| Level::from(last.outcome) == Level::Fail)
        };
        if controls().next().is_none() {
            Link::Up
        } else if controls().all(|watch| watch.state == Health::Down) {
            Link::Down
        } else if controls().all(|watch| failed(watch) || watch.state == Health::Down) {
            Link::Doubtful
        } else {
            Link::Up
        }
    }

    /// Whether to show the banner "this host is offline" (H2).
    pub fn offline(&self) -> bool {
        self.link() == Link::Down
    }

    /// The host that the probes run on.
    pub const fn vantage(&self) -> &Name {
        &self.vantage
    }

    /// Every probe, in the order of the configuration.
    pub fn watches(&self) -> impl Iterator<Item = &Watch> {
        self.watches.iter()
    }

    /// The probe of that name; `None` if there is none.
    pub fn watch(&self, name: &Name) -> Option<&Watch> {
        self.watches.iter().find(|watch| watch.spec.name == *name)
    }

    /// What is probed for its own sake, in the order of the configuration.
    pub fn targets(&self) -> impl Iterator<Item = &Watch> {
        self.watches.iter().filter(|watch| !watch.spec.control)
    }

    /// The probes that only tell whether this host is online (H2). Their state
    /// is for whoever sits here: the log never hears of it.
    pub fn controls(&self) -> impl Iterator<Item = &Watch> {
        self.watches.iter().filter(|watch| watch.spec.control)
    }

    /// What the log says of the probes: the last change of each, and since when
    /// it holds. A state that it has known for longer began then
    /// ([`Watch::recall`]); what another host saw says nothing about this one.
    pub fn recall<'a>(&mut self, told: impl Iterator<Item = (&'a ProbeChange, DateTime<Utc>)>) {
        for (change, since) in told {
            if !self.is_from_here(change) {
                continue;
            }
            let mut watches = self.watches.iter_mut();
            if let Some(watch) = watches.find(|watch| watch.spec.name == change.probe) {
                watch.recall(change.to, since);
            }
        }
    }

    /// Whether this host saw it; the log of an older program does not say.
    pub fn is_from_here(&self, change: &ProbeChange) -> bool {
        change.vantage.is_empty() || change.vantage == self.vantage
    }

    /// The targets by state, as they look at `now`.
    pub fn counts(&self, now: DateTime<Utc>) -> Counts {
        let mut counts = Counts::default();
        for watch in self.targets() {
            counts.add(watch.state(now));
        }
        counts
    }

    /// What the log does not say yet, where `told` is the last that it said of
    /// a probe: targets in another state, and probes that are not read any more.
    ///
    /// A target that was never seen says nothing, nor does one that has only
    /// failed too seldom yet: a start here is no end of an outage there.
    pub fn untold<'a>(&self, told: impl Iterator<Item = &'a ProbeChange>) -> Vec<ProbeChange> {
        let told: BTreeMap<&Name, &ProbeChange> =
            told.map(|change| (&change.probe, change)).collect();
        let link = self.link();
        let mut untold: Vec<ProbeChange> = told
            .values()
            .filter(|change| self.has_lost(change))
            .map(|change| no_longer_probed(change))
            .collect();
        let ended: Vec<Name> = untold.iter().map(|change| change.probe.clone()).collect();
        let targets = self.targets().filter(|watch| {
            let undecided = watch.state == Health::Unknown && link != Link::Down;
            watch.last.is_some() && !undecided && !ended.contains(&watch.spec.name)
        });
        untold.extend(targets.filter_map(|watch| {
            let last = told.get(&watch.spec.name);
            let from = last.map_or(Health::Unknown, |change| change.to);
            (from != watch.state).then(|| change(watch, (from, watch.state), &self.vantage, link))
        }));
        untold
    }

    /// Whether nobody reads any more what the log told of: it is not on this
    /// panel. What another host saw down has to end before this one speaks,
    /// since each vantage has outages of its own (H2).
    fn has_lost(&self, told: &ProbeChange) -> bool {
        let gone = self.targets().all(|watch| watch.spec.name != told.probe);
        let elsewhere = told.vantage != self.vantage && told.to == Health::Down;
        told.to != Health::Stale && (gone || elsewhere)
    }

    /// The targets that were not good `checks` times in a row, or are not any
    /// more, each with its state (R1).
    pub fn not_green(&self, checks: u32, now: DateTime<Utc>) -> Vec<Title> {
        let words = |watch: &Watch| {
            let name = &watch.spec.name;
            match (watch.state(now), watch.passes()) {
                (Health::Up, passes) if passes >= checks => None,
                (Health::Up, passes) => {
                    Some(format!("probe {name}: ok, for {passes} of {checks} checks"))
                }
                (health, _) => Some(format!("probe {name}: {}", health.word())),
            }
        };
        let open = self.targets().filter_map(words);
        open.map(|words| Title::lossy(&words)).collect()
    }

    /// Every target becomes unknown, if this host is offline.
    fn lose_all(&mut self, at: DateTime<Utc>) -> Vec<ProbeChange> {
        if !self.offline() {
            return Vec::new();
        }
        let since = self.controls().filter_map(Watch::failing_since).max();
        let targets = self.watches.iter_mut().filter(|watch| !watch.spec.control);
        targets
            .filter_map(|watch| {
                let turn = watch.lose(since.unwrap_or(at), at)?;
                Some(change(watch, turn, &self.vantage, Link::Down))
            })
            .collect()
    }
}

fn change(watch: &Watch, (from, to): (Health, Health), vantage: &Name, link: Link) -> ProbeChange {
    let reading = watch.last.as_ref().filter(|_| link != Link::Down);
    ProbeChange {
        probe: watch.spec.name.clone(),
        from,
        to,
        class: reading.and_then(|reading| match reading.outcome {
            Outcome::Fail(class) => Some(class),
            Outcome::Pass | Outcome::Warn => None,
        }),
        detail: reading.map_or_else(|| OFFLINE.into(), |reading| reading.detail.clone()),
        vantage: vantage.clone(),
        counts: watch.spec.counts(),
        since: watch.since,
    }
}

/// A probe that was taken out of the configuration: its state was known once,
/// and is not any more (H1).
fn no_longer_probed(told: &ProbeChange) -> ProbeChange {
    ProbeChange {
        from: told.to,
        to: Health::Stale,
        class: None,
        detail: NOT_PROBED.into(),
        since: None,
        ..told.clone()
    }
}
