//! LINKS: where to look, by letter.

use crate::ui::{
    app::{App, Pane, links},
    canvas::Canvas,
    format,
    theme::Role,
};

/// Draws the pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>) {
    let links = links(app);
    let longest = links.iter().map(|(_, name, _)| format::width(name)).max();
    let longest = u16::try_from(longest.unwrap_or(0)).unwrap_or(u16::MAX);
    // The addresses begin in one column, and have half of the width at least.
    let columns = longest.min(canvas.width().saturating_sub(7) / 2);
    let x = 5 + columns + 2;
    for (y, (letter, name, url)) in (0..canvas.height()).zip(links) {
        if let Some(letter) = letter {
            canvas.text(2, y, Role::Key, &format!("g{letter}"));
        }
        canvas.clipped(5, y, Role::Normal, &name, columns);
        let (text, role) = if url.is_empty() {
            ("no address yet", Role::Off)
        } else {
            (url.as_str(), Role::Link)
        };
        let room = canvas.width().saturating_sub(x + 1);
        canvas.clipped(x, y, role, text, room);
        if app.focus == Pane::Links && app.row(Pane::Links) == usize::from(y) {
            canvas.paint_row(y, Role::Select);
        }
    }
}
