//! What is ours goes to the server.

use std::collections::HashSet;

use super::{Replica, SyncError};
use crate::{
    domain::{
        entry::{EntryId, ReplicaId},
        text::Title,
    },
    journal::to_wire,
    store::Unsent,
    wire::{self, Code, OnConflict, Outcome, Post},
};

/// Entries handed in at once, and the bytes of their bodies: well within what
/// a server takes.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 700 << 10;

/// How often a copy takes a new name before it makes no sense.
const NAMES: usize = 3;

/// What became of what waited.
#[derive(Debug, Default)]
pub(super) struct Pushed {
    /// Something was handed in, and looked at.
    pub taken: bool,
}

impl Replica {
    /// Hands in what waits.
    pub(super) async fn push(&self) -> Result<Pushed, SyncError> {
        let (mut pushed, mut names) = (Pushed::default(), 0);
        loop {
            let name = self.log.name_now().await?;
            let batch = self.batch(name).await?;
            if batch.is_empty() {
                return Ok(pushed);
            }
            self.meet().await?;
            let (forked, items): (Vec<_>, Vec<_>) =
                self.hand_in(batch).await?.into_iter().partition(is_forked);
            pushed.taken = true;
            if !forked.is_empty() {
                names += 1;
                if names > NAMES {
                    return Err(self.garbage("it takes every name for another's").into());
                }
                tracing::warn!(%name, "this copy of the log was cloned, and takes a new name");
                self.log.take_new_name(name).await?;
            }
            let mut answered = self.answered.lock().await;
            for item in items {
                if item.result == Outcome::Rejected {
                    self.log.refused(item.id, &why(&item)).await?;
                } else {
                    answered.insert(item.id, item.seq.unwrap_or_default());
                }
            }
            drop(answered);
        }
    }

    /// Remembers that the token could not write, where that is what went wrong:
    /// what waits does not go by itself later, without asking.
    pub(super) async fn keep_back(&self, error: &SyncError) -> Result<(), SyncError> {
        if error.is_about_the_token() {
            self.log.deny(&error.to_string()).await?;
        }
        Ok(())
    }

    /// What became of each entry.
    async fn hand_in(&self, batch: Vec<wire::Entry>) -> Result<Vec<wire::Item>, SyncError> {
        let mut sent: HashSet<EntryId> = batch.iter().map(|entry| entry.id).collect();
        let post = Post {
            events: batch,
            on_conflict: OnConflict::Record,
            sent_at: Some(self.clock.now()),
            given_up: self.log.given_up().await?,
        };
        let mut items = self.remote.post(&post).await?.what.results;
        items.retain(|item| sent.remove(&item.id));
        if sent.is_empty() {
            Ok(items)
        } else {
            Err(self.garbage("it does not answer for every entry").into())
        }
    }

    /// The next entries that the server has not answered for.
    async fn batch(&self, name: ReplicaId) -> Result<Vec<wire::Entry>, SyncError> {
        let now = self.clock.now();
        let waiting = self
            .log
            .to_hand_in(|one| one.may_go(now))
            .await?
            .into_iter();
        let answered = self.answered.lock().await;
        let mut bytes = 0;
        Ok(waiting
            .filter(|one| !answered.contains_key(&one.row.id))
            .take(BATCH)
            .take_while(|one| {
                let first = bytes == 0;
                bytes += one.row.body.len();
                first || bytes <= BATCH_BYTES
            })
            .filter_map(|one| carried(one, name))
            .collect())
    }
}

/// Whether another copy goes by the name of this one: what it made has to come
/// under another name.
fn is_forked(item: &wire::Item) -> bool {
    item.code.as_deref() == Some(Code::Forked.word())
}

/// An entry that waits, as it goes over the wire: what this copy counted goes
/// under the name that it has now.
fn carried(one: Unsent, name: ReplicaId) -> Option<wire::Entry> {
    let mut entry = to_wire(one.row)?;
    entry.told = one.told;
    entry.rseq = one.rseq;
    if one.rseq.is_some() {
        entry.replica = name;
    }
    Some(entry)
}

/// Why the server refused an entry, in its words.
fn why(item: &wire::Item) -> Title {
    let code = item.code.as_deref().unwrap_or("refused");
    match &item.detail {
        Some(detail) => Title::lossy(&format!("{code}: {detail}")),
        None => Title::lossy(code),
    }
}
