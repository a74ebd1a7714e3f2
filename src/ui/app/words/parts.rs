//! Parts of what a row says: levels, spans, items, people.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::{
    entry::{Entry, EntryId},
    fact::{Fact, Update},
    incident::Incident,
    severity::Severity,
};

/// The level that a change of severity left.
pub(super) fn level_before(incident: &Incident, entry: &Entry) -> Option<Severity> {
    incident
        .entries()
        .iter()
        .take_while(|other| other.id != entry.id)
        .filter(|other| incident.retracted_by(other.id).is_none())
        .filter_map(|other| match &other.fact {
            Fact::Declared(declaration) => declaration.severity,
            Fact::SeverityChanged { to, .. } => Some(*to),
            _ => None,
        })
        .last()
}

pub(super) fn with(text: String, more: &str) -> String {
    if more.is_empty() {
        text
    } else {
        format!("{text}: {more}")
    }
}

pub(super) fn span_of(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    format!("{} to {}", from.format("%H:%MZ"), to.format("%H:%MZ"))
}

pub(super) fn took(incident: &Incident, entry: &Entry) -> String {
    let span = crate::domain::span::format(incident.at(entry) - incident.anchor());
    match &incident.state().taken {
        Some(taken) if taken.by != entry.by => format!("too, after {span}"),
        Some(_) | None => format!("accepted after {span}"),
    }
}

pub(super) fn item_text(incident: &Incident, item: &str) -> String {
    let items = incident
        .policy()
        .phases
        .iter()
        .flat_map(|phase| &phase.items);
    items
        .filter(|known| known.id == item)
        .map(|known| known.text.to_string())
        .next()
        .unwrap_or_else(|| item.to_owned())
}

/// ` (ana, by 2026-01-30)`: whose an action item is, and by when.
pub(super) fn promised(owner: Option<&str>, due: Option<NaiveDate>) -> String {
    let due = due.map(|due| format!("by {due}"));
    let parts: Vec<String> = owner
        .map(ToOwned::to_owned)
        .into_iter()
        .chain(due)
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    format!(" ({})", parts.join(", "))
}

pub(super) fn action_text(incident: &Incident, id: EntryId) -> String {
    let actions = &incident.state().retrospective.actions;
    let found = actions.iter().find(|action| action.entry == id);
    found.map_or_else(
        || "an action item".to_owned(),
        |action| action.what.to_string(),
    )
}

/// The words of an update: they stay, also when it is taken back.
pub(super) fn said(update: &Update) -> String {
    let form = &update.form;
    let words = format!("{}. {}. ETA: {}", form.status, form.impact, form.eta);
    with(words, &form.body)
}
