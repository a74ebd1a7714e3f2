//! Keys while the composer is open.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Mode, act};
use crate::domain::{
    fact::{Fact, Health},
    incident::Incident,
    text::one_line,
};
use crate::ui::{
    action::Action,
    composer::{Composer, Field},
    forms,
    msg::Effect,
};

/// More than the body of an update can hold, in bytes.
const ROOM: usize = 16_000;

impl App {
    /// The incident that is being written about; the one on the screen where
    /// nothing is. It stays the same when another comes onto the screen.
    pub fn written_about(&self) -> Option<&Incident> {
        let written = self.composer.as_ref().map(|composer| composer.incident);
        self.board.get(written.or(self.shown)?)
    }
}

pub(super) fn key(app: &mut App, key: KeyEvent, now: DateTime<Utc>) -> Vec<Effect> {
    if key.code == KeyCode::Esc {
        return leave(app, now);
    }
    if let Some(action) = app.keymap.action(key, true) {
        return composer_action(app, action, now);
    }
    if key.code == KeyCode::F(1) {
        return act(app, Action::Help, "", now);
    }
    let Some(composer) = &mut app.composer else {
        app.mode = Mode::Browse;
        return Vec::new();
    };
    if composer.field == Field::To {
        channel_key(composer, key);
    } else if key.code == KeyCode::Enter && composer.field != Field::Body {
        composer.step(true);
    } else {
        let is_eta = composer.field == Field::Eta;
        if let Some(edit) = composer.focused() {
            edit.key(key);
        }
        if is_eta {
            composer.eta_said = now;
        }
    }
    keep(app)
}

fn composer_action(app: &mut App, action: Action, now: DateTime<Utc>) -> Vec<Effect> {
    if let Err(why) = app.enabled(action) {
        app.warn(format!("{}: {why}", action.title()), now);
        return Vec::new();
    }
    match action {
        Action::NextField | Action::PreviousField => {
            if let Some(composer) = &mut app.composer {
                composer.step(action == Action::NextField);
            }
            Vec::new()
        }
        Action::Editor => app
            .composer
            .as_ref()
            .map(|composer| vec![Effect::Edit(composer.body.text())])
            .unwrap_or_default(),
        Action::Insert => {
            insert(app, now);
            keep(app)
        }
        Action::OtherDraft => {
            forms::other_draft(app, now);
            Vec::new()
        }
        other => act(app, other, "", now),
    }
}

fn channel_key(composer: &mut Composer, key: KeyEvent) {
    let count = composer.to.len();
    match key.code {
        KeyCode::Left | KeyCode::Up => composer.channel = composer.channel.saturating_sub(1),
        KeyCode::Right | KeyCode::Down => {
            composer.channel = (composer.channel + 1).min(count.saturating_sub(1));
        }
        KeyCode::Char(' ') => {
            let at = composer.channel;
            if let Some((_, ticked)) = composer.to.get_mut(at) {
                *ticked = !*ticked;
            }
        }
        _ => {}
    }
}

pub(super) fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    if let Some(edit) = app.composer.as_mut().and_then(Composer::focused) {
        edit.insert(text);
    }
    keep(app)
}

pub(super) fn edited(app: &mut App, text: &str) -> Vec<Effect> {
    if let Some(composer) = &mut app.composer {
        composer.body.set(text.trim_end());
        composer.field = Field::Body;
    }
    keep(app)
}

/// Closes the composer. What was typed is a draft already; what only was filled
/// in by itself is none, and is filled in anew next time.
fn leave(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    app.mode = Mode::Browse;
    let Some(composer) = app.composer.take() else {
        return Vec::new();
    };
    let untouched = app.board.get(composer.incident).is_some_and(|incident| {
        composer.is_as_filled_in(&Composer::new(incident, composer.audience, &[], now))
    });
    if untouched && app.drafts.get(&composer.key).is_none() {
        return Vec::new();
    }
    app.composer = Some(composer);
    let effects = keep(app);
    app.composer = None;
    effects
}

/// Every change is kept on disk: a crash loses nothing.
fn keep(app: &mut App) -> Vec<Effect> {
    let Some(composer) = &app.composer else {
        return Vec::new();
    };
    let (key, text) = composer.to_draft();
    if app.drafts.get(&key) == Some(text.as_str()) {
        return Vec::new();
    }
    app.drafts.keep(key.clone(), text.clone());
    vec![Effect::SaveDraft(key, text)]
}

/// Puts in what the log and the probes know.
fn insert(app: &mut App, now: DateTime<Utc>) {
    let text = [probes(app), since_last_update(app)]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    if text.is_empty() {
        let why = "there is nothing to insert: every probe is well, and there is no note since the last update";
        app.tell(why, now);
        return;
    }
    if let Some(composer) = &mut app.composer {
        composer.field = Field::Body;
        composer.body.insert_below(&text);
    }
}

/// What is not well, in a line.
pub fn probes(app: &App) -> String {
    let bad: Vec<String> = app
        .board
        .probes()
        .filter(|(_, health, _)| matches!(health, Health::Down | Health::Degraded))
        .map(|(name, health, since)| {
            format!(
                "{name} {} since {}",
                health.word().to_lowercase(),
                since.format("%H:%M UTC")
            )
        })
        .collect();
    bad.join("; ")
}

/// Notes since the last update, oldest first; the first of them, where there
/// are more than an update has room for.
pub fn since_last_update(app: &App) -> String {
    let Some(incident) = app.written_about() else {
        return String::new();
    };
    let since = incident.state().last_update().map(|sent| sent.at);
    let mut notes = String::new();
    for entry in incident.entries() {
        let is_newer = since.is_none_or(|since| incident.at(entry) > since);
        let Fact::Noted { text } = &entry.fact else {
            continue;
        };
        if !is_newer || incident.retracted_by(entry.id).is_some() {
            continue;
        }
        if !notes.is_empty() {
            notes.push('\n');
        }
        notes.push_str(&one_line(text));
        if notes.len() > ROOM {
            break;
        }
    }
    notes
}
