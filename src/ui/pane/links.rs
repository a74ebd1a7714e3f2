//! LINKS: where to look, by letter.

use crate::ui::{
    app::{App, Pane, links},
    canvas::Canvas,
    theme::Role,
};

/// Draws the pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>) {
    for (y, (letter, name, url)) in (0..canvas.height()).zip(links(app)) {
        if let Some(letter) = letter {
            canvas.text(2, y, Role::Key, &format!("g{letter}"));
        }
        let x = canvas.clipped(5, y, Role::Normal, &name, 22) + 1;
        let (text, role) = if url.is_empty() {
            ("no address in the policy", Role::Off)
        } else {
            (url.as_str(), Role::Link)
        };
        let room = canvas.width().saturating_sub(x.max(20) + 1);
        canvas.clipped(x.max(20), y, role, text, room);
        if app.focus == Pane::Links && app.row(Pane::Links) == usize::from(y) {
            canvas.paint_row(y, Role::Select);
        }
    }
}
