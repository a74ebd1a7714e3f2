//! An incident from across the room: how bad, what next and when, what is not
//! well.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;

use super::{
    Wall,
    frame::{self, HEADER, Rows, columns},
    health,
};
use crate::{
    domain::{
        duty::{Clock, Due, Duty, duties},
        fact::Role as Job,
        incident::{Field, Incident},
        text::Name,
    },
    ui::{
        app,
        canvas::Canvas,
        format::{self, Align},
        pane::{self, health::mark},
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
    rows.take_last(gap);
    let title = title(wall, incident);
    let header = rows.take(if rows.0.height >= 33 { HEADER } else { 3 });
    frame::header(wall, canvas, header, (&title, &who(wall, incident)), now);
    rows.take(gap);
    let dues: Vec<Due> = duties(incident)
        .into_iter()
        .filter(|due| due.duty.is_urgent())
        .collect();
    let nearest = dues.first();
    worst((wall, incident), nearest, canvas, rows.take(8), now);
    bar(nearest, canvas, rows.take(if roomy { 2 } else { 1 }), now);
    rows.take(gap);
    let clocks = rows.take(if rows.0.height >= 16 { 6 } else { 3 });
    next_clocks(
        (wall, incident),
        dues.get(1..).unwrap_or_default(),
        canvas,
        clocks,
        now,
    );
    rows.take(gap);
    let latest = rows.take_last(latest_rows(rows.0.height));
    health::draw(wall, canvas, rows.0, now);
    latest_entries(wall, incident, &mut canvas.part(latest));
    frame::footer(wall, &mut canvas.part(footer), now);
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
        (true, _) => "Private incident".to_owned(),
        (false, true) => format!("DRILL {}", state.title),
        (false, false) => state.title.to_string(),
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
            (1, true) => Some(format!("{word}: yes")),
            (count, true) => Some(format!(
                "{word}: {}",
                format::count(count, "person", "people")
            )),
            (_, false) => Some(format!("{word} {}", names.join(", "))),
        });
    }
    parts.join("   ")
}

/// Whose page it is: the wall and the incident.
type Page<'a> = (&'a Wall, &'a Incident);

/// The severity and the nearest deadline, eight rows high.
fn worst(
    (wall, incident): Page<'_>,
    nearest: Option<&Due>,
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
    let mut left = canvas.part(columns(area, state, 28));
    if area.width >= 72 {
        so_far(incident, &mut left, now);
    }
    let Some(due) = nearest else {
        return;
    };
    let role = role_of(due, now);
    let value = format::countdown(due.by - now);
    let at = if wide {
        area.width * 53 / 100
    } else {
        area.width.saturating_sub(36)
    };
    let number = columns(area, at, area.width - at);
    let size = if wide { Size::Tall } else { Size::Wide };
    frame::big(canvas, number, (&value, size), Align::Left, role);
    let words = if wide {
        columns(area, area.width * 34 / 100, area.width * 18 / 100)
    } else {
        Rect {
            y: area.y + 4,
            height: area.height.saturating_sub(4),
            ..number
        }
    };
    nearest_words(wall, incident, due, &mut canvas.part(words), now);
}

/// `▌HIGH▐ ███░`, how long it is open, and since when.
fn so_far(incident: &Incident, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let (role, words) = pane::header::badge(incident);
    let word = words.split(' ').nth(1).unwrap_or_default();
    let x = canvas.badge(0, 2, role, &format!(" {word} "));
    if let Some(severity) = incident.severity() {
        let meter = meter_text(severity, canvas.paint.tier);
        canvas.text(x + 2, 2, Role::Strong, &meter);
    }
    let open = format::hours(now - incident.anchor());
    canvas.text(0, 4, Role::Strong, &format!("open {open}"));
    let since = format::time_minutes(incident.anchor());
    canvas.text(0, 5, Role::Normal, &format!("since {since} UTC"));
}

fn nearest_words(
    wall: &Wall,
    incident: &Incident,
    due: &Due,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) {
    let (label, target) = label(incident, due);
    let room = canvas.width();
    let tall = canvas.height() >= 8;
    let mut y = 0;
    let label = overdue(label, due, now);
    canvas.clipped(0, y, role_of(due, now), &label, room);
    y += if tall { 2 } else { 1 };
    canvas.clipped(0, y, Role::Strong, &target, room);
    if let Some(person) = person(wall, incident, due) {
        y += 1;
        canvas.clipped(0, y, Role::Normal, &person, room);
    }
    let by = format::time_minutes(due.by);
    canvas.clipped(0, y + 1, Role::Normal, &format!("at {by} UTC"), room);
}

/// A bar over the whole width, for the nearest deadline alone.
fn bar(nearest: Option<&Due>, canvas: &mut Canvas<'_, '_>, area: Rect, now: DateTime<Utc>) {
    let Some(due) = nearest else {
        return;
    };
    let area = columns(area, 4, area.width.saturating_sub(8));
    let mut part = canvas.part(area);
    let (paint, buffer, area) = part.raw();
    let role = match role_of(due, now) {
        Role::Over => Role::Bad,
        role => role,
    };
    widget::bar(paint, buffer, area, due.used(now), role);
}

/// The three clocks after the nearest, four rows high.
fn next_clocks(
    (wall, incident): Page<'_>,
    dues: &[Due],
    canvas: &mut Canvas<'_, '_>,
    area: Rect,
    now: DateTime<Utc>,
) {
    let wide = area.width.saturating_sub(4) / 3;
    for (place, due) in (0..3).zip(dues) {
        let part = columns(area, 4 + place * wide, wide.saturating_sub(1));
        clock(wall, incident, due, &mut canvas.part(part), now);
    }
}

fn clock(
    wall: &Wall,
    incident: &Incident,
    due: &Due,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) {
    let mut rows = Rows(canvas.area());
    let (label, target) = label(incident, due);
    // Here the time follows, and the target stands below it.
    let label = label.replace(" TO", " IN");
    let role = role_of(due, now);
    let room = canvas.width();
    canvas.clipped(0, 0, role, &overdue(&label, due, now), room);
    rows.take(1);
    let below = rows.take_last(1);
    let value = format::countdown(due.by - now);
    frame::big(canvas, rows.0, (&value, Size::Wide), Align::Left, role);
    let person = person(wall, incident, due)
        .map(|person| format!("  {person}"))
        .unwrap_or_default();
    let by = format::time_minutes(due.by);
    let text = format!("{target}{person}  {by} UTC");
    canvas.part(below).clipped(0, 0, Role::Normal, &text, room);
}

fn role_of(due: &Due, now: DateTime<Utc>) -> Role {
    match due.clock(now) {
        Clock::Running => Role::Calm,
        Clock::DueSoon => Role::Soon,
        Clock::Overdue => Role::Over,
    }
}

/// What a countdown counts down to, and for whom.
pub(super) fn label(incident: &Incident, due: &Due) -> (&'static str, String) {
    let policy = incident.policy();
    let within = |severity, within: crate::domain::policy::Within| {
        format!("{severity} target {}", within.words())
    };
    match &due.duty {
        Duty::Respond(severity) => (
            "ACKNOWLEDGE IN",
            within(severity, policy.level(*severity).respond),
        ),
        Duty::Triage => ("DECIDE SEVERITY IN", "counts as P1 until then".to_owned()),
        Duty::Resolve(severity) => (
            "RESOLVE IN",
            within(severity, policy.level(*severity).resolve),
        ),
        Duty::Escalate { target, .. } => ("ESCALATES TO", target.to_string()),
        Duty::HoldEnds => ("HOLD ENDS IN", "late steps fire then".to_owned()),
        Duty::FirstNotice => ("FIRST NOTICE DUE IN", policy.update.place.to_string()),
        Duty::Update => ("UPDATE DUE IN", policy.update.place.to_string()),
        Duty::FinalUpdate => ("LAST UPDATE DUE IN", policy.update.place.to_string()),
        Duty::External => ("TELL THE PUBLIC IN", policy.external.place.to_string()),
        Duty::Settle(Field::Severity) => ("SETTLE SEVERITY", "two people disagree".to_owned()),
        Duty::Settle(field) => ("SETTLE", format!("{}: two people disagree", field.word())),
        Duty::Answer { .. } => ("ANSWER DUE IN", "a request".to_owned()),
        Duty::Retrospective => ("RETROSPECTIVE IN", String::new()),
    }
}

/// The label of a clock that counts up.
fn overdue(label: &str, due: &Due, now: DateTime<Utc>) -> String {
    match due.clock(now) {
        Clock::Running | Clock::DueSoon => label.to_owned(),
        Clock::Overdue => format!("OVERDUE: {}", label.trim_end_matches(" IN")),
    }
}

/// Who stands behind an escalation's target, where names may be shown.
fn person(wall: &Wall, incident: &Incident, due: &Due) -> Option<String> {
    let person = match &due.duty {
        Duty::Escalate { target, .. } => &incident.policy().contact(target)?.person,
        Duty::Answer { of, .. } => of,
        Duty::Respond(_)
        | Duty::Triage
        | Duty::Resolve(_)
        | Duty::HoldEnds
        | Duty::FirstNotice
        | Duty::Update
        | Duty::FinalUpdate
        | Duty::External
        | Duty::Settle(_)
        | Duty::Retrospective => return None,
    };
    (!wall.redact).then(|| person.to_string())
}

/// Kinds of rows that say nothing to a room: what concerns the record, who sits
/// where, what comes after.
const UNSAID: [&str; 22] = [
    "sent",
    "pin",
    "unpin",
    "done",
    "not done",
    "corrected",
    "retracted",
    "link",
    "role",
    "joined",
    "reworded",
    "draft",
    "approved",
    "policy",
    "confirm",
    "long",
    "recurs",
    "failure",
    "retro",
    "factor",
    "action",
    "unknown",
];
/// Kinds whose words are the program's own, not a person's.
const OWN_WORDS: [&str; 3] = ["ack", "mitigated", "phase"];

/// Of a probe that goes up and down, how it is now: the rest is noise.
fn newest_of_its_probe() -> impl FnMut(&app::Line) -> bool {
    let mut seen = BTreeSet::new();
    move |line| {
        let name = line.text.split(": ").next().unwrap_or_default();
        line.health.is_none() || seen.insert(name.to_owned())
    }
}

fn latest_entries(wall: &Wall, incident: &Incident, canvas: &mut Canvas<'_, '_>) {
    frame::rule(canvas, canvas.area(), "LATEST", "");
    let lines = incident
        .entries()
        .iter()
        .rev()
        .map(|entry| app::line(incident, entry))
        .filter(|line| !line.retracted && !UNSAID.contains(&line.kind.as_str()))
        .filter(newest_of_its_probe());
    for (y, line) in (1..canvas.height()).zip(lines) {
        let (role, glyph) = line.health.map_or((Role::Normal, String::new()), |health| {
            let (glyph, role) = mark(health);
            (role, format!("{} ", canvas.glyph(glyph)))
        });
        canvas.text(4, y, Role::Muted, &format::time_minutes(line.at));
        let (who, text) = said(wall, incident, &line);
        canvas.clipped(12, y, Role::Normal, &who, 8);
        let room = canvas.width().saturating_sub(23);
        canvas.clipped(21, y, role, &format!("{glyph}{text}"), room);
    }
}

/// Who and what of a row: without names, a person's words are left out (W18).
fn said(wall: &Wall, incident: &Incident, line: &app::Line) -> (String, String) {
    let by_machine = matches!(line.who.as_str(), "engine" | "probe");
    let is_update = line.kind.starts_with("update");
    let kind = match line.kind.as_str() {
        "note" | "down" | "slow" | "ok" | "unknown" | "stale" => String::new(),
        kind => format!("{kind}: "),
    };
    if !wall.redact || by_machine {
        return (line.who.clone(), format!("{kind}{}", line.text));
    }
    let commands = incident
        .commander()
        .is_some_and(|name| name.as_str() == line.who);
    let who = if commands { "command" } else { "team" };
    let text = if is_update || OWN_WORDS.contains(&line.kind.as_str()) {
        format!("{kind}{}", line.text)
    } else {
        line.kind.clone()
    };
    (who.to_owned(), text)
}
