//! What the server numbered comes here; and where its history is another one,
//! both are brought together.

use std::collections::HashMap;

use super::{Replica, SyncError};
use crate::{
    domain::{
        entry::{EntryId, Seq},
        fact::Fact,
    },
    journal::from_wire,
    remote::Heard,
    store::{Authority, Extent, RawEntry, TakenIn},
    wire::{Follow, Page},
};

/// Entries asked for at once.
const PAGE: u32 = 500;

/// What came with one page.
#[derive(Debug, Default)]
pub(super) struct Pulled {
    /// How many entries were new.
    pub(super) count: u64,
    /// Whether something is delivered because of them, or was.
    pub(super) delivers: bool,
    /// The page; none where the histories had to be brought together instead.
    pub(super) page: Option<Heard<Page>>,
}

impl Replica {
    /// Takes one page.
    pub(super) async fn pull(&self, wait_s: u32) -> Result<Pulled, SyncError> {
        self.meet().await?;
        let head = self.log.head().await?;
        let last = self.log.raw_after(head.saturating_sub(1), 1).await?;
        let asked = Follow {
            after: head,
            total: self.log.total_told(head).await?,
            limit: Some(PAGE),
            wait: wait_s,
            epoch: Some(self.log.epoch().await?),
            last: last
                .first()
                .filter(|row| row.seq == Some(head))
                .map(|row| row.id),
            // Who only looks in for a moment is not there.
            console: (wait_s > 0).then(|| self.log.replica()),
        };
        let answered = self.answered.lock().await.clone();
        let mut page = match self.remote.page(&asked).await {
            Err(error) if error.is_other_history() => {
                self.heal().await?;
                return Ok(Pulled::default());
            }
            other => other?,
        };
        let holder = &page.what.engine.holder;
        self.engine.lock().await.clone_from(holder);
        let events = std::mem::take(&mut page.what.events);
        let rows: Vec<RawEntry> = events.into_iter().map(from_wire).collect();
        let delivers = rows.iter().any(moves_messages);
        let total = page.what.total.as_deref();
        match self.log.take_in(&page.what.epoch, &rows, total).await? {
            TakenIn::UpTo(seq) if seq == head && page.what.more => {
                Err(self.garbage("it has more, and does not send it").into())
            }
            TakenIn::UpTo(seq) => {
                // Without it only a word is missing while the server is away.
                if let Err(error) = self.log.heard(self.clock.now()).await {
                    tracing::info!(%error, "noting that the server answered");
                }
                self.forget(answered, seq, page.what.head).await;
                Ok(Pulled {
                    count: seq.saturating_sub(head),
                    delivers,
                    page: Some(page),
                })
            }
            // Another process was at it meanwhile.
            TakenIn::OtherEpoch => Ok(Pulled::default()),
            TakenIn::Unfit => {
                let why = "it sends entries that nobody could read back";
                Err(self.garbage(why).into())
            }
            TakenIn::Gap => {
                let why = format!("its page does not follow number {head}");
                Err(self.garbage(&why).into())
            }
        }
    }

    /// Forgets what was answered for before a page was asked for, which is here
    /// up to number `seq`. What should be in it, or lies beyond the `head` that
    /// the server has now, was lost there, and is handed in again.
    async fn forget(&self, answered: HashMap<EntryId, Seq>, seq: Seq, head: Seq) {
        let done = answered
            .into_iter()
            .filter(|(_, at)| *at <= seq || *at > head);
        let mut answered = self.answered.lock().await;
        let before = answered.len();
        for (id, _) in done {
            answered.remove(&id);
        }
        if answered.len() < before {
            self.again.notify_one();
        }
    }

    /// Finds the last entry that both have, and lets what comes after it here
    /// wait for a number again.
    async fn heal(&self) -> Result<(), SyncError> {
        self.part().await;
        self.meet().await?;
        let was = self.log.extent().await?;
        let (epoch, common) = self.compare().await?;
        self.share(common).await?;
        let server = self.log.server().await?.unwrap_or_default();
        self.bring_together(&was, &server, &epoch, common).await?;
        Ok(())
    }

    /// The server's history, and how far it is the same as this log's.
    pub(super) async fn compare(&self) -> Result<(String, Seq), SyncError> {
        let server = self.remote.page(&one_after(0)).await?.what;
        let common = self.common(server.head).await?;
        Ok((server.epoch, common))
    }

    /// From now on `server` gives the numbers; answers how many entries wait
    /// for a new one. `None` where the log moved on since it was so,
    /// and has to be compared anew.
    pub(super) async fn bring_together(
        &self,
        was: &Extent,
        server: &Authority,
        epoch: &str,
        common: Seq,
    ) -> Result<Option<u64>, SyncError> {
        let Some(moved) = self.log.attach(was, server, epoch, common).await? else {
            return Ok(None);
        };
        self.answered.lock().await.clear();
        if moved > 0 {
            self.again.notify_one();
            let server = &server.name;
            tracing::warn!(moved, common, %server, "entries wait to be numbered anew");
        }
        Ok(Some(moved))
    }

    /// How far this log and the server's, which ends at `head`, are the same.
    /// Once they differ they differ from there on, whatever numbers the same
    /// entries have later: so half of what is left is ruled out each time.
    async fn common(&self, head: Seq) -> Result<Seq, SyncError> {
        let (mut low, mut high) = (0, head.min(self.log.head().await?));
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if self.same_at(middle).await? {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Ok(low)
    }

    /// Whether everything up to number `seq` is the same. A server that tells no
    /// sum of it is taken at its one entry.
    async fn same_at(&self, seq: Seq) -> Result<bool, SyncError> {
        let mut theirs = self.remote.page(&one_after(seq - 1)).await?.what;
        if let Some(total) = theirs.total.filter(|_| theirs.next == seq) {
            return Ok(self.log.total_at(seq).await? == Some(total));
        }
        let ours = self.log.raw_after(seq - 1, 1).await?;
        Ok(theirs.events.pop().map(from_wire) == ours.into_iter().next())
    }

    /// Whether both begin with the entry of the same name, whoever handed it in.
    pub(super) async fn begins_like_theirs(&self) -> Result<bool, SyncError> {
        let theirs = self.remote.page(&one_after(0)).await?.what.events;
        let ours = self.log.raw_after(0, 1).await?;
        Ok(theirs.first().map(|entry| entry.id) == ours.first().map(|row| row.id))
    }
}

/// Whether it changes what is delivered.
fn moves_messages(row: &RawEntry) -> bool {
    let fact = Fact::read(&row.kind, &row.body);
    fact.is_ok_and(|fact| fact.moves_messages())
}

/// The one entry after a number, of whatever history.
fn one_after(after: Seq) -> Follow {
    Follow {
        after,
        limit: Some(1),
        ..Follow::default()
    }
}
