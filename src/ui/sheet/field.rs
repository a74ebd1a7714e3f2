//! One thing that a sheet asks.

use crossterm::event::{KeyCode, KeyEvent};

use crate::ui::edit::Edit;

/// One thing asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// `Reason`.
    pub label: &'static str,
    /// What was typed, or chosen.
    pub value: Edit,
    /// What can be chosen; anything can be typed where empty.
    pub choices: Vec<String>,
    /// A word of help.
    pub hint: String,
}

impl Field {
    /// Free text; what stands in it already is amended.
    pub fn text(label: &'static str, value: &str, hint: &str) -> Self {
        Self {
            label,
            value: Edit::line(value),
            choices: Vec::new(),
            hint: hint.to_owned(),
        }
    }

    /// Free text with a suggestion, which typing replaces.
    pub fn suggestion(label: &'static str, value: &str, hint: &str) -> Self {
        Self {
            value: Edit::suggestion(value),
            ..Self::text(label, value, hint)
        }
    }

    /// One of a few.
    pub fn choice(label: &'static str, value: &str, choices: &[&str]) -> Self {
        Self {
            choices: choices.iter().map(|choice| (*choice).to_owned()).collect(),
            ..Self::text(label, value, "arrows choose")
        }
    }

    /// Puts `text` in: the choice that it names, or the text itself.
    pub fn fill(&mut self, text: &str) {
        if self.choices.is_empty() {
            self.value.set(&crate::domain::text::Prose::lossy(text));
        }
        let named = |choice: &&String| choice.eq_ignore_ascii_case(text);
        if let Some(choice) = self.choices.iter().find(named).cloned() {
            self.value.set(&choice);
        }
    }

    /// Pasted text changes no choice.
    pub(super) fn paste(&mut self, text: &str) {
        if self.choices.is_empty() {
            self.value.insert(text);
        }
    }

    pub(super) fn key(&mut self, key: KeyEvent) {
        match key.code {
            KeyCode::Left | KeyCode::Right | KeyCode::Char(' ') if !self.choices.is_empty() => {
                self.turn(key.code != KeyCode::Left);
            }
            KeyCode::Char(c) if !self.choices.is_empty() => self.jump(c),
            _ if !self.choices.is_empty() => {}
            _ => drop(self.value.key(key)),
        }
    }

    fn turn(&mut self, forward: bool) {
        let now = self.value.text();
        let count = self.choices.len();
        let place = self.choices.iter().position(|choice| *choice == now);
        let next = match (place, forward) {
            (Some(place), true) => (place + 1) % count,
            (Some(place), false) => (place + count - 1) % count,
            (None, _) => 0,
        };
        self.value.set(&self.choices[next].clone());
    }

    /// Jumps to the choice that begins with `c`, or ends with that digit: `1`
    /// means P1.
    fn jump(&mut self, c: char) {
        let begins = |choice: &&String| choice.to_lowercase().starts_with(c.to_ascii_lowercase());
        let ends = |choice: &&String| c.is_ascii_digit() && choice.ends_with(c);
        let mut choices = self.choices.iter();
        let found = choices.clone().find(begins).or_else(|| choices.find(ends));
        if let Some(choice) = found.cloned() {
            self.value.set(&choice);
        }
    }
}
