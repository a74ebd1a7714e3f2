//! Badges: a few words that stand out as one block.

use ratatui::{buffer::Buffer, layout::Rect, style::Style, text::Span};

use super::{Paint, put};
use crate::{
    domain::severity::Severity,
    ui::{capability::Tier, glyph::Glyph, theme::Role},
};

/// `▌NEXT▐`, `[NEXT]` in ascii.
pub fn badge_text(text: &str, tier: Tier) -> String {
    format!(
        "{}{text}{}",
        Glyph::BadgeLeft.at(tier),
        Glyph::BadgeRight.at(tier)
    )
}

/// `▌P2 HIGH▐`.
pub fn severity_text(severity: Severity, tier: Tier) -> String {
    badge_text(&format!("{severity} {}", severity.word()), tier)
}

/// A badge as a part of a line.
///
/// The whole of it is drawn in one style, also its edges: reversed, their
/// outer halves fall away, and half a column of colour is left at each side.
pub fn badge_span(paint: Paint<'_>, text: &str, style: Style) -> Span<'static> {
    Span::styled(badge_text(text, paint.tier), style)
}

/// Draws a badge at the left of `area`; answers the columns it took.
///
/// Where it does not fit its words are cut, and its edges stay.
pub fn badge(paint: Paint<'_>, buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let room = area.intersection(buffer.area).width;
    let text = paint.truncate(text, room.saturating_sub(2));
    put(buffer, area, &badge_text(&text, paint.tier), style)
}

/// Draws `▌P2 HIGH▐` as loud as its severity; answers the columns it took.
pub fn severity_badge(
    paint: Paint<'_>,
    buffer: &mut Buffer,
    area: Rect,
    severity: Severity,
) -> u16 {
    let text = format!("{severity} {}", severity.word());
    badge(
        paint,
        buffer,
        area,
        &text,
        paint.style(Role::severity(severity)),
    )
}
