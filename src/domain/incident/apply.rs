//! One entry folded into the state. May not refuse: consoles that were apart
//! may both resolve; both entries are kept, and all fold to the same state.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::state::{Action, Ask, Asked, Conflict, Fired, Hold, Outbound, State, Taken, Told};
use crate::domain::{
    cadence,
    calendar::within_reason,
    entry::{Entry, EntryId, Seq},
    fact::{Declaration, Fact, ProbeChange, Role, Skip, StepId, Update},
    phase::Phase,
    policy::{Policy, Within},
    severity::Severity,
    text::{Name, Title},
    update::Audience,
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
            } => {
                set(&mut self.title, title.as_ref());
                set(&mut self.impact, impact.as_ref());
                self.service = service.clone().or(self.service.take());
            }
            Fact::PhaseEntered { phase, .. } => self.phase_entered(*phase, at),
            Fact::ImpactStarted {} => self.times.impact_started = Some(at),
            Fact::Mitigated {} if self.phase.is_active() => self.times.mitigated = Some(at),
            Fact::Mitigated {} => {}
            Fact::Resolved { unmet, .. } => self.resolved(unmet, by, at),
            Fact::Reopened { reason } if self.phase == Phase::Resolved => {
                self.phase = Phase::Investigating;
                self.times.reopened = Some(at);
                self.times.mitigated = None;
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
                highest,
            } => {
                self.absorbed.push(*from);
                self.absorb_alert(*alert_at);
                self.absorb_fired(fired, at);
                if let Some(highest) = highest {
                    self.reached(*highest, at);
                }
            }
            Fact::RoleGiven { role, person } => self.role_given(*role, person),
            Fact::RoleLeft { role, person } => {
                self.roles.retain(|(had, who)| had != role || who != person);
            }
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
            Fact::Linked { name, url } => self.links.push((name.clone(), url.clone())),
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
            Fact::ExternalApproved { draft } => self.external.approved = Some((*draft, by.clone())),
            Fact::Delivered { of, channel, .. } => {
                if let Some(sent) = self.outbound(*of) {
                    sent.posted.push((channel.clone(), at));
                    sent.failed.retain(|(failed, _)| failed != channel);
                }
                self.note_first_notice();
                if let Some((step, _)) = self.ladder.pages.remove(of) {
                    self.ladder.unreached.remove(&step);
                }
            }
            Fact::Undelivered {
                of, channel, why, ..
            } => {
                if let Some(sent) = self.outbound(*of) {
                    sent.failed.push((channel.clone(), why.clone()));
                }
                self.page_refused(*of, channel, at);
            }
            Fact::Escalated {
                step,
                target,
                late_s,
                by_hand,
                via,
                ..
            } => {
                let first = Fired {
                    at,
                    last: at,
                    rounds: 0,
                    target: target.clone(),
                    late_s: *late_s,
                    by_hand: *by_hand,
                };
                self.escalated(step, first);
                if !via.is_empty() {
                    let page = (step.clone(), via.clone());
                    self.ladder.pages.insert(entry.id, page);
                }
            }
            Fact::StepSkipped { step, why, .. } => self.step_skipped(step, *why, at),
            Fact::StepConfirmed { step, go } => {
                self.ladder.confirmed.insert(step.clone(), *go);
            }
            Fact::Held { until, reason } => {
                self.ladder.hold = Some(Hold {
                    from: at,
                    until: *until,
                    by: by.clone(),
                    reason: reason.clone(),
                });
            }
            Fact::HoldEnded {} => self.ladder.hold = None,
            Fact::Paged { .. } => {}
            Fact::PolicyAdopted { policy } => self.adopt(policy),
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
            Fact::Unknown(_) => self.unknown += 1,
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
        if text == crate::domain::policy::BUILT_IN || text.is_empty() {
            self.policy = Policy::built_in();
        } else if let Ok((policy, _)) = Policy::parse("policy in the log", text) {
            self.policy = Arc::new(policy);
        }
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

    /// A level was set. Two that were set apart: the worse holds, and both are
    /// shown, until somebody who knows of both decides.
    fn severity_changed(&mut self, to: Severity, entry: &Entry, at: DateTime<Utc>) {
        let before = self.severity;
        let apart = before.filter(|_| self.is_apart(entry));
        let holds = apart.map_or(to, |before| before.max(to));
        self.note_conflict(apart, to, entry.recorded_at);
        self.severity = Some(holds);
        self.severity_set
            .insert(entry.replica, entry.seq.unwrap_or(Seq::MAX));
        self.times.triaged.get_or_insert(at);
        let deadline = self.response_deadline(holds);
        if let Some(taken) = &mut self.taken {
            taken.deadline.get_or_insert(deadline);
        }
        self.reached(holds, at);
        if before.is_some_and(|before| before != holds) {
            let deadline = self.deadline(self.policy.level(holds).resolve);
            self.overdue_on_change = (deadline <= at).then_some(at);
        }
        self.leave_triage();
    }

    /// Whether another copy of the log set a level that the author had not seen.
    fn is_apart(&self, entry: &Entry) -> bool {
        self.severity_set
            .iter()
            .any(|(replica, seq)| *replica != entry.replica && entry.base < *seq)
    }

    /// A level that was set with knowledge of the others settles what they
    /// disagreed about; one set `apart` from the level of that time never does.
    fn note_conflict(&mut self, apart: Option<Severity>, to: Severity, at: DateTime<Utc>) {
        match apart {
            None => self.severity_conflict = None,
            Some(before) if before == to => {}
            Some(before) => {
                self.severity_conflict_at = Some(at);
                self.severity_conflict = Some(Conflict {
                    holds: before.max(to),
                    other: before.min(to),
                });
            }
        }
    }

    /// The highest level is latched, and what it requires outside (S4, X1).
    fn reached(&mut self, level: Severity, at: DateTime<Utc>) {
        self.highest = Some(self.highest.map_or(level, |highest| highest.max(level)));
        if self.external_since.is_none() && self.policy.external.severities.contains(&level) {
            self.external_since = Some(at);
        }
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

    fn role_given(&mut self, role: Role, person: &Name) {
        self.roles
            .retain(|(had, who)| *had != role || !(role.is_single() || who == person));
        self.roles.push((role, person.clone()));
    }

    fn join(&mut self, person: &Name, at: DateTime<Utc>) {
        if !self.joined.iter().any(|(known, _)| known == person) {
            self.joined.push((person.clone(), at));
        }
    }

    /// An update is on its way. In a drill or a private incident nothing
    /// leaves: it is as good as posted, to the log alone (X4).
    fn update_sent(&mut self, update: &Update, entry: &Entry, at: DateTime<Utc>) {
        let sealed = self.drill || self.private;
        let recorded = update.channels.iter().filter(|_| sealed);
        let sent = Outbound {
            entry: entry.id,
            by: entry.by.clone(),
            at,
            update: update.clone(),
            posted: recorded.map(|channel| (channel.clone(), at)).collect(),
            failed: Vec::new(),
        };
        match update.audience {
            Audience::Internal => self.updates.push(sent),
            Audience::External => self.external.published.push(sent),
        }
        self.note_first_notice();
    }

    /// The first notice is judged by the level of its time: a later upgrade
    /// does not make it late (S3).
    fn note_first_notice(&mut self) {
        let posted = |sent: &Outbound| Some((sent.posted_at()?, sent.by.clone()));
        let first = self.updates.iter().filter_map(posted).min();
        if let Some((at, by)) = first.filter(|_| self.first_notice.is_none()) {
            let deadline = cadence::first_notice_by(self);
            self.first_notice = Some(Told { by, at, deadline });
        }
    }

    fn outbound(&mut self, entry: EntryId) -> Option<&mut Outbound> {
        self.updates
            .iter_mut()
            .chain(&mut self.external.published)
            .rev()
            .find(|sent| sent.entry == entry)
    }

    /// A step fired: for the first time, or in another round.
    fn escalated(&mut self, step: &StepId, first: Fired) {
        let at = first.at;
        let fired = self.ladder.fired.entry(step.clone()).or_insert(first);
        fired.last = fired.last.max(at);
        fired.rounds += 1;
    }

    /// A page that no channel takes counts as a step without anybody to reach:
    /// the next one is due at once (E7).
    fn page_refused(&mut self, page: EntryId, channel: &Name, at: DateTime<Utc>) {
        let Some((step, left)) = self.ladder.pages.get_mut(&page) else {
            return;
        };
        left.retain(|name| name != channel);
        if left.is_empty() {
            self.ladder.unreached.insert(step.clone(), at);
            self.ladder.pages.remove(&page);
        }
    }

    /// That a step was not for the level is no longer true after an upgrade
    /// (E3), so it is only noted; the other reasons stand.
    fn step_skipped(&mut self, step: &StepId, why: Skip, at: DateTime<Utc>) {
        match (why, self.ladder.skipped.get(step)) {
            (Skip::NotApplicable, Some(_)) => {}
            (Skip::NotApplicable | Skip::Unreachable | Skip::Overtaken | Skip::ByHand, _) => {
                self.ladder.skipped.insert(step.clone(), (why, at));
            }
        }
    }

    /// The earliest alert counts; a later one moves no clock (R3).
    fn absorb_alert(&mut self, alert: Option<DateTime<Utc>>) {
        let earlier = alert
            .map(within_reason)
            .filter(|alert| *alert < self.anchor());
        self.times.alert = earlier.or(self.times.alert);
    }

    /// Steps that the absorbed incident fired are not fired again (R3).
    fn absorb_fired(&mut self, fired: &[String], at: DateTime<Utc>) {
        for text in fired {
            let Some((ladder, index)) = text.rsplit_once('/') else {
                continue;
            };
            let Ok(index) = index.parse() else { continue };
            let id = StepId {
                ladder: ladder.to_owned(),
                index,
            };
            let rung = self.policy.step(&id);
            let first = Fired {
                at,
                last: at,
                rounds: 0,
                target: rung
                    .map(|(_, step)| step.target.clone())
                    .unwrap_or_default(),
                late_s: 0,
                by_hand: false,
            };
            self.escalated(&id, first);
        }
    }

    pub(super) fn probe_changed(&mut self, change: &ProbeChange, at: DateTime<Utc>) {
        let since = within_reason(change.began(at));
        self.probes.insert(change.probe.clone(), (change.to, since));
        self.ledger.observe(change, since);
    }
}

fn set(slot: &mut Title, new: Option<&Title>) {
    if let Some(new) = new {
        slot.clone_from(new);
    }
}
