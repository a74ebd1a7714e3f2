//! Where the work on an incident stands (G2).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The phases, in the order in which an incident usually goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Is it real, how bad is it, who takes it? Quiet towards others (G3).
    Triage,
    /// Looking for the cause.
    Investigating,
    /// The cause is known.
    Identified,
    /// A fix is being deployed.
    Fixing,
    /// The fix is in; watching whether it holds.
    Monitoring,
    /// The service is normal.
    Resolved,
    /// Follow-up is done.
    Closed,
    /// It never was an incident, or goes on in another one.
    Cancelled,
}

impl Phase {
    /// Whether people still work on it.
    pub const fn is_active(self) -> bool {
        match self {
            Self::Triage
            | Self::Investigating
            | Self::Identified
            | Self::Fixing
            | Self::Monitoring => true,
            Self::Resolved | Self::Closed | Self::Cancelled => false,
        }
    }

    /// The document's number of the phase: 1 to 4.
    pub const fn number(self) -> usize {
        match self {
            Self::Triage => 1,
            Self::Investigating | Self::Identified => 2,
            Self::Fixing | Self::Monitoring => 3,
            Self::Resolved | Self::Closed | Self::Cancelled => 4,
        }
    }

    /// `Investigating`, as updates say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Triage => "Triage",
            Self::Investigating => "Investigating",
            Self::Identified => "Identified",
            Self::Fixing => "Fixing",
            Self::Monitoring => "Monitoring",
            Self::Resolved => "Resolved",
            Self::Closed => "Closed",
            Self::Cancelled => "Cancelled",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}
