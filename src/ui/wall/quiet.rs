//! Nothing is wrong: quiet is not blank. It says since when, and what is watched.

use chrono::{DateTime, TimeDelta, Timelike as _, Utc};
use ratatui::layout::Rect;

use super::{
    Wall,
    frame::{self, HEADER, Rows},
    health, message,
};
use crate::{
    domain::{fact::Health, incident::Incident, policy::Policy},
    ui::{
        canvas::Canvas,
        format::{self, Align},
        glyph::Glyph,
        pane::health::targets,
        theme::Role,
        widget::Size,
    },
};

/// Draws the page.
pub(super) fn draw(wall: &Wall, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let mut rows = Rows(canvas.area());
    let footer = rows.take_last(1);
    message::draw(wall, canvas, &mut rows, 0, now);
    let roomy = rows.0.height >= 40;
    let header = rows.take(if rows.0.height >= 33 { HEADER } else { 3 });
    frame::header(
        wall,
        canvas,
        header,
        ("", &wall.app.settings.workspace),
        now,
    );
    if roomy {
        rows.take(3);
    }
    let whole = rows.0;
    if roomy {
        wander(&mut rows, now);
    }
    frame::big(
        canvas,
        rows.take(8),
        ("QUIET", Size::Tall),
        Align::Centre,
        Role::Ok,
    );
    rows.take(u16::from(roomy));
    since(wall, canvas, &mut rows, now);
    rows.0 = Rect {
        x: whole.x,
        width: whole.width,
        ..rows.0
    };
    rows.take(if roomy { 2 } else { 0 });
    let seen = targets(&wall.app, now);
    let fresh = seen.iter().all(|seen| seen.state(now) == Health::Up);
    if fresh {
        watching(wall, canvas, rows.0, now);
    } else {
        health::draw(wall, canvas, rows.0, now);
    }
    frame::footer(wall, &mut canvas.part(footer), now);
}

/// The words move with the hours, as far as there is room, so that they don't
/// burn in (W8).
fn wander(rows: &mut Rows, now: DateTime<Utc>) {
    let hour = u16::try_from(now.hour()).unwrap_or(0);
    rows.take(hour % (5 + rows.0.height.saturating_sub(30) / 4));
    let to_the_right = hour % 4 * 4;
    rows.0.x += to_the_right;
    rows.0.width = rows.0.width.saturating_sub(to_the_right);
}

/// For how long, big; and since what.
fn since(wall: &Wall, canvas: &mut Canvas<'_, '_>, rows: &mut Rows, now: DateTime<Utc>) {
    let last = wall
        .app
        .board
        .all()
        .filter(|incident| !incident.is_active())
        .max_by_key(|incident| ended(incident));
    let tall = if rows.0.height >= 20 { 4 } else { 1 };
    let (quiet, text) = match last {
        Some(last) => (lasted(now - ended(last)), of(last)),
        None => ("no incident so far".to_owned(), String::new()),
    };
    frame::big(
        canvas,
        rows.take(tall),
        (&quiet, Size::Small),
        Align::Centre,
        Role::Ok,
    );
    let mut line = canvas.part(rows.take(1));
    let wide = u16::try_from(format::width(&text)).unwrap_or(u16::MAX);
    let x = line.width().saturating_sub(wide) / 2;
    line.text(x, 0, Role::Muted, &text);
}

fn ended(incident: &Incident) -> DateTime<Utc> {
    let times = &incident.state().times;
    times
        .resolved
        .or(times.cancelled)
        .unwrap_or_else(|| incident.anchor())
}

/// `11 days 04h`, `3h 20m`, `12 minutes`.
fn lasted(span: TimeDelta) -> String {
    let minutes = usize::try_from(span.num_minutes()).unwrap_or(0);
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format::count(minutes, "minute", "minutes"),
        (0, hours, minutes) => format!("{hours}h {minutes:02}m"),
        (days, hours, _) => format!("{} {hours:02}h", format::count(days, "day", "days")),
    }
}

/// `since INC-142 (P3), resolved in 3h20`.
fn of(last: &Incident) -> String {
    let level = last
        .severity()
        .map(|level| format!(" ({level})"))
        .unwrap_or_default();
    let took = format::short(ended(last) - last.anchor());
    let word = if last.state().times.resolved.is_some() {
        "resolved in"
    } else {
        "called off after"
    };
    format!("since {}{level}, {word} {took}", last.label())
}

/// What would notice, and who would be told; then every probe.
fn watching(wall: &Wall, canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let seen = targets(&wall.app, now);
    let right = match seen.len() {
        0 => "no probe",
        _ => "every check below is fresh",
    };
    let mut canvas = canvas.part(area);
    frame::rule(&mut canvas, area, "WATCHING", right);
    let across = (canvas.width().saturating_sub(4) / COLUMN).max(1);
    let step = if canvas.height() > 8 { 2 } else { 1 };
    let place = |place: u16| (4 + place % across * COLUMN, step + place / across * step);
    let means = means(wall, now);
    let count = u16::try_from(means.len()).unwrap_or(0);
    for (at, one) in (0..).zip(means) {
        mean(&mut canvas, place(at), one);
    }
    let from = count.div_ceil(across) * across;
    for (at, seen) in (from..).zip(&seen) {
        health::small(seen, &mut canvas, place(at), now);
    }
}

/// Columns of one thing that is watched.
const COLUMN: u16 = 38;

/// How well it is with a way to hear of trouble, what it is, and how it stands.
type Mean = (Well, &'static str, String);

/// How well it is with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Well {
    Yes,
    /// Somebody should see to it some day; nothing is missing tonight.
    Later,
    No,
}

fn mean(canvas: &mut Canvas<'_, '_>, (x, y): (u16, u16), (well, what, value): Mean) {
    let (glyph, role, of_value) = match well {
        Well::Yes => (Glyph::Ok, Role::Ok, Role::Normal),
        Well::Later => (Glyph::Off, Role::Off, Role::Muted),
        Well::No => (Glyph::Slow, Role::Warn, Role::Warn),
    };
    let mark = canvas.glyph(glyph).to_string();
    canvas.text(x, y, role, &mark);
    canvas.text(x + 2, y, Role::Normal, what);
    let value = canvas.paint.truncate(&value, 16);
    canvas.right(x + 33, y, of_value, &value);
}

/// The ways by which somebody would hear of trouble: a missing one is trouble.
fn means(wall: &Wall, now: DateTime<Utc>) -> [Mean; 4] {
    let app = &wall.app;
    let policy = Policy::parse("policy", &app.settings.policy)
        .map(|(policy, _)| policy)
        .ok();
    let people = policy.as_ref().map_or(0, |policy| {
        let contacts = policy.contact.values();
        contacts
            .filter(|contact| !contact.channels.is_empty())
            .count()
    });
    let channels = app.settings.inside.len() + app.settings.outside.len();
    let count = |count: usize| match count {
        0 => "none".to_owned(),
        count => count.to_string(),
    };
    let age = app.engine.ticked_at.map(|at| format::age(now - at));
    let is_well = |yes: bool| if yes { Well::Yes } else { Well::No };
    [
        (
            is_well(age.is_some()),
            "engine",
            age.map_or_else(|| "never seen".to_owned(), |age| format!("{age} ago")),
        ),
        (is_well(channels > 0), "channels", count(channels)),
        (is_well(people > 0), "people to page", count(people)),
        review(policy.as_ref(), now),
    ]
}

/// `due 2026-02-14`, and `late: 2026-02-14` from then on.
fn review(policy: Option<&Policy>, now: DateTime<Utc>) -> Mean {
    let what = "policy review";
    let Some(due) = policy.map(Policy::review_due) else {
        return (Well::No, what, "no policy".to_owned());
    };
    if due < now.date_naive() {
        (Well::Later, what, format!("late: {due}"))
    } else {
        (Well::Yes, what, format!("due {due}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_a_kind_is_said_as_one() {
        for (span, words) in [
            (TimeDelta::minutes(1), "1 minute"),
            (TimeDelta::minutes(12), "12 minutes"),
            (TimeDelta::hours(25), "1 day 01h"),
            (TimeDelta::hours(50), "2 days 02h"),
        ] {
            assert_eq!(lasted(span), words);
        }
    }
}
