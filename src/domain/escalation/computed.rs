//! The ids of what the engine does: each follows from what it is.

use crate::domain::{
    entry::{Entry, EntryId},
    fact::{Fact, Skip, StepId},
    incident::Incident,
    text::Name,
};

/// The id under which an engine records `fact` of an incident as it is now;
/// `None` for what may happen more than once.
///
/// So two engines that do the same do it once; and a server that is handed such
/// an id in finds out whether it belongs to what is said under it.
pub fn computed_id(incident: &Incident, fact: &Fact) -> Option<EntryId> {
    id(incident, fact, Age::Present)
}

/// Whether the entry has the id that it has to have as what it is, be it one
/// that former programs gave: copies hand in what those recorded.
pub fn has_its_id(incident: &Incident, entry: &Entry) -> bool {
    let is_it = |age| id(incident, &entry.fact, age) == Some(entry.id);
    is_it(Age::Present) || is_it(Age::Former)
}

/// Which programs give the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Present,
    /// Those that told steps apart by their place alone, and holds by their end.
    Former,
}

fn id(incident: &Incident, fact: &Fact, age: Age) -> Option<EntryId> {
    let what = match fact {
        Fact::HoldEnded {} => {
            let hold = incident.state().ladder.hold.as_ref()?;
            match age {
                Age::Present => format!("hold-ends/{}", hold.entry),
                Age::Former => format!("hold-ends/{}", hold.until.timestamp_millis()),
            }
        }
        Fact::StepSkipped {
            step, target, why, ..
        } => {
            let step = step_of(incident, step, target, age);
            match why {
                Skip::NotApplicable => format!("not-applicable/{step}"),
                Skip::Unreachable | Skip::Overtaken | Skip::ByHand => {
                    format!("skipped/{step}/{}", why.words())
                }
            }
        }
        Fact::Escalated {
            step,
            round,
            target,
            by_hand: false,
            ..
        } => {
            let step = step_of(incident, step, target, age);
            format!("escalated/{step}/{round}")
        }
        _ => return None,
    };
    Some(EntryId::computed(incident.id, &what))
}

/// A step, as it is remembered: another one that takes its place in a policy
/// that is adopted later has another id (E6).
fn step_of(incident: &Incident, step: &StepId, target: &Name, age: Age) -> String {
    match age {
        Age::Present => {
            let rung = incident.policy().rung_that_told(step, target);
            // A ladder's name has no slash, and what follows the target none either.
            format!("{}/{}/{}", rung.ladder, rung.target, rung.nth)
        }
        Age::Former => step.to_string(),
    }
}
