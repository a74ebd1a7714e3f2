//! People who act at the same time: what each of them set a field to.
//!
//! An entry says the highest number that its author had seen. So one that
//! another copy of the log made above that number was not known to them, and
//! both are kept until somebody who has seen both sets the field again.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::{
    entry::{Entry, ReplicaId, Seq},
    severity::Severity,
    text::{Name, Title},
};

/// A field that has one value at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The level; while it is disputed the more severe holds.
    Severity,
    /// What is wrong.
    Title,
    /// What users notice.
    Impact,
    /// The service hit.
    Service,
    /// When it is likely to be over, as the last update says.
    Eta,
    /// When the next update was promised.
    NextUpdate,
    /// Who leads.
    Commander,
}

/// A field that people set apart from each other, and nobody settled yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// Which.
    pub field: Field,
    /// Since when they disagree.
    pub since: DateTime<Utc>,
    /// What holds until somebody sets it again.
    pub holds: String,
    /// What it was set to: each value once, in the order of the log.
    pub ways: Vec<Way>,
}

/// One of the values of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    /// The value.
    pub value: String,
    /// Who set it.
    pub by: Name,
    /// When it was recorded.
    pub at: DateTime<Utc>,
}

/// Where an entry stands in the log, and which copy of it made the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) replica: ReplicaId,
    /// The highest there is while it has none: nobody else has seen it.
    pub(super) seq: Seq,
}

/// The values of a field whose authors did not know of each other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Register<T> {
    heads: Vec<(Stamp, T, Name, DateTime<Utc>)>,
}

/// Every field that people may set apart from each other.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Said {
    pub(super) severity: Register<Severity>,
    pub(super) title: Register<Title>,
    pub(super) impact: Register<Title>,
    pub(super) service: Register<Name>,
    pub(super) eta: Register<Title>,
    pub(super) next: Register<DateTime<Utc>>,
    pub(super) commander: Register<Name>,
}

impl Field {
    /// `title`, `next update`, …
    pub const fn word(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Title => "title",
            Self::Impact => "impact",
            Self::Service => "service",
            Self::Eta => "ETA",
            Self::NextUpdate => "next update",
            Self::Commander => "commander",
        }
    }

    const fn is_free_text(self) -> bool {
        match self {
            Self::Title | Self::Impact | Self::Service | Self::Eta => true,
            Self::Severity | Self::NextUpdate | Self::Commander => false,
        }
    }
}

impl Conflict {
    /// `title: 'A' (ada) or 'B' (bo): set it again`.
    pub fn words(&self) -> String {
        let ways = self.each(|way| format!("{} ({})", self.quoted(way), way.by));
        format!("{ways}: set it again")
    }

    /// The ways to say it, the longest first: where there is little room, who
    /// disagrees is left: `title: ada or bo?`.
    pub fn ways_to_say_it(&self) -> Vec<String> {
        let values = self.each(|way| self.quoted(way));
        let people = self.each(|way| way.by.to_string());
        vec![self.words(), format!("{values}?"), format!("{people}?")]
    }

    /// `title: … or …`.
    fn each(&self, words: impl Fn(&Way) -> String) -> String {
        let ways: Vec<String> = self.ways.iter().map(words).collect();
        format!("{}: {}", self.field.word(), ways.join(" or "))
    }

    fn quoted(&self, way: &Way) -> String {
        if self.field.is_free_text() {
            format!("'{}'", way.value)
        } else {
            way.value.clone()
        }
    }
}

impl Stamp {
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            replica: entry.replica,
            seq: entry.seq.unwrap_or(Seq::MAX),
        }
    }

    /// Whether the author of `entry` can't have seen it: another copy of the
    /// log made it, above the last number that they had.
    pub(super) fn is_unknown_to(&self, entry: &Entry) -> bool {
        self.replica != entry.replica && self.seq > entry.base
    }
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self { heads: Vec::new() }
    }
}

impl<T: Clone + PartialEq> Register<T> {
    /// Sets it: that settles what the author had seen, and nothing else.
    pub(super) fn set(&mut self, value: T, entry: &Entry) {
        self.heads.retain(|(stamp, ..)| stamp.is_unknown_to(entry));
        let head = (Stamp::of(entry), value, entry.by.clone(), entry.recorded_at);
        self.heads.push(head);
    }

    /// Takes a value out that no longer is one.
    pub(super) fn drop(&mut self, value: &T) {
        self.heads.retain(|(_, known, ..)| known != value);
    }

    /// The values that stand beside each other, the last one last.
    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.heads.iter().map(|(_, value, ..)| value)
    }

    /// What is to be settled, if people disagree.
    fn conflict(&self, field: Field, holds: &T, words: fn(&T) -> String) -> Option<Conflict> {
        // As good as always: what is owed is asked for at every second.
        if self.heads.len() < 2 {
            return None;
        }
        let mut seen: Vec<&T> = Vec::new();
        let mut ways = Vec::new();
        for (_, value, by, at) in &self.heads {
            if !seen.contains(&value) {
                seen.push(value);
                ways.push(Way {
                    value: words(value),
                    by: by.clone(),
                    at: *at,
                });
            }
        }
        let since = ways.get(1)?.at;
        Some(Conflict {
            field,
            since,
            holds: words(holds),
            ways,
        })
    }

    /// The same, for a field of which the last number holds.
    fn last_wins(&self, field: Field, words: fn(&T) -> String) -> Option<Conflict> {
        let (_, last, ..) = self.heads.last()?;
        self.conflict(field, last, words)
    }
}

impl Said {
    /// Everything that is to be settled.
    pub(super) fn conflicts(&self) -> impl Iterator<Item = Conflict> {
        let worst = self.severity.values().max();
        let severity = worst.and_then(|worst| {
            self.severity
                .conflict(Field::Severity, worst, ToString::to_string)
        });
        [
            severity,
            self.title.last_wins(Field::Title, ToString::to_string),
            self.impact.last_wins(Field::Impact, ToString::to_string),
            self.service.last_wins(Field::Service, ToString::to_string),
            self.eta.last_wins(Field::Eta, ToString::to_string),
            self.next.last_wins(Field::NextUpdate, clock),
            self.commander
                .last_wins(Field::Commander, ToString::to_string),
        ]
        .into_iter()
        .flatten()
    }
}

fn clock(at: &DateTime<Utc>) -> String {
    at.format("%H:%MZ").to_string()
}
