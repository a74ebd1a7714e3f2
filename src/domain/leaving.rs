//! What people confirmed and has not left: the hold is the tool's own, and makes
//! nobody late.

use chrono::{DateTime, Utc};

use super::{
    duty::{Due, Duty},
    incident::{Incident, Outbound},
};

/// What was confirmed and has not left, and settles that duty once it has.
pub fn leaving<'i>(incident: &'i Incident, duty: &Duty) -> Option<&'i Outbound> {
    let state = incident.state();
    let sent = match duty {
        Duty::FirstNotice | Duty::Update | Duty::FinalUpdate => &state.updates,
        Duty::External | Duty::FinalExternal => &state.external.published,
        Duty::Respond(_)
        | Duty::Triage
        | Duty::Resolve(_)
        | Duty::Escalate { .. }
        | Duty::HoldEnds
        | Duty::Settle(_)
        | Duty::Answer { .. }
        | Duty::Retrospective => return None,
    };
    let is_final = matches!(duty, Duty::FinalUpdate | Duty::FinalExternal);
    let settles = |sent: &&Outbound| !is_final || sent.update.last;
    let mut waiting = sent.iter().filter(|sent| sent.leaves_until().is_some());
    waiting.rfind(settles)
}

/// Whether that duty is done as far as it is for people, and its news leave.
pub fn is_leaving(incident: &Incident, duty: &Duty, now: DateTime<Utc>) -> bool {
    until(incident, duty).is_some_and(|until| now < until)
}

/// By when the duty is owed: not before what is on its way should have left.
pub(super) fn not_before(incident: &Incident, due: &Due) -> DateTime<Utc> {
    let until = until(incident, &due.duty);
    until.map_or(due.by, |until| due.by.max(until))
}

fn until(incident: &Incident, duty: &Duty) -> Option<DateTime<Utc>> {
    leaving(incident, duty)?.leaves_until()
}
