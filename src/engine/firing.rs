//! What is due in one incident, as entries.

use chrono::{DateTime, Utc};

use super::Turn;
use crate::{
    domain::{
        escalation,
        fact::{Fact, Skip, StepId},
        incident::Incident,
        policy::Policy,
        text::Name,
    },
    journal::Batch,
    ui::msg::Wish,
};

impl Turn<'_> {
    pub(super) fn fire_one(&self, incident: &Incident, now: DateTime<Utc>, batch: &mut Batch) {
        let wish = |fact| Wish {
            incident: incident.id,
            fact,
            at: now,
        };
        if let Some(hold) = incident
            .state()
            .ladder
            .hold
            .as_ref()
            .filter(|hold| hold.until <= now)
        {
            let name = format!("hold-ends/{}", hold.until.timestamp_millis());
            self.author
                .write_named(batch, wish(Fact::HoldEnded {}), &name, &self.board);
            return;
        }
        for (step, target) in not_for_this_severity(incident, now) {
            // Nobody is reached by it: that can wait for the server.
            if self.engine.is_in_place() {
                break;
            }
            let name = format!("not-applicable/{step}");
            let fact = Fact::StepSkipped {
                step,
                target,
                why: Skip::NotApplicable,
                reason: "".into(),
            };
            self.author
                .write_named(batch, wish(fact), &name, &self.board);
        }
        // Where nobody can be reached at all, steps are for the people in the room.
        if !escalation::reaches_anybody(incident.policy()) {
            return;
        }
        let climb = self.climb(incident, now);
        for (step, why, _) in climb.skip {
            let target = incident.policy().target(&step);
            let name = format!("skipped/{step}/{}", why.words());
            let fact = Fact::StepSkipped {
                step,
                target,
                why,
                reason: "".into(),
            };
            self.author
                .write_named(batch, wish(fact), &name, &self.board);
        }
        for (step, _) in climb.fire {
            let via = self.via(incident.policy(), &step);
            let fact = escalation::fires(incident, step, via, now);
            let name = fired_name(&fact);
            self.author
                .write_named(batch, wish(fact), &name, &self.board);
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

/// Steps whose time has come and that are for other severities: noted once (E3).
fn not_for_this_severity(incident: &Incident, now: DateTime<Utc>) -> Vec<(StepId, Name)> {
    let known = &incident.state().ladder;
    incident
        .policy()
        .steps()
        .filter(|(id, _, step)| {
            !step.is_for(incident.severity())
                && !known.skipped.contains_key(id)
                && !known.fired.contains_key(id)
                && escalation::due_at(incident, step) <= now
        })
        .map(|(id, _, step)| (id, step.target.clone()))
        .collect()
}

fn fired_name(fact: &Fact) -> String {
    match fact {
        Fact::Escalated { step, round, .. } => format!("escalated/{step}/{round}"),
        _ => "escalated".to_owned(),
    }
}
