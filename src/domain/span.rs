//! Lengths of time as people write them: `15m`, `1h30m`, `2d`, `90s`.

use chrono::TimeDelta;

/// A length of time that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// Nothing, or no number before a unit.
    #[error("{0:?} is not a length of time: write a number and a unit, such as 15m, 1h30m or 2d")]
    Unreadable(String),
    /// Below zero.
    #[error("{0:?} is negative: a length of time starts at 0s")]
    Negative(String),
    /// More than a hundred years.
    #[error("{0:?} is longer than a hundred years")]
    TooLong(String),
}

/// A difference of two clocks that is worth a word (T5).
pub const CLOCK_OFF: TimeDelta = TimeDelta::seconds(2);

const LONGEST: i64 = 100 * 366 * 86_400;

/// Reads `1h30m`, `45s`, `2d`, `1w`; units in any order, each once or more.
///
/// # Errors
///
/// Says what was found, and what would be right.
pub fn parse(text: &str) -> Result<TimeDelta, SpanError> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if compact.starts_with('-') {
        return Err(SpanError::Negative(text.to_owned()));
    }
    let unreadable = || SpanError::Unreadable(text.to_owned());
    let mut seconds: i64 = 0;
    let mut number = String::new();
    let mut any = false;
    for c in compact.chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 7 * 86_400,
            _ => return Err(unreadable()),
        };
        let count: i64 = number.parse().map_err(|_| unreadable())?;
        seconds = count
            .checked_mul(unit)
            .and_then(|part| seconds.checked_add(part))
            .filter(|total| *total <= LONGEST)
            .ok_or_else(|| SpanError::TooLong(text.to_owned()))?;
        number.clear();
        any = true;
    }
    if !any || !number.is_empty() {
        return Err(unreadable());
    }
    Ok(TimeDelta::seconds(seconds))
}

/// Writes what [`parse`] reads: `1h30m`, `45s`, `0s`. Below a second is left out.
pub fn format(span: TimeDelta) -> String {
    let mut rest = span.num_seconds().abs();
    let mut out = String::new();
    if span.num_seconds() < 0 {
        out.push('-');
    }
    for (unit, seconds) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] {
        let count = rest / seconds;
        rest %= seconds;
        if count > 0 {
            out = format!("{out}{count}{unit}");
        }
    }
    if out.is_empty() || out == "-" {
        return "0s".to_owned();
    }
    out
}

/// For `#[serde(with = "span")]`: a length of time as text.
pub mod text {
    use chrono::TimeDelta;
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Reads text such as `"15m"`.
    ///
    /// # Errors
    ///
    /// As [`super::parse`].
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeDelta, D::Error> {
        let raw = String::deserialize(deserializer)?;
        super::parse(&raw).map_err(serde::de::Error::custom)
    }

    /// Writes text such as `"15m"`.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(span: &TimeDelta, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format(*span))
    }
}

/// For `#[serde(with = "span::optional")]`: a length of time that may be absent.
pub mod optional {
    use chrono::TimeDelta;
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Reads text such as `"15m"`, or nothing.
    ///
    /// # Errors
    ///
    /// As [`super::parse`].
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<TimeDelta>, D::Error> {
        Option::<String>::deserialize(deserializer)?
            .map(|raw| super::parse(&raw).map_err(serde::de::Error::custom))
            .transpose()
    }

    /// Writes text such as `"15m"`, or nothing.
    ///
    /// # Errors
    ///
    /// Only the serializer's own.
    pub fn serialize<S: Serializer>(
        span: &Option<TimeDelta>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match span {
            Some(span) => serializer.serialize_some(&super::format(*span)),
            None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_minutes_hours_and_days() {
        assert_eq!(parse("15m"), Ok(TimeDelta::minutes(15)));
        assert_eq!(parse("1h 30m"), Ok(TimeDelta::minutes(90)));
        assert_eq!(parse("2d"), Ok(TimeDelta::days(2)));
        assert_eq!(format(TimeDelta::minutes(90)), "1h30m");
        assert_eq!(format(TimeDelta::zero()), "0s");
    }

    #[test]
    fn what_is_not_a_length_of_time_is_refused_with_the_reason() {
        assert!(matches!(parse("-5m"), Err(SpanError::Negative(_))));
        assert!(matches!(
            parse("99999999999999999999d"),
            Err(SpanError::Unreadable(_))
        ));
        assert!(matches!(parse("9999999999d"), Err(SpanError::TooLong(_))));
        for raw in ["", "15", "m", "1x", "1h5", "١m"] {
            assert!(
                matches!(parse(raw), Err(SpanError::Unreadable(_))),
                "{raw:?}"
            );
        }
    }
}
