//! What must not happen on stale knowledge: an entry whose author had not seen
//! what changed meanwhile is kept, and has no effect.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Incident, State,
    apart::{Stamp, Turn},
};
use crate::domain::{
    entry::{Entry, EntryId, ReplicaId, Seq},
    fact::{Fact, StepId},
    phase::Phase,
    severity::Severity,
    span,
    text::Name,
    update::Audience,
};

/// A change that overtakes entries whose authors had not seen it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    /// It was resolved, reopened, closed, cancelled, or merged.
    Status,
    /// News for outside went out.
    Published,
    /// A step of a ladder fired, and whom it told (E6).
    Fired(StepId, Name),
    /// It got worse: the level rose, or a person let a step go.
    Worse,
}

/// The last place at which each copy of the log made each change.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Changes(BTreeMap<(Change, ReplicaId), (Seq, EntryId)>);

/// What an entry may change: compared before and after it.
pub(super) struct Before {
    over: Option<Phase>,
    severity: Option<Severity>,
}

impl Incident {
    /// What overtook `entry`, which may be applied or not: a change that its
    /// author had not seen, for which it has no effect; `None` if it has one.
    pub fn overtaken_by(&self, entry: &Entry) -> Option<EntryId> {
        if self.places.contains_key(&entry.id) {
            return self.state.superseded.get(&entry.id).copied();
        }
        self.state.overtaken_by(entry)
    }

    /// What overtook an entry, in words: `bo reopened it`.
    pub fn overtaken_in_words(&self, id: EntryId) -> Option<String> {
        let winner = self.entry(*self.state.superseded.get(&id)?)?;
        Some(deed(winner))
    }

    /// `bo resolved it 4s ago`: what the author of an overtaken entry is told.
    pub fn winner_in_words(&self, id: EntryId, now: DateTime<Utc>) -> String {
        let Some(winner) = self.entry(id) else {
            return "somebody else was first".to_owned();
        };
        let ago = (now - winner.recorded_at).max(TimeDelta::zero());
        format!("{} {} ago", deed(winner), span::format(ago))
    }
}

impl State {
    pub(super) fn overtaken_by(&self, entry: &Entry) -> Option<EntryId> {
        let Changes(changes) = &self.changes;
        let unknown = changes
            .iter()
            .filter(|((change, replica), (seq, id))| {
                let (replica, seq) = (*replica, *seq);
                heeds(entry, change)
                    && Stamp { replica, seq }.is_unknown_to(entry)
                    && !self.is_kept_back(change, *id)
            })
            .map(|(_, last)| *last);
        unknown.max().map(|(_, id)| id)
    }

    /// Whether these were news that nobody was told after all: they are held, or
    /// called off, and stand in the way of none.
    fn is_kept_back(&self, change: &Change, id: EntryId) -> bool {
        let mut published = self.external.published.iter();
        *change == Change::Published
            && published.any(|sent| sent.entry == id && sent.is_kept_back())
    }

    pub(super) fn before(&self) -> Before {
        Before {
            over: self.over(),
            severity: self.severity,
        }
    }

    /// Remembers what `entry` changed, for those who had not seen it.
    pub(super) fn note_changes(&mut self, entry: &Entry, before: &Before) {
        let fired = fired(&entry.fact);
        let steps = fired.map(|(step, target)| Change::Fired(step.clone(), target.clone()));
        let confirms = matches!(entry.fact, Fact::StepConfirmed { go: true, .. });
        let worse = self.severity > before.severity || (confirms && entry.is_by_a_person());
        let changes = [
            steps,
            worse.then_some(Change::Worse),
            publishes(&entry.fact).then_some(Change::Published),
            (self.over() != before.over).then_some(Change::Status),
        ];
        let Stamp { replica, seq } = Stamp::of(entry);
        for change in changes.into_iter().flatten() {
            let Changes(known) = &mut self.changes;
            known.insert((change, replica), (seq, entry.id));
        }
        self.note_turn(entry, before);
    }

    /// Remembers who ended it, and who made it worse without knowing that: it
    /// stays over, and somebody who has seen both decides whether it does (I5).
    fn note_turn(&mut self, entry: &Entry, before: &Before) {
        let over = self.over();
        let phase = &mut self.said.phase;
        let sets_severity = matches!(entry.fact, Fact::SeverityChanged { .. });
        let turn = match (over, self.severity) {
            _ if over != before.over => Some(Turn::Entered(self.phase)),
            // Nothing is recorded any more in what was merged.
            (Some(_), _) if self.merged_into.is_some() => None,
            (Some(_), Some(to)) if phase.has_unknown(entry, |turn| turn.is_end()) => {
                (self.severity > before.severity).then_some(Turn::Worse(to))
            }
            (Some(phase), _) if sets_severity => Some(Turn::Entered(phase)),
            (Some(_) | None, _) => None,
        };
        if let Some(turn) = turn {
            phase.set(turn, entry);
        }
    }

    /// How it is over; `None` while people work on it.
    fn over(&self) -> Option<Phase> {
        (!self.phase.is_active()).then_some(self.phase)
    }
}

/// Whether `entry` has no effect where its author had not seen `change`.
fn heeds(entry: &Entry, change: &Change) -> bool {
    let fact = &entry.fact;
    match change {
        Change::Status => {
            ends(fact) || moves_on(fact) || publishes(fact) || by_hand(entry).is_some()
        }
        Change::Published => publishes(fact),
        // What is climbed already is not climbed again by hand.
        Change::Fired(step, target) => ends(fact) || by_hand(entry) == Some((step, target)),
        Change::Worse => ends(fact),
    }
}

const fn ends(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Resolved { .. } | Fact::Cancelled { .. } | Fact::Merged { .. }
    )
}

const fn moves_on(fact: &Fact) -> bool {
    matches!(fact, Fact::Reopened { .. } | Fact::Closed {})
}

fn publishes(fact: &Fact) -> bool {
    matches!(fact, Fact::UpdateSent(update) if update.audience == Audience::External)
}

const fn fired(fact: &Fact) -> Option<(&StepId, &Name)> {
    if let Fact::Escalated { step, target, .. } = fact {
        Some((step, target))
    } else {
        None
    }
}

/// The step that a person fires; the engine's follow from the log alone.
fn by_hand(entry: &Entry) -> Option<(&StepId, &Name)> {
    fired(&entry.fact).filter(|_| entry.is_by_a_person())
}

/// `bo resolved it`.
fn deed(entry: &Entry) -> String {
    let what = match &entry.fact {
        Fact::Resolved { .. } => "resolved it".to_owned(),
        Fact::Reopened { .. } => "reopened it".to_owned(),
        Fact::Closed {} => "closed it".to_owned(),
        Fact::Cancelled { .. } => "cancelled it".to_owned(),
        Fact::Merged { .. } => "merged it into another one".to_owned(),
        Fact::UpdateSent(_) => "published".to_owned(),
        Fact::Escalated { target, .. } => format!("escalated it to {target}"),
        Fact::StepConfirmed { step, .. } => format!("let the step {step} go"),
        Fact::SeverityChanged { to, .. } => format!("made it {to}"),
        // Nothing else overtakes; its kind says what it was.
        other => format!("recorded {}", other.write().0),
    };
    format!("{} {what}", entry.by)
}
