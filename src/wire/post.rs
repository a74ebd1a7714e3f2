//! Entries that are handed in, and what becomes of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Code, Entry, number::counts};
use crate::domain::{
    entry::{EntryId, Seq},
    text::Prose,
};

/// Entries to take in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Post {
    /// At most 500, in the order in which they were made.
    pub events: Vec<Entry>,
    /// What becomes of an entry that something newer overtook.
    #[serde(default)]
    pub on_conflict: OnConflict,
    /// The sender's time as it sends: how long its entries waited, whatever its
    /// clock says. The server's own where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
    /// Counts of the copy's own (`rseq`) that no entry will ever have: what was
    /// discarded there, or refused here.
    #[serde(
        default,
        skip_serializing_if = "Vec::is_empty",
        deserialize_with = "counts"
    )]
    pub given_up: Vec<u64>,
}

/// What becomes of an entry that something newer overtook.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// It is kept and shown, without effect: for what was made offline.
    #[default]
    Record,
    /// It is refused: for somebody who waits for the answer.
    Reject,
}

/// The answer to a [`Post`], once everything in it is on disk.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Posted {
    /// One per entry, in order.
    pub results: Vec<Item>,
    /// The history in which the numbers hold.
    pub epoch: String,
}

/// What became of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// The entry.
    #[schema(value_type = String, format = "uuid")]
    pub id: EntryId,
    /// What became of it.
    pub result: Outcome,
    /// Its number; absent where it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// Why it was rejected, as a word of [`Code`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Code>)]
    pub code: Option<String>,
    /// Why it was rejected, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub detail: Option<Prose>,
    /// The entry that overtook it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub superseded_by: Option<EntryId>,
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is new, and on disk.
    Appended,
    /// It was there before.
    Duplicate,
    /// It is on disk, without effect: something newer overtook it.
    Superseded,
    /// It is not on disk, and will not be as it is.
    Rejected,
}

impl Item {
    /// An entry that is on disk.
    pub const fn kept(id: EntryId, result: Outcome, seq: Seq) -> Self {
        Self {
            id,
            result,
            seq: Some(seq),
            code: None,
            detail: None,
            superseded_by: None,
        }
    }

    /// An entry that was not taken.
    pub fn rejected(id: EntryId, code: Code, detail: &str) -> Self {
        Self {
            id,
            result: Outcome::Rejected,
            seq: None,
            code: Some(code.word().to_owned()),
            detail: Some(Prose::lossy(detail)),
            superseded_by: None,
        }
    }
}
