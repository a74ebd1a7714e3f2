//! A question with its fields, and what it takes to confirm it: the ladder of
//! confirmation. Nothing reaches people by less than a typed word.

mod field;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent};

use super::{action::Action, edit::Edit};
use crate::domain::{
    entry::{EntryId, IncidentId},
    fact::StepId,
    text::Title,
};

pub use field::Field;

/// How long a new sheet takes no key: what was typed ahead is not an answer.
const DEAF_FOR: TimeDelta = TimeDelta::milliseconds(300);

/// A word that was there within this time, with its Enter, came in one piece:
/// a hand takes longer for two letters. A line that delivers late bundles a few
/// keys, and seldom all of them.
const IN_ONE_PIECE: TimeDelta = TimeDelta::milliseconds(100);

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
    /// The step it is about: another may be next while one reads.
    pub step: Option<StepId>,
    /// Its title.
    pub title: String,
    /// What will happen, in lines.
    pub lines: Vec<String>,
    /// Whom it reaches, as it is filled in now, and what that waits for.
    pub reaches: Vec<String>,
    /// Text that is quoted exactly, in a box.
    pub quote: Option<String>,
    /// What is asked.
    pub fields: Vec<Field>,
    /// What confirms it at the least.
    pub least: Gate,
    /// What confirms it, as it is filled in now.
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
    /// Since when there is something at the gate.
    typed_since: Option<DateTime<Utc>>,
    /// Text was typed into it.
    typed_into: bool,
    /// Leaving was asked for, and what was typed would be lost.
    leaving: bool,
}

/// What a key did to a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is still open.
    Open,
    /// The cursor left that field forwards, or another choice was made in it.
    Filled(usize),
    /// It was left.
    Left,
    /// It was confirmed.
    Confirmed,
}

impl Sheet {
    /// A sheet without fields, shown at `now`.
    pub fn new(action: Action, title: impl Into<String>, gate: Gate, now: DateTime<Utc>) -> Self {
        Self {
            action,
            incident: None,
            entry: None,
            delivery: None,
            step: None,
            title: title.into(),
            lines: Vec::new(),
            reaches: Vec::new(),
            quote: None,
            fields: Vec::new(),
            least: gate.clone(),
            gate,
            at: 0,
            typed: Edit::line(""),
            error: None,
            scroll: 0,
            opened: now,
            typed_since: None,
            typed_into: false,
            leaving: false,
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

    /// Fills a field in, and goes on to the first that is empty.
    pub fn fill(&mut self, label: &str, value: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.label == label) {
            field.fill(value);
        }
        let empty = self.fields.iter().position(|field| field.value.is_empty());
        self.at = empty.unwrap_or(0);
    }

    /// Whether the cursor is on the gate.
    pub fn is_at_gate(&self) -> bool {
        self.at >= self.fields.len()
    }

    /// Says why it can't be so, with the cursor in the field that it is about;
    /// without one where it is, or in the last field instead of the gate.
    pub fn refuse(&mut self, field: Option<&str>, why: String) {
        let about = |known: &Field| Some(known.label) == field;
        let place = self.fields.iter().position(about).unwrap_or(self.at);
        self.at = place.min(self.fields.len().saturating_sub(1));
        self.error = Some(why);
    }

    /// Asks for another gate than it was about to be confirmed by.
    pub fn ask_again(&mut self, why: String) {
        self.at = self.fields.len();
        self.typed = Edit::line("");
        self.error = Some(why);
    }

    /// Carries out a key.
    pub fn key(&mut self, key: KeyEvent, now: DateTime<Utc>) -> Answer {
        if key.code == KeyCode::Esc {
            return self.back();
        }
        self.leaving = false;
        // A clock that is set back must not make it deaf for long.
        // Where Enter is enough nobody is reached, and no letter may be lost.
        if self.gate != Gate::Enter && (now - self.opened).abs() < DEAF_FOR {
            return Answer::Open;
        }
        // What was wrong may be right with this key.
        self.error = None;
        match key.code {
            KeyCode::PageDown => self.turn(self.scroll + PAGE),
            KeyCode::PageUp => self.turn(self.scroll.saturating_sub(PAGE)),
            KeyCode::Tab | KeyCode::Down => self.step(true),
            KeyCode::BackTab | KeyCode::Up => self.step(false),
            _ if self.is_at_gate() => self.gate_key(key, now),
            KeyCode::Enter => self.enter(),
            _ => self.field_key(key),
        }
    }

    /// Pasted text goes into fields only, never into the gate.
    pub fn paste(&mut self, text: &str) {
        self.error = None;
        if let Some(field) = self.fields.get_mut(self.at) {
            field.paste(text);
            self.typed_into = true;
        } else {
            self.refuse_a_piece();
        }
    }

    /// What was not typed by hand is no answer.
    fn refuse_a_piece(&mut self) {
        self.typed = Edit::line("");
        self.error = Some(match &self.gate {
            Gate::Word(word) => format!("that came in one piece: type the word {word}"),
            Gate::Yes | Gate::Enter => "that came in one piece: type it".to_owned(),
        });
    }

    /// The word stands there, and Enter was pressed.
    fn said(&mut self, now: DateTime<Utc>) -> Answer {
        let since = self.typed_since.unwrap_or(now);
        if (now - since).abs() < IN_ONE_PIECE {
            self.refuse_a_piece();
            return Answer::Open;
        }
        Answer::Confirmed
    }

    /// Shows its text from row `to` on.
    fn turn(&mut self, to: u16) -> Answer {
        self.scroll = to.min(self.longest());
        Answer::Open
    }

    /// More rows than its text takes on the narrowest screen.
    fn longest(&self) -> u16 {
        let lines = self.lines.iter().chain(&self.reaches).chain(&self.quote);
        let rows = lines
            .flat_map(|text| text.lines())
            .map(|line| 1 + line.chars().count() / NARROWEST);
        u16::try_from(rows.sum::<usize>()).unwrap_or(u16::MAX)
    }

    /// One step back: from the gate to the fields, from them out of it.
    fn back(&mut self) -> Answer {
        self.error = None;
        if self.fields.is_empty() || !self.is_at_gate() {
            return self.leave();
        }
        self.at = self.fields.len() - 1;
        self.typed = Edit::line("");
        Answer::Open
    }

    /// Leaves it; an opening of an incident, which is the longest to type, only
    /// once that was asked for twice.
    fn leave(&mut self) -> Answer {
        let opens = matches!(self.action, Action::Declare | Action::Drill);
        if !opens || !self.typed_into || self.leaving {
            return Answer::Left;
        }
        self.leaving = true;
        self.error = Some("Esc again drops what you typed".to_owned());
        Answer::Open
    }

    fn field_key(&mut self, key: KeyEvent) -> Answer {
        let at = self.at;
        let Some(field) = self.fields.get_mut(at) else {
            return Answer::Open;
        };
        field.key(key);
        if field.choices.is_empty() {
            self.typed_into |= matches!(key.code, KeyCode::Char(_));
            Answer::Open
        } else {
            Answer::Filled(at)
        }
    }

    fn step(&mut self, forward: bool) -> Answer {
        let stops = self.fields.len() + usize::from(self.gate != Gate::Enter);
        if stops == 0 {
            return Answer::Open;
        }
        let left = self.at;
        self.at = if forward { left + 1 } else { left + stops - 1 } % stops;
        if forward || self.is_at_gate() {
            Answer::Filled(left)
        } else {
            Answer::Open
        }
    }

    /// Goes on to the gate; where Enter is the gate, to the next field that is
    /// empty, and confirms when there is none.
    fn enter(&mut self) -> Answer {
        let left = self.at;
        match self.after_enter() {
            Some(place) => {
                self.at = place;
                Answer::Filled(left)
            }
            None => Answer::Confirmed,
        }
    }

    /// Where Enter goes from the field with the cursor; `None` where it confirms.
    pub fn after_enter(&self) -> Option<usize> {
        let next = self.at + 1;
        match self.gate {
            Gate::Enter => {
                (next..self.fields.len()).find(|place| self.fields[*place].value.is_empty())
            }
            Gate::Yes | Gate::Word(_) => Some(next),
        }
    }

    fn gate_key(&mut self, key: KeyEvent, now: DateTime<Utc>) -> Answer {
        match (&self.gate, key.code) {
            (Gate::Enter, KeyCode::Enter) | (Gate::Yes, KeyCode::Char('y' | 'Y')) => {
                Answer::Confirmed
            }
            (Gate::Enter, _) => Answer::Open,
            (Gate::Yes, KeyCode::Char('n' | 'N')) => self.back(),
            // The default is no: nothing happens, and nothing typed is lost.
            (Gate::Yes, _) => {
                self.error = Some("y does it; n or Esc goes back".to_owned());
                Answer::Open
            }
            (Gate::Word(word), KeyCode::Enter)
                if self.typed.text().trim().eq_ignore_ascii_case(word) =>
            {
                self.said(now)
            }
            (Gate::Word(word), KeyCode::Enter) => {
                self.error = Some(format!("type the word {word} to go on, or Esc to go back"));
                Answer::Open
            }
            (Gate::Word(_), _) => {
                if self.typed.is_empty() {
                    self.typed_since = Some(now);
                }
                self.typed.key(key);
                Answer::Open
            }
        }
    }
}
