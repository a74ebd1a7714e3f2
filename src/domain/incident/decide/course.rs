//! The course of an incident: phases, resolving, reopening, closing.

use chrono::{DateTime, Utc};

use super::{Command, Gate, Refusal, clock, refuse, say_why};
use crate::domain::{
    fact::Fact,
    incident::Incident,
    phase::Phase,
    retrospective::{self, Missing},
    span,
    text::{self, Title},
};

impl Incident {
    /// Points of the gate that are open: what resolving now would override (R1).
    pub fn open_gate(&self, gate: &Gate) -> Vec<String> {
        let checks = usize::try_from(self.policy().resolve.green_checks).unwrap_or(usize::MAX);
        let unknown = || {
            let checks = text::count(checks, "check", "checks");
            vec![format!("no probe is known that was green for {checks}")]
        };
        let not_green = gate.not_green.as_ref();
        let mut open: Vec<String> =
            not_green.map_or_else(unknown, |all| all.iter().map(Title::to_string).collect());
        for (name, _) in self.state().alerts.values().filter(|(_, fires)| *fires) {
            open.push(format!("the alert {name} still fires"));
        }
        for item in self
            .policy()
            .phases
            .iter()
            .flat_map(|phase| &phase.items)
            .filter(|item| item.gate)
        {
            if !self.state().ticks.contains_key(&item.id) {
                open.push(format!("not ticked: {}", item.text));
            }
        }
        if !gate.final_update_drafted {
            open.push("the final update is not drafted".to_owned());
        }
        open
    }

    pub(super) fn decide_resolve(
        &self,
        command: &Command,
        reason: Option<&str>,
    ) -> Result<Vec<Fact>, Refusal> {
        self.must_be_active("resolve")?;
        if self.severity().is_none() {
            return refuse("decide the severity first: nothing is measured without it (S6)");
        }
        if let Some(mitigated) = self
            .state()
            .times
            .mitigated
            .filter(|mitigated| *mitigated > command.at)
        {
            return refuse(format!(
                "it can't be resolved at {} when its impact ended at {} (T2)",
                clock(command.at),
                clock(mitigated)
            ));
        }
        let open = self.open_gate(&command.gate);
        if !open.is_empty() && reason.is_none_or(|reason| reason.trim().is_empty()) {
            return Err(Refusal::without_reason(format!(
                "the gate is open: {}; resolve with a reason to override it (R1)",
                open.join("; ")
            )));
        }
        Ok(vec![Fact::Resolved {
            unmet: open.iter().map(|point| point.as_str().into()).collect(),
            reason: reason.filter(|_| !open.is_empty()).map(Into::into),
        }])
    }

    pub(super) fn check_phase(&self, phase: Phase, has_rollback: bool) -> Result<(), Refusal> {
        self.must_be_active("change")?;
        match phase {
            Phase::Resolved | Phase::Closed | Phase::Cancelled => refuse(format!(
                "{phase} is not a phase to enter: use resolve, close or cancel"
            )),
            Phase::Fixing if !has_rollback && self.phase() != Phase::Monitoring => {
                Err(Refusal::without_reason(
                    "deploying a fix asks for a rollback plan, or \"none possible\" (G2)",
                ))
            }
            same if same == self.phase() => {
                refuse(format!("{} is in that phase already", self.label()))
            }
            Phase::Triage
            | Phase::Investigating
            | Phase::Identified
            | Phase::Fixing
            | Phase::Monitoring => Ok(()),
        }
    }

    pub(super) fn check_impact(&self, at: DateTime<Utc>) -> Result<(), Refusal> {
        match self.state().times.detected() {
            Some(detected) if at > detected => refuse(format!(
                "impact can't start at {} when it was detected at {} (T2)",
                clock(at),
                clock(detected)
            )),
            Some(_) | None => Ok(()),
        }
    }

    pub(super) fn check_reopen(&self, now: DateTime<Utc>, reason: &str) -> Result<(), Refusal> {
        if self.phase() != Phase::Resolved {
            return refuse(format!(
                "{} is not resolved: there is nothing to reopen",
                self.label()
            ));
        }
        let window = self.policy().resolve.reopen_within;
        let resolved = self.state().times.resolved.unwrap_or(now);
        if now - resolved > window {
            return refuse(format!(
                "{} was resolved more than {} ago: declare a new one as its recurrence (R2)",
                self.label(),
                span::format(window)
            ));
        }
        say_why(reason, "reopening needs a reason (R2)")
    }

    pub(super) fn check_close(&self) -> Result<(), Refusal> {
        if self.phase() != Phase::Resolved {
            return refuse(format!("{} is not resolved yet", self.label()));
        }
        let open = retrospective::open_before_closing(self);
        if open.is_empty() {
            return Ok(());
        }
        refuse(format!(
            "{} can't be closed: {}",
            self.label(),
            open.iter()
                .map(Missing::words)
                .collect::<Vec<_>>()
                .join("; ")
        ))
    }

    pub(super) fn check_cancel(&self, reason: &str) -> Result<(), Refusal> {
        self.must_be_active("cancel")?;
        if self.phase() != Phase::Triage {
            return refuse(format!(
                "{} has left triage: resolve it, or merge it into another one (G2)",
                self.label()
            ));
        }
        say_why(
            reason,
            "cancelling needs a reason: a false alarm, or a duplicate of what?",
        )
    }
}
