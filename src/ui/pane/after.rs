//! What is left of incidents that are over, in a few words.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        incident::Incident,
        left::{Left, left_of},
    },
    ui::format,
};

/// `retrospective 47h, 2 action items`, or `retrospective 47h, +1`: ways to say
/// it, the longest first; empty where nothing is left.
pub fn ways(left: &[Left], now: DateTime<Utc>) -> Vec<String> {
    let each = |left: &Left| match left.by() {
        Some(by) => format!("{} {}", left.words(), format::countdown(by - now)),
        None => left.words(),
    };
    let parts: Vec<String> = left.iter().map(each).collect();
    match parts.as_slice() {
        [] => Vec::new(),
        [only] => vec![only.clone()],
        [first, more @ ..] => vec![parts.join(", "), format!("{first}, +{}", more.len())],
    }
}

/// The shortest way to say what is left of `incident`; `None` where nothing is.
pub fn short(incident: &Incident, now: DateTime<Utc>) -> Option<String> {
    ways(&left_of(incident), now).pop()
}
