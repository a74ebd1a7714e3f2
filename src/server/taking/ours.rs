//! What became of messages that this server itself sends: nobody else says so.
//! Under another's word a page would fall silent that nobody got, or news would
//! count as out, or as stopped, while they leave.

use crate::domain::{
    entry::{Entry, EntryId},
    fact::{Fact, Fate},
    incident::Incident,
};

/// Why what is said of such a message is not taken.
pub(super) const OURS: &str = "this server sends that message itself and knows what becomes of it: see `warroom deliveries`, and cancel it there";

/// The message that an entry tells the end of.
pub(super) const fn about(fact: &Fact) -> Option<EntryId> {
    match fact {
        Fact::Delivered { of, .. } | Fact::Undelivered { of, .. } => Some(*of),
        _ => None,
    }
}

/// Whether a copy may say so of a page that the server sends as well: one that
/// it sent, or tried to, while it stood in for the server. Whoever was reached
/// was; and where it reached nobody, that pages the next one, and silences none.
pub(super) fn stood_in(incident: Option<&Incident>, entry: &Entry) -> bool {
    let (of, tried) = match &entry.fact {
        Fact::Delivered { of, .. } => (*of, true),
        Fact::Undelivered { of, fate, .. } => (*of, *fate == Fate::Failed),
        _ => return false,
    };
    let origin = incident.and_then(|incident| incident.entry(of));
    let pages = origin
        .is_some_and(|origin| matches!(origin.fact, Fact::Escalated { .. } | Fact::Paged { .. }));
    tried && pages && !entry.is_by_a_person()
}
