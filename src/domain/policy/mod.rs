//! The response process as data: targets, ladders, cadence, checklists.
//!
//! The built-in policy is `default.toml`, the whole process document. A team's
//! file replaces it, or amends it. The policy in force is copied into each
//! incident when it is declared (E6), so a later edit changes no running one.

mod check;
mod parts;
mod read;
mod rung;
mod schema;
mod size;

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    calendar::{Calendar, day},
    fact::StepId,
    severity::Severity,
    span,
    text::{Name, Title},
};

use parts::Levels;

pub use check::Finding;
pub use parts::{
    Cadence, Checklist, Confirm, Contact, External, Item, Ladder, Level, Link, Resolve,
    Retrospective, Step, Until, Within,
};
pub use read::PolicyError;
pub use rung::Rung;
pub use schema::schema;

/// The built-in policy's text.
pub const BUILT_IN: &str = include_str!("default.toml");

/// A response process.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, ToSchema)]
pub struct Policy {
    /// What the team calls it.
    #[schema(value_type = String)]
    pub name: Title,
    /// Who keeps it up to date.
    #[schema(value_type = String)]
    pub owner: Title,
    /// When it was last changed.
    #[serde(with = "day")]
    #[schema(value_type = String)]
    pub updated: NaiveDate,
    /// How long it may go without being looked at.
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
    pub review_every: TimeDelta,
    /// How long an incident may be without a severity (S6).
    #[serde(with = "span::text")]
    #[schema(value_type = String)]
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

/// How many policies that were read are kept: a team's, and those before it.
const KEPT: usize = 4;

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
    /// can't be read. What was read lately is not read again: hundreds of
    /// incidents bring the same policy along (E6).
    pub fn of(text: &str) -> Option<Arc<Self>> {
        static READ: Mutex<Vec<(String, Arc<Policy>)>> = Mutex::new(Vec::new());
        if text == BUILT_IN {
            return Some(Self::built_in());
        }
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = read.iter().position(|(known, _)| known == text) {
            read[..=place].rotate_right(1);
        } else {
            let (policy, _) = Self::parse("policy", text).ok()?;
            read.insert(0, (text.to_owned(), Arc::new(policy)));
            read.truncate(KEPT);
        }
        read.first().map(|(_, policy)| Arc::clone(policy))
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

    /// The number of a contact, or another one of the same person's; `None` where
    /// the policy has none.
    pub fn phone_of<'a>(&'a self, contact: &'a Contact) -> Option<&'a str> {
        let others = self.contact.values();
        let same = others.filter(|other| other.person == contact.person);
        let mut phones = [contact]
            .into_iter()
            .chain(same)
            .map(|one| one.phone.as_str());
        phones.find(|phone| !phone.is_empty())
    }

    /// The day after which a review is overdue.
    pub fn review_due(&self) -> NaiveDate {
        let due = self.updated.checked_add_signed(self.review_every);
        due.unwrap_or(NaiveDate::MAX)
    }
}
