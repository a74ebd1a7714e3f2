//! The `:` palette: every action, found by a few letters, with its key beside
//! it so that it teaches, and greyed with the reason where it can't be now.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::{App, Mode, act};
use crate::ui::{
    action::{Action, Group},
    edit::Edit,
    msg::Effect,
};

/// The palette while it is open.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What was typed.
    pub input: Edit,
    /// The row that is chosen.
    pub row: usize,
}

/// One action that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The action.
    pub action: Action,
    /// Its key, if it has one.
    pub key: Option<String>,
    /// Why it can't be now, if it can't.
    pub off: Option<&'static str>,
}

impl Palette {
    /// The first word, which names the action, and what follows it.
    pub fn split(&self) -> (String, String) {
        let text = self.input.text();
        match text.trim_start().split_once(' ') {
            Some((word, rest)) => (word.to_owned(), rest.to_owned()),
            None => (text.trim().to_owned(), String::new()),
        }
    }

    /// The actions that fit what was typed, best first.
    pub fn hits(&self, app: &App) -> Vec<Hit> {
        let (word, _) = self.split();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let pattern = Pattern::parse(&word, CaseMatching::Ignore, Normalization::Smart);
        let mut found: Vec<(u32, Action)> = Action::ALL
            .iter()
            .filter(|action| action.group() != Group::Composer)
            .filter_map(|action| {
                let also = action.aliases();
                let text = format!("{} {} {}", action.word(), action.title(), also.join(" "));
                let mut letters = Vec::new();
                let score = pattern.score(Utf32Str::new(&text, &mut letters), &mut matcher)?;
                let exact = if action.word() == word { 10_000 } else { 0 };
                let starts = if action.word().starts_with(&word) {
                    1_000
                } else {
                    0
                };
                let is_also = !word.is_empty() && also.iter().any(|name| name.starts_with(&word));
                let named = if is_also { 500 } else { 0 };
                Some((score + exact + starts + named, *action))
            })
            .collect();
        // Before anything is typed, what can be done about the incident comes first.
        let whole = word.is_empty();
        let rank = |action: Action| match action.group() {
            _ if !whole => 0,
            Group::Incident | Group::People | Group::After => {
                u8::from(app.enabled(action).is_err()) * 2
            }
            Group::Everywhere | Group::Lists | Group::Composer => 1,
        };
        found.sort_by_key(|(score, action)| (rank(*action), std::cmp::Reverse(*score), *action));
        found
            .into_iter()
            .map(|(_, action)| Hit {
                action,
                key: app.keymap.key_of(action),
                off: app.enabled(action).err(),
            })
            .collect()
    }
}

pub(super) fn key(
    app: &mut App,
    mut palette: Palette,
    key: KeyEvent,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let count = palette.hits(app).len();
    match key.code {
        KeyCode::Esc => return Vec::new(),
        KeyCode::Enter => {
            let (_, rest) = palette.split();
            let chosen = palette.hits(app).into_iter().nth(palette.row);
            return chosen
                .map(|hit| act(app, hit.action, &rest, now))
                .unwrap_or_default();
        }
        KeyCode::Down => palette.row = (palette.row + 1).min(count.saturating_sub(1)),
        KeyCode::Up => palette.row = palette.row.saturating_sub(1),
        KeyCode::Tab => {
            if let Some(hit) = palette.hits(app).get(palette.row) {
                palette.input.set(&format!("{} ", hit.action.word()));
                palette.row = 0;
            }
        }
        _ => {
            palette.input.key(key);
            palette.row = 0;
        }
    }
    app.mode = Mode::Palette(palette);
    Vec::new()
}
