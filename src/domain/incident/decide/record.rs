//! The record itself: what is corrected, answered, taken back.

use chrono::{DateTime, Utc};

use super::{Refusal, clock, refuse};
use crate::domain::{
    entry::{EntryId, Via},
    fact::{Fact, Role},
    incident::Incident,
    policy::Contact,
    text::Name,
};

impl Incident {
    pub(super) fn check_role_left(&self, role: Role, person: &str) -> Result<(), Refusal> {
        let has = self.with_role(role).any(|holder| holder.as_str() == person);
        match (has, role) {
            (false, _) => refuse(format!("{person} is not {}", role.word())),
            (true, Role::Commander) if self.is_active() => {
                refuse("an active incident keeps a commander: hand the command over instead")
            }
            (true, _) => Ok(()),
        }
    }

    pub(super) fn check_answer(&self, ask: EntryId) -> Result<(), Refusal> {
        match self.state().asks.iter().find(|known| known.entry == ask) {
            None => refuse("there is no such request in this incident"),
            Some(known) if known.answered.is_some() => refuse("that request is answered already"),
            Some(_) => Ok(()),
        }
    }

    /// A policy that is the one in force would look as if something had changed
    /// (E6).
    pub(super) fn check_policy(&self, text: &str) -> Result<(), Refusal> {
        let mut then = self.state().clone();
        then.adopt_later(text);
        if then.policy == self.state().policy {
            return refuse("the policy is the same as the one in force: nothing is recorded");
        }
        Ok(())
    }

    pub(super) fn check_entry(&self, entry: EntryId) -> Result<(), Refusal> {
        match self.entry(entry) {
            Some(_) => Ok(()),
            None => refuse("there is no such entry in this incident"),
        }
    }

    /// A correction may not bring the milestones into an order that can't be (T2).
    pub(super) fn check_correction(
        &self,
        entry: EntryId,
        at: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let Some(known) = self.entry(entry) else {
            return self.check_entry(entry);
        };
        if known.via == Via::Engine {
            return refuse("the engine did that: when it did is not for people to say");
        }
        let times = self.corrected(entry, at).state.times;
        let pairs = [
            (
                "its impact ended",
                times.mitigated,
                "resolved",
                times.resolved,
            ),
            (
                "impact started",
                times.impact_started,
                "detected",
                times.detected(),
            ),
        ];
        for (first, earlier, then, later) in pairs {
            let (Some(earlier), Some(later)) = (earlier, later) else {
                continue;
            };
            if earlier > later {
                return refuse(format!(
                    "{first} at {} can't be after it was {then} at {} (T2)",
                    clock(earlier),
                    clock(later)
                ));
            }
        }
        Ok(())
    }

    /// Whether a page to `person` over these channels would leave at all: one
    /// that does not must not look as if somebody was reached.
    pub(super) fn can_be_paged(&self, person: &Name, via: &[Name]) -> Result<(), Refusal> {
        let mut contacts = self.policy().contact.values();
        let known = contacts.find(|contact| contact.person == *person);
        match (self.state().private, via) {
            (true, _) => {
                let whom = known.map_or_else(|| person.to_string(), Contact::called);
                refuse(format!(
                    "nothing leaves a private incident: call {whom} yourself, and note that you did (X4)"
                ))
            }
            (false, []) => refuse(format!(
                "no channel reaches {person}: call them yourself, and note that you did (E7)"
            )),
            (false, _) => Ok(()),
        }
    }

    /// What people wrote may be taken back; what happened may not.
    /// Whether `by` may take the entry back.
    ///
    /// # Errors
    ///
    /// Why not, in a sentence to show as it is.
    pub fn may_retract(&self, id: EntryId, by: &Name) -> Result<(), Refusal> {
        let Some(entry) = self.entry(id) else {
            return refuse("there is no such entry in this incident");
        };
        if self.retracted_by(id).is_some() {
            return refuse("that entry is taken back already");
        }
        let kind = entry.fact.write().0;
        match &entry.fact {
            Fact::Declared(_) => refuse("an incident can't be taken back: cancel it instead"),
            Fact::Acknowledged {} if entry.by != *by => {
                refuse(format!("only {} can take that back", entry.by))
            }
            Fact::Escalated { .. }
            | Fact::Paged { .. }
            | Fact::Delivered { .. }
            | Fact::Undelivered { .. }
            | Fact::ProbeChanged(_) => refuse(format!("{kind} happened: it can't be taken back")),
            Fact::Retracted { .. }
            | Fact::Corrected { .. }
            | Fact::Merged { .. }
            | Fact::Absorbed { .. } => refuse(format!("{kind} can't be taken back")),
            // It would only do it again, under the same id.
            _ if entry.via == Via::Engine => refuse(format!(
                "{kind}: the engine did that; it can't be taken back"
            )),
            _ => Ok(()),
        }
    }
}
