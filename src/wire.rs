//! The JSON of the HTTP API, shared by the server and its clients.
//!
//! Times are UTC as RFC 3339, to the millisecond. A field that a reader does
//! not know is passed over, so that a newer program may say more. An entry's
//! body travels byte for byte: nobody on the way needs to know its kind.

pub mod code;
mod meta;
pub(crate) mod number;
mod page;
mod post;
pub mod scope;
pub(crate) mod time;
pub(crate) mod view;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

pub use code::Code;
pub use meta::{Channels, Known, Limits, Meta, Start, You};
pub use page::{Engine, Follow, Page, Told, Watcher, Way};
pub use post::{Item, OnConflict, Outcome, Post, Posted};
pub use scope::Scope;

use crate::domain::{
    entry::{EntryId, IncidentId, ReplicaId, Seq},
    text::Name,
};

/// The version of an entry's outer fields.
pub const VERSION: u32 = 1;
/// The most entries of one post, and of one page.
pub const ENTRIES: usize = 500;
/// The most bytes of one post.
pub const BATCH: usize = 1 << 20;
/// The most bytes of an entry's body.
pub const BODY: usize = 64 << 10;
/// How deep lists and objects of a body may lie in each other.
pub const DEPTH: usize = 32;
/// The longest wait for news, in seconds: proxies cut off at thirty.
pub const WAIT_S: u32 = 25;

/// One entry of the log. `seq` is added when it is accepted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Its name for ever, and its idempotency key: a `UUIDv7` of its author.
    #[schema(value_type = String, format = "uuid")]
    pub id: EntryId,
    /// Its place, 1 for the first, without gaps; ignored in a post.
    #[serde(
        default,
        deserialize_with = "number::whole_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub seq: Option<Seq>,
    /// The incident it belongs to; all zeros for the workspace itself.
    #[schema(value_type = String, format = "uuid")]
    pub incident: IncidentId,
    /// The kind of fact, such as `noted`: 1 to 64 characters, or the entry is
    /// rejected.
    pub kind: String,
    /// The version of these fields: 1, or the entry is rejected.
    #[serde(default = "version", deserialize_with = "number::whole")]
    // However large, it is answered entry by entry: `newer_version`.
    #[schema(value_type = u64)]
    pub v: u32,
    /// When it happened, as its author says.
    pub at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Who recorded it; in a post, the token's name goes before it.
    #[serde(default)]
    #[schema(value_type = String)]
    pub by: Name,
    /// How it came about: `console`, `cli`, `engine`, `probe`, `import`, or a
    /// newer word: 1 to 64 characters, or the entry is rejected.
    pub via: String,
    /// The copy of the log on which it was made.
    #[schema(value_type = String, format = "uuid")]
    pub replica: ReplicaId,
    /// The copy's own count of what was made there: 1, 2, 3. With it, the
    /// server tells what was lost there, and two copies of one name.
    #[serde(
        default,
        deserialize_with = "number::whole_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub rseq: Option<u64>,
    /// The last number its author had seen.
    #[serde(deserialize_with = "number::whole")]
    pub base: Seq,
    /// Its messages were made elsewhere, before it came here: none follow from
    /// it. So somebody else may hand it in; the name says by whom, and so does
    /// the ladder of a step that fired by such an entry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
    /// The fact's fields.
    #[schema(value_type = Value)]
    pub body: Box<RawValue>,
}

const fn version() -> u32 {
    VERSION
}

/// What went wrong, as RFC 9457 has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:warroom:` and the code.
    pub r#type: String,
    /// The code in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// The stable word for it.
    #[schema(value_type = Code)]
    pub code: String,
    /// What happened here, and the way out.
    pub detail: String,
    /// The server's history, where the client's is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<String>,
    /// The number of the last entry there is, where the client's is higher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Seq>,
}
