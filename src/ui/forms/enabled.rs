//! What can't be done now, and why: the words under greyed keys.

use super::super::{
    action::{Action, Group},
    app::{App, NEEDS_NEWER, Pane, disputes},
    composer::Composer,
    msg::LinkState,
};
use crate::domain::{
    entry::IncidentId,
    escalation, external,
    incident::{Field, Incident},
    notice::DeliveryState,
    phase::Phase,
    update::Audience,
};

/// Whether `action` makes sense now.
///
/// # Errors
///
/// Why not, in a few words.
pub fn enabled(app: &App, action: Action) -> Result<(), &'static str> {
    enabled_in(app, action, app.shown)
}

/// The same of that incident: a form keeps the one that it was opened for, and
/// another may come onto the screen meanwhile.
///
/// # Errors
///
/// Why not, in a few words.
pub fn enabled_in(
    app: &App,
    action: Action,
    incident: Option<IncidentId>,
) -> Result<(), &'static str> {
    match action.group() {
        Group::Everywhere if action == Action::Find => {}
        Group::Everywhere | Group::Lists => return Ok(()),
        Group::Composer => return writing(app, action),
        Group::Incident | Group::People | Group::After => {}
    }
    if matches!(action, Action::Declare | Action::Drill | Action::Snooze) {
        return Ok(());
    }
    if action == Action::PageFromHere {
        return from_here(app);
    }
    let incident = incident.and_then(|id| app.board.get(id));
    let incident = incident.ok_or("no incident is on the screen")?;
    if incident.state().needs_newer && !only_looks(action) {
        return Err(NEEDS_NEWER);
    }
    of_incident(app, action, incident)
}

/// What a probe or a note says may name hosts and people: nothing for outside.
fn writing(app: &App, action: Action) -> Result<(), &'static str> {
    let outside = |composer: &Composer| composer.audience == Audience::External;
    if action == Action::Insert && app.composer.as_ref().is_some_and(outside) {
        return Err("probes and notes are words for people inside");
    }
    Ok(())
}

/// Only in the place of a server that is away.
const fn from_here(app: &App) -> Result<(), &'static str> {
    match (&app.shared.link.state, &app.shared.in_place) {
        (LinkState::Alone, _) => Err("there is no server"),
        (LinkState::Online { .. }, _) => Err("the server answers"),
        (LinkState::Offline { .. }, _) if app.shared.link.answers => {
            Err("the server is there, and says no")
        }
        (LinkState::Offline { .. }, Some(_)) => Err("it goes on already"),
        (LinkState::Offline { .. }, None) => Ok(()),
    }
}

/// Whether it adds nothing to the incident.
const fn only_looks(action: Action) -> bool {
    matches!(
        action,
        Action::Find | Action::Runbook | Action::Conflicts | Action::Retry | Action::Drop
    )
}

fn of_incident(app: &App, action: Action, incident: &Incident) -> Result<(), &'static str> {
    let state = incident.state();
    match action {
        Action::Runbook
        | Action::Find
        | Action::Note
        | Action::Link
        | Action::Outage
        | Action::Describe
        | Action::Impact => Ok(()),
        Action::Conflicts if disputes(incident).is_empty() => {
            Err("nobody acted without knowing of another")
        }
        Action::Conflicts => Ok(()),
        Action::Reopen if incident.phase() != Phase::Resolved => Err("it is not resolved"),
        Action::Compose | Action::NoChange
            if incident.is_active() || incident.phase() == Phase::Resolved =>
        {
            Ok(())
        }
        Action::Reopen => Ok(()),
        Action::ComposeOutside | Action::Approve | Action::Publish => {
            outside(app, action, incident)
        }
        Action::Retry | Action::Drop if app.focus != Pane::Outbox => {
            Err("choose a delivery in OUTBOX first")
        }
        Action::Retry | Action::Drop => delivery(app),
        Action::Correct | Action::Retract if app.focus != Pane::Timeline => {
            Err("choose an entry in TIMELINE first")
        }
        Action::Correct | Action::Retract => Ok(()),
        Action::Held | Action::Schedule | Action::Waive | Action::Close => match incident.phase() {
            Phase::Resolved => Ok(()),
            Phase::Closed => Err("it is closed"),
            Phase::Triage
            | Phase::Investigating
            | Phase::Identified
            | Phase::Fixing
            | Phase::Monitoring
            | Phase::Cancelled => Err("it is not resolved"),
        },
        _ if action.group() == Group::After => Ok(()),
        // It says that it stays over, where that is to be decided.
        Action::Severity if incident.conflict(Field::Phase).is_some() => Ok(()),
        _ if !incident.is_active() => Err("it is over"),
        Action::Answer if state.asks.iter().all(|ask| ask.answered.is_some()) => {
            Err("nobody is asked anything")
        }
        Action::Unhold
        | Action::Escalate
        | Action::SkipStep
        | Action::Hold
        | Action::Confirm
        | Action::Page => telling(action, incident),
        Action::Merge if !app.board.active().iter().any(|it| goes_on_in(incident, it)) => {
            Err("no other like it is active")
        }
        Action::Mitigate if state.times.mitigated.is_some() => Err("it is mitigated"),
        Action::Cancel if incident.phase() != Phase::Triage => Err("it has left triage"),
        _ => Ok(()),
    }
}

/// Whether `incident` can be merged into that one.
pub(super) fn goes_on_in(incident: &Incident, other: &Incident) -> bool {
    other.id != incident.id && other.is_like(incident)
}

/// Something can be done about the delivery that is chosen.
fn delivery(app: &App) -> Result<(), &'static str> {
    match app
        .deliveries
        .get(app.row(Pane::Outbox))
        .map(|one| one.state)
    {
        None => Err("there is no delivery"),
        Some(DeliveryState::Sent) => Err("it is sent"),
        Some(DeliveryState::Cancelled) => Err("it was taken back"),
        Some(DeliveryState::InFlight) => Err("it is on the wire"),
        Some(DeliveryState::Queued | DeliveryState::Uncertain | DeliveryState::Dead) => Ok(()),
    }
}

/// Who is told, and when.
fn telling(action: Action, incident: &Incident) -> Result<(), &'static str> {
    let state = incident.state();
    match (action, &state.ladder.hold) {
        (Action::Page, _) if state.private => {
            Err("it is private, and nothing leaves: call them, then note it")
        }
        (Action::Page, _) | (Action::Unhold, Some(_)) => Ok(()),
        (Action::Unhold, None) => Err("no ladder is held"),
        _ if escalation::next_step(incident).is_some() => Ok(()),
        (_, Some(_)) => Err("the ladder is held: end the hold first"),
        (_, None) => Err("no step is left"),
    }
}

/// News for outside.
fn outside(app: &App, action: Action, incident: &Incident) -> Result<(), &'static str> {
    let external = &incident.state().external;
    match action {
        Action::Approve if external.draft.is_none() => Err("there is no draft for outside"),
        Action::Publish if external.approved.is_none() => Err("no draft for outside is approved"),
        _ if incident.is_sealed() => Err("drills and private incidents publish nothing"),
        Action::Publish | Action::Approve if external.newest_said().is_some() => {
            Err("it is published, or OUTBOX has it: draft what is new")
        }
        Action::Approve => external::may_approve(incident, &app.settings.me)
            .map_err(|_| "somebody else approves it"),
        _ => Ok(()),
    }
}
