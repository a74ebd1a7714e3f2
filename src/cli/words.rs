//! Sentences about what is owed and how things stand.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        duty::Duty,
        entry::EntryId,
        escalation,
        fact::Health,
        incident::{Field, Incident},
        policy::Policy,
        retrospective, span,
        text::Name,
    },
    ui::format,
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
        Duty::Escalate { target, asks, .. } => ("escalate", escalation_to(policy, target, *asks)),
        Duty::HoldEnds => (
            "hold_ends",
            "the hold ends; late steps fire then".to_owned(),
        ),
        Duty::FirstNotice => (
            "first_notice",
            format!("first notice: {}", policy.update.place),
        ),
        Duty::Update => ("update", format!("update: {}", policy.update.place)),
        Duty::FinalUpdate => (
            "final_update",
            format!("final update: {}", policy.update.place),
        ),
        Duty::External => (
            "external",
            format!("tell the public: {}", policy.external.place),
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

fn escalation_to(policy: &Policy, target: &Name, asks: bool) -> String {
    let person = policy
        .contact(target)
        .map(|contact| format!(" ({})", contact.person))
        .unwrap_or_default();
    let by_hand = if escalation::reaches_anybody(policy) {
        ""
    } else {
        ", by hand"
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
    }
}

fn conflict(incident: &Incident, field: Field) -> String {
    let known = incident.conflict(field);
    known.map_or_else(String::new, |conflict| conflict.words())
}

/// `in 15m`, or `overdue by 1m40`.
pub fn left(due: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if due > now {
        format!("in {}", format::short(due - now))
    } else {
        format!("overdue by {}", format::short(now - due))
    }
}

/// `2026-01-22 14:15:00Z`.
pub fn stamp(at: DateTime<Utc>) -> String {
    format!("{} {}", format::day(at), format::clock(at))
}

/// `14:15Z`, with its date where that is not today.
pub fn time(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let time = format::clock_minutes(at);
    if at.date_naive() == now.date_naive() {
        time
    } else {
        format!("{} {time}", format::day(at))
    }
}

/// `P2`, or that nobody decided it.
pub fn severity(incident: &Incident) -> String {
    incident
        .severity()
        .map_or_else(|| "not set".to_owned(), |severity| severity.to_string())
}

/// One line about all probes.
pub fn health<'a>(
    probes: impl Iterator<Item = (&'a Name, Health, DateTime<Utc>)>,
    now: DateTime<Utc>,
) -> String {
    let words: Vec<String> = probes
        .map(|(name, health, since)| match health {
            Health::Up => format!("{name} ok"),
            Health::Degraded | Health::Down | Health::Unknown | Health::Stale => {
                let since = time(since, now);
                format!("{name} {} since {since}", health.word())
            }
        })
        .collect();
    if words.is_empty() {
        return "nothing is known: no probe has changed yet".to_owned();
    }
    words.join(", ")
}

/// A length of time as `span` writes it.
pub fn length(seconds: i64) -> String {
    span::format(chrono::TimeDelta::seconds(seconds))
}
