//! One entry folded into the state. May not refuse: consoles that were apart
//! may both resolve; both entries are kept, and all fold to the same state.

mod ladder;
mod news;
mod said;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::state::{Action, Ask, Asked, Fired, Hold, State, Taken};
use crate::domain::{
    calendar::within_reason,
    entry::{ENGINE, Entry, answerable},
    fact::{Declaration, Fact, Fate, ProbeChange},
    phase::Phase,
    policy::{Policy, Within},
    severity::Severity,
    text::{Address, Name, Title},
};

impl State {
    /// Folds `entry` in, as having happened `at`.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm per fact, each a line or two"
    )]
    pub(super) fn step(&mut self, entry: &Entry, at: DateTime<Utc>) {
        let by = &entry.by;
        let at = within_reason(at);
        match &entry.fact {
            Fact::Declared(declaration) => self.declared(declaration, entry, at),
            Fact::Acknowledged {} => self.acknowledged(by, at),
            Fact::SeverityChanged { to, .. } => self.severity_changed(*to, entry, at),
            Fact::Described {
                title,
                impact,
                service,
            } => self.described(title.as_ref(), impact.as_ref(), service.as_ref(), entry),
            Fact::PhaseEntered { phase, .. } => self.phase_entered(*phase, at),
            Fact::ImpactStarted {} => self.times.impact_started = Some(at),
            Fact::Mitigated {} if self.phase.is_active() => self.times.mitigated = Some(at),
            Fact::Mitigated {} => {}
            Fact::Resolved { unmet, .. } => self.resolved(unmet, by, at),
            Fact::Reopened { reason } if self.phase == Phase::Resolved => {
                self.phase = Phase::Investigating;
                self.times.reopened = Some(at);
                self.times.mitigated = None;
                self.times.resolved = None;
                // It looked back on an incident that was not over (R2).
                self.retrospective.held = None;
                self.ended_because = reason.clone();
            }
            Fact::Reopened { .. } => {}
            Fact::Closed {} if self.phase == Phase::Resolved => {
                self.phase = Phase::Closed;
                self.times.closed = Some(at);
            }
            Fact::Closed {} => {}
            Fact::Cancelled { reason } if self.phase.is_active() => {
                self.phase = Phase::Cancelled;
                self.times.cancelled = Some(at);
                self.ended_because = reason.clone();
            }
            Fact::Cancelled { .. } => {}
            Fact::Merged { into } => {
                self.phase = Phase::Cancelled;
                self.times.cancelled = Some(at);
                self.merged_into = Some(*into);
            }
            Fact::Absorbed {
                from,
                alert_at,
                fired,
                targets,
                highest,
            } => {
                self.absorbed.push(*from);
                self.absorb_alert(*alert_at);
                self.absorb_fired(fired, targets, at, by);
                if let Some(highest) = highest {
                    self.reached(*highest, at);
                }
            }
            Fact::RoleGiven { role, person } => self.role_given(*role, person, entry),
            Fact::RoleLeft { role, person } => self.role_left(*role, person),
            Fact::Joined { person } => self.join(person, at),
            Fact::Noted { .. } => {}
            Fact::Asked { of, what, by } => self.asks.push(Ask {
                entry: entry.id,
                asked: Asked {
                    from: entry.by.clone(),
                    of: of.clone(),
                    what: what.clone(),
                    at,
                    by: *by,
                },
                answered: None,
            }),
            Fact::Answered { ask, .. } => {
                if let Some(ask) = self.asks.iter_mut().find(|known| known.entry == *ask) {
                    ask.answered.get_or_insert(at);
                }
            }
            Fact::Pinned { entry, on } => {
                self.pins.retain(|pin| pin != entry);
                if *on {
                    self.pins.push(*entry);
                }
            }
            Fact::Linked { name, url } => self.linked(name, url),
            Fact::Ticked { item, done: true } => {
                self.ticks.insert(item.to_string(), (by.clone(), at));
            }
            Fact::Ticked { item, done: false } => {
                self.ticks.remove(item.as_str());
            }
            // What these change was folded anew already.
            Fact::Corrected { .. } | Fact::Retracted { .. } => {}
            Fact::UpdateSent(update) => self.update_sent(update, entry, at),
            Fact::LongRunning { reason } => self.long_running = Some(reason.clone()),
            Fact::ExternalDrafted { form } => {
                self.external.draft = Some((entry.id, by.clone(), form.clone()));
            }
            // Nobody approves in another's name (X2).
            Fact::ExternalApproved { .. } if answerable(by) != by.as_str() => {}
            Fact::ExternalApproved { draft } => self.external.approved = Some((*draft, by.clone())),
            Fact::Delivered { of, channel, .. } => {
                if let Some(sent) = self.outbound(*of) {
                    sent.posted.push((channel.clone(), at));
                    sent.not_sent.retain(|one| one.channel != *channel);
                }
                self.note_first_notice();
                self.page_taken(*of);
            }
            Fact::Undelivered {
                of, channel, fate, ..
            } => {
                // Programs before did not say that somebody called it off.
                let by_hand = entry.is_by_a_person();
                let fate = if by_hand { Fate::CalledOff } else { *fate };
                self.not_sent(*of, channel, fate, by);
                self.page_refused(*of, channel, at, (fate, by_hand));
            }
            Fact::Escalated {
                step,
                round,
                target,
                late_s,
                by_hand,
                via,
            } => {
                let rung = self.policy.rung_that_told(step, target);
                let first = Fired {
                    at,
                    last: at,
                    target: target.clone(),
                    late_s: *late_s,
                    // Nobody was paged, whatever the entry says of itself.
                    by_hand: *by_hand || via.is_empty(),
                    by: (**by != *ENGINE).then(|| by.clone()),
                };
                let before = self.escalated(&rung, *round, first);
                self.page_leaves(entry.id, Some((rung, before)), via);
            }
            Fact::StepSkipped {
                step, target, why, ..
            } => {
                let rung = self.policy.rung_that_told(step, target);
                self.step_skipped(rung, *why, at);
            }
            Fact::StepConfirmed { step, go } => {
                self.ladder.confirmed.insert(self.policy.rung(step), *go);
            }
            Fact::Held { until, reason } => {
                self.ladder.hold = Some(Hold {
                    entry: entry.id,
                    from: at,
                    until: *until,
                    by: by.clone(),
                    reason: reason.clone(),
                });
            }
            Fact::HoldEnded {} => self.ladder.hold = None,
            Fact::Paged { via, .. } => self.page_leaves(entry.id, None, via),
            Fact::PolicyAdopted { policy } => self.adopt_later(policy),
            Fact::AlertFired {
                fingerprint, name, ..
            } => {
                self.alerts
                    .insert(fingerprint.clone(), (name.clone(), true));
            }
            Fact::AlertCleared { fingerprint } => {
                if let Some((_, fires)) = self.alerts.get_mut(fingerprint) {
                    *fires = false;
                }
            }
            Fact::ProbeChanged(change) => self.probe_changed(change, at),
            Fact::OutageAdded { from, to, .. } => {
                self.ledger.add(within_reason(*from), within_reason(*to));
            }
            Fact::OutageStruck { from, to, .. } => {
                self.ledger.strike(within_reason(*from), within_reason(*to));
            }
            Fact::RecurrenceSaid { recurs, of } => {
                self.retrospective.recurs = Some(*recurs);
                self.recurrence_of = of.or(self.recurrence_of);
            }
            Fact::FailureModeSaid { new } => self.retrospective.new_failure_mode = Some(*new),
            Fact::RetrospectiveScheduled { at } => self.retrospective.scheduled = Some(*at),
            Fact::RetrospectiveHeld { attendees, .. } => {
                self.retrospective.held = Some(at);
                self.retrospective.held_by = by.clone();
                self.retrospective.attendees.clone_from(attendees);
            }
            Fact::RetrospectiveWaived { role, reason } => {
                self.retrospective.waived = Some((role.clone(), reason.clone()));
            }
            Fact::FactorAdded { text } => self.retrospective.factors.push(text.clone()),
            Fact::ActionAdded {
                kind,
                what,
                owner,
                due,
            } => self.retrospective.actions.push(Action {
                entry: entry.id,
                kind: *kind,
                what: what.clone(),
                owner: owner.clone(),
                due: *due,
                done: false,
            }),
            Fact::ActionChanged {
                action,
                owner,
                due,
                done,
            } => {
                if let Some(known) = self
                    .retrospective
                    .actions
                    .iter_mut()
                    .find(|known| known.entry == *action)
                {
                    known.owner = owner.clone().or(known.owner.take());
                    known.due = due.or(known.due);
                    known.done = done.unwrap_or(known.done);
                }
            }
            Fact::Unknown(unknown) => {
                self.unknown += 1;
                self.needs_newer |= unknown.is_critical();
            }
        }
    }

    fn declared(&mut self, declaration: &Declaration, entry: &Entry, at: DateTime<Utc>) {
        self.title = declaration.title.clone();
        self.impact = declaration.impact.clone();
        self.service.clone_from(&declaration.service);
        self.fingerprint.clone_from(&declaration.fingerprint);
        self.drill = declaration.drill;
        self.private = declaration.private;
        self.recurrence_of = declaration.recurrence_of;
        self.times.declared = at;
        self.times.alert = declaration.alert_at.map(within_reason);
        self.times.reported = declaration.reported_at.map(within_reason);
        self.adopt(&declaration.policy);
        if let Some(severity) = declaration.severity {
            self.severity_changed(severity, entry, at);
        }
    }

    /// Takes a policy over (E6). One that this program can't read leaves the
    /// one in force: the ladder must go on.
    fn adopt(&mut self, text: &str) {
        let known = match text {
            "" => Some(Policy::built_in()),
            text => Policy::of(text),
        };
        if let Some(policy) = known {
            self.policy = policy;
        }
    }

    /// Takes over a policy while people work. It can't take away that two
    /// people are asked for outside: who writes would free themselves of it (X2).
    pub(super) fn adopt_later(&mut self, text: &str) {
        let before = Arc::clone(&self.policy);
        self.adopt(text);
        let policy = Arc::make_mut(&mut self.policy);
        policy.goes_on_from(&before);
        policy.external.two_people |= before.external.two_people;
    }

    fn acknowledged(&mut self, by: &Name, at: DateTime<Utc>) {
        self.join(by, at);
        match &mut self.taken {
            Some(taken) if taken.by != *by && !taken.also.contains(by) => {
                taken.also.push(by.clone());
            }
            Some(_) => {}
            None => {
                let deadline = self
                    .severity
                    .map(|severity| self.response_deadline(severity));
                self.times.acknowledged = Some(at);
                self.taken = Some(Taken {
                    by: by.clone(),
                    at,
                    deadline,
                    also: Vec::new(),
                });
            }
        }
        self.leave_triage();
    }

    /// Where every clock starts: the alert, or the report without one (S1).
    pub(super) fn anchor(&self) -> DateTime<Utc> {
        self.times
            .alert
            .or(self.times.reported)
            .unwrap_or(self.times.declared)
    }

    fn response_deadline(&self, severity: Severity) -> DateTime<Utc> {
        self.deadline(self.policy.level(severity).respond)
    }

    fn deadline(&self, within: Within) -> DateTime<Utc> {
        self.policy.deadline(within, self.anchor())
    }

    /// Triage is over once somebody took it and its severity is decided.
    fn leave_triage(&mut self) {
        if self.phase == Phase::Triage && self.taken.is_some() && self.severity.is_some() {
            self.phase = Phase::Investigating;
        }
    }

    fn phase_entered(&mut self, phase: Phase, at: DateTime<Utc>) {
        if !self.phase.is_active() || !phase.is_active() {
            return;
        }
        self.phase = phase;
        match phase {
            Phase::Identified => {
                self.times.identified.get_or_insert(at);
            }
            Phase::Triage
            | Phase::Investigating
            | Phase::Fixing
            | Phase::Monitoring
            | Phase::Resolved
            | Phase::Closed
            | Phase::Cancelled => {}
        }
    }

    fn resolved(&mut self, unmet: &[Title], by: &Name, at: DateTime<Utc>) {
        if !self.phase.is_active() {
            return;
        }
        self.phase = Phase::Resolved;
        self.times.resolved_first.get_or_insert(at);
        self.times.resolved = Some(at);
        self.times.mitigated.get_or_insert(at);
        self.unmet = unmet.to_vec();
        self.resolved_by = by.clone();
    }

    /// One address is one link: the later name counts.
    fn linked(&mut self, name: &Name, url: &Address) {
        match self.links.iter_mut().find(|(_, known)| known == url) {
            Some((known, _)) => known.clone_from(name),
            None => self.links.push((name.clone(), url.clone())),
        }
    }

    fn join(&mut self, person: &Name, at: DateTime<Utc>) {
        if !self.joined.iter().any(|(known, _)| known == person) {
            self.joined.push((person.clone(), at));
        }
    }

    pub(super) fn probe_changed(&mut self, change: &ProbeChange, at: DateTime<Utc>) {
        let since = within_reason(change.began(at));
        self.probes.insert(change.probe.clone(), (change.to, since));
        self.ledger.observe(change, since);
    }
}
