//! What is said to the company and to the public.

use chrono::{DateTime, Utc};

use super::{Command, Refusal, SLACK, clock, refuse, say};
use crate::domain::{
    cadence,
    entry::EntryId,
    external,
    fact::Update,
    incident::Incident,
    phase::Phase,
    text::Name,
    update::{Audience, Form},
};

impl Incident {
    pub(super) fn check_update(&self, update: &Update, command: &Command) -> Result<(), Refusal> {
        let over = matches!(self.phase(), Phase::Closed | Phase::Cancelled);
        if over {
            return self.must_be_active("say");
        }
        self.may_tell()?;
        say(
            &update.form.status,
            "there is nothing to send: write the status first",
        )?;
        say(
            &update.form.impact,
            "there is nothing to send: write the impact first",
        )?;
        if let Some(eta) = update.form.eta_at.filter(|eta| *eta < command.now) {
            return refuse(format!(
                "the ETA {} has passed: set a new one, or say \"unknown\" (U5)",
                clock(eta)
            ));
        }
        match update.audience {
            Audience::Internal => self.check_promise(&update.form, command.now),
            Audience::External => self.may_publish(update),
        }
    }

    pub(super) fn check_promise(&self, form: &Form, now: DateTime<Utc>) -> Result<(), Refusal> {
        let Some(next) = form.next else {
            return if self.is_active() {
                refuse("say when the next update follows")
            } else {
                Ok(())
            };
        };
        let latest = cadence::latest_promise(self, now);
        if next <= now {
            return refuse(format!(
                "the next update is promised for {}, which has passed",
                clock(next)
            ));
        }
        if next > latest + SLACK && self.state().long_running.is_none() {
            // In one row of a small screen, and the way out is in it.
            return refuse(format!(
                "next update by {} at the latest; `long-running` allows more",
                clock(latest)
            ));
        }
        Ok(())
    }

    /// Whether anybody but the responders may hear of it by now (G3).
    ///
    /// # Errors
    ///
    /// What to do first, in a sentence to show as it is.
    pub fn may_tell(&self) -> Result<(), Refusal> {
        // Of one that is over nobody can set a severity any more.
        if self.severity().is_none() && self.is_active() {
            return refuse(
                "set the severity first: before that nobody but the responders hears of it (G3)",
            );
        }
        Ok(())
    }

    /// Whether `update`, which is for outside, is what the draft says, was
    /// approved by whom the policy asks for, and was not published before
    /// (X2, X4).
    ///
    /// # Errors
    ///
    /// Who has to do what first, in a sentence to show as it is.
    pub fn may_publish(&self, update: &Update) -> Result<(), Refusal> {
        if self.is_sealed() {
            return refuse("drills and private incidents publish nothing (X4)");
        }
        let external = &self.state().external;
        let approved = external.approved.as_ref().map(|(draft, _)| *draft);
        if update.draft.is_none() || update.draft != approved {
            return refuse(
                "the commander approves the text for outside before it is published (X2)",
            );
        }
        if !external::is_approved_by_two(self) {
            return refuse(
                "its author approved it alone, and is not alone any more: somebody else approves it (X2)",
            );
        }
        let newest = external.draft.as_ref().map(|(id, _, form)| (*id, form));
        if newest.map(|(id, _)| Some(id)) != Some(update.draft) {
            return refuse(
                "there is a newer draft than the approved one: the commander approves that one first (X2)",
            );
        }
        if newest.map(|(_, form)| form) != Some(&update.form) {
            return refuse("what is published is the text that was approved, unchanged (X2)");
        }
        if let Some(before) = external.said_before(update) {
            return refuse(format!(
                "{} published this text at {}, {} (X2)",
                before.by,
                clock(before.at),
                before.instead_of(update)
            ));
        }
        Ok(())
    }

    /// Whether `person` may approve `draft`: the newest, and not alone (X2).
    ///
    /// # Errors
    ///
    /// What to approve instead, or who has to, in a sentence to show as it is.
    pub fn may_approve(&self, draft: EntryId, person: &Name) -> Result<(), Refusal> {
        let Some((newest, ..)) = &self.state().external.draft else {
            return refuse("there is no draft for outside to approve");
        };
        if *newest != draft {
            return refuse("there is a newer draft: read and approve that one");
        }
        external::may_approve(self, person).map_err(Refusal::because)
    }
}
