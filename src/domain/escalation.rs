//! The ladders: who is told when nobody answers, and when it takes long (E).

mod climb;
mod computed;
mod sooner;
mod unheard;
mod unsent;
mod wanted;
mod way;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    duty::{Due, Duty, Promise, Settled, Standing, duties, respond_by},
    fact::{Fact, Skip, StepId},
    incident::Incident,
    policy::{Confirm, Ladder, Policy, Step, Until},
    severity::Severity,
    text::Name,
};

pub use climb::{Climb, climb, climb_in_place};
pub use computed::{computed_id, has_its_id};
pub use sooner::sooner;
pub use unheard::{TOLD_WITHIN, unheard};
pub use unsent::{is_refused_here, is_unsent, unsent};
pub use wanted::{Wanted, wanted};
pub use way::{Way, climbs_by_itself, reach_from, way};

/// How long before a step the console asks for its confirmation (E5).
pub const ASK_BEFORE: TimeDelta = TimeDelta::minutes(5);
/// How long a step may be overdue before it rings on every console (E10).
pub const RINGS_AFTER: TimeDelta = TimeDelta::seconds(60);

/// When a step falls due: counted from the alert, whatever happened to the
/// steps before it (E1). P4 counts its business hours from its response
/// deadline instead (E4).
pub fn due_at(incident: &Incident, step: &Step) -> DateTime<Utc> {
    match keeps_business_hours(incident) {
        Some(severity) => later(incident, respond_by(incident, severity), step.after),
        None => incident.anchor() + step.after,
    }
}

/// The level, if its ladder waits outside business hours (E4).
fn keeps_business_hours(incident: &Incident) -> Option<Severity> {
    let policy = incident.policy();
    incident
        .severity()
        .filter(|severity| policy.level(*severity).business_hours)
}

/// `span` after `at`, in the hours that the level keeps (E4).
fn later(incident: &Incident, at: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    match keeps_business_hours(incident) {
        Some(_) => incident.policy().calendar.add_business(at, span),
        None => at + span,
    }
}

/// What is still to be climbed, ladder by ladder.
///
/// Also while no severity is set, when every step counts as P1's. Taken by its
/// words, G3 would let the page ladder alone speak then. The management ladder
/// climbs all the same, on purpose: an incident that nobody grades is most
/// likely one that nobody attends to, and silence would hide just that. A level
/// that is set late still drops the steps that are not for it (E3).
pub(super) fn steps_due(incident: &Incident) -> Vec<Due> {
    match held_until(incident) {
        Some(_) => Vec::new(),
        None => open_steps(incident),
    }
}

/// What is climbed once the hold ends, and not before that (E11).
pub(super) fn steps_held(incident: &Incident) -> Vec<Due> {
    let Some(until) = held_until(incident) else {
        return Vec::new();
    };
    let mut dues = open_steps(incident);
    for due in &mut dues {
        due.by = due.by.max(until);
    }
    dues
}

/// The step that waits for a person, or is due next; and its target. `None`
/// while the ladders wait.
pub fn next_step(incident: &Incident) -> Option<(StepId, Name)> {
    let by_hand = left_to_people(incident)
        .next()
        .map(|(id, step, _)| (id, step.target.clone()));
    by_hand.or_else(|| step_due(incident))
}

fn step_due(incident: &Incident) -> Option<(StepId, Name)> {
    duties(incident).into_iter().find_map(|due| match due.duty {
        Duty::Escalate { step, target, .. } => Some((step, target)),
        _ => None,
    })
}

/// The steps that may still fire, whether the ladders wait or not.
fn open_steps(incident: &Incident) -> Vec<Due> {
    let policy = incident.policy();
    policy
        .steps()
        .filter(|(id, ladder, step)| is_open(incident, id, ladder, step))
        .map(|(id, ladder, step)| {
            let by = next_due(incident, &id, ladder, step);
            let round = incident.rounds(&id);
            let asks = step.confirm == Some(Confirm::Ask) && incident.confirmed(&id).is_none();
            Due {
                by,
                from: previous_step(incident, &id)
                    .unwrap_or(incident.anchor())
                    .min(by),
                duty: Duty::Escalate {
                    step: id,
                    target: step.target.clone(),
                    round,
                    asks,
                },
            }
        })
        .collect()
}

/// Whether the step may still fire.
fn is_open(incident: &Incident, id: &StepId, ladder: &Ladder, step: &Step) -> bool {
    let state = incident.state();
    incident.is_active()
        && !is_stopped(incident, step.until(ladder))
        && step.is_for(state.severity)
        && (ladder.repeat.is_some() || incident.fired(id).is_none())
        && incident.confirmed(id) != Some(false)
        && matches!(incident.skipped(id), None | Some(Skip::NotApplicable))
        && !is_bare_page(incident, ladder, step)
}

/// A page ladder without anybody to page asks for nothing: the response clock
/// already says that somebody has to answer.
fn is_bare_page(incident: &Incident, ladder: &Ladder, step: &Step) -> bool {
    step.until(ladder) == Until::Acknowledged && reach_from(incident, step).is_none()
}

/// Channels that reach a step's target; `None` where nobody can be reached (E7).
pub fn reach<'a>(policy: &'a Policy, step: &Step) -> Option<&'a [Name]> {
    let contact = policy.contact(&step.target)?;
    (!contact.channels.is_empty()).then_some(contact.channels.as_slice())
}

/// Who would be paged at once by declaring an incident of that severity whose
/// alert was raised so long ago. P4 waits for its response deadline (E4).
pub fn paged_at_once(policy: &Policy, severity: Option<Severity>, since: TimeDelta) -> Vec<Name> {
    let waits = severity.is_some_and(|severity| policy.level(severity).business_hours);
    let due = policy.steps().filter(|(_, _, step)| {
        !waits && step.after <= since && step.is_for(severity) && reach(policy, step).is_some()
    });
    due.map(|(_, _, step)| step.target.clone()).collect()
}

/// Whether the policy can reach anybody at all.
pub fn reaches_anybody(policy: &Policy) -> bool {
    policy
        .contact
        .values()
        .any(|contact| !contact.channels.is_empty())
}

/// Steps that were passed over because nobody could be paged, and when they
/// were due, the lowest first: for a person to carry out, until one records it
/// or until what stops the step has come (E7).
pub fn left_to_people(incident: &Incident) -> impl Iterator<Item = (StepId, &Step, DateTime<Utc>)> {
    let open = incident.policy().steps().filter(move |(id, of, step)| {
        incident.is_active()
            && incident.skipped(id) == Some(Skip::Unreachable)
            && incident.fired(id).is_none()
            && step.is_for(incident.severity())
            && !is_stopped(incident, step.until(of))
    });
    open.map(|(id, _, step)| (id, step, due_at(incident, step)))
}

/// What stops a step (E2): an acknowledgement stops the page ladder only.
fn is_stopped(incident: &Incident, until: Until) -> bool {
    let times = &incident.state().times;
    match until {
        Until::Acknowledged => incident.state().taken.is_some(),
        Until::Mitigated => times.mitigated.is_some(),
        Until::Resolved => !incident.is_active(),
    }
}

/// When the step is due next.
fn next_due(incident: &Incident, id: &StepId, ladder: &Ladder, step: &Step) -> DateTime<Utc> {
    match (incident.fired(id), ladder.repeat) {
        (Some(fired), Some(repeat)) => later(incident, fired.last, repeat),
        (Some(_) | None, _) => due_at(incident, step).min(takes_over(incident, id)),
    }
}

/// When the page of the step before was given up: then this one does not wait
/// out its own time (E7). Never, where that page was not given up.
fn takes_over(incident: &Incident, id: &StepId) -> DateTime<Utc> {
    step_before(id)
        .and_then(|before| incident.unreached(&before))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn step_before(id: &StepId) -> Option<StepId> {
    Some(StepId {
        ladder: id.ladder.clone(),
        index: id.index.checked_sub(1)?,
    })
}

/// When the step before this one was due: where this one's bar starts.
fn previous_step(incident: &Incident, id: &StepId) -> Option<DateTime<Utc>> {
    let (_, step) = incident.policy().step(&step_before(id)?)?;
    Some(due_at(incident, step))
}

/// Until when the ladders wait (E11).
pub fn held_until(incident: &Incident) -> Option<DateTime<Utc>> {
    incident.state().ladder.hold.as_ref().map(|hold| hold.until)
}

/// The end of a wait is itself due: the engine ends it, and the steps that
/// passed meanwhile are then late.
pub(super) fn hold_ends(incident: &Incident) -> Option<Due> {
    let hold = incident
        .state()
        .ladder
        .hold
        .as_ref()
        .filter(|_| incident.is_active())?;
    Some(Due {
        by: hold.until,
        from: hold.from,
        duty: Duty::HoldEnds,
    })
}

/// Steps that are not climbed any more, or not now.
pub(super) fn steps_settled(incident: &Incident) -> Vec<Settled> {
    incident
        .policy()
        .steps()
        .filter(|(id, ladder, step)| {
            !is_open(incident, id, ladder, step) || held_until(incident).is_some()
        })
        .filter(|(_, ladder, step)| !is_bare_page(incident, ladder, step))
        .map(|(id, ladder, step)| Settled {
            standing: standing(incident, &id, ladder, step),
            what: Promise::Escalate(id, step.target.clone()),
        })
        .collect()
}

fn standing(incident: &Incident, id: &StepId, ladder: &Ladder, step: &Step) -> Standing {
    if let Some(fired) = incident.fired(id) {
        let (by, at, took) = (fired.target.clone(), fired.at, fired.at - incident.anchor());
        let of = Some(due_at(incident, step) - incident.anchor());
        return if fired.late_s > RINGS_AFTER.num_seconds() {
            Standing::Missed { by, at, took, of }
        } else {
            Standing::Met { by, at, took, of }
        };
    }
    if !step.is_for(incident.severity()) {
        return Standing::NotApplicable(only_for(step.severities.as_deref().unwrap_or_default()));
    }
    if let Some(why) = incident
        .skipped(id)
        .filter(|why| *why != Skip::NotApplicable)
    {
        return Standing::NotApplicable(why.words().to_owned());
    }
    if incident.confirmed(id) == Some(false) {
        return Standing::NotApplicable("called off".to_owned());
    }
    match held_until(incident).filter(|_| is_open(incident, id, ladder, step)) {
        Some(until) => Standing::Held(until),
        None => Standing::NotApplicable(format!("stopped: {}", step.until(ladder).words())),
    }
}

fn only_for(levels: &[Severity]) -> String {
    let names: Vec<String> = levels.iter().map(Severity::to_string).collect();
    format!("{} only", names.join(", "))
}

impl Until {
    /// `acknowledged`, `mitigated`, `resolved`.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Acknowledged => "acknowledged",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
        }
    }
}

impl Skip {
    /// Why, in a few words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotApplicable => "not for this severity",
            Self::Unreachable => "nobody to reach",
            Self::Overtaken => "a higher step was due",
            Self::ByHand => "skipped by hand",
        }
    }
}

/// The fact that a step fires at `now` over these channels; without any, it is
/// the doing of whoever told the target by hand (E11).
pub fn fires(incident: &Incident, step: StepId, via: Vec<Name>, now: DateTime<Utc>) -> Fact {
    let policy = incident.policy();
    // A planned repeat is late only after its own time.
    let late = policy
        .step(&step)
        .map_or(TimeDelta::zero(), |(ladder, rung)| {
            now - next_due(incident, &step, ladder, rung)
        });
    Fact::Escalated {
        target: policy.target(&step),
        by_hand: via.is_empty(),
        late_s: late.num_seconds().max(0),
        round: incident.rounds(&step),
        via,
        step,
    }
}

/// The same, when a person fires it: over every channel that reaches the target.
pub fn fires_by_a_person(incident: &Incident, step: StepId, now: DateTime<Utc>) -> Fact {
    let found = incident.policy().step(&step);
    let via = found.and_then(|(_, step)| reach_from(incident, step));
    fires(incident, step, via.unwrap_or_default().to_vec(), now)
}
