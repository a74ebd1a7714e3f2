//! Whether something may be recorded: the one place that may refuse.
//!
//! A command is a fact that somebody wishes to record, with the circumstances
//! in which they wish it. What is decided here is recorded by the caller, and
//! comes back through [`Incident::apply`] once it is on disk.

mod course;
mod news;
mod record;

use std::ops::Deref;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Field, Incident};
use crate::domain::{
    fact::{Fact, Skip},
    text::{Name, Title},
};

/// A ladder that waits longer was held by a slip of the hand: nobody would
/// hear of it for as long.
const LONGEST_HOLD: TimeDelta = TimeDelta::days(7);

/// A fact that somebody wishes to record.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// What is to be recorded.
    pub fact: Fact,
    /// When it happened, as its author says.
    pub at: DateTime<Utc>,
    /// Who wishes it.
    pub by: Name,
    /// The time.
    pub now: DateTime<Utc>,
    /// What the console sees of the resolve gate (R1).
    pub gate: Gate,
}

/// What only the console knows when somebody resolves (R1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gate {
    /// Probes that were not good as often as the policy asks, each with its
    /// state: `probe api: DOWN`; `None` where no probe is known.
    pub not_green: Option<Vec<Title>>,
    /// The last update is drafted, or sent.
    pub final_update_drafted: bool,
}

/// Why something is not recorded: a sentence to show as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Refusal {
    /// The sentence, with the way out.
    pub sentence: String,
    /// Giving a reason would be enough.
    pub needs_reason: bool,
}

/// How far ahead of the clock an entry may say that it happened.
const SLACK: TimeDelta = TimeDelta::minutes(1);

impl Command {
    /// `fact`, wished by `by`, happening now.
    pub fn new(fact: Fact, by: Name, now: DateTime<Utc>) -> Self {
        Self {
            fact,
            at: now,
            by,
            now,
            gate: Gate::default(),
        }
    }
}

impl Refusal {
    /// A refusal that stands.
    pub fn because(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            needs_reason: false,
        }
    }

    /// A refusal that a reason would lift.
    pub fn without_reason(sentence: impl Into<String>) -> Self {
        Self {
            sentence: sentence.into(),
            needs_reason: true,
        }
    }
}

fn refuse<T>(sentence: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::because(sentence))
}

impl Incident {
    /// The facts to record if `command` were carried out now.
    ///
    /// Nothing is changed. The caller records the facts, and they come back
    /// through [`Incident::apply`] once they are on disk.
    ///
    /// # Errors
    ///
    /// Says why not, in a sentence to show as it is.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per fact, each a line or two"
    )]
    pub fn decide(&self, command: &Command) -> Result<Vec<Fact>, Refusal> {
        self.check_known()?;
        self.check_time(command)?;
        if let Some(into) = self.state().merged_into {
            return refuse(format!(
                "{} was merged; go on in the incident {into}",
                self.label()
            ));
        }
        match &command.fact {
            Fact::Declared(_) => refuse(format!("{} is declared already", self.label())),
            Fact::Resolved { reason, .. } => {
                return self.decide_resolve(command, reason.as_deref());
            }
            Fact::Acknowledged {} if self.has_acknowledged(&command.by) => {
                refuse(format!("{} has it already", command.by))
            }
            Fact::Acknowledged {} => self.must_be_active("acknowledge"),
            Fact::SeverityChanged { to, reason } => {
                // Its clocks have stopped: what was met was met at that level
                // (R2). Setting it says that it stays over, where that is asked.
                let is_asked = self.conflict(Field::Phase).is_some();
                if !is_asked {
                    self.must_be_active("change")?;
                }
                let lower = self.severity().is_some_and(|now| *to < now);
                match self.severity() {
                    Some(now)
                        if now == *to && !is_asked && self.conflict(Field::Severity).is_none() =>
                    {
                        refuse(format!("{} is {now} already", self.label()))
                    }
                    Some(now) if lower && reason.is_empty() => {
                        Err(Refusal::without_reason(format!(
                            "lowering {} from {now} to {to} needs a reason (S4)",
                            self.label()
                        )))
                    }
                    Some(_) | None => Ok(()),
                }
            }
            Fact::PhaseEntered { phase, rollback } => {
                let has_plan = rollback
                    .as_ref()
                    .is_some_and(|plan| !plan.trim().is_empty());
                self.check_phase(*phase, has_plan)
            }
            Fact::Mitigated {} if self.state().times.mitigated.is_some() => {
                refuse(format!("{} is mitigated already", self.label()))
            }
            Fact::Mitigated {} => self.must_be_active("mitigate"),
            Fact::ImpactStarted {} => self.check_impact(command.at),
            Fact::Reopened { reason } => self.check_reopen(command.now, reason),
            Fact::Closed {} => self.check_close(),
            Fact::Cancelled { reason } => self.check_cancel(reason),
            Fact::Merged { into } if *into == self.id => {
                refuse("an incident can't be merged into itself")
            }
            Fact::Merged { .. } => self.must_be_active("merge"),
            Fact::RoleLeft { role, person } => self.check_role_left(*role, person),
            Fact::Noted { text } | Fact::FactorAdded { text } => say(text, "write the note first"),
            Fact::Asked { of, what, by } => {
                say(of, "say whom to ask")?;
                say(what, "say what is asked")?;
                in_future(*by, command.now, "the time to answer by")
            }
            Fact::Answered { ask, .. } => self.check_answer(*ask),
            Fact::Pinned { entry, .. } => self.check_entry(*entry),
            Fact::Corrected { entry, at, .. } => self.check_correction(*entry, *at),
            Fact::Retracted { entry, .. } => self.may_retract(*entry, &command.by),
            Fact::UpdateSent(update) => self.check_update(update, command),
            Fact::LongRunning { reason } => say(reason, "say why it will take long (U1)"),
            Fact::ExternalDrafted { form } => say(&form.body, "write the text for outside first"),
            Fact::ExternalApproved { draft } => self.may_approve(*draft, &command.by),
            Fact::StepSkipped {
                why: Skip::ByHand,
                reason,
                ..
            } if reason.trim().is_empty() => Err(Refusal::without_reason(
                "passing a step over needs a reason (E11)",
            )),
            Fact::Escalated { step, .. }
            | Fact::StepSkipped { step, .. }
            | Fact::StepConfirmed { step, .. } => match self.policy().step(step) {
                None => refuse(format!(
                    "the policy has no step {step}: see `warroom policy show`"
                )),
                Some(_) => self.must_be_active("escalate"),
            },
            Fact::Held { until, reason } => {
                say_why(reason, "holding the ladder needs a reason (E11)")?;
                in_future(*until, command.now, "the end of the hold")?;
                if *until - command.now > LONGEST_HOLD {
                    return refuse(format!(
                        "a hold until {} keeps everybody from being told for too long: 7 days at the most, then hold again (E11)",
                        clock(*until)
                    ));
                }
                Ok(())
            }
            Fact::HoldEnded {} if self.state().ladder.hold.is_none() => refuse("no ladder is held"),
            Fact::Paged { person, via, .. } => {
                say(person, "say whom to page")?;
                self.can_be_paged(person, via)
            }
            Fact::OutageAdded { from, to, .. } | Fact::OutageStruck { from, to, .. } => {
                if from >= to {
                    return refuse("the outage ends before it starts: give the earlier time first");
                }
                Ok(())
            }
            Fact::RetrospectiveWaived { role, reason } => {
                say_why(reason, "waiving the retrospective needs a reason (V2)")?;
                say(
                    role,
                    "say by whose authority the retrospective is waived (V2)",
                )
            }
            Fact::RetrospectiveHeld { .. } | Fact::RetrospectiveScheduled { .. }
                if self.is_active() =>
            {
                refuse("resolve the incident first: the retrospective looks back on it")
            }
            Fact::PolicyAdopted { policy } => self.check_policy(policy),
            Fact::ActionAdded { what, owner, .. } => {
                say(what, "say what is to be done")?;
                named(owner.iter(), "say who does it")
            }
            Fact::ActionChanged { owner, .. } => named(owner.iter(), "say who does it"),
            Fact::Described { title, .. } => named(title.iter(), "say what is wrong, in a line"),
            Fact::Linked { name, .. } => say(name, "say what the link is called"),
            Fact::RetrospectiveHeld { attendees, .. } => {
                named(attendees.iter(), "say who was there")
            }
            Fact::Absorbed { .. }
            | Fact::RoleGiven { .. }
            | Fact::Joined { .. }
            | Fact::Ticked { .. }
            | Fact::Delivered { .. }
            | Fact::Undelivered { .. }
            | Fact::HoldEnded {}
            | Fact::AlertFired { .. }
            | Fact::AlertCleared { .. }
            | Fact::ProbeChanged(_)
            | Fact::RecurrenceSaid { .. }
            | Fact::FailureModeSaid { .. }
            | Fact::RetrospectiveScheduled { .. }
            | Fact::Unknown(_) => Ok(()),
        }?;
        Ok(vec![command.fact.clone()])
    }

    /// Whether this program knows everything that it would add to.
    pub(in crate::domain) fn check_known(&self) -> Result<(), Refusal> {
        if self.state().needs_newer {
            return refuse(format!(
                "{} holds an entry made by a newer warroom: update this one; here it can only be read",
                self.label()
            ));
        }
        Ok(())
    }

    /// An entry says when it happened; that can't be in the future, nor before
    /// the incident could have begun (T2).
    fn check_time(&self, command: &Command) -> Result<(), Refusal> {
        let moved = if let Fact::Corrected { at, .. } = &command.fact {
            *at
        } else {
            command.at
        };
        if moved > command.now + SLACK {
            return refuse(format!(
                "{} lies in the future: it is {} now (T2)",
                clock(moved),
                clock(command.now)
            ));
        }
        let ends = matches!(
            command.fact,
            Fact::Mitigated {} | Fact::Resolved { .. } | Fact::Acknowledged {}
        );
        let began = self
            .state()
            .times
            .impact_started
            .unwrap_or(self.anchor())
            .min(self.anchor());
        if ends && moved < began {
            return refuse(format!(
                "{} is before the incident began at {} (T2)",
                clock(moved),
                clock(began)
            ));
        }
        Ok(())
    }

    fn has_acknowledged(&self, person: &Name) -> bool {
        let taken = self.state().taken.as_ref();
        taken.is_some_and(|taken| taken.by == *person || taken.also.contains(person))
    }

    fn must_be_active(&self, verb: &str) -> Result<(), Refusal> {
        if self.is_active() {
            return Ok(());
        }
        refuse(format!(
            "{} is {}: there is nothing to {verb}; reopen it first, or declare a new one",
            self.label(),
            self.phase().word().to_lowercase()
        ))
    }
}

/// Refuses empty text with what is missing.
fn say(text: &str, missing: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        refuse(missing)
    } else {
        Ok(())
    }
}

/// Refuses an empty one among texts of which there may be none.
fn named<'a, T: Deref<Target = str> + 'a>(
    mut texts: impl Iterator<Item = &'a T>,
    missing: &str,
) -> Result<(), Refusal> {
    texts.try_for_each(|text| say(text, missing))
}

fn say_why(text: &str, missing: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        Err(Refusal::without_reason(missing))
    } else {
        Ok(())
    }
}

fn in_future(at: DateTime<Utc>, now: DateTime<Utc>, what: &str) -> Result<(), Refusal> {
    if at > now {
        return Ok(());
    }
    refuse(format!(
        "{what} ({}) has passed: it is {} now",
        clock(at),
        clock(now)
    ))
}

/// `14:30Z`, with the date: a refusal may be read the day after.
fn clock(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%MZ").to_string()
}
