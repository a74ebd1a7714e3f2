//! What stands on the panel after the wall has ended: its last picture would
//! look like news (W5).

use chrono::{DateTime, Utc};
use ratatui::{buffer::Buffer, layout::Rect};

use super::frame::{self, Rows};
use crate::ui::{
    canvas::Canvas,
    capability::{Depth, Tier},
    format::{self, Align},
    theme::{Role, Theme},
    widget::{Paint, Size},
};

/// The page, row by row, without colours: whoever prints it may have none left.
/// `why` is what is known of the end.
pub fn stopped(
    (columns, rows): (u16, u16),
    tier: Tier,
    why: Option<&str>,
    now: DateTime<Utc>,
) -> Vec<String> {
    let screen = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(screen);
    let theme = Theme::default();
    let paint = Paint {
        theme: &theme,
        depth: Depth::Mono,
        tier,
        slow: false,
    };
    let mut canvas = Canvas::new(&mut buffer, screen, paint);
    page(&mut canvas, why, now);
    canvas.in_tier();
    let rows = buffer.content.chunks(usize::from(columns.max(1)));
    rows.map(|cells| {
        let row: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        row.trim_end().to_owned()
    })
    .collect()
}

fn page(canvas: &mut Canvas<'_, '_>, why: Option<&str>, now: DateTime<Utc>) {
    let mut rows = Rows(canvas.area());
    let spare = rows.0.height.saturating_sub(16);
    rows.take(spare / 2);
    let mut big = |area, text: &str, size| {
        frame::big(canvas, area, (text, size), Align::Centre, Role::Strong);
    };
    big(rows.take(8), "WALL STOPPED", Size::Tall);
    rows.take(1);
    let at = format!("{} UTC", format::time_minutes(now));
    big(rows.take(4), &at, Size::Wide);
    rows.take(1);
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    let lines = [
        format!("This wall stopped on {}{why}.", format::day_long(now)),
        "Nothing is shown here, whatever happens. It comes back when it is started again."
            .to_owned(),
    ];
    for line in lines {
        frame::centred(&mut canvas.part(rows.take(1)), &line, Role::Strong);
    }
}
