//! The ids of what the engine does: each follows from what it is.

use crate::domain::{
    entry::EntryId,
    fact::{Fact, Skip},
    incident::Incident,
};

/// The id under which an engine records `fact` of an incident as it is now;
/// `None` for what may happen more than once.
///
/// So two engines that do the same do it once; and a server that is handed such
/// an id in finds out whether it belongs to what is said under it.
pub fn computed_id(incident: &Incident, fact: &Fact) -> Option<EntryId> {
    let what = match fact {
        Fact::HoldEnded {} => {
            let hold = incident.state().ladder.hold.as_ref()?;
            format!("hold-ends/{}", hold.until.timestamp_millis())
        }
        Fact::StepSkipped {
            step,
            why: Skip::NotApplicable,
            ..
        } => format!("not-applicable/{step}"),
        Fact::StepSkipped { step, why, .. } => format!("skipped/{step}/{}", why.words()),
        Fact::Escalated {
            step,
            round,
            by_hand: false,
            ..
        } => format!("escalated/{step}/{round}"),
        _ => return None,
    };
    Some(EntryId::computed(incident.id, &what))
}
