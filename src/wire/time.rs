//! Times as they come over the wire. What lies within the calendar can be
//! counted from without an end: a span between two such times, added to a
//! third, is still a time.

use chrono::{DateTime, Datelike as _, Utc};
use serde::{Deserialize as _, Deserializer, de::Error};

/// Whether deadlines can be counted from it: they have to end somewhere.
pub(crate) fn is_a_time(at: DateTime<Utc>) -> bool {
    (1970..=9999).contains(&at.year())
}

fn within<E: Error>(at: DateTime<Utc>) -> Result<DateTime<Utc>, E> {
    let out = || E::custom(format_args!("{at} is not between the years 1970 and 9999"));
    is_a_time(at).then_some(at).ok_or_else(out)
}

/// Reads a time of another host.
///
/// # Errors
///
/// Where it is none, or beyond the calendar.
pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    within(DateTime::deserialize(from)?)
}

/// The same, where it may be absent.
///
/// # Errors
///
/// As [`time`].
pub(super) fn time_or_none<'de, D>(from: D) -> Result<Option<DateTime<Utc>>, D::Error>
where
    D: Deserializer<'de>,
{
    Option::deserialize(from)?.map(within).transpose()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::is_a_time;

    #[derive(Debug, Deserialize)]
    struct Times {
        #[serde(deserialize_with = "super::time")]
        one: DateTime<Utc>,
        #[serde(default, deserialize_with = "super::time_or_none")]
        other: Option<DateTime<Utc>>,
    }

    fn reads(one: &str, other: &str) -> bool {
        let json = format!(r#"{{"one":"{one}","other":{other}}}"#);
        let read = serde_json::from_str::<Times>(&json);
        read.is_ok_and(|times| times.one == times.other.unwrap_or(times.one))
    }

    #[test]
    fn a_time_of_another_host_lies_within_the_calendar() {
        for good in ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z"] {
            assert!(reads(good, "null"), "{good}");
            assert!(reads(good, &format!("{good:?}")), "{good}");
        }
        let noon = "2026-11-23T12:00:00Z";
        for bad in [
            "1969-12-31T23:59:59Z",
            "+10000-01-01T00:00:00Z",
            "-262143-01-01T00:00:00Z",
            "soon",
        ] {
            assert!(!reads(bad, "null"), "{bad}");
            assert!(!reads(noon, &format!("{bad:?}")), "{bad}");
        }
    }

    fn time() -> impl Strategy<Value = DateTime<Utc>> {
        let any = 0..253_402_300_800_000_i64;
        let ends = prop_oneof![Just(0), Just(253_402_300_799_999)];
        prop_oneof![any, ends].prop_map(|millis| DateTime::from_timestamp_millis(millis).unwrap())
    }

    proptest! {
        #[test]
        fn what_lies_between_two_can_be_counted_from_a_third(
            (one, other, third) in (time(), time(), time())
        ) {
            prop_assert!([one, other, third].into_iter().all(is_a_time));

            prop_assert!(third.checked_add_signed(one - other).is_some());
            prop_assert!(third.checked_sub_signed(one - other).is_some());
        }
    }
}
