//! What an ETA means, as people word it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{when, zone::Zone};

/// The instant that an ETA means: `2 hours` and `45m` count from when it was
/// said; `16:30 UTC` is a time. Other words mean none.
pub fn eta_at(text: &str, said: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let text = text.trim().trim_start_matches('~').trim();
    if let Some(span) = spoken_span(text) {
        return Some(said + span);
    }
    let has_clock = text.contains(':');
    when::parse_time(text, said, Zone::UTC)
        .ok()
        .filter(|_| has_clock)
}

fn spoken_span(text: &str) -> Option<TimeDelta> {
    let mut words = text.split_whitespace();
    let (count, unit) = match (words.next(), words.next(), words.next()) {
        (Some(count), Some(unit), None) => (count, unit),
        (Some(_), None, None) => return crate::domain::span::parse(text).ok(),
        _ => return None,
    };
    let count: i64 = count
        .parse()
        .ok()
        .filter(|count| (0..10_000).contains(count))?;
    match unit.trim_end_matches('s') {
        "minute" | "min" => Some(TimeDelta::minutes(count)),
        "hour" | "hr" => Some(TimeDelta::hours(count)),
        "day" => Some(TimeDelta::days(count)),
        _ => None,
    }
}
