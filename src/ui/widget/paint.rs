//! What every widget draws with.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::{
    buffer::{Buffer, CellWidth as _},
    layout::Rect,
    style::Style,
    text::Line,
};

use crate::ui::{
    capability::{Depth, Tier},
    format,
    glyph::Glyph,
    theme::{Role, Theme},
};

/// The theme, and what the terminal can show of it.
#[derive(Debug, Clone, Copy)]
pub struct Paint<'a> {
    /// The colours.
    pub theme: &'a Theme,
    /// How many of them there are.
    pub depth: Depth,
    /// Which characters there are.
    pub tier: Tier,
    /// Whether the line is slow: what changes every second is left out.
    pub slow: bool,
}

impl Paint<'_> {
    /// How a role looks here.
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role, self.depth)
    }

    /// The character for a glyph here.
    pub const fn glyph(&self, glyph: Glyph) -> char {
        glyph.at(self.tier)
    }

    /// How old a value is: to the second, or in steps on a slow line.
    pub fn age(&self, span: TimeDelta) -> String {
        if self.slow {
            format::age_in_steps(span)
        } else {
            format::age(span)
        }
    }

    /// The time in the header: to the second, or to the minute on a slow line.
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        format::clock_of(at, self.slow)
    }

    /// Text of at most `columns`, cut with this tier's ellipsis.
    pub fn truncate(&self, text: &str, columns: u16) -> String {
        format::truncate(text, usize::from(columns), self.tier)
    }
}

/// Draws text on the first row of `area`, clipped at its end; answers the
/// columns it took.
///
/// A letter of which only half would fit is left out.
pub fn put(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return 0;
    }
    if format::is_plain(text) {
        return put_plain(buffer, area, text, style);
    }
    let (end, _) = buffer.set_stringn(area.x, area.y, text, usize::from(area.width), style);
    end - area.x
}

/// [`put`] for text of which each character is a column.
fn put_plain(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let start = buffer.index_of(area.x, area.y);
    let cells = &mut buffer.content[start..start + usize::from(area.width)];
    let mut taken = 0;
    for (cell, letter) in cells.iter_mut().zip(text.chars()) {
        cell.set_char(letter).set_style(style);
        taken += 1;
    }
    taken
}

/// Draws spans on the first row of `area`, clipped at its end; answers the
/// columns they took.
pub fn put_line(buffer: &mut Buffer, area: Rect, line: &Line<'_>) -> u16 {
    let mut left = area.intersection(buffer.area);
    let start = left.x;
    for span in &line.spans {
        let taken = put(buffer, left, &span.content, line.style.patch(span.style));
        left.x += taken;
        left.width -= taken;
    }
    left.x - start
}

/// Draws `left` and `right` at the ends of the first row of `area`.
///
/// Where both do not fit, `left` is cut with an ellipsis: what stands at the
/// right is a time or a state, and those are never cut for a title.
pub fn spread(
    paint: Paint<'_>,
    buffer: &mut Buffer,
    area: Rect,
    left: &Line<'_>,
    right: &Line<'_>,
) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let kept = columns(right).min(area.width);
    let gap = u16::from(kept > 0);
    let room = area.width.saturating_sub(kept + gap);
    let left_area = Rect {
        width: room,
        ..area
    };
    let taken = put_line(buffer, left_area, left);
    if columns(left) > room && room > 0 {
        cut(
            paint,
            buffer,
            Rect {
                width: taken,
                ..left_area
            },
            room,
        );
    }
    let right_area = Rect {
        x: area.x + (area.width - kept),
        width: kept,
        ..area
    };
    put_line(buffer, right_area, right);
}

/// The columns that spans take.
fn columns(line: &Line<'_>) -> u16 {
    let wide = line
        .spans
        .iter()
        .map(|span| format::width(&span.content))
        .sum::<usize>();
    u16::try_from(wide).unwrap_or(u16::MAX)
}

/// Puts the ellipsis at the end of what was drawn into `room` columns.
fn cut(paint: Paint<'_>, buffer: &mut Buffer, drawn: Rect, room: u16) {
    // Short of its room by one, the last letter was wide and was left out whole.
    let back = if drawn.width < room {
        0
    } else {
        last_width(buffer, drawn)
    };
    let x = drawn.x + drawn.width - back;
    for x in x..drawn.right() {
        buffer[(x, drawn.y)].set_symbol(" ");
    }
    buffer[(x, drawn.y)].set_char(paint.glyph(Glyph::Ellipsis));
}

/// The columns of the last letter that was drawn.
fn last_width(buffer: &Buffer, drawn: Rect) -> u16 {
    let before = drawn.right().checked_sub(2).filter(|x| *x >= drawn.x);
    let wide = before.is_some_and(|x| buffer[(x, drawn.y)].symbol().cell_width() == 2);
    if wide { 2 } else { drawn.width.min(1) }
}
