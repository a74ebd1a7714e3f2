//! Sentences about how things stand.

use chrono::{DateTime, Utc};

use crate::{
    domain::{fact::Health, incident::Incident, span, text::Name},
    ui::format,
};

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
    format::clock_on_day(at, now)
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
