//! What a form knows while it makes its sheet.

use chrono::{DateTime, Utc};

use crate::{
    domain::{entry::IncidentId, incident::Incident},
    ui::{
        action::Action,
        app::App,
        sheet::{Field, Gate, Sheet},
    },
};

/// What surrounds the question.
pub(super) struct Asking<'a> {
    /// The screen.
    pub app: &'a App,
    /// What is to be done.
    pub action: Action,
    /// In which incident, where it is about one.
    pub about: Option<IncidentId>,
    /// What was given after a `:` command.
    pub arguments: &'a str,
    /// The time.
    pub now: DateTime<Utc>,
}

impl Asking<'_> {
    /// The incident that it is about.
    pub fn incident(&self) -> Result<&Incident, String> {
        let incident = self.about.and_then(|id| self.app.board.get(id));
        incident.ok_or_else(|| "no incident is on the screen".to_owned())
    }

    /// The same, behind the word of its action.
    pub fn guarded(&self, title: &str) -> Result<Sheet, String> {
        self.sheet(title, gate_of(self.action))
    }

    /// A sheet about that incident, whose number takes the place
    /// of `{}` in its title.
    pub fn sheet(&self, title: &str, gate: Gate) -> Result<Sheet, String> {
        let incident = self.incident()?;
        let title = title.replace("{}", &incident.label());
        Ok(Sheet::new(self.action, title, gate, self.now).about(incident.id))
    }
}

/// A gate of a word.
pub(super) fn word(word: &str) -> Gate {
    Gate::Word(word.to_owned())
}

/// The gate of an action's own word; a `y` where it has none.
pub(super) fn gate_of(action: Action) -> Gate {
    action.typed().map_or(Gate::Yes, word)
}

/// When it happened.
pub(super) fn when() -> Field {
    Field::suggestion("When", "now", "14:05 UTC, 10m ago")
}

/// Why.
pub(super) fn reason(hint: &str) -> Field {
    Field::text("Reason", "", hint)
}

/// Yes or no.
pub(super) fn yes_no(label: &'static str) -> Field {
    Field::choice(label, "no", &["yes", "no"])
}

/// One of `all`, the first to begin with.
pub(super) fn one_of(label: &'static str, all: &[String]) -> Field {
    let choices: Vec<&str> = all.iter().map(String::as_str).collect();
    Field::choice(
        label,
        choices.first().copied().unwrap_or_default(),
        &choices,
    )
}
