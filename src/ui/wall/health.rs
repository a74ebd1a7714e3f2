//! Probes on the wall: trouble is big, what is well is small.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use super::{
    Wall,
    frame::{self, Rows, columns},
};
use crate::{
    domain::{fact::Health, health::Watch, probe::Target},
    ui::{
        canvas::Canvas,
        format::Align,
        pane::{self, health::mark},
        theme::Role,
        widget::{Rule, Size},
    },
};

/// Rows of a probe that is not well, with a blank one below.
const PITCH: u16 = 5;

/// `3 ok   1 slow   1 down`.
pub(super) fn counts(wall: &Wall, at: DateTime<Utc>) -> String {
    pane::health::counts(&wall.app, at).replace(" · ", "   ")
}

/// Draws the rule, then trouble at the left and the rest at the right.
pub(super) fn draw(wall: &Wall, canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let mut rows = Rows(area);
    rule(wall, canvas, rows.take(1), now);
    if rows.0.height >= 16 {
        rows.take(1);
    }
    let watches: Vec<&Watch> = targets(wall).collect();
    let (fine, mut bad): (Vec<&Watch>, Vec<&Watch>) = watches
        .into_iter()
        .partition(|watch| watch.state(now) == Health::Up);
    bad.sort_by_key(|watch| rank(watch.state(now)));
    let wide = rows.0.width >= 118;
    let right = if wide { 46 } else { 26 };
    let right = if bad.is_empty() {
        rows.0.width
    } else {
        right.min(rows.0.width)
    };
    let left = columns(rows.0, 0, rows.0.width - right);
    if wall.app.panel.offline() {
        offline(canvas, left);
    } else {
        trouble(&bad, canvas, left, now);
    }
    let right = columns(rows.0, left.width, right);
    if bad.is_empty() {
        grid(&fine, &mut canvas.part(right), now);
    } else {
        list(wall, &fine, &mut canvas.part(right), now);
    }
}

fn rule(wall: &Wall, canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let right = counts(wall, now);
    let mut part = canvas.part(area);
    let (paint, buffer, area) = part.raw();
    let rule = Rule {
        title: "HEALTH",
        right: &right,
        ..Rule::default()
    };
    rule.draw(paint, buffer, area);
}

/// What is probed, without the controls and without this host.
pub(super) fn targets(wall: &Wall) -> impl Iterator<Item = &Watch> {
    let watches = wall.app.panel.watches();
    watches.filter(|watch| !watch.spec().control && !is_host(watch))
}

fn is_host(watch: &Watch) -> bool {
    matches!(watch.spec().target, Target::System { .. })
}

const fn rank(health: Health) -> u8 {
    match health {
        Health::Down => 0,
        Health::Degraded => 1,
        Health::Stale => 2,
        Health::Unknown => 3,
        Health::Up => 4,
    }
}

fn offline(canvas: &mut Canvas<'_, '_>, area: Rect) {
    let mut rows = Rows(columns(area, 4, area.width.saturating_sub(4)));
    let text = "HOST OFFLINE";
    frame::big(
        canvas,
        rows.take(4),
        (text, Size::Small),
        Align::Left,
        Role::Offline,
    );
    let why = "this host reaches nothing: how the targets are, nobody knows";
    let room = rows.0.width;
    canvas
        .part(rows.take(1))
        .clipped(0, 0, Role::Stale, why, room);
}

/// As many big ones as fit; the others by name in the last row.
fn trouble(bad: &[&Watch], canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let all = usize::from((area.height + 1) / PITCH);
    let fit = usize::from(area.height.saturating_sub(1) / PITCH);
    let big = if bad.len() <= all { bad.len() } else { fit };
    let mut rows = Rows(area);
    for watch in &bad[..big] {
        one(watch, canvas, rows.take(4), now);
        rows.take(PITCH - 4);
    }
    if big == bad.len() {
        return;
    }
    let names: Vec<String> = bad[big..]
        .iter()
        .map(|watch| format!("{} {}", watch.spec().name, mark_word(watch, now)))
        .collect();
    let before = if big == 0 { "" } else { "also " };
    let room = area.width.saturating_sub(5);
    canvas.part(rows.take(1)).clipped(
        4,
        0,
        Role::Bad,
        &format!("{before}{}", names.join(", ")),
        room,
    );
}

fn mark_word(watch: &Watch, now: DateTime<Utc>) -> &'static str {
    match watch.state(now) {
        Health::Unknown => "unknown",
        Health::Down => "DOWN",
        Health::Degraded => "SLOW",
        Health::Stale => "STALE",
        Health::Up => "ok",
    }
}

/// Name, state and value, four rows high.
fn one(watch: &Watch, canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let (glyph, role) = mark(watch.state(now));
    let glyph = canvas.glyph(glyph).to_string();
    canvas.part(area).text(2, 1, role, &glyph);
    let name = (area.width * 43 / 100).saturating_sub(4);
    let word = area.width * 20 / 100;
    let value = pane::health::value(watch, now);
    let parts = [
        (4, name, watch.spec().name.as_str()),
        (4 + name + 2, word, mark_word(watch, now)),
        (4 + name + 2 + word + 1, area.width, value.as_str()),
    ];
    for (x, wide, text) in parts {
        let part = columns(area, x, wide);
        frame::big(canvas, part, (text, Size::Small), Align::Left, role);
    }
}

/// Those that are well, one below the other, and this host.
fn list(wall: &Wall, fine: &[&Watch], canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let host = wall.app.panel.watches().find(|watch| is_host(watch));
    let system = host.and_then(|watch| watch.last()?.system);
    let kept = u16::from(system.is_some());
    canvas.text(0, 0, Role::Muted, "OK");
    let bottom = canvas.height().saturating_sub(kept);
    let step = if bottom > 2 * u16::try_from(fine.len()).unwrap_or(u16::MAX) {
        2
    } else {
        1
    };
    let mut y = step;
    for (place, watch) in fine.iter().enumerate() {
        if y >= bottom {
            let more = format!("+{} more ok", fine.len() - place);
            canvas.right(canvas.width().saturating_sub(2), 0, Role::Muted, &more);
            break;
        }
        small(watch, canvas, (0, y), now);
        y += step;
    }
    if let Some(system) = system {
        let text = format!(
            "host  load {:.2}   mem {}%   disk {}%",
            system.load[0],
            system.memory_percent(),
            system.disk_percent()
        );
        let room = canvas.width();
        canvas.clipped(0, y.min(bottom), Role::Normal, &text, room);
    }
}

/// Columns of a probe that is well.
const SMALL: u16 = 38;

/// All are well: side by side.
fn grid(fine: &[&Watch], canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let across = (canvas.width().saturating_sub(4) / SMALL).max(1);
    for (watch, place) in fine.iter().zip(0_u16..) {
        let x = 4 + place % across * SMALL;
        small(watch, canvas, (x, place / across * 2), now);
    }
}

/// `● queue depth       212  ▃▃▂▂▂▃▃`.
pub(super) fn small(
    watch: &Watch,
    canvas: &mut Canvas<'_, '_>,
    (x, y): (u16, u16),
    now: DateTime<Utc>,
) {
    let (glyph, role) = mark(watch.state(now));
    let glyph = canvas.glyph(glyph).to_string();
    canvas.text(x, y, role, &glyph);
    canvas.clipped(x + 2, y, Role::Normal, &watch.spec().name, 14);
    let value = canvas.paint.truncate(&pane::health::value(watch, now), 7);
    canvas.right(x + 24, y, Role::Normal, &value);
    let room = canvas.width().saturating_sub(x + 26).min(12);
    if room >= 6 {
        let line = pane::health::spark(canvas, watch, room, now);
        canvas.text(x + 26, y, Role::Muted, &line);
    }
}
