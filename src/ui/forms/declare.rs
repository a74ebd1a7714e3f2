//! Opening an incident, or a drill.

use super::{Asking, Filled, Refused};
use crate::{
    domain::{
        entry::IncidentId,
        fact::{Declaration, Fact},
        severity::Severity,
    },
    ui::{
        action::Action,
        msg::{Effect, Wish},
        sheet::{Field, Gate, Sheet},
    },
};

/// It fits on a row of a small screen.
const NO_POLICY: &str = "no policy (`policy check` says why); WARROOM_POLICY=built-in goes on";

pub(super) fn ask(asking: &Asking<'_>) -> Result<Sheet, String> {
    // By another process than the team's it would run wrong to its end.
    if asking.app.policy.is_none() {
        return Err(NO_POLICY.to_owned());
    }
    let drill = asking.action == Action::Drill;
    let title = if drill {
        "OPEN A DRILL"
    } else {
        "OPEN AN INCIDENT"
    };
    let levels = ["not yet", "P1", "P2", "P3", "P4"];
    let sheet = Sheet::new(asking.action, title, Gate::Yes, asking.now)
        .field(Field::text("What is wrong", "", "in a line"))
        .field(Field::choice("Severity", "not yet", &levels))
        .field(Field::text("Impact", "", "what users notice"))
        .field(Field::suggestion(
            "Alert at",
            "now",
            "14:05 UTC, 10m ago, none",
        ))
        .field(Field::text("Service", "", "may stay empty"));
    Ok(if drill {
        sheet.line("Nothing of a drill leaves this log.")
    } else {
        sheet.field(Field::choice("Kind", "open", &["open", "private"]))
    })
}

pub(super) fn follow(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let now = filled.now;
    if filled.app.policy.is_none() {
        return Err(Refused::of("What is wrong", NO_POLICY));
    }
    let alert_at = if filled.value("Alert at") == "none" {
        None
    } else {
        Some(filled.past("Alert at")?)
    };
    let declaration = Declaration {
        title: filled.text("What is wrong")?,
        severity: filled.value("Severity").parse::<Severity>().ok(),
        alert_at,
        reported_at: alert_at.is_none().then_some(now),
        impact: filled.text("Impact")?,
        service: filled.maybe("Service")?,
        fingerprint: None,
        drill: filled.sheet.action == Action::Drill,
        private: filled.value("Kind") == "private",
        policy: filled.app.settings.policy.clone(),
        recurrence_of: None,
    };
    let is_named = !declaration.title.trim().is_empty();
    let fact = filled.app.board.decide_declare(declaration, now);
    let fact = fact.map_err(|refusal| {
        let field = if is_named {
            "Alert at"
        } else {
            "What is wrong"
        };
        Refused::of(field, &refusal.sentence)
    })?;
    Ok(vec![Effect::Record(vec![opening(fact, filled)])])
}

/// The nil id asks the loop for a new one.
fn opening(fact: Fact, filled: &Filled<'_>) -> Wish {
    Wish {
        incident: IncidentId::WORKSPACE,
        fact,
        at: filled.now,
    }
}
