//! A question with its fields, and what it takes to confirm it: the ladder of
//! confirmation. Nothing reaches people by less than a typed word.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{action::Action, edit::Edit};
use crate::domain::{
    entry::{EntryId, IncidentId},
    text::Title,
};

/// How long a new sheet takes no key: what was typed ahead is not an answer.
const DEAF_FOR: TimeDelta = TimeDelta::milliseconds(300);

/// Rows of text that a page key goes: fewer than any screen shows.
const PAGE: u16 = 4;
/// Columns of text on the narrowest screen.
const NARROWEST: usize = 24;

/// What confirms a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Enter on the last field.
    Enter,
    /// `y`.
    Yes,
    /// This word, typed, and Enter.
    Word(String),
}

/// A question on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// What it asks for.
    pub action: Action,
    /// The incident it is about.
    pub incident: Option<IncidentId>,
    /// The entry it is about.
    pub entry: Option<EntryId>,
    /// The delivery it is about, by its key: the list moves while one reads.
    pub delivery: Option<Title>,
    /// Its title.
    pub title: String,
    /// What will happen, in lines.
    pub lines: Vec<String>,
    /// Text that is quoted exactly, in a box.
    pub quote: Option<String>,
    /// What is asked.
    pub fields: Vec<Field>,
    /// What confirms it.
    pub gate: Gate,
    /// The field with the cursor; the number of fields for the gate.
    pub at: usize,
    /// What was typed at the gate.
    pub typed: Edit,
    /// Why the last try was refused.
    pub error: Option<String>,
    /// Rows of its text that were scrolled away, where not all of it fits.
    pub scroll: u16,
    /// When it was shown.
    pub opened: DateTime<Utc>,
}

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

/// What a key did to a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is still open.
    Open,
    /// It was left.
    Left,
    /// It was confirmed.
    Confirmed,
}

impl Field {
    /// Free text.
    pub fn text(label: &'static str, value: &str, hint: &str) -> Self {
        Self {
            label,
            value: Edit::line(value),
            choices: Vec::new(),
            hint: hint.to_owned(),
        }
    }

    /// Text of several lines.
    pub fn page(label: &'static str, value: &str, hint: &str) -> Self {
        Self {
            label,
            value: Edit::page(value),
            choices: Vec::new(),
            hint: hint.to_owned(),
        }
    }

    /// One of a few.
    pub fn choice(label: &'static str, value: &str, choices: &[&str]) -> Self {
        let choices: Vec<String> = choices.iter().map(|choice| (*choice).to_owned()).collect();
        Self {
            label,
            value: Edit::line(value),
            choices,
            hint: "arrows choose".to_owned(),
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

    /// Jumps to the choice that begins with `c`.
    fn jump(&mut self, c: char) {
        let found = self
            .choices
            .iter()
            .find(|choice| choice.to_lowercase().starts_with(c.to_ascii_lowercase()));
        if let Some(choice) = found.cloned() {
            self.value.set(&choice);
        }
    }
}

impl Sheet {
    /// A sheet without fields, shown at `now`.
    pub fn new(action: Action, title: impl Into<String>, gate: Gate, now: DateTime<Utc>) -> Self {
        Self {
            action,
            incident: None,
            entry: None,
            delivery: None,
            title: title.into(),
            lines: Vec::new(),
            quote: None,
            fields: Vec::new(),
            gate,
            at: 0,
            typed: Edit::line(""),
            error: None,
            scroll: 0,
            opened: now,
        }
    }

    /// About `incident`.
    #[must_use]
    pub fn about(mut self, incident: IncidentId) -> Self {
        self.incident = Some(incident);
        self
    }

    /// With a line that says what will happen.
    #[must_use]
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// With a field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// What was typed into the field of that label; empty without one.
    pub fn value(&self, label: &str) -> String {
        let field = self.fields.iter().find(|field| field.label == label);
        field
            .map(|field| field.value.text().trim().to_owned())
            .unwrap_or_default()
    }

    /// Whether the cursor is on the gate.
    pub fn is_at_gate(&self) -> bool {
        self.at >= self.fields.len()
    }

    /// Carries out a key.
    pub fn key(&mut self, key: KeyEvent, now: DateTime<Utc>) -> Answer {
        if key.code == KeyCode::Esc {
            return Answer::Left;
        }
        // A clock that is set back must not make it deaf for long.
        // Where Enter is enough nobody is reached, and no letter may be lost.
        if self.gate != Gate::Enter && (now - self.opened).abs() < DEAF_FOR {
            return Answer::Open;
        }
        match key.code {
            KeyCode::PageDown => self.scroll = (self.scroll + PAGE).min(self.longest()),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(PAGE),
            KeyCode::Tab | KeyCode::Down if !self.is_page() || key.code == KeyCode::Tab => {
                self.step(true);
            }
            KeyCode::BackTab | KeyCode::Up if !self.is_page() || key.code == KeyCode::BackTab => {
                self.step(false);
            }
            _ if self.is_at_gate() => return self.gate_key(key),
            KeyCode::Enter if !self.is_page() || key.modifiers.contains(KeyModifiers::ALT) => {
                return self.enter();
            }
            KeyCode::Char('r')
                if self.is_page() && key.modifiers.contains(KeyModifiers::CONTROL) =>
            {
                return self.enter();
            }
            _ => self.field_key(key),
        }
        Answer::Open
    }

    /// Pasted text goes into fields only, never into the gate.
    pub fn paste(&mut self, text: &str) {
        let at = self.at;
        if let Some(field) = self
            .fields
            .get_mut(at)
            .filter(|field| field.choices.is_empty())
        {
            field.value.insert(text);
        }
    }

    /// More rows than its text takes on the narrowest screen.
    fn longest(&self) -> u16 {
        let lines = self.lines.iter().chain(&self.quote);
        let rows = lines
            .flat_map(|text| text.lines())
            .map(|line| 1 + line.chars().count() / NARROWEST);
        u16::try_from(rows.sum::<usize>()).unwrap_or(u16::MAX)
    }

    fn is_page(&self) -> bool {
        self.fields
            .get(self.at)
            .is_some_and(|field| field.value.lines().len() > 1)
    }

    fn field_key(&mut self, key: KeyEvent) {
        let Some(field) = self.fields.get_mut(self.at) else {
            return;
        };
        match key.code {
            KeyCode::Left | KeyCode::Right | KeyCode::Char(' ') if !field.choices.is_empty() => {
                field.turn(key.code != KeyCode::Left);
            }
            KeyCode::Char(c) if !field.choices.is_empty() => field.jump(c),
            _ if !field.choices.is_empty() => {}
            _ => {
                field.value.key(key);
            }
        }
    }

    fn step(&mut self, forward: bool) {
        let stops = self.fields.len() + usize::from(self.gate != Gate::Enter);
        if stops > 0 {
            self.at = if forward {
                self.at + 1
            } else {
                self.at + stops - 1
            } % stops;
        }
    }

    /// Goes on to the gate; where Enter is the gate, to the next field that is
    /// empty, and confirms when there is none.
    fn enter(&mut self) -> Answer {
        let mut later = (self.at + 1)..self.fields.len();
        let next = match self.gate {
            Gate::Enter => later.find(|place| self.fields[*place].value.is_empty()),
            Gate::Yes | Gate::Word(_) => Some(self.at + 1),
        };
        match next {
            Some(place) => {
                self.at = place;
                Answer::Open
            }
            None => Answer::Confirmed,
        }
    }

    fn gate_key(&mut self, key: KeyEvent) -> Answer {
        match (&self.gate, key.code) {
            (Gate::Enter, KeyCode::Enter) | (Gate::Yes, KeyCode::Char('y' | 'Y')) => {
                Answer::Confirmed
            }
            (Gate::Enter, _) => Answer::Open,
            // The default is always no.
            (Gate::Yes, _) => Answer::Left,
            (Gate::Word(word), KeyCode::Enter)
                if self.typed.text().trim().eq_ignore_ascii_case(word) =>
            {
                Answer::Confirmed
            }
            (Gate::Word(word), KeyCode::Enter) => {
                self.error = Some(format!("type the word {word} to go on, or Esc to go back"));
                Answer::Open
            }
            (Gate::Word(_), _) => {
                self.typed.key(key);
                Answer::Open
            }
        }
    }
}
