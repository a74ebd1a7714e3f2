//! Taking entries in: one writer per workspace. What waits while one
//! transaction runs goes together into the next, so that a hundred posts cost
//! one commit; each is answered by itself, and only after the commit (I1).

use std::{collections::HashSet, panic::AssertUnwindSafe, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};

use super::{Problem, Room, late};
use crate::{
    domain::{
        board::Board,
        entry::{ENGINE, Entry, EntryId, ReplicaId, Seq, Via},
        fact::Fact,
        incident::Incident,
        text::{self, Prose},
        update::Audience,
    },
    journal,
    store::{Accepting, Known, Messages, Place, RawEntry, StoreError},
    wire::{Code, Item, OnConflict, Outcome},
};

/// How many pieces of 16 KiB may wait: 64 MiB, or as many small posts as the
/// consoles of a large house never send in one moment. Who finds it full is
/// told to come back.
const WAITING: usize = 4_096;
const PIECE: usize = 16 << 10;

/// How many entries go into one transaction, unless a single post has more:
/// enough to make the commit cheap, few enough that nobody waits long.
const AT_ONCE: usize = 1_000;

/// Where posts are handed in.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
    places: Arc<Semaphore>,
}

/// An entry that somebody hands in.
#[derive(Debug)]
pub(super) struct Offer {
    /// The entry.
    pub(super) row: RawEntry,
    /// Its messages were made elsewhere.
    pub(super) told: bool,
    /// How long ago it was recorded, by its sender's clock.
    pub(super) waited: TimeDelta,
    /// Its copy's own count.
    pub(super) rseq: Option<u64>,
}

/// What somebody wants taken in.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// What can be taken, and what was refused at the door.
    pub(super) items: Vec<Result<Offer, Item>>,
    pub(super) on_conflict: OnConflict,
    /// Counts of the copy that belong to no entry.
    pub(super) given_up: Vec<u64>,
}

/// A post that waits for its answer.
#[derive(Debug)]
struct Job {
    order: Order,
    answer: oneshot::Sender<Result<Vec<Item>, Problem>>,
    /// Given back with the answer.
    _place: OwnedSemaphorePermit,
}

/// Why a transaction came to nothing.
enum Failure {
    Store(StoreError),
    /// Some entry brought the program down while it was folded.
    Panic,
}

impl Writer {
    /// Starts the one writer of a room. It ends with its last sender.
    pub(super) fn start(room: Arc<Room>) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING);
        tokio::spawn(write(room, waiting));
        let places = Arc::new(Semaphore::new(WAITING));
        Self { jobs, places }
    }

    /// How many pieces wait, or are being written.
    pub(super) fn waiting(&self) -> usize {
        WAITING - self.places.available_permits()
    }

    /// Hands in entries that came in `bytes`, and waits until they are on disk.
    pub(super) async fn post(&self, order: Order, bytes: usize) -> Result<Vec<Item>, Problem> {
        let busy = || Problem::new(Code::Busy, "nothing was saved; send it again");
        let pieces = u32::try_from(bytes / PIECE + 1).unwrap_or(u32::MAX);
        let place = Arc::clone(&self.places).try_acquire_many_owned(pieces);
        let (answer, answered) = oneshot::channel();
        let job = Job {
            order,
            answer,
            _place: place.map_err(|_| busy())?,
        };
        self.jobs.try_send(job).map_err(|_| busy())?;
        answered.await.unwrap_or_else(|_| {
            Err(Problem::new(
                Code::DbDown,
                "nobody knows whether it was saved; send it again, under the same ids",
            ))
        })
    }
}

async fn write(room: Arc<Room>, mut jobs: mpsc::Receiver<Job>) {
    while let Some(first) = jobs.recv().await {
        let mut count = first.order.items.len();
        let mut group = vec![first];
        while count < AT_ONCE
            && let Ok(job) = jobs.try_recv()
        {
            count += job.order.items.len();
            group.push(job);
        }
        write_group(&room, group).await;
    }
}

/// One transaction for all of them; where it fails for what one of them
/// brought, one for each.
async fn write_group(room: &Room, group: Vec<Job>) {
    match attempt(room, &group).await {
        Ok(answers) => {
            for (job, answer) in group.into_iter().zip(answers) {
                job.tell(Ok(answer));
            }
        }
        Err(failure) if group.len() > 1 && !failure.may_pass() => {
            for job in group {
                let alone = attempt(room, std::slice::from_ref(&job)).await;
                let answer = alone.map(|answers| answers.concat());
                job.tell(answer.map_err(Problem::from));
            }
        }
        Err(failure) => {
            let problem = Problem::from(failure);
            for job in group {
                job.tell(Err(problem.clone()));
            }
        }
    }
}

impl Job {
    fn tell(self, answer: Result<Vec<Item>, Problem>) {
        // Whoever asked may have gone; the entries are there all the same.
        drop(self.answer.send(answer));
    }
}

impl Failure {
    const fn may_pass(&self) -> bool {
        match self {
            Self::Store(error) => error.may_pass(),
            Self::Panic => false,
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Store(error) => error.into(),
            Failure::Panic => Self::new(
                Code::Internal,
                "nothing was saved: one of these entries can't be understood, see the server's log",
            ),
        }
    }
}

/// The transaction. Entries are folded before they are committed, so that one
/// which can't be folded does not get into the log.
async fn attempt(room: &Room, jobs: &[Job]) -> Result<Vec<Vec<Item>>, Failure> {
    let done = AssertUnwindSafe(transaction(room, jobs)).catch_unwind();
    match done.await {
        Ok(done) => done.map_err(Failure::Store),
        Err(_) => Err(Failure::Panic),
    }
}

async fn transaction(room: &Room, jobs: &[Job]) -> Result<Vec<Vec<Item>>, StoreError> {
    let offers = || jobs.iter().flat_map(|job| &job.order.items).flatten();
    let ids: Vec<EntryId> = offers().map(|offer| offer.row.id).collect();
    let counted = offers().filter(|offer| offer.rseq.is_some());
    let copies: HashSet<ReplicaId> = counted.map(|offer| offer.row.replica).collect();
    let mut tx = room.log.accepting(&ids).await?;
    tx.count(&copies.into_iter().collect::<Vec<_>>()).await?;
    let mut slot = room.board.lock().await;
    // Taken out while it is ahead of the disk: if this comes to nothing, the
    // next one folds the log anew.
    let mut board = slot.take().unwrap_or_default();
    let missed = tx.missed(board.head()).await?;
    let folded = Arc::make_mut(&mut board);
    for entry in missed {
        folded.apply(entry);
    }
    let now = room.clock.now();
    let answers = jobs
        .iter()
        .map(|job| {
            let mut taking = Taking {
                room,
                tx: &mut tx,
                board: folded,
                order: &job.order,
                forked: HashSet::new(),
                now,
            };
            let items = job.order.items.iter();
            items
                .map(|item| match item {
                    Ok(offer) => taking.take(offer),
                    Err(refused) => refused.clone(),
                })
                .collect()
        })
        .collect();
    let fresh = tx.commit(now).await?;
    *slot = Some(board);
    // Before anybody is answered: who reads on then, reads what they wrote.
    room.feed.add(&room.log, fresh).await;
    Ok(answers)
}

/// One post that is being taken in.
struct Taking<'t, 'l> {
    room: &'t Room,
    tx: &'t mut Accepting<'l>,
    board: &'t mut Board,
    order: &'t Order,
    /// Copies of this post whose name another one has.
    forked: HashSet<ReplicaId>,
    now: DateTime<Utc>,
}

impl Taking<'_, '_> {
    /// Takes one entry in, if it is new and may be.
    fn take(&mut self, offer: &Offer) -> Item {
        let row = &offer.row;
        match self.tx.known(row) {
            Known::Same(seq) => return Item::kept(row.id, Outcome::Duplicate, seq),
            Known::Other => {
                let way_out = "the log has another entry by this id: give the new one its own";
                return Item::rejected(row.id, Code::IdReuse, way_out);
            }
            Known::New => {}
        }
        let Some(entry) = row.entry() else {
            return Item::rejected(row.id, Code::Unfit, "its body is no JSON");
        };
        let Some(lost) = self.lost_before(offer) else {
            let way_out = "another copy of the log has the same name: take a new one, and send it again under the same id";
            return Item::rejected(row.id, Code::Forked, way_out);
        };
        let taken = self.take_new(offer, entry);
        if taken.seq.is_some()
            && let Some(rseq) = offer.rseq
        {
            self.tx.counted(row.replica, rseq);
            self.tell_of(lost, row);
        }
        taken
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

    fn take_new(&mut self, offer: &Offer, entry: Entry) -> Item {
        let row = &offer.row;
        let incident = self.board.get(entry.incident);
        let winner = incident.and_then(|incident| incident.overtaken_by(&entry));
        let rejects = self.order.on_conflict == OnConflict::Reject;
        if let (Some(incident), Some(winner), true) = (incident, winner, rejects) {
            let why = incident.winner_in_words(winner, self.now);
            let refused = Item::rejected(row.id, Code::Superseded, &why);
            let winner = Some(winner);
            return Item {
                superseded_by: winner,
                ..refused
            };
        }
        if let (Some(incident), None, false) = (incident, winner, offer.told)
            && let Some(why) = unapproved(incident, &entry.fact)
        {
            return Item::rejected(row.id, Code::Unfit, &why);
        }
        let (outcome, intents) = match winner {
            Some(_) => (Outcome::Superseded, Vec::new()),
            None if offer.told => (Outcome::Appended, Vec::new()),
            None => {
                let intents = journal::following(&entry, self.board, self.now);
                (Outcome::Appended, intents)
            }
        };
        let start = late::start(incident, &entry, offer.waited, self.now);
        match self.add(row.clone(), entry, Messages { intents, start }) {
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
        messages: Messages,
    ) -> Result<Seq, StoreError> {
        let seq = self.tx.take(row, &entry.fact, messages)?;
        entry.seq = Some(seq);
        self.board.apply(entry);
        Ok(seq)
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
        let note = Entry {
            id: EntryId(self.room.clock.new_id()),
            seq: None,
            incident: row.incident,
            at: self.now,
            recorded_at: self.now,
            by: ENGINE.into(),
            via: Via::Engine,
            replica: self.room.log.replica(),
            base: self.board.head(),
            fact: Fact::Noted {
                text: Prose::lossy(&text),
            },
            came_as: None,
        };
        if let Err(error) = self.add(RawEntry::from(&note), note, Vec::new().into()) {
            tracing::error!(%error, "noting what was lost on a copy of the log");
        }
    }
}

/// Why news for outside may not leave: it would stand in the log as published,
/// and reach nobody (X2).
fn unapproved(incident: &Incident, fact: &Fact) -> Option<String> {
    let Fact::UpdateSent(update) = fact else {
        return None;
    };
    let refused = match update.audience {
        Audience::External => incident.may_publish(update).err()?,
        Audience::Internal => return None,
    };
    Some(refused.sentence)
}

#[cfg(test)]
pub(super) mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::domain::entry::{IncidentId, ReplicaId};

    /// A note, as somebody hands it in.
    pub(in crate::server) fn note() -> Offer {
        let row = RawEntry {
            id: EntryId(Uuid::from_u128(1)),
            seq: None,
            incident: IncidentId(Uuid::from_u128(2)),
            kind: "noted".to_owned(),
            at: DateTime::UNIX_EPOCH,
            recorded_at: DateTime::UNIX_EPOCH,
            by: "ada".into(),
            via: "cli".to_owned(),
            replica: ReplicaId(Uuid::from_u128(3)),
            base: 0,
            body: r#"{"text":"hello"}"#.to_owned(),
        };
        Offer {
            row,
            told: false,
            waited: TimeDelta::zero(),
            rseq: None,
        }
    }
}
