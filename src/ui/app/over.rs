//! Keys of what lies over the panes: help, filter, messages, links.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent};

use super::{
    App, Mode, Pane,
    browse::{HALF_PAGE, copy},
    links::{FIRST_ROW, links},
};
use crate::ui::{
    edit::{Edit, typed_by},
    msg::Effect,
};

pub(super) fn help_key(app: &mut App, mut filter: Edit, row: usize, key: KeyEvent) -> Vec<Effect> {
    let row = match key.code {
        KeyCode::Esc => {
            app.mode = if app.composer.is_some() && app.focus == Pane::Update {
                Mode::Compose
            } else {
                Mode::Browse
            };
            return Vec::new();
        }
        KeyCode::Down | KeyCode::PageDown => row + HALF_PAGE,
        KeyCode::Up | KeyCode::PageUp => row.saturating_sub(HALF_PAGE),
        KeyCode::Char('?') if filter.is_empty() => return Vec::new(),
        KeyCode::Char('/') if filter.is_empty() => 0,
        _ => {
            filter.key(key);
            0
        }
    };
    app.mode = Mode::Help(filter, row);
    Vec::new()
}

pub(super) fn find_key(app: &mut App, mut filter: Edit, key: KeyEvent) -> Vec<Effect> {
    match key.code {
        KeyCode::Esc => drop(app.filters.remove(&app.focus)),
        KeyCode::Enter => {}
        _ => {
            filter.key(key);
            app.filters.insert(app.focus, filter.text());
            app.rows.insert(app.focus, 0);
            app.mode = Mode::Find(filter);
        }
    }
    if app.filters.get(&app.focus).is_some_and(String::is_empty) {
        app.filters.remove(&app.focus);
    }
    Vec::new()
}

pub(super) fn messages_key(
    app: &mut App,
    row: usize,
    key: KeyEvent,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let last = app.messages.len().saturating_sub(1);
    let row = match key.code {
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => return Vec::new(),
        KeyCode::Down | KeyCode::Char('j') => row + 1,
        KeyCode::Up | KeyCode::Char('k') => row.saturating_sub(1),
        KeyCode::PageDown => row + HALF_PAGE,
        KeyCode::PageUp => row.saturating_sub(HALF_PAGE),
        KeyCode::Home => 0,
        KeyCode::End | KeyCode::Char('G') => last,
        _ => {
            unknown(app, key, "arrows scroll, Esc goes back", now);
            row
        }
    };
    app.mode = Mode::Messages(row.min(last));
    Vec::new()
}

/// Of what is only read: it closes, and no letter is carried out behind it.
pub(super) fn read_key(app: &mut App, read: Mode, key: KeyEvent, now: DateTime<Utc>) {
    match key.code {
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => {}
        _ => {
            unknown(app, key, "Esc goes back", now);
            app.mode = read;
        }
    }
}

/// Says that a letter means nothing in what is open, and what does: whoever
/// types on must know that nothing of it is searched for, or carried out.
pub(super) fn unknown(app: &mut App, key: KeyEvent, keys: &str, now: DateTime<Utc>) {
    if let Some(letter) = typed_by(&key) {
        app.hint(format!("{letter} does nothing here: {keys}"), now);
    }
}

pub(super) fn link_key(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Vec<Effect> {
    let KeyCode::Char(letter) = key.code else {
        return Vec::new();
    };
    if letter == FIRST_ROW {
        app.rows.insert(app.focus, 0);
        return Vec::new();
    }
    let found = links(app)
        .into_iter()
        .find(|(known, _, _)| *known == Some(letter));
    match found {
        Some((_, _, url)) if !url.is_empty() => copy(app, url, now),
        Some((_, name, _)) => {
            app.tell(
                format!("{name} has no address yet: the policy's [[link]] says where it is"),
                now,
            );
            Vec::new()
        }
        None => {
            app.tell(format!("no link has the letter {letter}"), now);
            Vec::new()
        }
    }
}
