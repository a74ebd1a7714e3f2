//! What is owed, in words.

use crate::domain::{
    duty::Duty,
    entry::EntryId,
    escalation,
    fact::StepId,
    incident::{Field, Incident},
    retrospective,
    text::Name,
};

/// What a duty is called in JSON, and what it asks for in words.
pub fn duty(incident: &Incident, duty: &Duty) -> (&'static str, String) {
    let policy = incident.policy();
    match duty {
        Duty::Respond(severity) => {
            let within = policy.level(*severity).respond.words();
            (
                "respond",
                format!("acknowledge: {severity} target {within}"),
            )
        }
        Duty::Triage => ("triage", "decide the severity; it waits as P1".to_owned()),
        Duty::Resolve(severity) => {
            let within = policy.level(*severity).resolve.words();
            ("resolve", format!("resolve: {severity} target {within}"))
        }
        Duty::Escalate {
            step, target, asks, ..
        } => ("escalate", escalation_to(incident, (step, target), *asks)),
        Duty::HoldEnds => (
            "hold_ends",
            "the hold ends; late steps fire then".to_owned(),
        ),
        Duty::FirstNotice => (
            "first_notice",
            format!("first notice: {}", told_in(incident)),
        ),
        Duty::Update => ("update", format!("update: {}", told_in(incident))),
        Duty::FinalUpdate => (
            "final_update",
            format!("final update: {}", told_in(incident)),
        ),
        Duty::External => (
            "external",
            format!("tell the public: {}", policy.external.place),
        ),
        Duty::FinalExternal => (
            "final_external",
            format!("tell the public that it is over: {}", policy.external.place),
        ),
        Duty::Settle(field) => (settle(*field), conflict(incident, *field)),
        Duty::Answer { of, ask } => ("answer", request(incident, of, *ask)),
        Duty::Retrospective => {
            let weekend = if retrospective::lands_on_a_weekend(incident) {
                ", on a weekend"
            } else {
                ""
            };
            ("retrospective", format!("hold the retrospective{weekend}"))
        }
    }
}

/// Where an update goes; of a private incident nothing leaves (X4).
fn told_in(incident: &Incident) -> &str {
    if incident.state().private {
        return "private, by hand";
    }
    &incident.policy().update.place
}

fn escalation_to(incident: &Incident, (step, target): (&StepId, &Name), asks: bool) -> String {
    let policy = incident.policy();
    let person = policy
        .contact(target)
        .map(|contact| format!(" ({})", contact.person))
        .unwrap_or_default();
    let step = policy.step(step).map(|(_, step)| step);
    let by_hand = match step.and_then(|step| escalation::reach_from(incident, step)) {
        Some(_) => "",
        None => ", by hand",
    };
    let asks = if asks { ", to be confirmed" } else { "" };
    format!("escalate to {target}{person}{by_hand}{asks}")
}

fn request(incident: &Incident, of: &Name, ask: EntryId) -> String {
    let mut asks = incident.state().asks.iter();
    let known = asks.find(|known| known.entry == ask);
    let what = known.map(|known| known.asked.what.to_string());
    format!("{of}: {}", what.unwrap_or_default())
}

const fn settle(field: Field) -> &'static str {
    match field {
        Field::Severity => "settle_severity",
        Field::Title => "settle_title",
        Field::Impact => "settle_impact",
        Field::Service => "settle_service",
        Field::Eta => "settle_eta",
        Field::NextUpdate => "settle_next_update",
        Field::Commander => "settle_commander",
        Field::Phase => "settle_phase",
    }
}

fn conflict(incident: &Incident, field: Field) -> String {
    let known = incident.conflict(field);
    known.map_or_else(String::new, |conflict| conflict.words())
}
