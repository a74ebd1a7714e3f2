//! Where people acted without knowing of each other: what is still to be
//! decided, what was, and what had no effect.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyCode, KeyEvent};

use super::{App, Mode, act};
use crate::{
    domain::{
        entry::{Entry, EntryId},
        incident::{Conflict, Decided, Field, Incident},
    },
    ui::{action::Action, msg::Effect},
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
        _ => row,
    };
    app.mode = Mode::Conflicts(row);
    Vec::new()
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
    let effects = act(app, sets(field), "", now);
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
