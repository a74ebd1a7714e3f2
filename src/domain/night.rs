//! Hours in which a screen had better be dim.

use std::{fmt, str::FromStr};

use chrono::NaiveTime;
use serde::{Deserialize, Deserializer, de};

/// Some hours of every day by the local clock; they may go over midnight:
/// `"20:00-07:00"` in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Night {
    from: NaiveTime,
    to: NaiveTime,
}

/// Text that is no such hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("hours such as \"20:00-07:00\" belong here")]
pub struct NoNight;

impl Night {
    /// Whether it is night at that time of the day. It ends a moment before its
    /// last minute is over; hours that end where they begin are all day.
    pub fn holds(self, time: NaiveTime) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        }
    }
}

impl FromStr for Night {
    type Err = NoNight;

    fn from_str(text: &str) -> Result<Self, NoNight> {
        let (from, to) = text.split_once(['-', '–']).ok_or(NoNight)?;
        let time =
            |text: &str| NaiveTime::parse_from_str(text.trim(), "%H:%M").map_err(|_| NoNight);
        Ok(Self {
            from: time(from)?,
            to: time(to)?,
        })
    }
}

impl fmt::Display for Night {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{}-{}", from.format("%H:%M"), to.format("%H:%M"))
    }
}

impl<'de> Deserialize<'de> for Night {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(night: &str, time: &str) -> bool {
        let time = NaiveTime::parse_from_str(time, "%H:%M").unwrap();
        night.parse::<Night>().unwrap().holds(time)
    }

    #[test]
    fn a_night_goes_over_midnight() {
        for (time, is_night) in [
            ("19:59", false),
            ("20:00", true),
            ("00:00", true),
            ("06:59", true),
            ("07:00", false),
        ] {
            assert_eq!(holds("20:00-07:00", time), is_night, "{time}");
        }
    }

    #[test]
    fn hours_within_a_day_and_a_whole_day_are_nights_too() {
        assert!(holds("12:00-14:00", "13:00"));
        assert!(!holds("12:00-14:00", "14:00"));
        assert!(holds("08:00-08:00", "03:00"));
    }

    #[test]
    fn what_is_no_night_is_refused() {
        for text in ["", "20:00", "20-7", "25:00-07:00", "late-early"] {
            assert_eq!(text.parse::<Night>(), Err(NoNight), "{text}");
        }
    }
}
