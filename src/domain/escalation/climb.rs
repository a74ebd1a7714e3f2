//! Which of the due steps are fired, and which are passed over (E7, E8).

use chrono::{DateTime, TimeDelta, Utc};

use super::{Duty, steps_due};
use crate::domain::{
    fact::{Skip, StepId},
    incident::Incident,
    policy::{Ladder, Step},
};

/// What the engine has to do about the steps that are due at `now`.
#[derive(Debug, Clone, PartialEq)]
pub struct Climb {
    /// Steps to fire, with how late they are. One of a ladder at the most,
    /// unless a step can't reach anybody and the next takes its place.
    pub fire: Vec<(StepId, TimeDelta)>,
    /// Steps to pass over, and why.
    pub skip: Vec<(StepId, Skip, TimeDelta)>,
}

/// Chooses among the due steps of each ladder: the highest is fired, the lower
/// ones are told quietly that they were late (E8). A step without anybody to
/// reach is passed over and the next higher one takes its place at once (E7);
/// with nobody above, the highest below that can be reached.
pub fn climb(incident: &Incident, now: DateTime<Utc>, reachable: impl Fn(&Step) -> bool) -> Climb {
    climb_those(incident, now, |_| true, reachable)
}

/// [`climb`] for whoever stands in for an engine that reaches more: a step that
/// can't be reached from here is left to that one, and nobody above is paged in
/// its place.
pub fn climb_in_place(
    incident: &Incident,
    now: DateTime<Utc>,
    reachable: impl Fn(&Step) -> bool,
) -> Climb {
    climb_those(incident, now, &reachable, &reachable)
}

fn climb_those(
    incident: &Incident,
    now: DateTime<Utc>,
    counts: impl Fn(&Step) -> bool,
    reachable: impl Fn(&Step) -> bool,
) -> Climb {
    let mut climb = Climb {
        fire: Vec::new(),
        skip: Vec::new(),
    };
    for ladder in &incident.policy().ladders {
        let mut open = open_in(incident, ladder, now);
        open.retain(|(_, step, _)| counts(step));
        climb_one(&open, &reachable, &mut climb);
    }
    climb
}

/// The steps of a ladder that may still fire, the lowest first, and how late
/// each is.
fn open_in<'a>(
    incident: &Incident,
    ladder: &'a Ladder,
    now: DateTime<Utc>,
) -> Vec<(StepId, &'a Step, TimeDelta)> {
    let mut open: Vec<(StepId, &Step, TimeDelta)> = steps_due(incident)
        .into_iter()
        .filter_map(|due| {
            let Duty::Escalate { step, .. } = due.duty else {
                return None;
            };
            (step.ladder == ladder.name).then(|| (step, now - due.by))
        })
        .filter_map(|(id, late)| Some((id.clone(), ladder.steps.get(id.index)?, late)))
        .collect();
    open.sort_by_key(|(id, _, _)| id.index);
    open
}

fn climb_one(
    open: &[(StepId, &Step, TimeDelta)],
    reachable: &impl Fn(&Step) -> bool,
    climb: &mut Climb,
) {
    let Some(highest_due) = open
        .iter()
        .rposition(|(_, _, late)| *late >= TimeDelta::zero())
    else {
        return;
    };
    let reaches = |place: &usize| reachable(open[*place].1);
    let fires = (highest_due..open.len())
        .find(reaches)
        .or_else(|| (0..highest_due).rfind(reaches));
    let last = fires.map_or(highest_due, |place| place.max(highest_due));
    for (place, (id, step, late)) in open.iter().enumerate().take(last + 1) {
        let late = (*late).max(TimeDelta::zero());
        if Some(place) == fires {
            climb.fire.push((id.clone(), late));
        } else if reachable(step) {
            climb.skip.push((id.clone(), Skip::Overtaken, late));
        } else {
            climb.skip.push((id.clone(), Skip::Unreachable, late));
        }
    }
}
