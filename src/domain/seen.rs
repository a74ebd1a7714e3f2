//! What is seen of others: who runs the engine, and whether the shared backend
//! answers.

use chrono::{DateTime, TimeDelta, Utc};

use super::{span::CLOCK_OFF, text::Title};

/// Who runs the engine (E9).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EngineSeen {
    /// Whose engine it is; `None` when nobody runs one.
    pub holder: Option<Title>,
    /// It is this console's.
    pub mine: bool,
    /// When it last did its round.
    pub ticked_at: Option<DateTime<Utc>>,
}

impl EngineSeen {
    /// An engine that did no round for this long is not there: it does one
    /// every few seconds, and somebody who waits for a page can't wait longer.
    pub const SILENT: TimeDelta = TimeDelta::seconds(20);
}

/// How this copy of the log stands to the shared backend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LinkSeen {
    /// The server's name.
    pub server: Title,
    /// In touch or not.
    pub state: LinkState,
    /// It answered when it was last asked, even where it says no, or where its
    /// history can't be taken up before what waits here has left, or was given
    /// up.
    pub answers: bool,
    /// The server's clock less ours.
    pub offset: TimeDelta,
    /// When it last answered.
    pub heard_at: Option<DateTime<Utc>>,
    /// It takes no entries from here: the token may only read.
    pub read_only: bool,
}

impl LinkSeen {
    /// Whether this host's clock differs from the server's by what is worth a
    /// word.
    pub fn clock_is_off(&self) -> bool {
        self.offset.abs() > CLOCK_OFF
    }
}

/// Whether the shared backend answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum LinkState {
    /// There is none: the log numbers itself.
    #[default]
    Alone,
    /// It answers, after so long.
    Online {
        /// There and back.
        latency: TimeDelta,
    },
    /// It does not.
    Offline {
        /// Since when.
        since: DateTime<Utc>,
        /// Why, in a sentence.
        why: Title,
        /// It does answer, and does not take the token.
        refused: bool,
    },
}
