//! Reading a fact whose kind and body are stored apart: the body is read once,
//! straight into the fact, without a text that holds both being made first.

use serde::de::{
    DeserializeSeed, MapAccess,
    value::{BorrowedStrDeserializer, MapAccessDeserializer},
};
use serde_json::{Deserializer, Error, de::StrRead};

use super::Fact;

/// The fact of that kind with that body, and whether the body says more than
/// the fact has words for.
///
/// # Errors
///
/// When the kind is not known, or the body has another shape or is no JSON.
pub(super) fn read(kind: &str, body: &str) -> Result<(Fact, bool), Error> {
    let mut tagged = Tagged {
        kind,
        body: Deserializer::from_str(body),
        next: Part::Kind,
    };
    let mut more = false;
    let fact = serde_ignored::deserialize(MapAccessDeserializer::new(&mut tagged), |_| {
        more = true;
    })?;
    tagged.body.end()?;
    Ok((fact, more))
}

/// `{"kind": …, "body": …}`, as if it had been written like that.
struct Tagged<'a> {
    kind: &'a str,
    body: Deserializer<StrRead<'a>>,
    next: Part,
}

/// What is read next.
#[derive(Clone, Copy)]
enum Part {
    Kind,
    Body,
    Nothing,
}

impl<'a> MapAccess<'a> for &mut Tagged<'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let key = match self.next {
            Part::Kind => "kind",
            Part::Body => "body",
            Part::Nothing => return Ok(None),
        };
        seed.deserialize(BorrowedStrDeserializer::new(key))
            .map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Error> {
        if let Part::Kind = self.next {
            self.next = Part::Body;
            return seed.deserialize(BorrowedStrDeserializer::new(self.kind));
        }
        self.next = Part::Nothing;
        seed.deserialize(&mut self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_with_something_after_it_is_not_read() {
        assert!(read("closed", "{}").is_ok());
        assert!(read("closed", " {} ").is_ok());
        assert!(read("closed", "{} {}").is_err());
        assert!(read("closed", "").is_err());
        assert!(read("unheard of", "{}").is_err());
    }

    #[test]
    fn what_is_written_is_read_as_it_was() {
        for (kind, body) in [
            ("noted", r#"{"text":"the \"café\"\nis back"}"#),
            ("severity_changed", r#"{"to":"P2","reason":""}"#),
            ("closed", "{}"),
        ] {
            let (fact, more) = read(kind, body).unwrap();
            assert!(!more);

            let (again, written) = fact.write();
            assert_eq!((again.as_str(), written.get()), (kind, body));
        }
    }
}
