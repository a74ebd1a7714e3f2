//! An entry as it is stored: text and numbers, its body byte for byte.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use ring::digest::{Context, SHA256};
use uuid::Uuid;

use crate::domain::{
    entry::{Entry, EntryId, IncidentId, ReplicaId, Seq, Via},
    fact::Fact,
    text::{Name, hex, one_line as one_line_text},
};

/// Between two fields of a packed row. Neither JSON nor clean text can hold it.
pub(super) const FIELD: &str = "\u{1f}";
/// Between two packed rows.
pub(super) const ROW: &str = "\u{1e}";

/// An entry as it is stored: what a newer program wrote is in it unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// Its name.
    pub id: EntryId,
    /// Its place; `None` before it is accepted.
    pub seq: Option<Seq>,
    /// The incident it belongs to.
    pub incident: IncidentId,
    /// The kind of fact.
    pub kind: String,
    /// When it happened, to the millisecond.
    pub at: DateTime<Utc>,
    /// When it was recorded, to the millisecond.
    pub recorded_at: DateTime<Utc>,
    /// Who recorded it.
    pub by: Name,
    /// How it came about, as a word.
    pub via: String,
    /// The copy of the log on which it was made.
    pub replica: ReplicaId,
    /// The last number its author had seen.
    pub base: Seq,
    /// The fact's fields, as JSON on one line.
    pub body: String,
}

impl From<&Entry> for RawEntry {
    fn from(entry: &Entry) -> Self {
        let (kind, body) = entry.write();
        Self {
            id: entry.id,
            seq: entry.seq,
            incident: entry.incident,
            kind,
            at: to_millis(entry.at),
            recorded_at: to_millis(entry.recorded_at),
            by: entry.by.clone(),
            via: entry.via.word().to_owned(),
            replica: entry.replica,
            base: entry.base,
            body: one_line(body.get()),
        }
    }
}

impl RawEntry {
    /// The same, as it will be stored: times to the millisecond, and the body
    /// on one line.
    #[must_use]
    pub fn settled(self) -> Self {
        Self {
            at: to_millis(self.at),
            recorded_at: to_millis(self.recorded_at),
            body: one_line(&self.body),
            ..self
        }
    }

    /// What it says; `None` where its body is no JSON.
    pub fn entry(&self) -> Option<Entry> {
        let (fact, came_as) = Fact::read_whole(&self.kind, &self.body).ok()?;
        Some(Entry {
            id: self.id,
            seq: self.seq,
            incident: self.incident,
            at: self.at,
            recorded_at: self.recorded_at,
            by: self.by.clone(),
            via: Via::from(self.via.as_str()),
            replica: self.replica,
            base: self.base,
            fact,
            came_as,
        })
    }

    /// Whether it can be stored, and read back.
    pub(super) fn can_be_kept(&self) -> bool {
        self.unfit().is_none() && self.entry().is_some()
    }

    /// Why it can't be stored, if it can't: its words must not hold what
    /// separates words.
    pub(super) fn unfit(&self) -> Option<&'static str> {
        // Nothing that acts on a terminal, and nothing that can't be seen.
        let word = |text: &str| (1..=64).contains(&text.len()) && one_line_text(text) == text;
        if !word(&self.kind) {
            return Some("its kind is not a word of 1 to 64 characters");
        }
        if !word(&self.via) {
            return Some("its way (`via`) is not a word of 1 to 64 characters");
        }
        if i64::try_from(self.base).is_err() {
            return Some("its base is not a number of this log");
        }
        None
    }

    /// Whether `other` is this entry once more, wherever it stands. Who recorded
    /// it is not compared, for a server writes down whom it takes the sender
    /// for; nor is the copy, which may have another name meanwhile; nor what its
    /// author had seen, which a server that lost its tail never had. Where the id
    /// follows from what it is, the same step was fired by two engines apart:
    /// the first one counts, whatever the second says.
    pub(super) fn is_again(&self, other: &Self) -> bool {
        let twin =
            self.id.is_computed() && (&self.incident, &self.kind) == (&other.incident, &other.kind);
        let again = || Self {
            by: self.by.clone(),
            replica: self.replica,
            base: self.base,
            ..other.clone()
        };
        twin || self.canonical(0) == again().canonical(0)
    }

    /// The chained check: of `before`, and of this entry at place `seq`.
    pub fn total(&self, before: &str, seq: Seq) -> String {
        sum(&[before, &self.canonical(seq)])
    }

    /// Every field, each with its length, so that no two entries are written
    /// the same.
    fn canonical(&self, seq: Seq) -> String {
        let mut out = String::with_capacity(self.body.len() + 320);
        let mut push = |field: &str| {
            write!(out, "{}:{field}", field.len()).expect("a string takes all text");
        };
        push(&seq.to_string());
        push(&self.id.to_string());
        push(&self.incident.to_string());
        push(&self.kind);
        push(&self.at.timestamp_millis().to_string());
        push(&self.recorded_at.timestamp_millis().to_string());
        push(&self.by);
        push(&self.via);
        push(&self.replica.to_string());
        push(&self.base.to_string());
        push(&self.body);
        out
    }
}

/// A packed row, borrowed from a page of them.
#[derive(Debug)]
pub(super) struct Packed<'a> {
    seq: Seq,
    id: Uuid,
    incident: Uuid,
    kind: &'a str,
    at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
    by: &'a str,
    via: &'a str,
    replica: Uuid,
    base: Seq,
    body: &'a str,
}

impl<'a> Packed<'a> {
    /// Reads one row; `None` where it is not what was once written.
    pub(super) fn read(row: &'a str) -> Option<Self> {
        let mut fields = row.splitn(11, '\u{1f}');
        Some(Self {
            seq: fields.next()?.parse().ok()?,
            id: Uuid::try_parse(fields.next()?).ok()?,
            incident: Uuid::try_parse(fields.next()?).ok()?,
            kind: fields.next()?,
            at: from_millis(fields.next()?.parse().ok()?)?,
            recorded_at: from_millis(fields.next()?.parse().ok()?)?,
            by: fields.next()?,
            via: fields.next()?,
            replica: Uuid::try_parse(fields.next()?).ok()?,
            base: fields.next()?.parse().ok()?,
            body: fields.next()?,
        })
    }

    /// The row as it is, with words of its own.
    pub(super) fn raw(&self) -> RawEntry {
        RawEntry {
            id: EntryId(self.id),
            seq: Some(self.seq),
            incident: IncidentId(self.incident),
            kind: self.kind.to_owned(),
            at: self.at,
            recorded_at: self.recorded_at,
            by: Name::lossy(self.by),
            via: self.via.to_owned(),
            replica: ReplicaId(self.replica),
            base: self.base,
            body: self.body.to_owned(),
        }
    }

    /// Its place.
    pub(super) const fn seq(&self) -> Seq {
        self.seq
    }
}

/// The entry of a row; `None` where the body is no JSON.
pub(super) fn entry(row: &Packed<'_>) -> Option<Entry> {
    let (fact, came_as) = Fact::read_whole(row.kind, row.body).ok()?;
    Some(Entry {
        id: EntryId(row.id),
        seq: Some(row.seq),
        incident: IncidentId(row.incident),
        at: row.at,
        recorded_at: row.recorded_at,
        by: Name::lossy(row.by),
        via: Via::from(row.via),
        replica: ReplicaId(row.replica),
        base: row.base,
        fact,
        came_as,
    })
}

/// SHA-256 over all of `parts`, each with its length, as 64 hex digits.
pub(super) fn sum(parts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    hex(context.finish().as_ref())
}

/// JSON keeps its meaning when a line break outside of strings becomes a
/// space, and inside of strings there is none.
pub(super) fn one_line(json: &str) -> String {
    json.replace(['\n', '\r'], " ")
}

/// Numbers of the log as the database has them.
pub(super) fn to_db(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Numbers of the database; a negative one was never written.
pub(super) fn from_db(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Cut to the millisecond.
pub(super) fn to_millis(at: DateTime<Utc>) -> DateTime<Utc> {
    from_millis(at.timestamp_millis()).unwrap_or(at)
}

/// A stored time; `None` where no calendar has it.
pub(super) fn from_millis(millis: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis)
}
