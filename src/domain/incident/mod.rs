//! An incident: the fold of its entries.
//!
//! Applying never fails and never forgets: any sequence of entries, with any
//! repeats, folds to a state. What is taken back or corrected is folded anew
//! from the entries, so that no fact needs an inverse.

mod apart;
mod apply;
mod climbed;
mod decide;
mod guard;
mod outbound;
mod state;

use std::{
    collections::{HashMap, HashSet, hash_map::Entry as Slot},
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    entry::{ENGINE, Entry, EntryId, IncidentId, Seq, Via},
    fact::{Fact, ProbeChange, Role},
    phase::Phase,
    policy::Policy,
    severity::Severity,
    text::Name,
};

pub use apart::{Conflict, Decided, Field, Way};
pub use decide::{Command, Gate, Refusal};
pub use outbound::{External, NotSent, Outbound};
pub use state::{
    Action, Ask, Asked, Fired, Hold, LadderState, Milestones, OnItsWay, Retrospective, State,
    Taken, Told,
};

/// What is recorded this much before what came earlier is late.
const LATE: TimeDelta = TimeDelta::minutes(1);

/// One incident, as its entries tell it.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Its name for ever.
    pub id: IncidentId,
    /// Its number for people, counted in the order of the log; `None` until the
    /// log's authority has accepted it.
    pub number: Option<u32>,
    /// The entry that declared it: the only one that may (X4).
    opening: EntryId,
    entries: Vec<Arc<Entry>>,
    /// The place of each entry in `entries`.
    places: HashMap<EntryId, usize>,
    /// People who wrote an entry, each once, in the order of their first.
    authors: Vec<Name>,
    retracted: HashMap<EntryId, (Name, DateTime<Utc>)>,
    corrected: HashMap<EntryId, DateTime<Utc>>,
    /// How far the clock was ahead by which it was declared, as the log's
    /// authority says.
    ahead: TimeDelta,
    /// Those that came after what was recorded later.
    late: HashSet<EntryId>,
    /// When the last of what came so far was recorded, and its number.
    latest: Option<(DateTime<Utc>, Seq)>,
    /// Probes that were down when it was declared.
    down_before: Vec<(DateTime<Utc>, ProbeChange)>,
    state: State,
}

impl Incident {
    /// Starts an incident from its first entry; `None` unless that declares one.
    pub fn open(
        entry: Arc<Entry>,
        number: Option<u32>,
        down_before: Vec<(DateTime<Utc>, ProbeChange)>,
    ) -> Option<Self> {
        if !matches!(entry.fact, Fact::Declared(_)) {
            return None;
        }
        let mut incident = Self {
            id: entry.incident,
            number,
            opening: entry.id,
            entries: Vec::new(),
            places: HashMap::new(),
            authors: Vec::new(),
            retracted: HashMap::new(),
            corrected: HashMap::new(),
            ahead: TimeDelta::zero(),
            late: HashSet::new(),
            latest: None,
            down_before,
            state: State::new(Policy::built_in()),
        };
        incident.apply(entry);
        Some(incident)
    }

    /// Folds one entry in. Total, and without effect for one that is known.
    pub fn apply(&mut self, entry: Arc<Entry>) {
        match self.places.entry(entry.id) {
            Slot::Occupied(_) => return,
            Slot::Vacant(place) => place.insert(self.entries.len()),
        };
        if entry.is_by_a_person() && !self.authors.contains(&entry.by) {
            self.authors.push(entry.by.clone());
        }
        let changes_the_past = match &entry.fact {
            Fact::Retracted { entry: taken, .. } => {
                let back = (entry.by.clone(), entry.recorded_at);
                self.retracted.insert(*taken, back);
                true
            }
            Fact::Corrected {
                entry: moved, at, ..
            } => {
                self.corrected.insert(*moved, *at);
                self.declared_ahead(*moved, *at, &entry);
                true
            }
            _ => false,
        };
        if !changes_the_past {
            self.fold(&entry);
        }
        self.came(&entry);
        self.entries.push(entry);
        if changes_the_past {
            self.refold();
        }
    }

    /// Keeps how far the clock was ahead that it was declared by. Only the log's
    /// authority knows; people correct when they declared, and nothing else.
    fn declared_ahead(&mut self, moved: EntryId, at: DateTime<Utc>, entry: &Entry) {
        let by_authority = entry.by.as_str() == ENGINE && entry.via == Via::Engine;
        if moved == self.opening
            && by_authority
            && let Some(opening) = self.entry(moved)
        {
            self.ahead = (opening.at - at).max(TimeDelta::zero());
        }
    }

    /// Keeps what came late: whoever recorded it was out of touch, and did not
    /// know of what others recorded after it.
    fn came(&mut self, entry: &Entry) {
        let Some(seq) = entry.seq else { return };
        let now = (entry.recorded_at, seq);
        let latest = *self.latest.get_or_insert(now);
        if latest.0 - entry.recorded_at >= LATE && latest.1 > entry.base {
            self.late.insert(entry.id);
        }
        self.latest = Some(latest.max(now));
    }

    /// The same incident, folded from its entries again.
    #[must_use]
    pub fn refolded(&self) -> Self {
        let mut again = self.clone();
        again.refold();
        again
    }

    fn refold(&mut self) {
        self.state = State::new(Policy::built_in());
        let entries = std::mem::take(&mut self.entries);
        for entry in &entries {
            self.fold(entry);
        }
        self.entries = entries;
        self.note_what_had_left();
    }

    /// Finds the news whose approval was taken back only after they left, or
    /// may have: whoever reads them has read them.
    fn note_what_had_left(&mut self) {
        let stopped = self.state.external.published.iter();
        let late: Vec<EntryId> = stopped
            .filter(|sent| sent.stopped && self.had_left(sent))
            .map(|sent| sent.entry)
            .collect();
        let published = self.state.external.published.iter_mut();
        for sent in published.filter(|sent| late.contains(&sent.entry)) {
            sent.had_left = true;
        }
    }

    fn had_left(&self, sent: &Outbound) -> bool {
        let rests_on = |entry: &&Arc<Entry>| match &entry.fact {
            Fact::ExternalApproved { draft } => sent.update.draft == Some(*draft),
            _ => sent.update.draft == Some(entry.id),
        };
        let taken_back = self.entries.iter().filter(rests_on);
        let taken_back = taken_back.filter_map(|entry| self.retracted.get(&entry.id));
        let first = taken_back
            .map(|(_, at)| *at)
            .filter(|at| *at >= sent.at)
            .min();
        first.is_some_and(|at| at >= sent.leaves_at())
    }

    fn fold(&mut self, entry: &Arc<Entry>) {
        if !self.counts(entry) {
            return;
        }
        if let Some(winner) = self.state.overtaken_by(entry) {
            self.state.superseded.insert(entry.id, winner);
            return;
        }
        let at = self.at(entry);
        let before = self.state.before();
        self.state.step(entry, at);
        self.state.note_changes(entry, &before);
        if matches!(entry.fact, Fact::Declared(_)) {
            if !self.ahead.is_zero() {
                self.state.times.were_ahead(self.ahead);
            }
            for (since, change) in &self.down_before {
                self.state.probe_changed(change, *since);
            }
        }
    }

    /// Whether the entry has a say. Only the first declaration has one, and it
    /// can't be taken back: a drill must not turn into an incident that publishes.
    fn counts(&self, entry: &Entry) -> bool {
        match &entry.fact {
            Fact::Declared(_) => entry.id == self.opening,
            _ => self.taken_back(entry).is_none(),
        }
    }

    /// What the engine did stands, and when it did it: whoever could move or
    /// take back a page would stop the next one, even before it is there.
    fn taken_back(&self, entry: &Entry) -> Option<&Name> {
        let taken = self.retracted.get(&entry.id);
        taken.filter(|_| entry.via != Via::Engine).map(|(by, _)| by)
    }

    /// The same incident, had the entry happened at another time.
    fn corrected(&self, entry: EntryId, at: DateTime<Utc>) -> Self {
        let mut moved = self.clone();
        moved.corrected.insert(entry, at);
        moved.refold();
        moved
    }

    /// Everything that follows from the entries.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The entry that declared it.
    pub fn opening(&self) -> EntryId {
        self.opening
    }

    /// The entries, in the order in which they were applied.
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// The entry of that name.
    pub fn entry(&self, id: EntryId) -> Option<&Arc<Entry>> {
        self.entries.get(self.place(id)?)
    }

    /// Where in [`Self::entries`] the entry of that name is.
    pub fn place(&self, id: EntryId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// Who took the entry back, if somebody did (U6).
    pub fn retracted_by(&self, id: EntryId) -> Option<&Name> {
        self.taken_back(self.entry(id)?)
    }

    /// Whether the entry came well after what others recorded later.
    pub fn came_late(&self, id: EntryId) -> bool {
        self.late.contains(&id)
    }

    /// When the entry happened, after corrections (T1).
    pub fn at(&self, entry: &Entry) -> DateTime<Utc> {
        let moved = self.corrected.get(&entry.id).copied();
        moved
            .filter(|_| entry.via != Via::Engine)
            .unwrap_or(entry.at)
    }

    /// `INC-142`; its short code until it has a number.
    pub fn label(&self) -> String {
        match self.number {
            Some(number) => format!("INC-{number}"),
            None => self.id.short(),
        }
    }

    /// The policy in force in this incident (E6).
    pub fn policy(&self) -> &Policy {
        &self.state.policy
    }

    /// The level now; `None` until somebody decided it (S6).
    pub fn severity(&self) -> Option<Severity> {
        self.state.severity
    }

    /// The level that every clock counts with: unset waits as P1 would.
    pub fn assumed_severity(&self) -> Severity {
        self.state.assumed_severity()
    }

    /// Where the work stands.
    pub fn phase(&self) -> Phase {
        self.state.phase
    }

    /// Fields that people set apart from each other, to be set again by
    /// somebody who has seen both.
    pub fn conflicts(&self) -> impl Iterator<Item = Conflict> {
        self.state.said.conflicts()
    }

    /// Conflicts that somebody settled who had seen all sides, newest first.
    pub fn decided(&self) -> Vec<Decided> {
        let mut decided: Vec<Decided> = self.state.said.decided().collect();
        decided.sort_by_key(|one| std::cmp::Reverse(one.way.at));
        decided
    }

    /// That the author of `entry` and others before set the same field without
    /// knowing of each other, in a sentence; `None` where they did not.
    pub fn apart_in_words(&self, entry: &Entry) -> Option<String> {
        self.state.said.apart_in_words(entry)
    }

    /// What people disagree about in `field`, if they do.
    pub fn conflict(&self, field: Field) -> Option<Conflict> {
        self.conflicts().find(|conflict| conflict.field == field)
    }

    /// Whether people still work on it.
    pub fn is_active(&self) -> bool {
        self.state.phase.is_active()
    }

    /// Whether nothing of it may leave, by construction (X4).
    pub fn is_sealed(&self) -> bool {
        self.state.drill || self.state.private
    }

    /// Whether both are as real, and as open to everybody, as each other: what
    /// is private must not go on in a drill, nor a drill in what is real (X4).
    pub fn is_like(&self, other: &Self) -> bool {
        let kind = |it: &Self| (it.state.drill, it.state.private);
        kind(self) == kind(other)
    }

    /// That it is a drill, or private, wherever it is named; none where neither.
    pub fn badges(&self) -> impl Iterator<Item = &'static str> {
        let drill = self.state.drill.then_some("DRILL");
        drill
            .into_iter()
            .chain(self.state.private.then_some("PRIVATE"))
    }

    /// Its title in a list, after what sets it apart: `DRILL Game day`.
    pub fn title_in_list(&self) -> String {
        let mut words: Vec<&str> = self.badges().collect();
        words.push(&self.state.title);
        words.join(" ")
    }

    /// Where every clock starts: the alert, or the report without one (S1).
    pub fn anchor(&self) -> DateTime<Utc> {
        self.state.anchor()
    }

    /// Who leads.
    pub fn commander(&self) -> Option<&Name> {
        self.with_role(Role::Commander).next()
    }

    /// Everybody who has `role`, in the order in which they took it.
    pub fn with_role(&self, role: Role) -> impl Iterator<Item = &Name> {
        self.state
            .roles
            .iter()
            .filter(move |(had, _)| *had == role)
            .map(|(_, person)| person)
    }

    /// Whether a probe that counts is down now.
    pub fn has_open_outage(&self) -> bool {
        self.state.ledger.is_open()
    }

    /// Everybody who has a role or wrote an entry, each once (V3).
    pub fn people(&self) -> Vec<Name> {
        let mut people: Vec<Name> = Vec::new();
        let roles = self.state.roles.iter().map(|(_, person)| person);
        let joined = self.state.joined.iter().map(|(person, _)| person);
        for person in roles.chain(joined).chain(&self.authors) {
            if !people.contains(person) {
                people.push(person.clone());
            }
        }
        people
    }
}
