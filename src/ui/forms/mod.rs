//! What each action asks before it is carried out, and the facts that follow.

mod enabled;
mod open;
mod submit;

use chrono::{DateTime, Utc};

use super::{
    action::Action,
    app::App,
    msg::Wish,
    sheet::{Gate, Sheet},
};
use crate::domain::{
    duty::{Duty, duties},
    entry::IncidentId,
    escalation,
    fact::{Fact, StepId},
    incident::{self, Command, Incident},
    severity::Severity,
    text::Name,
    when,
};

pub use enabled::enabled;
pub use open::open;
pub use submit::submit;

/// The wishes that record `fact` in `incident`, if it may be recorded now.
///
/// # Errors
///
/// The refusal, as it is shown.
pub fn propose(
    app: &App,
    incident: IncidentId,
    fact: Fact,
    now: DateTime<Utc>,
) -> Result<Vec<Wish>, String> {
    propose_at(app, incident, fact, now, now)
}

/// The same, for something that happened `at` another time.
///
/// # Errors
///
/// The refusal, as it is shown.
pub fn propose_at(
    app: &App,
    incident: IncidentId,
    fact: Fact,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Wish>, String> {
    let command = Command {
        fact,
        at,
        by: app.settings.me.clone(),
        now,
        gate: gate(app, incident, now),
    };
    let facts = app
        .board
        .decide(incident, &command)
        .map_err(|refusal| refusal.sentence)?;
    Ok(facts
        .into_iter()
        .map(|(incident, fact)| Wish { incident, fact, at })
        .collect())
}

/// What this console sees of the resolve gate (R1).
pub fn gate(app: &App, incident: IncidentId, now: DateTime<Utc>) -> incident::Gate {
    let checks = app
        .board
        .get(incident)
        .map_or(1, |incident| incident.policy().resolve.green_checks);
    let drafted = app
        .drafts
        .keys()
        .any(|key| *key == format!("update/{incident}"));
    let sent = app.board.get(incident).is_some_and(|incident| {
        incident
            .state()
            .updates
            .last()
            .is_some_and(|sent| sent.update.last)
    });
    let open = app
        .composer
        .as_ref()
        .is_some_and(|composer| composer.incident == incident);
    incident::Gate {
        probes_green: app.panel.is_green(checks, now),
        final_update_drafted: drafted || sent || open,
    }
}

/// The gate of a sheet may depend on what is chosen in it: whether a severity
/// goes up, and whether somebody is paged as soon as an incident is declared.
pub fn regate(app: &App, sheet: &mut Sheet, now: DateTime<Utc>) {
    match sheet.action {
        Action::Severity => {
            let held = sheet
                .incident
                .and_then(|id| app.board.get(id))
                .and_then(Incident::severity);
            sheet.gate = match sheet.value("Severity").parse::<Severity>() {
                Ok(chosen) if held.is_none_or(|held| chosen > held) => {
                    Gate::Word(chosen.to_string().to_lowercase())
                }
                Ok(_) | Err(_) => Gate::Yes,
            };
        }
        Action::Declare => regate_declaration(app, sheet, now),
        _ => {}
    }
}

fn regate_declaration(app: &App, sheet: &mut Sheet, now: DateTime<Utc>) {
    let paged = match (&app.policy, sheet.value("Kind").as_str()) {
        (Some(policy), "open") => {
            let alert = happened(app, &sheet.value("Alert at"), now).unwrap_or(now);
            let severity = sheet.value("Severity").parse().ok();
            escalation::paged_at_once(policy, severity, now - alert)
        }
        (_, _) => Vec::new(),
    };
    let names: Vec<&str> = paged
        .iter()
        .map(crate::domain::text::Text::as_str)
        .collect();
    let (line, gate) = if names.is_empty() {
        ("Nobody is paged by declaring.".to_owned(), Gate::Yes)
    } else {
        (
            format!("Pages at once: {}", names.join(", ")),
            Gate::Word("page".to_owned()),
        )
    };
    sheet.lines = vec![line];
    sheet.gate = gate;
}

/// The step that waits for a person in `incident`, or is due next; and its target.
pub fn next_step(incident: &Incident) -> Option<(StepId, Name)> {
    let by_hand = escalation::left_to_people(incident)
        .next()
        .map(|(id, step, _)| (id, step.target.clone()));
    by_hand.or_else(|| step_due(incident))
}

fn step_due(incident: &Incident) -> Option<(StepId, Name)> {
    duties(incident).into_iter().find_map(|due| match due.duty {
        Duty::Escalate { step, target, .. } => Some((step, target)),
        _ => None,
    })
}

/// When something happened, as it was typed; now where nothing was.
fn happened(app: &App, text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    match text.trim() {
        "" | "now" => Ok(now),
        text => when::parse_past(text, now, zone(app)).map_err(|error| error.to_string()),
    }
}

/// When something is to be, as it was typed.
fn ahead(app: &App, text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    when::parse_time(text, now, zone(app)).map_err(|error| error.to_string())
}

fn zone(app: &App) -> chrono_tz::Tz {
    app.incident()
        .map_or(chrono_tz::UTC, |incident| incident.policy().calendar.zone)
}

/// Text that was typed, where it fits.
fn typed<const MAX: usize, const LINES: bool>(
    text: &str,
) -> Result<crate::domain::text::Text<MAX, LINES>, String> {
    crate::domain::text::Text::typed(text).map_err(|error| error.to_string())
}
