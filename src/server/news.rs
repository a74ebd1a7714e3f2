//! News for outside that are handed in: whether they may be published, here and
//! now, and nobody reads them twice (X2).

use crate::{
    domain::{
        entry::{Entry, answerable},
        fact::{Fact, Update},
        incident::{Incident, Refusal},
        update::Audience,
    },
    store::Accepting,
};

/// Why news are not taken that the public may have read.
pub(super) const OUT: &str = "this text is on its way to the public, or may be out already: see `deliveries`, and draft what is new (X2)";

/// Why news are not taken that were published elsewhere, as somebody says.
const ELSEWHERE: &str = "news for outside leave from here: what was published elsewhere is handed in by whoever brings its incident along (X2)";

/// What is published by this.
fn published(fact: &Fact) -> Option<&Update> {
    match fact {
        Fact::UpdateSent(update) if update.audience == Audience::External => Some(update),
        _ => None,
    }
}

/// Whether these may be published; those that are `told` were, elsewhere.
pub(super) fn may_be(incident: &Incident, entry: &Entry, told: bool) -> Result<(), Refusal> {
    match published(&entry.fact) {
        Some(update) if !told => incident.may_publish(update),
        Some(_) if !is_brought_along(incident, entry) => Err(Refusal::because(ELSEWHERE)),
        Some(_) | None => Ok(()),
    }
}

/// Whether whoever hands this in brought the whole incident: only with a log of
/// its own, given to this one, come news that left elsewhere.
fn is_brought_along(incident: &Incident, entry: &Entry) -> bool {
    let mut entries = incident.entries().iter();
    let opening = entries.find(|entry| matches!(entry.fact, Fact::Declared(_)));
    opening.is_some_and(|opening| answerable(&opening.by) == answerable(&entry.by))
}

/// Whether the public has read, somewhere where `fact` goes, what it says, or
/// may have. The log says it as well, but whoever writes there may be wrong:
/// the public is not told twice for that.
pub(super) fn is_out(tx: &Accepting<'_>, incident: &Incident, fact: &Fact) -> bool {
    let Some(news) = published(fact) else {
        return false;
    };
    let stopped = |id| {
        let mut known = incident.state().external.published.iter();
        let known = known.find(|sent| sent.entry == id);
        known.is_none_or(|sent| sent.stopped)
    };
    incident.entries().iter().any(|entry| {
        let before = published(&entry.fact).filter(|before| before.draft == news.draft);
        let channels = before.into_iter().flat_map(|before| &before.channels);
        let mut both = channels.filter(|to| news.channels.contains(to));
        both.any(|to| tx.is_out(entry.id, to, stopped(entry.id)))
    })
}
