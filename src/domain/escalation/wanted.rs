//! Whether a page that has not left is wanted still, once more is known than
//! when somebody asked for it: what came with it, out of touch, may have ended
//! what it was for.

use std::sync::Arc;

use super::{held_until, is_stopped, unheard::has_come};
use crate::domain::{
    board::Board,
    entry::{Entry, EntryId, IncidentId},
    fact::Fact,
    incident::Incident,
    policy::{Rung, Until},
};

/// What becomes of a page that has not left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It leaves.
    Now,
    /// Not while the ladders wait (E11).
    Later,
    /// It left already, from where it was asked for.
    Sent,
    /// Never, and why.
    Never(&'static str),
}

/// What becomes of the page that the entry asked for, by what was recorded after
/// it. What was so before is no reason: whoever asked knew of it.
///
/// One of an incident that goes on in another is wanted as long as that one is:
/// there it counts as sent (R3).
pub fn wanted(board: &Board, incident: IncidentId, page: EntryId) -> Wanted {
    let Some(incident) = board.get(incident) else {
        return Wanted::Now;
    };
    let Some((page, since)) = since(incident, page) else {
        return Wanted::Now;
    };
    let told = |fact: &Fact| matches!(fact, Fact::Delivered { of, .. } if *of == page.id);
    if any(incident, since, told) {
        return Wanted::Sent;
    }
    if any(incident, since, ends) && !goes_on(board, incident) {
        return Wanted::Never("it was over before that left");
    }
    match &page.fact {
        Fact::Escalated { step, target, .. } if incident.is_active() => {
            let rung = incident.policy().rung_that_told(step, target);
            wanted_step(incident, &rung, since)
        }
        Fact::Paged { .. } if has_come(incident, page.id) => Wanted::Never("who is meant had come"),
        _ => Wanted::Now,
    }
}

/// The entry of that name, and what came after it.
fn since(incident: &Incident, page: EntryId) -> Option<(&Entry, &[Arc<Entry>])> {
    let (page, since) = incident.entries()[incident.place(page)?..].split_first()?;
    Some((page, since))
}

/// Whether one of these entries says so, and counts.
fn any(incident: &Incident, entries: &[Arc<Entry>], says: impl Fn(&Fact) -> bool) -> bool {
    let overtaken = &incident.state().superseded;
    entries.iter().any(|entry| {
        let counts =
            !overtaken.contains_key(&entry.id) && incident.retracted_by(entry.id).is_none();
        counts && says(&entry.fact)
    })
}

const fn ends(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Resolved { .. } | Fact::Cancelled { .. } | Fact::Merged { .. }
    )
}

/// Whether people still work on it, here or where it goes on.
fn goes_on(board: &Board, incident: &Incident) -> bool {
    let into = incident
        .state()
        .merged_into
        .and_then(|into| board.get(into));
    into.unwrap_or(incident).is_active()
}

fn wanted_step(incident: &Incident, rung: &Rung, since: &[Arc<Entry>]) -> Wanted {
    let policy = incident.policy();
    let step = policy.place(rung).and_then(|id| policy.step(&id));
    let until = step.map(|(ladder, step)| step.until(ladder));
    let came = until.is_some_and(|until| {
        is_stopped(incident, until) && any(incident, since, |fact| stops(until, fact))
    });
    if came {
        return Wanted::Never("what stops it had come before that left");
    }
    let holds = |fact: &Fact| matches!(fact, Fact::Held { .. });
    if held_until(incident).is_some() && any(incident, since, holds) {
        return Wanted::Later;
    }
    Wanted::Now
}

const fn stops(until: Until, fact: &Fact) -> bool {
    match until {
        Until::Acknowledged => matches!(fact, Fact::Acknowledged {}),
        Until::Mitigated => matches!(fact, Fact::Mitigated {}),
        Until::Resolved => ends(fact),
    }
}
