//! Reads a file part by part: one that can't be understood is left out and told
//! of, and everything else holds.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

use super::{Located, Warning, from_toml, read, root};

/// Which parts there are, and which are needed.
#[derive(Debug, Clone, Copy)]
pub struct Sparing<'a> {
    /// Keys whose value has parts of its own, each by its key or its place; every
    /// other key is one part.
    pub of_parts: &'a [&'a str],
    /// Parts without which nothing is read.
    pub needed: &'a [&'a str],
}

/// What was read of a text.
#[derive(Debug)]
pub struct Spared<'t, T> {
    /// What it says, without what was left out.
    pub value: T,
    /// Keys that nobody knows.
    pub warnings: Vec<Warning>,
    /// The tables, without what was left out.
    pub root: Spanned<DeTable<'t>>,
    /// What was left out, such as `probes[2]`, and why.
    pub faults: Vec<(String, Box<Located>)>,
}

impl Sparing<'_> {
    /// Reads `text` as TOML; as [`super::parse_knowing`].
    ///
    /// # Errors
    ///
    /// [`Located`] at the first place that can't be understood, where that is no
    /// TOML or a part that is needed.
    pub fn parse<'t, T: DeserializeOwned>(
        &self,
        file: &str,
        text: &'t str,
        known: &[&str],
    ) -> Result<Spared<'t, T>, Box<Located>> {
        let mut root = root(file, text)?;
        let mut faults = Vec::new();
        loop {
            let error = match read(file, text, &root, known) {
                Ok((value, warnings)) => {
                    return Ok(Spared {
                        value,
                        warnings,
                        root,
                        faults,
                    });
                }
                Err(error) => error,
            };
            let part = error.span().and_then(|span| self.part(&root, &span));
            let located = Box::new(from_toml(file, text, error));
            let part = part.filter(|part| !self.needed.contains(&part.key.as_str()));
            let Some(part) = part else {
                return Err(located);
            };
            faults.push((part.name(), located));
            root = part.struck_from(root);
        }
    }

    /// The part that `span` is in.
    fn part(&self, root: &Spanned<DeTable<'_>>, span: &Range<usize>) -> Option<Part> {
        let (key, value) = innermost(root.get_ref(), span)?;
        let inside = match value.get_ref() {
            _ if !self.of_parts.contains(&key.as_str()) => None,
            DeValue::Table(table) => innermost(table, span).map(|(key, _)| Inside::Key(key)),
            DeValue::Array(array) => nearest(array.iter().enumerate(), span).map(Inside::Place),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => None,
        };
        Some(Part { key, inside })
    }
}

/// Something that can be left out.
struct Part {
    key: String,
    inside: Option<Inside>,
}

enum Inside {
    Key(String),
    Place(usize),
}

impl Part {
    fn name(&self) -> String {
        let key = &self.key;
        match &self.inside {
            None => key.clone(),
            Some(Inside::Key(inner)) => format!("{key}.{inner}"),
            Some(Inside::Place(place)) => format!("{key}[{place}]"),
        }
    }

    /// The tables without it.
    fn struck_from<'t>(&self, root: Spanned<DeTable<'t>>) -> Spanned<DeTable<'t>> {
        let span = root.span();
        let table = root.into_inner().into_iter();
        let left = table.filter_map(|(key, value)| {
            if key.get_ref() != self.key.as_str() {
                return Some((key, value));
            }
            let span = value.span();
            let left = match (&self.inside, value.into_inner()) {
                (Some(Inside::Key(struck)), DeValue::Table(table)) => {
                    let left = table.into_iter().filter(|(key, _)| key.get_ref() != struck);
                    DeValue::Table(left.collect())
                }
                (Some(Inside::Place(struck)), DeValue::Array(array)) => {
                    let left = array.into_iter().enumerate();
                    let left = left.filter(|(place, _)| place != struck);
                    DeValue::Array(left.map(|(_, item)| item).collect::<DeArray<'_>>())
                }
                _ => return None,
            };
            Some((key, Spanned::new(span, left)))
        });
        Spanned::new(span, left.collect())
    }
}

/// The entry of a table that `span` is in.
fn innermost<'a, 't>(
    table: &'a DeTable<'t>,
    span: &Range<usize>,
) -> Option<(String, &'a Spanned<DeValue<'t>>)> {
    let values = table.iter().map(|(key, value)| ((key, value), value));
    let (key, value) = nearest(values, span)?;
    Some((key.get_ref().to_string(), value))
}

/// Of these, the one with the least around `span`: the table that a header
/// opens may seem to be around what comes after it.
fn nearest<'a, 't: 'a, K>(
    values: impl Iterator<Item = (K, &'a Spanned<DeValue<'t>>)>,
    span: &Range<usize>,
) -> Option<K> {
    values
        .filter_map(|(key, value)| Some((around(value, span)?, key)))
        .min_by_key(|(length, _)| *length)
        .map(|(_, key)| key)
}

/// The length of the least in `value` that `span` is in; `None` if it is nowhere.
fn around(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<usize> {
    let own = value.span();
    let own = (own.start <= span.start && span.end <= own.end).then(|| own.len());
    let inside = match value.get_ref() {
        DeValue::Table(table) => table.values().filter_map(|one| around(one, span)).min(),
        DeValue::Array(array) => array.iter().filter_map(|one| around(one, span)).min(),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => None,
    };
    inside.or(own)
}
