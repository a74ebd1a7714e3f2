//! NO DATA, in the biggest letters there are: old data that looks like new is
//! worse than none.

use chrono::{DateTime, Utc};

use super::{
    Wall,
    frame::{self, Rows},
    message,
};
use crate::{
    domain::{duty::duties, incident::Incident},
    ui::{
        canvas::Canvas,
        format::{self, Align},
        glyph::Glyph,
        msg::LinkState,
        pane,
        theme::Role,
        widget::Size,
    },
};

/// What is said while the engine is not there.
struct Words {
    title: &'static str,
    since: DateTime<Utc>,
    /// Each in several ways, the longest first.
    lines: [Vec<String>; 2],
}

/// Draws the page; `seen` is when the engine was seen last, if ever.
pub(super) fn draw(
    wall: &Wall,
    seen: Option<DateTime<Utc>>,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) {
    let mut rows = Rows(canvas.area());
    let footer = rows.take_last(1);
    let roomy = rows.0.height >= 40;
    rows.take(if roomy { 5 } else { 0 });
    let words = words(wall, seen);
    let big = |canvas: &mut Canvas<'_, '_>, area, text: &str, size| {
        frame::big(canvas, area, (text, size), Align::Centre, Role::Bad);
    };
    big(canvas, rows.take(8), words.title, Size::Tall);
    rows.take(u16::from(roomy));
    big(
        canvas,
        rows.take(4),
        &format::age(now - words.since),
        Size::Wide,
    );
    rows.take(u16::from(roomy));
    for (ways, role) in words.lines.iter().zip([Role::Strong, Role::Bad]) {
        let line = format::fitting(ways, rows.0.width);
        frame::centred(&mut canvas.part(rows.take(1)), line, role);
    }
    rows.take(u16::from(roomy));
    let glyph = canvas.glyph(Glyph::Empty);
    let rule = rows.take(1);
    canvas
        .part(rule)
        .repeat(0, 0, Role::Stale, glyph, rule.width);
    let was = if seen.is_some() { "was: " } else { "" };
    last_known(wall, was, words.since, &mut canvas.part(rows.0), now);
    foot(wall, &mut canvas.part(footer), now);
}

fn words(wall: &Wall, seen: Option<DateTime<Utc>>) -> Words {
    let why = wall.reason.clone().or_else(|| message::why_offline(wall));
    match seen {
        Some(since) => no_data(since, why.as_deref()),
        None => Words {
            title: "NO ENGINE",
            since: wall.started,
            lines: no_engine(wall, why.as_deref()),
        },
    }
}

fn no_data(since: DateTime<Utc>, why: Option<&str>) -> Words {
    let time = format::time(since);
    let unseen = format!("This wall cannot see the engine since {time} UTC");
    let because = why.map(|why| format!("{unseen} ({why})."));
    Words {
        title: "NO DATA",
        since,
        lines: [
            because.into_iter().chain([format!("{unseen}.")]).collect(),
            vec![
                "Do not trust anything below: it is the last state known, not the state now."
                    .to_owned(),
                "Below is the last state known: do not trust it.".to_owned(),
            ],
        ],
    }
}

/// A server has its engine; what keeps this wall from seeing it is the news.
fn no_engine(wall: &Wall, why: Option<&str>) -> [Vec<String>; 2] {
    let words = |text: &str| vec![text.to_owned()];
    if wall.app.shared.link.state == LinkState::Alone {
        let because = why.map(|why| format!(" ({why})")).unwrap_or_default();
        let nobody = "nobody is paged and nobody is reminded";
        let first = [
            format!("No engine was seen yet{because}: {nobody}."),
            format!("No engine was seen yet: {nobody}."),
        ];
        let second = words("Start one with `warroom engine`. Below is what the log says.");
        return [first.to_vec(), second];
    }
    let first = words("No engine was seen yet: ask the server whether anybody is paged.");
    [
        first,
        words(why.unwrap_or("The server has not answered yet.")),
    ]
}

/// Each incident with the deadline that was nearest, and the probes.
fn last_known(
    wall: &Wall,
    was: &str,
    since: DateTime<Utc>,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) {
    let mut y = 0;
    let room = canvas.width().saturating_sub(6);
    for incident in wall.app.board.open() {
        let (role, level) = pane::header::badge(incident);
        let x = canvas.text(4, y, role, &level);
        let title = super::incident::title(wall, incident);
        canvas.clipped(
            x + 2,
            y,
            Role::Normal,
            &format!("{}  {title}", incident.label()),
            room,
        );
        if let Some(line) = next(incident, now) {
            canvas.clipped(4, y + 1, Role::Stale, &format!("{was}{line}"), room);
        }
        y += 2;
    }
    let trouble = super::health::last_trouble(wall, since);
    let before = |text: &String| format!("{was}{text}");
    let trouble: Vec<String> = trouble.iter().map(before).collect();
    let probes = pane::health::last_counts(&wall.app, since).replace(" · ", "   ");
    canvas.clipped(4, y, Role::Stale, &format!("{was}{probes}"), room);
    let trouble = format::fitting(&trouble, room);
    canvas.clipped(4, y + 1, Role::Stale, trouble, room);
}

/// `ESCALATES TO Engineering Manager at 14:14 UTC   (in 2m51 by this clock)`.
fn next(incident: &Incident, now: DateTime<Utc>) -> Option<String> {
    let due = duties(incident)
        .into_iter()
        .find(|due| due.duty.is_urgent())?;
    let (label, target) = super::clocks::label(incident, &due);
    let left = due.by - now;
    let when = if left > chrono::TimeDelta::zero() {
        format!("that moment is in {} by this clock", format::short(left))
    } else {
        format!("that moment was {} ago by this clock", format::short(-left))
    };
    let by = format::time_on_day(due.by, now);
    Some(format!("{label} {target} at {by} UTC   ({when})"))
}

fn foot(wall: &Wall, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let up = format::short(now - wall.started);
    let time = format::time(now);
    let text = format!("{}   up {up}   {time} UTC", wall.app.settings.host);
    let end = canvas.width().saturating_sub(2);
    let end = canvas.right(end, 0, Role::Muted, &text).saturating_sub(2);
    let mark = canvas.glyph(Glyph::Down);
    let mut x = canvas.text(2, 0, Role::Offline, &format!("{mark} NOT LIVE"));
    let clock = (!wall.trusts_clock()).then_some((Role::Warn, "clock not trusted"));
    // Nobody has to come and press anything.
    let again = Some((Role::Muted, "it tries again by itself"));
    for (role, text) in [clock, again].into_iter().flatten() {
        let wide = u16::try_from(text.len() + 3).unwrap_or(u16::MAX);
        if x.saturating_add(wide) <= end {
            x = canvas.text(x + 3, 0, role, text);
        }
    }
}
