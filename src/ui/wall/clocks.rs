//! The clocks of an incident, the most pressing first: what did not arrive,
//! what is left to people, and what falls due.

use chrono::{DateTime, Utc};

use super::Wall;
use crate::{
    domain::{
        duty::{self, Due, Duty, duties},
        escalation,
        incident::{Field, Incident},
        notice::{Delivery, DeliveryState, Purpose},
        policy::Step,
    },
    ui::{format, pane::outbox, theme::Role},
};

/// One of them, in the words for a room.
pub(super) struct Clock {
    /// `ESCALATES TO`, `PAGE NOT SENT`.
    pub label: String,
    /// `Engineering Manager`.
    pub what: String,
    /// Who stands behind it, where names may be shown.
    pub person: Option<String>,
    /// What it counts to, or from.
    pub at: DateTime<Utc>,
    /// `07:22`, `+03:10`.
    pub value: String,
    /// How it looks.
    pub role: Role,
    /// Nothing happens by itself any more: its words have to be big as well.
    pub alarm: bool,
    /// The part of its time that is used up; all of it where it counts up.
    pub used: f64,
}

/// Every clock, as NEXT has them in the console: a message that did not arrive
/// and a step that nobody takes by itself come before any deadline.
pub(super) fn of(wall: &Wall, incident: &Incident, now: DateTime<Utc>) -> Vec<Clock> {
    let left = escalation::left_to_people(incident)
        .map(|(_, step, at)| by_hand(wall, incident, step, at, now));
    let dues = duties(incident);
    let dues = dues.iter().filter(|due| due.duty.is_urgent());
    let dues = dues.map(|due| of_due(wall, incident, due, now));
    refused(wall, incident, now)
        .into_iter()
        .chain(not_sent(wall, incident, now))
        .chain(left)
        .chain(dues)
        .collect()
}

/// That only this host has the incident, so that no engine climbs for it.
fn refused(wall: &Wall, incident: &Incident, now: DateTime<Utc>) -> Option<Clock> {
    let why = wall.app.shared.refused_whole(incident)?;
    let at = incident.state().times.declared;
    Some(Clock {
        label: "NOBODY IS PAGED".to_owned(),
        what: "refused by the server".to_owned(),
        person: (!wall.redact).then(|| why.to_string()),
        at,
        value: format::countdown(at - now),
        role: Role::Over,
        alarm: true,
        used: 1.0,
    })
}

/// The worst message of the incident that did not arrive.
fn not_sent(wall: &Wall, incident: &Incident, now: DateTime<Utc>) -> Option<Clock> {
    let failing = outbox::failing(&wall.app).into_iter();
    let mut failing = failing.filter(|one| one.intent.incident == incident.id);
    let worst = failing.next()?;
    let more = match failing.count() {
        0 => String::new(),
        more => format!(", +{more} more"),
    };
    let state = outbox::trouble(worst);
    let role = match worst.state {
        DeliveryState::Dead => Role::Over,
        DeliveryState::Queued
        | DeliveryState::InFlight
        | DeliveryState::Sent
        | DeliveryState::Uncertain
        | DeliveryState::Cancelled => Role::Soon,
    };
    let why = Some(&worst.last_error).filter(|why| !wall.redact && !why.is_empty());
    Some(Clock {
        label: label_of(worst),
        what: format!("by {}: {state}{more}", worst.intent.channel),
        person: why.map(ToString::to_string),
        at: worst.created_at,
        value: format::countdown(worst.created_at - now),
        role,
        alarm: true,
        used: 1.0,
    })
}

/// `PAGE NOT SENT`.
fn label_of(delivery: &Delivery) -> String {
    let what = match delivery.intent.purpose {
        Purpose::Page => "PAGE",
        Purpose::Update => "UPDATE",
        Purpose::LateNotice => "NOTICE",
        Purpose::Public => "NEWS",
    };
    let in_doubt = delivery.state == DeliveryState::Uncertain;
    let how = if in_doubt { "IN DOUBT" } else { "NOT SENT" };
    format!("{what} {how}")
}

/// A step that was passed over since nobody could be paged.
fn by_hand(
    wall: &Wall,
    incident: &Incident,
    step: &Step,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Clock {
    Clock {
        label: "TELL BY HAND".to_owned(),
        what: step.target.to_string(),
        person: behind(wall, incident, &step.target),
        at,
        value: format::countdown(at - now),
        role: Role::Over,
        alarm: true,
        used: 1.0,
    }
}

fn of_due(wall: &Wall, incident: &Incident, due: &Due, now: DateTime<Utc>) -> Clock {
    let (label, what) = label(incident, due);
    Clock {
        label: overdue(label, due, now),
        what,
        person: person(wall, incident, due),
        at: due.by,
        value: format::countdown(due.by - now),
        role: match due.clock(now) {
            duty::Clock::Running => Role::Calm,
            duty::Clock::DueSoon => Role::Soon,
            duty::Clock::Overdue => Role::Over,
        },
        alarm: false,
        used: due.used(now),
    }
}

/// What a countdown counts down to, and for whom.
pub(super) fn label(incident: &Incident, due: &Due) -> (&'static str, String) {
    let policy = incident.policy();
    let within = |severity, within: crate::domain::policy::Within| {
        format!("{severity} target {}", within.words())
    };
    match &due.duty {
        Duty::Respond(severity) => (
            "ACKNOWLEDGE IN",
            within(severity, policy.level(*severity).respond),
        ),
        Duty::Triage => ("DECIDE SEVERITY IN", "counts as P1 until then".to_owned()),
        Duty::Resolve(severity) => (
            "RESOLVE IN",
            within(severity, policy.level(*severity).resolve),
        ),
        Duty::Escalate { step, target, .. } => {
            let reached = policy
                .step(step)
                .and_then(|(_, step)| escalation::reach_from(incident, step));
            let label = reached.map_or("TELL BY HAND IN", |_| "ESCALATES TO");
            (label, target.to_string())
        }
        Duty::HoldEnds => ("HOLD ENDS IN", "late steps fire then".to_owned()),
        Duty::FirstNotice => ("FIRST NOTICE DUE IN", policy.update.place.to_string()),
        Duty::Update => ("UPDATE DUE IN", policy.update.place.to_string()),
        Duty::FinalUpdate => ("LAST UPDATE DUE IN", policy.update.place.to_string()),
        Duty::External | Duty::FinalExternal => {
            ("TELL THE PUBLIC IN", policy.external.place.to_string())
        }
        Duty::Settle(Field::Severity) => ("SETTLE SEVERITY", "two people disagree".to_owned()),
        Duty::Settle(Field::Phase) => ("SETTLE", "is it over? two disagree".to_owned()),
        Duty::Settle(field) => ("SETTLE", format!("{}: two people disagree", field.word())),
        Duty::Answer { .. } => ("ANSWER DUE IN", "a request".to_owned()),
        Duty::Retrospective => ("RETROSPECTIVE IN", String::new()),
    }
}

/// The label of a clock that counts up.
fn overdue(label: &str, due: &Due, now: DateTime<Utc>) -> String {
    match due.clock(now) {
        duty::Clock::Running | duty::Clock::DueSoon => label.to_owned(),
        duty::Clock::Overdue => format!("OVERDUE: {}", label.trim_end_matches(" IN")),
    }
}

/// Who stands behind it, where names may be shown.
fn person(wall: &Wall, incident: &Incident, due: &Due) -> Option<String> {
    match &due.duty {
        Duty::Escalate { target, .. } => behind(wall, incident, target),
        Duty::Answer { of, .. } => (!wall.redact).then(|| of.to_string()),
        Duty::Respond(_)
        | Duty::Triage
        | Duty::Resolve(_)
        | Duty::HoldEnds
        | Duty::FirstNotice
        | Duty::Update
        | Duty::FinalUpdate
        | Duty::External
        | Duty::FinalExternal
        | Duty::Settle(_)
        | Duty::Retrospective => None,
    }
}

fn behind(wall: &Wall, incident: &Incident, target: &str) -> Option<String> {
    let contact = incident.policy().contact(target)?;
    (!wall.redact).then(|| contact.person.to_string())
}
