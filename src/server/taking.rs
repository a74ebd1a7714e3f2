//! One post on its way into the log: what it is judged by, entry by entry, while
//! the transaction is open.

mod ours;

use std::{collections::HashSet, sync::atomic::Ordering};

use chrono::{DateTime, Utc};

use super::{
    Room,
    accept::{Offer, Order},
    late, news,
};
use crate::{
    domain::{
        board::Board,
        entry::{ENGINE, Entry, EntryId, IncidentId, ReplicaId, Seq, Via, answerable},
        escalation::has_its_id,
        fact::Fact,
        incident::{Incident, Refusal},
        measure::too_much,
        span::CLOCK_OFF,
        text::{self, Prose},
    },
    journal,
    store::{Accepting, Known, Message, Place, RawEntry, StoreError},
    wire::{Code, Item, OnConflict, Outcome},
};

/// One post that is being taken in.
pub(super) struct Taking<'t, 'l> {
    pub(super) room: &'t Room,
    pub(super) tx: &'t mut Accepting<'l>,
    pub(super) board: &'t mut Board,
    pub(super) order: &'t Order,
    /// Copies of this post whose name another one has.
    pub(super) forked: HashSet<ReplicaId>,
    pub(super) now: DateTime<Utc>,
}

impl Taking<'_, '_> {
    /// Takes one entry in, if it is new and may be.
    pub(super) fn take(&mut self, offer: &Offer) -> Item {
        let row = &offer.row;
        if let Some(refused) = &offer.refused {
            return self.refuse(offer, refused.clone());
        }
        match self.tx.known(row) {
            Known::Same(seq) => {
                self.count_again(offer);
                return Item::kept(row.id, Outcome::Duplicate, seq);
            }
            Known::Other => {
                let way_out = "the log has another entry by this id: give the new one its own";
                let refused = Item::rejected(row.id, Code::IdReuse, way_out);
                return self.refuse(offer, refused);
            }
            Known::New => {}
        }
        let (entry, winner) = match self.judged(offer) {
            Ok(judged) => judged,
            Err(refused) => return self.refuse(offer, refused),
        };
        let Some(lost) = self.lost_before(offer) else {
            let way_out = "another copy of the log has the same name: take a new one, and send it again under the same id";
            return Item::rejected(row.id, Code::Forked, way_out);
        };
        let taken = self.take_new(offer, entry, winner);
        if taken.seq.is_some() {
            self.count(offer, lost);
        }
        taken
    }

    /// Does not take one: it is on its copy, which is told why, and is not lost.
    fn refuse(&mut self, offer: &Offer, refused: Item) -> Item {
        self.count_again(offer);
        refused
    }

    /// Counts one that is not added: here already, handed in again, the twin of
    /// what another engine fired, or refused. Without that, the next of its copy
    /// would look as if this one were lost.
    fn count_again(&mut self, offer: &Offer) {
        let copy = offer.row.replica;
        let Some(rseq) = offer.rseq.filter(|_| !self.forked.contains(&copy)) else {
            return;
        };
        match self.tx.place(copy, rseq, &self.order.given_up) {
            Place::Next => self.count(offer, 0),
            Place::After(lost) => self.count(offer, lost),
            Place::Taken => {}
        }
    }

    fn count(&mut self, offer: &Offer, lost: u64) {
        if let Some(rseq) = offer.rseq {
            self.tx.counted(offer.row.replica, rseq);
            self.tell_of(lost, &offer.row);
        }
    }

    /// How many entries of the same copy never came; `None` where this one is
    /// of another copy by the same name.
    fn lost_before(&mut self, offer: &Offer) -> Option<u64> {
        let copy = offer.row.replica;
        let Some(rseq) = offer.rseq else {
            return Some(0);
        };
        match self.tx.place(copy, rseq, &self.order.given_up) {
            _ if self.forked.contains(&copy) => None,
            Place::Next => Some(0),
            Place::After(lost) => Some(lost),
            Place::Taken => {
                tracing::warn!(%copy, by = %offer.row.by, "two copies of the log have the same name");
                self.forked.insert(copy);
                None
            }
        }
    }

    /// What it says, and which entry overtook it; or why it is not taken.
    fn judged(&self, offer: &Offer) -> Result<(Entry, Option<EntryId>), Item> {
        let row = &offer.row;
        let unfit = |why: &str| Item::rejected(row.id, Code::Unfit, why);
        let entry = row.entry().ok_or_else(|| unfit("its body is no JSON"))?;
        if let Some(why) = too_much(&entry.fact) {
            return Err(unfit(&why));
        }
        let incident = self.board.get(entry.incident);
        keeps_to_the_engines_ids(incident, &entry).map_err(unfit)?;
        let is_ours = |of| self.tx.sends(of) && !ours::stood_in(incident, &entry);
        if ours::about(&entry.fact).is_some_and(is_ours) {
            return Err(unfit(ours::OURS));
        }
        let winner = incident.and_then(|incident| incident.overtaken_by(&entry));
        let rejects = self.order.on_conflict == OnConflict::Reject;
        if let (Some(incident), Some(winner), true) = (incident, winner, rejects) {
            let why = incident.winner_in_words(winner, self.now);
            let refused = Item::rejected(row.id, Code::Superseded, &why);
            let winner = Some(winner);
            return Err(Item {
                superseded_by: winner,
                ..refused
            });
        }
        if incident.is_none() && !offer.told && is_to_leave(&entry.fact) {
            return Err(unfit(UNOPENED));
        }
        if let (Some(incident), None) = (incident, winner) {
            let may_be = may_be(incident, &entry, offer.told);
            may_be.map_err(|refused| unfit(&refused.sentence))?;
            if !offer.told && news::is_out(self.tx, incident, &entry.fact) {
                return Err(unfit(news::OUT));
            }
        }
        Ok((entry, winner))
    }

    fn take_new(&mut self, offer: &Offer, entry: Entry, winner: Option<EntryId>) -> Item {
        let row = &offer.row;
        let incident = self.board.get(entry.incident);
        let (outcome, intents) = match winner {
            Some(_) => (Outcome::Superseded, Vec::new()),
            None if offer.told => (Outcome::Appended, Vec::new()),
            None => {
                // Its sender's clock may be wrong: how long it waited is not.
                let recorded_at = late::before(self.now, offer.waited);
                let heard = Entry {
                    recorded_at,
                    ..entry.clone()
                };
                let mut intents = journal::following(&heard, self.board, self.now);
                for intent in &mut intents {
                    intent.maybe_repeat |= late::may_repeat(&entry, offer.waited);
                }
                (Outcome::Appended, intents)
            }
        };
        let messages = intents.into_iter().map(|intent| Message {
            start: late::start(incident, &entry, &intent.channel, offer.waited, self.now),
            intent,
        });
        let messages = messages.collect();
        match self.add(row.clone(), entry, messages) {
            Ok(seq) => Item {
                superseded_by: winner,
                ..Item::kept(row.id, outcome, seq)
            },
            Err(error) => Item::rejected(row.id, Code::Unfit, &error.to_string()),
        }
    }

    fn add(
        &mut self,
        row: RawEntry,
        mut entry: Entry,
        messages: Vec<Message>,
    ) -> Result<Seq, StoreError> {
        let seq = self.tx.take(row, messages)?;
        entry.seq = Some(seq);
        let declared = matches!(entry.fact, Fact::Declared(_)).then(|| entry.clone());
        self.board.apply(entry);
        if let Some(declared) = declared {
            self.hold_to_two(declared.incident);
            self.hold_to_now(&declared);
        }
        Ok(seq)
    }

    /// Whoever declares brings the policy along (E6), and would free themselves
    /// by it of the second person that the server's own asks for (X2). So this
    /// one rule is put back, in the log, for everybody to see.
    ///
    /// Nothing is refused: a copy that was away declares by the policy of that
    /// time, and its incident must not be lost over it.
    fn hold_to_two(&mut self, incident: IncidentId) {
        let Some(declared) = self.board.get(incident) else {
            return;
        };
        let asks = self.room.asks_for_two.load(Ordering::Relaxed);
        if !asks || declared.policy().external.two_people {
            return;
        }
        let mut policy = declared.policy().clone();
        policy.external.two_people = true;
        let policy = policy.to_toml();
        self.record(incident, Fact::PolicyAdopted { policy });
    }

    /// An incident that was declared at a time which is still to come was so by
    /// a clock that is wrong: of a server that had the wrong time itself when
    /// the copy met it, for one. Its ladder would be late by just as much, so
    /// the log says when it was as far as is known here: now, or before (T5).
    fn hold_to_now(&mut self, declared: &Entry) {
        let ahead = declared.recorded_at - self.now;
        let opens = self.board.get(declared.incident);
        let opens = opens.is_some_and(|incident| incident.opening() == declared.id);
        if ahead <= CLOCK_OFF || !opens {
            return;
        }
        let at = late::before(declared.at, ahead).min(self.now);
        let off = ahead.num_seconds();
        tracing::warn!(seconds = off, by = %declared.by, "an incident was declared by a clock that is ahead");
        let reason = format!("declared by a clock that was {off} s ahead of the server's");
        let fact = Fact::Corrected {
            entry: declared.id,
            at,
            reason: Prose::lossy(&reason),
        };
        self.record(declared.incident, fact);
    }

    /// Notes in the log that entries were lost on the copy that made `row`, for
    /// everybody to read who is at it.
    fn tell_of(&mut self, lost: u64, row: &RawEntry) {
        if lost == 0 {
            return;
        }
        let entries = text::count(lost, "entry", "entries");
        let (by, copy) = (&row.by, row.replica.to_string());
        let copy = &copy[..8];
        let text = format!(
            "{entries} that {by} made before this never came: lost on that copy of the log ({copy}). Ask what is missing."
        );
        tracing::warn!(lost, %by, copy, "entries were lost on a copy of the log");
        let text = Prose::lossy(&text);
        self.record(row.incident, Fact::Noted { text });
    }

    /// Records what follows from what was taken in.
    fn record(&mut self, incident: IncidentId, fact: Fact) {
        record(self.room, self.tx, self.board, (incident, fact), self.now);
    }
}

/// The message that a row of a post tells the end of.
pub(super) fn told_of(row: &RawEntry) -> Option<EntryId> {
    let tells = matches!(row.kind.as_str(), "delivered" | "undelivered");
    ours::about(&tells.then(|| row.entry()).flatten()?.fact)
}

/// Looks once more at the messages of what was taken in, now that all of it is
/// known, and notes in the log what does not leave by itself.
pub(super) fn settle(room: &Room, tx: &mut Accepting<'_>, board: &mut Board, now: DateTime<Utc>) {
    late::settle(board, tx.messages());
    for told in late::told(tx.messages()) {
        record(room, tx, board, told, now);
    }
}

/// Records what the server itself has to say. It keeps nothing else out.
fn record(
    room: &Room,
    tx: &mut Accepting<'_>,
    board: &mut Board,
    (incident, fact): (IncidentId, Fact),
    now: DateTime<Utc>,
) {
    let mut entry = Entry {
        id: EntryId(room.clock.new_id()),
        seq: None,
        incident,
        at: now,
        recorded_at: now,
        by: ENGINE.into(),
        via: Via::Engine,
        replica: room.log.replica(),
        base: board.head(),
        fact,
        came_as: None,
    };
    match tx.take(RawEntry::from(&entry), Vec::new()) {
        Ok(seq) => {
            entry.seq = Some(seq);
            board.apply(entry);
        }
        Err(error) => tracing::error!(%error, "noting what the server did"),
    }
}

/// Whether an id that follows from what an entry is belongs to this one: under
/// a forged one, or in a round that is not there yet, it would stand in the way
/// of a page. So would what takes back or moves one, even before it is there.
fn keeps_to_the_engines_ids(
    incident: Option<&Incident>,
    entry: &Entry,
) -> Result<(), &'static str> {
    if about(&entry.fact).is_some_and(EntryId::is_computed) {
        return Err("the engine did that, or will: it can't be taken back or corrected");
    }
    let its_own = || incident.is_some_and(|incident| has_its_id(incident, entry));
    if entry.id.is_computed() && !its_own() {
        return Err(
            "this id belongs to something else that the engine does; give it one of its own",
        );
    }
    if incident.is_some_and(|incident| is_ahead(incident, &entry.fact)) {
        return Err("the rounds before this one are not in the log: hand them in first");
    }
    Ok(())
}

/// Why what is to leave can't be taken where nobody opened its incident: there
/// is nothing to tell of, so it would stand in the log as on its way for ever.
const UNOPENED: &str = "its incident was never opened here, so nothing of it would leave: hand in what opens it first, and this under a new id";

/// Whether somebody outside of the log is to read it.
fn is_to_leave(fact: &Fact) -> bool {
    matches!(fact, Fact::UpdateSent(update) if !update.channels.is_empty())
}

/// The entry that `fact` takes back or moves.
const fn about(fact: &Fact) -> Option<EntryId> {
    match fact {
        Fact::Retracted { entry, .. } | Fact::Corrected { entry, .. } => Some(*entry),
        _ => None,
    }
}

/// How many rounds of a step may be missing: of a copy that stood in for days
/// and lost some. Whoever could name any would use up the numbers.
const ROUNDS_AHEAD: u32 = 1_000;

fn is_ahead(incident: &Incident, fact: &Fact) -> bool {
    let Fact::Escalated { step, round, .. } = fact else {
        return false;
    };
    *round > incident.rounds(step).saturating_add(ROUNDS_AHEAD)
}

/// Whether news for outside may be approved, or may leave: else they would
/// stand in the log as approved or published, and reach nobody (X2). And
/// whether what is taken back may be: a page that was would be due for ever.
///
/// What was published before was judged where it was; an approval that is
/// handed in for another does not count anyway.
fn may_be(incident: &Incident, entry: &Entry, told: bool) -> Result<(), Refusal> {
    match &entry.fact {
        Fact::ExternalApproved { draft } if answerable(&entry.by) == entry.by.as_str() => {
            incident.may_approve(*draft, &entry.by)
        }
        // Two may take the same back; the engine's own nobody does.
        Fact::Retracted { entry: id, .. } if stands(incident, *id) => {
            incident.may_retract(*id, &entry.by)
        }
        Fact::UpdateSent(_) => news::may_be(incident, entry, told),
        _ => Ok(()),
    }
}

fn stands(incident: &Incident, id: EntryId) -> bool {
    incident.entry(id).is_some() && incident.retracted_by(id).is_none()
}
