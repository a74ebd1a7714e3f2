//! Pages of which nobody knows what became.

use chrono::TimeDelta;

use super::{held_until, is_stopped};
use crate::domain::{
    entry::{EntryId, answerable},
    fact::Fact,
    incident::{Incident, OnItsWay},
    text::Name,
};

/// How long whoever sent a page has to tell what became of it: more than the
/// last try takes, and handing in how it ended. After that it is sent again.
pub const TOLD_WITHIN: TimeDelta = TimeDelta::seconds(60);

/// Pages that left, and that no channel is known to have taken or refused: the
/// entry, and the channels that may still take it. None of a step while the
/// ladders wait, or once what stops it has come; none by hand to who recorded
/// something since: nobody is paged any more then.
pub fn unheard(incident: &Incident) -> impl Iterator<Item = (EntryId, &[Name])> {
    let pages = incident.state().ladder.pages.iter();
    pages
        .filter(move |_| incident.is_active())
        .filter(move |(id, page)| goes_on(incident, **id, page))
        .map(|(id, page)| (*id, page.left.as_slice()))
}

fn goes_on(incident: &Incident, id: EntryId, page: &OnItsWay) -> bool {
    let Some(rung) = &page.rung else {
        return !has_come(incident, id);
    };
    let policy = incident.policy();
    let found = policy.place(rung).and_then(|step| policy.step(&step));
    held_until(incident).is_none()
        && found.is_none_or(|(ladder, step)| !is_stopped(incident, step.until(ladder)))
}

/// Whether whom somebody paged by hand recorded something since.
pub(super) fn has_come(incident: &Incident, page: EntryId) -> bool {
    let since = incident
        .place(page)
        .map(|place| &incident.entries()[place..]);
    let Some([page, since @ ..]) = since else {
        return false;
    };
    let is_by = |name: &Name| {
        since
            .iter()
            .any(|entry| answerable(&entry.by) == name.as_str())
    };
    matches!(&page.fact, Fact::Paged { person, .. } if is_by(person))
}
