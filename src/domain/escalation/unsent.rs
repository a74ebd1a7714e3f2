//! Pages that a person asked for while the server is away.

use crate::domain::{entry::Entry, fact::Fact, incident::Incident, text::Name};

/// Whom people had paged from here, of which the server has not heard: it is
/// the one that pages, so nobody is yet. The oldest first, with its entry.
pub fn unsent(incident: &Incident) -> impl Iterator<Item = (&Name, &Entry)> {
    let numbered = incident.entries().iter().rposition(|entry| !entry.waits());
    let since = numbered.map_or(0, |place| place + 1);
    let unsent = incident.entries()[since..].iter().map(AsRef::as_ref);
    unsent.filter_map(|entry| Some((paged(entry)?, entry)).filter(|_| is_unsent(incident, entry)))
}

/// Whether the entry is such a page. Not where whoever stands in for the server
/// saw to it.
pub fn is_unsent(incident: &Incident, entry: &Entry) -> bool {
    let told = |other: &Entry| match &other.fact {
        Fact::Delivered { of, .. } => *of == entry.id,
        _ => false,
    };
    entry.waits()
        && paged(entry).is_some()
        && !incident.is_sealed()
        && !incident.entries().iter().rev().any(|other| told(other))
}

/// Whether every channel said no to such a page where somebody stood in for the
/// server: that one tries it all the same.
pub fn is_refused_here(incident: &Incident, entry: &Entry) -> bool {
    !incident.state().ladder.pages.contains_key(&entry.id)
}

/// Whom it pages over a channel.
fn paged(entry: &Entry) -> Option<&Name> {
    match &entry.fact {
        Fact::Escalated {
            target,
            via,
            by_hand: false,
            ..
        } if !via.is_empty() => Some(target),
        Fact::Paged { person, via, .. } if !via.is_empty() => Some(person),
        _ => None,
    }
}
