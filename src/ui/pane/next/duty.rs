//! How an open duty is worded: what it is, and whom it is about.

use super::ESCALATE;
use crate::{
    domain::{
        duty::{Due, Duty},
        escalation,
        external::may_approve,
        fact::StepId,
        incident::Incident,
        policy::Policy,
    },
    ui::{
        action::Action,
        app::{App, begun_by},
    },
};

/// ` (mia)`, behind the target of a step.
pub(super) fn person(incident: &Incident, target: &str) -> String {
    let contact = incident.policy().contact(target);
    contact
        .map(|contact| format!(" ({})", contact.person))
        .unwrap_or_default()
}

/// Where there is little room the target is cut, and not that it is by hand.
pub(super) fn told_by_hand(target: &str, person: &str) -> Vec<String> {
    vec![
        format!("{target}{person}, by hand"),
        format!("{target}, by hand"),
        format!("by hand: {target}"),
    ]
}

/// The word of the duty, and ways to say what it is about.
pub(super) fn words(app: &App, incident: &Incident, due: &Due) -> (&'static str, Vec<String>) {
    let policy = incident.policy();
    let (word, what) = match &due.duty {
        Duty::Escalate {
            step, target, asks, ..
        } => {
            return (ESCALATE, escalates(incident, step, target, *asks));
        }
        Duty::External => return ("EXTERNAL", external(app, incident, policy)),
        Duty::FinalExternal => return ("EXTERNAL", over(app, incident)),
        Duty::FirstNotice => return ("UPDATE", said_in(app, incident, "first notice")),
        Duty::FinalUpdate => return ("UPDATE", said_in(app, incident, "last one")),
        Duty::Respond(severity) => (
            "ACK",
            format!(
                "{severity} target {}",
                policy.level(*severity).respond.words()
            ),
        ),
        Duty::Triage => ("SEVERITY", "decide it; assume P1 until then".to_owned()),
        Duty::Resolve(severity) => (
            "RESOLVE",
            format!(
                "{severity} target {}",
                policy.level(*severity).resolve.words()
            ),
        ),
        Duty::HoldEnds => ("HOLD", "ends; late steps fire then".to_owned()),
        Duty::Update => ("UPDATE", place(app, incident)),
        Duty::Settle(field) => {
            let known = incident.conflict(*field);
            let ways = known.map(|conflict| conflict.ways_to_say_it());
            return ("CONFLICT", ways.unwrap_or_default());
        }
        Duty::Answer { of, ask } => {
            let what = incident
                .state()
                .asks
                .iter()
                .find(|known| known.entry == *ask)
                .map(|known| known.asked.what.to_string());
            ("ANSWER", format!("{of}: {}", what.unwrap_or_default()))
        }
        Duty::Retrospective => {
            let weekend = if crate::domain::retrospective::lands_on_a_weekend(incident) {
                ", a weekend"
            } else {
                ""
            };
            (
                "RETRO",
                format!("due {}{weekend}", due.by.format("%a %H:%MZ")),
            )
        }
    };
    (word, vec![what])
}

fn escalates(incident: &Incident, step: &StepId, target: &str, asks: bool) -> Vec<String> {
    let policy = incident.policy();
    let person = person(incident, target);
    let reached = policy
        .step(step)
        .and_then(|(_, step)| escalation::reach_from(incident, step));
    let ways = match reached {
        Some(_) => vec![format!("{target}{person}"), target.to_owned()],
        None => told_by_hand(target, &person),
    };
    if !asks {
        return ways;
    }
    let asked = ways.iter().map(|way| format!("{way}, if confirmed"));
    let short = ways.last().map(|way| format!("{way}?"));
    asked.chain(short).collect()
}

/// Where an update goes; of a private incident nothing leaves (X4).
fn place(app: &App, incident: &Incident) -> String {
    if incident.state().private {
        return "private, by hand".to_owned();
    }
    if app.settings.inside.is_empty() {
        return incident.policy().update.place.to_string();
    }
    app.settings
        .inside
        .iter()
        .map(crate::domain::text::Text::as_str)
        .collect::<Vec<_>>()
        .join(" + ")
}

/// What kind of update it is counts: where there is no room, the place goes.
fn said_in(app: &App, incident: &Incident, kind: &str) -> Vec<String> {
    let place = place(app, incident);
    let usual = format!("{kind}: {place}");
    if incident.state().private {
        return vec![usual, format!("{kind}, by hand")];
    }
    vec![format!("{place} {kind}"), usual, kind.to_owned()]
}

/// That it is over, and how to say so.
fn over(app: &App, incident: &Incident) -> Vec<String> {
    let mut ways = external(app, incident, incident.policy());
    for way in &mut ways {
        way.insert_str(0, "it is over: ");
    }
    ways
}

/// What is next with the news for outside, and how to do it.
pub(super) fn external(app: &App, incident: &Incident, policy: &Policy) -> Vec<String> {
    let action = begun_by(incident, &Duty::External);
    let next = match action {
        Action::ComposeOutside => "draft public news",
        Action::Publish => "publish it",
        Action::PaneOutbox => "not out yet: OUTBOX",
        _ if may_approve(incident, &app.settings.me).is_ok() => "approve it",
        _ => return outside(policy, "wait for approval", "approval"),
    };
    // How to do it counts more than where it goes.
    let key = app.keymap.key_of(action);
    let key = key.unwrap_or_else(|| format!(":{action}"));
    outside(policy, &format!("{next} ({key})"), next)
}

fn outside(policy: &Policy, next: &str, short: &str) -> Vec<String> {
    let place = format!("{}: {next}", policy.external.place);
    vec![place, next.to_owned(), short.to_owned()]
}
