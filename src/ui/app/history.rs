//! All incidents, those that are over as well: looking through them.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Mode, act, over::unknown};
use crate::{
    domain::{board::Board, entry::IncidentId, incident::Incident},
    ui::{action::Action, edit::Edit, format, msg::Effect},
};

/// What its keys are, for whoever presses another one.
const KEYS: &str = "Enter shows it, / searches, Esc goes back";

/// The list of all incidents while it is open.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What is searched for.
    pub search: Edit,
    /// Whether letters are searched for now.
    pub typing: bool,
    /// The row that is chosen.
    pub row: usize,
}

impl History {
    /// What can be done about the chosen row, besides showing it.
    pub const ACTIONS: [Action; 2] = [Action::Reopen, Action::Merge];

    /// The incident of the chosen row.
    pub fn chosen(&self, board: &Board) -> Option<IncidentId> {
        self.hits(board).get(self.row).map(|one| one.id)
    }

    /// The incidents that have every word that is searched for, newest first.
    pub fn hits<'b>(&self, board: &'b Board) -> Vec<&'b Incident> {
        let search = self.search.text().to_lowercase();
        let fits = |incident: &&Incident| {
            let words = words(incident);
            search.split_whitespace().all(|word| words.contains(word))
        };
        board.all().rev().filter(fits).collect()
    }
}

/// Everything that a row is found by.
fn words(incident: &Incident) -> String {
    let state = incident.state();
    let level = incident.severity().map(|level| level.to_string());
    let words = [
        incident.label(),
        level.unwrap_or_default(),
        format::day(incident.anchor()),
        incident.phase().word().to_owned(),
        state.title.to_string(),
        state.service.as_deref().unwrap_or_default().to_owned(),
    ];
    words.join(" ").to_lowercase()
}

pub(super) fn key(
    app: &mut App,
    mut history: History,
    key: KeyEvent,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let last = history.hits(&app.board).len().saturating_sub(1);
    match key.code {
        KeyCode::Esc if history.typing || !history.search.is_empty() => {
            history = History::default();
        }
        KeyCode::Enter if history.typing => history.typing = false,
        KeyCode::Down => history.row = (history.row + 1).min(last),
        KeyCode::Up => history.row = history.row.saturating_sub(1),
        _ if history.typing => {
            history.search.key(key);
            history.row = 0;
        }
        KeyCode::Esc | KeyCode::Char('h') => return Vec::new(),
        KeyCode::Enter => {
            app.shown = history.chosen(&app.board).or(app.shown);
            app.rows.clear();
            return Vec::new();
        }
        KeyCode::Char('/' | 'f') => history.typing = true,
        KeyCode::Char('j') => history.row = (history.row + 1).min(last),
        KeyCode::Char('k') => history.row = history.row.saturating_sub(1),
        KeyCode::Home => history.row = 0,
        KeyCode::End | KeyCode::Char('G') => history.row = last,
        _ => return about_the_chosen(app, history, key, now),
    }
    app.mode = Mode::History(history);
    Vec::new()
}

/// Carries out what a key does about the chosen incident, which then comes onto
/// the screen; the list stays where it can't be.
fn about_the_chosen(
    app: &mut App,
    history: History,
    key: KeyEvent,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let action = app.keymap.action(key, false);
    let action = action.filter(|action| History::ACTIONS.contains(action));
    let chosen = history.chosen(&app.board);
    let (Some(action), Some(chosen)) = (action, chosen) else {
        unknown(app, key, KEYS, now);
        app.mode = Mode::History(history);
        return Vec::new();
    };
    if let Err(why) = app.enabled_about(action, chosen) {
        app.warn(format!("{}: {why}", action.title()), now);
        app.mode = Mode::History(history);
        return Vec::new();
    }
    app.shown = Some(chosen);
    app.rows.clear();
    act(app, action, "", now)
}
