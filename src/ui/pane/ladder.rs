//! LADDER: who is told when, and what will happen by itself.

mod forecast;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::layout::Rect;

use self::forecast::{forecast, reach};
use crate::{
    domain::{
        duty::{Due, Duty, Promise, Settled, Standing, duties, settled},
        escalation,
        fact::StepId,
        incident::Incident,
        policy::Step,
    },
    ui::{
        app::{App, Pane},
        canvas::Canvas,
        format,
        glyph::Glyph,
        theme::Role,
        widget::{Big, Size},
    },
};

/// Draws the pane; zoomed with the countdown in big digits.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let next = next(incident);
    let big = canvas.height() >= 18 && canvas.width() >= 60;
    let top = match &next {
        Some(next) if big => countdown(app, incident, next, canvas, now),
        None if big => nothing_next(incident, canvas, now),
        Some(_) | None => 0,
    };
    let below = steps(app, incident, next.as_ref(), canvas, top, now);
    let Some(next) = next else { return };
    if canvas.height() > below + 2 && canvas.width() >= 60 {
        what_happens(app, incident, &next, canvas, below + 1, now);
    }
    if !big && canvas.height() > below + 4 && canvas.width() < 60 {
        line_of_time(incident, next.due.by, canvas, below + 1, now);
    }
}

/// The step that fires next.
struct Climbing<'a> {
    id: StepId,
    step: &'a Step,
    due: Due,
}

fn next(incident: &Incident) -> Option<Climbing<'_>> {
    duties(incident).into_iter().find_map(|due| {
        let Duty::Escalate { step, .. } = &due.duty else {
            return None;
        };
        let id = step.clone();
        let (_, step) = incident.policy().step(&id)?;
        Some(Climbing { id, step, due })
    })
}

/// Why there is no countdown; answers the rows it took.
fn nothing_next(incident: &Incident, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) -> u16 {
    let text = match escalation::held_until(incident) {
        Some(until) => format!("held until {}", format::clock_on_day(until, now)),
        None => "nothing is left to climb".to_owned(),
    };
    canvas.text(2, 1, Role::Muted, &text);
    3
}

/// The time left in big digits; answers the rows it took.
fn countdown(
    app: &App,
    incident: &Incident,
    next: &Climbing<'_>,
    canvas: &mut Canvas<'_, '_>,
    now: DateTime<Utc>,
) -> u16 {
    let left = next.due.by - now;
    let over = left <= TimeDelta::zero();
    let role = if over {
        Role::Over
    } else if left < TimeDelta::minutes(5) {
        Role::Soon
    } else {
        Role::Strong
    };
    canvas.badge(
        2,
        1,
        if over { Role::Bad } else { Role::Focus },
        if over {
            "ESCALATION OVERDUE"
        } else {
            "ESCALATES IN"
        },
    );
    canvas.text(2, 3, Role::Strong, &format!("to  {}", next.step.target));
    canvas.text(6, 4, Role::Normal, &reach(app, incident, next.step, now));
    let width = canvas.width();
    let area = canvas.area();
    let place = Rect {
        x: area.right().saturating_sub(46),
        y: area.y + 1,
        width: 44,
        height: 4,
    };
    let style = canvas.paint.style(role);
    let mut part = canvas.part(place);
    let (paint, buffer, place) = part.raw();
    Big {
        text: &format::countdown(left),
        size: Size::Wide,
        align: format::Align::Right,
        style,
    }
    .draw(paint, buffer, place);
    let columns = width.saturating_sub(4);
    canvas.bar(2, 6, columns, next.due.used(now), role);
    canvas.text(2, 7, Role::Muted, &since(incident, next, now));
    canvas.right(width - 2, 7, Role::Muted, &format::clock(next.due.by));
    9
}

/// From where the bar counts: who was told last, where that is when it began.
fn since(incident: &Incident, next: &Climbing<'_>, now: DateTime<Utc>) -> String {
    let fired = incident.state().ladder.fired.values();
    let last = fired.max_by_key(|fired| fired.last);
    match last {
        Some(fired) => format!(
            "{} {} told",
            format::clock_on_day(fired.last, now),
            fired.target
        ),
        None => format::clock_on_day(next.due.from, now),
    }
}

fn steps(
    app: &App,
    incident: &Incident,
    next: Option<&Climbing<'_>>,
    canvas: &mut Canvas<'_, '_>,
    top: u16,
    now: DateTime<Utc>,
) -> u16 {
    let settled = settled(incident);
    let dues = duties(incident);
    let mut rows: Vec<_> = incident
        .policy()
        .steps()
        .enumerate()
        .filter_map(|(place, (id, ladder, step))| {
            let due = dues.iter().find(|due| is_about(&due.duty, &id));
            let done = settled
                .iter()
                .find(|clock| matches!(&clock.what, Promise::Escalate(step, _) if *step == id));
            (due.is_some() || done.is_some()).then_some((place, id, ladder, step, due, done))
        })
        .collect();
    // What is not owed stands last: it is the first to go without a row.
    rows.sort_by_key(|(.., due, done)| due.is_none() && done.is_some_and(is_off));
    for (y, (place, id, ladder, step, due, done)) in (top..).zip(&rows) {
        let row = StepRow {
            incident,
            step,
            after: escalation::due_at(incident, step) - incident.anchor(),
            repeats: ladder.repeat.is_some(),
        };
        let is_current = next.is_some_and(|next| next.id == *id);
        match (due, done) {
            (Some(due), _) => row.open(canvas, y, due.by, is_current, now),
            (None, Some(done)) => row.settled(canvas, y, done, now),
            (None, None) => {}
        }
        if app.focus == Pane::Ladder && app.row(Pane::Ladder) == *place && *place > 0 {
            canvas.paint_row(y, Role::Select);
        }
    }
    top + u16::try_from(rows.len()).unwrap_or(0)
}

fn is_about(duty: &Duty, id: &StepId) -> bool {
    matches!(duty, Duty::Escalate { step, .. } if step == id)
}

fn is_off(clock: &Settled) -> bool {
    matches!(clock.standing, Standing::NotApplicable(_))
}

struct StepRow<'a> {
    incident: &'a Incident,
    step: &'a Step,
    after: TimeDelta,
    repeats: bool,
}

impl StepRow<'_> {
    fn names(&self, canvas: &mut Canvas<'_, '_>, y: u16, role: Role, glyph: Option<Glyph>) -> u16 {
        let mark = canvas.mark(glyph);
        canvas.text(0, y, role, &mark);
        canvas.text(2, y, role, &format::hours(self.after));
        let wide = canvas.width() >= 60;
        let columns = if wide { 22 } else { 19 };
        canvas.clipped(8, y, role, &self.step.target, columns);
        let person = self
            .incident
            .policy()
            .contact(&self.step.target)
            .map_or("-", |contact| contact.person.as_str());
        let x = 8 + columns + 1;
        canvas.clipped(x, y, role, person, 8)
    }

    fn open(
        &self,
        canvas: &mut Canvas<'_, '_>,
        y: u16,
        by: DateTime<Utc>,
        current: bool,
        now: DateTime<Utc>,
    ) {
        let overdue = by <= now;
        let (glyph, role) = match (overdue, current) {
            (true, _) => (Some(Glyph::Overdue), Role::Over),
            (false, true) => (Some(Glyph::Current), Role::Strong),
            (false, false) => (None, Role::Normal),
        };
        self.names(canvas, y, role, glyph);
        let width = canvas.width();
        let wide = width >= 60;
        let at = format::time_on_day(by, now);
        if !wide && by.date_naive() != now.date_naive() {
            // Both have no room beside a name: NEXT counts down.
            canvas.right(width - 1, y, role, &at);
        } else {
            let start = canvas.right(width - 1, y, role, &format::countdown(by - now));
            let end = start.min(width.saturating_sub(7)).saturating_sub(1);
            let again = if self.repeats && wide { "again " } else { "" };
            canvas.right(end, y, Role::Muted, &format!("{again}{at}"));
        }
        if overdue {
            canvas.paint_row(y, Role::Over);
        }
    }

    fn settled(&self, canvas: &mut Canvas<'_, '_>, y: u16, clock: &Settled, now: DateTime<Utc>) {
        let by = said_by(self.incident, clock, canvas.width() >= 60);
        let joined = if canvas.width() >= 60 {
            joined(self.incident, &self.step.target, now)
        } else {
            String::new()
        };
        let (glyph, role, text) = match &clock.standing {
            Standing::Met { at, .. } => {
                let by = by.unwrap_or_else(|| "done".to_owned());
                let text = format!("{} {by}{joined}", format::time_on_day(*at, now));
                (Some(Glyph::Done), Role::Kept, text)
            }
            Standing::Missed { at, took, of, .. } => {
                let late = format::short(*took - of.unwrap_or(*took));
                // Whose word it is counts for more: the mark says that it is late.
                let words = by.unwrap_or_else(|| format!("+{late} late"));
                let text = format!("{} {words}{joined}", format::time_on_day(*at, now));
                (Some(Glyph::Overdue), Role::Warn, text)
            }
            Standing::Held(until) => (
                Some(Glyph::Off),
                Role::Muted,
                format!("held until {}", format::time_on_day(*until, now)),
            ),
            Standing::NotApplicable(why) => (Some(Glyph::NotApplicable), Role::Off, why.clone()),
        };
        // That it stopped is in the mark: what stopped it counts.
        let short = text.rsplit(": ").next().unwrap_or_default().to_owned();
        let x = self.names(canvas, y, role, glyph);
        let width = canvas.width();
        let room = width.saturating_sub(x + 2);
        let ways = [text, short];
        let text = canvas.paint.truncate(format::fitting(&ways, room), room);
        canvas.right(width - 1, y, role, &text);
    }
}

/// `, joined 13:31`: whoever stands behind that step.
fn joined(incident: &Incident, target: &str, now: DateTime<Utc>) -> String {
    let contact = incident.policy().contact(target);
    let joined = contact.and_then(|contact| {
        let all = &incident.state().joined;
        all.iter().find(|(person, _)| *person == contact.person)
    });
    joined.map_or_else(String::new, |(_, at)| {
        format!(", joined {}", format::time_on_day(*at, now))
    })
}

/// Whose word it is that a step was done; `None` where the engine saw to it.
fn said_by(incident: &Incident, clock: &Settled, wide: bool) -> Option<String> {
    let Promise::Escalate(step, _) = &clock.what else {
        return None;
    };
    let fired = incident.fired(step)?;
    if incident.is_sealed() && !fired.by_hand {
        return Some("nothing left".to_owned());
    }
    let by = fired.by.as_ref()?;
    Some(match (fired.by_hand, wide) {
        (true, true) => format!("told by {by}, by hand"),
        (true, false) | (false, _) => format!("by {by}"),
    })
}

fn what_happens(
    app: &App,
    incident: &Incident,
    next: &Climbing<'_>,
    canvas: &mut Canvas<'_, '_>,
    y: u16,
    now: DateTime<Utc>,
) {
    let room = canvas.width().saturating_sub(8);
    for (y, (x, role, line)) in (y..).zip(forecast(app, incident, next, now)) {
        canvas.clipped(x, y, role, &line, room);
    }
}

/// Alert, steps and now on one line, to scale.
fn line_of_time(
    incident: &Incident,
    due: DateTime<Utc>,
    canvas: &mut Canvas<'_, '_>,
    y: u16,
    now: DateTime<Utc>,
) {
    let width = canvas.width().saturating_sub(6);
    let whole = (due - incident.anchor()).num_seconds().max(1);
    let line = canvas.glyph(Glyph::Rule);
    canvas.repeat(2, y + 1, Role::Rule, line, width);
    let steps = incident
        .policy()
        .steps()
        .map(|(_, _, step)| escalation::due_at(incident, step));
    let joint = canvas.glyph(Glyph::JointDown).to_string();
    for at in steps.filter(|at| *at <= due) {
        let x = scale((at - incident.anchor()).num_seconds(), whole, width);
        canvas.text(2 + x, y + 1, Role::Rule, &joint);
        canvas.clipped(2 + x, y, Role::Muted, &format::time_minutes(at), 5);
    }
    let x = scale(
        (now - incident.anchor()).num_seconds().min(whole),
        whole,
        width,
    );
    let mark = canvas.glyph(Glyph::Slow).to_string();
    canvas.text(2 + x, y + 1, Role::Focus, &mark);
    canvas.text(
        2 + x.min(width.saturating_sub(3)),
        y + 2,
        Role::Focus,
        "now",
    );
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the width"
)]
fn scale(seconds: i64, whole: i64, width: u16) -> u16 {
    (seconds.clamp(0, whole) * i64::from(width.saturating_sub(1)) / whole) as u16
}
