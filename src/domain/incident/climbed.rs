//! What is remembered of a step, wherever the policy in force has it (E6).

use chrono::{DateTime, Utc};

use super::{Fired, Incident};
use crate::domain::fact::{Skip, StepId};

impl Incident {
    /// How the step fired; `None` if it did not.
    pub fn fired(&self, step: &StepId) -> Option<&Fired> {
        self.state.ladder.fired.get(&self.policy().rung(step))
    }

    /// The round that the step fires next; 0 where it never did.
    pub fn rounds(&self, step: &StepId) -> u32 {
        self.state.ladder.rounds_of(&self.policy().rung(step))
    }

    /// Why the step was passed over; `None` if it was not.
    pub fn skipped(&self, step: &StepId) -> Option<Skip> {
        let skipped = &self.state.ladder.skipped;
        skipped.get(&self.policy().rung(step)).map(|(why, _)| *why)
    }

    /// What was answered to the question before the step (E5).
    pub fn confirmed(&self, step: &StepId) -> Option<bool> {
        let confirmed = &self.state.ladder.confirmed;
        confirmed.get(&self.policy().rung(step)).copied()
    }

    /// When the last channel refused the step's page (E7).
    pub fn unreached(&self, step: &StepId) -> Option<DateTime<Utc>> {
        let unreached = &self.state.ladder.unreached;
        unreached.get(&self.policy().rung(step)).copied()
    }
}
