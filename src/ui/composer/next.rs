//! When the next update follows, as it is filled in and as people type it.

use chrono::{DateTime, Utc};

use crate::domain::{
    when::{self, TimeError},
    zone::Zone,
};

/// When the next update follows. What is promised lies ahead, so `30m` says
/// enough.
pub(super) fn promised(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, TimeError> {
    match when::parse_time(text, now, Zone::UTC) {
        Err(TimeError::NoDirection(span)) => when::parse_time(&format!("+{span}"), now, Zone::UTC),
        read => read,
    }
}

/// `14:30 UTC`, with the date where that is another day: by itself it would be
/// read as today's.
pub(super) fn clock(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let is_today = at.date_naive() == now.date_naive();
    let format = if is_today {
        "%H:%M UTC"
    } else {
        "%Y-%m-%d %H:%M UTC"
    };
    at.format(format).to_string()
}
