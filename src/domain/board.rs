//! All incidents of a workspace, folded from one log.

mod fold;

use std::{
    cmp::Reverse,
    collections::HashSet,
    sync::{Arc, OnceLock},
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    duty::{self, Due},
    entry::{Entry, EntryId, IncidentId, Seq},
    fact::{Declaration, Fact, Health, ProbeChange},
    health::Panel,
    incident::{Command, Field, Incident, Refusal},
    text::Name,
};
use fold::Fold;

/// Every incident, in the order in which they were declared.
///
/// It answers with this copy's own entries that have no number yet on top of
/// those that have one. What has a number is folded apart, so that it is the
/// same on every copy of the log.
#[derive(Debug, Clone, Default)]
pub struct Board {
    numbered: Fold,
    /// This copy's own entries without a number, in the order of their making.
    ahead: Vec<Arc<Entry>>,
    /// Entries with a number that belong to no incident.
    workspace: HashSet<EntryId>,
    /// Both together, made when somebody looks.
    seen: OnceLock<Fold>,
}

impl Board {
    /// Folds one entry in. Total, like [`Incident::apply`]. One that was ahead
    /// and comes back with its number is no longer ahead.
    pub fn apply(&mut self, entry: Entry) {
        let id = entry.id;
        self.seen.take();
        if entry.incident == IncidentId::WORKSPACE {
            self.workspace.insert(id);
        }
        self.numbered.apply(Arc::new(entry));
        self.ahead.retain(|unsent| unsent.id != id);
    }

    /// Puts these entries, in this order, on top of those with a number,
    /// instead of those that were on top before. Known ones are left out.
    pub fn ahead(&mut self, unsent: Vec<Entry>) {
        self.seen.take();
        self.ahead = unsent
            .into_iter()
            .filter(|entry| !self.is_numbered(entry))
            .map(Arc::new)
            .collect();
    }

    /// Whether that entry has come with a number.
    pub fn is_numbered(&self, entry: &Entry) -> bool {
        self.workspace.contains(&entry.id) || self.numbered.knows(entry)
    }

    /// Whether the entry has no number yet: only this copy of the log has it.
    pub fn is_unsent(&self, id: EntryId) -> bool {
        self.ahead.iter().any(|entry| entry.id == id)
    }

    fn fold(&self) -> &Fold {
        if self.ahead.is_empty() {
            return &self.numbered;
        }
        self.seen.get_or_init(|| {
            let mut fold = self.numbered.clone();
            for entry in &self.ahead {
                fold.apply(Arc::clone(entry));
            }
            fold
        })
    }

    /// The number of the last entry folded in.
    pub const fn head(&self) -> Seq {
        self.numbered.head
    }

    /// The incident of that name.
    pub fn get(&self, id: IncidentId) -> Option<&Incident> {
        self.fold().incidents.get(&id).map(Arc::as_ref)
    }

    /// Every incident, the oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Incident> {
        let fold = self.fold();
        let incidents = fold.order.iter().filter_map(|id| fold.incidents.get(id));
        incidents.map(Arc::as_ref)
    }

    /// Incidents that people work on, the worst first, then the oldest; drills
    /// come after whatever is real.
    pub fn active(&self) -> Vec<&Incident> {
        self.worst_first(Incident::is_active)
    }

    /// Incidents that somebody has to look at, in the same order: those that
    /// people work on, and those of which is to be decided whether they are over.
    pub fn open(&self) -> Vec<&Incident> {
        self.worst_first(|it| it.is_active() || it.conflict(Field::Phase).is_some())
    }

    fn worst_first(&self, which: impl Fn(&Incident) -> bool) -> Vec<&Incident> {
        let mut found: Vec<&Incident> = self.all().filter(|incident| which(incident)).collect();
        found.sort_by_key(|incident| {
            let level = Reverse(incident.assumed_severity());
            (incident.state().drill, level)
        });
        found
    }

    /// The incident that `text` means: `INC-142`, `142`, an id, or its last
    /// four digits; the only active one where `text` is absent. `0012` are digits
    /// of an id first, for nobody writes a number so.
    ///
    /// # Errors
    ///
    /// Says what there is instead, or which ones are meant.
    pub fn find(&self, text: Option<&str>) -> Result<&Incident, Refusal> {
        let Some(text) = text else {
            return self.only_active();
        };
        let number = text.trim().to_ascii_uppercase();
        let number = number.strip_prefix("INC-").unwrap_or(&number);
        let so_written = |incident: &&Incident| {
            incident.number.is_some_and(|it| it.to_string() == number)
                || incident.id.to_string().eq_ignore_ascii_case(text)
                || incident.id.short().eq_ignore_ascii_case(text)
        };
        let mut found: Vec<&Incident> = self.all().filter(so_written).collect();
        if found.is_empty() {
            let number: Option<u32> = number.parse().ok();
            let is_it = |it: &&Incident| it.number.is_some() && it.number == number;
            found.extend(self.all().find(is_it));
        }
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(self.none_such(text)),
            several => Err(too_many(text, several)),
        }
    }

    fn none_such(&self, text: &str) -> Refusal {
        let text = super::text::one_line(text);
        let active = match self.active().as_slice() {
            [] => "none is active".to_owned(),
            [one] => format!("{} is active", one.label()),
            several => format!("{} are active", labels(several)),
        };
        Refusal::because(format!(
            "there is no incident {text}: {active}; `warroom list --all` shows all"
        ))
    }

    fn only_active(&self) -> Result<&Incident, Refusal> {
        match self.active().as_slice() {
            [] => Err(Refusal::because(
                "no incident is active: declare one, or name one with --incident",
            )),
            [one] => Ok(one),
            several => {
                let labels = labels(several);
                Err(Refusal::because(format!(
                    "{labels} are active: name one with --incident"
                )))
            }
        }
    }

    /// The phase; of an incident that goes on in another one, in which.
    pub fn phase_in_words(&self, incident: &Incident) -> String {
        let into = incident.state().merged_into.and_then(|into| self.get(into));
        into.map_or_else(
            || incident.phase().to_string(),
            |into| format!("Merged into {}", into.label()),
        )
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
        let told = self.told_of_probes();
        told.map(|(change, since)| (&change.probe, change.to, since))
    }

    /// The last change of each of these probes, with where it was seen, and
    /// since when it holds.
    pub fn told_of_probes(&self) -> impl Iterator<Item = (&ProbeChange, DateTime<Utc>)> {
        let told = self.fold().probes.values();
        told.map(|(since, change)| (change, *since))
            .filter(|(change, _)| change.to != Health::Stale)
    }

    /// The state of one probe, as the log tells; `None` if it never changed.
    pub fn probe(&self, name: &Name) -> Option<Health> {
        self.fold().probes.get(name).map(|(_, change)| change.to)
    }

    /// The last changes of probes, the oldest first; also those before an
    /// incident, which it has not heard of.
    pub fn probe_changes(&self) -> impl DoubleEndedIterator<Item = &Arc<Entry>> {
        self.fold().changes.iter()
    }

    /// What the log does not say yet of the probes of `panel`
    /// ([`Panel::untold`]).
    pub fn untold(&self, panel: &Panel) -> Vec<ProbeChange> {
        panel.untold(self.fold().probes.values().map(|(_, change)| change))
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
    fn absorbed(from: &Incident, into: &Incident) -> Fact {
        let ladder = &from.state().ladder;
        // Who could not be reached there was not told, and is here.
        let told = ladder.fired.keys();
        let told = told.filter(|rung| !ladder.unreached.contains_key(rung));
        // By their place in the policy that goes on: the other may have had
        // somebody else there.
        let (fired, targets) = told
            .filter_map(|rung| Some((into.policy().place(rung)?.to_string(), rung.target.clone())))
            .unzip();
        Fact::Absorbed {
            from: from.id,
            alert_at: Some(from.anchor()),
            fired,
            targets,
            highest: from.state().highest,
        }
    }

    /// Whether a like incident was there lately: same fingerprint, or same
    /// service, inside the policy's window (V1). It only suggests.
    pub fn looks_like(&self, incident: &Incident) -> Option<&Incident> {
        let since = incident.anchor() - incident.policy().retrospective.recurrence_window;
        let state = incident.state();
        let mut earlier = self.all().rev().skip_while(|other| other.id != incident.id);
        earlier.find(|other| {
            let same_alert =
                state.fingerprint.is_some() && other.state().fingerprint == state.fingerprint;
            let same_service = state.service.is_some() && other.state().service == state.service;
            other.id != incident.id && other.anchor() >= since && (same_alert || same_service)
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
        if let Some(target) = incident.state().merged_into.and_then(|into| self.get(into)) {
            let (was, is) = (incident.label(), target.label());
            return Err(Refusal::because(format!("{was} was merged: go on in {is}")));
        }
        let facts = incident.decide(command)?;
        let mut all: Vec<_> = facts.into_iter().map(|fact| (id, fact)).collect();
        if let Fact::Merged { into } = &command.fact {
            let Some(target) = self.get(*into).filter(|target| target.is_active()) else {
                return Err(Refusal::because("the incident to merge into is not active"));
            };
            target.check_known()?;
            if !incident.is_like(target) {
                return Err(Refusal::because(format!(
                    "{} and {} can't be merged: only one of them is a drill, or private, and duties would go silent or leave (X4)",
                    incident.label(),
                    target.label()
                )));
            }
            all.push((target.id, Self::absorbed(incident, target)));
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

/// Several are meant, and which ones: by their ids too, where what people call
/// them is the same.
fn too_many(text: &str, several: &[&Incident]) -> Refusal {
    let text = super::text::one_line(text);
    let same = |one: &&Incident| one.label().eq_ignore_ascii_case(&text);
    let labels_tell = !several.iter().any(same);
    let name = |one: &&Incident| {
        if labels_tell {
            one.label()
        } else {
            format!("{} ({})", one.label(), one.id)
        }
    };
    let named: Vec<String> = several.iter().map(name).collect();
    Refusal::because(format!(
        "{text} means {}: name one of them in full",
        named.join(" and ")
    ))
}

/// `INC-1, INC-2`.
fn labels(incidents: &[&Incident]) -> String {
    let labels: Vec<String> = incidents.iter().map(|one| one.label()).collect();
    labels.join(", ")
}
