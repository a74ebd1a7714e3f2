//! What a duty asks one to do: what Enter begins on its row in NEXT.

use super::{App, Pane};
use crate::{
    domain::{
        duty::{Duty, duties},
        incident::Incident,
    },
    ui::action::Action,
};

/// What fulfils the duty that is chosen in NEXT; `None` where nothing is owed.
pub fn begun_by_chosen(app: &App) -> Option<Action> {
    let incident = app.incident()?;
    let chosen = duties(incident).into_iter().nth(app.row(Pane::Next))?;
    Some(begun_by(incident, &chosen.duty))
}

/// What fulfils that duty of the incident, as far as it has come.
pub fn begun_by(incident: &Incident, duty: &Duty) -> Action {
    match duty {
        Duty::Respond(_) => Action::Acknowledge,
        Duty::Triage => Action::Severity,
        Duty::Resolve(_) => Action::Resolve,
        Duty::Escalate { asks: true, .. } => Action::Confirm,
        Duty::Escalate { asks: false, .. } => Action::Escalate,
        Duty::HoldEnds => Action::Unhold,
        Duty::FirstNotice | Duty::Update | Duty::FinalUpdate => Action::Compose,
        Duty::External | Duty::FinalExternal => outside(incident),
        Duty::Settle(_) => Action::Conflicts,
        Duty::Answer { .. } => Action::Answer,
        Duty::Retrospective => Action::Held,
    }
}

/// News for outside are drafted, approved, and then published (X2).
fn outside(incident: &Incident) -> Action {
    let state = &incident.state().external;
    if let Some(sent) = state.newest_said() {
        return match sent.posted_at() {
            Some(_) => Action::ComposeOutside,
            None => Action::PaneOutbox,
        };
    }
    match (&state.draft, &state.approved) {
        (None, _) => Action::ComposeOutside,
        (Some((draft, ..)), Some((approved, _))) if draft == approved => Action::Publish,
        (Some(_), _) => Action::Approve,
    }
}
