//! HEALTH: every probe with its state, its age and its last readings.

mod beside;
mod control;
mod count;
mod heading;
mod row;
mod seen;
mod system;

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

pub use self::{
    count::{counted, counts, last_counts, short_counts},
    row::spark,
    seen::{Seen, targets},
};
use crate::{
    domain::{fact::Health, health::Watch, probe::Target},
    ui::{
        app::{App, Pane},
        canvas::Canvas,
        format,
        glyph::Glyph,
        msg::LinkState,
        theme::Role,
        widget::Chart,
    },
};

/// Draws the pane.
///
/// What this host has is left to HOST where that is on the screen.
pub fn draw(app: &App, host_is_seen: bool, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let seen = targets(app, now);
    let mut system = app.panel.watches().filter(|watch| is_system(watch));
    let system = system.next();
    if seen.is_empty() && system.is_none() && app.panel.controls().next().is_none() {
        let lines = Canvas::wrapped(nothing(app), canvas.width().saturating_sub(4));
        for (y, line) in (0..).zip(lines) {
            canvas.text(3, y, Role::Muted, &line);
        }
        return;
    }
    let wide = canvas.width() >= WIDE;
    let top = heading::draw(app, &seen, canvas);
    let system = system.filter(|_| !host_is_seen);
    let bottom = canvas.height().saturating_sub(u16::from(system.is_some()));
    let y = list(app, &seen, canvas, (top, bottom), now);
    let y = heading::vantage(&seen, canvas, (y, bottom));
    let mut y = control::row(app, canvas, (y, bottom), now);
    if let Some(watch) = system {
        if canvas.height() <= y + 1 || !wide {
            y = bottom;
        }
        system::row(watch, canvas, y, now);
        y += 1;
    }
    if canvas.height() > y + 13 && wide {
        charts(&seen, canvas, y + 1, now);
    } else if wide && !host_is_seen {
        beside::draw(app, canvas, y + 1);
    }
}

/// So many columns have room for the 95th percentile and the age.
const WIDE: u16 = 58;

/// What stands where there is no probe: of those that run elsewhere, the log
/// tells as soon as one has answered.
pub fn nothing(app: &App) -> &'static str {
    match app.shared.link.state {
        LinkState::Alone => "nothing is probed: [[probes]] in the configuration says what to watch",
        LinkState::Online { .. } | LinkState::Offline { .. } => {
            "no probe is known: the server has told of none yet, and this computer has none; \
             [[probes]] in the server's configuration says what to watch"
        }
    }
}

/// A row for each between the two rows, and one for those that do not fit;
/// answers the row after them.
fn list(
    app: &App,
    seen: &[Seen<'_>],
    canvas: &mut Canvas<'_, '_>,
    (top, bottom): (u16, u16),
    now: DateTime<Utc>,
) -> u16 {
    let fit = usize::from(bottom.saturating_sub(top));
    let shown = if seen.len() > fit {
        fit.saturating_sub(1)
    } else {
        seen.len()
    };
    let chosen = (app.focus == Pane::Health && app.zoomed).then(|| app.row(Pane::Health));
    let mut y = top;
    for (place, seen) in seen.iter().take(shown).enumerate() {
        row::draw(seen, canvas, y, now);
        if chosen == Some(place) {
            canvas.paint_row(y, Role::Select);
        }
        y += 1;
    }
    if shown < seen.len() && y < bottom {
        canvas.text(3, y, Role::Muted, &rest(&seen[shown..], now));
        y += 1;
    }
    y
}

/// `+3 more, all ok`: what has no row of its own.
fn rest(seen: &[Seen<'_>], now: DateTime<Utc>) -> String {
    let bad = seen
        .iter()
        .filter(|seen| seen.state(now) != Health::Up)
        .count();
    let how = match bad {
        0 => "all ok".to_owned(),
        bad => format!("{bad} not ok"),
    };
    format!("+{} more, {how}", seen.len())
}

/// Whether it is about this host's load, memory and disk.
pub fn is_system(watch: &Watch) -> bool {
    matches!(watch.spec().target, Target::System { .. })
}

/// The glyph and the role of a state.
pub const fn mark(health: Health) -> (Glyph, Role) {
    match health {
        Health::Up => (Glyph::Ok, Role::Ok),
        Health::Degraded => (Glyph::Slow, Role::Warn),
        Health::Down => (Glyph::Down, Role::Bad),
        Health::Unknown | Health::Stale => (Glyph::Stale, Role::Stale),
    }
}

/// Rows of a chart, with its title and its times.
const CHART_ROWS: u16 = 8;

/// The latency of the two worst probes, over all that the rings hold.
fn charts(seen: &[Seen<'_>], canvas: &mut Canvas<'_, '_>, mut y: u16, now: DateTime<Utc>) {
    let read = seen.iter().filter_map(|seen| match seen {
        Seen::Here(watch) => watch.p95().map(|_| watch),
        Seen::There(_) => None,
    });
    for watch in read.take(2) {
        if y + CHART_ROWS > canvas.height() {
            return;
        }
        chart(watch, canvas, y, now);
        y += CHART_ROWS + 1;
    }
}

fn chart(watch: &Watch, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let area = canvas.area();
    let place = Rect {
        x: area.x + 3,
        y: area.y + y,
        width: area.width.saturating_sub(4),
        height: CHART_ROWS,
    };
    let samples = row::samples(watch);
    let first = watch.samples().next().map_or(now, |sample| sample.at);
    let mut part = canvas.part(place);
    let (paint, buffer, place) = part.raw();
    Chart {
        title: &format!("latency of {}", watch.spec().name),
        samples: &samples,
        limit: row::limit(watch),
        span: (first, now),
        label: seconds,
    }
    .draw(paint, buffer, place);
}

/// A place on the axis: in seconds, to compare, where those say something.
fn seconds(value: f64) -> String {
    let span = std::time::Duration::from_secs_f64(value.max(0.0));
    if value > 0.0 && value < 0.01 {
        format::took(span)
    } else {
        format::took_seconds(span)
    }
}
