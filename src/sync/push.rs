//! What is ours goes to the server.

use std::collections::HashSet;

use super::{Replica, SyncError};
use crate::{
    domain::{entry::EntryId, text::Title},
    journal::to_wire,
    store::Unsent,
    wire::{self, OnConflict, Outcome, Post},
};

/// Entries handed in at once, and the bytes of their bodies: well within what
/// a server takes.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 700 << 10;

impl Replica {
    /// Hands in what waits; answers how many entries were refused for good.
    pub(super) async fn push(&self) -> Result<u64, SyncError> {
        let mut refused = 0;
        loop {
            let batch = self.batch().await?;
            if batch.is_empty() {
                return Ok(refused);
            }
            let mut sent: HashSet<EntryId> = batch.iter().map(|entry| entry.id).collect();
            let post = Post {
                events: batch,
                on_conflict: OnConflict::Record,
                sent_at: Some(self.clock.now()),
            };
            let mut items = self.remote.post(&post).await?.what.results;
            items.retain(|item| sent.remove(&item.id));
            if !sent.is_empty() {
                return Err(self.garbage("it does not answer for every entry").into());
            }
            let mut answered = self.answered.lock().await;
            for item in items {
                if item.result == Outcome::Rejected {
                    refused += 1;
                    self.log.refused(item.id, &why(&item)).await?;
                } else {
                    answered.insert(item.id, item.seq.unwrap_or_default());
                }
            }
            drop(answered);
        }
    }

    /// The next entries that the server has not answered for.
    async fn batch(&self) -> Result<Vec<wire::Entry>, SyncError> {
        let answered = self.answered.lock().await;
        let waiting = self.log.unsent().await?.into_iter();
        let mut bytes = 0;
        Ok(waiting
            .filter(|one| one.refused.is_none() && !answered.contains_key(&one.row.id))
            .take(BATCH)
            .take_while(|one| {
                let first = bytes == 0;
                bytes += one.row.body.len();
                first || bytes <= BATCH_BYTES
            })
            .filter_map(carried)
            .collect())
    }
}

/// An entry that waits, as it goes over the wire.
fn carried(one: Unsent) -> Option<wire::Entry> {
    let mut entry = to_wire(one.row)?;
    entry.told = one.told;
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
