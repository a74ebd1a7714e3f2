//! What a draft says, and holds no more.

use super::{Composer, Field, status_word};
use crate::domain::{incident::Incident, severity::Severity};

/// A line that the incident has gone past while it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    field: Field,
    /// What the draft says.
    pub said: String,
    /// What would be filled in now.
    pub now: String,
}

impl Stale {
    /// What it is about, as a review asks for it.
    pub fn label(&self) -> &'static str {
        if self.field == Field::Impact {
            "Severity"
        } else {
            "Status"
        }
    }
}

impl Composer {
    /// The lines that `incident` has gone past since they were filled in. What
    /// a person wrote instead of them is theirs.
    pub fn stale(&self, incident: &Incident) -> Vec<Stale> {
        let status = self.status.text();
        let phase = status_word(incident.phase());
        let mut stale = Vec::new();
        if status == self.filled_in && status != phase {
            stale.push(Stale {
                field: Field::Status,
                said: status,
                now: phase.to_owned(),
            });
        }
        let said = level_of(&self.impact.text());
        if let (Some(said), Some(now)) = (said, incident.severity())
            && said != now
        {
            stale.push(Stale {
                field: Field::Impact,
                said: said.to_string(),
                now: now.to_string(),
            });
        }
        stale
    }

    /// Says what holds now instead.
    pub fn freshen(&mut self, stale: &Stale) {
        if stale.field == Field::Impact {
            let text = self.impact.text().replacen(&stale.said, &stale.now, 1);
            self.impact.set(&text);
        } else {
            self.status.set(&stale.now);
        }
    }
}

/// The level that an impact line begins with.
fn level_of(impact: &str) -> Option<Severity> {
    let first = impact.split_whitespace().next()?;
    let mut levels = Severity::ALL.into_iter();
    levels.find(|level| level.to_string() == first)
}
