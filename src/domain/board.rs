//! All incidents of a workspace, folded from one log.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    duty::{self, Due},
    entry::{Entry, EntryId, IncidentId, Seq},
    fact::{Declaration, Fact, Health, ProbeChange},
    health::Panel,
    incident::{Command, Incident, Refusal},
    text::Name,
};

/// Every incident, in the order in which they were declared.
#[derive(Debug, Clone, Default)]
pub struct Board {
    incidents: BTreeMap<IncidentId, Incident>,
    order: Vec<IncidentId>,
    /// Entries of incidents whose declaration has not come yet.
    waiting: HashMap<IncidentId, Vec<Arc<Entry>>>,
    /// The state of each probe, since when, as the log tells.
    probes: BTreeMap<Name, (DateTime<Utc>, ProbeChange)>,
    /// The entries that say so of those that are down now.
    down: BTreeMap<Name, Arc<Entry>>,
    head: Seq,
}

impl Board {
    /// Folds one entry in. Total, like [`Incident::apply`].
    pub fn apply(&mut self, entry: Entry) {
        self.head = self.head.max(entry.seq.unwrap_or(0));
        let entry = Arc::new(entry);
        let id = entry.incident;
        if entry.incident == IncidentId::WORKSPACE {
            self.apply_to_workspace(&entry);
        } else if let Some(incident) = self.incidents.get_mut(&entry.incident) {
            let was_active = incident.is_active();
            incident.apply(entry);
            if !was_active && incident.is_active() {
                self.catch_up(id);
            }
        } else if matches!(entry.fact, Fact::Declared(_)) {
            self.declare(entry);
        } else {
            self.waiting.entry(entry.incident).or_default().push(entry);
        }
    }

    /// An incident that goes on again hears of what is down since (R2, X1).
    fn catch_up(&mut self, id: IncidentId) {
        let Some(incident) = self.incidents.get_mut(&id) else {
            return;
        };
        for entry in self.down.values() {
            incident.apply(Arc::clone(entry));
        }
    }

    /// What a probe saw concerns every incident that is active at that time,
    /// and one whose outage outlasted it: that has to end.
    fn apply_to_workspace(&mut self, entry: &Arc<Entry>) {
        let Fact::ProbeChanged(change) = &entry.fact else {
            return;
        };
        self.probes.insert(
            change.probe.clone(),
            (change.began(entry.at), (**change).clone()),
        );
        if change.to == Health::Down {
            self.down.insert(change.probe.clone(), Arc::clone(entry));
        } else {
            self.down.remove(&change.probe);
        }
        let ends = change.to != Health::Down;
        for incident in self
            .incidents
            .values_mut()
            .filter(|incident| incident.is_active() || (ends && incident.has_open_outage()))
        {
            incident.apply(Arc::clone(entry));
        }
    }

    fn declare(&mut self, entry: Arc<Entry>) {
        let id = entry.incident;
        let number = u32::try_from(self.order.len() + 1).unwrap_or(u32::MAX);
        let down: Vec<_> = self
            .probes
            .values()
            .filter(|(_, change)| change.to == Health::Down)
            .cloned()
            .collect();
        if let Some(incident) = Incident::open(entry, number, down) {
            self.order.push(id);
            self.incidents.insert(id, incident);
        }
        for waiting in self.waiting.remove(&id).unwrap_or_default() {
            self.apply((*waiting).clone());
        }
    }

    /// PLACEHOLDER
    pub fn ahead(&mut self, _unsent: Vec<Entry>) {}

    /// The number of the last entry folded in.
    pub const fn head(&self) -> Seq {
        self.head
    }

    /// The incident of that name.
    pub fn get(&self, id: IncidentId) -> Option<&Incident> {
        self.incidents.get(&id)
    }

    /// Every incident, the oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Incident> {
        self.order.iter().filter_map(|id| self.incidents.get(id))
    }

    /// Incidents that people work on, the worst first, then the oldest.
    pub fn active(&self) -> Vec<&Incident> {
        let mut active: Vec<&Incident> =
            self.all().filter(|incident| incident.is_active()).collect();
        active.sort_by_key(|incident| std::cmp::Reverse(incident.assumed_severity()));
        active
    }

    /// The incident that `text` means: `INC-142`, `142`, an id, or its last
    /// four digits; the only active one where `text` is absent.
    ///
    /// # Errors
    ///
    /// Says what there is instead.
    pub fn find(&self, text: Option<&str>) -> Result<&Incident, Refusal> {
        let Some(text) = text else {
            return self.only_active();
        };
        let number = text.trim().to_ascii_uppercase();
        let number = number.strip_prefix("INC-").unwrap_or(&number);
        self.all()
            .find(|incident| {
                number.parse() == Ok(incident.number)
                    || incident.id.to_string().eq_ignore_ascii_case(text)
                    || incident.id.short().eq_ignore_ascii_case(text)
            })
            .ok_or_else(|| {
                let text = super::text::one_line(text);
                Refusal::because(format!(
                    "there is no incident {text}: `warroom list --all` shows them"
                ))
            })
    }

    fn only_active(&self) -> Result<&Incident, Refusal> {
        match self.active().as_slice() {
            [] => Err(Refusal::because(
                "no incident is active: declare one, or name one with --incident",
            )),
            [one] => Ok(one),
            several => {
                let labels: Vec<String> = several.iter().map(|incident| incident.label()).collect();
                Err(Refusal::because(format!(
                    "{} are active: name one with --incident",
                    labels.join(", ")
                )))
            }
        }
    }

    /// How an update names the incident: by its number as soon as two are active (U4).
    pub fn label_in_updates(&self, incident: &Incident) -> Option<String> {
        let others = self
            .all()
            .filter(|other| other.is_active() && other.id != incident.id)
            .count();
        (others > 0).then(|| incident.label())
    }

    /// Everything owed, the soonest first.
    pub fn duties(&self) -> Vec<(IncidentId, Due)> {
        let mut all: Vec<_> = self
            .all()
            .flat_map(|incident| {
                duty::duties(incident)
                    .into_iter()
                    .map(|due| (incident.id, due))
            })
            .collect();
        all.sort_by_key(|(_, due)| due.by);
        all
    }

    /// The state of each probe that ever changed, and since when. Those that
    /// are no longer probed are left out: nothing is known of them.
    pub fn probes(&self) -> impl Iterator<Item = (&Name, Health, DateTime<Utc>)> {
        self.probes
            .iter()
            .map(|(name, (since, change))| (name, change.to, *since))
            .filter(|(_, health, _)| *health != Health::Stale)
    }

    /// The state of one probe, as the log tells; `None` if it never changed.
    pub fn probe(&self, name: &Name) -> Option<Health> {
        self.probes.get(name).map(|(_, change)| change.to)
    }

    /// What the log does not say yet of the probes of `panel`
    /// ([`Panel::untold`]).
    pub fn untold(&self, panel: &Panel) -> Vec<ProbeChange> {
        panel.untold(self.probes.values().map(|(_, change)| change))
    }

    /// The facts that declare an incident.
    ///
    /// # Errors
    ///
    /// Says what is missing or impossible.
    pub fn decide_declare(
        &self,
        declaration: Declaration,
        now: DateTime<Utc>,
    ) -> Result<Fact, Refusal> {
        if declaration.title.trim().is_empty() {
            return Err(Refusal::because("say what is wrong, in a line"));
        }
        for (what, at) in [
            ("alert", declaration.alert_at),
            ("report", declaration.reported_at),
        ] {
            let Some(at) = at.filter(|at| *at > now + TimeDelta::minutes(1)) else {
                continue;
            };
            let at = at.format("%Y-%m-%d %H:%MZ");
            return Err(Refusal::because(format!(
                "the {what} at {at} lies in the future (T2)"
            )));
        }
        Ok(Fact::Declared(Box::new(declaration)))
    }

    /// What merging `from` into another incident adds there (R3): the earliest
    /// alert, and the steps that need not fire again.
    pub fn absorbed(&self, from: &Incident) -> Fact {
        Fact::Absorbed {
            from: from.id,
            alert_at: Some(from.anchor()),
            fired: from
                .state()
                .ladder
                .fired
                .keys()
                .map(ToString::to_string)
                .collect(),
            highest: from.state().highest,
        }
    }

    /// Whether a like incident was there lately: same fingerprint, or same
    /// service, inside the policy's window (V1). It only suggests.
    pub fn looks_like(&self, incident: &Incident) -> Option<&Incident> {
        let since = incident.anchor() - incident.policy().retrospective.recurrence_window;
        let state = incident.state();
        self.all().rev().find(|other| {
            let same_alert =
                state.fingerprint.is_some() && other.state().fingerprint == state.fingerprint;
            let same_service = state.service.is_some() && other.state().service == state.service;
            other.id != incident.id
                && other.number < incident.number
                && other.anchor() >= since
                && (same_alert || same_service)
        })
    }

    /// The facts to record if `command` were carried out, each with its incident.
    ///
    /// # Errors
    ///
    /// As [`Incident::decide`]; and there may be no such incident.
    pub fn decide(
        &self,
        id: IncidentId,
        command: &Command,
    ) -> Result<Vec<(IncidentId, Fact)>, Refusal> {
        let incident = self
            .get(id)
            .ok_or_else(|| Refusal::because("there is no such incident"))?;
        let facts = incident.decide(command)?;
        let mut all: Vec<_> = facts.into_iter().map(|fact| (id, fact)).collect();
        if let Fact::Merged { into } = &command.fact {
            let Some(target) = self.get(*into).filter(|target| target.is_active()) else {
                return Err(Refusal::because("the incident to merge into is not active"));
            };
            if target.is_sealed() != incident.is_sealed() {
                return Err(Refusal::because(format!(
                    "{} and {} can't be merged: of one of them nothing leaves, a drill or a private one, and duties would go silent (X4)",
                    incident.label(),
                    target.label()
                )));
            }
            all.push((target.id, self.absorbed(incident)));
            all.extend(worse(incident, target).map(|fact| (target.id, fact)));
        }
        Ok(all)
    }

    /// The entry of that name, with its incident.
    pub fn entry(&self, id: EntryId) -> Option<(&Incident, &Arc<Entry>)> {
        self.all()
            .find_map(|incident| Some((incident, incident.entry(id)?)))
    }
}

/// The duties of both are owed by the one that goes on, so the worse level
/// holds there (R3).
fn worse(from: &Incident, into: &Incident) -> Option<Fact> {
    let to = from.severity()?;
    let is_worse = into.severity().is_none_or(|severity| severity < to);
    is_worse.then(|| Fact::SeverityChanged {
        to,
        reason: format!("{} was merged into this one", from.label())
            .as_str()
            .into(),
    })
}
