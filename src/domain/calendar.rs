//! The team's calendar: which hours are business hours (S5, E4, U1), and what
//! a local time means (T4).
//!
//! Everything here answers for any instant, and in bounded time: an instant
//! outside the years 1 to 9999 counts as the nearest one inside them, and a
//! calendar without a single business day is searched for ten years, after
//! which the search's end is the answer.

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike as _, Days, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::zone::Zone;

mod local;
mod read;
#[cfg(test)]
mod tests;

pub(in crate::domain) use local::within_reason;
pub use local::{Ambiguous, resolve_local};
pub(in crate::domain) use read::day;
pub use read::{CalendarError, Hours, Week, find_zone};

/// Days searched for a business day: ten years. Longer than any list of
/// holidays reaches, and short enough to be walked at every drawing.
const MOST_DAYS: u64 = 3660;

/// When a team works: its zone, its week, its hours, its holidays.
///
/// ```toml
/// zone = "Europe/Berlin"
/// week = ["mon", "tue", "wed", "thu", "fri"]
/// hours = "09:00-17:00"
/// holidays = [2026-01-01, 2026-12-25]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Calendar {
    /// Where the team's clock hangs.
    #[serde(deserialize_with = "read::zone")]
    #[schema(value_type = String)]
    pub zone: Zone,
    /// The weekdays that are worked.
    #[schema(value_type = Vec<String>, min_items = 1)]
    pub week: Week,
    /// The hours that are worked, in local time.
    #[schema(value_type = String)]
    pub hours: Hours,
    /// The days on which nobody works.
    #[serde(with = "read::dates")]
    #[schema(value_type = Vec<String>)]
    pub holidays: BTreeSet<NaiveDate>,
}

/// UTC, Monday to Friday, 09:00 to 17:00, no holidays.
impl Default for Calendar {
    fn default() -> Self {
        Self {
            zone: Zone::UTC,
            week: Week::default(),
            hours: Hours::default(),
            holidays: BTreeSet::new(),
        }
    }
}

impl Calendar {
    /// The instant as the team's clock shows it.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        self.zone.at(within_reason(at))
    }

    /// The instant that the team's clock shows as `local` (T4).
    ///
    /// # Errors
    ///
    /// [`Ambiguous`] where the clock shows it twice; it names both.
    pub fn resolve_local(&self, local: NaiveDateTime) -> Result<DateTime<Utc>, Ambiguous> {
        resolve_local(self.zone, local)
    }

    /// Whether the instant falls into business hours: the opening does, the
    /// closing does not.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let at = within_reason(at);
        self.business(self.date(at))
            .is_some_and(|(open, close)| open <= at && at < close)
    }

    /// Whether it is a weekday that the team never works (V2). A holiday
    /// inside the working week is none.
    pub fn is_weekend(&self, at: DateTime<Utc>) -> bool {
        !self.week.contains(self.date(at).weekday())
    }

    /// The first opening after `at`: tomorrow's, when it is open now.
    pub fn next_opening(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let at = within_reason(at);
        self.business_days(self.date(at))
            .map(|(open, _)| open)
            .find(|open| *open > at)
            .unwrap_or_else(|| give_up(at))
    }

    /// When a pause outside business hours ends (U1, E4); `None` while open.
    pub fn paused_until(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (!self.is_open(at)).then(|| self.next_opening(at))
    }

    /// The closing of the first business day after the local day of `at` (S5).
    pub fn end_of_next_business_day(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let at = within_reason(at);
        self.business_days(self.date(at) + Days::new(1))
            .map(|(_, close)| close)
            .next()
            .unwrap_or_else(|| give_up(at))
    }

    /// The first instant before which, counted from `at`, `span` of business
    /// hours went by. A span that ends with the day ends at its closing.
    ///
    /// Zero and less is `at` itself. What is left after ten years counts as
    /// elapsed time, so the answer is never before `at + span`.
    pub fn add_business(&self, at: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
        if span <= TimeDelta::zero() {
            return at;
        }
        let at = within_reason(at);
        let mut left = span;
        let mut reached = at;
        for (open, close) in self.business_days(self.date(at)) {
            let from = open.max(at);
            let worked = (close - from).max(TimeDelta::zero());
            if left <= worked {
                return from + left;
            }
            left -= worked;
            reached = close.max(at);
        }
        reached
            .max(give_up(at))
            .checked_add_signed(left)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date_naive()
    }

    /// The business hours from `date` on, for ten years.
    fn business_days(
        &self,
        date: NaiveDate,
    ) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        date.iter_days()
            .take(usize::try_from(MOST_DAYS).unwrap_or(usize::MAX))
            .filter_map(|date| self.business(date))
    }

    /// Opening and closing on a date; `None` on a day off.
    ///
    /// Where the clock shows an hour twice, the day has both: it opens at the
    /// earlier and closes at the later.
    fn business(&self, date: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        if !self.week.contains(date.weekday()) || self.holidays.contains(&date) {
            return None;
        }
        let (open, close) = self.hours.on(date);
        let open = self
            .resolve_local(open)
            .unwrap_or_else(|twice| twice.earlier.to_utc());
        let close = self
            .resolve_local(close)
            .unwrap_or_else(|twice| twice.later.to_utc());
        // A whole day can be missing: Samoa had no 30 December 2011.
        (open < close).then_some((open, close))
    }
}

/// Where a search for business hours ends that found none.
fn give_up(at: DateTime<Utc>) -> DateTime<Utc> {
    at + Days::new(MOST_DAYS)
}
