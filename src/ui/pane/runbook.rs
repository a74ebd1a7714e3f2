//! RUNBOOK: the steps of the runbook that fits, to be ticked.

use chrono::{DateTime, Utc};

use crate::ui::{
    app::{App, Pane, runbook, runbook_items},
    canvas::Canvas,
    format,
    glyph::Glyph,
    theme::Role,
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
    let items = runbook_items(app);
    if items.is_empty() {
        canvas.text(
            2,
            0,
            Role::Muted,
            "no runbook was found; config: runbooks = \"path\"",
        );
        return;
    }
    let ticks = &incident.state().ticks;
    let current = items.iter().position(|(item, _)| !ticks.contains_key(item));
    let focused = app.focus == Pane::Runbook;
    let chosen = if focused {
        app.row(Pane::Runbook)
    } else {
        current.unwrap_or(0)
    };
    let first = chosen.saturating_sub(usize::from(canvas.height()).saturating_sub(2));
    for (y, (place, (item, text))) in (0..canvas.height()).zip(items.iter().enumerate().skip(first))
    {
        let (glyph, role) = match (ticks.contains_key(item), current == Some(place)) {
            (true, _) => (Some(Glyph::Done), Role::Kept),
            (false, true) => (Some(Glyph::Current), Role::Strong),
            (false, false) => (None, Role::Normal),
        };
        let mark = canvas.mark(glyph);
        canvas.text(0, y, role, &mark);
        let width = canvas.width();
        canvas.clipped(
            2,
            y,
            role,
            &format!("{} {text}", place + 1),
            width.saturating_sub(3),
        );
        if focused && place == chosen {
            canvas.paint_row(y, Role::Select);
        }
    }
}
