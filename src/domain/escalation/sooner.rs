//! Whom a change brings a page closer to: what makes a question ask for more
//! than a `y`. Judged by what follows, so that no list of actions is needed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Due, Duty, held_until, open_steps, reach};
use crate::domain::{fact::StepId, incident::Incident, policy::Rung, text::Name};

/// The targets that a ladder pages sooner after a change than before it.
///
/// An incident that was not there `before` brings whole ladders with it: of
/// those count the steps that fire at once, since the rest waits for people.
pub fn sooner(before: Option<&Incident>, after: &Incident, now: DateTime<Utc>) -> Vec<Name> {
    let known = before.map(|before| pages(before, now));
    pages(after, now)
        .into_iter()
        .filter(|(rung, (at, _))| match &known {
            Some(known) => known.get(rung).is_none_or(|(before, _)| at < before),
            None => *at <= now,
        })
        .map(|(_, (_, target))| target)
        .collect()
}

/// When each step pages its target if nobody does anything more. A wait puts
/// them off; nothing leaves a drill or a private incident (X4).
fn pages(incident: &Incident, now: DateTime<Utc>) -> BTreeMap<Rung, (DateTime<Utc>, Name)> {
    let mut pages = BTreeMap::new();
    if incident.is_sealed() || incident.state().merged_into.is_some() {
        return pages;
    }
    let not_before = held_until(incident).map_or(now, |until| until.max(now));
    let steps = open_steps(incident);
    for due in &steps {
        let Duty::Escalate { step, target, .. } = &due.duty else {
            continue;
        };
        if is_reachable(incident, step) {
            let at = due_with_those_before(incident, &steps, step, due.by);
            pages.insert(
                incident.policy().rung(step),
                (at.max(not_before), target.clone()),
            );
        }
    }
    pages
}

/// Where a step before this one reaches nobody, this one takes its place (E7).
fn due_with_those_before(
    incident: &Incident,
    steps: &[Due],
    id: &StepId,
    by: DateTime<Utc>,
) -> DateTime<Utc> {
    let before = steps.iter().filter_map(|due| match &due.duty {
        Duty::Escalate { step, .. } if step.ladder == id.ladder && step.index < id.index => {
            (!is_reachable(incident, step)).then_some(due.by)
        }
        _ => None,
    });
    before.fold(by, DateTime::min)
}

fn is_reachable(incident: &Incident, id: &StepId) -> bool {
    let policy = incident.policy();
    let found = policy.step(id);
    found.is_some_and(|(_, step)| reach(policy, step).is_some())
}
