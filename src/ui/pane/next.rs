//! NEXT: everything owed, the nearest first; only the nearest has a bar.

mod duty;
mod elsewhere;
mod settled;
mod waiting;

use chrono::{DateTime, Utc};

use self::duty::{person, told_by_hand, words};
use super::outbox;
use crate::{
    domain::{
        duty::{Clock, Due, Duty, duties},
        escalation,
        incident::Incident,
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

/// The word of a step of the ladders.
pub const ESCALATE: &str = "ESCALATE";

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
    /// It is a duty of the incident itself: the keys choose among these.
    pub owed: bool,
}

impl Row {
    /// What it is about: the first way to say it that fits so many columns,
    /// or else the last.
    pub fn words(&self, columns: u16) -> &str {
        format::fitting(&self.what, columns)
    }

    /// Whether somebody has to do something about it.
    pub const fn is_open(&self) -> bool {
        self.used.is_some() || matches!(self.role, Role::Over | Role::Bad | Role::Soon)
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
    let chosen = chosen(app, &rows);
    for (place, row) in rows.iter().enumerate() {
        if y >= height {
            break;
        }
        draw_row(row, canvas, y);
        if chosen == Some(place) {
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

/// The row of the duty that the keys are on; the first one is not marked.
fn chosen(app: &App, rows: &[Row]) -> Option<usize> {
    let place = app.row(Pane::Next);
    let mut duties = rows.iter().enumerate().filter(|(_, row)| row.owed);
    let (row, _) = duties.nth(place)?;
    (app.focus == Pane::Next && place > 0).then_some(row)
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

/// The rows: that nothing can be added, who pages while the server is away, what
/// did not arrive or waits for somebody, what is left to people, open duties by
/// their deadlines, then what is settled.
pub fn rows(app: &App, incident: &Incident, now: DateTime<Utc>) -> Vec<Row> {
    let mut rows: Vec<Row> = waiting::read_only(incident).into_iter().collect();
    rows.extend(who_pages(app, incident, now));
    rows.extend(not_delivered(app, now));
    rows.extend(waiting::refused(app, incident, now));
    rows.extend(waiting::not_paged_yet(app, incident, now));
    rows.extend(waiting::more_news(app, incident));
    rows.extend(by_hand(incident, now));
    rows.extend(owed(app, incident, now));
    rows.extend(waiting::on_hold(incident));
    rows.extend(waiting::other_policy(app, incident));
    rows.extend(waiting::never_settled(app, incident));
    rows.extend(waiting::actions(incident));
    rows.extend(waiting::unanswered(incident));
    rows.extend(settled::rows(incident));
    rows.extend(live_warnings(incident, now));
    rows
}

/// What is owed by its deadline, here and elsewhere; what is overdue elsewhere
/// comes before all of it, since nothing else on the screen tells of it.
fn owed(app: &App, incident: &Incident, now: DateTime<Utc>) -> Vec<Row> {
    let dues = duties(incident);
    let row = |due| {
        let leaves = waiting::leaves(app, incident, due, now);
        let row = leaves.unwrap_or_else(|| open_row(app, incident, due, now));
        Row { owed: true, ..row }
    };
    let mut rows: Vec<Row> = dues.iter().map(row).collect();
    if let Some((by, row)) = elsewhere::row(app, incident, now) {
        let sooner = dues.iter().take_while(|due| due.by <= by).count();
        rows.insert(if by <= now { 0 } else { sooner }, row);
    }
    rows
}

/// While the server is away and a step is left: that nobody here pages, and the
/// key that changes it; or that this console does.
fn who_pages(app: &App, incident: &Incident, now: DateTime<Utc>) -> Option<Row> {
    let LinkState::Offline { since, refused, .. } = &app.shared.link.state else {
        return None;
    };
    // Who refuses a token lives, and pages.
    if *refused && app.shared.in_place.is_none() {
        return None;
    }
    escalation::next_step(incident)?;
    let server = &app.shared.link.server;
    let works = !app.settings.works.is_empty();
    let (action, does) = if works {
        (Action::PageFromHere, "pages from here")
    } else {
        (Action::Phones, "has the numbers")
    };
    let key = app.keymap.key_of(action);
    let key = key.unwrap_or_else(|| format!(":{action}"));
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
                format!("{server} does it, and is away; {key} {does}"),
                format!("server away; {key} {does}"),
                format!("{key} {does}"),
                format!("{key} {}", if works { "pages here" } else { "phones" }),
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
        owed: false,
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
    let about = worst.intent.incident;
    let elsewhere = app.board.get(about).filter(|_| app.shown != Some(about));
    let label = elsewhere.map(|other| format!("{} ", other.label()));
    let label = label.unwrap_or_default();
    Some(Row {
        glyph: Some(Glyph::Overdue),
        word: "NOT SENT",
        what: vec![
            format!(
                "{label}{what} by {channel}: {}{more}",
                outbox::words(worst, now)
            ),
            format!("{label}{what} by {channel}: {state}{more}"),
            format!("{label}{what} {state}{more}"),
        ],
        value: format!("{key} OUTBOX"),
        role: Role::Bad,
        used: None,
        owed: false,
    })
}

/// Steps that were passed over since nobody could be paged: they stay until a
/// person says that it is done.
fn by_hand(incident: &Incident, now: DateTime<Utc>) -> impl Iterator<Item = Row> {
    escalation::left_to_people(incident).map(move |(_, step, by)| Row {
        glyph: Some(Glyph::Overdue),
        word: ESCALATE,
        what: told_by_hand(&step.target, &person(incident, &step.target)),
        value: format::countdown(by - now),
        role: Role::Over,
        used: None,
        owed: false,
    })
}

/// How a duty looks at `now`.
fn look(due: &Due, now: DateTime<Utc>) -> (Option<Glyph>, Role) {
    match due.clock(now) {
        Clock::Running => (None, Role::Calm),
        Clock::DueSoon => (Some(Glyph::Slow), Role::Soon),
        Clock::Overdue => (Some(Glyph::Overdue), Role::Over),
    }
}

fn open_row(app: &App, incident: &Incident, due: &Due, now: DateTime<Utc>) -> Row {
    let (glyph, role) = look(due, now);
    let (word, what) = words(app, incident, due);
    Row {
        glyph,
        word,
        what,
        value: format::countdown(due.by - now),
        role,
        used: Some(due.used(now)),
        owed: true,
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
        what: vec![what],
        value,
        role: Role::Off,
        used: None,
        owed: false,
    })
}
