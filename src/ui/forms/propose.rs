//! From a fact to the wishes that record it, if it may be recorded.

use chrono::{DateTime, Utc};

use crate::{
    domain::{
        entry::IncidentId,
        fact::Fact,
        incident::{Command, Gate, Refusal},
        update::Audience,
    },
    ui::{app::App, msg::Wish},
};

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
    at(app, incident, fact, now, now).map_err(|refusal| refusal.sentence)
}

/// The same, for something that happened `at` another time.
pub(super) fn at(
    app: &App,
    incident: IncidentId,
    fact: Fact,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Wish>, Refusal> {
    let command = Command {
        fact,
        at,
        by: app.settings.me.clone(),
        now,
        gate: resolve_gate(app, incident, now),
    };
    let facts = app.board.decide(incident, &command)?;
    let wish = |(incident, fact)| Wish { incident, fact, at };
    Ok(facts.into_iter().map(wish).collect())
}

/// What this console sees of the resolve gate (R1).
pub fn resolve_gate(app: &App, incident: IncidentId, now: DateTime<Utc>) -> Gate {
    let found = app.board.get(incident);
    let checks = found.map_or(1, |incident| incident.policy().resolve.green_checks);
    let last_sent = found.and_then(|incident| incident.state().last_update());
    let sent = last_sent.is_some_and(|sent| sent.update.last);
    let drafted = app.drafts.all(incident, Audience::Internal).next();
    let open = app.composer.as_ref();
    let open = open.is_some_and(|composer| composer.incident == incident);
    Gate {
        not_green: Some(app.panel.not_green(checks, now)),
        final_update_drafted: sent || open || drafted.is_some(),
    }
}
