//! The response process as data: targets, ladders, cadence, checklists.
//!
//! The built-in policy is `default.toml`, the whole process document. A team's
//! file replaces it, or amends it. The policy in force is copied into each
//! incident when it is declared (E6), so a later edit changes no running one.

mod check;
mod read;
mod rung;
mod size;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    calendar::{Calendar, day},
    fact::StepId,
    severity::Severity,
    span,
    text::{Address, Name, Title},
};

pub use check::Finding;
pub use read::PolicyError;
pub use rung::Rung;

/// The built-in policy's text.
pub const BUILT_IN: &str = include_str!("default.toml");

/// A response process.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Policy {
    /// What the team calls it.
    pub name: Title,
    /// Who keeps it up to date.
    pub owner: Title,
    /// When it was last changed.
    #[serde(with = "day")]
    pub updated: NaiveDate,
    /// How long it may go without being looked at.
    #[serde(with = "span::text")]
    pub review_every: TimeDelta,
    /// How long an incident may be without a severity (S6).
    #[serde(with = "span::text")]
    pub triage_budget: TimeDelta,
    severity: Levels,
    /// Updates inside the company (U1).
    pub update: Cadence,
    /// Telling the public (X1).
    pub external: External,
    /// What is climbed when nobody answers, or when it takes long (E1, E2).
    #[serde(default, rename = "ladder")]
    pub ladders: Vec<Ladder>,
    /// Who stands behind a step's target.
    #[serde(default)]
    pub contact: BTreeMap<String, Contact>,
    /// The phases with their checklists (G1).
    #[serde(default, rename = "phase")]
    pub phases: Vec<Checklist>,
    /// Resolving and reopening (R1, R2).
    pub resolve: Resolve,
    /// When looking back is required (V1).
    pub retrospective: Retrospective,
    /// The team's working time (T4).
    #[serde(default)]
    pub calendar: Calendar,
    /// Where to look.
    #[serde(default, rename = "link")]
    pub links: Vec<Link>,
}

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
struct Levels {
    #[serde(rename = "P1")]
    p1: Level,
    #[serde(rename = "P2")]
    p2: Level,
    #[serde(rename = "P3")]
    p3: Level,
    #[serde(rename = "P4")]
    p4: Level,
}

/// What is promised for incidents of one severity.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Level {
    /// `Critical`.
    pub name: Title,
    /// `system down`.
    #[serde(default)]
    pub means: Title,
    /// What users notice, in general.
    #[serde(default)]
    pub impact: Title,
    /// From the alert to the first acknowledgement.
    pub respond: Within,
    /// From the alert to the resolve.
    pub resolve: Within,
    /// Who is told.
    #[serde(default)]
    pub tell: Vec<Title>,
    /// They are told at once.
    #[serde(default)]
    pub at_once: bool,
    /// Ladder and updates wait outside business hours (E4, U1).
    #[serde(default)]
    pub business_hours: bool,
    /// Its own time between updates.
    #[serde(
        default,
        with = "span::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub update_every: Option<TimeDelta>,
}

/// A duration promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// By the clock, day and night (T4).
    Span(TimeDelta),
    /// By the end of the next business day (S5).
    NextBusinessDay,
}

/// How often the company is told (U1).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Cadence {
    /// From one posted update to the next.
    #[serde(with = "span::text")]
    pub every: TimeDelta,
    /// From the declaration to the first notice, at the most.
    #[serde(with = "span::text")]
    pub first_within: TimeDelta,
    /// Where it is said, for people: `#incidents`.
    #[serde(default)]
    pub place: Title,
}

/// When and how the public is told (X1, X2).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct External {
    /// Levels that always require it.
    pub severities: Vec<Severity>,
    /// Downtime of more than this requires it.
    #[serde(with = "span::text")]
    pub downtime: TimeDelta,
    /// Downtime at which the console warns.
    #[serde(with = "span::text")]
    pub warn: TimeDelta,
    /// From being required to being published.
    #[serde(with = "span::text")]
    pub within: TimeDelta,
    /// Where it is said, for people.
    #[serde(default)]
    pub place: Title,
    /// Nobody approves their own words while somebody else is present (X2).
    #[serde(default)]
    pub two_people: bool,
}

/// A ladder of steps (E1).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Ladder {
    /// `page`, `management`.
    pub name: String,
    /// What stops it, unless a step says otherwise (E2).
    pub until: Until,
    /// It is climbed again after this, until it is stopped.
    #[serde(
        default,
        with = "span::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub repeat: Option<TimeDelta>,
    /// From the lowest to the highest.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step of a ladder.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Step {
    /// Since the alert, not since the step before (E1).
    #[serde(with = "span::text")]
    pub after: TimeDelta,
    /// Who is told: `Team Lead`.
    pub target: Name,
    /// Levels it is for; all where absent (E3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severities: Option<Vec<Severity>>,
    /// What stops it, if not what stops its ladder (E2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Until>,
    /// Whether the console asks before it is due (E5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Confirm>,
}

/// What stops a ladder (E2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// The first acknowledgement.
    Acknowledged,
    /// The end of the impact.
    Mitigated,
    /// The resolve.
    Resolved,
}

/// What the console does before a step (E5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    /// It asks; silence does not stop the step.
    Ask,
}

/// A person behind a target, and how to reach them.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Contact {
    /// `bo`.
    pub person: Name,
    /// For calling by hand.
    #[serde(default)]
    pub phone: Name,
    /// Channels of the configuration that reach this person.
    #[serde(default)]
    pub channels: Vec<Name>,
}

/// A phase's window and what is to be done in it (G1).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Checklist {
    /// The document's number, 1 to 4.
    pub number: usize,
    /// `Detect and triage`.
    pub name: Title,
    /// The window's start, since the alert.
    #[serde(
        default,
        with = "span::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub from: Option<TimeDelta>,
    /// The window's end, since the alert.
    #[serde(
        default,
        with = "span::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub to: Option<TimeDelta>,
    /// What is to be done.
    #[serde(default, rename = "item")]
    pub items: Vec<Item>,
}

/// One line of a checklist.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Item {
    /// Names it in facts: `verify.health`.
    pub id: String,
    /// What is to be done.
    pub text: Title,
    /// Levels it is for; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severities: Option<Vec<Severity>>,
    /// Resolving asks for it (R1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gate: bool,
}

/// Resolving and reopening (R1, R2).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Resolve {
    /// Good readings in a row, of every probe, before resolving.
    pub green_checks: u32,
    /// Reopening keeps the incident for this long.
    #[serde(with = "span::text")]
    pub reopen_within: TimeDelta,
}

/// When looking back is required (V1, V2).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Retrospective {
    /// Levels that always require it.
    pub severities: Vec<Severity>,
    /// Taking longer than this requires it.
    #[serde(with = "span::text")]
    pub longer_than: TimeDelta,
    /// From the latest resolve.
    #[serde(with = "span::text")]
    pub within: TimeDelta,
    /// How far back a like incident makes it recurring.
    #[serde(with = "span::text")]
    pub recurrence_window: TimeDelta,
    /// Who attends, in words.
    #[serde(default)]
    pub attendees: Vec<Title>,
}

/// A place to look.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Link {
    /// `Grafana`.
    pub name: Name,
    /// Follows `g` in the console.
    #[serde(default)]
    pub letter: Option<char>,
    /// Where it is; the team's file says so.
    #[serde(default)]
    pub url: Option<Address>,
}

impl Policy {
    /// The process document itself.
    pub fn built_in() -> Arc<Self> {
        static READ: LazyLock<Arc<Policy>> = LazyLock::new(|| {
            let read = Policy::parse("built-in policy", BUILT_IN);
            Arc::new(read.expect("the built-in policy is tested").0)
        });
        Arc::clone(&READ)
    }

    /// The policy of `text`, as a log or a team's file has it; `None` where it
    /// can't be read. The process document is not read a second time.
    pub fn of(text: &str) -> Option<Arc<Self>> {
        if text == BUILT_IN {
            return Some(Self::built_in());
        }
        let (policy, _) = Self::parse("policy", text).ok()?;
        Some(Arc::new(policy))
    }

    /// What is promised at `severity`.
    pub const fn level(&self, severity: Severity) -> &Level {
        match severity {
            Severity::P1 => &self.severity.p1,
            Severity::P2 => &self.severity.p2,
            Severity::P3 => &self.severity.p3,
            Severity::P4 => &self.severity.p4,
        }
    }

    /// The deadline that `within` makes of `anchor` (T4, S5).
    pub fn deadline(&self, within: Within, anchor: DateTime<Utc>) -> DateTime<Utc> {
        match within {
            Within::Span(span) => anchor + span,
            Within::NextBusinessDay => self.calendar.end_of_next_business_day(anchor),
        }
    }

    /// Time between internal updates at `severity` (U1).
    pub fn update_every(&self, severity: Severity) -> TimeDelta {
        self.level(severity)
            .update_every
            .unwrap_or(self.update.every)
    }

    /// Every step with its name, ladder by ladder.
    pub fn steps(&self) -> impl Iterator<Item = (StepId, &Ladder, &Step)> {
        self.ladders.iter().flat_map(|ladder| {
            ladder.steps.iter().enumerate().map(move |(index, step)| {
                (
                    StepId {
                        ladder: ladder.name.clone(),
                        index,
                    },
                    ladder,
                    step,
                )
            })
        })
    }

    /// The step of that name, if the policy still has it.
    pub fn step(&self, id: &StepId) -> Option<(&Ladder, &Step)> {
        let ladder = self
            .ladders
            .iter()
            .find(|ladder| ladder.name == id.ladder)?;
        Some((ladder, ladder.steps.get(id.index)?))
    }

    /// Who is told at a step; nobody where the policy has no such step.
    pub fn target(&self, id: &StepId) -> Name {
        self.step(id)
            .map(|(_, step)| step.target.clone())
            .unwrap_or_default()
    }

    /// Who stands behind `target`, if anybody is named.
    pub fn contact(&self, target: &str) -> Option<&Contact> {
        self.contact.get(target)
    }

    /// The day after which a review is overdue.
    pub fn review_due(&self) -> NaiveDate {
        self.updated + self.review_every
    }
}

impl Step {
    /// What stops this step (E2).
    pub fn until(&self, ladder: &Ladder) -> Until {
        self.until.unwrap_or(ladder.until)
    }

    /// Whether it is for incidents of that level (E3); unset counts as P1 does,
    /// since nobody has said that it is less.
    pub fn is_for(&self, severity: Option<Severity>) -> bool {
        match (&self.severities, severity) {
            (None, _) => true,
            (Some(_), None) => true,
            (Some(levels), Some(severity)) => levels.contains(&severity),
        }
    }
}

impl Within {
    /// `5m`, or `next business day`.
    pub fn words(self) -> String {
        match self {
            Self::Span(span) => span::format(span),
            Self::NextBusinessDay => "next business day".to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Within {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = String::deserialize(deserializer)?;
        if raw.trim() == "next business day" {
            return Ok(Self::NextBusinessDay);
        }
        span::parse(&raw)
            .map(Self::Span)
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Within {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.words())
    }
}
