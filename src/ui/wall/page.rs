//! Which incident is shown, and for how long.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{
    board::Board,
    duty::{Due, duties},
    entry::IncidentId,
    incident::Incident,
    severity::Severity,
};

/// How long a page stays.
const STAY: TimeDelta = TimeDelta::seconds(15);
/// So long before a deadline its page stays.
const DEADLINE: TimeDelta = TimeDelta::minutes(2);

/// The pages, one for each incident that goes on, or of which it is disputed
/// whether it does.
#[derive(Debug, Clone, Default)]
pub(super) struct Pages {
    shown: Option<IncidentId>,
    since: Option<DateTime<Utc>>,
    levels: BTreeMap<IncidentId, Severity>,
}

/// Why a page does not turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turning {
    /// There is no other.
    Alone,
    /// It turns in this time.
    In(TimeDelta),
    /// A P1 is shown until it is none.
    Pinned,
    /// A deadline is less than two minutes away.
    Deadline,
}

impl Pages {
    pub const fn shown(&self) -> Option<IncidentId> {
        self.shown
    }

    /// Chooses the page for `now`.
    pub fn turn(&mut self, board: &Board, now: DateTime<Utc>) {
        let active = board.open();
        let changed = self.changed(&active);
        let pages = candidates(&active);
        let due = pages.iter().copied().find(|page| is_due(page, now));
        let here = pages.iter().position(|page| Some(page.id) == self.shown);
        let next = match (here, changed, due) {
            (_, Some(id), _) if pages.iter().any(|page| page.id == id) => Some(id),
            (None, _, due) => due.or(pages.first().copied()).map(|page| page.id),
            (Some(place), _, _) if is_due(pages[place], now) => self.shown,
            (Some(_), _, Some(due)) => Some(due.id),
            (Some(place), ..) if self.is_over(now) => Some(pages[(place + 1) % pages.len()].id),
            (Some(_), ..) => self.shown,
        };
        if next != self.shown || changed.is_some() || self.is_over(now) {
            self.since = Some(now);
        }
        self.shown = next;
    }

    /// Whether, and when, the page turns.
    pub fn turning(&self, board: &Board, now: DateTime<Utc>) -> Turning {
        let active = board.open();
        let pages = candidates(&active);
        let here = pages.iter().find(|page| Some(page.id) == self.shown);
        match (here, self.since) {
            _ if active.len() < 2 => Turning::Alone,
            (Some(page), _) if is_due(page, now) => Turning::Deadline,
            _ if pages.len() < 2 => Turning::Pinned,
            (_, since) => {
                let left = since.map_or(STAY, |since| STAY - (now - since));
                Turning::In(left.clamp(TimeDelta::zero(), STAY))
            }
        }
    }

    /// The place of the page among all, from 1, and how many there are.
    pub fn place(&self, board: &Board) -> (usize, usize) {
        let active = board.open();
        let place = active
            .iter()
            .position(|page| Some(page.id) == self.shown)
            .unwrap_or(0);
        (place + 1, active.len())
    }

    fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.since.is_none_or(|since| now - since >= STAY)
    }

    /// The incident whose level is another one since the last look.
    fn changed(&mut self, active: &[&Incident]) -> Option<IncidentId> {
        let levels: BTreeMap<_, _> = active
            .iter()
            .map(|incident| (incident.id, incident.assumed_severity()))
            .collect();
        let before = std::mem::replace(&mut self.levels, levels);
        active
            .iter()
            .filter(|incident| !incident.state().drill)
            .find(|incident| {
                let was = before.get(&incident.id);
                was.is_some_and(|was| *was != incident.assumed_severity())
            })
            .map(|incident| incident.id)
    }
}

/// What is shown in turn: while there is a P1, nothing else (W9).
fn candidates<'a>(active: &[&'a Incident]) -> Vec<&'a Incident> {
    let worst: Vec<&Incident> = active
        .iter()
        .copied()
        .filter(|incident| is_worst(incident))
        .collect();
    if worst.is_empty() {
        active.to_vec()
    } else {
        worst
    }
}

/// Whether it is as bad as it can be; a drill never is.
pub(super) fn is_worst(incident: &Incident) -> bool {
    incident.assumed_severity() == Severity::P1 && !incident.state().drill
}

/// Whether something falls due within two minutes; nothing of a drill keeps a
/// real incident from the wall.
fn is_due(incident: &Incident, now: DateTime<Utc>) -> bool {
    let is_close = |due: &Due| due.by > now && due.by - now <= DEADLINE;
    !incident.state().drill && duties(incident).iter().any(is_close)
}
