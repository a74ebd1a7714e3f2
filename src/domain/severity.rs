//! How bad an incident is: P1 to P4, as the response process names them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The level of an incident. `P1` is the greatest: `P1 > P2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub enum Severity {
    /// Critical: the system is down.
    P1,
    /// High: the system is degraded.
    P2,
    /// Medium: minor functionality is affected.
    P3,
    /// Low: an alert without impact on users.
    P4,
}

impl Severity {
    /// Every level, the worst first.
    pub const ALL: [Self; 4] = [Self::P1, Self::P2, Self::P3, Self::P4];

    /// `CRITICAL`, `HIGH`, `MEDIUM`, `LOW`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::P1 => "CRITICAL",
            Self::P2 => "HIGH",
            Self::P3 => "MEDIUM",
            Self::P4 => "LOW",
        }
    }

    /// 0 for P1 to 3 for P4.
    pub const fn rank(self) -> usize {
        match self {
            Self::P1 => 0,
            Self::P2 => 1,
            Self::P3 => 2,
            Self::P4 => 3,
        }
    }
}

impl Ord for Severity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other.rank().cmp(&self.rank())
    }
}

impl PartialOrd for Severity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P3 => "P3",
            Self::P4 => "P4",
        })
    }
}

/// A word that names no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a severity: P1 (critical), P2 (high), P3 (medium) or P4 (low)")]
pub struct UnknownSeverity(pub String);

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.trim().to_ascii_lowercase().as_str() {
            "p1" | "1" | "critical" => Ok(Self::P1),
            "p2" | "2" | "high" => Ok(Self::P2),
            "p3" | "3" | "medium" => Ok(Self::P3),
            "p4" | "4" | "low" => Ok(Self::P4),
            _ => Err(UnknownSeverity(super::text::one_line(text))),
        }
    }
}
