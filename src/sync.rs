//! Keeps a copy of the log and the shared backend the same: pushes what is
//! ours, pulls what is theirs.
//!
//! The server numbers entries; everybody folds them in that order. What is
//! recorded here waits in the log until its number comes back on a page, and
//! may be sent any number of times, because its id is its idempotency key. So
//! a reply that is lost, a proxy that delivers twice and a process that is
//! killed need no care of their own.
//!
//! Where the server's history is another one (it was restored from an older
//! backup, or this log was kept without it so far), the last common entry is
//! looked for, and what comes after it here is sent anew.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{
    sync::{Mutex, Notify, watch},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    domain::{
        entry::{EntryId, Seq},
        text::Title,
    },
    journal::{from_wire, to_wire},
    remote::{Heard, Remote, RemoteError, offset},
    store::{Log, RawEntry, StoreError, TakenIn, Unsent},
    ui::msg::{EngineSeen, LinkSeen, LinkState},
    wire::{self, Follow, OnConflict, Outcome, Page, Post},
};

/// How long the server may hold a question for news, in seconds.
const WAIT_S: u32 = 20;
/// Entries asked for at once.
const PAGE: u32 = 500;
/// Entries handed in at once, and the bytes of their bodies: well within what
/// a server takes.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 700 << 10;
/// The first pause after a failure, and the longest: it doubles, with jitter,
/// and never ends.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// An answer without news that comes sooner was not waited for.
const SOON: Duration = Duration::from_secs(1);
/// How often the history may be another one before it makes no sense.
const HISTORIES: usize = 5;

/// A copy of the log, and where it is kept the same.
#[derive(Debug)]
pub struct Replica {
    log: Log,
    remote: Remote,
    clock: Clock,
    /// What the server has answered for, and under which number, until its
    /// page brings it.
    answered: Mutex<HashMap<EntryId, Seq>>,
    /// Something is to be handed in once more.
    again: Notify,
}

/// What did not work.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The server.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The copy.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This log has entries of its own and was never given to a server.
    #[error(
        "this log has {entries} entries of its own: `warroom attach` gives them to the server, or name another workspace"
    )]
    NotAttached {
        /// How many.
        entries: Seq,
    },
}

impl SyncError {
    /// Whether it may work later, without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Remote(error) => error.may_pass(),
            Self::Store(error) => error.may_pass(),
            Self::NotAttached { .. } => false,
        }
    }

    const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Remote(error) => error.retry_after(),
            Self::Store(_) | Self::NotAttached { .. } => None,
        }
    }
}

/// How a copy stands to its server after [`Replica::settle`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Entries that came.
    pub pulled: u64,
    /// Entries that the server has now and had not before.
    pub pushed: u64,
    /// Entries that the server will not take.
    pub refused: u64,
}

impl Replica {
    /// Between `log` and `remote`.
    pub fn new(log: Log, remote: Remote, clock: Clock) -> Self {
        Self {
            log,
            remote,
            clock,
            answered: Mutex::default(),
            again: Notify::new(),
        }
    }

    /// The server's name, for people.
    pub fn server(&self) -> String {
        self.remote.name()
    }

    /// Makes the log a copy of the server's, if it is none yet: an empty one
    /// before the server was ever reached, so that what is recorded until then
    /// waits for its numbers. One that has entries of its own is only given
    /// away where `give` says so.
    ///
    /// # Errors
    ///
    /// [`SyncError::NotAttached`], or what the server or the disk said.
    pub async fn join(&self, give: bool) -> Result<u64, SyncError> {
        if self.log.server().await?.is_some() {
            return Ok(0);
        }
        let entries = self.log.head().await?;
        if entries == 0 {
            let epoch = self.log.epoch().await?;
            return Ok(self.log.attach(&self.remote.name(), &epoch, 0).await?);
        }
        if !give {
            return Err(SyncError::NotAttached { entries });
        }
        self.heal().await
    }

    /// Sends everything that waits and takes everything there is, once.
    ///
    /// # Errors
    ///
    /// As [`Replica::join`].
    pub async fn settle(&self) -> Result<Settled, SyncError> {
        self.join(false).await?;
        let mut settled = Settled::default();
        let before = self.log.unsent().await?.len() as u64;
        let mut histories = 0;
        loop {
            settled.refused += self.push().await?;
            let (pulled, page) = self.pull(0).await?;
            settled.pulled += pulled;
            match page {
                Some(page) if !page.what.more => break,
                Some(_) => {}
                None if histories < HISTORIES => histories += 1,
                None => return Err(self.garbage("its history is always another one").into()),
            }
        }
        let after = self.log.unsent().await?.len() as u64;
        settled.pushed = before.saturating_sub(after);
        Ok(settled)
    }

    /// Keeps both the same until it is cancelled, and says how it goes.
    ///
    /// # Errors
    ///
    /// When nothing that passes by itself stands in the way.
    pub async fn run(
        &self,
        seen: &watch::Sender<(LinkSeen, EngineSeen)>,
        stop: &CancellationToken,
    ) -> Result<(), SyncError> {
        let work = async {
            let (pushing, pulling) = (self.go_on_pushing(seen), self.go_on_pulling(seen));
            tokio::try_join!(pushing, pulling).map(drop)
        };
        tokio::select! {
            () = stop.cancelled() => Ok(()),
            ended = work => ended,
        }
    }

    async fn go_on_pulling(
        &self,
        seen: &watch::Sender<(LinkSeen, EngineSeen)>,
    ) -> Result<(), SyncError> {
        let mut pause = FIRST_PAUSE;
        let mut wait = 0;
        loop {
            let began = Instant::now();
            let done = match self.join(false).await {
                Ok(_) => self.pull(wait).await,
                Err(error) => Err(error),
            };
            match done {
                Ok((pulled, page)) => {
                    let waited = wait > 0;
                    if let Some(page) = &page {
                        self.heard(seen, page, waited);
                        wait = if page.what.more { 0 } else { WAIT_S };
                    }
                    // Who answers at once, and nothing, is not asked at once again.
                    let is_news = pulled > 0 || began.elapsed() > SOON;
                    if is_news || (!waited && page.is_some()) {
                        pause = FIRST_PAUSE;
                    } else {
                        doze(&mut pause, Duration::ZERO).await;
                    }
                }
                Err(error) => {
                    wait = 0;
                    self.missed(seen, &error);
                    self.rest(&error, &mut pause).await;
                }
            }
        }
    }

    async fn go_on_pushing(
        &self,
        seen: &watch::Sender<(LinkSeen, EngineSeen)>,
    ) -> Result<(), SyncError> {
        let mut changes = self.log.changes().await;
        let mut pause = FIRST_PAUSE;
        loop {
            match self.push().await {
                Ok(_) => {
                    pause = FIRST_PAUSE;
                    tokio::select! {
                        () = changes.changed() => {}
                        () = self.again.notified() => {}
                    }
                }
                Err(error) => {
                    self.missed(seen, &error);
                    self.rest(&error, &mut pause).await;
                }
            }
        }
    }

    /// Waits before the next try: longer each time, and as long as was asked
    /// for. Never for ever: whoever refuses today may have been told otherwise
    /// tomorrow.
    async fn rest(&self, error: &SyncError, pause: &mut Duration) {
        tracing::info!(%error, "out of touch with the server");
        if !error.may_pass() {
            *pause = LONGEST_PAUSE;
        }
        doze(pause, error.retry_after().unwrap_or_default()).await;
    }

    fn heard(
        &self,
        seen: &watch::Sender<(LinkSeen, EngineSeen)>,
        page: &Heard<Page>,
        waited: bool,
    ) {
        let now = self.clock.now();
        let took = if waited { TimeDelta::zero() } else { page.took };
        let before = match &seen.borrow().0.state {
            LinkState::Online { latency } => Some(*latency),
            LinkState::Alone | LinkState::Offline { .. } => None,
        };
        let latency = if waited { before } else { Some(page.took) };
        let engine = &page.what.engine;
        seen.send_replace((
            LinkSeen {
                server: Title::lossy(&self.remote.name()),
                state: LinkState::Online {
                    latency: latency.unwrap_or_default(),
                },
                offset: offset(page.what.server_time, now, took),
                heard_at: Some(now),
            },
            EngineSeen {
                holder: engine.holder.as_deref().map(Title::lossy),
                mine: false,
                ticked_at: engine.ticked_at,
            },
        ));
    }

    fn missed(&self, seen: &watch::Sender<(LinkSeen, EngineSeen)>, error: &SyncError) {
        let now = self.clock.now();
        seen.send_modify(|(link, _)| {
            let since = match &link.state {
                LinkState::Offline { since, .. } => *since,
                LinkState::Alone | LinkState::Online { .. } => now,
            };
            link.server = Title::lossy(&self.remote.name());
            link.state = LinkState::Offline {
                since,
                why: Title::lossy(&error.to_string()),
            };
        });
    }

    /// Hands in what waits; answers how many entries were refused for good.
    async fn push(&self) -> Result<u64, SyncError> {
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

    /// Takes one page; answers how many entries were new, and the page, unless
    /// the histories had to be brought together instead.
    async fn pull(&self, wait_s: u32) -> Result<(u64, Option<Heard<Page>>), SyncError> {
        let head = self.log.head().await?;
        let last = self.log.raw_after(head.saturating_sub(1), 1).await?;
        let asked = Follow {
            after: head,
            limit: Some(PAGE),
            wait: wait_s,
            epoch: Some(self.log.epoch().await?),
            last: last
                .first()
                .filter(|row| row.seq == Some(head))
                .map(|row| row.id),
        };
        let answered = self.answered.lock().await.clone();
        let mut page = match self.remote.page(&asked).await {
            Err(error) if error.is_other_history() => {
                self.heal().await?;
                return Ok((0, None));
            }
            other => other?,
        };
        let events = std::mem::take(&mut page.what.events);
        let rows: Vec<RawEntry> = events.into_iter().map(from_wire).collect();
        match self.log.take_in(&page.what.epoch, &rows).await? {
            TakenIn::UpTo(seq) if seq == head && page.what.more => {
                Err(self.garbage("it has more, and does not send it").into())
            }
            TakenIn::UpTo(seq) => {
                self.forget(answered, seq, page.what.head).await;
                Ok((seq.saturating_sub(head), Some(page)))
            }
            // Another process was at it meanwhile.
            TakenIn::OtherEpoch => Ok((0, None)),
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

    fn garbage(&self, why: &str) -> RemoteError {
        RemoteError::Garbage {
            address: self.remote.name(),
            why: why.to_owned(),
        }
    }

    /// Finds the last entry that both have, and lets what comes after it here
    /// wait for a number again; answers how many entries that is.
    async fn heal(&self) -> Result<u64, SyncError> {
        let server = self.remote.page(&one_after(0)).await?.what;
        let common = self.common(server.head).await?;
        let name = self.remote.name();
        let moved = self.log.attach(&name, &server.epoch, common).await?;
        self.answered.lock().await.clear();
        if moved > 0 {
            tracing::warn!(moved, common, server = %name, "entries wait to be numbered anew");
        }
        Ok(moved)
    }

    /// How far this log and the server's, which ends at `head`, are the same:
    /// both only ever grew, so half of what is left is ruled out each time.
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

    async fn same_at(&self, seq: Seq) -> Result<bool, SyncError> {
        let theirs = self.remote.page(&one_after(seq - 1)).await?.what.events;
        let ours = self.log.raw_after(seq - 1, 1).await?;
        Ok(theirs.first().map(|entry| entry.id) == ours.first().map(|row| row.id))
    }

    /// Waits until the server has numbered every entry that it will take, but
    /// not longer than `limit`; answers whether it has.
    pub async fn wait(&self, limit: Duration) -> bool {
        let all = async {
            let mut pause = FIRST_PAUSE;
            loop {
                let settled = self.settle().await;
                let asked = match &settled {
                    Ok(_) if self.all_is_numbered().await => return true,
                    Err(error) if !error.may_pass() => return false,
                    Ok(_) => Duration::ZERO,
                    Err(error) => error.retry_after().unwrap_or_default(),
                };
                tracing::info!(?settled, "not there yet");
                doze(&mut pause, asked).await;
            }
        };
        tokio::time::timeout(limit, all).await.unwrap_or(false)
    }

    /// Whether nothing waits but what was refused.
    async fn all_is_numbered(&self) -> bool {
        let unsent = self.log.unsent().await;
        unsent.is_ok_and(|unsent| unsent.iter().all(|one| one.refused.is_some()))
    }
}

/// The one entry after a number, of whatever history.
fn one_after(after: Seq) -> Follow {
    Follow {
        after,
        limit: Some(1),
        ..Follow::default()
    }
}

/// Sleeps as long as was asked for, and a random part of the pause, which
/// doubles.
async fn doze(pause: &mut Duration, asked: Duration) {
    let sleep = asked + pause.mul_f64(fastrand::f64());
    *pause = (*pause * 2).min(LONGEST_PAUSE);
    tokio::time::sleep(sleep).await;
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

/// Whether the last good answer is so old that a screen must not be trusted.
pub fn is_stale(heard_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let longest = TimeDelta::seconds(2 * i64::from(WAIT_S) + 5);
    heard_at.is_none_or(|at| now - at > longest)
}
