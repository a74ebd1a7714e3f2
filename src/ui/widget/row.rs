//! Rows of a table: fixed columns that never jump, and one that gives way.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{Paint, put};
use crate::ui::format::{Align, fit};

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Room {
    /// This many columns of the screen, always.
    Fixed(u16),
    /// What the others leave; shared evenly if several say so.
    Rest,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Column {
    /// How wide it is.
    pub room: Room,
    /// Where its text stands.
    pub align: Align,
    /// Empty columns of the screen before it.
    pub gap: u16,
}

impl Column {
    /// Words, one column after what stands before.
    pub const fn words(columns: u16) -> Self {
        Self {
            room: Room::Fixed(columns),
            align: Align::Left,
            gap: 1,
        }
    }

    /// Numbers, one column after what stands before.
    pub const fn numbers(columns: u16) -> Self {
        Self {
            room: Room::Fixed(columns),
            align: Align::Right,
            gap: 1,
        }
    }

    /// Words that take what is left.
    pub const fn rest() -> Self {
        Self {
            room: Room::Rest,
            align: Align::Left,
            gap: 1,
        }
    }

    /// The same after this many empty columns.
    #[must_use]
    pub const fn after(self, gap: u16) -> Self {
        Self { gap, ..self }
    }
}

/// Draws one row: each text in its column, cut or filled up to its width.
///
/// What does not fit into `area` is clipped from the right. Texts without a
/// column are left out, columns without a text stay empty.
pub fn row(
    paint: Paint<'_>,
    buffer: &mut Buffer,
    area: Rect,
    columns: &[Column],
    texts: &[(&str, Style)],
) {
    let mut left = area.intersection(buffer.area);
    let rest = rest_of(columns, area.width);
    for (column, (text, style)) in columns.iter().zip(texts) {
        skip(&mut left, column.gap);
        let wide = match column.room {
            Room::Fixed(wide) => wide,
            Room::Rest => rest,
        };
        let text = fit(
            text,
            usize::from(wide.min(left.width)),
            column.align,
            paint.tier,
        );
        put(buffer, left, &text, *style);
        skip(&mut left, wide);
    }
}

/// The width of each column that takes the rest.
fn rest_of(columns: &[Column], width: u16) -> u16 {
    let mut takers = 0;
    let mut taken = 0_u16;
    for column in columns {
        taken = taken.saturating_add(column.gap);
        match column.room {
            Room::Fixed(wide) => taken = taken.saturating_add(wide),
            Room::Rest => takers += 1,
        }
    }
    width.saturating_sub(taken).checked_div(takers).unwrap_or(0)
}

fn skip(area: &mut Rect, columns: u16) {
    let columns = columns.min(area.width);
    area.x += columns;
    area.width -= columns;
}
