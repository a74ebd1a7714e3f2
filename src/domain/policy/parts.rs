//! What a policy is made of, as its file says it.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::{
    severity::Severity,
    span,
    text::{Address, Name, Title},
};

#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub(super) struct Levels {
    #[serde(rename = "P1")]
    pub(super) p1: Level,
    #[serde(rename = "P2")]
    pub(super) p2: Level,
    #[serde(rename = "P3")]
    pub(super) p3: Level,
    #[serde(rename = "P4")]
    pub(super) p4: Level,
}

/// What is promised for incidents of one severity.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Level {
    /// `Critical`.
    #[schema(value_type = String)]
    pub name: Title,
    /// `system down`.
    #[serde(default)]
    #[schema(value_type = String)]
    pub means: Title,
    /// What users notice, in general.
    #[serde(default)]
    #[schema(value_type = String)]
    pub impact: Title,
    /// From the alert to the first acknowledgement.
    #[schema(value_type = String)]
    pub respond: Within,
    /// From the alert to the resolve.
    #[schema(value_type = String)]
    pub resolve: Within,
    /// Who is told.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
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
    #[schema(value_type = Option<String>)]
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
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Cadence {
    /// From one posted update to the next.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub every: TimeDelta,
    /// From the declaration to the first notice, at the most.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub first_within: TimeDelta,
    /// Where it is said, for people: `#incidents`.
    #[serde(default)]
    #[schema(value_type = String)]
    pub place: Title,
}

/// When and how the public is told (X1, X2).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct External {
    /// Levels that always require it.
    pub severities: Vec<Severity>,
    /// Downtime of more than this requires it.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub downtime: TimeDelta,
    /// Downtime at which the console warns.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub warn: TimeDelta,
    /// From being required to being published.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub within: TimeDelta,
    /// Where it is said, for people.
    #[serde(default)]
    #[schema(value_type = String)]
    pub place: Title,
    /// Nobody approves their own words while somebody else is present (X2).
    #[serde(default)]
    pub two_people: bool,
}

/// A ladder of steps (E1).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
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
    #[schema(value_type = Option<String>)]
    pub repeat: Option<TimeDelta>,
    /// From the lowest to the highest.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// One step of a ladder.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Step {
    /// Since the alert, not since the step before (E1).
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub after: TimeDelta,
    /// Who is told: `Team Lead`.
    #[schema(value_type = String)]
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
    /// Which it is of those that tell the same, where an adopted policy goes on
    /// from one that had others; `None` where its place says it (E6).
    #[serde(skip)]
    #[schema(ignore)]
    pub(super) nth: Option<usize>,
}

/// What stops a ladder (E2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirm {
    /// It asks; silence does not stop the step.
    Ask,
}

/// A person behind a target, and how to reach them.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Contact {
    /// `bo`.
    #[schema(value_type = String)]
    pub person: Name,
    /// For calling by hand.
    #[serde(default)]
    #[schema(value_type = String)]
    pub phone: Name,
    /// Channels of the configuration that reach this person.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub channels: Vec<Name>,
}

/// A phase's window and what is to be done in it (G1).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Checklist {
    /// The document's number, 1 to 4.
    pub number: usize,
    /// `Detect and triage`.
    #[schema(value_type = String)]
    pub name: Title,
    /// The window's start, since the alert.
    #[serde(
        default,
        with = "span::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    pub from: Option<TimeDelta>,
    /// The window's end, since the alert.
    #[serde(
        default,
        with = "span::optional",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = Option<String>)]
    pub to: Option<TimeDelta>,
    /// What is to be done.
    #[serde(default, rename = "item")]
    pub items: Vec<Item>,
}

/// One line of a checklist.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Item {
    /// Names it in facts: `verify.health`.
    pub id: String,
    /// What is to be done.
    #[schema(value_type = String)]
    pub text: Title,
    /// Levels it is for; all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severities: Option<Vec<Severity>>,
    /// Resolving asks for it (R1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gate: bool,
}

/// Resolving and reopening (R1, R2).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Resolve {
    /// Good readings in a row, of every probe, before resolving.
    pub green_checks: u32,
    /// Reopening keeps the incident for this long.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub reopen_within: TimeDelta,
}

/// When looking back is required (V1, V2).
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Retrospective {
    /// Levels that always require it.
    pub severities: Vec<Severity>,
    /// Taking longer than this requires it.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub longer_than: TimeDelta,
    /// From the latest resolve.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub within: TimeDelta,
    /// How far back a like incident makes it recurring.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub recurrence_window: TimeDelta,
    /// Who attends, in words.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub attendees: Vec<Title>,
}

/// A place to look.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Link {
    /// `Grafana`.
    #[schema(value_type = String)]
    pub name: Name,
    /// Follows `g` in the console.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1)]
    pub letter: Option<char>,
    /// Where it is; the team's file says so.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub url: Option<Address>,
}

impl Contact {
    /// Whom to call, with the number where one is known: `bo (+49 30 901820)`.
    pub fn called(&self) -> String {
        if self.phone.is_empty() {
            self.person.to_string()
        } else {
            format!("{} ({})", self.person, self.phone)
        }
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
