//! PEOPLE: who does what, who is there, who is asked for what.

use chrono::{DateTime, Utc};

use crate::{
    domain::{fact::Role as Job, incident::Incident, policy::Contact},
    ui::{app::App, canvas::Canvas, format, theme::Role},
};

/// Where the names begin.
const NAMES: u16 = 14;

struct Row {
    label: &'static str,
    text: String,
    right: String,
    role: Role,
}

/// Draws the pane.
pub fn draw(app: &App, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    let Some(incident) = app.incident() else {
        return;
    };
    let rows = roles(incident)
        .chain(here(incident, now))
        .chain(watching(app))
        .chain(asked(incident, now))
        .chain(phones(incident));
    for (y, row) in (0..canvas.height()).zip(rows) {
        let label = if row.role == Role::Over {
            Role::Over
        } else {
            Role::Muted
        };
        canvas.text(2, y, label, row.label);
        let end = canvas.width().saturating_sub(1);
        let start = canvas.right(end, y, label, &row.right);
        canvas.clipped(
            NAMES,
            y,
            row.role,
            &row.text,
            start.saturating_sub(NAMES + 1),
        );
    }
}

/// Roles that somebody has, and the two that nobody should miss.
fn roles(incident: &Incident) -> impl Iterator<Item = Row> {
    let jobs = [
        Job::Commander,
        Job::Deputy,
        Job::OpsLead,
        Job::CommsLead,
        Job::Scribe,
    ];
    jobs.into_iter().filter_map(|job| {
        let names: Vec<&str> = incident
            .with_role(job)
            .map(crate::domain::text::Text::as_str)
            .collect();
        let (text, role) = match (names.is_empty(), job) {
            (false, _) => (names.join(", "), Role::Normal),
            (true, Job::Commander) => ("-       P takes it".to_owned(), Role::Warn),
            (true, Job::Scribe) => ("-       P takes it".to_owned(), Role::Normal),
            (true, _) => return None,
        };
        let right = String::new();
        Some(Row {
            label: job.word(),
            text,
            right,
            role,
        })
    })
}

fn here(incident: &Incident, now: DateTime<Utc>) -> impl Iterator<Item = Row> {
    incident
        .state()
        .joined
        .iter()
        .map(move |(person, since)| Row {
            label: "here",
            text: person.to_string(),
            right: format::age(now - *since),
            role: Role::Normal,
        })
}

/// Who has the room open somewhere, whether they said something or not.
fn watching(app: &App) -> Option<Row> {
    let names = app.shared.watching.iter().map(|(name, consoles)| {
        if *consoles > 1 {
            format!("{name} ({consoles} consoles)")
        } else {
            name.to_string()
        }
    });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| Row {
        label: "watching",
        text: names.join(", "),
        right: String::new(),
        role: Role::Normal,
    })
}

fn asked(incident: &Incident, now: DateTime<Utc>) -> impl Iterator<Item = Row> {
    let open = incident
        .state()
        .asks
        .iter()
        .filter(|ask| ask.answered.is_none());
    open.map(move |ask| Row {
        label: "asked",
        text: format!("{}: {}", ask.asked.of, ask.asked.what),
        right: format::countdown(ask.asked.by - now),
        role: if ask.asked.by <= now {
            Role::Over
        } else {
            Role::Normal
        },
    })
}

/// A row for each person whom the policy names: the number is read first, and
/// what they are called for is the first to go without room.
fn phones(incident: &Incident) -> impl Iterator<Item = Row> {
    let policy = incident.policy();
    let mut people: Vec<(&Contact, Vec<&str>)> = Vec::new();
    for (target, contact) in &policy.contact {
        let known = people
            .iter_mut()
            .find(|(one, _)| one.person == contact.person);
        match known {
            Some((_, targets)) => targets.push(target),
            None => people.push((contact, vec![target])),
        }
    }
    people.into_iter().map(move |(contact, targets)| {
        let phone = policy.phone_of(contact).unwrap_or("no number");
        Row {
            label: "phone",
            text: format!("{} {phone}   {}", contact.person, targets.join(", ")),
            right: String::new(),
            role: Role::Muted,
        }
    })
}
