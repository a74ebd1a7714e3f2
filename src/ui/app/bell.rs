//! What a second changes: messages that fade, and the bell.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::App;
use crate::{
    domain::{
        duty::{Clock, Due},
        entry::IncidentId,
        leaving::is_leaving,
    },
    ui::msg::Effect,
};

/// How long a message stays; errors stay until a key.
const TOAST_FOR: TimeDelta = TimeDelta::seconds(6);

pub(super) fn tick(app: &mut App, now: DateTime<Utc>) -> Vec<Effect> {
    if app
        .toast
        .as_ref()
        .is_some_and(|toast| !toast.error && now - toast.at > TOAST_FOR)
    {
        app.toast = None;
    }
    if app.undo_until().is_some_and(|(_, until)| now > until) {
        app.undo = None;
    }
    if ring(app, now) {
        vec![Effect::Bell]
    } else {
        Vec::new()
    }
}

/// Rings once for each duty at five minutes, one minute, and as it falls due,
/// then at 5, 10 and every 10 minutes after (U2); once a minute at the most.
///
/// What may not ring yet is not marked as rung: it rings when it may, or the
/// duty that falls due just after another one would be the one nobody hears.
fn ring(app: &mut App, now: DateTime<Utc>) -> bool {
    let quiet = app.snoozed.is_some_and(|until| now < until);
    let lately = app
        .last_bell
        .is_some_and(|at| now - at < TimeDelta::minutes(1));
    if quiet || lately || !app.settings.bell {
        return false;
    }
    let passed = marks(app, now);
    if passed.is_subset(&app.rung) {
        return false;
    }
    // What is owed no more is forgotten with it.
    app.rung = passed;
    app.last_bell = Some(now);
    true
}

/// The mark that each duty has passed last: whose, by when, and which.
fn marks(app: &App, now: DateTime<Utc>) -> BTreeSet<(IncidentId, i64, i64)> {
    let leaves = |incident: IncidentId, due: &Due| {
        let known = app.board.get(incident);
        known.is_some_and(|known| is_leaving(known, &due.duty, now))
    };
    app.duties()
        .into_iter()
        .filter(|(incident, due)| due.duty.is_urgent() && !leaves(*incident, due))
        .filter_map(|(incident, due)| Some((incident, due.by.timestamp(), bell_mark(&due, now)?)))
        .collect()
}

/// The mark that a duty has passed last, in minutes to or after its time; none
/// while it is far off.
fn bell_mark(due: &Due, now: DateTime<Utc>) -> Option<i64> {
    let minutes = (now - due.by).num_seconds().div_euclid(60);
    match due.clock(now) {
        Clock::Overdue if minutes < 5 => Some(0),
        Clock::Overdue if minutes < 10 => Some(5),
        Clock::Overdue => Some(minutes / 10 * 10),
        Clock::Running | Clock::DueSoon if minutes >= -1 => Some(-1),
        Clock::Running | Clock::DueSoon if minutes >= -5 => Some(-5),
        Clock::Running | Clock::DueSoon => None,
    }
}
