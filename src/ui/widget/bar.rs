//! Bars: how much of a known length is over; and the meter of a severity.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use super::Paint;
use crate::{
    domain::severity::Severity,
    ui::{capability::Tier, glyph::Glyph, theme::Role},
};

/// `███░` for P2: as many as it is bad.
pub fn meter_text(severity: Severity, tier: Tier) -> String {
    Severity::ALL
        .into_iter()
        .rev()
        .map(|level| {
            if level <= severity {
                Glyph::Full
            } else {
                Glyph::Empty
            }
        })
        .map(|glyph| glyph.at(tier))
        .collect()
}

/// A bar of exactly `columns` for a share from 0 to 1.
///
/// Rounded to the nearest column, but full only when the share is 1: a bar
/// that looks over is over. What is no number is 0.
pub fn bar_text(share: f64, columns: u16, tier: Tier) -> String {
    (0..columns)
        .map(|column| cell(share, column, columns).at(tier))
        .collect()
}

/// Draws a bar over the whole of `area`, its filled part in a role.
///
/// A role that turns a row over would paint the blocks in the colour of the
/// ground: nothing of the bar would be seen.
pub fn bar(paint: Paint<'_>, buffer: &mut Buffer, area: Rect, share: f64, role: Role) {
    let visible = area.intersection(buffer.area);
    for position in visible.positions() {
        let glyph = cell(share, position.x - area.x, area.width);
        let role = if glyph == Glyph::Full {
            role
        } else {
            Role::Rule
        };
        buffer[position]
            .set_char(paint.glyph(glyph))
            .set_style(paint.style(role).remove_modifier(Modifier::REVERSED));
    }
}

fn cell(share: f64, column: u16, columns: u16) -> Glyph {
    let last = column + 1 == columns;
    let middle = f64::from(column) + 0.5;
    let filled = share >= 1.0 || (!last && share * f64::from(columns) >= middle);
    if filled { Glyph::Full } else { Glyph::Empty }
}
