//! NEXT: everything owed, the nearest first; only the nearest has a bar.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        duty::{Clock, Due, Duty, Promise, Settled, Standing, duties, settled},
        escalation,
        incident::Incident,
        span,
    },
    ui::{
        app::{App, Pane},
        canvas::Canvas,
        format,
        glyph::Glyph,
        theme::Role,
    },
};

/// A row of the pane, ready to be drawn.
pub struct Row {
    /// Before the words.
    pub glyph: Option<Glyph>,
    /// `ESCALATE`.
    pub word: &'static str,
    /// `Engineering Manager`.
    pub what: String,
    /// ` (mia)`: said where there is room for it.
    pub who: String,
    /// `07:22`, `done`.
    pub value: String,
    /// How it looks.
    pub role: Role,
    /// The part of its time that is used up, where it runs.
    pub used: Option<f64>,
}

impl Row {
    /// What it is about, in so many columns: who goes before what is cut.
    pub fn words(&self, columns: u16) -> String {
        let whole = format!("{}{}", self.what, self.who);
        if format::width(&whole) <= usize::from(columns) {
            whole
        } else {
            self.what.clone()
        }
    }
}

/// Draws the pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let height = canvas.height();
    let rows = rows(app, incident, now);
    let mut y = 0;
    let chosen = (app.focus == Pane::Next).then(|| app.row(Pane::Next));
    for (place, row) in rows.iter().enumerate() {
        if y >= height {
            break;
        }
        draw_row(row, canvas, y);
        if chosen == Some(place) && place > 0 {
            canvas.paint_row(y, Role::Select);
        }
        y += 1;
        if let Some(used) = row.used.filter(|_| place == 0 && y < height) {
            let columns = canvas.width().saturating_sub(3);
            canvas.bar(2, y, columns, used, row.role);
            y += 1;
        }
    }
    if rows.is_empty() {
        canvas.text(2, 0, Role::Muted, "nothing is owed: this incident is done");
    }
}

fn draw_row(row: &Row, canvas: &mut Canvas<'_, '_>, y: u16) {
    let wide = canvas.width() >= 47;
    let column = if wide { 13 } else { 12 };
    let glyph = canvas.mark(row.glyph);
    canvas.text(0, y, row.role, &glyph);
    let end = canvas.width().saturating_sub(1);
    let start = canvas.right(end, y, row.role, &row.value);
    canvas.text(2, y, row.role, row.word);
    let room = start.saturating_sub(column + 1);
    canvas.clipped(column, y, row.role, &row.words(room), room);
    if row.role == Role::Over {
        canvas.paint_row(y, Role::Over);
    }
}

/// The rows: open duties by their deadlines, then what is settled.
pub fn rows(app: &App, incident: &Incident, now: DateTime<Utc>) -> Vec<Row> {
    let mut rows: Vec<Row> = duties(incident)
        .iter()
        .map(|due| open_row(app, incident, due, now))
        .collect();
    let settled = settled(incident);
    let done = settled.iter().filter(|clock| {
        matches!(
            clock.standing,
            Standing::Held(_) | Standing::Met { .. } | Standing::Missed { .. }
        )
    });
    let off = settled
        .iter()
        .filter(|clock| matches!(clock.standing, Standing::NotApplicable(_)));
    rows.extend(
        done.chain(off)
            .filter(|clock| match clock.what {
                Promise::Escalate(..) => false,
                Promise::FirstNotice => clock.standing.late().is_some(),
                Promise::Respond
                | Promise::Resolve
                | Promise::External
                | Promise::Retrospective => true,
            })
            .map(settled_row),
    );
    rows.extend(live_warnings(incident, now));
    rows
}

fn open_row(app: &App, incident: &Incident, due: &Due, now: DateTime<Utc>) -> Row {
    let clock = due.clock(now);
    let (glyph, role) = match clock {
        Clock::Running => (None, Role::Calm),
        Clock::DueSoon => (Some(Glyph::Slow), Role::Soon),
        Clock::Overdue => (Some(Glyph::Overdue), Role::Over),
    };
    let (word, what) = words(app, incident, due);
    Row {
        glyph,
        word,
        what,
        who: person(incident, due),
        value: format::countdown(due.by - now),
        role,
        used: Some(due.used(now)),
    }
}

/// ` (mia)`, behind the target of a step.
fn person(incident: &Incident, due: &Due) -> String {
    let Duty::Escalate { target, .. } = &due.duty else {
        return String::new();
    };
    let contact = incident.policy().contact(target);
    contact
        .map(|contact| format!(" ({})", contact.person))
        .unwrap_or_default()
}

fn words(app: &App, incident: &Incident, due: &Due) -> (&'static str, String) {
    let policy = incident.policy();
    match &due.duty {
        Duty::Respond(severity) => (
            "ACK",
            format!(
                "{severity} target {}",
                policy.level(*severity).respond.words()
            ),
        ),
        Duty::Triage => ("SEVERITY", "decide it; assume P1 until then".to_owned()),
        Duty::Resolve(severity) => (
            "RESOLVE",
            format!(
                "{severity} target {}",
                policy.level(*severity).resolve.words()
            ),
        ),
        Duty::Escalate { target, asks, .. } => {
            let by_hand = if escalation::reaches_anybody(policy) {
                ""
            } else {
                ", by hand"
            };
            let asks = if *asks { " ?" } else { "" };
            ("ESCALATE", format!("{target}{by_hand}{asks}"))
        }
        Duty::HoldEnds => ("HOLD", "ends; late steps fire then".to_owned()),
        Duty::FirstNotice => (
            "UPDATE",
            format!("{} first notice", place(app, &policy.update.place)),
        ),
        Duty::Update => ("UPDATE", place(app, &policy.update.place)),
        Duty::FinalUpdate => (
            "UPDATE",
            format!("{} final", place(app, &policy.update.place)),
        ),
        Duty::External => ("EXTERNAL", external(incident, policy)),
        Duty::SettleSeverity => ("CONFLICT", conflict(incident)),
        Duty::Answer { of, ask } => {
            let what = incident
                .state()
                .asks
                .iter()
                .find(|known| known.entry == *ask)
                .map(|known| known.asked.what.to_string());
            ("ANSWER", format!("{of}: {}", what.unwrap_or_default()))
        }
        Duty::Retrospective => {
            let weekend = if crate::domain::retrospective::lands_on_a_weekend(incident) {
                ", a weekend"
            } else {
                ""
            };
            (
                "RETRO",
                format!("due {}{weekend}", due.by.format("%a %H:%MZ")),
            )
        }
    }
}

fn place(app: &App, usual: &str) -> String {
    if app.settings.inside.is_empty() {
        return usual.to_owned();
    }
    app.settings
        .inside
        .iter()
        .map(crate::domain::text::Text::as_str)
        .collect::<Vec<_>>()
        .join(" + ")
}

fn external(incident: &Incident, policy: &crate::domain::policy::Policy) -> String {
    let state = &incident.state().external;
    let next = match (&state.draft, &state.approved) {
        (None, _) => "draft it",
        (Some((draft, ..)), Some((approved, _))) if draft == approved => "publish it",
        (Some(_), _) => "approve it",
    };
    format!("{}: {next}", policy.external.place)
}

fn conflict(incident: &Incident) -> String {
    match incident.state().severity_conflict {
        Some(conflict) => format!(
            "{} or {}? {} holds",
            conflict.holds, conflict.other, conflict.holds
        ),
        None => String::new(),
    }
}

fn settled_row(clock: &Settled) -> Row {
    let word = match &clock.what {
        Promise::Respond => "ACK",
        Promise::Resolve => "RESOLVE",
        Promise::Escalate(..) => "ESCALATE",
        Promise::FirstNotice => "UPDATE",
        Promise::External => "EXTERNAL",
        Promise::Retrospective => "RETRO",
    };
    let span = |span: &chrono::TimeDelta| format::short(*span);
    match &clock.standing {
        Standing::Met { by, took, of, .. } => Row {
            glyph: Some(Glyph::Done),
            word,
            what: format!(
                "{}in {}{}",
                comma(by),
                span(took),
                of.as_ref()
                    .map(|of| format!(" of {}", span(of)))
                    .unwrap_or_default()
            ),
            value: "done".to_owned(),
            who: String::new(),
            role: Role::Kept,
            used: None,
        },
        Standing::Missed { by, took, of, .. } => Row {
            glyph: Some(Glyph::Done),
            word,
            what: format!(
                "{}in {}, target {}",
                comma(by),
                span(took),
                of.as_ref().map(span).unwrap_or_default()
            ),
            value: "late".to_owned(),
            who: String::new(),
            role: Role::Warn,
            used: None,
        },
        Standing::Held(until) => Row {
            glyph: Some(Glyph::Off),
            word,
            what: format!("held until {}", format::clock_minutes(*until)),
            value: "held".to_owned(),
            who: String::new(),
            role: Role::Muted,
            used: None,
        },
        Standing::NotApplicable(why) => Row {
            glyph: Some(Glyph::Off),
            word,
            what: why.clone(),
            value: "off".to_owned(),
            who: String::new(),
            role: Role::Off,
            used: None,
        },
    }
}

fn comma(by: &str) -> String {
    if by.is_empty() {
        String::new()
    } else {
        format!("{by}, ")
    }
}

/// What will become owed if it goes on: said before it is (X1, V1).
fn live_warnings(incident: &Incident, now: DateTime<Utc>) -> Option<Row> {
    if !incident.is_active() {
        return None;
    }
    let limit = incident.policy().retrospective.longer_than;
    let required = crate::domain::retrospective::reasons(incident);
    let at = incident.anchor() + limit;
    let (what, value) = match required.first()? {
        crate::domain::retrospective::Reason::Long(_) if now < at => (
            format!("required over {}", span::format(limit)),
            format::countdown(at - now),
        ),
        reason => (
            format!("required: {}", reason.words(incident)),
            "after".to_owned(),
        ),
    };
    Some(Row {
        glyph: Some(Glyph::Off),
        word: "RETRO",
        what,
        value,
        who: String::new(),
        role: Role::Off,
        used: None,
    })
}
