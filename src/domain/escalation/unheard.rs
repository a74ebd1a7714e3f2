//! Pages of which nobody knows what became.

use super::{held_until, is_stopped};
use crate::domain::{entry::EntryId, incident::Incident, policy::Rung, text::Name};

/// Pages that fired, and that no channel is known to have taken or refused: the
/// entry, and the channels that may still take it. None while the ladders wait,
/// or once what stops the step has come: nobody is paged any more then.
pub fn unheard(incident: &Incident) -> impl Iterator<Item = (EntryId, &[Name])> {
    let goes_on = move |rung: &Rung| {
        let policy = incident.policy();
        let place = policy.place(rung);
        let found = place.and_then(|step| policy.step(&step));
        found.is_none_or(|(ladder, step)| !is_stopped(incident, step.until(ladder)))
    };
    let pages = incident.state().ladder.pages.iter();
    pages
        .filter(move |_| incident.is_active() && held_until(incident).is_none())
        .filter(move |(_, (rung, _))| goes_on(rung))
        .map(|(id, (_, left))| (*id, left.as_slice()))
}
