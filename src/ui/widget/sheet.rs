//! Sheets: boxes for text that is quoted exactly, and for help. Everything
//! else is separated by rules, which cost less and copy clean.

use ratatui::{
    buffer::{Buffer, CellWidth as _},
    layout::Rect,
};

use super::{Paint, put};
use crate::ui::{glyph::Glyph, theme::Role};

/// Draws a box with a title in its upper edge, empties it, and answers the
/// area for text: one column inside its sides.
pub fn sheet(paint: Paint<'_>, buffer: &mut Buffer, area: Rect, title: &str) -> Rect {
    let area = area.intersection(buffer.area);
    clear(paint, buffer, area);
    if area.width < 2 || area.height < 2 {
        return Rect {
            width: 0,
            height: 0,
            ..area
        };
    }
    let (top, bottom) = (area.y, area.bottom() - 1);
    line(
        paint,
        buffer,
        Rect {
            y: top,
            height: 1,
            ..area
        },
        [Glyph::TopLeft, Glyph::TopRight],
    );
    for y in top + 1..bottom {
        for x in [area.x, area.right() - 1] {
            edge(paint, buffer, (x, y), Glyph::Divider);
        }
    }
    let lower = Rect {
        y: bottom,
        height: 1,
        ..area
    };
    line(
        paint,
        buffer,
        lower,
        [Glyph::BottomLeft, Glyph::BottomRight],
    );
    heading(paint, buffer, Rect { height: 1, ..area }, title);
    Rect {
        x: area.x + 2.min(area.width),
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height - 2,
    }
}

/// Draws a rule with a title across a sheet, on the first row of `area`,
/// which is as wide as the sheet with its sides.
pub fn sheet_rule(paint: Paint<'_>, buffer: &mut Buffer, area: Rect, title: &str) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let area = Rect { height: 1, ..area };
    line(paint, buffer, area, [Glyph::JointRight, Glyph::JointLeft]);
    heading(paint, buffer, area, title);
}

/// Empties an area, down to the raised surface.
///
/// A wide letter that reaches into it from the left becomes a space: half of
/// it would hide the first column.
pub fn clear(paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        // What has no cell may lie beside the screen.
        return;
    }
    for y in area.top()..area.bottom() {
        let before = area.x.checked_sub(1).filter(|x| *x >= buffer.area.x);
        if let Some(x) = before.filter(|x| buffer[(*x, y)].symbol().cell_width() > 1) {
            buffer[(x, y)].set_symbol(" ");
        }
    }
    let style = paint.style(Role::Raised);
    for position in area.positions() {
        buffer[position].reset();
        buffer[position].set_style(style);
    }
}

fn heading(paint: Paint<'_>, buffer: &mut Buffer, area: Rect, title: &str) {
    let room = area.width.saturating_sub(4);
    if title.is_empty() || room == 0 {
        return;
    }
    let title = format!(" {} ", paint.truncate(title, room));
    let inside = Rect {
        x: area.x + 1,
        width: area.width - 2,
        ..area
    };
    put(buffer, inside, &title, paint.style(Role::Strong));
}

fn line(paint: Paint<'_>, buffer: &mut Buffer, area: Rect, [first, last]: [Glyph; 2]) {
    for x in area.left()..area.right() {
        let glyph = if x == area.x {
            first
        } else if x + 1 == area.right() {
            last
        } else {
            Glyph::Rule
        };
        edge(paint, buffer, (x, area.y), glyph);
    }
}

fn edge(paint: Paint<'_>, buffer: &mut Buffer, at: (u16, u16), glyph: Glyph) {
    buffer[at]
        .set_char(paint.glyph(glyph))
        .set_style(paint.style(Role::Rule));
}
