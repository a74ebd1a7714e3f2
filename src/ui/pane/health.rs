//! HEALTH: every probe with its state, its age and its last readings.

mod control;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::layout::Rect;

use crate::{
    domain::{
        fact::Health,
        health::Watch,
        probe::{Outcome, System, Target},
    },
    ui::{
        app::{App, Pane},
        canvas::Canvas,
        format,
        glyph::Glyph,
        theme::Role,
        widget::{Chart, Spark},
    },
};

/// `3 ok  1 slow  1 down`, for the rule.
pub fn counts(app: &App, now: DateTime<Utc>) -> String {
    let counts = app.panel.counts(now);
    let parts = [
        (counts.up, "ok"),
        (counts.degraded, "slow"),
        (counts.down, "down"),
        (counts.unknown, "unknown"),
        (counts.stale, "stale"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() {
        "no probe".to_owned()
    } else {
        parts.join(" · ")
    }
}

/// The same for a rule of few columns: `3 ok  1 slow  1 down  1 ?`.
pub fn short_counts(app: &App, now: DateTime<Utc>) -> String {
    counts(app, now)
        .replace(" · ", "  ")
        .replace(" stale", " ?")
        .replace(" unknown", " ?")
}

/// Draws the pane.
///
/// What this host has is left to HOST where that is on the screen.
pub fn draw(app: &App, host_is_seen: bool, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    if app.panel.watches().next().is_none() {
        let lines = Canvas::wrapped(NOTHING, canvas.width().saturating_sub(4));
        for (y, line) in (0..).zip(lines) {
            canvas.text(3, y, Role::Muted, &line);
        }
        return;
    }
    let wide = canvas.width() >= 58;
    let top = heading(app, canvas);
    let mut watches: Vec<&Watch> = app
        .panel
        .watches()
        .filter(|watch| !is_system(watch) && !watch.spec().control)
        .collect();
    // Trouble first: what does not fit is what is well.
    watches.sort_by_key(|watch| rank(watch.state(now)));
    let mut system = app.panel.watches().filter(|watch| is_system(watch));
    let system = system.next().filter(|_| !host_is_seen);
    let bottom = canvas.height().saturating_sub(u16::from(system.is_some()));
    let y = list(app, &watches, canvas, (top, bottom), now);
    let y = control::row(app, canvas, (y, bottom), now);
    if let Some(watch) = system {
        let y = if canvas.height() > y + 1 && wide {
            y
        } else {
            bottom
        };
        system_row(watch, canvas, y, now);
    }
    if canvas.height() > y + 14 && wide {
        charts(&watches, canvas, y + 2, now);
    }
}

/// What stands where there is no probe.
const NOTHING: &str = "nothing is probed: [[probes]] in the configuration says what to watch";

/// The names of the columns, or that this host sees nothing; answers the rows
/// it took.
fn heading(app: &App, canvas: &mut Canvas<'_, '_>) -> u16 {
    let wide = canvas.width() >= 58;
    if let Some((role, ways)) = control::cut_off(app) {
        let room = canvas.width().saturating_sub(1);
        canvas.clipped(1, 0, role, format::fitting(&ways, room), room);
        return 1;
    }
    if wide {
        let last = if canvas.width() >= 63 {
            "last samples"
        } else {
            "last"
        };
        let columns = format!("probe            state    now     p95    {last}");
        canvas.text(3, 0, Role::Muted, &columns);
        canvas.right(canvas.width() - 1, 0, Role::Muted, "age");
    }
    u16::from(wide)
}

/// A row for each between the two rows, and one for those that do not fit;
/// answers the row after them.
fn list(
    app: &App,
    watches: &[&Watch],
    canvas: &mut Canvas<'_, '_>,
    (top, bottom): (u16, u16),
    now: DateTime<Utc>,
) -> u16 {
    let fit = usize::from(bottom.saturating_sub(top));
    let shown = if watches.len() > fit {
        fit.saturating_sub(1)
    } else {
        watches.len()
    };
    let chosen = (app.focus == Pane::Health && app.zoomed).then(|| app.row(Pane::Health));
    let mut y = top;
    for (place, watch) in watches.iter().take(shown).enumerate() {
        if canvas.width() >= 58 {
            wide_row(watch, canvas, y, now);
        } else {
            narrow_row(watch, canvas, y, now);
        }
        if chosen == Some(place) {
            canvas.paint_row(y, Role::Select);
        }
        y += 1;
    }
    if shown < watches.len() && y < bottom {
        canvas.text(3, y, Role::Muted, &rest(&watches[shown..], now));
        y += 1;
    }
    y
}

/// `+3 more, all ok`: what has no row of its own.
fn rest(watches: &[&Watch], now: DateTime<Utc>) -> String {
    let bad = watches
        .iter()
        .filter(|watch| watch.state(now) != Health::Up)
        .count();
    let how = match bad {
        0 => "all ok".to_owned(),
        bad => format!("{bad} not ok"),
    };
    format!("+{} more, {how}", watches.len())
}

pub(super) fn is_system(watch: &Watch) -> bool {
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

/// The glyph and the role of a state.
pub const fn mark(health: Health) -> (Glyph, Role) {
    match health {
        Health::Up => (Glyph::Ok, Role::Ok),
        Health::Degraded => (Glyph::Slow, Role::Warn),
        Health::Down => (Glyph::Down, Role::Bad),
        Health::Unknown | Health::Stale => (Glyph::Stale, Role::Stale),
    }
}

/// What the probe says now: its latency, or how long it has been like this.
pub fn value(watch: &Watch, now: DateTime<Utc>) -> String {
    match watch.state(now) {
        Health::Down => watch
            .since()
            .map(|since| format::age(now - since))
            .unwrap_or_default(),
        // What was seen then says nothing about now, but how long ago it was does.
        Health::Stale | Health::Unknown => {
            let age = watch.age(now).map(format::age);
            age.unwrap_or_else(|| "not read".to_owned())
        }
        Health::Up | Health::Degraded => {
            let last = watch.last();
            let took = last.and_then(|reading| reading.took).map(format::took);
            let detail = last
                .map(|reading| reading.detail.to_string())
                .unwrap_or_default();
            match &watch.spec().target {
                Target::Tls { .. } if !detail.is_empty() => detail,
                _ => took.unwrap_or(detail),
            }
        }
    }
}

fn word(health: Health) -> &'static str {
    match health {
        Health::Unknown => "?",
        other => other.word(),
    }
}

fn narrow_row(watch: &Watch, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let health = watch.state(now);
    let (glyph, role) = mark(health);
    let text = canvas.glyph(glyph).to_string();
    canvas.text(1, y, role, &text);
    canvas.clipped(3, y, role, &watch.spec().name, 14);
    canvas.text(18, y, role, word(health));
    // There is no column for ages: one that counts takes the value's place, but
    // not that of how long it is down.
    let (value, role) = match ageing(watch, now).filter(|_| health != Health::Down) {
        Some(age) => (format!("{} ago", format::short(age)), Role::Stale),
        None => (value(watch, now), role),
    };
    let value = canvas.paint.truncate(&value, 8);
    canvas.right(30, y, role, &value);
    let columns = canvas.width().saturating_sub(31);
    let line = spark(canvas, watch, columns, now);
    canvas.text(31, y, Role::Muted, &line);
}

fn wide_row(watch: &Watch, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let health = watch.state(now);
    let (glyph, role) = mark(health);
    let text = canvas.glyph(glyph).to_string();
    canvas.text(1, y, role, &text);
    canvas.clipped(3, y, role, &watch.spec().name, 16);
    canvas.text(20, y, role, word(health));
    let value = canvas.paint.truncate(&value(watch, now), 8);
    canvas.right(34, y, role, &value);
    let p95 = watch
        .p95()
        .filter(|_| health != Health::Down)
        .map_or_else(|| "-".to_owned(), format::took);
    canvas.right(42, y, Role::Muted, &p95);
    let columns = canvas.width().saturating_sub(52).min(24);
    let line = spark(canvas, watch, columns, now);
    canvas.text(44, y, Role::Muted, &line);
    let age = watch
        .age(now)
        .map(|age| canvas.paint.age(age))
        .unwrap_or_default();
    let role = ageing(watch, now).map_or(Role::Muted, |_| Role::Stale);
    canvas.right(canvas.width() - 1, y, role, &age);
}

/// How old the last reading is, where the next one is overdue and the probe is
/// not stale yet.
fn ageing(watch: &Watch, now: DateTime<Utc>) -> Option<TimeDelta> {
    let is_told = matches!(watch.state(now), Health::Stale | Health::Unknown);
    let age = watch.age(now)?;
    (!is_told && age >= watch.spec().every * 2).then_some(age)
}

/// The last readings; a failure is a gap, and a stale probe's line stops.
pub fn spark(canvas: &Canvas<'_, '_>, watch: &Watch, columns: u16, now: DateTime<Utc>) -> String {
    let mut samples = samples(watch);
    let every = watch.spec().every.num_milliseconds().max(1);
    let missed = watch
        .age(now)
        .map_or(0, |age| (age.num_milliseconds() / every).saturating_sub(1));
    samples.extend((0..missed.clamp(0, 240)).map(|_| None));
    Spark {
        samples: &samples,
        limit: limit(watch),
    }
    .text(columns, canvas.paint.tier)
}

fn samples(watch: &Watch) -> Vec<Option<f64>> {
    watch
        .samples()
        .map(|sample| match (sample.outcome, sample.took) {
            (Outcome::Pass | Outcome::Warn, Some(took)) => Some(took.as_secs_f64()),
            (Outcome::Pass | Outcome::Warn, None) | (Outcome::Fail(_), _) => None,
        })
        .collect()
}

fn limit(watch: &Watch) -> Option<f64> {
    watch
        .spec()
        .slow
        .and_then(|slow| slow.to_std().ok())
        .map(|slow| slow.as_secs_f64())
}

fn system_row(watch: &Watch, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let (glyph, role) = mark(watch.state(now));
    let role = if role == Role::Ok { Role::Normal } else { role };
    if role != Role::Normal {
        let text = canvas.glyph(glyph).to_string();
        canvas.text(1, y, role, &text);
    }
    let Some(system) = watch.last().and_then(|reading| reading.system) else {
        canvas.text(3, y, Role::Muted, "host  not read yet");
        return;
    };
    let System {
        load, memory, disk, ..
    } = system;
    let memory_percent = system.memory_percent();
    let disk_percent = system.disk_percent();
    if canvas.width() < 58 {
        canvas.text(3, y, role, &format!("load {:.2}", load[0]));
        canvas.text(18, y, role, &format!("mem {memory_percent}%"));
        canvas.text(29, y, role, &format!("disk {disk_percent}%"));
        return;
    }
    let x = canvas.text(
        3,
        y,
        role,
        &format!("host  load {:.2} {:.2} {:.2}", load[0], load[1], load[2]),
    );
    let bar = if canvas.width() >= 70 { 10 } else { 4 };
    let x = canvas.text(x + 3, y, role, &format!("mem {memory_percent}% "));
    canvas.bar(x, y, bar, share(memory.0, memory.1), Role::Muted);
    let x = canvas.text(x + bar + 3, y, role, &format!("disk {disk_percent}% "));
    canvas.bar(x, y, bar, share(disk.0, disk.1), Role::Muted);
}

#[expect(clippy::cast_precision_loss, reason = "a share of a bar")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Rows of a chart, with its title and its times.
const CHART_ROWS: u16 = 8;

/// The latency of the two worst probes, over all that the rings hold.
fn charts(watches: &[&Watch], canvas: &mut Canvas<'_, '_>, mut y: u16, now: DateTime<Utc>) {
    for watch in watches.iter().filter(|watch| watch.p95().is_some()).take(2) {
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
    let samples = samples(watch);
    let first = watch.samples().next().map_or(now, |sample| sample.at);
    let mut part = canvas.part(place);
    let (paint, buffer, place) = part.raw();
    Chart {
        title: &format!("latency of {}", watch.spec().name),
        samples: &samples,
        limit: limit(watch),
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
