//! Taking entries in: one writer per workspace. What waits while one
//! transaction runs goes together into the next, so that a hundred posts cost
//! one commit; each is answered by itself, and only after the commit (I1).

use std::{collections::HashSet, panic::AssertUnwindSafe, sync::Arc};

use chrono::TimeDelta;
use futures::FutureExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    Problem, Room, auth,
    taking::{self, Taking},
};
use crate::{
    domain::entry::{EntryId, IncidentId, ReplicaId},
    store::{RawEntry, StoreError},
    wire::{Code, Item, OnConflict},
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
    /// Why it is not taken, if the door says so already: it came all the same.
    pub(super) refused: Option<Item>,
}

/// What somebody wants taken in.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// What was handed in.
    pub(super) items: Vec<Offer>,
    pub(super) on_conflict: OnConflict,
    /// Counts of the copy that belong to no entry.
    pub(super) given_up: Vec<u64>,
    /// Whether whoever wants it may nothing any more.
    pub(super) revoked: CancellationToken,
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
        let (late, group): (Vec<_>, Vec<_>) = group
            .into_iter()
            .partition(|job| job.order.revoked.is_cancelled());
        for job in late {
            job.tell(Err(auth::ended()));
        }
        if !group.is_empty() {
            write_group(&room, group).await;
        }
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
    let offers = || jobs.iter().flat_map(|job| &job.order.items);
    let ids: Vec<EntryId> = offers().map(|offer| offer.row.id).collect();
    let counted = offers().filter(|offer| offer.rseq.is_some());
    let copies: HashSet<ReplicaId> = counted.map(|offer| offer.row.replica).collect();
    let mut tx = room.log.accepting(&ids).await?;
    tx.count(&copies.into_iter().collect::<Vec<_>>()).await?;
    let updates = offers().filter(|offer| is_for_outside(offer));
    let incidents: HashSet<IncidentId> = updates.map(|offer| offer.row.incident).collect();
    for incident in incidents {
        tx.look_at_news(incident).await?;
    }
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
            items.map(|offer| taking.take(offer)).collect()
        })
        .collect();
    taking::settle(room, &mut tx, folded, now);
    let fresh = tx.commit(now).await?;
    *slot = Some(board);
    // Before anybody is answered: who reads on then, reads what they wrote.
    room.feed.add(&room.log, fresh).await;
    Ok(answers)
}

/// Whether it may be news for outside; what is not costs no look at them.
fn is_for_outside(offer: &Offer) -> bool {
    offer.row.kind == "update_sent" && offer.row.body.contains("external")
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::{
        clock::Clock,
        server::Server,
        store::{Log, OpenMode},
    };

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
            refused: None,
        }
    }

    #[tokio::test]
    async fn what_waits_while_its_sender_loses_all_rights_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let log = Log::open(path, OpenMode::ReadWrite).await.unwrap();
        let logs = BTreeMap::from([("prod".into(), log.clone())]);
        let server = Server::new(logs, Clock::System).await.unwrap();
        let order = Order {
            items: vec![note()],
            ..Order::default()
        };
        order.revoked.cancel();

        let answer = server.workspaces["prod"].writer.post(order, 1).await;

        assert_eq!(answer.unwrap_err().code(), Code::Unauthenticated);
        assert_eq!(log.head().await.unwrap(), 0);
    }
}
