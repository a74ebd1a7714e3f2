//! The level, also where two people set it apart from each other (S3, S4).

use chrono::{DateTime, Utc};

use crate::domain::{
    entry::{Entry, Seq},
    incident::{Conflict, State},
    severity::Severity,
};

impl State {
    /// A level was set. Two that were set apart: the worse holds, and both are
    /// shown, until somebody who knows of both decides.
    pub(super) fn severity_changed(&mut self, to: Severity, entry: &Entry, at: DateTime<Utc>) {
        let before = self.severity;
        let apart = before.filter(|_| self.is_apart(entry));
        let holds = apart.map_or(to, |before| before.max(to));
        self.note_conflict(apart, to, entry.recorded_at);
        self.severity = Some(holds);
        self.severity_set
            .insert(entry.replica, entry.seq.unwrap_or(Seq::MAX));
        self.times.triaged.get_or_insert(at);
        let deadline = self.response_deadline(holds);
        if let Some(taken) = &mut self.taken {
            taken.deadline.get_or_insert(deadline);
        }
        self.reached(holds, at);
        if before.is_some_and(|before| before != holds) {
            let deadline = self.deadline(self.policy.level(holds).resolve);
            self.overdue_on_change = (deadline <= at).then_some(at);
        }
        self.leave_triage();
    }

    /// Whether another copy of the log set a level that the author had not seen.
    pub(super) fn is_apart(&self, entry: &Entry) -> bool {
        self.severity_set
            .iter()
            .any(|(replica, seq)| *replica != entry.replica && entry.base < *seq)
    }

    /// A level that was set with knowledge of the others settles what they
    /// disagreed about; one set `apart` from the level of that time never does.
    pub(super) fn note_conflict(
        &mut self,
        apart: Option<Severity>,
        to: Severity,
        at: DateTime<Utc>,
    ) {
        match apart {
            None => self.severity_conflict = None,
            Some(before) if before == to => {}
            Some(before) => {
                self.severity_conflict_at = Some(at);
                self.severity_conflict = Some(Conflict {
                    holds: before.max(to),
                    other: before.min(to),
                });
            }
        }
    }

    /// The highest level is latched, and what it requires outside (S4, X1).
    pub(super) fn reached(&mut self, level: Severity, at: DateTime<Utc>) {
        self.highest = Some(self.highest.map_or(level, |highest| highest.max(level)));
        if self.external_since.is_none() && self.policy.external.severities.contains(&level) {
            self.external_since = Some(at);
        }
    }
}
