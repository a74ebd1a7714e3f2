//! All incidents, newest first, and what a search leaves of them.

use chrono::{DateTime, Utc};

use super::overlay::opened;
use crate::{
    domain::incident::Incident,
    ui::{
        app::{App, History},
        canvas::Canvas,
        format,
        theme::Role,
    },
};

/// Draws the list; the chosen row is always in sight.
pub(super) fn draw(app: &App, history: &History, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let hits = history.hits(&app.board);
    let all = app.board.all().count();
    let note = if history.search.is_empty() {
        "/ searches   Enter shows one   Esc back".to_owned()
    } else {
        format!("{} of {all} · /{}", hits.len(), history.search.text())
    };
    let mut inside = opened(canvas, "INCIDENTS", &note);
    let first = (history.row + 1).saturating_sub(usize::from(inside.height()));
    let rows = hits.iter().enumerate().skip(first);
    for (y, (place, incident)) in (0..inside.height()).zip(rows) {
        draw_row(incident, &mut inside, y, now);
        if place == history.row {
            inside.paint_row(y, Role::Select);
        }
    }
    let nothing = match (hits.is_empty(), all) {
        (false, _) => return,
        (true, 0) => "no incident so far",
        (true, _) => "nothing fits: Esc clears the search",
    };
    inside.text(2, 0, Role::Muted, nothing);
}

fn draw_row(incident: &Incident, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let state = incident.state();
    let role = if incident.is_active() {
        Role::Strong
    } else {
        Role::Normal
    };
    let level = incident
        .severity()
        .map_or("--".to_owned(), |level| level.to_string());
    let day = format::day(incident.anchor());
    let what = format!("{:<9} {level}  {day}", incident.label());
    canvas.text(2, y, role, &what);
    let ended = state
        .times
        .resolved
        .or(state.times.cancelled)
        .unwrap_or(now);
    let lasted = format::hours(ended - incident.anchor());
    let phase = incident.phase().word().to_lowercase();
    let end = canvas.width().saturating_sub(1);
    let start = canvas.right(end, y, Role::Muted, &format!("{lasted:>8}  {phase:<13}"));
    canvas.clipped(
        29,
        y,
        role,
        &incident.title_in_list(),
        start.saturating_sub(31),
    );
}
