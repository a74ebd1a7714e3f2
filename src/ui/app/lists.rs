//! The lists that panes show, and how long they are.

use super::{App, Pane, books::runbook, links::links, rows::Rows};
use crate::domain::policy::Item;

/// How many rows a pane has.
pub fn count(app: &App, pane: Pane) -> usize {
    match pane {
        Pane::Timeline => Rows::of(app).len(),
        Pane::Next => app
            .incident()
            .map_or(0, |incident| crate::domain::duty::duties(incident).len()),
        Pane::Health => app.panel.watches().count(),
        Pane::Outbox => app.deliveries.len(),
        Pane::Runbook => runbook(app).map_or(app.runbooks.len(), |book| book.lines.len()),
        Pane::Phase => phase_items(app).len(),
        Pane::Ladder => app
            .incident()
            .map_or(0, |incident| incident.policy().steps().count()),
        Pane::People => app.incident().map_or(0, |incident| incident.people().len()),
        Pane::Links => links(app).len(),
        Pane::Update => 0,
    }
}

/// The checklist items that can be ticked, phase by phase.
pub fn phase_items(app: &App) -> Vec<Item> {
    let Some(incident) = app.incident() else {
        return Vec::new();
    };
    let severity = incident.assumed_severity();
    let items = incident
        .policy()
        .phases
        .iter()
        .flat_map(|phase| phase.items.clone());
    items
        .filter(|item| {
            item.severities
                .as_ref()
                .is_none_or(|levels| levels.contains(&severity))
        })
        .collect()
}
