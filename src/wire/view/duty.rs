//! What is owed and what was, as `-o json` writes it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{
    duty::{Clock, Due, Duty, Promise, Settled, Standing},
    incident::Incident,
    text::Name,
};

/// Something owed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Owed {
    #[schema(value_type = &'static String)]
    pub duty: &'static str,
    pub what: String,
    #[schema(value_type = &'static String)]
    pub rule: &'static str,
    pub due: DateTime<Utc>,
    pub from: DateTime<Utc>,
    #[schema(value_type = &'static String)]
    pub state: &'static str,
    /// Until it is due; negative once it is overdue.
    pub left_seconds: i64,
    pub overdue_seconds: i64,
    pub step: Option<String>,
    #[schema(value_type = Option<String>)]
    pub target: Option<Name>,
}

/// A clock that does not run.
#[derive(Debug, Serialize, ToSchema)]
pub struct Over {
    #[schema(value_type = &'static String)]
    pub promise: &'static str,
    #[schema(value_type = &'static String)]
    pub state: &'static str,
    pub step: Option<String>,
    #[schema(value_type = Option<String>)]
    pub target: Option<Name>,
    #[schema(value_type = Option<String>)]
    pub by: Option<Name>,
    pub at: Option<DateTime<Utc>>,
    pub took_seconds: Option<i64>,
    pub of_seconds: Option<i64>,
    pub why: Option<String>,
}

/// Something owed, as it stands at `now`.
pub fn owed(incident: &Incident, due: &Due, now: DateTime<Utc>) -> Owed {
    let left = due.by - now;
    let (step, target) = match &due.duty {
        Duty::Escalate { step, target, .. } => (Some(step.to_string()), Some(target.clone())),
        Duty::Answer { of, .. } => (None, Some(of.clone())),
        _ => (None, None),
    };
    let (duty, what) = super::words::duty(incident, &due.duty);
    Owed {
        duty,
        what,
        rule: due.duty.rule(),
        due: due.by,
        from: due.from,
        state: match due.clock(now) {
            Clock::Running => "running",
            Clock::DueSoon => "due_soon",
            Clock::Overdue => "overdue",
        },
        left_seconds: left.num_seconds(),
        overdue_seconds: (-left).max(TimeDelta::zero()).num_seconds(),
        step,
        target,
    }
}

/// A clock that does not run.
pub fn over(settled: &Settled) -> Over {
    let (promise, step, target) = match &settled.what {
        Promise::Respond => ("respond", None, None),
        Promise::Resolve => ("resolve", None, None),
        Promise::Escalate(step, target) => {
            ("escalate", Some(step.to_string()), Some(target.clone()))
        }
        Promise::FirstNotice => ("first_notice", None, None),
        Promise::External => ("external", None, None),
        Promise::Retrospective => ("retrospective", None, None),
    };
    let empty = Over {
        promise,
        state: "held",
        step,
        target,
        by: None,
        at: None,
        took_seconds: None,
        of_seconds: None,
        why: None,
    };
    let timed = |state, by: &Name, at: DateTime<Utc>, took: TimeDelta, of: Option<TimeDelta>| {
        (
            state,
            by.clone(),
            at,
            took.num_seconds(),
            of.map(|of| of.num_seconds()),
        )
    };
    let (state, by, at, took, of) = match &settled.standing {
        Standing::Met { by, at, took, of } => timed("met", by, *at, *took, *of),
        Standing::Missed { by, at, took, of } => timed("missed", by, *at, *took, *of),
        Standing::Held(until) => {
            return Over {
                at: Some(*until),
                ..empty
            };
        }
        Standing::NotApplicable(why) => {
            return Over {
                state: "not_applicable",
                why: Some(why.clone()),
                ..empty
            };
        }
    };
    Over {
        state,
        by: Some(by),
        at: Some(at),
        took_seconds: Some(took),
        of_seconds: of,
        ..empty
    }
}
