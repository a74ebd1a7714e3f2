//! What is owed, and when. Deadlines follow from facts and policy alone, so
//! there is no `now` here: whether one has passed is for the caller to say
//! (T3). A restart therefore forgets nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    cadence,
    entry::EntryId,
    escalation, external,
    fact::StepId,
    incident::{Field, Incident},
    leaving,
    phase::Phase,
    policy::Within,
    retrospective,
    severity::Severity,
    text::Name,
};

/// Something owed.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// By when.
    pub by: DateTime<Utc>,
    /// Since when it is owed: where its bar starts.
    pub from: DateTime<Utc>,
    /// What.
    pub duty: Duty,
}

/// What is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty {
    /// Somebody takes the page: the response clock (S1).
    Respond(Severity),
    /// The severity is decided (S6).
    Triage,
    /// The service is normal: the resolution clock (S1).
    Resolve(Severity),
    /// A step of a ladder fires (E1).
    Escalate {
        /// Which.
        step: StepId,
        /// Who is told.
        target: Name,
        /// From which time on it counts as a new round.
        round: u32,
        /// The console asks before it, and nobody has answered yet (E5).
        asks: bool,
    },
    /// A ladder's wait ends (E11).
    HoldEnds,
    /// The company is told for the first time (U1).
    FirstNotice,
    /// The company is told again (U1).
    Update,
    /// The company is told that it is over (U7).
    FinalUpdate,
    /// The public is told (X1).
    External,
    /// The public, which was told, is told that it is over (X2).
    FinalExternal,
    /// Two people set a field apart from each other: one who has seen both sets
    /// it again.
    Settle(Field),
    /// Somebody answers a request.
    Answer {
        /// The request.
        ask: EntryId,
        /// Who is asked.
        of: Name,
    },
    /// The team looks back (V2).
    Retrospective,
}

/// How a clock stands (S2), for a clock that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clock {
    /// There is time.
    Running,
    /// The last fifth, or the last five minutes, whichever is less.
    DueSoon,
    /// It counts up.
    Overdue,
}

/// How a clock stands that does not run (S2).
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// What was owed.
    pub what: Promise,
    /// How it ended.
    pub standing: Standing,
}

/// What a settled clock was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promise {
    /// The response clock.
    Respond,
    /// The resolution clock.
    Resolve,
    /// A step of a ladder, and its target.
    Escalate(StepId, Name),
    /// Telling the company for the first time.
    FirstNotice,
    /// Telling the public.
    External,
    /// Looking back.
    Retrospective,
}

/// How a settled clock ended (S2).
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// In time. Who, when, and by when it was owed.
    Met {
        /// Who did it; the target for a step.
        by: Name,
        /// When.
        at: DateTime<Utc>,
        /// How long it took, from its anchor.
        took: TimeDelta,
        /// How long it might have taken; `None` where nothing was promised.
        of: Option<TimeDelta>,
    },
    /// Too late; the same fields.
    Missed {
        /// Who did it.
        by: Name,
        /// When.
        at: DateTime<Utc>,
        /// How long it took, from its anchor.
        took: TimeDelta,
        /// How long it might have taken.
        of: Option<TimeDelta>,
    },
    /// It waits, until then.
    Held(DateTime<Utc>),
    /// It is not owed, and why, in a few words.
    NotApplicable(String),
}

/// The share of a clock that counts as its end.
const SOON_SHARE: i32 = 5;

impl Due {
    /// How the clock stands at `now` (S2).
    pub fn clock(&self, now: DateTime<Utc>) -> Clock {
        let fifth = (self.by - self.from) / SOON_SHARE;
        let soon = fifth.min(TimeDelta::minutes(5)).max(TimeDelta::zero());
        if now >= self.by {
            Clock::Overdue
        } else if self.by - now <= soon {
            Clock::DueSoon
        } else {
            Clock::Running
        }
    }

    /// The part of the time that is used up at `now`: 0 to 1.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share of a bar needs no more than a double"
    )]
    pub fn used(&self, now: DateTime<Utc>) -> f64 {
        let whole = (self.by - self.from).num_milliseconds();
        if whole <= 0 {
            return 1.0;
        }
        ((now - self.from).num_milliseconds() as f64 / whole as f64).clamp(0.0, 1.0)
    }
}

/// What is owed in `incident`, the soonest first. Pure: no `now`.
pub fn duties(incident: &Incident) -> Vec<Due> {
    let mut dues = Vec::new();
    if incident.state().merged_into.is_none() {
        dues.extend(respond(incident));
        dues.extend(triage(incident));
        dues.extend(resolve(incident));
        dues.extend(escalation::steps_due(incident));
        dues.extend(escalation::hold_ends(incident));
        dues.extend(cadence::update_due(incident));
        dues.extend(external::due(incident));
        dues.extend(conflicts(incident));
        dues.extend(answers(incident));
        dues.extend(retrospective::due(incident));
    }
    for due in &mut dues {
        due.by = leaving::not_before(incident, due);
    }
    dues.sort_by_key(|due| due.by);
    dues
}

/// The clocks of `incident` that do not run, and how they ended.
pub fn settled(incident: &Incident) -> Vec<Settled> {
    let mut all = Vec::new();
    all.extend(responded(incident));
    all.extend(resolved(incident));
    all.extend(escalation::steps_settled(incident));
    all.extend(cadence::settled(incident));
    all.extend(external::settled(incident));
    all.extend(retrospective::settled(incident));
    all
}

/// Steps that wait for the end of a hold, the soonest first: owed to nobody yet,
/// so nothing rings or fires for them, but they are not over either (E11).
pub fn held(incident: &Incident) -> Vec<Due> {
    let mut dues = escalation::steps_held(incident);
    dues.sort_by_key(|due| due.by);
    dues
}

/// When the response is owed at `severity`.
pub fn respond_by(incident: &Incident, severity: Severity) -> DateTime<Utc> {
    deadline(incident, incident.policy().level(severity).respond)
}

/// When the resolve is owed at `severity`; a change counts from the alert (S3).
pub fn resolve_by(incident: &Incident, severity: Severity) -> DateTime<Utc> {
    deadline(incident, incident.policy().level(severity).resolve)
}

fn deadline(incident: &Incident, within: Within) -> DateTime<Utc> {
    incident.policy().deadline(within, incident.anchor())
}

fn respond(incident: &Incident) -> Option<Due> {
    let waits = incident.is_active() && incident.state().taken.is_none();
    let severity = incident.assumed_severity();
    waits.then(|| Due {
        by: respond_by(incident, severity),
        from: incident.anchor(),
        duty: Duty::Respond(severity),
    })
}

/// The severity is owed within its budget, counted from the declaration (S6).
fn triage(incident: &Incident) -> Option<Due> {
    let open = incident.is_active() && incident.severity().is_none();
    let from = incident.state().times.declared;
    open.then(|| Due {
        by: from + incident.policy().triage_budget,
        from,
        duty: Duty::Triage,
    })
}

fn resolve(incident: &Incident) -> Option<Due> {
    let severity = incident.severity().filter(|_| incident.is_active())?;
    Some(Due {
        by: resolve_by(incident, severity),
        from: incident.anchor(),
        duty: Duty::Resolve(severity),
    })
}

/// Those of what is over are owed by nobody, but for whether it is.
fn conflicts(incident: &Incident) -> impl Iterator<Item = Due> {
    let open = incident.is_active();
    incident
        .conflicts()
        .filter(move |conflict| open || conflict.field == Field::Phase)
        .map(|conflict| Due {
            by: conflict.since,
            from: conflict.since,
            duty: Duty::Settle(conflict.field),
        })
}

fn answers(incident: &Incident) -> impl Iterator<Item = Due> {
    let open = incident.is_active();
    incident
        .state()
        .asks
        .iter()
        .filter(move |ask| open && ask.answered.is_none())
        .map(|ask| Due {
            by: ask.asked.by,
            from: ask.asked.at,
            duty: Duty::Answer {
                ask: ask.entry,
                of: ask.asked.of.clone(),
            },
        })
}

/// What was met stays met against the deadline of its time (S3). While nobody
/// has set a severity, that is the one of P1, as it is while the clock runs.
fn responded(incident: &Incident) -> Option<Settled> {
    let taken = incident.state().taken.as_ref()?;
    let anchor = incident.anchor();
    let deadline = taken
        .deadline
        .unwrap_or_else(|| respond_by(incident, incident.assumed_severity()));
    Some(Settled {
        what: Promise::Respond,
        standing: judged(&taken.by, taken.at, anchor, Some(deadline)),
    })
}

fn resolved(incident: &Incident) -> Option<Settled> {
    let at = incident
        .state()
        .times
        .resolved
        .filter(|_| !incident.is_active())?;
    let deadline = incident
        .severity()
        .map(|severity| resolve_by(incident, severity));
    let by = &incident.state().resolved_by;
    Some(Settled {
        what: Promise::Resolve,
        standing: judged(by, at, incident.anchor(), deadline),
    })
}

/// What `by` did at that time, counted from `anchor`: kept or late.
pub(super) fn judged(
    by: &Name,
    at: DateTime<Utc>,
    anchor: DateTime<Utc>,
    deadline: Option<DateTime<Utc>>,
) -> Standing {
    let took = at - anchor;
    let of = deadline.map(|deadline| deadline - anchor);
    let by = by.clone();
    match deadline {
        Some(deadline) if at > deadline => Standing::Missed { by, at, took, of },
        Some(_) | None => Standing::Met { by, at, took, of },
    }
}

impl Standing {
    /// How long after its deadline it was done; `None` unless that was too late.
    pub fn late(&self) -> Option<TimeDelta> {
        match self {
            Self::Missed { took, of, .. } => of.map(|of| *took - of),
            Self::Met { .. } | Self::Held(_) | Self::NotApplicable(_) => None,
        }
    }
}

impl Duty {
    /// The rule of the process that asks for it.
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::Respond(_) | Self::Resolve(_) => "S1",
            Self::Triage => "S6",
            Self::Escalate { .. } => "E1",
            Self::HoldEnds => "E11",
            Self::FirstNotice | Self::Update => "U1",
            Self::FinalUpdate => "U7",
            Self::External => "X1",
            Self::FinalExternal => "X2",
            Self::Settle(Field::Severity) => "S4",
            Self::Settle(_) => "conflict",
            Self::Answer { .. } => "ask",
            Self::Retrospective => "V2",
        }
    }

    /// Whether it rings: it is about the hours of the incident and not the days
    /// after it, and a clock hangs on it.
    pub fn is_urgent(&self) -> bool {
        match self {
            Self::Retrospective => false,
            Self::Settle(field) => matches!(field, Field::Severity | Field::Phase),
            Self::Respond(_)
            | Self::Triage
            | Self::Resolve(_)
            | Self::Escalate { .. }
            | Self::HoldEnds
            | Self::FirstNotice
            | Self::Update
            | Self::FinalUpdate
            | Self::External
            | Self::FinalExternal
            | Self::Answer { .. } => true,
        }
    }

    /// Whether it is a matter of telling people something.
    pub const fn is_news(&self) -> bool {
        matches!(
            self,
            Self::FirstNotice
                | Self::Update
                | Self::FinalUpdate
                | Self::External
                | Self::FinalExternal
        )
    }
}

/// Whether the incident waits for its retrospective or closing (V4).
pub fn follow_up_is_open(incident: &Incident) -> bool {
    incident.phase() == Phase::Resolved
}
