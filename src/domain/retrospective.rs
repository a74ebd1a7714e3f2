//! Whether the team has to look back, why, and by when (V).

use chrono::{DateTime, Utc};

use super::{
    cadence,
    duty::{Due, Duty, Promise, Settled, Standing, judged},
    incident::Incident,
    phase::Phase,
    severity::Severity,
    span,
    text::{Name, Prose},
};

/// Why a retrospective is required (V1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The highest level ever held demands it (S4).
    Severity(Severity),
    /// It took longer than the limit; since when that is so.
    Long(DateTime<Utc>),
    /// It happened before, as a person confirmed.
    Recurring,
    /// It went wrong in a new way, as a person said.
    NewFailureMode,
}

/// Every reason that holds, or will hold if the incident goes on: one about
/// its length carries the instant at which it starts to hold.
pub fn reasons(incident: &Incident) -> Vec<Reason> {
    let state = incident.state();
    let rules = &incident.policy().retrospective;
    let mut reasons = Vec::new();
    if let Some(highest) = state
        .highest
        .filter(|highest| rules.severities.contains(highest))
    {
        reasons.push(Reason::Severity(highest));
    }
    let limit = incident.anchor() + rules.longer_than;
    match state.times.resolved.filter(|_| !incident.is_active()) {
        Some(resolved) if resolved > limit => reasons.push(Reason::Long(limit)),
        Some(_) => {}
        None if incident.phase() == Phase::Cancelled => {}
        None => reasons.push(Reason::Long(limit)),
    }
    if state.retrospective.recurs == Some(true) || state.recurrence_of.is_some() {
        reasons.push(Reason::Recurring);
    }
    if state.retrospective.new_failure_mode == Some(true) {
        reasons.push(Reason::NewFailureMode);
    }
    reasons
}

/// Whether it is required at `now`: while an incident runs, its length may not
/// have crossed the limit yet.
pub fn is_required(incident: &Incident, now: DateTime<Utc>) -> bool {
    reasons(incident).iter().any(|reason| reason.holds(now))
}

/// Owed 48 elapsed hours after the latest resolve, until it was held or waived
/// (V2). A date for it does not satisfy it.
pub(super) fn due(incident: &Incident) -> Option<Due> {
    if incident.phase() != Phase::Resolved || incident.state().drill || is_done(incident) {
        return None;
    }
    let resolved = incident.state().times.resolved?;
    let required = !reasons(incident).is_empty();
    let by = resolved + incident.policy().retrospective.within;
    required.then_some(Due {
        by,
        from: resolved,
        duty: Duty::Retrospective,
    })
}

fn is_done(incident: &Incident) -> bool {
    let retrospective = &incident.state().retrospective;
    retrospective.held.is_some() || retrospective.waived.is_some()
}

/// Whether the deadline falls on the team's weekend, which is worth a word (V2).
pub fn lands_on_a_weekend(incident: &Incident) -> bool {
    due(incident).is_some_and(|due| incident.policy().calendar.is_weekend(due.by))
}

/// What stands between an incident and its closing (V4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// Nobody said whether the failure mode is new.
    FailureMode,
    /// The final update is owed (U7).
    FinalUpdate,
    /// It is required, and was neither held nor waived.
    Retrospective,
    /// Nobody has that action item.
    Owner(Prose),
}

impl Missing {
    /// What is missing, in a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::FailureMode => "nobody has said whether the failure mode is new".to_owned(),
            Self::FinalUpdate => {
                "the final update is not out: send it first, or post it by hand".to_owned()
            }
            Self::Retrospective => "the retrospective was neither held nor waived".to_owned(),
            Self::Owner(what) => format!("the action item {:?} has no owner", what.as_str()),
        }
    }
}

/// What stands between the incident and its closing.
pub fn open_before_closing(incident: &Incident) -> Vec<Missing> {
    let state = incident.state();
    let mut open = Vec::new();
    if state.retrospective.new_failure_mode.is_none() {
        open.push(Missing::FailureMode);
    }
    if cadence::final_update_is_owed(incident) {
        open.push(Missing::FinalUpdate);
    }
    if due(incident).is_some() {
        open.push(Missing::Retrospective);
    }
    let actions = state.retrospective.actions.iter();
    let ownerless = actions.filter(|action| action.owner.is_none());
    open.extend(ownerless.map(|action| Missing::Owner(action.what.clone())));
    open
}

/// Who is to be there, as far as is known: everybody with a role or an entry,
/// and those whom a ladder reached (V3).
pub fn attendees(incident: &Incident) -> Vec<Name> {
    let mut people = incident.people();
    for fired in incident.state().ladder.fired.values() {
        let person = incident
            .policy()
            .contact(&fired.target)
            .map_or(&fired.target, |contact| &contact.person);
        if !people.contains(person) {
            people.push(person.clone());
        }
    }
    people
}

pub(super) fn settled(incident: &Incident) -> Option<Settled> {
    let state = incident.state();
    let what = Promise::Retrospective;
    if let Some(at) = state.retrospective.held {
        let resolved = state.times.resolved.unwrap_or(at);
        let owed = resolved + incident.policy().retrospective.within;
        let standing = judged(&state.retrospective.held_by, at, resolved, Some(owed));
        return Some(Settled { what, standing });
    }
    if let Some((role, _)) = &state.retrospective.waived {
        return Some(Settled {
            what,
            standing: Standing::NotApplicable(format!("waived by {role}")),
        });
    }
    let over = !incident.is_active() && reasons(incident).is_empty();
    over.then(|| Settled {
        what,
        standing: Standing::NotApplicable("not required".to_owned()),
    })
}

impl Reason {
    /// Whether it holds already: what runs has not crossed the limit yet.
    pub fn holds(&self, now: DateTime<Utc>) -> bool {
        match self {
            Self::Long(limit) => now > *limit,
            Self::Severity(_) | Self::Recurring | Self::NewFailureMode => true,
        }
    }

    /// Why, in a few words: `over 30m`.
    pub fn words(&self, incident: &Incident) -> String {
        match self {
            Self::Severity(severity) => format!("it was {severity}"),
            Self::Long(_) => format!(
                "over {}",
                span::format(incident.policy().retrospective.longer_than)
            ),
            Self::Recurring => "recurring".to_owned(),
            Self::NewFailureMode => "a new failure mode".to_owned(),
        }
    }
}
