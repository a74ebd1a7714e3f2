//! What nobody owes now, and what is not over either.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Row, duty::person};
use crate::{
    domain::{
        duty::{Due, Duty, held},
        escalation,
        incident::{Field, Incident},
        leaving::leaving,
        update::Audience,
    },
    ui::{
        action::Action,
        app::{App, NEEDS_NEWER},
        format,
        glyph::Glyph,
        theme::Role,
    },
};

/// Conflicts that outlived the work: owed by nobody, and not over either (I5).
pub(super) fn never_settled(app: &App, incident: &Incident) -> impl Iterator<Item = Row> {
    let key = app.keymap.key_of(Action::Conflicts).unwrap_or_default();
    let ended = !incident.is_active();
    let conflicts = incident
        .conflicts()
        .filter(move |conflict| ended && conflict.field != Field::Phase);
    conflicts.map(move |conflict| Row {
        glyph: Some(Glyph::Off),
        word: "CONFLICT",
        what: conflict.ways_to_say_it(),
        value: format!("open {key}").trim_end().to_owned(),
        role: Role::Warn,
        used: None,
    })
}

/// That nothing can be added to it from here.
pub(super) fn read_only(incident: &Incident) -> Option<Row> {
    incident.state().needs_newer.then(|| Row {
        glyph: Some(Glyph::Overdue),
        word: "READ ONLY",
        what: vec![NEEDS_NEWER.to_owned(), "update this warroom".to_owned()],
        value: String::new(),
        role: Role::Bad,
        used: None,
    })
}

/// What is to be done after it, and is not (V4).
pub(super) fn actions(incident: &Incident) -> Option<Row> {
    let actions = &incident.state().retrospective.actions;
    let open: Vec<_> = actions.iter().filter(|action| !action.done).collect();
    let first = open.first()?;
    let due = open.iter().filter_map(|action| action.due).min();
    let count = format::count(open.len(), "item", "items");
    Some(Row {
        glyph: Some(Glyph::Off),
        word: "ACTIONS",
        what: vec![format!("{count}: {}", first.what), count],
        value: due.map_or_else(|| "open".to_owned(), |due| due.format("%m-%d").to_string()),
        role: Role::Calm,
        used: None,
    })
}

/// Requests that nobody answered while people worked on it: not owed any more,
/// and whoever asked still wants to know.
pub(super) fn unanswered(incident: &Incident) -> impl Iterator<Item = Row> {
    let ended = !incident.is_active();
    let open = incident.state().asks.iter();
    let open = open.filter(move |ask| ended && ask.answered.is_none());
    open.map(|ask| Row {
        glyph: Some(Glyph::Off),
        word: "ANSWER",
        what: vec![
            format!("{}: {}", ask.asked.of, ask.asked.what),
            ask.asked.of.to_string(),
        ],
        value: "open".to_owned(),
        role: Role::Muted,
        used: None,
    })
}

/// What is confirmed and leaves by itself, while it can be taken back.
pub(super) fn leaves(incident: &Incident, due: &Due, now: DateTime<Utc>) -> Option<Row> {
    let sent = leaving(incident, &due.duty)?;
    sent.leaves_until().filter(|until| now < *until)?;
    let waits = incident
        .entry(sent.entry)
        .is_some_and(|entry| entry.waits());
    let value = match sent.leaves_at() - now {
        _ if waits => "not sent".to_owned(),
        left if left > TimeDelta::zero() => format!("leaves in {}", format::countdown(left)),
        _ => "leaves now".to_owned(),
    };
    Some(Row {
        glyph: None,
        word: match sent.update.audience {
            Audience::Internal => "UPDATE",
            Audience::External => "EXTERNAL",
        },
        what: vec![
            if waits {
                "waits for the server"
            } else {
                "on its way"
            }
            .to_owned(),
        ],
        value,
        role: if waits { Role::Warn } else { Role::Calm },
        used: None,
    })
}

/// Pages that somebody asked for here, and of which the server has not heard:
/// the duty is not done.
pub(super) fn not_paged_yet(incident: &Incident, now: DateTime<Utc>) -> impl Iterator<Item = Row> {
    escalation::unsent(incident).map(move |(target, entry)| Row {
        glyph: Some(Glyph::Overdue),
        word: "NOT PAGED",
        what: vec![
            format!("{target}: nobody is paged yet, it waits for the server"),
            format!("{target}: waits for the server"),
            target.to_string(),
        ],
        value: format::elapsed(now - entry.recorded_at),
        role: Role::Over,
        used: None,
    })
}

/// Steps that wait for the end of a hold (E11).
pub(super) fn on_hold(incident: &Incident) -> impl Iterator<Item = Row> {
    held(incident).into_iter().filter_map(move |due| {
        let Duty::Escalate { target, .. } = due.duty else {
            return None;
        };
        let until = format::clock_minutes(due.by);
        let person = person(incident, &target);
        Some(Row {
            glyph: Some(Glyph::Off),
            word: "ESCALATE",
            what: vec![
                format!("{target}{person}, on hold until then"),
                target.to_string(),
            ],
            value: format!("held {until}"),
            role: Role::Muted,
            used: None,
        })
    })
}
