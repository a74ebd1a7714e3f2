//! The quiet screen: what is watched, what was lately, what would happen.

use chrono::{DateTime, TimeDelta, Utc};

use super::{after, health};
use crate::{
    domain::{
        left::left_over,
        policy::{Policy, Step},
        severity::Severity,
        text::Text,
    },
    ui::{
        action::Action,
        app::{App, Pane},
        canvas::Canvas,
        format,
        glyph::Glyph,
        msg::LinkState,
        theme::Role,
    },
};

/// Whether the pane has another content while nothing is wrong.
pub const fn replaces(pane: Pane) -> bool {
    match pane {
        Pane::Next
        | Pane::Timeline
        | Pane::Update
        | Pane::Ladder
        | Pane::People
        | Pane::Phase
        | Pane::Runbook
        | Pane::Links => true,
        Pane::Health | Pane::Outbox => false,
    }
}

/// Draws the pane's quiet content; who would be told stands in one place only.
pub fn draw(
    app: &App,
    pane: Pane,
    ladder_is_seen: bool,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) {
    match pane {
        Pane::Next => watching(app, canvas, now),
        Pane::Timeline => recent(app, ladder_is_seen, canvas, now),
        Pane::Update => calm(app, canvas, now),
        Pane::Ladder => ladder(app, canvas, now),
        Pane::Health | Pane::Outbox => {}
        Pane::People | Pane::Phase | Pane::Runbook | Pane::Links => {
            canvas.text(2, 0, Role::Muted, "shown with an incident");
        }
    }
}

/// Whether all is well with it, what it is, and how it stands.
type Watched = (bool, &'static str, String);

fn watching(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let policy = app.policy.as_deref();
    let channels = app.settings.inside.len() + app.settings.outside.len();
    let runbooks = app.runbooks.len();
    let rows = [
        engine(app, canvas, now),
        (true, "log on disk", entries(app.board.head())),
        (channels > 0, "channels for updates", or_by_hand(channels)),
        people(policy),
        review(policy, now),
        (runbooks > 0, "runbooks", runbooks.to_string()),
    ];
    let rows = rows.map(|(well, what, value)| {
        let (glyph, role) = if well {
            (Glyph::Ok, Role::Ok)
        } else {
            (Glyph::Off, Role::Off)
        };
        (glyph, role, what.to_owned(), value)
    });
    let rows = wrong(app).chain(unfinished(app, now)).chain(rows);
    for (y, (glyph, role, what, value)) in (0..canvas.height()).zip(rows) {
        let mark = canvas.glyph(glyph).to_string();
        canvas.text(0, y, role, &mark);
        let end = canvas.width().saturating_sub(1);
        let start = canvas.right(end, y, Role::Muted, &value);
        canvas.clipped(2, y, Role::Normal, &what, start.saturating_sub(3));
    }
}

/// What of the configuration an incident would miss.
fn wrong(app: &App) -> impl Iterator<Item = (Glyph, Role, String, String)> {
    let policy = app.policy.is_none();
    let policy = policy.then(|| ("no policy".to_owned(), "policy check"));
    // Where a server sends, its own channels count.
    let here = matches!(app.shared.link.state, LinkState::Alone);
    let named = app.settings.inside.iter().chain(&app.settings.outside);
    let broken = named.filter(|name| here && !app.settings.works.contains(name));
    let broken: Vec<&str> = broken.map(Text::as_str).collect();
    let channels = !broken.is_empty();
    let channels = channels.then(|| (format!("broken: {}", broken.join(", ")), "config check"));
    let all = [policy, channels].into_iter().flatten();
    all.map(|(what, command)| (Glyph::Overdue, Role::Bad, what, format!("`{command}`")))
}

/// So many incidents that are over, and not done, stand above what is watched;
/// RECENT has all of them.
const UNFINISHED: usize = 2;

/// `retrospective of INC-1`, and when it is due.
fn unfinished(
    app: &App,
    now: DateTime<Utc>,
) -> impl Iterator<Item = (Glyph, Role, String, String)> {
    left_over(&app.board)
        .take(UNFINISHED)
        .filter_map(move |(incident, left)| {
            let first = left.first()?;
            let more = match left.len() - 1 {
                0 => String::new(),
                more => format!(", +{more}"),
            };
            let what = format!("{}: {}{more}", incident.label(), first.words());
            let left = first.by().map(|by| by - now);
            let value = left.map(format::countdown).unwrap_or_default();
            Some(match left {
                Some(left) if left <= TimeDelta::zero() => {
                    (Glyph::Overdue, Role::Over, what, value)
                }
                Some(_) | None => (Glyph::Slow, Role::Warn, what, value),
            })
        })
}

fn engine(app: &App, canvas: &Canvas<'_, '_>, now: DateTime<Utc>) -> Watched {
    let value = match (&app.engine.holder, app.engine.ticked_at) {
        (None, _) => "nobody runs one".to_owned(),
        (Some(_), None) => "not yet".to_owned(),
        (Some(_), Some(at)) => format!("{} ago", canvas.paint.age(now - at)),
    };
    (app.engine.ticked_at.is_some(), "engine", value)
}

fn people(policy: Option<&Policy>) -> Watched {
    let contacts = policy
        .into_iter()
        .flat_map(|policy| policy.contact.values());
    let reached = contacts
        .filter(|contact| !contact.channels.is_empty())
        .count();
    (reached > 0, "people a step can page", or_by_hand(reached))
}

fn review(policy: Option<&Policy>, now: DateTime<Utc>) -> Watched {
    let Some(due) = policy.map(Policy::review_due) else {
        return (true, "policy review", String::new());
    };
    let overdue = due < now.date_naive();
    let word = if overdue { "overdue since" } else { "due" };
    (!overdue, "policy review", format!("{word} {due}"))
}

fn entries(count: u64) -> String {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    format::count(count, "entry", "entries")
}

fn or_by_hand(count: usize) -> String {
    match count {
        0 => "none: by hand".to_owned(),
        count => count.to_string(),
    }
}

fn recent(app: &App, ladder_is_seen: bool, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let mut y = 0;
    let height = canvas.height();
    for incident in app
        .board
        .all()
        .rev()
        .take(usize::from(height.saturating_sub(4)))
    {
        let state = incident.state();
        let level = incident
            .severity()
            .map_or("--".to_owned(), |level| level.to_string());
        let x = canvas.text(
            2,
            y,
            Role::Normal,
            &format!(
                "{:<9} {level}  {}  ",
                incident.label(),
                format::day(incident.anchor())
            ),
        );
        let ended = state
            .times
            .resolved
            .or(state.times.cancelled)
            .unwrap_or(now);
        // What is left says more than that it is over.
        let phase =
            after::short(incident, now).unwrap_or_else(|| incident.phase().word().to_lowercase());
        let start = canvas.right(
            canvas.width() - 1,
            y,
            Role::Muted,
            &format!("{:>9}   {phase}", format::hours(ended - incident.anchor())),
        );
        canvas.clipped(
            x,
            y,
            Role::Normal,
            &incident.title_in_list(),
            start.saturating_sub(x + 1),
        );
        y += 1;
    }
    if y == 0 {
        welcome(app, canvas);
        return;
    }
    if !ladder_is_seen {
        if_it_starts(app, canvas, y + 1, now);
    }
}

/// Who would be told when, if an incident began now.
fn if_it_starts(app: &App, canvas: &mut Canvas<'_, '_>, y: u16, now: DateTime<Utc>) {
    let label = "ladder if it starts now   ";
    let indent = u16::try_from(label.len()).unwrap_or(0) + 2;
    let lines = next_ladder(app, now).map(|steps| {
        let steps: Vec<String> = steps
            .iter()
            .map(|parts| parts.join(" ").trim_end().replace(' ', NO_BREAK))
            .collect();
        Canvas::wrapped(
            &steps.join("   "),
            canvas.width().saturating_sub(indent + 1),
        )
    });
    for (row, line) in (y..canvas.height()).zip(lines.unwrap_or_default()) {
        if row == y {
            canvas.text(2, row, Role::Muted, label);
        }
        let line = line.replace(NO_BREAK, " ");
        canvas.text(indent, row, Role::Muted, line.trim_start());
    }
}

/// Keeps a step on one line.
const NO_BREAK: &str = "\u{a0}";

fn welcome(app: &App, canvas: &mut Canvas<'_, '_>) {
    let key = |action: Action| app.keymap.key_of(action).unwrap_or_default();
    let lines = [
        "No incident was opened in this log so far.".to_owned(),
        String::new(),
        format!("{}  opens an incident", key(Action::Declare)),
        format!(
            "{}  opens a drill: the same screen, and nothing leaves",
            key(Action::Drill)
        ),
        format!(
            "{}  shows every key; {} finds any action by its name",
            key(Action::Help),
            key(Action::Palette)
        ),
    ];
    for (y, line) in (0..canvas.height()).zip(lines) {
        canvas.text(2, y, Role::Normal, &line);
    }
}

/// When, to whom and who that is, for each step if an incident began now:
/// `14:22`, `Team Lead`, `bo`.
fn next_ladder(app: &App, now: DateTime<Utc>) -> Option<Vec<[String; 3]>> {
    let policy = app.policy.as_deref()?;
    let told = |step: &Step| {
        let contact = policy.contact(&step.target);
        let person = contact.map(|contact| contact.person.to_string());
        let levels = step.severities.as_ref();
        let only = levels.map(|levels| format!("({} only)", words_of(levels)));
        let who: Vec<String> = person.into_iter().chain(only).collect();
        [
            format::time_minutes(now + step.after),
            step.target.to_string(),
            who.join(" "),
        ]
    };
    let steps = policy
        .steps()
        .filter(|(_, _, step)| !step.after.is_zero())
        .map(|(_, _, step)| told(step));
    Some(steps.collect())
}

fn words_of(levels: &[Severity]) -> String {
    let words: Vec<String> = levels.iter().map(Severity::to_string).collect();
    words.join(", ")
}

fn ladder(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(steps) = next_ladder(app, now) else {
        return;
    };
    canvas.text(2, 0, Role::Muted, "if it starts now:");
    let longest = steps
        .iter()
        .map(|[_, target, _]| format::width(target))
        .max();
    let people = 11 + u16::try_from(longest.unwrap_or(0)).unwrap_or(u16::MAX) + 2;
    for (y, [when, target, who]) in (1..canvas.height()).zip(&steps) {
        canvas.text(4, y, Role::Muted, when);
        canvas.text(11, y, Role::Normal, target);
        canvas.clipped(people, y, Role::Normal, who, canvas.width());
    }
}

fn calm(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let counts = health::counted(app, now);
    let bad = counts.not_well();
    let unread = app.panel.watches().all(|watch| watch.last().is_none());
    let (role, text) = match (counts.all(), bad) {
        (0, _) => (
            Role::Muted,
            "Nothing is probed, as far as this console knows.".to_owned(),
        ),
        (all, _) if unread && counts.now.unknown == all => {
            (Role::Muted, "No probe has answered yet.".to_owned())
        }
        (_, 0) => (
            Role::Normal,
            "Nothing is wrong that this console can see. Every probe is fresh and well.".to_owned(),
        ),
        (_, bad) => (
            Role::Warn,
            format!(
                "{}: {} opens an incident.",
                format::count(bad, "probe is not well", "probes are not well"),
                app.keymap.key_of(Action::Declare).unwrap_or_default()
            ),
        ),
    };
    canvas.clipped(2, 0, role, &text, canvas.width().saturating_sub(3));
}
