//! What arrives: folded in, and what is on the screen because of it.

use chrono::{DateTime, Utc};

use super::App;
use crate::domain::{
    entry::{Entry, IncidentId},
    incident::Incident,
};

/// Folds entries in.
pub(super) fn fold(app: &mut App, entries: Vec<Entry>) {
    let had = app.board.open().len();
    for entry in entries {
        app.board.apply(entry);
    }
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
    app.tell(text, now);
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
