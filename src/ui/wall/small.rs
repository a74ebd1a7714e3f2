//! On a screen too small for the wall's letters: the console's own picture,
//! with what is different on a wall over it. There are no keys to speak of.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::layout::Rect;

use super::{Beat, Wall, frame};
use crate::ui::{canvas::Canvas, format, layout::Size, theme::Role};

/// Draws over the console's picture: the footer, and NO DATA.
pub(super) fn draw(wall: &Wall, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let screen = canvas.area();
    let size = Size::of(screen);
    let gone = match wall.beat(now) {
        Beat::Lost(since) => Some(("NO DATA", now - since)),
        Beat::Never => Some(("NO ENGINE", now - wall.started)),
        Beat::Live | Beat::Late(_) | Beat::Starting => None,
    };
    if size > Size::Line {
        footer(wall, canvas, size, now);
    }
    if let Some((title, age)) = gone {
        banner(canvas, title, age);
    }
}

fn footer(wall: &Wall, canvas: &mut Canvas<'_, '_>, size: Size, now: DateTime<Utc>) {
    let screen = canvas.area();
    // The tiny screen speaks of keys in its last two rows.
    let rows = if size == Size::Tiny { 2 } else { 1 };
    if screen.height <= rows + 2 {
        return;
    }
    let mut part = canvas.part(Rect {
        y: screen.bottom() - rows,
        height: rows,
        ..screen
    });
    part.clear(Role::Base);
    let last = Rect {
        y: screen.bottom() - 1,
        height: 1,
        ..screen
    };
    frame::footer(wall, &mut part.part(last), now);
}

/// Over the first row, so that nothing below it is believed.
fn banner(canvas: &mut Canvas<'_, '_>, title: &str, age: TimeDelta) {
    let screen = canvas.area();
    let mut row = canvas.part(Rect {
        height: screen.height.min(1),
        ..screen
    });
    row.clear(Role::Base);
    let text = format!("{title} for {}: do not trust this", format::age(age));
    let room = row.width();
    row.clipped(0, 0, Role::Offline, &text, room);
    row.paint_row(0, Role::Offline);
}
