//! The lists that panes show, and how long they are.

use super::{App, Pane, rows::Rows};
use crate::{
    domain::{policy::Item, runbook},
    ui::msg::Runbook,
};

/// How many rows a pane has.
pub(super) fn count(app: &App, pane: Pane) -> usize {
    match pane {
        Pane::Timeline => Rows::of(app).len(),
        Pane::Next => app
            .incident()
            .map_or(0, |incident| crate::domain::duty::duties(incident).len()),
        Pane::Health => app.panel.watches().count(),
        Pane::Outbox => app.deliveries.len(),
        Pane::Runbook => runbook(app).map_or(0, |book| book.lines.len()),
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

/// The name under which the step in that line is ticked; none for other lines.
pub fn runbook_item(book: &Runbook, line: &runbook::Line) -> Option<String> {
    match line.kind {
        runbook::Kind::Step(number) => Some(runbook::item(&book.file, number)),
        runbook::Kind::Heading | runbook::Kind::Prose | runbook::Kind::Code => None,
    }
}

/// The runbook that belongs to the incident: the one whose name shares most
/// words with its service and title; the first where none does.
pub fn runbook(app: &App) -> Option<&Runbook> {
    let incident = app.incident()?;
    let words = format!(
        "{} {}",
        incident.state().service.as_deref().unwrap_or_default(),
        incident.state().title
    )
    .to_lowercase();
    let shared = |file: &str| {
        file.to_lowercase()
            .split(['-', '_', '.', '/'])
            .filter(|part| part.len() > 2 && words.contains(part))
            .count()
    };
    let best = app.runbooks.iter().max_by_key(|book| shared(&book.file))?;
    if shared(&best.file) > 0 {
        Some(best)
    } else {
        app.runbooks.first()
    }
}

/// Links of the policy that have an address, and links that were added.
pub fn links(app: &App) -> Vec<(Option<char>, String, String)> {
    let Some(incident) = app.incident() else {
        return Vec::new();
    };
    let of_policy = incident.policy().links.iter().map(|link| {
        (
            link.letter,
            link.name.to_string(),
            link.url
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        )
    });
    let mut links: Vec<_> = of_policy.collect();
    for (name, url) in incident.state().links.iter().chain(&app.settings.links) {
        let known = links.iter_mut().find(|(.., known)| known == url.as_str());
        match known {
            // It keeps its letter.
            Some((_, label, _)) => *label = name.to_string(),
            None => links.push((None, name.to_string(), url.to_string())),
        }
    }
    links
}
