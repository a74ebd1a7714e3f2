//! An incident from across the room: how bad, what next and when, what is not
//! well.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use super::{
    Wall,
    clocks::{self, Clock},
    frame::{self, HEADER, Rows, columns},
    health, latest, message,
};
use crate::{
    domain::{fact::Role as Job, incident::Incident, text::Name},
    ui::{
        canvas::Canvas,
        format::{self, Align},
        pane,
        theme::Role,
        widget::{self, Size, meter_text},
    },
};

/// Draws the page of `incident`.
pub(super) fn draw(
    wall: &Wall,
    incident: &Incident,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) {
    let mut rows = Rows(canvas.area());
    let roomy = rows.0.height >= 47;
    let gap = u16::from(roomy);
    let footer = rows.take_last(1);
    message::draw(wall, canvas, &mut rows, gap, now);
    let title = title(wall, incident);
    // Where there is no room for it beside the level.
    let word = if rows.0.width < WORDED {
        level_word(incident)
    } else {
        String::new()
    };
    let who = format!("{word}{}", who(wall, incident));
    let header = rows.take(if rows.0.height >= 33 { HEADER } else { 3 });
    frame::header(wall, canvas, header, (&title, &who), now);
    rows.take(gap);
    let clocks = clocks::of(wall, incident, now);
    let nearest = clocks.first();
    worst(incident, nearest, canvas, rows.take(8), now);
    bar(nearest, canvas, rows.take(if roomy { 2 } else { 1 }));
    rows.take(gap);
    let area = rows.take(if rows.0.height >= 16 { 6 } else { 3 });
    next_clocks(clocks.get(1..).unwrap_or_default(), canvas, area, now);
    rows.take(gap);
    let latest = rows.take_last(latest_rows(rows.0.height));
    health::draw(wall, canvas, rows.0, now);
    latest::draw(wall, incident, &mut canvas.part(latest));
    frame::footer(wall, &mut canvas.part(footer), now);
}

/// So many columns have the word of the level beside its letters.
const WORDED: u16 = 72;

/// `CRITICAL `.
fn level_word(incident: &Incident) -> String {
    let (_, words) = pane::header::badge(incident);
    let word = words.split(' ').nth(1).unwrap_or_default();
    format!("{word} ")
}

/// A third of what is left, five rows at most on a usual wall.
const fn latest_rows(left: u16) -> u16 {
    match left {
        0..6 => 0,
        6..12 => 2,
        12..19 => 3,
        19..30 => 5,
        30.. => left / 4,
    }
}

/// The title; of a private incident only that there is one (X4).
pub(super) fn title(wall: &Wall, incident: &Incident) -> String {
    let state = incident.state();
    match (state.private && wall.redact, state.drill) {
        (true, true) => "DRILL Private incident".to_owned(),
        (true, false) => "Private incident".to_owned(),
        (false, _) => incident.title_in_list(),
    }
}

/// `INC-142   Investigating   commander ana   ops bo, kai`.
fn who(wall: &Wall, incident: &Incident) -> String {
    let mut parts = vec![incident.label(), incident.phase().word().to_owned()];
    for (job, word) in [
        (Job::Commander, "commander"),
        (Job::OpsLead, "ops"),
        (Job::CommsLead, "comms"),
    ] {
        let names: Vec<&str> = incident.with_role(job).map(Name::as_str).collect();
        parts.extend(match (names.len(), wall.redact) {
            (0, _) if job == Job::Commander => Some("NO COMMANDER".to_owned()),
            (0, _) => None,
            (1, true) => Some(format!("{word} on it")),
            (count, true) => Some(format!("{word}: {count} people on it")),
            (_, false) => Some(format!("{word} {}", names.join(", "))),
        });
    }
    parts.join("   ")
}

/// The severity and the nearest deadline, eight rows high.
fn worst(
    incident: &Incident,
    nearest: Option<&Clock>,
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    now: DateTime<Utc>,
) {
    let wide = area.width >= 118;
    let (role, _) = pane::header::badge(incident);
    let level = incident
        .severity()
        .map_or_else(|| "P?".to_owned(), |level| level.to_string());
    let tall = Size::Tall;
    frame::big(
        canvas,
        columns(area, if wide { 4 } else { 2 }, 16),
        (&level, tall),
        Align::Left,
        role,
    );
    let state = if wide { 24 } else { 20 };
    // Up to where the nearest deadline begins.
    let room = match nearest {
        Some(_) if wide => (area.width * 34 / 100).saturating_sub(state + 1),
        Some(_) | None => 28,
    };
    let mut left = canvas.part(columns(area, state, room.min(28)));
    if area.width >= WORDED {
        so_far(incident, &mut left, now);
    }
    match nearest {
        Some(clock) if wide && clock.alarm => alarm(clock, canvas, area, now),
        Some(clock) => nearest_clock(clock, wide, canvas, area, now),
        None => {}
    }
}

/// What nobody does by itself: that it is so stands above, four rows high like
/// the time below it.
fn alarm(clock: &Clock, canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let at = area.width * 34 / 100;
    let mut rows = Rows(columns(area, at, area.width - at));
    let label = (clock.label.as_str(), Size::Small);
    frame::big(canvas, rows.take(4), label, Align::Left, clock.role);
    let below = rows.0;
    let room = area.width * 18 / 100;
    words(clock, &mut canvas.part(columns(below, 0, room)), 0, now);
    let number = columns(below, room + 2, below.width.saturating_sub(room + 2));
    let value = (clock.value.as_str(), Size::Wide);
    frame::big(canvas, number, value, Align::Left, clock.role);
}

fn nearest_clock(
    clock: &Clock,
    wide: bool,
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    now: DateTime<Utc>,
) {
    let at = if wide {
        area.width * 53 / 100
    } else {
        area.width.saturating_sub(36)
    };
    let number = columns(area, at, area.width - at);
    let size = if wide { Size::Tall } else { Size::Wide };
    let value = (clock.value.as_str(), size);
    frame::big(canvas, number, value, Align::Left, clock.role);
    let below = if wide {
        columns(area, area.width * 34 / 100, area.width * 18 / 100)
    } else {
        Rect {
            y: area.y + 4,
            height: area.height.saturating_sub(4),
            ..number
        }
    };
    let mut part = canvas.part(below);
    let room = part.width();
    part.clipped(0, 0, clock.role, &clock.label, room);
    let gap = if part.height() >= 8 { 2 } else { 1 };
    words(clock, &mut part, gap, now);
}

/// `▌HIGH▐ ███░`, how long it is open, and since when.
fn so_far(incident: &Incident, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let role = pane::header::badge(incident).0;
    let word = level_word(incident);
    let x = canvas.badge(0, 2, role, &format!(" {word}")) + 2;
    if let Some(severity) = incident.severity() {
        let meter = meter_text(severity, canvas.paint.tier);
        // A part of it would be the meter of another level.
        let fits = usize::from(x) + format::width(&meter) <= usize::from(canvas.width());
        let (x, y) = if fits { (x, 2) } else { (0, 3) };
        canvas.text(x, y, Role::Strong, &meter);
    }
    let open = format::hours(now - incident.anchor());
    canvas.text(0, 4, Role::Strong, &format!("open {open}"));
    let since = format::time_on_day(incident.anchor(), now);
    let ways = [
        format!("since {since} UTC"),
        format!("since {since}"),
        since,
    ];
    let room = canvas.width();
    canvas.clipped(0, 5, Role::Normal, format::fitting(&ways, room), room);
}

/// Whom it is about and when, from row `y` on.
fn words(clock: &Clock, canvas: &mut Canvas<'_, '_>, mut y: u16, now: DateTime<Utc>) {
    let room = canvas.width();
    canvas.clipped(0, y, Role::Strong, &clock.what, room);
    if let Some(person) = &clock.person {
        y += 1;
        canvas.clipped(0, y, Role::Normal, person, room);
    }
    let at = format::time_on_day(clock.at, now);
    canvas.clipped(0, y + 1, Role::Normal, &format!("at {at} UTC"), room);
}

/// A bar over the whole width, for the nearest deadline alone.
fn bar(nearest: Option<&Clock>, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let Some(clock) = nearest else {
        return;
    };
    let area = columns(area, 4, area.width.saturating_sub(8));
    let mut part = canvas.part(area);
    let (paint, buffer, area) = part.raw();
    widget::bar(paint, buffer, area, clock.used, clock.role);
}

/// The three clocks after the nearest, four rows high.
fn next_clocks(clocks: &[Clock], canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let wide = area.width.saturating_sub(4) / 3;
    for (place, clock) in (0..3).zip(clocks) {
        let part = columns(area, 4 + place * wide, wide.saturating_sub(1));
        one_clock(clock, &mut canvas.part(part), now);
    }
}

fn one_clock(clock: &Clock, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let mut rows = Rows(canvas.area());
    // Here the time follows, and the target stands below it.
    let label = clock.label.replace(" TO", " IN");
    let short = label.trim_end_matches(" IN").to_owned();
    let shortest = short.trim_start_matches("OVERDUE: ").to_owned();
    let room = canvas.width();
    let ways = [label, short, shortest];
    canvas.clipped(0, 0, clock.role, format::fitting(&ways, room), room);
    rows.take(1);
    let below = rows.take_last(1);
    let value = (clock.value.as_str(), Size::Wide);
    frame::big(canvas, rows.0, value, Align::Left, clock.role);
    whom_and_when(clock, &mut canvas.part(below), now);
}

/// `VP Engineering  raj  15:14 UTC`: the words make room for the time.
fn whom_and_when(clock: &Clock, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let at = format::time_on_day(clock.at, now);
    let room = canvas.width();
    let person = clock.person.iter().map(|person| format!("  {person}"));
    let whole = format!("{}{}", clock.what, person.collect::<String>());
    let ways = [format!("  {at} UTC"), format!("  {at}")];
    let time = format::fitting(&ways, room / 2);
    let left = room.saturating_sub(u16::try_from(format::width(time)).unwrap_or(room));
    let whole = [whole, clock.what.clone()];
    let x = canvas.clipped(0, 0, Role::Normal, format::fitting(&whole, left), left);
    canvas.text(x, 0, Role::Normal, time);
}
