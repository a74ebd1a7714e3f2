//! How a step is remembered. Its place may be another one in a policy that is
//! adopted later, and there its old place is somebody else's (E6): what was
//! done about a step counts for whoever it tells, wherever that is.

use super::{Policy, Step};
use crate::domain::{fact::StepId, text::Name};

/// A step by whom it tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rung {
    /// The ladder's name.
    pub ladder: String,
    /// Who is told.
    pub target: Name,
    /// Which of the ladder's steps that tell the same, from 0.
    pub nth: usize,
}

impl Policy {
    /// How the step of that name is remembered.
    pub fn rung(&self, id: &StepId) -> Rung {
        self.rung_that_told(id, &self.target(id))
    }

    /// How a step is remembered that told `target`, which need not be whom
    /// this policy tells at that place.
    pub fn rung_that_told(&self, id: &StepId, target: &Name) -> Rung {
        let before = self.steps_of(&id.ladder).take(id.index);
        Rung {
            ladder: id.ladder.clone(),
            target: target.clone(),
            nth: before.filter(|step| step.target == *target).count(),
        }
    }

    /// Where a step is now; `None` if the policy has it no more.
    pub fn place(&self, rung: &Rung) -> Option<StepId> {
        let steps = self.steps_of(&rung.ladder).enumerate();
        let mut same = steps.filter(|(_, step)| step.target == rung.target);
        let (index, _) = same.nth(rung.nth)?;
        Some(StepId {
            ladder: rung.ladder.clone(),
            index,
        })
    }

    fn steps_of(&self, ladder: &str) -> impl Iterator<Item = &Step> {
        let found = self.ladders.iter().find(|known| known.name == ladder);
        found.into_iter().flat_map(|ladder| &ladder.steps)
    }
}
