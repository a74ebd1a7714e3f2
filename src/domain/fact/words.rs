//! The words that facts are made of.

use serde::{Deserialize, Serialize};

/// The state of a probed thing (H1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It answers as it should.
    Up,
    /// It answers, slowly or with a warning.
    Degraded,
    /// It does not answer, or wrongly.
    Down,
    /// Nobody can tell, for instance because this host is offline (H2).
    Unknown,
    /// It was known once, too long ago.
    Stale,
}

impl Health {
    /// `ok`, `SLOW`, `DOWN`, `unknown`, `STALE`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "ok",
            Self::Degraded => "SLOW",
            Self::Down => "DOWN",
            Self::Unknown => "unknown",
            Self::Stale => "STALE",
        }
    }
}

/// What kind of thing went wrong (H1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The name does not resolve.
    Dns,
    /// Nothing accepts the connection, or it was reset.
    Connect,
    /// The encrypted connection can't be trusted or made.
    Tls,
    /// No answer in time.
    Timeout,
    /// An answer with a status that means failure.
    Status,
    /// An answer with the wrong content.
    Body,
}

impl ErrorClass {
    /// `dns`, `connect`, `tls`, `timeout`, `status`, `body`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Status => "status",
            Self::Body => "body",
        }
    }
}

/// What a person does in an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The incident commander: decides.
    Commander,
    /// Stands in for the commander.
    Deputy,
    /// Operations lead: leads the repair.
    OpsLead,
    /// Communications lead: writes the updates.
    CommsLead,
    /// Keeps the record.
    Scribe,
    /// Works on it.
    Responder,
    /// Watches.
    Observer,
    /// Is told.
    Stakeholder,
}

impl Role {
    /// Every role, as a list to choose from.
    pub const ALL: [Self; 8] = [
        Self::Commander,
        Self::Deputy,
        Self::OpsLead,
        Self::CommsLead,
        Self::Scribe,
        Self::Responder,
        Self::Observer,
        Self::Stakeholder,
    ];

    /// `commander`, `ops lead`, …
    pub const fn word(self) -> &'static str {
        match self {
            Self::Commander => "commander",
            Self::Deputy => "deputy",
            Self::OpsLead => "ops lead",
            Self::CommsLead => "comms lead",
            Self::Scribe => "scribe",
            Self::Responder => "responder",
            Self::Observer => "observer",
            Self::Stakeholder => "stakeholder",
        }
    }

    /// Whether only one person has it at a time.
    pub const fn is_single(self) -> bool {
        matches!(
            self,
            Self::Commander | Self::Deputy | Self::Scribe | Self::CommsLead
        )
    }
}

/// The four kinds of action item (V4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Update runbooks.
    Runbook,
    /// Improve monitoring and alerting.
    Monitoring,
    /// Preventive measures.
    Preventive,
    /// Update documentation.
    Documentation,
}

impl ActionKind {
    /// The four kinds, in the process document's order.
    pub const ALL: [Self; 4] = [
        Self::Runbook,
        Self::Monitoring,
        Self::Preventive,
        Self::Documentation,
    ];

    /// `update runbooks`, …
    pub const fn word(self) -> &'static str {
        match self {
            Self::Runbook => "update runbooks",
            Self::Monitoring => "improve monitoring",
            Self::Preventive => "preventive measure",
            Self::Documentation => "update documentation",
        }
    }
}

/// Why a step of a ladder was passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// Not for this severity when it fell due (E3).
    NotApplicable,
    /// Nobody can be reached (E7).
    Unreachable,
    /// A higher step was due as well (E8).
    Overtaken,
    /// A person said so (E11).
    ByHand,
}

/// Why a message did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Its channel did not take it.
    #[default]
    Failed,
    /// It was sent, and nobody knows whether its channel took it. Programs
    /// before called that failed.
    Uncertain,
    /// Somebody called it off, or it was not wanted any more.
    CalledOff,
    /// It waits for a person to confirm it.
    Held,
}

impl Fate {
    /// Whether its channel did not take it.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands a field by reference"
    )]
    pub(super) const fn is_failed(&self) -> bool {
        matches!(self, Self::Failed)
    }

    /// Whether it was not even tried: nobody has read it.
    pub const fn is_kept_back(self) -> bool {
        match self {
            Self::CalledOff | Self::Held => true,
            Self::Failed | Self::Uncertain => false,
        }
    }
}

/// A step's place in the policy: `management/2` is its third step.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StepId {
    /// The ladder's name.
    pub ladder: String,
    /// The step's place, from 0.
    pub index: usize,
}

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.ladder, self.index)
    }
}
