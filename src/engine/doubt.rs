//! After the log lost its tail: what fired in that part comes back with a copy
//! of the log, or with nobody. Nothing is dropped for that: a step waits a
//! little for the copies, and fires as a possible repeat.

use chrono::{DateTime, TimeDelta, Utc};

use super::engine_deadlines;
use crate::domain::incident::Incident;

/// How long the copies have to bring back what the log lost, from the first
/// round of an engine: each looks for its server every eight seconds at least.
pub(super) const GRACE: TimeDelta = TimeDelta::seconds(30);

/// Since when an engine knows that the log lost its tail; `None` where it has
/// all that it ever had.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doubt(pub(super) Option<DateTime<Utc>>);

impl Doubt {
    /// Whether what was due by then may have been done in what was lost.
    pub(super) fn covers(self, by: DateTime<Utc>) -> bool {
        self.0.is_some_and(|since| by <= since)
    }

    /// Whether the incident's steps wait for what copies bring back.
    pub(super) fn holds(self, incident: &Incident, now: DateTime<Utc>) -> bool {
        self.0.is_some_and(|since| now < since + GRACE)
            && engine_deadlines(incident).any(|by| self.covers(by))
    }
}
