//! What a row says of an update: where it stands, and what it said.

use super::parts::with;
use crate::domain::{entry::Entry, fact::Update, incident::Incident};

/// Where an update stands: `delivered: #incidents`, `waits: mail`; `None` once
/// it was taken back.
pub(super) fn delivered(incident: &Incident, entry: &Entry) -> Option<String> {
    let state = incident.state();
    let mut sent = state.updates.iter().chain(&state.external.published);
    let sent = sent.find(|sent| sent.entry == entry.id)?;
    if incident.is_sealed() {
        return Some(format!("nothing leaves: {}", sent.update.form.status));
    }
    if sent.update.channels.is_empty() {
        return Some(format!("posted by hand: {}", sent.update.form.status));
    }
    let names = |list: Vec<&str>| list.join(", ");
    let posted: Vec<&str> = sent.posted.iter().map(|(name, _)| name.as_str()).collect();
    let failed: Vec<&str> = sent.failed.iter().map(|(name, _)| name.as_str()).collect();
    let waits: Vec<&str> = sent
        .update
        .channels
        .iter()
        .map(crate::domain::text::Text::as_str)
        .filter(|name| !posted.contains(name) && !failed.contains(name))
        .collect();
    let waiting = match (sent.stopped, entry.waits()) {
        (true, _) => "stopped",
        (false, true) => "waits for the server",
        (false, false) => "on its way",
    };
    let parts = [("delivered", posted), ("FAILED", failed), (waiting, waits)];
    let parts = parts
        .into_iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(word, list)| format!("{word}: {}", names(list)));
    Some(parts.collect::<Vec<_>>().join("; "))
}

/// The words of an update: they stay, also when it is taken back.
pub(super) fn said(update: &Update) -> String {
    let form = &update.form;
    let words = format!("{}. {}. ETA: {}", form.status, form.impact, form.eta);
    with(words, &form.body)
}
