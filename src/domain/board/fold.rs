//! The fold of a log into incidents, in the order of its numbers.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use crate::domain::{
    entry::{Entry, IncidentId, Seq},
    fact::{Fact, Health, ProbeChange},
    incident::Incident,
    text::Name,
};

/// So many changes of probes are kept: what came before an incident is looked
/// at in it, and a probe that flaps for a week is not.
const CHANGES: usize = 128;

/// What entries fold to. A copy shares its incidents with the original until
/// either changes one.
#[derive(Debug, Clone, Default)]
pub(super) struct Fold {
    pub(super) incidents: BTreeMap<IncidentId, Arc<Incident>>,
    /// In the order in which they were declared.
    pub(super) order: Vec<IncidentId>,
    /// Entries of incidents whose declaration has not come yet.
    waiting: HashMap<IncidentId, Vec<Arc<Entry>>>,
    /// The state of each probe, since when, as the log tells.
    pub(super) probes: BTreeMap<Name, (DateTime<Utc>, ProbeChange)>,
    /// The last changes of probes, the oldest first.
    pub(super) changes: VecDeque<Arc<Entry>>,
    /// The entries that say so of those that are down now.
    down: BTreeMap<Name, Arc<Entry>>,
    pub(super) head: Seq,
}

impl Fold {
    /// Folds one entry in. Total, like [`Incident::apply`].
    pub(super) fn apply(&mut self, entry: Arc<Entry>) {
        self.head = self.head.max(entry.seq.unwrap_or(0));
        let id = entry.incident;
        if entry.incident == IncidentId::WORKSPACE {
            self.apply_to_workspace(&entry);
        } else if let Some(incident) = self.incidents.get_mut(&entry.incident) {
            let incident = Arc::make_mut(incident);
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
        let Some(incident) = self.incidents.get_mut(&id).map(Arc::make_mut) else {
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
        self.changes.push_back(Arc::clone(entry));
        if self.changes.len() > CHANGES {
            self.changes.pop_front();
        }
        let ends = change.to != Health::Down;
        for incident in self
            .incidents
            .values_mut()
            .filter(|incident| incident.is_active() || (ends && incident.has_open_outage()))
        {
            Arc::make_mut(incident).apply(Arc::clone(entry));
        }
    }

    fn declare(&mut self, entry: Arc<Entry>) {
        let id = entry.incident;
        let count = u32::try_from(self.order.len() + 1).unwrap_or(u32::MAX);
        // Numbers given out apart from each other would collide.
        let number = entry.seq.map(|_| count);
        let down: Vec<_> = self
            .probes
            .values()
            .filter(|(_, change)| change.to == Health::Down)
            .cloned()
            .collect();
        if let Some(incident) = Incident::open(entry, number, down) {
            self.order.push(id);
            self.incidents.insert(id, Arc::new(incident));
        }
        for waiting in self.waiting.remove(&id).unwrap_or_default() {
            self.apply(waiting);
        }
    }

    /// Whether the entry is folded in, or waits for its incident.
    pub(super) fn knows(&self, entry: &Entry) -> bool {
        let incident = self.incidents.get(&entry.incident);
        let waiting = self.waiting.get(&entry.incident);
        incident.is_some_and(|incident| incident.entry(entry.id).is_some())
            || waiting.is_some_and(|all| all.iter().any(|known| known.id == entry.id))
    }
}
