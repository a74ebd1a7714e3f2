//! The calendar as people write it, and what is said when it can't be read.

use std::{collections::BTreeSet, fmt};

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday, WeekdaySet};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::domain::zone::Zone;

/// How alike a name has to be to be worth suggesting, from 0 to 1.
const ALIKE: f64 = 0.8;

/// A part of a calendar that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No zone of that name.
    #[error("{found:?} is not a time zone: {}", way_out(*.like))]
    Zone {
        /// What was written.
        found: String,
        /// The zone that is most like it, if one is.
        like: Option<&'static str>,
    },
    /// No weekday of that name.
    #[error("{0:?} is not a weekday: write mon, tue, wed, thu, fri, sat or sun")]
    Weekday(String),
    /// A week without a day.
    #[error("the working week is empty: name at least one day, such as week = [\"mon\"]")]
    EmptyWeek,
    /// Not two times of day.
    #[error("{0:?} are not working hours: write opening and closing, such as \"09:00-17:00\"")]
    Hours(String),
    /// The end is not after the beginning.
    #[error(
        "working hours of {0:?} close before they open: both lie within one day, such as \"09:00-17:00\""
    )]
    Backwards(String),
    /// Not a day of the calendar.
    #[error("{0:?} is not a date: write year, month and day, such as 2026-01-19")]
    Date(String),
}

fn way_out(like: Option<&str>) -> String {
    match like {
        Some(like) => format!("did you mean {like:?}?"),
        None => "write its IANA name, such as \"Europe/Berlin\" or \"UTC\"".to_owned(),
    }
}

/// The zone of that IANA name.
///
/// # Errors
///
/// [`CalendarError::Zone`], with the name that is most like it.
pub fn find_zone(found: &str) -> Result<Zone, CalendarError> {
    found.parse().map_err(|_| CalendarError::Zone {
        found: found.to_owned(),
        like: most_alike(found),
    })
}

/// The zone whose name, or whose city, is most like what was written.
fn most_alike(found: &str) -> Option<&'static str> {
    let found = found.trim().to_lowercase().replace(' ', "_");
    Zone::names()
        .map(|zone| {
            let name = zone.to_lowercase();
            let city = name.rsplit('/').next().unwrap_or(&name);
            let alike = strsim::jaro_winkler(&found, &name).max(strsim::jaro_winkler(&found, city));
            (alike, zone)
        })
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(alike, _)| *alike >= ALIKE)
        .map(|(_, name)| name)
}

/// The weekdays that are worked: at least one. `["mon", "tue"]` in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week(WeekdaySet);

/// Monday to Friday.
impl Default for Week {
    fn default() -> Self {
        Self(WeekdaySet::from_array([
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
        ]))
    }
}

impl Week {
    /// The week of these days.
    ///
    /// # Errors
    ///
    /// [`CalendarError::EmptyWeek`] without any.
    pub fn new(days: impl IntoIterator<Item = Weekday>) -> Result<Self, CalendarError> {
        let days: WeekdaySet = days.into_iter().collect();
        if days.is_empty() {
            return Err(CalendarError::EmptyWeek);
        }
        Ok(Self(days))
    }

    /// Whether that weekday is worked.
    pub fn contains(self, day: Weekday) -> bool {
        self.0.contains(day)
    }

    /// The days, from Monday on.
    pub fn days(self) -> impl Iterator<Item = Weekday> {
        self.0.iter(Weekday::Mon)
    }
}

impl<'de> Deserialize<'de> for Week {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        let days: Result<Vec<Weekday>, _> = names
            .into_iter()
            .map(|name| name.parse().map_err(|_| CalendarError::Weekday(name)))
            .collect();
        days.and_then(Self::new).map_err(de::Error::custom)
    }
}

impl Serialize for Week {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.days().map(|day| day.to_string().to_lowercase()))
    }
}

/// The hours that are worked, within one day: `"09:00-17:00"` in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    open: NaiveTime,
    /// Midnight is the day's end, not its beginning.
    close: NaiveTime,
}

/// 09:00 to 17:00.
impl Default for Hours {
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a day has that hour");
        Self {
            open: hour(9),
            close: hour(17),
        }
    }
}

impl Hours {
    /// The hours from `open` to `close`. A closing at 00:00 is the day's end.
    ///
    /// # Errors
    ///
    /// [`CalendarError::Backwards`] when the closing is not after the opening.
    pub fn new(open: NaiveTime, close: NaiveTime) -> Result<Self, CalendarError> {
        let hours = Self { open, close };
        if close != NaiveTime::MIN && close <= open {
            return Err(CalendarError::Backwards(hours.to_string()));
        }
        Ok(hours)
    }

    /// When the day opens.
    pub const fn open(self) -> NaiveTime {
        self.open
    }

    /// When it closes; midnight is its end.
    pub const fn close(self) -> NaiveTime {
        self.close
    }

    /// Opening and closing on a date, in local time.
    pub(super) fn on(self, date: NaiveDate) -> (NaiveDateTime, NaiveDateTime) {
        let end = if self.close == NaiveTime::MIN {
            date + Days::new(1)
        } else {
            date
        };
        (date.and_time(self.open), end.and_time(self.close))
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-", self.open.format("%H:%M"))?;
        if self.close == NaiveTime::MIN {
            return f.write_str("24:00");
        }
        write!(f, "{}", self.close.format("%H:%M"))
    }
}

impl std::str::FromStr for Hours {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let unreadable = || CalendarError::Hours(text.to_owned());
        let (open, close) = text.split_once(['-', '–']).ok_or_else(unreadable)?;
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| unreadable());
        let close = match close.trim() {
            "24:00" => NaiveTime::MIN,
            close => time(close)?,
        };
        Self::new(time(open.trim())?, close)
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A zone by its IANA name.
pub(super) fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
    let found = String::deserialize(deserializer)?;
    find_zone(&found).map_err(de::Error::custom)
}

/// For `#[serde(with = "dates")]`: a set of days, written as TOML dates or as
/// text.
pub(super) mod dates {
    use super::{BTreeSet, Day, Deserialize as _, Deserializer, NaiveDate, Serializer};

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeSet<NaiveDate>, D::Error> {
        let days = Vec::<Day>::deserialize(deserializer)?;
        Ok(days.into_iter().map(|Day(date)| date).collect())
    }

    pub fn serialize<S: Serializer>(
        days: &BTreeSet<NaiveDate>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(days)
    }
}

/// For `#[serde(with = "day")]`: a day, written as a TOML date or as text.
pub(in crate::domain) mod day {
    use super::{Day, Deserialize as _, Deserializer, NaiveDate, Serializer};

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        Day::deserialize(deserializer).map(|Day(date)| date)
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde passes the field by reference"
    )]
    pub fn serialize<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }
}

struct Day(NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DayVisitor)
    }
}

struct DayVisitor;

impl<'de> de::Visitor<'de> for DayVisitor {
    type Value = Day;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date such as 2026-01-19")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Day, E> {
        NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d")
            .map(Day)
            .map_err(|_| E::custom(CalendarError::Date(text.to_owned())))
    }

    /// TOML's own dates arrive as a map of its making.
    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Day, A::Error> {
        let found = toml::value::Datetime::deserialize(de::value::MapAccessDeserializer::new(map))?;
        self.visit_str(&found.to_string())
    }
}
