//! When the company is told next (U1).

use chrono::{DateTime, Utc};

use super::{
    duty::{Due, Duty, Promise, Settled, judged},
    fact::Fact,
    incident::{Incident, Outbound},
    phase::Phase,
    policy::Within,
    severity::Severity,
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
        None => first_due(incident, incident.assumed_severity()),
    })
}

/// How the first notice went, once one is out: against the severity of that
/// moment, since what was met stays met (S3).
pub(super) fn first_settled(incident: &Incident) -> Option<Settled> {
    let posted = |sent: &Outbound| Some((sent.posted_at()?, sent.by.clone()));
    let updates = incident.state().updates.iter();
    let (at, by) = updates.filter_map(posted).min_by_key(|(at, _)| *at)?;
    let due = first_due(incident, severity_at(incident, at));
    Some(Settled {
        what: Promise::FirstNotice,
        standing: judged(&by, at, due.from, Some(due.by)),
    })
}

/// The severity as it stood at `at`; as bad as it can be before one was set.
fn severity_at(incident: &Incident, at: DateTime<Utc>) -> Severity {
    let level = |fact: &Fact| match fact {
        Fact::Declared(declaration) => declaration.severity,
        Fact::SeverityChanged { to, .. } => Some(*to),
        _ => None,
    };
    let entries = incident.entries().iter();
    entries
        .filter_map(|entry| Some((entry, level(&entry.fact)?)))
        .filter(|(entry, _)| incident.at(entry) <= at)
        .rfind(|(entry, _)| incident.retracted_by(entry.id).is_none())
        .map_or(Severity::P1, |(_, level)| level)
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

/// When the last update that is out was posted, and what it promised. One that
/// no channel took leaves the duty as it was (U6).
pub fn last_posted(incident: &Incident) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
    incident
        .state()
        .updates
        .iter()
        .filter_map(|sent| Some((sent.posted_at()?, sent.update.form.next)))
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
fn first_due(incident: &Incident, severity: Severity) -> Due {
    let policy = incident.policy();
    let from = incident.state().times.declared;
    let level = policy.level(severity);
    let within = match level.respond {
        Within::Span(span) => span.min(policy.update.first_within),
        Within::NextBusinessDay => policy.update.first_within,
    };
    let by = if level.business_hours {
        policy.calendar.add_business(from, within)
    } else {
        from + within
    };
    Due {
        by,
        from,
        duty: Duty::FirstNotice,
    }
}

/// After resolving, the last update is owed in the time of the one before.
fn final_due(incident: &Incident) -> Option<Due> {
    let resolved = incident.state().times.resolved?;
    let told = incident
        .state()
        .updates
        .iter()
        .any(|sent| sent.update.last && sent.at >= resolved && sent.posted_at().is_some());
    (!told).then(|| {
        let by = match last_posted(incident) {
            Some((at, promised)) => next_due(incident, at, promised).max(resolved),
            None => first_due(incident, incident.assumed_severity())
                .by
                .max(resolved),
        };
        Due {
            by,
            from: resolved.min(by),
            duty: Duty::FinalUpdate,
        }
    })
}
