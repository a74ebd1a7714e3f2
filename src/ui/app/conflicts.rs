//! Where people acted without knowing of each other: what is still to be
//! decided, what was, and what had no effect.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Mode, act, over::unknown};
use crate::{
    domain::{
        entry::{Entry, EntryId},
        fact::Role,
        incident::{Conflict, Decided, Field, Incident, Way},
        phase::Phase,
        severity::Severity,
    },
    ui::{action::Action, forms, msg::Effect},
};

/// One such case.
#[derive(Debug, Clone, PartialEq)]
pub enum Dispute {
    /// It waits for somebody who has seen both sides.
    Open(Conflict),
    /// Somebody decided it.
    Decided(Decided),
    /// That entry has no effect: its author had not seen what came before.
    Overtaken(EntryId),
}

/// All cases of an incident: those that wait first, then the newest.
pub fn disputes(incident: &Incident) -> Vec<Dispute> {
    let open = incident.conflicts().map(Dispute::Open);
    let decided = incident.decided().into_iter().map(Dispute::Decided);
    let overtaken = incident.state().superseded.keys().copied();
    open.chain(decided)
        .chain(overtaken.map(Dispute::Overtaken))
        .collect()
}

pub(super) fn key(app: &mut App, row: usize, key: KeyEvent, now: DateTime<Utc>) -> Vec<Effect> {
    let all = app.incident().map(disputes).unwrap_or_default();
    let last = all.len().saturating_sub(1);
    let row = match key.code {
        KeyCode::Esc => return Vec::new(),
        KeyCode::Enter => return decide(app, all.into_iter().nth(row), now),
        KeyCode::Down | KeyCode::Char('j') => (row + 1).min(last),
        KeyCode::Up | KeyCode::Char('k') => row.saturating_sub(1),
        KeyCode::Home => 0,
        KeyCode::End | KeyCode::Char('G') => last,
        KeyCode::Char(letter @ FIRST..=LAST) => match side(all, row, letter) {
            Some((conflict, way)) => return keep(app, &conflict, &way, now),
            None => row,
        },
        _ => {
            let keys = "a letter keeps that side, Enter sets it anew, Esc goes back";
            unknown(app, key, keys, now);
            row
        }
    };
    app.mode = Mode::Conflicts(row);
    Vec::new()
}

/// The letters of the sides: the keys that move through the list come later.
const FIRST: char = 'a';
const LAST: char = 'i';

/// The sides of a conflict, each with the letter that keeps it.
pub fn sides(conflict: &Conflict) -> impl Iterator<Item = (char, &Way)> {
    (FIRST..=LAST).zip(&conflict.ways)
}

fn side(all: Vec<Dispute>, row: usize, letter: char) -> Option<(Conflict, Way)> {
    let Some(Dispute::Open(conflict)) = all.into_iter().nth(row) else {
        return None;
    };
    let found = sides(&conflict).find(|(known, _)| *known == letter);
    let way = found?.1.clone();
    Some((conflict, way))
}

/// Opens what sets the field to one of the sides again, filled in.
fn keep(app: &mut App, conflict: &Conflict, way: &Way, now: DateTime<Utc>) -> Vec<Effect> {
    let effects = ask(app, way_to(conflict, way), conflict.in_words(), now);
    let value = way.value.as_str();
    match std::mem::take(&mut app.mode) {
        Mode::Sheet(mut sheet) => {
            for (label, value) in fields(conflict.field, value) {
                sheet.fill(label, value);
            }
            forms::check(app, &mut sheet, 0, now);
            app.mode = Mode::Sheet(sheet);
        }
        other => app.mode = other,
    }
    if let (Mode::Compose, Some(composer)) = (&app.mode, &mut app.composer) {
        match conflict.field {
            Field::Eta => composer.eta.set(value),
            Field::NextUpdate => composer.next.set(&value.replace('Z', " UTC")),
            Field::Severity
            | Field::Title
            | Field::Impact
            | Field::Service
            | Field::Commander
            | Field::Phase => {}
        }
    }
    effects
}

/// What makes that side hold. Of one who ended it and one for whom it got worse
/// the level alone is said again where it is to stay over.
fn way_to(conflict: &Conflict, way: &Way) -> Action {
    let worse = way.value.parse::<Severity>().is_ok();
    match (conflict.field, worse) {
        (Field::Phase, false) => Action::Severity,
        (Field::Phase, true) if conflict.holds != Phase::Resolved.word() => Action::Declare,
        (field, _) => sets(field),
    }
}

/// What is filled in to set that field to `value`.
fn fields(field: Field, value: &str) -> Vec<(&'static str, &str)> {
    match field {
        Field::Severity => vec![("Severity", value)],
        Field::Title => vec![("Title", value)],
        Field::Impact => vec![("Impact", value)],
        Field::Service => vec![("Service", value)],
        Field::Commander => vec![
            ("Role", Role::Commander.word()),
            ("Person", value),
            ("Do", "give"),
        ],
        Field::Eta | Field::NextUpdate | Field::Phase => Vec::new(),
    }
}

/// Opens what sets the field again, with both sides in sight; of what had no
/// effect, the entry.
fn decide(app: &mut App, chosen: Option<Dispute>, now: DateTime<Utc>) -> Vec<Effect> {
    let (field, sides) = match chosen {
        None => return Vec::new(),
        Some(Dispute::Open(conflict)) => (conflict.field, conflict.in_words()),
        Some(Dispute::Decided(decided)) => (decided.conflict.field, decided.in_words()),
        Some(Dispute::Overtaken(id)) => {
            let found = app.board.entry(id).map(|(_, entry)| Entry::clone(entry));
            app.mode = found.map_or(Mode::Browse, |entry| Mode::Details(Box::new(entry)));
            return Vec::new();
        }
    };
    ask(app, sets(field), sides, now)
}

/// Opens that with both sides in sight.
fn ask(app: &mut App, action: Action, sides: String, now: DateTime<Utc>) -> Vec<Effect> {
    let effects = act(app, action, "", now);
    match &mut app.mode {
        Mode::Sheet(sheet) => sheet.lines.insert(0, sides),
        Mode::Compose => app.tell(sides, now),
        Mode::Browse
        | Mode::Palette(_)
        | Mode::Help(..)
        | Mode::Find(_)
        | Mode::History(_)
        | Mode::Conflicts(_)
        | Mode::Messages(_)
        | Mode::Phones
        | Mode::Link
        | Mode::Details(_) => {}
    }
    effects
}

/// What sets that field.
const fn sets(field: Field) -> Action {
    match field {
        Field::Severity => Action::Severity,
        Field::Title | Field::Impact | Field::Service => Action::Describe,
        Field::Eta | Field::NextUpdate => Action::Compose,
        Field::Commander => Action::Role,
        Field::Phase => Action::Reopen,
    }
}
