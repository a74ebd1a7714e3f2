//! How a step is remembered. Its place may be another one in a policy that is
//! adopted later, and there its old place is somebody else's (E6): what was
//! done about a step counts for whoever it tells, wherever that is.

use std::collections::BTreeSet;

use chrono::TimeDelta;

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
        let told = self.numbered(&id.ladder, target);
        let here = told.clone().find(|(index, ..)| *index == id.index);
        let before = || told.filter(|(index, ..)| *index < id.index).count();
        Rung {
            ladder: id.ladder.clone(),
            target: target.clone(),
            nth: here.map_or_else(before, |(_, nth, _)| nth),
        }
    }

    /// Where a step is now; `None` if the policy has it no more.
    pub fn place(&self, rung: &Rung) -> Option<StepId> {
        let mut same = self.numbered(&rung.ladder, &rung.target);
        let (index, ..) = same.find(|(_, nth, _)| *nth == rung.nth)?;
        Some(StepId {
            ladder: rung.ladder.clone(),
            index,
        })
    }

    /// Numbers the steps as `before` did, so that each stays the one it was
    /// where another that tells the same is left out: it is known by when it is
    /// due. One with another time takes the next number that is free.
    pub(in crate::domain) fn goes_on_from(&mut self, before: &Self) {
        for ladder in &mut self.ladders {
            let targets: BTreeSet<Name> = ladder.steps.iter().map(|s| s.target.clone()).collect();
            for target in targets {
                let known = before.numbered(&ladder.name, &target);
                let known = known.map(|(_, nth, step)| (step.after, nth)).collect();
                let same = ladder.steps.iter_mut().filter(|s| s.target == target);
                number(same.collect(), known);
            }
        }
    }

    /// The steps of a ladder that tell `target`: the place of each, and which of
    /// them it is.
    fn numbered<'a>(
        &'a self,
        ladder: &str,
        target: &'a Name,
    ) -> impl Iterator<Item = (usize, usize, &'a Step)> + Clone {
        let steps = self.steps_of(ladder).iter().enumerate();
        let same = steps.filter(move |(_, step)| step.target == *target);
        let counted = same.enumerate();
        counted.map(|(nth, (index, step))| (index, step.nth.unwrap_or(nth), step))
    }

    fn steps_of(&self, ladder: &str) -> &[Step] {
        let found = self.ladders.iter().find(|known| known.name == ladder);
        found.map_or(&[], |ladder| &ladder.steps)
    }
}

/// Numbers `steps`, which tell the same, after those `known` by their times.
fn number(mut steps: Vec<&mut Step>, mut known: Vec<(TimeDelta, usize)>) {
    let mut taken = BTreeSet::new();
    for step in &mut steps {
        let same = known.iter().position(|(after, _)| *after == step.after);
        step.nth = same.map(|place| known.remove(place).1);
        taken.extend(step.nth);
    }
    let mut least = 0;
    for (place, step) in steps.into_iter().enumerate() {
        let nth = step
            .nth
            .or_else(|| (least..=least + taken.len()).find(|nth| !taken.contains(nth)));
        taken.extend(nth);
        least = nth.map_or(least, |nth| nth + 1);
        // The same policy adopted again is the same.
        step.nth = nth.filter(|nth| *nth != place);
    }
}
