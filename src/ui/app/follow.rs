//! What arrives: folded in, and what is on the screen because of it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{App, Mode, Pane, Source};
use crate::{
    domain::{
        board::Board,
        entry::{Entry, IncidentId},
        fact::Fact,
        incident::Incident,
    },
    ui::{action::Action, format::count},
};

/// Folds entries in.
pub(super) fn fold(app: &mut App, entries: Vec<Entry>, now: DateTime<Utc>) {
    take_in(app, now, |board| apply(board, entries));
}

/// Puts what waits for its number on top. An incident that was opened out of
/// touch is one like any other.
pub(super) fn ahead(app: &mut App, unsent: Vec<Entry>, now: DateTime<Utc>) {
    take_in(app, now, |board| board.ahead(unsent));
}

/// Puts another history in the place of the one so far: all at once, so that
/// what is on the screen stays there. Says what had its number and waits again.
pub(super) fn anew(app: &mut App, history: Vec<Entry>, unsent: Vec<Entry>, now: DateTime<Utc>) {
    let again = unsent.iter().filter(|entry| app.board.is_numbered(entry));
    let again = again.count();
    take_in(app, now, |board| {
        *board = Board::default();
        apply(board, history);
        board.ahead(unsent);
    });
    if again > 0 {
        let lost = count(again, "entry that is", "entries that are");
        let text =
            format!("the server lost {lost} on this disk (an older backup?): sent to it again");
        app.warn(text, now);
    }
}

fn apply(board: &mut Board, entries: Vec<Entry>) {
    for entry in entries {
        board.apply(entry);
    }
}

/// Changes the board, and shows what came with that.
fn take_in(app: &mut App, now: DateTime<Utc>, change: impl FnOnce(&mut Board)) {
    let had = open(app);
    change(&mut app.board);
    come(app, &had, now);
}

fn open(app: &App) -> BTreeSet<IncidentId> {
    app.board.open().iter().map(|it| it.id).collect()
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
/// until another is chosen, since its follow-up is on it. Where one is worked
/// on, one's own new incident takes its place, and another's is told.
fn come(app: &mut App, had: &BTreeSet<IncidentId>, now: DateTime<Utc>) {
    let active = app.board.open();
    let new = active.iter().filter(|it| !had.contains(&it.id));
    let new: Vec<IncidentId> = new.map(|it| it.id).collect();
    if had.is_empty() && !new.is_empty() {
        app.shown = active.first().map(|incident| incident.id);
    }
    app.show_something();
    let is_news = !had.is_empty() && !app.awaits.contains(&Source::Log);
    for id in new.into_iter().filter(|_| is_news) {
        tell_of(app, id, now);
    }
    show_own(app, now);
}

/// Shows the incident that this console has just opened, once it is here and
/// recorded: whoever declares means to work on it.
pub(super) fn show_own(app: &mut App, now: DateTime<Utc>) {
    let found = app.recorded.and_then(|id| app.board.entry(id));
    let Some((incident, entry)) = found else {
        return;
    };
    let opened = matches!(entry.fact, Fact::Declared(_)).then_some(incident.id);
    app.recorded = None;
    let Some(id) = opened.filter(|id| app.shown != Some(*id)) else {
        return;
    };
    if !matches!(app.mode, Mode::Browse) {
        // Something else is being typed already.
        return tell_of(app, id, now);
    }
    let label = app.board.get(id).map(Incident::label).unwrap_or_default();
    app.shown = Some(id);
    app.rows.clear();
    (app.focus, app.zoomed) = (Pane::Next, false);
    let text = match app.keymap.key_of(Action::NextIncident) {
        Some(key) => format!("{label} is open, and what you see now; {key} shows the others"),
        None => format!("{label} is open, and what you see now"),
    };
    app.tell(text, now);
}

/// Says that an incident came that is not on the screen, and how to see it.
fn tell_of(app: &mut App, id: IncidentId, now: DateTime<Utc>) {
    let Some(incident) = app.board.get(id).filter(|it| app.shown != Some(it.id)) else {
        return;
    };
    let what = match (incident.state().drill, incident.severity()) {
        (true, _) => "DRILL".to_owned(),
        (false, Some(level)) => level.to_string(),
        (false, None) => "P?".to_owned(),
    };
    let way = app.way_to(id).map(|key| format!(", {key} shows it"));
    let text = format!(
        "{} {what} is open{}: {}",
        incident.label(),
        way.unwrap_or_default(),
        incident.state().title
    );
    app.tell(text, now);
}

impl App {
    /// The keys that bring an open incident onto the screen: as often as it
    /// takes; `None` where no key does, or more often than one counts.
    pub fn way_to(&self, id: IncidentId) -> Option<String> {
        let open: Vec<_> = self.board.open().iter().map(|it| it.id).collect();
        let place = |id| open.iter().position(|known| *known == id);
        let to = place(id)?;
        let times = match self.shown.and_then(place) {
            Some(from) => (to + open.len() - from) % open.len(),
            None => to + 1,
        };
        let key = self.keymap.key_of(Action::NextIncident)?;
        let back = self.keymap.key_of(Action::PreviousIncident);
        let is_before = times + 1 == open.len() && times > 1;
        match (times, back) {
            (1, _) => Some(key),
            (_, Some(back)) if is_before && self.incident().is_some() => Some(back),
            (2, _) => Some(format!("{key} {key}")),
            (_, _) => self.keymap.key_of(Action::History),
        }
    }
}
