//! What may have fired without this log knowing of it: in a tail that it lost,
//! or from a copy while no engine ran. It comes with a copy of the log, or with
//! nobody. Nothing is dropped for that: a step waits a little for the copies,
//! and fires as a possible repeat.

use chrono::{DateTime, TimeDelta, Utc};

use super::turn::engine_deadlines;
use crate::domain::incident::Incident;

/// How long the copies have to bring back what the log lost, from the first
/// round of an engine: each looks for its server every eight seconds at least.
pub(super) const GRACE: TimeDelta = TimeDelta::seconds(30);

/// Up to when somebody else may have done what was due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doubt {
    /// Since when an engine knows that the log lost its tail; `None` where it
    /// has all that it ever had.
    pub(super) lost: Option<DateTime<Utc>>,
    /// Until when it waited for what copies did while none ran; `None` where
    /// one always did.
    pub(super) away: Option<DateTime<Utc>>,
}

impl Doubt {
    /// Whether what was due by then may have been done by somebody else.
    pub(super) fn covers(self, by: DateTime<Utc>) -> bool {
        self.lost.max(self.away).is_some_and(|until| by <= until)
    }

    /// Whether the incident's steps wait for what copies bring back.
    pub(super) fn holds(self, incident: &Incident, now: DateTime<Utc>) -> bool {
        self.lost.is_some_and(|since| {
            now - since < GRACE && engine_deadlines(incident).any(|by| by <= since)
        })
    }
}
