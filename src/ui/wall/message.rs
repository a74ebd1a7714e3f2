//! What went wrong beside the incidents, in one line above the heartbeat. Nobody
//! presses a key here, so it goes by itself.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Wall, frame::Rows};
use crate::ui::{canvas::Canvas, format, glyph::Glyph, msg::LinkState, theme::Role};

/// How long something stays that happened once.
const STAYS: TimeDelta = TimeDelta::minutes(1);

/// Draws it on the last row of what is left; where there is none, `gap` rows
/// stay blank.
pub(super) fn draw(
    wall: &Wall,
    canvas: &mut Canvas<'_, '_>,
    rows: &mut Rows,
    gap: u16,
    now: DateTime<Utc>,
) {
    let Some(text) = text(wall, now) else {
        rows.take_last(gap);
        return;
    };
    let mut row = canvas.part(rows.take_last(1));
    let mark = row.glyph(Glyph::Overdue);
    let room = row.width().saturating_sub(4);
    row.clipped(2, 0, Role::Bad, &format!("{mark} {text}"), room);
}

/// What holds on, or else what went wrong just now. A message that did not
/// arrive is a clock, and has words for a room there.
fn text(wall: &Wall, now: DateTime<Utc>) -> Option<String> {
    let toast = wall.app.toast.as_ref();
    let lately = toast.filter(|toast| toast.error && now - toast.at < STAYS);
    out_of_touch(wall)
        .or_else(|| wall.reason.clone())
        .or_else(|| lately.map(|toast| toast.text.clone()))
}

/// Why the server does not answer, where there is one and it does not.
pub(super) fn why_offline(wall: &Wall) -> Option<String> {
    match &wall.app.shared.link.state {
        LinkState::Offline { why, .. } => Some(why.to_string()),
        LinkState::Alone | LinkState::Online { .. } => None,
    }
}

fn out_of_touch(wall: &Wall) -> Option<String> {
    let LinkState::Offline {
        since,
        why,
        refused,
    } = &wall.app.shared.link.state
    else {
        return None;
    };
    let how = if *refused {
        "refuses this token"
    } else {
        "does not answer"
    };
    let since = format::clock_minutes(*since);
    Some(format!("the server {how} since {since}: {why}"))
}
