//! Whether something may be recorded: the one place that may refuse.
//!
//! A command is a fact that somebody wishes to record, with the circumstances
//! in which they wish it. What is decided here is recorded by the caller, and
//! comes back through [`Incident::apply`] once it is on disk.

use chrono::{DateTime, TimeDelta, Utc};

use super::Incident;
use crate::domain::{
    cadence,
    entry::{EntryId, Via},
    external,
    fact::{Fact, Role, Update},
    phase::Phase,
    retrospective, span,
    text::Name,
    update::{Audience, Form},
};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gate {
    /// Every probe was good as often as the policy asks.
    pub probes_green: bool,
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
                // Its clocks have stopped: what was met was met at that level (R2).
                self.must_be_active("change")?;
                let lower = self.severity().is_some_and(|now| *to < now);
                match self.severity() {
                    Some(now) if now == *to && self.state().severity_conflict.is_none() => {
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
            Fact::Retracted { entry, .. } => self.check_retract(*entry, &command.by),
            Fact::UpdateSent(update) => self.check_update(update, command),
            Fact::LongRunning { reason } => say(reason, "say why it will take long (U1)"),
            Fact::ExternalDrafted { form } => say(&form.body, "write the text for outside first"),
            Fact::ExternalApproved { draft } => self.check_approval(*draft, command),
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
                in_future(*until, command.now, "the end of the hold")
            }
            Fact::HoldEnded {} if self.state().ladder.hold.is_none() => refuse("no ladder is held"),
            Fact::Paged { person, via, .. } => {
                say(person, "say whom to page")?;
                if via.is_empty() {
                    return refuse(format!(
                        "no channel reaches {person}: call them yourself, and note that you did (E7)"
                    ));
                }
                Ok(())
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
            Fact::ActionAdded { what, .. } => say(what, "say what is to be done"),
            Fact::Described { .. }
            | Fact::Absorbed { .. }
            | Fact::RoleGiven { .. }
            | Fact::Joined { .. }
            | Fact::Linked { .. }
            | Fact::Ticked { .. }
            | Fact::Delivered { .. }
            | Fact::Undelivered { .. }
            | Fact::HoldEnded {}
            | Fact::PolicyAdopted { .. }
            | Fact::AlertFired { .. }
            | Fact::AlertCleared { .. }
            | Fact::ProbeChanged(_)
            | Fact::RecurrenceSaid { .. }
            | Fact::FailureModeSaid { .. }
            | Fact::RetrospectiveHeld { .. }
            | Fact::RetrospectiveScheduled { .. }
            | Fact::ActionChanged { .. }
            | Fact::Unknown(_) => Ok(()),
        }?;
        Ok(vec![command.fact.clone()])
    }

    /// Points of the gate that are open: what resolving now would override (R1).
    pub fn open_gate(&self, gate: Gate) -> Vec<String> {
        let mut open = Vec::new();
        if !gate.probes_green {
            open.push(format!(
                "health probes are not green for {} checks",
                self.policy().resolve.green_checks
            ));
        }
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

    fn decide_resolve(
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
        let open = self.open_gate(command.gate);
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

    /// An entry says when it happened; that can't be in the future, nor before
    /// the incident could have begun (T2).
    fn check_time(&self, command: &Command) -> Result<(), Refusal> {
        let moved = match &command.fact {
            Fact::Corrected { at, .. } => *at,
            _ => command.at,
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

    fn check_phase(&self, phase: Phase, has_rollback: bool) -> Result<(), Refusal> {
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

    fn check_impact(&self, at: DateTime<Utc>) -> Result<(), Refusal> {
        match self.state().times.detected() {
            Some(detected) if at > detected => refuse(format!(
                "impact can't start at {} when it was detected at {} (T2)",
                clock(at),
                clock(detected)
            )),
            Some(_) | None => Ok(()),
        }
    }

    fn check_reopen(&self, now: DateTime<Utc>, reason: &str) -> Result<(), Refusal> {
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

    fn check_close(&self) -> Result<(), Refusal> {
        if self.phase() != Phase::Resolved {
            return refuse(format!("{} is not resolved yet", self.label()));
        }
        let open = retrospective::open_before_closing(self);
        if open.is_empty() {
            return Ok(());
        }
        refuse(format!(
            "{} can't be closed: {} (V4)",
            self.label(),
            open.join("; ")
        ))
    }

    fn check_cancel(&self, reason: &str) -> Result<(), Refusal> {
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

    fn check_role_left(&self, role: Role, person: &str) -> Result<(), Refusal> {
        let has = self.with_role(role).any(|holder| holder.as_str() == person);
        match (has, role) {
            (false, _) => refuse(format!("{person} is not {}", role.word())),
            (true, Role::Commander) if self.is_active() => {
                refuse("an active incident keeps a commander: hand the command over instead")
            }
            (true, _) => Ok(()),
        }
    }

    fn check_answer(&self, ask: EntryId) -> Result<(), Refusal> {
        match self.state().asks.iter().find(|known| known.entry == ask) {
            None => refuse("there is no such request in this incident"),
            Some(known) if known.answered.is_some() => refuse("that request is answered already"),
            Some(_) => Ok(()),
        }
    }

    fn check_entry(&self, entry: EntryId) -> Result<(), Refusal> {
        match self.entry(entry) {
            Some(_) => Ok(()),
            None => refuse("there is no such entry in this incident"),
        }
    }

    /// A correction may not bring the milestones into an order that can't be (T2).
    fn check_correction(&self, entry: EntryId, at: DateTime<Utc>) -> Result<(), Refusal> {
        self.check_entry(entry)?;
        let times = self.corrected(entry, at).state.times;
        let pairs = [
            (
                "its impact ended",
                times.mitigated,
                "resolved",
                times.resolved,
            ),
            (
                "impact started",
                times.impact_started,
                "detected",
                times.detected(),
            ),
        ];
        for (first, earlier, then, later) in pairs {
            let (Some(earlier), Some(later)) = (earlier, later) else {
                continue;
            };
            if earlier > later {
                return refuse(format!(
                    "{first} at {} can't be after it was {then} at {} (T2)",
                    clock(earlier),
                    clock(later)
                ));
            }
        }
        Ok(())
    }

    /// What people wrote may be taken back; what happened may not.
    fn check_retract(&self, id: EntryId, by: &Name) -> Result<(), Refusal> {
        let Some(entry) = self.entry(id) else {
            return refuse("there is no such entry in this incident");
        };
        if self.retracted_by(id).is_some() {
            return refuse("that entry is taken back already");
        }
        let kind = entry.fact.write().0;
        match &entry.fact {
            Fact::Declared(_) => refuse("an incident can't be taken back: cancel it instead"),
            Fact::Acknowledged {} if entry.by != *by => {
                refuse(format!("only {} can take that back", entry.by))
            }
            Fact::Escalated { .. }
            | Fact::Paged { .. }
            | Fact::Delivered { .. }
            | Fact::Undelivered { .. }
            | Fact::ProbeChanged(_) => refuse(format!("{kind} happened: it can't be taken back")),
            Fact::Retracted { .. }
            | Fact::Corrected { .. }
            | Fact::Merged { .. }
            | Fact::Absorbed { .. } => refuse(format!("{kind} can't be taken back")),
            // It would only do it again, under the same id.
            _ if entry.via == Via::Engine => refuse(format!(
                "{kind}: the engine did that; it can't be taken back"
            )),
            _ => Ok(()),
        }
    }

    fn check_update(&self, update: &Update, command: &Command) -> Result<(), Refusal> {
        let over = matches!(self.phase(), Phase::Closed | Phase::Cancelled);
        if over {
            return self.must_be_active("say");
        }
        say(
            &update.form.status,
            "there is nothing to send: write the status first",
        )?;
        say(
            &update.form.impact,
            "there is nothing to send: write the impact first",
        )?;
        if let Some(eta) = update.form.eta_at.filter(|eta| *eta < command.now) {
            return refuse(format!(
                "the ETA {} has passed: set a new one, or say \"unknown\" (U5)",
                clock(eta)
            ));
        }
        match update.audience {
            Audience::Internal => self.check_promise(&update.form, command.now),
            Audience::External => self.check_publish(update),
        }
    }

    fn check_promise(&self, form: &Form, now: DateTime<Utc>) -> Result<(), Refusal> {
        let Some(next) = form.next else {
            return if self.is_active() {
                refuse("say when the next update follows")
            } else {
                Ok(())
            };
        };
        let latest = cadence::latest_promise(self, now);
        if next <= now {
            return refuse(format!(
                "the next update is promised for {}, which has passed",
                clock(next)
            ));
        }
        if next > latest + SLACK && self.state().long_running.is_none() {
            return Err(Refusal::without_reason(format!(
                "the next update may be promised for {} at the latest; declare the incident long-running, with a reason, to promise more (U1)",
                clock(latest)
            )));
        }
        Ok(())
    }

    fn check_publish(&self, update: &Update) -> Result<(), Refusal> {
        if self.is_sealed() {
            return refuse("drills and private incidents publish nothing (X4)");
        }
        let approved = self
            .state()
            .external
            .approved
            .as_ref()
            .map(|(draft, _)| *draft);
        if update.draft.is_none() || update.draft != approved {
            return refuse(
                "the commander approves the text for outside before it is published (X2)",
            );
        }
        let words = self
            .state()
            .external
            .draft
            .as_ref()
            .map(|(_, _, form)| form);
        if words != Some(&update.form) {
            return refuse("what is published is the text that was approved, unchanged (X2)");
        }
        Ok(())
    }

    fn check_approval(&self, draft: EntryId, command: &Command) -> Result<(), Refusal> {
        let Some((newest, ..)) = &self.state().external.draft else {
            return refuse("there is no draft for outside to approve");
        };
        if *newest != draft {
            return refuse("there is a newer draft: read and approve that one");
        }
        if self
            .commander()
            .is_some_and(|commander| *commander != command.by)
        {
            return refuse("the commander approves what is published (X2)");
        }
        if external::needs_another(self, &command.by) {
            return refuse("with two people present, somebody else than the author approves (X2)");
        }
        Ok(())
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
