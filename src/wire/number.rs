//! Whole numbers as they come over the wire. JSON knows one kind of number, so
//! `4582.0` is a whole one; and what is too large to hold is as large as can be
//! held, for whoever knows the limits to judge.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, Visitor},
};

/// What is wanted, in an error.
const WANTED: &str = "a whole number, from 0";

/// A whole number in JSON.
struct Whole(u64);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Whole;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(WANTED)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
        Ok(Whole(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Whole, E> {
        if number.fract() != 0.0 || number < 0.0 {
            return Err(E::custom(format_args!("{number} is not {WANTED}")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is whole, and one too large becomes the largest"
        )]
        Ok(Whole(number as u64))
    }
}

/// The same number, or the largest there is.
fn fitted<T: TryFrom<u64> + Bounded>(number: u64) -> T {
    T::try_from(number).unwrap_or(T::LARGEST)
}

/// A number that has a largest one.
pub(super) trait Bounded {
    /// The largest one.
    const LARGEST: Self;
}

impl Bounded for u32 {
    const LARGEST: Self = Self::MAX;
}

impl Bounded for u64 {
    const LARGEST: Self = Self::MAX;
}

/// Reads a whole number of JSON.
///
/// # Errors
///
/// Where it is none.
pub(super) fn whole<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64> + Bounded,
{
    Ok(fitted(Whole::deserialize(from)?.0))
}

/// The same, where it may be absent.
///
/// # Errors
///
/// As [`whole`].
pub(super) fn whole_or_none<'de, D, T>(from: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64> + Bounded,
{
    let number = Option::<Whole>::deserialize(from)?;
    Ok(number.map(|number| fitted(number.0)))
}

/// Reads what copies have counted, which is no more than the document says of a
/// number of that format.
///
/// # Errors
///
/// Where one is no such number.
pub(super) fn counts<'de, D>(from: D) -> Result<Vec<u64>, D::Error>
where
    D: Deserializer<'de>,
{
    const MOST: u64 = i64::MAX.unsigned_abs();
    let counts = Vec::<Whole>::deserialize(from)?.into_iter();
    let fits = |Whole(count)| match count {
        0..=MOST => Ok(count),
        more => Err(D::Error::custom(format_args!(
            "{more} is not {WANTED} to {MOST}"
        ))),
    };
    counts.map(fits).collect()
}

/// Reads a whole number of a query, where everything is text; `4582.0` is one
/// there, too.
///
/// # Errors
///
/// Where it is none.
pub(super) fn asked<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64> + Bounded,
{
    let text = String::deserialize(from)?;
    let digits = match text.split_once('.') {
        Some((digits, rest)) if !rest.is_empty() && rest.bytes().all(|byte| byte == b'0') => digits,
        Some(_) | None => &text,
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(D::Error::custom(format_args!("{text:?} is not {WANTED}")));
    }
    Ok(fitted(digits.parse().unwrap_or(u64::MAX)))
}

/// The same, for what may be absent: it was not.
///
/// # Errors
///
/// As [`asked`].
pub(crate) fn asked_or_none<'de, D>(from: D) -> Result<Option<u32>, D::Error>
where
    D: Deserializer<'de>,
{
    asked(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Numbers {
        #[serde(deserialize_with = "whole")]
        small: u32,
        #[serde(default, deserialize_with = "whole_or_none")]
        large: Option<u64>,
        #[serde(default, deserialize_with = "counts")]
        counts: Vec<u64>,
    }

    #[test]
    fn a_whole_number_of_a_query_is_one_however_it_is_written() {
        let read = |text: &str| {
            let text = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(text);
            asked::<_, u64>(text).ok()
        };

        for (text, number) in [("0", 0), ("4582", 4_582), ("4582.0", 4_582)] {
            assert_eq!(read(text), Some(number), "{text}");
        }
        for wrong in ["", ".0", "4.", "4.5", "-1", "4.0.0", "x"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    fn read(json: &str) -> Option<Numbers> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn a_whole_number_is_one_however_it_is_written() {
        let numbers = |small, large| {
            Some(Numbers {
                small,
                large,
                counts: Vec::new(),
            })
        };

        assert_eq!(read(r#"{"small":4582.0}"#), numbers(4_582, None));
        assert_eq!(read(r#"{"small":0,"large":1e3}"#), numbers(0, Some(1_000)));
        assert_eq!(read(r#"{"small":1,"large":null}"#), numbers(1, None));
        let exact = numbers(0, Some(2_251_799_813_685_247));
        assert_eq!(read(r#"{"small":0,"large":2251799813685247.0}"#), exact);
        let largest = numbers(u32::MAX, Some(u64::MAX));
        assert_eq!(read(r#"{"small":5e9,"large":1e300}"#), largest);
        for wrong in ["-1", "-1.0", "0.5", "\"1\"", "null", "[1]", "true"] {
            assert_eq!(read(&format!(r#"{{"small":{wrong}}}"#)), None, "{wrong}");
        }
        assert_eq!(read(r#"{"small":1,"large":"x"}"#), None);
    }

    #[test]
    fn a_count_is_no_larger_than_the_document_says() {
        let counts = |json: &str| {
            let json = format!(r#"{{"small":0,"counts":{json}}}"#);
            read(&json).map(|numbers| numbers.counts)
        };

        let most = i64::MAX.unsigned_abs();
        assert_eq!(counts(&format!("[1, 2.0, {most}]")), Some(vec![1, 2, most]));
        assert_eq!(counts(&format!("[{}]", most + 1)), None);
    }
}
