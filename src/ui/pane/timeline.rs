//! TIMELINE: what happened, newest first.

use chrono::{DateTime, Utc};

use crate::ui::{
    app::{App, Line, Mark, Pane, Rows},
    canvas::Canvas,
    format,
    glyph::Glyph,
    pane::health::mark,
    theme::Role,
};

/// `14 entries · newest first`, or what a filter leaves.
pub fn counts(app: &App) -> String {
    let all = app
        .incident()
        .map_or(0, |incident| incident.entries().len());
    match app.filters.get(&Pane::Timeline) {
        Some(filter) => format!("{} of {all} · /{filter}", Rows::of(app).len()),
        None => format!("{} · newest first", format::count(all, "entry", "entries")),
    }
}

/// Draws the pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, _now: DateTime<Utc>) {
    let rows = Rows::of(app);
    if rows.is_empty() {
        canvas.text(
            2,
            0,
            Role::Muted,
            "the filter leaves nothing: Esc clears it",
        );
        return;
    }
    let height = usize::from(canvas.height());
    let chosen = app.row(Pane::Timeline).min(rows.len() - 1);
    let first = if app.focus == Pane::Timeline {
        chosen.saturating_sub(height.saturating_sub(1))
    } else {
        0
    };
    for (y, row) in (0..canvas.height()).zip((first..).map_while(|row| rows.get(row))) {
        draw_row(&row, canvas, y);
        if app.focus == Pane::Timeline && first + usize::from(y) == chosen {
            canvas.paint_row(y, Role::Select);
        }
    }
}

fn draw_row(row: &Line, canvas: &mut Canvas<'_, '_>, y: u16) {
    let (who, kind, text) = match canvas.width() {
        90.. => (12, 21, 32),
        70.. => (12, 20, 30),
        _ => (8, 15, 24),
    };
    if row.pinned {
        let pin = canvas.glyph(Glyph::Current).to_string();
        canvas.text(0, y, Role::Focus, &pin);
    }
    let at = if who < 12 {
        format::time_minutes(row.at)
    } else {
        format::time(row.at)
    };
    canvas.text(2, y, Role::Muted, &at);
    canvas.clipped(who, y, Role::Muted, &row.who, kind - who - 1);
    let role = role(row);
    let words = match row.health {
        Some(health) => format!("{} {}", canvas.glyph(mark(health).0), row.kind),
        None => row.kind.clone(),
    };
    canvas.clipped(kind, y, role, &words, text - kind - 1);
    let room = canvas.width().saturating_sub(text + 1);
    let mark = match (row.retracted, row.mark) {
        (true, _) => "taken back: ",
        (false, Some(Mark::BackDated)) => "back-dated: ",
        (false, Some(Mark::Late)) => "came late: ",
        (false, None) => "",
    };
    let body = format!("{mark}{}", row.text);
    let role = if row.retracted || row.overtaken.is_some() {
        Role::Off
    } else if role == Role::Bad {
        Role::Bad
    } else {
        Role::Normal
    };
    canvas.clipped(text, y, role, &body, room);
}

fn role(row: &Line) -> Role {
    if row.overtaken.is_some() {
        return Role::Off;
    }
    row.health.map_or(row.tone, |health| mark(health).1)
}
