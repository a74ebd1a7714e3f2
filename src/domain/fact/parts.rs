//! Facts that say much at once.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::words::{ErrorClass, Health};
use crate::domain::{
    entry::{EntryId, IncidentId},
    severity::Severity,
    text::{Name, Title},
    update::{Audience, Form},
};

/// What is known when an incident is declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Declaration {
    /// What is wrong, in a line.
    pub title: Title,
    /// The level, once somebody decided it (S6).
    pub severity: Option<Severity>,
    /// When the monitoring raised the alarm: the anchor of every clock (S1).
    pub alert_at: Option<DateTime<Utc>>,
    /// When a person reported it.
    pub reported_at: Option<DateTime<Utc>>,
    /// What users notice.
    pub impact: Title,
    /// The service hit.
    pub service: Option<Name>,
    /// The alert's identity at its source.
    pub fingerprint: Option<Name>,
    /// An exercise: nothing leaves (X4).
    pub drill: bool,
    /// Restricted: nothing leaves (X4).
    pub private: bool,
    /// The policy in force, whole (E6).
    pub policy: String,
    /// The incident that this one repeats (R2).
    pub recurrence_of: Option<IncidentId>,
}

/// An update as a person sent it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Whom it is for.
    pub audience: Audience,
    /// The words.
    pub form: Form,
    /// Channels that it goes to; empty when somebody posted it by hand.
    pub channels: Vec<Name>,
    /// What the incident is called in it, where several were active as it was
    /// read over: what was shown is what is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Title>,
    /// The last one, after resolving (U7).
    #[serde(default)]
    pub last: bool,
    /// The approved draft, for an external one (X2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<EntryId>,
}

/// A probe's change of state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProbeChange {
    /// The probe's name.
    pub probe: Name,
    /// The state left.
    pub from: Health,
    /// The state entered.
    pub to: Health,
    /// The class of error, where there was one (H1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ErrorClass>,
    /// What it saw, in words.
    #[serde(default)]
    pub detail: Title,
    /// The host that it ran on (H2).
    #[serde(default)]
    pub vantage: Name,
    /// Whether its being down is downtime of the service (X1).
    #[serde(default)]
    pub counts: bool,
    /// When the first of the readings that led to it was taken: the third
    /// failure in a row says that it was down since the first (H1). Absent in
    /// logs of older programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

impl ProbeChange {
    /// Since when it is in its new state, as far as an entry of the time `at`
    /// can know: no later than that.
    pub fn began(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        self.since.map_or(at, |since| since.min(at))
    }
}
