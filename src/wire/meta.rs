//! What a server tells of itself, and what a copy keeps of that.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BATCH, BODY, DEPTH, ENTRIES, Scope, WAIT_S, scope, time};
use crate::domain::{entry::ReplicaId, text::Name};

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
    #[serde(deserialize_with = "time::time")]
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
    /// The same, by what does not change when somebody sets our clock.
    #[serde(default)]
    pub start: Option<Start>,
}

/// A start of this host, by the clock of its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Its name, which no other start has.
    pub id: String,
    /// When it was, to the second.
    #[serde(deserialize_with = "time::time")]
    pub at: DateTime<Utc>,
}

impl Known {
    /// What was kept as JSON; `None` where it is not that.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// How far its clock was ahead of ours.
    pub fn offset(&self) -> TimeDelta {
        TimeDelta::try_seconds(self.offset_s).unwrap_or_default()
    }

    /// Whether the server takes entries from here, as far as is known.
    pub fn may_write(&self) -> bool {
        self.scopes.is_empty() || scope::allow(&self.scopes, Scope::Write)
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
    #[serde(
        default,
        deserialize_with = "time::time_or_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub expires_at: Option<DateTime<Utc>>,
}

impl You {
    /// Whether the token is enough where `wanted` is asked for.
    pub fn may(&self, wanted: Scope) -> bool {
        scope::allow(&self.scopes, wanted)
    }
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
