//! What has one value at a time: the last number wins, and who set it without
//! having seen the other is kept beside it.

use chrono::{DateTime, Utc};

use crate::domain::{
    entry::Entry,
    fact::Role,
    incident::State,
    severity::Severity,
    text::{Name, Title},
    update::Form,
};

impl State {
    /// A level was set. Of two that were set apart the worse holds, until
    /// somebody who knows of both decides (S3, S4).
    pub(super) fn severity_changed(&mut self, to: Severity, entry: &Entry, at: DateTime<Utc>) {
        let before = self.severity;
        self.said.severity.set(to, entry);
        let holds = self.said.severity.values().copied().max().unwrap_or(to);
        self.severity = Some(holds);
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

    /// The highest level is latched, and what it requires outside (S4, X1).
    pub(super) fn reached(&mut self, level: Severity, at: DateTime<Utc>) {
        self.highest = Some(self.highest.map_or(level, |highest| highest.max(level)));
        if self.external_since.is_none() && self.policy.external.severities.contains(&level) {
            self.external_since = Some(at);
        }
    }

    pub(super) fn described(
        &mut self,
        title: Option<&Title>,
        impact: Option<&Title>,
        service: Option<&Name>,
        entry: &Entry,
    ) {
        if let Some(title) = title {
            self.title.clone_from(title);
            self.said.title.set(title.clone(), entry);
        }
        if let Some(impact) = impact {
            self.impact.clone_from(impact);
            self.said.impact.set(impact.clone(), entry);
        }
        if let Some(service) = service {
            self.service = Some(service.clone());
            self.said.service.set(service.clone(), entry);
        }
    }

    /// What an update tells the company to expect.
    pub(super) fn promised(&mut self, form: &Form, entry: &Entry) {
        if !form.eta.is_empty() {
            self.said.eta.set(form.eta.clone(), entry);
        }
        if let Some(next) = form.next {
            self.said.next.set(next, entry);
        }
    }

    pub(super) fn role_given(&mut self, role: Role, person: &Name, entry: &Entry) {
        self.roles
            .retain(|(had, who)| *had != role || !(role.is_single() || who == person));
        self.roles.push((role, person.clone()));
        if role == Role::Commander {
            self.said.commander.set(person.clone(), entry);
        }
    }

    pub(super) fn role_left(&mut self, role: Role, person: &Name) {
        self.roles
            .retain(|(had, who)| *had != role || who != person);
        if role == Role::Commander {
            self.said.commander.drop(person);
        }
    }
}
