//! The first two rows: how bad, what, are we live, what time; and who leads.

mod owed;
mod touch;

use chrono::{DateTime, Utc};

use self::touch::{aside, out_of_touch, unsent};
use super::{after, next};
use crate::{
    domain::{
        duty::resolve_by, elsewhere::worse_elsewhere, fact::Role as Job, incident::Incident,
        left::left_over, severity::Severity,
    },
    ui::{app::App, canvas::Canvas, format, glyph::Glyph, theme::Role, widget::meter_text},
};

pub use self::touch::{NO_ENGINE, engine_runs, link, offline};

/// Draws the header; where NEXT can't be seen, what is owed next is in it.
pub fn draw(app: &App, next_is_seen: bool, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let end = clock_and_link(app, canvas, now);
    match app.incident() {
        Some(incident) => title(app, incident, canvas, end),
        None => quiet_title(app, canvas),
    }
    let hidden = app.incident().filter(|_| !next_is_seen);
    if hidden.is_some_and(|incident| owed::draw(app, incident, canvas, now)) {
        return;
    }
    let trouble = out_of_touch(app, now).or_else(|| refused(app));
    match (trouble, app.incident()) {
        (Some(ways), _) => {
            let room = canvas.width().saturating_sub(2);
            canvas.clipped(1, 1, Role::Bad, format::fitting(&ways, room), room);
        }
        (None, Some(incident)) => second(app, incident, canvas, now),
        (None, None) => quiet(app, canvas, now),
    }
}

/// That the team has not got the incident, and nobody is paged for it: the ways
/// to say it.
fn refused(app: &App) -> Option<Vec<String>> {
    let why = app.shared.refused_whole(app.incident()?)?;
    let told = "NOBODY IS PAGED: the server refused this incident";
    Some(vec![
        format!("{told}: {why}; declare it anew"),
        format!("{told}; declare it anew"),
        "NOBODY IS PAGED: refused by the server".to_owned(),
    ])
}

/// `● LIVE  14:07:00Z`, at the right; answers where it starts.
fn clock_and_link(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) -> u16 {
    let clock = if app.local {
        local(app, now)
    } else {
        canvas.paint.clock(now)
    };
    let mut end = canvas.width() - 1;
    if canvas.width() >= 120 && !app.local {
        end = canvas.right(
            end,
            0,
            Role::Muted,
            &format!("{} local", &local(app, now)[..5]),
        ) - 3;
    }
    let start = canvas.right(end, 0, Role::Strong, &clock);
    let gap = if canvas.width() >= 120 { 3 } else { 2 };
    let (role, glyph, word) = link(app, now);
    let text = format!("{} {word}", canvas.glyph(glyph));
    let mut start = canvas.right(start - gap.min(start), 0, role, &text);
    // Offline it stands in the second row, where it can't push out the title.
    let wide = canvas.width() >= 120;
    if let Some(waiting) = unsent(app, canvas.width()).filter(|_| wide || !offline(app)) {
        let role = if app.shared.unsent > 0 {
            Role::Warn
        } else {
            Role::Muted
        };
        start = canvas.right(start - gap.min(start), 0, role, &waiting);
    }
    if app.mouse {
        canvas.right(start.saturating_sub(2), 0, Role::Warn, "MOUSE")
    } else {
        start
    }
}

fn local(app: &App, now: DateTime<Utc>) -> String {
    let offset = chrono::FixedOffset::east_opt(app.local_offset_s);
    offset.map_or_else(
        || format::time(now),
        |offset| now.with_timezone(&offset).format("%H:%M:%S").to_string(),
    )
}

/// `P2 HIGH`, and its role.
pub fn badge(incident: &Incident) -> (Role, String) {
    match incident.severity() {
        Some(severity) => (
            Role::severity(severity),
            format!("{severity} {}", severity.word()),
        ),
        None => (Role::Warn, "P? TRIAGE".to_owned()),
    }
}

/// `P2`; `P?` while nobody has decided.
pub fn level(incident: &Incident) -> String {
    let level = incident.severity();
    level.map_or_else(|| "P?".to_owned(), |level| level.to_string())
}

/// `P1 INC-3 ]`, and its role: an open incident that is worse than the one on
/// the screen, and the key to it.
pub fn worse(app: &App) -> Option<(Role, String)> {
    let other = worse_elsewhere(&app.board, app.shown?)?;
    let way = app.way_to(other.id).map(|key| format!(" {key}"));
    let words = format!(
        "{} {}{}",
        level(other),
        other.label(),
        way.unwrap_or_default()
    );
    Some((badge(other).0, words))
}

/// `███░`: as many as it is bad; none while nobody has decided.
fn meter(canvas: &Canvas<'_, '_>, severity: Option<Severity>) -> String {
    let tier = canvas.paint.tier;
    severity.map_or_else(
        || Glyph::Empty.at(tier).to_string().repeat(4),
        |severity| meter_text(severity, tier),
    )
}

fn title(app: &App, incident: &Incident, canvas: &mut Canvas<'_, '_>, end: u16) {
    let (role, words) = badge(incident);
    let mut x = canvas.badge(0, 0, role, &words);
    for word in incident.badges() {
        x = canvas.badge(x, 0, Role::Drill, word);
    }
    if incident.state().needs_newer {
        x = canvas.badge(x, 0, Role::Warn, "READ ONLY");
    }
    let meter = meter(canvas, incident.severity());
    x = canvas.text(x + 1, 0, Role::Strong, &meter);
    let wide = canvas.width() >= 80;
    x = canvas.text(
        x + if wide { 2 } else { 1 },
        0,
        Role::Strong,
        &incident.label(),
    );
    if let Some((role, words)) = worse(app) {
        x = canvas.badge(x + 1, 0, role, &words);
        let room = end.saturating_sub(x + 2);
        if wide {
            canvas.clipped(x + 1, 0, Role::Normal, &incident.state().title, room);
        }
        return;
    }
    let active = app.board.open();
    let place = active.iter().position(|other| other.id == incident.id);
    if let (Some(place), 2.., true) = (place, active.len(), wide) {
        let which = format!(" ({} of {})", place + 1, active.len());
        x = canvas.text(x, 0, Role::Muted, &which);
    }
    if wide {
        let room = end.saturating_sub(x + 3);
        canvas.clipped(x + 2, 0, Role::Normal, &incident.state().title, room);
    }
}

fn second(app: &App, incident: &Incident, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let width = canvas.width();
    let end = match aside(app, width) {
        Some(aside) => canvas
            .right(width - 1, 1, Role::Warn, &aside)
            .saturating_sub(2),
        None => width - 1,
    };
    if width < 80 {
        canvas.clipped(
            1,
            1,
            Role::Normal,
            &incident.state().title,
            end.saturating_sub(1),
        );
        return;
    }
    let mut x = course(app, incident, canvas, now);
    if width >= 120 {
        x = jobs(incident, canvas, x);
    }
    if width >= 200 {
        let at = format::clock_on_day(incident.state().times.declared, now);
        let by = incident.entries().first();
        let by = by.map(|entry| format!(" by {}", canvas.paint.truncate(&entry.by, 14)));
        let opened = format!("opened {at}{}", by.unwrap_or_default());
        x = canvas.text(x + 4, 1, Role::Normal, &opened);
    }
    let tell = tell(
        incident,
        if width >= 120 {
            usize::from(width) / 2
        } else {
            20
        },
    );
    let tells = width >= 120 || end == width - 1;
    let start = if tells {
        canvas.right(end, 1, Role::Muted, &tell)
    } else {
        end
    };
    let by = resolve(incident, canvas, now);
    if x + 4 + u16::try_from(by.len()).unwrap_or(40) < start {
        canvas.text(x + 4, 1, Role::Normal, &by);
    }
}

/// The phase, for how long, and who leads; answers the column after it.
fn course(app: &App, incident: &Incident, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) -> u16 {
    let ended = incident
        .state()
        .times
        .resolved
        .filter(|_| !incident.is_active());
    let phase = app.board.phase_in_words(incident);
    let mut x = canvas.text(1, 1, Role::Strong, &phase);
    if incident.is_active() && incident.state().times.mitigated.is_some() {
        x = canvas.text(x, 1, Role::Ok, ", mitigated");
    }
    let elapsed = format::elapsed(ended.unwrap_or(now) - incident.anchor());
    x = canvas.text(x + 2, 1, Role::Normal, &elapsed);
    let commander = incident.commander().map_or("nobody", |name| name.as_str());
    let role = if incident.commander().is_some() {
        Role::Normal
    } else {
        Role::Warn
    };
    let leads = format!("IC {}", canvas.paint.truncate(commander, 12));
    canvas.text(x + 4, 1, role, &leads)
}

fn jobs(incident: &Incident, canvas: &mut Canvas<'_, '_>, mut x: u16) -> u16 {
    for (job, word) in [(Job::OpsLead, "ops"), (Job::Scribe, "scribe")] {
        let names: Vec<&str> = incident
            .with_role(job)
            .map(crate::domain::text::Text::as_str)
            .collect();
        let names = if names.is_empty() {
            "-".to_owned()
        } else {
            names.join(", ")
        };
        x = canvas.text(
            x + 4,
            1,
            Role::Normal,
            &format!("{word} {}", canvas.paint.truncate(&names, 14)),
        );
    }
    x
}

fn resolve(incident: &Incident, canvas: &Canvas<'_, '_>, now: DateTime<Utc>) -> String {
    if !incident.is_active() {
        return after::short(incident, now).unwrap_or_default();
    }
    let Some(severity) = incident.severity() else {
        return "decide the severity: S".to_owned();
    };
    let by = resolve_by(incident, severity);
    let left = format::countdown(by - now);
    let day = if by.date_naive() == now.date_naive() {
        String::new()
    } else {
        format!("{} ", by.format("%m-%d"))
    };
    let more = if canvas.width() >= 90 {
        format!(" ({left})")
    } else {
        String::new()
    };
    format!("resolve by {day}{}{more}", format::clock_minutes(by))
}

/// `tell: engineering + management`, shortened where there is little room.
fn tell(incident: &Incident, room: usize) -> String {
    let Some(severity) = incident.severity() else {
        return String::new();
    };
    let names: Vec<String> = incident
        .policy()
        .level(severity)
        .tell
        .iter()
        .map(|name| name.replace(" team", ""))
        .collect();
    let long = format!("tell: {}", names.join(" + "));
    if long.len() <= room {
        return long;
    }

    long.replace("engineering", "eng")
        .replace("management", "mgmt")
        .replace("all stakeholders", "everybody")
}

fn quiet_title(app: &App, canvas: &mut Canvas<'_, '_>) {
    let x = canvas.badge(0, 0, Role::Ok, "NO INCIDENT");
    let room = canvas.width().saturating_sub(x + 24);
    canvas.clipped(x + 2, 0, Role::Normal, &app.settings.workspace, room);
}

fn quiet(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let last = app.board.all().rfind(|incident| !incident.is_active());
    let text = match last {
        Some(last) => {
            let ended = last
                .state()
                .times
                .resolved
                .or(last.state().times.cancelled)
                .unwrap_or(last.anchor());
            let level = last
                .severity()
                .map(|level| format!(" {level}"))
                .unwrap_or_default();
            format!(
                "quiet for {}   last: {}{level}, {} {} after {}",
                format::age(now - ended),
                last.label(),
                last.phase().word().to_lowercase(),
                format::day(ended),
                format::short(ended - last.anchor())
            )
        }
        None => "no incident so far".to_owned(),
    };
    let mut end = canvas.width().saturating_sub(1);
    if let Some(aside) = aside(app, canvas.width()) {
        end = canvas.right(end, 1, Role::Warn, &aside).saturating_sub(2);
    }
    let mut x = 1;
    if let Some((incident, left)) = left_over(&app.board).next() {
        let of = format!("left of {}: ", incident.label());
        let ways: Vec<String> = after::ways(&left, now)
            .iter()
            .map(|way| format!("{of}{way}"))
            .collect();
        let room = end.saturating_sub(x);
        x = canvas.clipped(x, 1, Role::Warn, format::fitting(&ways, room), room) + 3;
    }
    canvas.clipped(x, 1, Role::Muted, &text, end.saturating_sub(x));
}
