//! LOG: what this console said and noticed, newest first. It is this console's
//! alone; what happened in the incident stands in TIMELINE.

use crate::ui::{
    app::{App, Toast},
    canvas::Canvas,
    format,
    glyph::Glyph,
    theme::Role,
};

/// `38 messages · 2 errors · :log`.
pub fn counts(app: &App) -> String {
    let errors = app.messages.iter().filter(|message| message.error).count();
    let all = format::count(app.messages.len(), "message", "messages");
    match (app.messages.len(), errors) {
        (0, _) => String::new(),
        (_, 0) => format!("{all} · :log"),
        (_, errors) => format!(
            "{all} · {} · :log",
            format::count(errors, "error", "errors")
        ),
    }
}

/// Draws the newest messages.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>) {
    if app.messages.is_empty() {
        let text = "this console has nothing to tell: no error, nothing sent or refused";
        canvas.text(2, 0, Role::Muted, text);
    }
    for (y, message) in (0..canvas.height()).zip(app.messages.iter().rev()) {
        row(message, canvas, y);
    }
}

/// `  14:06:58  ! the disk is full`.
pub fn row(message: &Toast, canvas: &mut Canvas<'_, '_>, y: u16) {
    canvas.text(2, y, Role::Muted, &format::time(message.at));
    let (glyph, role) = if message.error {
        (Some(Glyph::Overdue), Role::Bad)
    } else {
        (None, Role::Normal)
    };
    let mark = canvas.mark(glyph);
    canvas.text(12, y, role, &mark);
    let room = canvas.width().saturating_sub(15);
    canvas.clipped(14, y, role, &message.text, room);
}
