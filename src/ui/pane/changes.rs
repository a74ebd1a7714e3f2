//! CHANGES: what became different around the alert, and how long before or
//! after it. A cause comes before its effect, so the day before counts too.
//!
//! Only what the log knows is here: probes, alerts, severity, phases and the
//! policy. A deployment is in it as the phase that asks for a way back (G2).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::health::mark;
use crate::{
    domain::{
        entry::Entry,
        fact::{Fact, Health, ProbeChange},
        incident::Incident,
        text::Name,
    },
    ui::{
        app::{self, App, Line},
        canvas::Canvas,
        format,
        theme::Role,
    },
};

/// How long before the alert a change may have been the cause.
const BEFORE: TimeDelta = TimeDelta::hours(24);
/// So many entries are looked through for each frame: the newest matter, and
/// there may be a hundred thousand.
const LOOKED_AT: usize = 5_000;

/// `alert 13:14Z`, from which the times count.
pub fn since(app: &App) -> String {
    app.incident().map_or_else(String::new, |incident| {
        format!("alert {}", format::clock_minutes(incident.anchor()))
    })
}

/// One row: a change, and how often its probe changed.
struct Change {
    line: Line,
    times: usize,
}

/// Draws the newest changes of `incident`.
pub fn draw(app: &App, incident: &Incident, canvas: &mut Canvas<'_, '_>) {
    let changes = changes(app, incident);
    if changes.is_empty() {
        let text = "nothing changed since a day before the alert";
        canvas.text(3, 0, Role::Muted, text);
    }
    for (y, change) in (0..canvas.height()).zip(&changes) {
        row(change, incident.anchor(), canvas, y);
    }
}

/// `13:58Z  ▲ slow    api /health: 1.84s, limit 1.00s   44m after`.
fn row(change: &Change, alert: DateTime<Utc>, canvas: &mut Canvas<'_, '_>, y: u16) {
    let line = &change.line;
    canvas.text(1, y, Role::Muted, &format::clock_minutes(line.at));
    let (role, kind) = match line.health {
        Some(health) => {
            let (glyph, role) = mark(health);
            (role, format!("{} {}", canvas.glyph(glyph), line.kind))
        }
        None => (Role::Normal, line.kind.clone()),
    };
    canvas.clipped(9, y, role, &kind, 9);
    let end = canvas.width().saturating_sub(1);
    let times = match change.times {
        0 | 1 => String::new(),
        times => format!("{times} changes  "),
    };
    let right = format!("{times}{}", apart(line.at - alert));
    let start = canvas.right(end, y, Role::Muted, &right);
    canvas.clipped(19, y, Role::Normal, &line.text, start.saturating_sub(20));
}

/// `5m before`, `44m after`, `at alert`.
fn apart(from_alert: TimeDelta) -> String {
    match from_alert.num_seconds() {
        0 => "at alert".to_owned(),
        ..0 => format!("{} before", format::age_in_steps(-from_alert)),
        1.. => format!("{} after", format::age_in_steps(from_alert)),
    }
}

/// The newest first. Of a probe only its last change, and how often it changed:
/// the rest of one that flaps is noise.
fn changes(app: &App, incident: &Incident) -> Vec<Change> {
    let since = incident.anchor() - BEFORE;
    let before = app.board.probe_changes().rev();
    let before = before.filter(|entry| incident.entry(entry.id).is_none());
    let before =
        before.filter(|entry| (since..=incident.state().times.declared).contains(&entry.at));
    let own = incident.entries().iter().rev().take(LOOKED_AT);
    let mut probes: BTreeMap<Name, usize> = BTreeMap::new();
    let mut all: Vec<Change> = Vec::new();
    for entry in own.chain(before).filter(|entry| counts(incident, entry)) {
        let line = app::line(&app.board, incident, entry);
        if let Some(change) = of_probe(entry) {
            if let Some(place) = probes.get(&change.probe) {
                all[*place].times += 1;
                continue;
            }
            probes.insert(change.probe.clone(), all.len());
        }
        all.push(Change { line, times: 1 });
    }
    all.sort_by_key(|change| std::cmp::Reverse(change.line.at));
    all
}

fn of_probe(entry: &Entry) -> Option<&ProbeChange> {
    match &entry.fact {
        Fact::ProbeChanged(change) => Some(change),
        _ => None,
    }
}

/// Whether the entry tells of something that became different, and holds.
fn counts(incident: &Incident, entry: &Entry) -> bool {
    // The first look at what is well found nothing changed.
    let first_look = of_probe(entry)
        .is_some_and(|change| (change.from, change.to) == (Health::Unknown, Health::Up));
    let is_change = matches!(
        entry.fact,
        Fact::ProbeChanged(_)
            | Fact::AlertFired { .. }
            | Fact::AlertCleared { .. }
            | Fact::SeverityChanged { .. }
            | Fact::PhaseEntered { .. }
            | Fact::PolicyAdopted { .. }
            | Fact::Mitigated {}
            | Fact::Resolved { .. }
            | Fact::Reopened { .. }
    );
    is_change
        && !first_look
        && incident.retracted_by(entry.id).is_none()
        && incident.overtaken_by(entry).is_none()
}
