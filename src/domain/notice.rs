//! A message on its way to a channel: what is to be said, where, and under
//! which key, so that it is recorded once and repeated recognisably.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    entry::{EntryId, IncidentId},
    text::{Name, Prose, Title},
};

/// One message to one channel. Recorded together with the entry it follows from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Unique for ever: the same key is never delivered as two messages.
    pub key: Title,
    /// The channel's name in the configuration.
    pub channel: Name,
    /// The incident it is about.
    pub incident: IncidentId,
    /// The entry it follows from.
    pub origin: EntryId,
    /// What it is for; decides how often and how long it is tried.
    pub purpose: Purpose,
    /// Not before this: the time in which it can be taken back.
    pub not_before: DateTime<Utc>,
    /// `INC-142 High latency`, for channels that have a subject.
    pub subject: Title,
    /// The message, as a person would read it.
    pub text: Prose,
    /// Whether somebody else may have sent the same: from a part of the log
    /// that was lost, or from where it is usually sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub maybe_repeat: bool,
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Somebody is to act now: tried for an hour, repeated in doubt.
    Page,
    /// People inside are told: tried for a day, held in doubt.
    Update,
    /// One quiet line after an outage of the engine (E8).
    LateNotice,
    /// People outside are told: held for a person in doubt.
    Public,
}

impl Purpose {
    /// Whether somebody is to act now: silence is worse than a repeat.
    pub const fn is_urgent(self) -> bool {
        match self {
            Self::Page | Self::LateNotice => true,
            Self::Update | Self::Public => false,
        }
    }

    /// `page`, `update`, `late`, `public`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Update => "update",
            Self::LateNotice => "late",
            Self::Public => "public",
        }
    }
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Waits for its turn, or for its next try.
    Queued,
    /// On the wire now; written down before the first byte left.
    InFlight,
    /// Taken by the channel.
    Sent,
    /// It may have arrived: nobody can tell. Waits for a person.
    Uncertain,
    /// Refused, or tried for too long. A person may try again.
    Dead,
    /// Taken back before it left.
    Cancelled,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::InFlight,
        Self::Sent,
        Self::Uncertain,
        Self::Dead,
        Self::Cancelled,
    ];

    /// `queued`, `in_flight`, …: as it is stored and sent.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InFlight => "in_flight",
            Self::Sent => "sent",
            Self::Uncertain => "uncertain",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state with this key; `None` where none has it.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    /// Whether it may still leave by itself, or waits for a person.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::InFlight | Self::Uncertain)
    }

    /// Whether it is sent or was taken back: nobody need look at it again.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Sent | Self::Cancelled)
    }

    /// `queued`, `in flight`, `sent`, `uncertain`, `dead`, `cancelled`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InFlight => "in flight",
            Self::Sent => "sent",
            Self::Uncertain => "uncertain",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A delivery as the store keeps it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Delivery {
    /// What is delivered.
    pub intent: Intent,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next, while it is queued.
    pub next_at: DateTime<Utc>,
    /// Whether an earlier try of it may have arrived.
    pub maybe_repeat: bool,
    /// What went wrong last.
    pub last_error: Title,
    /// When the channel took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
}

impl Delivery {
    /// Whether the same may have arrived before, whoever sent it.
    pub const fn may_be_repeat(&self) -> bool {
        self.maybe_repeat || self.intent.maybe_repeat
    }

    /// Whether it never left, and waits for a person to confirm it.
    pub const fn is_held(&self) -> bool {
        matches!(self.state, DeliveryState::Uncertain) && self.attempts == 0 && !self.maybe_repeat
    }

    /// How it stands, in a word: as [`DeliveryState::word`], or `held`.
    pub const fn word(&self) -> &'static str {
        if self.is_held() {
            "held"
        } else {
            self.state.word()
        }
    }

    /// Whether it is sent or was taken back: nobody need look at it again.
    pub const fn is_over(&self) -> bool {
        self.state.is_over()
    }
}

/// How a try to deliver went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Taken; with the provider's id, where it gives one.
    Sent(Title),
    /// Nothing arrived, for sure; try again, not before the time it asked for.
    NotSent {
        /// What went wrong.
        why: Title,
        /// How long the channel asked to be left alone.
        retry_after: Option<std::time::Duration>,
    },
    /// Refused for good.
    Refused(Title),
    /// It may have arrived.
    Uncertain(Title),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_stored_under_the_key_that_it_is_sent_under() {
        for state in DeliveryState::ALL {
            let sent = serde_json::to_value(state).unwrap();

            assert_eq!(sent, state.key());
            assert_eq!(DeliveryState::from_key(state.key()), Some(state));
        }
    }
}
