//! Which mode a key is for, and what counts in all of them.

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{App, Mode, books, browse, compose, conflicts, history, over, palette};
use crate::ui::{
    action::Action,
    edit::typed_by,
    forms,
    msg::{Effect, Msg},
    sheet::{Answer, Sheet},
};

pub(super) fn pressed(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Vec<Effect> {
    if let Some(effects) = everywhere(app, key, now) {
        return effects;
    }
    if app.toast.as_ref().is_some_and(|toast| toast.error) {
        app.toast = None;
    }
    match std::mem::take(&mut app.mode) {
        Mode::Browse => browse::key(app, key, now),
        Mode::Compose => {
            app.mode = Mode::Compose;
            compose::key(app, key, now)
        }
        Mode::Sheet(sheet) => sheet_key(app, sheet, key, now),
        Mode::Palette(palette) => palette::key(app, palette, key, now),
        Mode::Help(filter, row) => over::help_key(app, filter, row, key),
        Mode::Find(filter) => over::find_key(app, filter, key),
        Mode::History(list) => history::key(app, list, key, now),
        Mode::Conflicts(row) => conflicts::key(app, row, key, now),
        Mode::Messages(row) => over::messages_key(app, row, key, now),
        Mode::Link => over::link_key(app, key, now),
        read @ (Mode::Details(_) | Mode::Phones) => {
            over::read_key(app, read, key, now);
            Vec::new()
        }
    }
}

/// Keys that count even while text is typed.
fn everywhere(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Option<Vec<Effect>> {
    if !key.modifiers.contains(KeyModifiers::CONTROL) {
        return None;
    }
    match key.code {
        KeyCode::Char('l') => Some(vec![Effect::Redraw]),
        KeyCode::Char('z') => Some(vec![Effect::Suspend]),
        KeyCode::Char('c') => Some(interrupt(app, now)),
        _ => None,
    }
}

/// Once cancels what is open, without dropping a draft; twice asks to quit.
fn interrupt(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    let twice = app
        .last_ctrl_c
        .is_some_and(|at| now - at < TimeDelta::seconds(2));
    app.last_ctrl_c = Some(now);
    if twice {
        return browse::quit(app, now);
    }
    let was_open = !matches!(app.mode, Mode::Browse);
    app.mode = Mode::Browse;
    app.tell(
        if was_open {
            "left; ^C again quits"
        } else {
            "^C again quits"
        },
        now,
    );
    Vec::new()
}

/// What keys that came at once and make several lines are: an Enter among them
/// must not send what is being typed.
pub(super) fn lines(app: &App, keys: Vec<KeyEvent>) -> Vec<Msg> {
    if types(app) {
        return vec![Msg::Paste(keys.iter().filter_map(typed_by).collect())];
    }
    keys.into_iter().map(Msg::Key).collect()
}

/// Whether letters are text now, or the answer to a question.
const fn types(app: &App) -> bool {
    match &app.mode {
        Mode::Compose | Mode::Sheet(_) | Mode::Palette(_) | Mode::Help(..) | Mode::Find(_) => true,
        Mode::History(list) => list.typing,
        Mode::Browse
        | Mode::Phones
        | Mode::Conflicts(_)
        | Mode::Messages(_)
        | Mode::Link
        | Mode::Details(_) => false,
    }
}

pub(super) fn pasted(app: &mut App, text: &str, now: DateTime<Utc>) -> Vec<Effect> {
    match &mut app.mode {
        Mode::Compose => return compose::paste(app, text),
        Mode::Sheet(sheet) => sheet.paste(text),
        Mode::Palette(palette) => palette.input.insert(text),
        Mode::Help(filter, _) => filter.insert(text),
        Mode::Find(filter) => {
            filter.insert(text);
            app.filters.insert(app.focus, filter.text());
            app.rows.insert(app.focus, 0);
        }
        Mode::Browse if app.shown.is_some() => {
            match forms::open(app, Action::Note, "", now) {
                Ok(effects) => debug_assert!(effects.is_empty(), "an empty note is not sent"),
                Err(why) => app.warn(why, now),
            }
            if let Mode::Sheet(sheet) = &mut app.mode {
                sheet.paste(text);
            }
        }
        Mode::History(list) if list.typing => list.search.insert(text),
        Mode::Browse
        | Mode::History(_)
        | Mode::Conflicts(_)
        | Mode::Messages(_)
        | Mode::Phones
        | Mode::Link
        | Mode::Details(_) => {}
    }
    Vec::new()
}

fn sheet_key(
    app: &mut App,
    mut sheet: Box<Sheet>,
    key: KeyEvent,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    match sheet.key(key, now) {
        Answer::Open => {}
        Answer::Filled(left) => forms::check(app, &mut sheet, left, now),
        Answer::Left => {
            if sheet.action == Action::Review && app.composer.is_some() {
                app.mode = Mode::Compose;
            }
            return Vec::new();
        }
        Answer::Confirmed => {
            if let Some(effects) = forms::confirm(app, &mut sheet, now) {
                return effects;
            }
        }
    }
    app.mode = Mode::Sheet(sheet);
    Vec::new()
}

/// Carries an action out, or opens the question that it asks first.
pub fn act(app: &mut App, action: Action, arguments: &str, now: DateTime<Utc>) -> Vec<Effect> {
    if let Err(why) = app.enabled(action) {
        app.warn(format!("{}: {why}", action.title()), now);
        return Vec::new();
    }
    if action == Action::Runbook {
        books::choose(app, arguments, now);
        return Vec::new();
    }
    if let Some(effects) = browse::act(app, action, now) {
        return effects;
    }
    match forms::open(app, action, arguments, now) {
        Ok(effects) => effects,
        Err(why) => {
            app.warn(why, now);
            Vec::new()
        }
    }
}
