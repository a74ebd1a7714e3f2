//! The quiet screen: what is watched, what was lately, what would happen.

use chrono::{DateTime, Utc};

use crate::{
    domain::policy::Policy,
    ui::{
        action::Action,
        app::{App, Pane},
        canvas::Canvas,
        format,
        glyph::Glyph,
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

/// Draws the pane's quiet content.
pub fn draw(app: &App, pane: Pane, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    match pane {
        Pane::Next => watching(app, canvas, now),
        Pane::Timeline => recent(app, canvas, now),
        Pane::Update => calm(app, canvas, now),
        Pane::Ladder => ladder(app, canvas, now),
        Pane::Health | Pane::Outbox => {}
        Pane::People | Pane::Phase | Pane::Runbook | Pane::Links => {
            canvas.text(2, 0, Role::Muted, "shown with an incident");
        }
    }
}

fn watching(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let age = |at: Option<DateTime<Utc>>| {
        at.map_or_else(
            || "not yet".to_owned(),
            |at| format!("{} ago", canvas.paint.age(now - at)),
        )
    };
    let engine = app
        .engine
        .holder
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let policy = app.policy.as_deref();
    let channels = app.settings.inside.len() + app.settings.outside.len();
    let review = policy.map(Policy::review_due);
    let overdue = review.is_some_and(|due| due < now.date_naive());
    let people = policy.map_or(0, |policy| {
        policy
            .contact
            .values()
            .filter(|contact| !contact.channels.is_empty())
            .count()
    });
    let rows = [
        (
            app.engine.ticked_at.is_some(),
            "engine".to_owned(),
            if engine.is_empty() {
                "nobody runs one".to_owned()
            } else {
                age(app.engine.ticked_at)
            },
        ),
        (
            true,
            "log on disk".to_owned(),
            format!("{} entries", app.board.head()),
        ),
        (
            channels > 0,
            "channels for updates".to_owned(),
            if channels == 0 {
                "none: by hand".to_owned()
            } else {
                channels.to_string()
            },
        ),
        (
            people > 0,
            "people a step can page".to_owned(),
            if people == 0 {
                "none: by hand".to_owned()
            } else {
                people.to_string()
            },
        ),
        (
            !overdue,
            "policy review".to_owned(),
            review
                .map(|due| {
                    if overdue {
                        format!("overdue since {due}")
                    } else {
                        format!("due {due}")
                    }
                })
                .unwrap_or_default(),
        ),
        (
            !app.runbooks.is_empty(),
            "runbooks".to_owned(),
            app.runbooks.len().to_string(),
        ),
    ];
    for (y, (well, what, value)) in (0..canvas.height()).zip(rows) {
        let (glyph, role) = if well {
            (Glyph::Ok, Role::Ok)
        } else {
            (Glyph::Off, Role::Off)
        };
        let mark = canvas.glyph(glyph).to_string();
        canvas.text(0, y, role, &mark);
        canvas.text(2, y, Role::Normal, &what);
        canvas.right(canvas.width() - 1, y, Role::Muted, &value);
    }
}

fn recent(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
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
        let phase = incident.phase().word().to_lowercase();
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
            &state.title,
            start.saturating_sub(x + 1),
        );
        y += 1;
    }
    if y == 0 {
        welcome(app, canvas);
        return;
    }
    if let Some(line) = next_ladder(app, now).filter(|_| y + 1 < height) {
        canvas.clipped(
            2,
            y + 1,
            Role::Muted,
            &format!("ladder if it starts now   {line}"),
            canvas.width().saturating_sub(3),
        );
    }
}

fn welcome(app: &App, canvas: &mut Canvas<'_, '_>) {
    let key = |action: Action| app.keymap.key_of(action).unwrap_or_default();
    let lines = [
        "Nothing has happened in this log yet.".to_owned(),
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

fn next_ladder(app: &App, now: DateTime<Utc>) -> Option<String> {
    let policy = app.policy.as_ref()?;
    let steps: Vec<String> = policy
        .steps()
        .filter(|(_, _, step)| !step.after.is_zero())
        .map(|(_, _, step)| format!("{} {}", format::time_minutes(now + step.after), step.target))
        .collect();
    Some(steps.join("   "))
}

fn ladder(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(text) = next_ladder(app, now) else {
        return;
    };
    canvas.text(2, 0, Role::Muted, "if it starts now:");
    for (y, step) in (1..canvas.height()).zip(text.split("   ")) {
        canvas.text(4, y, Role::Normal, step);
    }
}

fn calm(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let counts = app.panel.counts(now);
    let bad = counts.down + counts.degraded + counts.unknown + counts.stale;
    let (role, text) = match (app.panel.watches().count(), bad) {
        (0, _) => (
            Role::Muted,
            "Nothing is probed: [[probe]] in the configuration says what to watch.".to_owned(),
        ),
        (_, 0) => (
            Role::Normal,
            "Nothing is wrong that this console can see. Every probe is fresh and well.".to_owned(),
        ),
        (_, bad) => (
            Role::Warn,
            format!(
                "{bad} of the probes are not well: {} opens an incident.",
                app.keymap.key_of(Action::Declare).unwrap_or_default()
            ),
        ),
    };
    canvas.clipped(2, 0, role, &text, canvas.width().saturating_sub(3));
}
