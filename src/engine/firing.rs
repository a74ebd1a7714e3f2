//! What is due in one incident, as entries.

use chrono::{DateTime, Utc};

use super::{Turn, doubt::Doubt};
use crate::{
    domain::{
        entry::{Entry, IncidentId, Seq, Wish},
        escalation,
        fact::{Fact, Skip, StepId},
        incident::Incident,
        notice::Intent,
        policy::Policy,
        text::Name,
    },
    journal::{self, Batch},
    store::{Accepted, StoreError},
};

impl Turn<'_> {
    /// Fires what is due in every incident.
    pub(super) async fn fire(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let active: Vec<IncidentId> = self
            .board
            .active()
            .iter()
            .map(|incident| incident.id)
            .collect();
        let doubt = Doubt {
            lost: self.engine.log.cut_short(now).await?,
            away: self.fires_from,
        };
        for id in active {
            let mut batch = Batch::default();
            let incident = self.board.get(id);
            if let Some(incident) = incident.filter(|incident| !doubt.holds(incident, now)) {
                self.fire_one(incident, now, doubt, &mut batch);
            }
            self.record(&batch, now).await?;
        }
        Ok(())
    }

    /// Appends what one incident asks for. One that can't be written must not
    /// silence the others: it is told, and tried again at the next round.
    async fn record(&mut self, batch: &Batch, now: DateTime<Utc>) -> Result<(), StoreError> {
        if batch.entries.is_empty() {
            return Ok(());
        }
        let log = &self.engine.log;
        match log
            .append_held(self.fence, &batch.entries, &batch.intents, now)
            .await
        {
            Err(error @ (StoreError::IdReuse { .. } | StoreError::Unfit { .. })) => {
                tracing::error!(%error, "an incident's steps could not be recorded together");
                self.record_each(batch, now).await
            }
            Err(error) => Err(error),
            Ok(accepted) => {
                tell_of_the_known(&batch.entries, &accepted, self.board.head());
                journal::catch_up(log, &mut self.board).await.map(drop)
            }
        }
    }

    /// One that stands in its own way must not keep the others back.
    async fn record_each(&mut self, batch: &Batch, now: DateTime<Utc>) -> Result<(), StoreError> {
        let log = &self.engine.log;
        for entry in &batch.entries {
            let of_it = |intent: &&Intent| intent.origin == entry.id;
            let intents: Vec<Intent> = batch.intents.iter().filter(of_it).cloned().collect();
            let one = std::slice::from_ref(entry);
            match log.append_held(self.fence, one, &intents, now).await {
                Err(error @ (StoreError::IdReuse { .. } | StoreError::Unfit { .. })) => {
                    tracing::error!(%error, id = %entry.id, "a step could not be recorded");
                }
                other => tell_of_the_known(one, &other?, self.board.head()),
            }
        }
        journal::catch_up(log, &mut self.board).await.map(drop)
    }

    /// What is due in an incident; `doubt` says what may be done already.
    fn fire_one(&self, incident: &Incident, now: DateTime<Utc>, doubt: Doubt, batch: &mut Batch) {
        let mut record = |fact| {
            let wish = Wish {
                incident: incident.id,
                fact,
                at: now,
            };
            self.author.write_computed(batch, wish, &self.board);
        };
        let hold = incident.state().ladder.hold.as_ref();
        if hold.is_some_and(|hold| hold.until <= now) {
            record(Fact::HoldEnded {});
        }
        for (step, target) in not_for_this_severity(incident, now) {
            // Nobody is reached by it: that can wait for the server.
            if self.engine.is_in_place() {
                break;
            }
            record(skipped(step, target, Skip::NotApplicable));
        }
        if escalation::climbs_by_itself(incident) {
            self.go_up(incident, now, doubt, batch);
        }
    }

    /// Fires the steps that are due, and passes over those that another stands for.
    fn go_up(&self, incident: &Incident, now: DateTime<Utc>, doubt: Doubt, batch: &mut Batch) {
        let mut record = |fact, late| {
            let wish = Wish {
                incident: incident.id,
                fact,
                at: now,
            };
            let before = batch.intents.len();
            self.author.write_computed(batch, wish, &self.board);
            // Who stands in for a server can't know what that one sent.
            let maybe_repeat = self.engine.is_in_place() || doubt.covers(now - late);
            for intent in &mut batch.intents[before..] {
                intent.maybe_repeat = maybe_repeat;
            }
        };
        let climb = self.climb(incident, now);
        for (step, why, late) in climb.skip {
            let target = incident.policy().target(&step);
            record(skipped(step, target, why), late);
        }
        for (step, late) in climb.fire {
            let via = self.via(incident.policy(), &step);
            let fact = escalation::fires(incident, step, via, now);
            record(fact, late);
        }
    }

    /// Channels of this configuration that reach the step's target.
    fn via(&self, policy: &Policy, step: &StepId) -> Vec<Name> {
        let found = policy
            .step(step)
            .and_then(|(_, step)| escalation::reach(policy, step));
        let ours = |name: &&Name| self.engine.channel(name).is_ok();
        found
            .unwrap_or_default()
            .iter()
            .filter(ours)
            .cloned()
            .collect()
    }
}

/// Says of what was to be recorded that the log had it already, at or before
/// `head`: it was found due all the same, so nothing of it leaves.
fn tell_of_the_known(entries: &[Entry], accepted: &[Accepted], head: Seq) {
    for (entry, accepted) in entries.iter().zip(accepted) {
        if matches!(accepted, Accepted::Duplicate(seq) if *seq <= head) {
            let (what, _) = entry.fact.write();
            tracing::error!(
                id = %entry.id,
                what,
                "what is due has its place in the log taken, and nobody is paged for it: \
                 see the ladder, and page by hand"
            );
        }
    }
}

/// Steps whose time has come and that are for other severities: noted once (E3).
fn not_for_this_severity(incident: &Incident, now: DateTime<Utc>) -> Vec<(StepId, Name)> {
    incident
        .policy()
        .steps()
        .filter(|(id, _, step)| {
            !step.is_for(incident.severity())
                && incident.skipped(id).is_none()
                && incident.fired(id).is_none()
                && escalation::due_at(incident, step) <= now
        })
        .map(|(id, _, step)| (id, step.target.clone()))
        .collect()
}

fn skipped(step: StepId, target: Name, why: Skip) -> Fact {
    Fact::StepSkipped {
        step,
        target,
        why,
        reason: "".into(),
    }
}
