//! The JSON of the HTTP API, shared by the server and its clients.
//!
//! Times are UTC as RFC 3339, to the millisecond. A field that a reader does
//! not know is passed over, so that a newer program may say more. An entry's
//! body travels byte for byte: nobody on the way needs to know its kind.

pub mod code;
pub(crate) mod number;
pub(crate) mod view;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

pub use code::Code;

use crate::domain::{
    entry::{EntryId, IncidentId, ReplicaId, Seq},
    notice::{Delivery, DeliveryState, Intent, Purpose},
    text::{Name, Prose, Title},
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
    /// The kind of fact, such as `noted`: 1 to 64 characters.
    pub kind: String,
    /// The version of these fields: 1.
    #[serde(default = "version", deserialize_with = "number::whole")]
    #[schema(value_type = Seq)]
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
    /// newer word.
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
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

/// Which entries are wanted, and how long to wait for them.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Follow {
    /// The number of the last entry known; 0 for all.
    #[param(required = false)]
    #[serde(deserialize_with = "number::asked")]
    pub after: Seq,
    /// At most so many; never more than 500.
    #[serde(deserialize_with = "number::asked_or_none")]
    #[param(value_type = Option<Seq>)]
    pub limit: Option<u32>,
    /// How many seconds to wait while there are none; never longer than 25.
    #[serde(deserialize_with = "number::asked")]
    #[param(required = false, value_type = Seq)]
    pub wait: u32,
    /// The history in which `after` holds; another one is answered with 409.
    pub epoch: Option<String>,
    /// The entry that has the number `after`, as the client knows it. Where it
    /// is another one here, so is the history: a copy of a log goes on under
    /// the name of the whole one.
    #[param(value_type = Option<String>, format = "uuid")]
    pub last: Option<EntryId>,
    /// The copy of the log in which somebody has the room open: they are told of
    /// to the others, under the token's name.
    #[param(value_type = Option<String>, format = "uuid")]
    pub console: Option<ReplicaId>,
}

/// Entries after a number, and how the server is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<E = Entry> {
    /// In order, without gaps; empty when the wait was in vain.
    pub events: Vec<E>,
    /// The number of the last entry there is.
    pub head: Seq,
    /// The number to ask after next.
    pub next: Seq,
    /// Whether there are more now.
    pub more: bool,
    /// The history in which the numbers hold.
    pub epoch: String,
    /// The server's time.
    pub server_time: DateTime<Utc>,
    /// Who pages and delivers.
    pub engine: Engine,
    /// Who has the room open, as this server knows: at most 20 names.
    #[serde(default)]
    pub watching: Vec<Watcher>,
}

/// Somebody who has the room open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Watcher {
    /// Their name.
    #[schema(value_type = String)]
    pub name: Name,
    /// In how many consoles: homes that they are at, not windows.
    pub consoles: u32,
}

/// The engine, as the log tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Engine {
    /// Whose it is; absent when nobody runs one.
    pub holder: Option<String>,
    /// When it last did its round.
    pub ticked_at: Option<DateTime<Utc>>,
}

/// A delivery, as a server tells of it and a client reads it.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "each field is one of the delivery's")]
pub struct Told {
    pub key: Title,
    pub channel: Name,
    pub incident: IncidentId,
    pub origin: EntryId,
    pub purpose: Purpose,
    pub state: DeliveryState,
    pub attempts: u32,
    pub next_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub maybe_repeat: bool,
    pub last_error: Option<Title>,
    pub subject: Title,
    pub text: Prose,
}

impl From<Told> for Delivery {
    fn from(told: Told) -> Self {
        Self {
            intent: Intent {
                key: told.key,
                channel: told.channel,
                incident: told.incident,
                origin: told.origin,
                purpose: told.purpose,
                not_before: told.created_at,
                subject: told.subject,
                text: told.text,
                maybe_repeat: false,
            },
            state: told.state,
            attempts: told.attempts,
            next_at: told.next_at,
            maybe_repeat: told.maybe_repeat,
            last_error: told.last_error.unwrap_or_default(),
            sent_at: told.sent_at,
            created_at: told.created_at,
        }
    }
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

/// What a client needs to know before it speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Meta {
    /// The program: `warroom`.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The version of an entry's outer fields.
    pub entry_version: u32,
    /// The server's time.
    pub server_time: DateTime<Utc>,
    /// What fits.
    pub limits: Limits,
    /// Who asks; absent without a token.
    pub you: Option<You>,
    /// The log of the caller's workspace, by the name that it has for ever:
    /// another history of it is the same log. Absent without the right to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub log: Option<ReplicaId>,
    /// The channels that updates may go through; none without the right to read.
    #[serde(default)]
    pub channels: Channels,
    /// The team's policy as new incidents carry it, in TOML; absent where it is
    /// the built-in one, and without the right to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// Channels of the server's configuration, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Channels {
    /// For updates inside the company.
    #[schema(value_type = Vec<String>)]
    pub updates: Vec<Name>,
    /// For news that people outside read.
    #[schema(value_type = Vec<String>)]
    pub public: Vec<Name>,
    /// Every one there is, whatever it is for.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub all: Vec<Name>,
}

/// What a copy keeps of [`Meta`], for while the server is away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Where updates go.
    #[serde(flatten)]
    pub channels: Channels,
    /// What the token may do; empty while that is not known.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Under whose name the token records.
    #[serde(default)]
    pub name: Option<Name>,
    /// The team's policy, where it is not the built-in one.
    #[serde(default)]
    pub policy: Option<String>,
    /// How far its clock was ahead of ours, in whole seconds: what is less
    /// changes with every call.
    #[serde(default)]
    pub offset_s: i64,
}

impl Known {
    /// What was kept as JSON, by this program or an older one.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// Whether the server takes entries from here, as far as is known.
    pub fn may_write(&self) -> bool {
        let writes = |scope: &String| scope == "write" || scope == "admin";
        self.scopes.is_empty() || self.scopes.iter().any(writes)
    }
}

/// What fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// Entries of a post, and of a page.
    pub entries: usize,
    /// Bytes of a post.
    pub batch_bytes: usize,
    /// Bytes of an entry's body.
    pub body_bytes: usize,
    /// Lists and objects in each other in a body.
    pub depth: usize,
    /// Seconds of waiting for news.
    pub wait_s: u32,
}

/// Who a token makes of its bearer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct You {
    /// The name under which entries are recorded.
    #[schema(value_type = String)]
    pub name: Name,
    /// The one workspace it is for.
    #[schema(value_type = String)]
    pub workspace: Name,
    /// `read`, `write`, `admin`, `hook`.
    pub scopes: Vec<String>,
    /// When the token ends; absent where it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

impl Limits {
    /// Those of this program.
    pub const fn here() -> Self {
        Self {
            entries: ENTRIES,
            batch_bytes: BATCH,
            body_bytes: BODY,
            depth: DEPTH,
            wait_s: WAIT_S,
        }
    }
}
