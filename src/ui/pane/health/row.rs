//! One probe, one row: its state, its value and its last readings; of a probe
//! of another host, whose it is. Of what nobody knows any more stands how it
//! was, and how long ago.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    mark,
    seen::{Seen, Told, ago},
};
use crate::{
    domain::{
        fact::Health,
        health::{Known, Watch},
        probe::{Outcome, Target},
    },
    ui::{canvas::Canvas, format, theme::Role, widget::Spark},
};

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

/// How long something lasts, beside what answers and has a latency there:
/// `for 39s`, `for 7m`, `for 1h07`, `for 11d`.
pub(super) fn lasts(span: TimeDelta) -> String {
    match (span.num_days(), span.num_minutes()) {
        (days @ 1.., _) => format!("for {days}d"),
        (_, minutes @ 1..60) => format!("for {minutes}m"),
        _ => format!("for {}", format::short(span)),
    }
}

pub(super) fn word(health: Health) -> &'static str {
    match health {
        Health::Unknown => "?",
        other => other.word(),
    }
}

/// Draws the row, in as many columns as there are.
pub(super) fn draw(seen: &Seen<'_>, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let wide = canvas.width() >= super::WIDE;
    let (glyph, role) = mark(seen.state(now));
    let glyph = canvas.glyph(glyph).to_string();
    canvas.text(1, y, role, &glyph);
    let (name, state) = if wide { (16, 20) } else { (14, 18) };
    canvas.clipped(3, y, role, seen.name(), name);
    canvas.text(state, y, role, &seen.word(now));
    match (seen, seen.was(now)) {
        (_, Some(known)) => last_known(seen, known, canvas, y, now),
        (Seen::Here(watch), None) if wide => wide_end(watch, canvas, y, now),
        (Seen::Here(watch), None) => narrow_end(watch, canvas, y, now),
        (Seen::There(told), None) => there(told, canvas, y, now),
    }
}

/// How long ago it was as it was, in the place of ages; the readings up to
/// then, where there are any.
fn last_known(
    seen: &Seen<'_>,
    known: Known,
    canvas: &mut Canvas<'_, '_>,
    y: u16,
    now: DateTime<Utc>,
) {
    let wide = canvas.width() >= super::WIDE;
    let end = canvas.width().saturating_sub(u16::from(wide));
    let start = canvas.right(end, y, Role::Stale, &ago(known, now));
    if !wide {
        return;
    }
    let room = start.saturating_sub(SAMPLES + 1);
    match seen {
        Seen::Here(watch) => {
            let line = spark(canvas, watch, room.min(24), now);
            canvas.text(SAMPLES, y, Role::Muted, &line);
        }
        Seen::There(told) => whose(told, canvas, (SAMPLES, y), room),
    }
}

/// The column of the samples, where there are headings.
const SAMPLES: u16 = 43;

/// How long it is like this, and whose it is in the place of readings that
/// nobody has here.
fn there(told: &Told<'_>, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let wide = canvas.width() >= super::WIDE;
    let seen = Seen::There(*told);
    let role = mark(seen.state(now)).1;
    let (end, from) = if wide { (34, SAMPLES) } else { (31, 32) };
    canvas.right(end, y, role, &seen.value(now));
    let room = canvas.width().saturating_sub(from);
    whose(told, canvas, (from, y), room);
}

fn whose(told: &Told<'_>, canvas: &mut Canvas<'_, '_>, (x, y): (u16, u16), room: u16) {
    let ways = match told.vantage() {
        Some(vantage) => [format!("seen from {vantage}"), format!("@{vantage}")],
        None => ["by the log, not read yet".to_owned(), "by log".to_owned()],
    };
    canvas.clipped(x, y, Role::Muted, format::fitting(&ways, room), room);
}

/// There is no column for ages: one that counts takes the value's place, but
/// not that of how long it is down.
fn narrow_end(watch: &Watch, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let health = watch.state(now);
    let (value, role) = match ageing(watch, now).filter(|_| health != Health::Down) {
        Some(age) => (format!("{} ago", format::short(age)), Role::Stale),
        None => (value(watch, now), mark(health).1),
    };
    let value = canvas.paint.truncate(&value, 8);
    canvas.right(30, y, role, &value);
    let columns = canvas.width().saturating_sub(31);
    let line = spark(canvas, watch, columns, now);
    canvas.text(31, y, Role::Muted, &line);
}

fn wide_end(watch: &Watch, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let health = watch.state(now);
    // Below `now` stands a latency elsewhere: a length of time says that it is one.
    let value = match health {
        Health::Down => watch
            .since()
            .map(|since| lasts(now - since))
            .unwrap_or_default(),
        Health::Up | Health::Degraded | Health::Unknown | Health::Stale => {
            canvas.paint.truncate(&value(watch, now), 8)
        }
    };
    canvas.right(34, y, mark(health).1, &value);
    let p95 = watch
        .p95()
        .filter(|_| health != Health::Down)
        .map_or_else(|| "-".to_owned(), format::took);
    canvas.right(42, y, Role::Muted, &p95);
    let columns = canvas.width().saturating_sub(50).min(24);
    let line = spark(canvas, watch, columns, now);
    canvas.text(SAMPLES, y, Role::Muted, &line);
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
    keep_the_past(&mut samples, usize::from(columns / 2));
    Spark {
        samples: &samples,
        limit: limit(watch).or_else(|| unnoticed(&samples)),
    }
    .text(columns, canvas.paint.tier)
}

/// A gap at the end takes `room` columns at most: what came before it says
/// more, and how long it lasts is said beside it.
fn keep_the_past(samples: &mut Vec<Option<f64>>, room: usize) {
    let seen = samples.iter().rposition(Option::is_some);
    if let Some(seen) = seen {
        samples.truncate(seen + 1 + room);
    }
}

/// Seconds that nobody notices: a probe that answers much faster swings by
/// half of them, and all is well.
const NOTICED: f64 = 0.1;

/// The scale of a probe without a limit that answers that fast.
fn unnoticed(samples: &[Option<f64>]) -> Option<f64> {
    let fastest = samples.iter().flatten().copied().reduce(f64::min)?;
    (fastest < NOTICED / 5.0).then_some(NOTICED)
}

pub(super) fn samples(watch: &Watch) -> Vec<Option<f64>> {
    watch
        .samples()
        .map(|sample| match (sample.outcome, sample.took) {
            (Outcome::Pass | Outcome::Warn, Some(took)) => Some(took.as_secs_f64()),
            (Outcome::Pass | Outcome::Warn, None) | (Outcome::Fail(_), _) => None,
        })
        .collect()
}

pub(super) fn limit(watch: &Watch) -> Option<f64> {
    watch
        .spec()
        .slow
        .and_then(|slow| slow.to_std().ok())
        .map(|slow| slow.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_silence_leaves_half_of_the_line_to_what_was_before() {
        let mut samples = vec![Some(0.4), Some(0.5), None, Some(0.6)];
        samples.extend([None; 60]);

        keep_the_past(&mut samples, 4);

        assert_eq!(samples.len(), 8);
        let mut never = vec![None; 12];
        keep_the_past(&mut never, 4);
        assert_eq!(never.len(), 12);
    }

    #[test]
    fn what_nobody_notices_is_a_low_line() {
        assert_eq!(unnoticed(&[Some(0.001), None, Some(0.008)]), Some(NOTICED));
        assert_eq!(unnoticed(&[Some(0.038), Some(0.044)]), None);
        assert_eq!(unnoticed(&[None]), None);
    }

    #[test]
    fn a_length_of_time_takes_few_columns() {
        for (seconds, words) in [
            (39, "for 39s"),
            (552, "for 9m"),
            (4_020, "for 1h07"),
            (1_000_000, "for 11d"),
        ] {
            assert_eq!(lasts(TimeDelta::seconds(seconds)), words);
        }
    }
}
