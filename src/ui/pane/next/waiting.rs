//! What nobody owes now, and what is not over either.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    ESCALATE, Row,
    duty::{external as external_words, person},
};
use crate::{
    domain::{
        duty::{Due, Duty, duties, held},
        entry::EntryId,
        escalation,
        incident::{Field, Incident},
        leaving::leaving,
        phase::Phase,
        text::Name,
        update::Audience,
    },
    ui::{
        action::Action,
        app::{App, NEEDS_NEWER},
        format,
        glyph::Glyph,
        msg::LinkState,
        pane::outbox,
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
        owed: false,
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
        owed: false,
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
        owed: false,
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
        owed: false,
    })
}

/// News for outside that somebody wrote and nobody published, where the public
/// is owed none: whoever wrote them thinks that they go on their way.
pub(super) fn more_news(app: &App, incident: &Incident) -> Option<Row> {
    let external = &incident.state().external;
    let over = matches!(incident.phase(), Phase::Closed | Phase::Cancelled);
    let waits = external.draft.is_some() && external.newest_said().is_none();
    let owed = |due: &Due| matches!(due.duty, Duty::External | Duty::FinalExternal);
    if over || incident.is_sealed() || !waits || duties(incident).iter().any(owed) {
        return None;
    }
    Some(Row {
        glyph: Some(Glyph::Slow),
        word: "EXTERNAL",
        what: external_words(app, incident, incident.policy()),
        value: "drafted".to_owned(),
        role: Role::Warn,
        used: None,
        owed: false,
    })
}

/// What is confirmed and leaves by itself, while it can be taken back. Where a
/// channel did not take it, it is owed as before (U6).
pub(super) fn leaves(app: &App, incident: &Incident, due: &Due, now: DateTime<Utc>) -> Option<Row> {
    let sent = leaving(incident, &due.duty)?;
    sent.leaves_until().filter(|until| now < *until)?;
    let mut failing = outbox::failing(app).into_iter();
    if failing.any(|one| one.intent.origin == sent.entry) {
        return None;
    }
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
        owed: false,
    })
}

/// Pages that somebody asked for here, and of which the server has not heard:
/// the duty is not done.
pub(super) fn not_paged_yet(
    app: &App,
    incident: &Incident,
    now: DateTime<Utc>,
) -> impl Iterator<Item = Row> {
    escalation::unsent(incident).map(move |(target, entry)| {
        let (long, short) = match app.shared.refused.get(&entry.id) {
            Some(why) => (
                format!("nobody is paged, the server refused it: {why}"),
                "refused by the server",
            ),
            None if escalation::is_refused_here(incident, entry) => (
                "no channel here took it, it waits for the server".to_owned(),
                "no channel here took it",
            ),
            None if leaves_from_here(app, incident, entry.id) => (
                "nobody yet, this console pages".to_owned(),
                "paged from here",
            ),
            None => (
                "nobody is paged yet, it waits for the server".to_owned(),
                "waits for the server",
            ),
        };
        let what = vec![
            format!("{target}: {long}"),
            format!("{target}: {short}"),
            target.to_string(),
        ];
        not_paged(what, now - entry.recorded_at)
    })
}

/// Whether this console pages in the server's place, and will send that page.
fn leaves_from_here(app: &App, incident: &Incident, page: EntryId) -> bool {
    let works = &app.settings.works;
    let ours = |left: &[Name]| left.iter().any(|channel| works.contains(channel));
    let mut waits = escalation::unheard(incident);
    app.shared.in_place.is_some() && waits.any(|(id, left)| id == page && ours(left))
}

/// That the server will never have the incident: no engine climbs for it,
/// whatever is due.
pub(super) fn refused(app: &App, incident: &Incident, now: DateTime<Utc>) -> Option<Row> {
    let why = app.shared.refused_whole(incident)?;
    let what = vec![
        format!("nobody, the server refused this incident: {why}"),
        "nobody: refused by the server".to_owned(),
        "refused".to_owned(),
    ];
    Some(not_paged(what, now - incident.state().times.declared))
}

fn not_paged(what: Vec<String>, since: TimeDelta) -> Row {
    Row {
        glyph: Some(Glyph::Overdue),
        word: "NOT PAGED",
        what,
        value: format::elapsed(since),
        role: Role::Over,
        used: None,
        owed: false,
    }
}

/// That the incident goes by another policy than the server gives new ones: it
/// was begun before its log was given to the server, or before that one's
/// changed. Nothing is adopted by itself (E6).
pub(super) fn other_policy(app: &App, incident: &Incident) -> Option<Row> {
    let team = app.policy.as_deref()?;
    let shared = app.shared.link.state != LinkState::Alone;
    let differs = shared && incident.is_active() && incident.policy() != team;
    let key = app.keymap.key_of(Action::Adopt);
    differs.then(|| Row {
        glyph: Some(Glyph::Off),
        word: "POLICY",
        what: vec![
            "of this incident differs from the server's".to_owned(),
            "not the server's".to_owned(),
        ],
        value: key.unwrap_or_else(|| format!(":{}", Action::Adopt)),
        role: Role::Warn,
        used: None,
        owed: false,
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
            word: ESCALATE,
            what: vec![
                format!("{target}{person}, on hold until then"),
                target.to_string(),
            ],
            value: format!("held {until}"),
            role: Role::Muted,
            used: None,
            owed: false,
        })
    })
}
