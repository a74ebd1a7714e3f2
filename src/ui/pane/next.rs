//! NEXT: everything owed, the nearest first; only the nearest has a bar.

mod waiting;

use chrono::{DateTime, Utc};

use super::outbox;
use crate::{
    domain::{
        duty::{Clock, Due, Duty, Promise, Settled, Standing, duties, settled},
        escalation,
        external::may_approve,
        fact::StepId,
        incident::Incident,
        policy::Policy,
        span,
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

/// A row of the pane, ready to be drawn.
pub struct Row {
    /// Before the words.
    pub glyph: Option<Glyph>,
    /// `ESCALATE`.
    pub word: &'static str,
    /// `Engineering Manager (mia)`, `Engineering Manager`: ways to say it, the
    /// longest first.
    pub what: Vec<String>,
    /// `07:22`, `done`.
    pub value: String,
    /// How it looks.
    pub role: Role,
    /// The part of its time that is used up, where it runs.
    pub used: Option<f64>,
}

impl Row {
    /// What it is about: the first way to say it that fits so many columns,
    /// or else the last.
    pub fn words(&self, columns: u16) -> &str {
        format::fitting(&self.what, columns)
    }

    /// Whether somebody has to do something about it.
    pub const fn is_open(&self) -> bool {
        self.used.is_some() || matches!(self.role, Role::Over | Role::Bad)
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
    let nearest = rows.iter().position(|row| row.used.is_some());
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
        if let Some(used) = row.used.filter(|_| nearest == Some(place) && y < height) {
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
    canvas.clipped(column, y, row.role, row.words(room), room);
    if row.role == Role::Over {
        canvas.paint_row(y, Role::Over);
    }
}

/// The rows: who pages while the server is away, what did not arrive, what is left to people, open duties by their
/// deadlines, then what is settled.
pub fn rows(app: &App, incident: &Incident, now: DateTime<Utc>) -> Vec<Row> {
    let mut rows: Vec<Row> = who_pages(app, incident, now).into_iter().collect();
    rows.extend(not_delivered(app, now));
    rows.extend(by_hand(incident, now));
    let dues = duties(incident);
    rows.extend(dues.iter().map(|due| open_row(app, incident, due, now)));
    rows.extend(waiting::on_hold(incident));
    let mut settled: Vec<Settled> = settled(incident).into_iter().filter(is_said).collect();
    settled.sort_by_key(rank);
    rows.extend(waiting::never_settled(app, incident));
    rows.extend(settled.iter().map(settled_row));
    rows.extend(live_warnings(incident, now));
    rows
}

/// The ladder says how its steps ended; a first notice in time goes on as the
/// clock of the next update.
const fn is_said(clock: &Settled) -> bool {
    match (&clock.what, &clock.standing) {
        (Promise::Escalate(..), _) => false,
        (Promise::FirstNotice, standing) => matches!(standing, Standing::Missed { .. }),
        (Promise::Respond | Promise::Resolve | Promise::External | Promise::Retrospective, _) => {
            true
        }
    }
}

/// What was late first, what was never owed last.
const fn rank(clock: &Settled) -> u8 {
    match clock.standing {
        Standing::Missed { .. } => 0,
        Standing::Met { .. } | Standing::Held(_) => 1,
        Standing::NotApplicable(_) => 2,
    }
}

/// While the server is away and a step is left: that nobody here pages, and the
/// key that changes it; or that this console does.
fn who_pages(app: &App, incident: &Incident, now: DateTime<Utc>) -> Option<Row> {
    let LinkState::Offline { since, .. } = &app.shared.link.state else {
        return None;
    };
    escalation::next_step(incident)?;
    let server = &app.shared.link.server;
    let key = app.keymap.key_of(Action::PageFromHere);
    let key = key.unwrap_or_else(|| format!(":{}", Action::PageFromHere));
    let is_due = |due: &Due| matches!(due.duty, Duty::Escalate { .. }) && due.by <= now;
    let (what, role) = match (&app.shared.in_place, duties(incident).iter().any(is_due)) {
        (Some(_), _) => (
            vec![
                format!("from here, {server} is away"),
                "from here".to_owned(),
            ],
            Role::Warn,
        ),
        (None, _) if app.shared.link.answers => (
            vec![
                format!("{server} does it, and says no to this console"),
                "the server does it".to_owned(),
            ],
            Role::Warn,
        ),
        (None, is_due) => (
            vec![
                format!("{server} does it, and is away; {key} pages from here"),
                format!("server away; {key} pages from here"),
                format!("{key} pages from here"),
            ],
            if is_due { Role::Over } else { Role::Bad },
        ),
    };
    Some(Row {
        glyph: Some(Glyph::Overdue),
        word: "PAGING",
        what,
        value: format::elapsed(now - *since),
        role,
        used: None,
    })
}

/// The worst of the messages that did not arrive, and the key to all of them.
pub fn not_delivered(app: &App, now: DateTime<Utc>) -> Option<Row> {
    let failing = outbox::failing(app);
    let worst = failing.first()?;
    let key = app.keymap.key_of(Action::PaneOutbox).unwrap_or_default();
    let what = worst.intent.purpose.word();
    let state = outbox::trouble(worst);
    let more = match failing.len() - 1 {
        0 => String::new(),
        more => format!(", +{more}"),
    };
    let channel = &worst.intent.channel;
    Some(Row {
        glyph: Some(Glyph::Overdue),
        word: "NOT SENT",
        what: vec![
            format!("{what} by {channel}: {}{more}", outbox::words(worst, now)),
            format!("{what} by {channel}: {state}{more}"),
            format!("{what} {state}{more}"),
        ],
        value: format!("{key} OUTBOX"),
        role: Role::Bad,
        used: None,
    })
}

/// Steps that were passed over since nobody could be paged: they stay until a
/// person says that it is done.
fn by_hand(incident: &Incident, now: DateTime<Utc>) -> impl Iterator<Item = Row> {
    escalation::left_to_people(incident).map(move |(_, step, by)| Row {
        glyph: Some(Glyph::Overdue),
        word: "ESCALATE",
        what: told_by_hand(&step.target, &person(incident, &step.target)),
        value: format::countdown(by - now),
        role: Role::Over,
        used: None,
    })
}

/// Where there is little room the target is cut, and not that it is by hand.
fn told_by_hand(target: &str, person: &str) -> Vec<String> {
    vec![
        format!("{target}{person}, by hand"),
        format!("{target}, by hand"),
        format!("by hand: {target}"),
    ]
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
        value: format::countdown(due.by - now),
        role,
        used: Some(due.used(now)),
    }
}

/// ` (mia)`, behind the target of a step.
fn person(incident: &Incident, target: &str) -> String {
    let contact = incident.policy().contact(target);
    contact
        .map(|contact| format!(" ({})", contact.person))
        .unwrap_or_default()
}

fn words(app: &App, incident: &Incident, due: &Due) -> (&'static str, Vec<String>) {
    let policy = incident.policy();
    let (word, what) = match &due.duty {
        Duty::Escalate {
            step, target, asks, ..
        } => {
            return ("ESCALATE", escalates(incident, step, target, *asks));
        }
        Duty::External => return ("EXTERNAL", external(app, incident, policy)),
        Duty::FirstNotice => return ("UPDATE", said_in(app, policy, "first notice")),
        Duty::FinalUpdate => return ("UPDATE", said_in(app, policy, "last one")),
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
        Duty::HoldEnds => ("HOLD", "ends; late steps fire then".to_owned()),
        Duty::Update => ("UPDATE", place(app, &policy.update.place)),
        Duty::Settle(field) => {
            let known = incident.conflict(*field);
            let ways = known.map(|conflict| conflict.ways_to_say_it());
            return ("CONFLICT", ways.unwrap_or_default());
        }
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
    };
    (word, vec![what])
}

fn escalates(incident: &Incident, step: &StepId, target: &str, asks: bool) -> Vec<String> {
    let policy = incident.policy();
    let person = person(incident, target);
    let reached = policy
        .step(step)
        .and_then(|(_, step)| escalation::reach(policy, step));
    let ways = match reached {
        Some(_) => vec![format!("{target}{person}"), target.to_owned()],
        None => told_by_hand(target, &person),
    };
    let asks = if asks { " ?" } else { "" };
    ways.iter().map(|way| format!("{way}{asks}")).collect()
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

/// Where the place is cut, what kind of update it is still stands.
fn said_in(app: &App, policy: &Policy, kind: &str) -> Vec<String> {
    let place = place(app, &policy.update.place);
    vec![format!("{place} {kind}"), format!("{kind}: {place}")]
}

fn external(app: &App, incident: &Incident, policy: &Policy) -> Vec<String> {
    let state = &incident.state().external;
    let next = match (&state.draft, &state.approved) {
        (None, _) => "draft it",
        (Some((draft, ..)), Some((approved, _))) if draft == approved => "publish it",
        (Some(_), _) if may_approve(incident, &app.settings.me).is_ok() => "approve it",
        (Some(_), _) => "wait for approval",
    };
    let place = &policy.external.place;
    let ways = [format!("{place}: {next}"), format!("{next}: {place}")];
    [ways.as_slice(), &[next.to_owned()]].concat()
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
    let first = if clock.what == Promise::FirstNotice {
        "first notice, "
    } else {
        ""
    };
    let (glyph, what, value, role) = match &clock.standing {
        Standing::Met { by, took, of, .. } => {
            let of = of.map(|of| format!(" of {}", format::short(of)));
            let took = format!("in {}{}", format::short(*took), of.unwrap_or_default());
            (Glyph::Done, by_whom(first, by, &took), "done", Role::Kept)
        }
        Standing::Missed { by, took, of, .. } => {
            let of = of.map(|of| format!(", target {}", format::short(of)));
            let took = format!("in {}{}", format::short(*took), of.unwrap_or_default());
            (
                Glyph::Overdue,
                by_whom(first, by, &took),
                "late",
                Role::Warn,
            )
        }
        Standing::Held(until) => {
            let what = format!("held until {}", format::clock_minutes(*until));
            (Glyph::Off, vec![what], "held", Role::Muted)
        }
        Standing::NotApplicable(why) => (Glyph::Off, vec![why.clone()], "off", Role::Off),
    };
    Row {
        glyph: Some(glyph),
        word,
        what,
        value: value.to_owned(),
        role,
        used: None,
    }
}

/// `first notice, ana, in 1m40 of 15m`: how long it took goes last.
fn by_whom(first: &str, by: &str, took: &str) -> Vec<String> {
    let short = vec![format!("{first}{took}"), took.to_owned()];
    if by.is_empty() {
        return short;
    }
    [vec![format!("{first}{by}, {took}")], short].concat()
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
        what: vec![what],
        value,
        role: Role::Off,
        used: None,
    })
}
