//! A time as people type it: `14:30`, `14:30 local`, `2026-01-22 14:30`,
//! `+30m`, `10m ago`.
//!
//! Without a word about where, a time is UTC, as everything on the screen is.
//! Where a time stands alone, its day is today's, or the one beside it if that
//! would be more than twelve hours off: at 23:50 the time `00:10` is tomorrow's
//! when it is to come ([`parse_time`]), and at 00:10 the time `23:50` is
//! yesterday's when it is over ([`parse_past`]).

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::{
    calendar::{Ambiguous, resolve_local, within_reason},
    span::{self, SpanError},
    zone::Zone,
};

#[cfg(test)]
mod tests;

/// A time that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Of no shape that is known.
    #[error(
        "{0:?} is not a time: write 14:30 (UTC), 14:30 local, 2026-01-22 14:30, +30m or 10m ago"
    )]
    Unreadable(String),
    /// The shape of a time, but none a clock shows.
    #[error("there is no time {0}: hours go to 23, minutes and seconds to 59")]
    NoSuchTime(String),
    /// The shape of a day, but none a calendar has.
    #[error("there is no day {0}: write year, month and day, such as 2026-01-22")]
    NoSuchDay(String),
    /// A day alone.
    #[error("{0} needs a time of day as well, such as {0} 14:30")]
    NoTime(String),
    /// A length of time alone.
    #[error("is {0} ahead or over? Write +{0} or {0} ago")]
    NoDirection(String),
    /// More than a hundred years away.
    #[error("{0:?} is too far away: stay within a hundred years")]
    TooFar(String),
    /// A length of time that can't be read.
    #[error(transparent)]
    Span(#[from] SpanError),
    /// A local time that the clock shows twice (T4).
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
}

/// The instant meant by `text`, for something to come: an ETA, a promise. A
/// time of day that is more than twelve hours over is tomorrow's.
///
/// `local` in the text means a clock in `zone`.
///
/// # Errors
///
/// Says what was found and what would be right; a local time shown twice is
/// answered with both offsets (T4).
pub fn parse_time(text: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, TimeError> {
    parse(text, now, zone, Lean::Ahead)
}

/// The instant meant by `text`, for something that is over: when it happened.
/// A time of day that is more than twelve hours ahead was yesterday's.
///
/// # Errors
///
/// As [`parse_time`]. A time that is still ahead is none: that is for the
/// caller to judge.
pub fn parse_past(text: &str, now: DateTime<Utc>, zone: Zone) -> Result<DateTime<Utc>, TimeError> {
    parse(text, now, zone, Lean::Back)
}

#[derive(Debug, Clone, Copy)]
enum Lean {
    Ahead,
    Back,
}

/// The clock that shows a time.
#[derive(Debug, Clone, Copy)]
enum Place {
    Fixed(FixedOffset),
    Zone(Zone),
}

/// The day that a time of day belongs to.
#[derive(Debug, Clone, Copy)]
enum Day {
    Near,
    /// Days from today.
    Relative(i64),
    Date(NaiveDate),
}

fn parse(
    text: &str,
    now: DateTime<Utc>,
    zone: Zone,
    lean: Lean,
) -> Result<DateTime<Utc>, TimeError> {
    let now = within_reason(now);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let typed = words.to_lowercase();
    if typed == "now" {
        return Ok(now);
    }
    if let Some(found) = distance(&typed)? {
        return now
            .checked_add_signed(found)
            .filter(|at| within_reason(*at) == *at)
            .ok_or(TimeError::TooFar(words));
    }
    let (rest, place) = place(&typed, zone);
    let (day, time) = day_and_time(rest, &words)?;
    let local = match day {
        Day::Near => near(place.local(now), time, lean),
        Day::Relative(days) => (place.local(now) + TimeDelta::days(days))
            .date()
            .and_time(time),
        Day::Date(date) => date.and_time(time),
    };
    Ok(place.resolve(local)?)
}

/// `+30m`, `in 30m`, `-10m`, `10m ago`; `None` for anything else.
fn distance(typed: &str) -> Result<Option<TimeDelta>, TimeError> {
    let ahead = typed
        .strip_prefix('+')
        .or_else(|| typed.strip_prefix("in "));
    let back = typed
        .strip_prefix(['-', '−'])
        .or_else(|| typed.strip_suffix(" ago"));
    match (ahead, back) {
        (Some(ahead), None) => Ok(Some(span::parse(ahead)?)),
        (None, Some(back)) => Ok(Some(-span::parse(back)?)),
        (Some(_), Some(_)) => Err(TimeError::Unreadable(typed.to_owned())),
        (None, None) if span::parse(typed).is_ok() => Err(TimeError::NoDirection(typed.to_owned())),
        (None, None) => Ok(None),
    }
}

/// Takes the clock's name off the end: `z`, `utc`, `local`, `+02:00`.
fn place(typed: &str, zone: Zone) -> (&str, Place) {
    if let Some(rest) = typed.strip_suffix("local") {
        return (rest.trim_end(), Place::Zone(zone));
    }
    let utc = typed
        .strip_suffix("utc")
        .or_else(|| typed.strip_suffix('z'));
    if let Some(rest) = utc {
        return (rest.trim_end(), Place::Zone(Zone::UTC));
    }
    let offset = typed.rfind(['+', '-']).and_then(|at| {
        let (rest, offset) = typed.split_at(at);
        // The last part of a date looks like an offset of hours alone.
        let written = offset.len() == "+02:00".len() && rest.contains(':');
        let offset = offset.parse().ok().filter(|_| written)?;
        Some((rest.trim_end(), Place::Fixed(offset)))
    });
    offset.unwrap_or((typed, Place::Zone(Zone::UTC)))
}

/// `14:30`, `tomorrow 14:30`, `2026-01-22 14:30`, `2026-01-22t14:30`.
fn day_and_time(rest: &str, words: &str) -> Result<(Day, NaiveTime), TimeError> {
    let unreadable = || TimeError::Unreadable(words.to_owned());
    let (day, time) = match rest.split_once([' ', 't']) {
        _ if !rest.contains(':') && looks_like(rest, '-') => {
            date(rest)?;
            return Err(TimeError::NoTime(rest.to_owned()));
        }
        _ if rest.starts_with("to") || rest.starts_with("yes") => {
            let (day, time) = rest.split_once(' ').ok_or_else(unreadable)?;
            (relative(day).ok_or_else(unreadable)?, time)
        }
        Some((day, time)) if looks_like(day, '-') => (Day::Date(date(day)?), time),
        Some(_) => return Err(unreadable()),
        None => (Day::Near, rest),
    };
    if !looks_like(time, ':') {
        return Err(unreadable());
    }
    let found = NaiveTime::parse_from_str(time, "%H:%M")
        .or_else(|_| NaiveTime::parse_from_str(time, "%H:%M:%S%.f"));
    // A leap second is a time to the library, and no time to us.
    let time = found
        .ok()
        .filter(|_| !time.contains(":60"))
        .ok_or_else(|| TimeError::NoSuchTime(time.to_owned()))?;
    Ok((day, time))
}

fn relative(day: &str) -> Option<Day> {
    let days = match day {
        "today" => 0,
        "tomorrow" => 1,
        "yesterday" => -1,
        _ => return None,
    };
    Some(Day::Relative(days))
}

fn date(text: &str) -> Result<NaiveDate, TimeError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|date| within_reason(date.and_time(NaiveTime::MIN).and_utc()).date_naive() == *date)
        .ok_or_else(|| TimeError::NoSuchDay(text.to_owned()))
}

/// Two or three numbers with this mark between.
fn looks_like(text: &str, mark: char) -> bool {
    let parts = text.split(mark);
    let numbers =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit() || c == '.');
    (2..=3).contains(&parts.clone().count()) && parts.into_iter().all(numbers)
}

/// That time today, or on the day beside it where today is too far off.
fn near(now: NaiveDateTime, time: NaiveTime, lean: Lean) -> NaiveDateTime {
    let today = now.date().and_time(time);
    let half_a_day = TimeDelta::hours(12);
    match lean {
        Lean::Ahead if now - today > half_a_day => today + Days::new(1),
        Lean::Back if today - now > half_a_day => today - Days::new(1),
        Lean::Ahead | Lean::Back => today,
    }
}

impl Place {
    /// What its clock shows.
    fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Fixed(offset) => at.with_timezone(&offset).naive_local(),
            Self::Zone(zone) => zone.at(at).naive_local(),
        }
    }

    fn resolve(self, local: NaiveDateTime) -> Result<DateTime<Utc>, Ambiguous> {
        match self {
            Self::Fixed(offset) => Ok((local - offset).and_utc()),
            Self::Zone(zone) => resolve_local(zone, local),
        }
    }
}
