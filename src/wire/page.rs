//! What is read of the log, and of what leaves because of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Entry, number, time};
use crate::domain::{
    entry::{EntryId, IncidentId, ReplicaId, Seq},
    notice::{Delivery, DeliveryState, Intent, Purpose},
    text::{Name, Prose, Title},
};

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
    /// The `total` that was told with the entry of the number `after`: where it
    /// is another one here, so is something before it.
    pub total: Option<String>,
    /// The copy of the log in which somebody has the room open: they are told of
    /// to the others, under the token's name.
    #[param(value_type = Option<String>, format = "uuid")]
    pub console: Option<ReplicaId>,
}

/// What a person does with a delivery of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It is sent again at once.
    Retry,
    /// It is taken back.
    Cancel,
    /// It arrived, or was sent by hand.
    MarkSent,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Retry, Self::Cancel, Self::MarkSent];

    /// The last part of its address.
    pub const fn segment(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Cancel => "cancel",
            Self::MarkSent => "mark-sent",
        }
    }
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
    /// The sum of everything up to the number `next`, as 64 hex digits: two logs
    /// that have the same one there have the same entries up to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<String>,
    /// The server's time.
    #[serde(deserialize_with = "time::time")]
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
    #[serde(default, deserialize_with = "time::time_or_none")]
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
    #[serde(deserialize_with = "time::time")]
    pub next_at: DateTime<Utc>,
    #[serde(deserialize_with = "time::time")]
    pub created_at: DateTime<Utc>,
    #[serde(default, deserialize_with = "time::time_or_none")]
    pub sent_at: Option<DateTime<Utc>>,
    pub maybe_repeat: bool,
    pub last_error: Option<Title>,
    pub subject: Title,
    pub text: Prose,
}

impl From<Told> for Delivery {
    fn from(told: Told) -> Self {
        // Until it is tried for the first time, that is when it may leave.
        let not_before = match told.attempts {
            0 => told.next_at,
            _ => told.created_at,
        };
        Self {
            intent: Intent {
                key: told.key,
                channel: told.channel,
                incident: told.incident,
                origin: told.origin,
                purpose: told.purpose,
                not_before,
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::json;

    use super::*;
    use crate::ui::pane::outbox::words;

    fn told(attempts: u32, created_at: DateTime<Utc>) -> Delivery {
        let told = json!({
            "key": "update-1", "channel": "incidents", "incident": uuid::Uuid::nil(),
            "origin": uuid::Uuid::nil(), "purpose": "update", "state": "queued",
            "attempts": attempts, "next_at": created_at + TimeDelta::seconds(10),
            "created_at": created_at, "maybe_repeat": false, "last_error": "it answered 503",
            "subject": "down", "text": "down",
        });
        let told: Told = serde_json::from_value(told).unwrap();
        told.into()
    }

    #[test]
    fn what_a_server_still_holds_says_when_it_leaves() {
        let created_at = DateTime::UNIX_EPOCH;
        let now = created_at + TimeDelta::seconds(2);

        assert_eq!(
            words(&told(0, created_at), now),
            "leaves in 00:08: u takes it back"
        );
        assert!(words(&told(1, created_at), now).starts_with("try 2 at "));
    }
}
