//! The update: the process document's five lines (U4), and the hints for
//! whoever writes one (U5, X3).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::text::{Prose, Title};

/// Whom an update is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// People inside the company.
    Internal,
    /// Customers and the public (X1).
    External,
}

/// The fields of an update.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// `Investigating`.
    pub status: Title,
    /// `P2 - High latency on video generation`.
    pub impact: Title,
    /// `2 hours`, as it is shown.
    pub eta: Title,
    /// The instant that the ETA means, where it means one (U5).
    pub eta_at: Option<DateTime<Utc>>,
    /// When the next update is promised; `None` on the last one (U7).
    pub next: Option<DateTime<Utc>>,
    /// What else is to be said, below the five lines.
    pub body: Prose,
}

/// What surrounds a form when it is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'a> {
    /// `INC-142`, said as soon as two incidents are active.
    pub label: Option<&'a str>,
    /// Whether the place can show 🚨; it gets `[!]` otherwise.
    pub siren: bool,
    /// When it is posted; a promise for another day carries its date.
    pub now: DateTime<Utc>,
}

impl Form {
    /// The message, exactly as it is posted (U4), without a line break at its end.
    pub fn render(&self, setting: Setting<'_>) -> String {
        let siren = if setting.siren { "🚨" } else { "[!]" };
        let label = setting
            .label
            .map(|label| format!(" [{label}]"))
            .unwrap_or_default();
        let next = match self.next {
            Some(next) if next.date_naive() == setting.now.date_naive() => {
                next.format("%H:%M UTC").to_string()
            }
            Some(next) => next.format("%Y-%m-%d %H:%M UTC").to_string(),
            None => "none, this is the last one".to_owned(),
        };
        let mut text = format!(
            "{siren} INCIDENT UPDATE{label}\nStatus: {}\nImpact: {}\nETA: {}\nNext Update: {next}",
            self.status, self.impact, self.eta,
        );
        if !self.body.is_empty() {
            text.push_str("\n\n");
            text.push_str(&self.body);
        }
        text
    }
}
