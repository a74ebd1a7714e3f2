//! People who act at the same time: what each of them set a field to.
//!
//! An entry says the highest number that its author had seen. So one that
//! another copy of the log made above that number was not known to them, and
//! both are kept until somebody who has seen both sets the field again.

mod register;

use chrono::{DateTime, Utc};
use serde::Serialize;

use self::register::{Reading, last};

use crate::domain::{
    entry::Entry,
    phase::Phase,
    severity::Severity,
    text::{Name, Title},
};

pub(super) use self::register::{Register, Stamp};

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
    /// Whether it is over: it got worse for somebody who did not know that it
    /// had ended.
    Phase,
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

/// A conflict that somebody ended who had seen all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// What it was about, and what held until then.
    pub conflict: Conflict,
    /// What it was set to, by whom and when.
    pub way: Way,
}

/// What bears on whether an incident is over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Turn {
    /// It ended, or went on after all.
    Entered(Phase),
    /// It got worse, by the word of somebody who did not know that it had ended.
    Worse(Severity),
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
    pub(super) phase: Register<Turn>,
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
            Self::Phase => "phase",
        }
    }

    const fn is_free_text(self) -> bool {
        match self {
            Self::Title | Self::Impact | Self::Service | Self::Eta => true,
            Self::Severity | Self::NextUpdate | Self::Commander | Self::Phase => false,
        }
    }
}

impl Conflict {
    /// `title: 'A' (ada) or 'B' (bo): set it again`.
    pub fn words(&self) -> String {
        let ways = self.each(|way| format!("{} ({})", self.quoted(way), way.by));
        format!("{ways}: {}", self.ways_out().0)
    }

    /// `title: ada set 'A' and bo set 'B' without knowing of each other: 'B'
    /// holds until somebody sets it again`.
    pub fn in_words(&self) -> String {
        format!("{}: {}", self.how(), self.holding())
    }

    /// `'B' holds until somebody sets it again`.
    pub fn holding(&self) -> String {
        let holds = self.in_quotes(&self.holds);
        format!("{holds} holds until somebody {}", self.ways_out().1)
    }

    /// What settles it: as it is asked for, and as it is told.
    fn ways_out(&self) -> (&'static str, &'static str) {
        if self.field != Field::Phase {
            ("set it again", "sets it again")
        } else if self.holds == Phase::Resolved.word() {
            (
                "reopen it, or set its severity again to leave it so",
                "reopens it, closes it or sets its severity again",
            )
        } else {
            (
                "declare a new one, or set its severity again to leave it so",
                "sets its severity again",
            )
        }
    }

    /// A value as it is quoted.
    pub fn quoted(&self, way: &Way) -> String {
        self.in_quotes(&way.value)
    }

    /// Whether it arose with that: who set the field last, and when.
    fn arose_with(&self, by: &Name, at: DateTime<Utc>) -> bool {
        let last = self.ways.last();
        last.is_some_and(|way| way.by == *by && way.at == at)
    }

    fn how(&self) -> String {
        let ways = self.ways.iter();
        let verb = if self.field == Field::Phase {
            "made it"
        } else {
            "set"
        };
        let ways: Vec<String> = ways
            .map(|way| format!("{} {verb} {}", way.by, self.quoted(way)))
            .collect();
        let ways = ways.join(" and ");
        let field = match self.field {
            // A level says by itself what it is, and so does a phase.
            Field::Severity | Field::Phase => String::new(),
            other => format!("{}: ", other.word()),
        };
        format!("{field}{ways} without knowing of each other")
    }

    fn in_quotes(&self, value: &str) -> String {
        if self.field.is_free_text() {
            format!("'{value}'")
        } else {
            value.to_owned()
        }
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
}

impl Decided {
    /// `title: ada set 'A' and bo set 'B' without knowing of each other, until
    /// cai set 'C'`.
    pub fn in_words(&self) -> String {
        let how = self.conflict.how();
        let value = self.conflict.quoted(&self.way);
        format!("{how}, until {} set {value}", self.way.by)
    }
}

impl Turn {
    pub(super) const fn is_end(self) -> bool {
        match self {
            Self::Entered(phase) => !phase.is_active(),
            Self::Worse(_) => false,
        }
    }

    fn in_words(self) -> String {
        match self {
            Self::Entered(phase) => phase.word().to_owned(),
            Self::Worse(level) => level.to_string(),
        }
    }
}

/// The more severe wins.
const WORST: Reading<Severity> = Reading {
    holds: |heads| heads.iter().max_by_key(|head| head.value),
    words: Severity::to_string,
};

/// The end holds; nothing is left to decide once it goes on.
const ENDED: Reading<Turn> = Reading {
    holds: |heads| heads.iter().rfind(|head| head.value.is_end()),
    words: |turn| turn.in_words(),
};

impl Said {
    /// Everything that is to be settled.
    pub(super) fn conflicts(&self) -> impl Iterator<Item = Conflict> {
        self.told().into_iter().filter_map(|(open, _)| open)
    }

    /// Everything that was settled by somebody who had seen all sides.
    pub(super) fn decided(&self) -> impl Iterator<Item = Decided> {
        self.told().into_iter().flat_map(|(_, ended)| ended)
    }

    /// That the author of `entry` and others before set a field without knowing
    /// of each other.
    pub(super) fn apart_in_words(&self, entry: &Entry) -> Option<String> {
        let (by, at) = (&entry.by, entry.recorded_at);
        let is_it = |conflict: &Conflict| conflict.arose_with(by, at);
        let mut open = self.conflicts().filter(is_it);
        let mut ended = self.decided().filter(|one| is_it(&one.conflict));
        open.next()
            .map(|open| open.in_words())
            .or_else(|| ended.next().map(|ended| ended.in_words()))
    }

    fn told(&self) -> [(Option<Conflict>, Vec<Decided>); 8] {
        [
            self.severity.told(Field::Severity, WORST),
            self.title.told(Field::Title, last(Title::to_string)),
            self.impact.told(Field::Impact, last(Title::to_string)),
            self.service.told(Field::Service, last(Name::to_string)),
            self.eta.told(Field::Eta, last(Title::to_string)),
            self.next.told(Field::NextUpdate, last(clock)),
            self.commander.told(Field::Commander, last(Name::to_string)),
            self.phase.told(Field::Phase, ENDED),
        ]
    }
}

fn clock(at: &DateTime<Utc>) -> String {
    at.format("%H:%MZ").to_string()
}
