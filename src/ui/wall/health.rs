//! Probes on the wall: trouble is big, what is well is small.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use super::{
    Wall,
    frame::{self, Rows, columns},
};
use crate::{
    domain::{fact::Health, probe::System},
    ui::{
        canvas::Canvas,
        format::{self, Align},
        pane::{
            self,
            health::{Seen, is_system, mark, spark, targets},
        },
        theme::Role,
        widget::Size,
    },
};

/// Rows of a probe that is not well, with a blank one below.
const PITCH: u16 = 5;

/// `3 ok   1 slow   1 down`.
pub(super) fn counts(wall: &Wall, at: DateTime<Utc>) -> String {
    pane::health::counts(&wall.app, at).replace(" · ", "   ")
}

/// `render-2 DOWN, host SLOW`: what was in trouble when all was seen last, the
/// longest way to say it first; none where nothing was.
pub(super) fn last_trouble(wall: &Wall, seen: DateTime<Utc>) -> Vec<String> {
    let mut bad = targets(&wall.app, seen);
    bad.retain(|one| matches!(one.last(seen), Health::Down | Health::Degraded));
    by_name(&bad, "", |one| one.last(seen).word().to_owned())
}

/// Draws the rule, then trouble at the left and the rest at the right.
pub(super) fn draw(wall: &Wall, canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let mut rows = Rows(area);
    frame::rule(canvas, rows.take(1), "HEALTH", &counts(wall, now));
    if rows.0.height >= 16 {
        rows.take(1);
    }
    let seen = targets(&wall.app, now).into_iter();
    let (fine, bad): (Vec<Seen<'_>>, Vec<Seen<'_>>) =
        seen.partition(|seen| seen.state(now) == Health::Up);
    // What is not well needs its letters before what is well needs its line.
    let right = if rows.0.width >= 140 { 46 } else { 26 };
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
fn trouble(bad: &[Seen<'_>], canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let big = fitting(bad.len(), area.height, PITCH);
    // With many, the blank rows go first.
    let (big, pitch) = if big == bad.len() {
        (big, PITCH)
    } else {
        (fitting(bad.len(), area.height, PITCH - 1), PITCH - 1)
    };
    let mut rows = Rows(area);
    for seen in &bad[..big] {
        one(seen, canvas, rows.take(4), now);
        rows.take(pitch - 4);
    }
    if big == bad.len() {
        return;
    }
    let before = if big == 0 { "" } else { "also " };
    let ways = by_name(&bad[big..], before, |seen| seen.words(now));
    let room = area.width.saturating_sub(5);
    let text = format::fitting(&ways, room);
    canvas
        .part(rows.take(1))
        .clipped(4, 0, mark(bad[big].state(now)).1, text, room);
}

/// `also render-2 DOWN, host SLOW`, and with fewer names `+1 more`, the
/// longest way to say it first.
fn by_name(bad: &[Seen<'_>], before: &str, state: impl Fn(&Seen<'_>) -> String) -> Vec<String> {
    let names = bad
        .iter()
        .map(|seen| format!("{} {}", seen.name(), state(seen)));
    let names: Vec<String> = names.collect();
    let ways = (1..=names.len()).rev().map(|shown| {
        let more = match names.len() - shown {
            0 => String::new(),
            more => format!(", +{more} more"),
        };
        format!("{before}{}{more}", names[..shown].join(", "))
    });
    ways.collect()
}

/// How many of `count` fit; a row is kept for the others where there are some.
fn fitting(count: usize, height: u16, pitch: u16) -> usize {
    let all = usize::from((height + pitch - 4) / pitch);
    if count <= all {
        count
    } else {
        usize::from(height.saturating_sub(1) / pitch)
    }
}

/// A state in five letters at the most: with `?` what was so, and may not be
/// any more.
fn five_letters(seen: &Seen<'_>, now: DateTime<Utc>) -> String {
    match (seen.was(now), seen.state(now)) {
        (Some(known), _) => format!("{}?", known.state.word()),
        (None, Health::Unknown) => "?".to_owned(),
        (None, state) => state.word().to_owned(),
    }
}

/// Columns of a state's word: five letters and a gap.
const WORD: u16 = 23;
/// Columns of a value in big letters.
const VALUE: u16 = 38;
/// The least that is left for a name: nine letters.
const NAME: u16 = 36;

/// Name, state and value, four rows high; the value is small where there is
/// no room for it.
fn one(seen: &Seen<'_>, canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let (glyph, role) = mark(seen.state(now));
    let glyph = canvas.glyph(glyph).to_string();
    canvas.part(area).text(2, 1, role, &glyph);
    let wide = area.width >= 4 + NAME + WORD + VALUE;
    let value = seen.value(now);
    let room = if wide { VALUE } else { 8 };
    let name = area.width.saturating_sub(4 + WORD + room);
    let mut put = |x: u16, wide: u16, text: &str| {
        let part = columns(area, x, wide);
        frame::big(canvas, part, (text, Size::Small), Align::Left, role);
    };
    put(4, name.saturating_sub(2), seen.name());
    put(4 + name, WORD, &five_letters(seen, now));
    if wide {
        put(4 + name + WORD, VALUE, &value);
    } else {
        let part = columns(area, 4 + name + WORD, room);
        canvas.part(part).clipped(0, 1, role, &value, room);
    }
    if let Some(vantage) = seen.vantage() {
        let end = area.width.saturating_sub(1);
        let mut canvas = canvas.part(area);
        canvas.right(end, 3, Role::Muted, &format!("@{vantage}"));
    }
}

/// Those that are well, one below the other, and this host.
fn list(wall: &Wall, fine: &[Seen<'_>], canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let host = wall.app.panel.watches().find(|watch| is_system(watch));
    let system = host.and_then(|watch| Some((watch.last()?.system?, watch.state(now))));
    let kept = u16::from(system.is_some());
    // Above nothing it would look like the state of what is down beside it.
    if !fine.is_empty() {
        canvas.text(0, 0, Role::Muted, "OK");
    }
    let bottom = canvas.height().saturating_sub(kept);
    let step = if bottom > 2 * u16::try_from(fine.len()).unwrap_or(u16::MAX) {
        2
    } else {
        1
    };
    let mut y = step;
    for (place, seen) in fine.iter().enumerate() {
        if y >= bottom {
            let more = format!("+{} more ok", fine.len() - place);
            canvas.right(canvas.width().saturating_sub(2), 0, Role::Muted, &more);
            break;
        }
        small(seen, canvas, (0, y), now);
        y += step;
    }
    if let Some((system, health)) = system {
        let room = canvas.width();
        let (glyph, role) = mark(health);
        let (text, role) = match health {
            Health::Up => (of_host(&system, room), Role::Normal),
            Health::Degraded | Health::Down | Health::Unknown | Health::Stale => {
                let text = of_host(&system, room.saturating_sub(2));
                (format!("{} {text}", canvas.glyph(glyph)), role)
            }
        };
        canvas.clipped(0, y.min(bottom), role, &text, room);
    }
}

/// `host  load 1.26   mem 4%   disk 39%`, shorter where there is less room.
fn of_host(system: &System, room: u16) -> String {
    let [load, mem, disk] = [
        format!("load {:.2}", system.load[0]),
        format!("mem {}%", system.memory_percent()),
        format!("disk {}%", system.disk_percent()),
    ];
    let ways = [
        format!("host  {load}   {mem}   {disk}"),
        format!("{load} {mem} {disk}"),
        format!("{load} {mem}"),
    ];
    format::fitting(&ways, room).to_owned()
}

/// Columns of a probe that is well.
const SMALL: u16 = 38;

/// All are well: side by side.
fn grid(fine: &[Seen<'_>], canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let across = (canvas.width().saturating_sub(4) / SMALL).max(1);
    for (seen, place) in fine.iter().zip(0_u16..) {
        let x = 4 + place % across * SMALL;
        small(seen, canvas, (x, place / across * 2), now);
    }
}

/// `● queue depth       212  ▃▃▂▂▂▃▃`; who sees it, in the place of readings
/// that nobody has here.
pub(super) fn small(
    seen: &Seen<'_>,
    canvas: &mut Canvas<'_, '_>,
    (x, y): (u16, u16),
    now: DateTime<Utc>,
) {
    let (glyph, role) = mark(seen.state(now));
    let glyph = canvas.glyph(glyph).to_string();
    canvas.text(x, y, role, &glyph);
    canvas.clipped(x + 2, y, Role::Normal, seen.name(), 14);
    let value = canvas.paint.truncate(&seen.value(now), 7);
    canvas.right(x + 24, y, Role::Normal, &value);
    let room = canvas.width().saturating_sub(x + 26).min(10);
    if room < 6 {
        return;
    }
    let last = match seen {
        Seen::Here(watch) => spark(canvas, watch, room, now),
        Seen::There(told) => told
            .vantage()
            .map(|host| format!("@{host}"))
            .unwrap_or_default(),
    };
    canvas.clipped(x + 26, y, Role::Muted, &last, room);
}
