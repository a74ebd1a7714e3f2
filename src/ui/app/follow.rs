//! What arrives: folded in, and what is on the screen because of it.

use chrono::{DateTime, Utc};

use super::App;
use crate::{
    domain::{
        board::Board,
        entry::{Entry, IncidentId},
        incident::Incident,
    },
    ui::format::count,
};

/// Folds entries in.
pub(super) fn fold(app: &mut App, entries: Vec<Entry>) {
    take_in(app, |board| apply(board, entries));
}

/// Puts what waits for its number on top. An incident that was opened out of
/// touch is one like any other.
pub(super) fn ahead(app: &mut App, unsent: Vec<Entry>) {
    take_in(app, |board| board.ahead(unsent));
}

/// Puts another history in the place of the one so far: all at once, so that
/// what is on the screen stays there. Says what had its number and waits again.
pub(super) fn anew(app: &mut App, history: Vec<Entry>, unsent: Vec<Entry>, now: DateTime<Utc>) {
    let again = unsent.iter().filter(|entry| app.board.is_numbered(entry));
    let again = again.count();
    take_in(app, |board| {
        *board = Board::default();
        apply(board, history);
        board.ahead(unsent);
    });
    if again > 0 {
        let lost = count(again, "entry that is", "entries that are");
        let text =
            format!("the server lost {lost} on this disk (an older backup?): sent to it again");
        app.tell(text, true, now);
    }
}

fn apply(board: &mut Board, entries: Vec<Entry>) {
    for entry in entries {
        board.apply(entry);
    }
}

/// Changes the board, and shows what came with that.
fn take_in(app: &mut App, change: impl FnOnce(&mut Board)) {
    let had = app.board.open().len();
    change(&mut app.board);
    come(app, had);
}

/// What the incident on the screen goes on in, if it was merged. Two that were
/// merged into each other apart are no way without an end.
pub(super) fn goes_on_in(app: &App) -> Option<IncidentId> {
    let mut way = vec![app.shown?];
    while let Some(into) = app.board.get(*way.last()?)?.state().merged_into {
        if way.contains(&into) || app.board.get(into).is_none() {
            break;
        }
        way.push(into);
    }
    way.get(1..)?.last().copied()
}

/// Shows where an incident goes on that was on the screen and is merged now,
/// with what is being written about it: there it would never leave.
pub(super) fn go_on(app: &mut App, now: DateTime<Utc>) {
    let Some(into) = goes_on_in(app) else {
        return;
    };
    let label = |id| app.board.get(id).map(Incident::label).unwrap_or_default();
    let was = app.shown.map(label).unwrap_or_default();
    let goes_on = label(into);
    let text = format!("{was} was merged into {goes_on}: what you see now is {goes_on}");
    let shown = app.shown.replace(into);
    let composer = app.composer.as_mut();
    if let Some(composer) = composer.filter(|composer| Some(composer.incident) == shown) {
        // Beside what is kept there, not over it.
        composer.key = app.drafts.new_key(into, composer.audience);
        composer.incident = into;
    }
    app.rows.clear();
    app.tell(text, false, now);
}

/// A new incident comes onto a quiet screen by itself; one that ended stays
/// until another is chosen, since its follow-up is on it.
fn come(app: &mut App, had: usize) {
    let active = app.board.open();
    if active.len() > had && had == 0 {
        app.shown = active.first().map(|incident| incident.id);
    }
    app.show_something();
}
