//! RUNBOOK: the runbook that fits, as it is written; its steps can be ticked.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        incident::Incident,
        runbook::{Kind, Line},
    },
    ui::{
        app::{App, Pane, runbook, runbook_item},
        canvas::Canvas,
        format,
        glyph::Glyph,
        msg::Runbook,
        theme::Role,
    },
};

/// How old the file is.
pub fn age(app: &App, now: DateTime<Utc>) -> String {
    runbook(app)
        .and_then(|book| book.changed)
        .map(|at| format!("changed {} ago", format::age(now - at)))
        .unwrap_or_default()
}

/// Draws the pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, _now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let Some(book) = runbook(app) else {
        list(app, incident, canvas);
        return;
    };
    let done = |line: &Line| {
        let item = runbook_item(book, line)?;
        Some(incident.state().ticks.contains_key(&item))
    };
    let current = book.lines.iter().position(|line| done(line) == Some(false));
    let focused = app.focus == Pane::Runbook;
    let chosen = if focused {
        app.row(Pane::Runbook)
            .min(book.lines.len().saturating_sub(1))
    } else {
        current.unwrap_or(0)
    };
    let columns = canvas.width().saturating_sub(3);
    let first = first_seen(book, chosen, columns, canvas.height());
    let mut y = 0;
    for (place, line) in book.lines.iter().enumerate().skip(first) {
        let look = look(incident, book, line, current == Some(place));
        let below = draw_line(line, look, canvas, y);
        for row in (y..below).filter(|_| focused && place == chosen) {
            canvas.paint_row(row, Role::Select);
        }
        y = below;
        if y >= canvas.height() {
            return;
        }
    }
}

/// All runbooks, to choose one, below what is to be known of them.
fn list(app: &App, incident: &Incident, canvas: &mut Canvas<'_, '_>) {
    let text = match (app.runbooks.as_slice(), app.books.get(&incident.id)) {
        ([], _) => "no runbook was found: `runbooks` in the configuration says where they are",
        (_, None) => "no runbook names this; showing none: Enter chooses one",
        (_, Some(_)) => "Enter chooses one",
    };
    let columns = canvas.width().saturating_sub(3);
    let mut y = 0;
    for line in Canvas::wrapped(text, columns) {
        canvas.text(2, y, Role::Muted, &line);
        y += 1;
    }
    let room = canvas.height().saturating_sub(y);
    let chosen = app.row(Pane::Runbook);
    let first = (chosen + 1).saturating_sub(usize::from(room));
    let books = app.runbooks.iter().enumerate().skip(first);
    for (y, (place, book)) in (y..canvas.height()).zip(books) {
        canvas.clipped(2, y, Role::Normal, &book.file, columns);
        if app.focus == Pane::Runbook && place == chosen {
            canvas.paint_row(y, Role::Select);
        }
    }
}

/// The first line that is drawn, so that the chosen one is seen to its end,
/// with the line before it where there is room.
fn first_seen(book: &Runbook, chosen: usize, columns: u16, height: u16) -> usize {
    let mut left = usize::from(height.saturating_sub(1));
    let mut first = chosen;
    for (place, line) in book.lines.iter().enumerate().take(chosen + 1).rev() {
        let rows = rows(line, columns).len();
        if rows > left {
            break;
        }
        left -= rows;
        first = place;
    }
    first
}

/// The rows that a line takes. Code is broken where the row ends, and nowhere else.
fn rows(line: &Line, columns: u16) -> Vec<String> {
    match line.kind {
        Kind::Code => Canvas::broken(&line.text, columns),
        Kind::Step(number) => Canvas::wrapped(&format!("{number} {}", line.text), columns),
        Kind::Heading | Kind::Prose => Canvas::wrapped(&line.text, columns),
    }
}

fn look(incident: &Incident, book: &Runbook, line: &Line, current: bool) -> (Option<Glyph>, Role) {
    let item = runbook_item(book, line);
    let ticked = item.is_some_and(|item| incident.state().ticks.contains_key(&item));
    match line.kind {
        Kind::Heading => (None, Role::Strong),
        Kind::Prose => (None, Role::Muted),
        Kind::Code => (None, Role::Normal),
        Kind::Step(_) if ticked => (Some(Glyph::Done), Role::Kept),
        Kind::Step(_) if current => (Some(Glyph::Current), Role::Strong),
        Kind::Step(_) => (None, Role::Normal),
    }
}

/// Draws a line from row `y` on; answers the row below it.
fn draw_line(
    line: &Line,
    (glyph, role): (Option<Glyph>, Role),
    canvas: &mut Canvas<'_, '_>,
    mut y: u16,
) -> u16 {
    let mark = canvas.mark(glyph);
    canvas.text(0, y, role, &mark);
    for row in rows(line, canvas.width().saturating_sub(3)) {
        canvas.text(2, y, role, &row);
        y += 1;
    }
    y
}
