//! From a wish to an entry on disk: the one way in which anything is recorded,
//! for the console, for commands and for the engine.

mod by_hand;
mod carry;
mod time;

pub use carry::{from_wire, to_wire};
pub use time::{begin_as_others, count_as_others, counts_by};

use chrono::{DateTime, Utc};

use crate::{
    clock::Clock,
    domain::{
        board::Board,
        entry::{Entry, EntryId, IncidentId, ReplicaId, Via, Wish},
        escalation,
        fact::Fact,
        intents::intents,
        notice::Intent,
        text::Name,
    },
    store::{Log, StoreError},
};

/// How many entries are read at a time.
const PAGE: u32 = 5_000;

/// Who records, and how.
#[derive(Debug, Clone)]
pub struct Author {
    /// The person, or `engine`.
    pub name: Name,
    /// How it comes about.
    pub via: Via,
    /// The copy of the log.
    pub replica: ReplicaId,
    /// The time, and new ids.
    pub clock: Clock,
}

/// Entries to append, and the messages that follow from them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// The messages, recorded together with them.
    pub intents: Vec<Intent>,
}

impl Author {
    /// Makes entries of wishes. A declaration without an incident gets a new
    /// one; the messages follow from the incident as `board` has it.
    pub fn write(&self, wishes: Vec<Wish>, board: &Board) -> Batch {
        let mut batch = Batch::default();
        for wish in wishes {
            let declares =
                matches!(wish.fact, Fact::Declared(_)) && wish.incident == IncidentId::WORKSPACE;
            let incident = if declares {
                IncidentId(self.clock.new_id())
            } else {
                wish.incident
            };
            let id = EntryId(self.clock.new_id());
            self.add(&mut batch, Wish { incident, ..wish }, id, board);
        }
        batch
    }

    /// Makes an entry whose id follows from what it is, so that two engines
    /// that race can't make two of it (I2 of the log: one row per id).
    pub fn write_computed(&self, batch: &mut Batch, wish: Wish, board: &Board) {
        let incident = board.get(wish.incident);
        let id = incident.and_then(|incident| escalation::computed_id(incident, &wish.fact));
        let id = id.unwrap_or_else(|| EntryId(self.clock.new_id()));
        self.add(batch, wish, id, board);
    }

    fn add(&self, batch: &mut Batch, wish: Wish, id: EntryId, board: &Board) {
        let now = self.clock.now();
        let via = if matches!(wish.fact, Fact::ProbeChanged(_)) {
            Via::Probe
        } else {
            self.via.clone()
        };
        let entry = Entry {
            id,
            seq: None,
            incident: wish.incident,
            at: wish.at,
            recorded_at: now,
            by: self.name.clone(),
            via,
            replica: self.replica,
            base: board.head(),
            fact: wish.fact,
            came_as: None,
        };
        batch.intents.extend(following(&entry, board, now));
        batch.entries.push(entry);
    }
}

/// The messages that follow from `entry`, which `board` does not have yet.
pub fn following(entry: &Entry, board: &Board, now: DateTime<Utc>) -> Vec<Intent> {
    let Some(incident) = board.get(entry.incident) else {
        return Vec::new();
    };
    intents(incident, entry, now)
}

/// Folds everything that came since into `board`; answers the new entries.
///
/// # Errors
///
/// When the log can't be read.
pub async fn catch_up(log: &Log, board: &mut Board) -> Result<usize, StoreError> {
    let mut count = 0;
    loop {
        let entries = log.after(board.head(), PAGE).await?;
        if entries.is_empty() {
            let unsent = log.unsent().await?;
            board.ahead(unsent.iter().filter_map(|one| one.row.entry()).collect());
            return Ok(count);
        }
        count += entries.len();
        for entry in entries {
            board.apply(entry);
        }
    }
}
