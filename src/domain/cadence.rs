//! When the company is told next (U1).

use chrono::{DateTime, Utc};

use super::{
    duty::{Due, Duty, Promise, Settled, judged},
    incident::{Incident, State, Told},
    phase::Phase,
    policy::Within,
};

/// The next internal update, or the last one after resolving (U7).
pub(super) fn update_due(incident: &Incident) -> Option<Due> {
    if incident.phase() == Phase::Resolved {
        return final_due(incident);
    }
    if !incident.is_active() {
        return None;
    }
    Some(match last_posted(incident) {
        Some((at, promised)) => Due {
            by: next_due(incident, at, promised),
            from: at,
            duty: Duty::Update,
        },
        None => first_due(incident),
    })
}

/// The latest time at which an update is allowed to be promised, from `posted`.
///
/// Counted from the last posted update, not from a fixed grid; P4 pauses
/// outside business hours.
pub fn latest_promise(incident: &Incident, posted: DateTime<Utc>) -> DateTime<Utc> {
    let severity = incident.assumed_severity();
    let every = incident.policy().update_every(severity);
    if incident.policy().level(severity).business_hours {
        incident.policy().calendar.add_business(posted, every)
    } else {
        posted + every
    }
}

/// When the last update that is out was said, and what it promised. One that
/// no channel took leaves the duty as it was (U6).
pub fn last_posted(incident: &Incident) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    incident
        .state()
        .updates
        .iter()
        .filter_map(|sent| Some((sent.told_at()?, sent.update.form.next)))
        .max_by_key(|(at, _)| *at)
}

fn next_due(
    incident: &Incident,
    posted: DateTime<Utc>,
    promised: Option<DateTime<Utc>>,
) -> DateTime<Utc> {
    let allowed = latest_promise(incident, posted);
    match promised {
        Some(promised) if incident.state().long_running.is_some() => promised,
        Some(promised) => promised.min(allowed),
        None => allowed,
    }
}

/// The first notice: from the declaration, within the response target or half
/// an hour, whichever is less.
pub(super) fn first_notice_by(state: &State) -> DateTime<Utc> {
    let policy = &state.policy;
    let from = state.times.declared;
    let level = policy.level(state.assumed_severity());
    let within = match level.respond {
        Within::Span(span) => span.min(policy.update.first_within),
        Within::NextBusinessDay => policy.update.first_within,
    };
    if level.business_hours {
        policy.calendar.add_business(from, within)
    } else {
        from + within
    }
}

fn first_due(incident: &Incident) -> Due {
    let state = incident.state();
    Due {
        by: first_notice_by(state),
        from: state.times.declared,
        duty: Duty::FirstNotice,
    }
}

/// Whether the company heard of it in time, once it has heard (U1).
pub(super) fn settled(incident: &Incident) -> Option<Settled> {
    let state = incident.state();
    let Told { by, at, deadline } = state.first_notice.as_ref()?;
    Some(Settled {
        what: Promise::FirstNotice,
        standing: judged(by, *at, state.times.declared, Some(*deadline)),
    })
}

/// Whether nobody has said yet that it is over (U7); closing waits for it.
pub(super) fn final_update_is_owed(incident: &Incident) -> bool {
    let Some(resolved) = incident.state().times.resolved else {
        return false;
    };
    let mut updates = incident.state().updates.iter();
    let told =
        updates.any(|sent| sent.update.last && sent.at >= resolved && sent.posted_at().is_some());
    incident.phase() == Phase::Resolved && !told
}

/// After resolving, the last update is owed in the time of the one before.
fn final_due(incident: &Incident) -> Option<Due> {
    let resolved = incident.state().times.resolved?;
    final_update_is_owed(incident).then(|| {
        let by = match last_posted(incident) {
            Some((at, promised)) => next_due(incident, at, promised).max(resolved),
            None => first_due(incident).by.max(resolved),
        };
        Due {
            by,
            from: resolved.min(by),
            duty: Duty::FinalUpdate,
        }
    })
}
