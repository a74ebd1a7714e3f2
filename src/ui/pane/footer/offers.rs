//! What the focused pane offers: its keys come first in the footer.

use crate::{
    domain::notice::Delivery,
    ui::{
        action::Action,
        app::{App, Pane, begun_by_chosen, runbook},
    },
};

type Offer = (Action, &'static str);

const HEALTH: &[Offer] = &[(Action::Refresh, "probe now")];
const TIMELINE: &[Offer] = &[
    (Action::Details, "details"),
    (Action::Find, "filter"),
    (Action::Mark, "pin"),
    (Action::Correct, "correct"),
    (Action::Retract, "retract"),
];
const UPDATE: &[Offer] = &[
    (Action::Compose, "compose"),
    (Action::NoChange, "no change"),
    (Action::ComposeOutside, "for outside"),
];
const LADDER: &[Offer] = &[
    (Action::Escalate, "escalate now"),
    (Action::Hold, "hold"),
    (Action::Unhold, "end the hold"),
];
const PEOPLE: &[Offer] = &[
    (Action::Role, "take a role"),
    (Action::Ask, "ask"),
    (Action::Answer, "answer"),
];
const PHASE: &[Offer] = &[(Action::Mark, "tick"), (Action::Phase, "enter a phase")];
const RUNBOOK: &[Offer] = &[(Action::Mark, "tick"), (Action::Runbook, "another runbook")];
const RUNBOOKS: &[Offer] = &[(Action::Details, "choose it")];
const OUTBOX: &[Offer] = &[(Action::Retry, "send again"), (Action::Drop, "cancel")];
const HELD: &[Offer] = &[(Action::Retry, "confirm"), (Action::Drop, "cancel")];
const LINKS: &[Offer] = &[
    (Action::OpenLink, "and a letter copy a link"),
    (Action::CopyRow, "copy the row"),
];

/// What the focused pane offers, most wanted first, and the way out of a pane
/// that is alone. The words of a duty are those of `usual` where it has any.
pub(super) fn of_pane(app: &App, usual: &[Offer]) -> Vec<Offer> {
    let mut offers = match app.focus {
        Pane::Next => Vec::from_iter(of_duty(app, usual)),
        Pane::Health => HEALTH.to_vec(),
        Pane::Timeline => TIMELINE.to_vec(),
        Pane::Update => UPDATE.to_vec(),
        Pane::Ladder => LADDER.to_vec(),
        Pane::People => PEOPLE.to_vec(),
        Pane::Phase => PHASE.to_vec(),
        Pane::Runbook if runbook(app).is_none() => RUNBOOKS.to_vec(),
        Pane::Runbook => RUNBOOK.to_vec(),
        Pane::Outbox if is_held(app) => HELD.to_vec(),
        Pane::Outbox => OUTBOX.to_vec(),
        Pane::Links => LINKS.to_vec(),
    };
    offers.extend(app.zoomed.then_some((Action::Zoom, "back")));
    offers
}

/// What the chosen duty asks to be done; a step that fires by itself asks nothing.
fn of_duty(app: &App, usual: &[Offer]) -> Option<Offer> {
    let action = begun_by_chosen(app).filter(|action| *action != Action::Escalate)?;
    let known = usual.iter().find(|(known, _)| *known == action);
    Some(known.copied().unwrap_or((action, action.title())))
}

/// Whether the chosen delivery is one that never left, and waits for a person.
fn is_held(app: &App) -> bool {
    let chosen = app.deliveries.get(app.row(Pane::Outbox));
    chosen.is_some_and(Delivery::is_held)
}
