//! A screen too small for panes: what, next, worst. Keys work.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use super::{
    footer,
    header::{self, badge},
    health::{self, mark, targets},
    next::{Row, rows},
};
use crate::{
    domain::{fact::Health, incident::Incident},
    ui::{app::App, canvas::Canvas, format, glyph::Glyph, theme::Role, widget::badge_text},
};

/// Draws the tiny screen; one line of it at height 1.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        quiet(app, canvas, now);
        return;
    };
    let rows = rows(app, incident, now);
    if canvas.height() <= 1 {
        line(app, incident, &rows, canvas, now);
        return;
    }
    let width = canvas.width();
    title(app, incident, canvas, now);
    // Below them: what is not well, the size, the keys.
    let end = canvas.height().saturating_sub(3).max(4);
    let mut below = 4;
    for (y, row) in (2..end).zip(rows.iter().filter(|row| row.is_open())) {
        below = below.max(y + 1);
        let glyph = row.glyph.map_or(' ', |glyph| canvas.glyph(glyph));
        let start = canvas.right(width.saturating_sub(1), y, row.role, &row.value);
        let room = start.saturating_sub(1);
        let before = format!("{glyph} {} ", row.word);
        let left = room.saturating_sub(u16::try_from(before.len()).unwrap_or(0));
        let text = format!("{before}{}", row.words(left));
        canvas.clipped(0, y, row.role, &text, room);
    }
    canvas.clipped(0, below, Role::Warn, &worst(app, canvas, now), width);
    let size = format!(
        "{width}x{}: panes need 60x20. Keys still work.",
        canvas.height()
    );
    canvas.clipped(
        0,
        canvas.height().saturating_sub(2).max(5),
        Role::Muted,
        &size,
        width,
    );
    let bottom = canvas.height().saturating_sub(1).max(6);
    let area = canvas.area();
    let last = Rect {
        y: area.y + bottom,
        height: 1,
        ..area
    };
    footer::draw_keys(app, &mut canvas.part(last));
}

/// The first two rows: how bad, which, what is worse elsewhere, and are we live.
fn title(app: &App, incident: &Incident, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let width = canvas.width();
    let (role, words) = badge(incident);
    let words = words.split(' ').next().unwrap_or_default().to_owned();
    let mut x = canvas.badge(0, 0, role, &words);
    for word in incident.badges() {
        x = canvas.badge(x, 0, Role::Drill, word);
    }
    x = canvas.text(x + 1, 0, Role::Strong, &incident.label());
    if let Some((role, words)) = header::worse(app) {
        canvas.badge(x + 1, 0, role, &words);
    }
    let (role, glyph, word) = header::link(app, now);
    let mark = canvas.glyph(glyph);
    canvas.right(
        width.saturating_sub(1),
        0,
        role,
        &format!("{mark} {word} {}", format::clock_minutes(now)),
    );
    canvas.clipped(0, 1, Role::Normal, &incident.state().title, width);
}

fn quiet(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let (role, glyph, word) = header::link(app, now);
    let mark = canvas.glyph(glyph);
    let x = canvas.text(0, 0, Role::Ok, "QUIET");
    canvas.text(
        x + 1,
        0,
        role,
        &format!("{mark} {word} {}", format::clock_minutes(now)),
    );
    let width = canvas.width();
    canvas.clipped(0, 1, Role::Warn, &worst(app, canvas, now), width);
    canvas.clipped(0, 2, Role::Muted, "n opens an incident   ? help", width);
}

/// What is not well, worst first: `✖ render-2  ▲ api /health`.
fn worst(app: &App, canvas: &Canvas<'_, '_>, now: DateTime<Utc>) -> String {
    let bad = targets(app, now).into_iter();
    let bad = bad
        .filter(|seen| seen.state(now) != Health::Up)
        .map(|seen| {
            let was = seen.was(now).map(|_| format!(" {}", seen.word(now)));
            let glyph = canvas.glyph(mark(seen.state(now)).0);
            format!("{glyph} {}{}", seen.name(), was.unwrap_or_default())
        });
    bad.collect::<Vec<_>>().join("  ")
}

fn line(
    app: &App,
    incident: &Incident,
    rows: &[Row],
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) {
    let mut text = header::level(incident);
    for word in incident.badges() {
        text = format!("{text} {word}");
    }
    if let Some((_, words)) = header::worse(app) {
        text = format!("{text} {}", badge_text(&words, canvas.paint.tier));
    }
    let width = canvas.width();
    let clock = format::clock_minutes(now);
    let start = canvas.right(width, 0, Role::Strong, &clock);
    let room = usize::from(start.saturating_sub(1));
    let mut end = canvas.clipped(0, 0, Role::Normal, &text, start.saturating_sub(1));
    // A countdown that is cut reads as another one.
    for part in parts(app, rows, canvas, now) {
        if usize::from(end) + 1 + format::width(&part) <= room {
            end = canvas.text(end + 1, 0, Role::Normal, &part);
        }
    }
}

/// What is owed next, and what is not well, each as short as can be.
fn parts(app: &App, rows: &[Row], canvas: &Canvas<'_, '_>, now: DateTime<Utc>) -> Vec<String> {
    let open = rows.iter().filter(|row| row.is_open()).take(2);
    let owed = open.map(|row| {
        let glyph = row.glyph.map(|glyph| canvas.glyph(glyph).to_string());
        let word = row.word.get(..3).unwrap_or(row.word);
        format!("{}{word} {}", glyph.unwrap_or_default(), row.value)
    });
    let counts = health::counted(app, now);
    let unwell = [
        (counts.now.down, Glyph::Down),
        (counts.now.degraded, Glyph::Slow),
        (
            counts.now.stale + counts.was.down + counts.was.degraded,
            Glyph::Stale,
        ),
    ];
    let unwell = unwell.into_iter().filter(|(count, _)| *count > 0);
    let unwell = unwell.map(|(count, glyph)| format!("{}{count}", canvas.glyph(glyph)));
    owed.chain(unwell).collect()
}
