//! Which of the due steps are fired, and which are passed over (E7, E8).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Duty, held_until, later, open_steps};
use crate::domain::{
    fact::{Fact, Skip, StepId},
    incident::Incident,
    policy::Step,
    span::CLOCK_OFF,
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
    // A hold that is over keeps nobody back, whether or not its end was recorded.
    if held_until(incident).is_some_and(|until| until > now) {
        return climb;
    }
    let mut open = open_by_ladder(incident, now);
    for ladder in &incident.policy().ladders {
        let mut open = open.remove(&ladder.name).unwrap_or_default();
        open.retain(|(_, step, _)| counts(step));
        climb_one(&open, &reachable, &mut climb);
    }
    climb
}

/// A step that may still fire, and how late it is.
type Open<'a> = (StepId, &'a Step, TimeDelta);

/// The steps that may still fire, the lowest of each ladder first.
fn open_by_ladder(incident: &Incident, now: DateTime<Utc>) -> BTreeMap<String, Vec<Open<'_>>> {
    let mut ladders: BTreeMap<String, Vec<Open<'_>>> = BTreeMap::new();
    for due in open_steps(incident) {
        let Duty::Escalate { step: id, .. } = due.duty else {
            continue;
        };
        if let Some((ladder, step)) = incident.policy().step(&id) {
            let open = ladders.entry(ladder.name.clone()).or_default();
            let by = repeats_at(incident, &id, now).unwrap_or(due.by);
            open.push((id, step, now - by));
        }
    }
    ladders
}

/// When a step is due again whose last round lies ahead of `now`: the clock had
/// slipped, and would keep it silent until then. `None` of all others.
fn repeats_at(incident: &Incident, id: &StepId, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let (ladder, _) = incident.policy().step(id)?;
    let repeat = ladder.repeat?;
    incident
        .fired(id)
        .filter(|fired| fired.last - now > CLOCK_OFF)?;
    let rounds = incident.entries().iter().filter(|entry| {
        entry.at <= now && matches!(&entry.fact, Fact::Escalated { step, .. } if step == id)
    });
    let last = rounds.map(|round| round.at).max();
    Some(last.map_or(now, |last| later(incident, last, repeat)))
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
