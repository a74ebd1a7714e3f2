//! A draft on disk: what is kept of what is being written, and taken up again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Composer, Source};
use crate::{
    domain::{
        entry::{EntryId, IncidentId},
        text::{Name, Prose, Title},
        update::Audience,
    },
    ui::edit::Edit,
};

/// A draft as it is kept on disk.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Draft {
    status: Title,
    impact: Title,
    eta: Title,
    eta_said: DateTime<Utc>,
    next: Title,
    body: Prose,
    to: Vec<(Name, bool)>,
    after: Option<EntryId>,
    taken_from: Vec<Source>,
    filled_in: Title,
}

impl Composer {
    /// What the keys of its drafts begin with, and the whole of those that a
    /// program before this one left.
    pub fn draft_key(incident: IncidentId, audience: Audience) -> String {
        match audience {
            Audience::Internal => format!("update/{incident}"),
            Audience::External => format!("outside/{incident}"),
        }
    }

    /// Its key and its text, for keeping on disk.
    ///
    /// # Panics
    ///
    /// Never: a draft has only text.
    pub fn to_draft(&self) -> (String, String) {
        let draft = Draft {
            status: Title::lossy(&self.status.text()),
            impact: Title::lossy(&self.impact.text()),
            eta: Title::lossy(&self.eta.text()),
            eta_said: self.eta_said,
            next: Title::lossy(&self.next.text()),
            body: Prose::lossy(&self.body.text()),
            to: self.to.clone(),
            after: self.after,
            taken_from: self.taken_from.clone(),
            filled_in: Title::lossy(&self.filled_in),
        };
        let text = serde_json::to_string(&draft).expect("a draft has only text");
        (self.key.clone(), text)
    }

    /// Takes a kept draft over; text that is none changes nothing.
    pub fn restore(&mut self, text: &str) {
        let Ok(draft) = serde_json::from_str::<Draft>(text) else {
            return;
        };
        take_over(&mut self.status, &draft.status);
        take_over(&mut self.impact, &draft.impact);
        take_over(&mut self.eta, &draft.eta);
        self.eta_said = draft.eta_said;
        take_over(&mut self.next, &draft.next);
        self.body.set(&draft.body);
        for (name, ticked) in draft.to {
            if let Some(known) = self.to.iter_mut().find(|(known, _)| *known == name) {
                known.1 = ticked;
            }
        }
        self.after = draft.after;
        self.taken_from = draft.taken_from;
        self.filled_in = draft.filled_in.to_string();
    }
}

/// Takes a kept line over; one that says what is filled in stays a suggestion.
fn take_over(line: &mut Edit, kept: &str) {
    if line.text() != kept {
        line.set(kept);
    }
}
