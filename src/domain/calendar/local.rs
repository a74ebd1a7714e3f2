//! What a clock on the wall means: local times that exist not at all, once, or
//! twice (T4).

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::domain::zone::Zone;

/// A local time that the clock shows twice, because it is turned back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} is shown twice in {}, because the clocks are turned back: write {} (the earlier one) or {} (the later one)",
    .earlier.format("%Y-%m-%d %H:%M"),
    .zone.name(),
    .earlier.format("%Y-%m-%d %H:%M%:z"),
    .later.format("%Y-%m-%d %H:%M%:z")
)]
pub struct Ambiguous {
    /// Where it hangs.
    pub zone: Zone,
    /// The first time that the clock shows it.
    pub earlier: DateTime<FixedOffset>,
    /// The second time.
    pub later: DateTime<FixedOffset>,
}

/// The instant that a clock in `zone` shows as `local`. A time that does not
/// exist, because the clock is turned forward over it, is the first that does.
///
/// # Errors
///
/// [`Ambiguous`] where the clock shows it twice; it names both.
pub fn resolve_local(zone: Zone, local: NaiveDateTime) -> Result<DateTime<Utc>, Ambiguous> {
    let local = within_reason(local.and_utc()).naive_utc();
    match zone.shows(local) {
        LocalResult::Single(at) => Ok(at.to_utc()),
        LocalResult::Ambiguous(one, other) => Err(Ambiguous {
            zone,
            earlier: one.min(other),
            later: one.max(other),
        }),
        LocalResult::None => Ok(zone.turned_over(local).unwrap_or(local.and_utc())),
    }
}

/// The nearest instant in the years 1 to 9999: an entry may claim any year,
/// and counting from the last one that can be written would overflow.
pub(in crate::domain) fn within_reason(at: DateTime<Utc>) -> DateTime<Utc> {
    let first = NaiveDate::from_ymd_opt(1, 1, 1).expect("the year 1 had a first day");
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).expect("the year 9999 will have a last day");
    at.clamp(
        first.and_time(NaiveTime::MIN).and_utc(),
        last.and_time(NaiveTime::MIN).and_utc(),
    )
}
