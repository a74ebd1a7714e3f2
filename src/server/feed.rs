//! What every console follows: the last entries of a workspace, encoded once,
//! and one number that rises. An entry is read from the log once, however many
//! wait for it, and nothing is kept for any one of them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex as StdMutex, PoisonError, RwLock},
    time::Duration,
};

use axum::body::Bytes;
use serde_json::value::RawValue;
use tokio::{
    sync::{Mutex, watch},
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use super::Room;
use crate::{
    domain::entry::{EntryId, Seq},
    journal,
    store::{Changes, Log, RawEntry, StoreError},
    wire::{self, Engine},
};

/// How many entries stay encoded: a console that was away for a minute finds
/// what it missed here; an older cursor is read from the log.
const KEPT: usize = 1_000;
/// How many are read at a time, and the most of a page.
const PAGE: u32 = 500;
const _: () = assert!(PAGE as usize == wire::ENTRIES);
/// How many bytes of entries go into one page, if it has more than one.
const BYTES: usize = 1 << 20;
/// How often it is looked at who runs the engine.
const ENGINE: Duration = Duration::from_secs(1);
/// How long what others wrote may wait to be read: what this server writes is
/// told meanwhile, without reading it again after each commit.
const BREATH: Duration = Duration::from_millis(10);
/// How long a page may be told again as it is: a thousand consoles ask for the
/// same one in the moment after an entry. Its time is as old as that.
const SAME: Duration = Duration::from_millis(50);

/// An entry as it is sent.
pub(super) type Encoded = Arc<RawValue>;

/// What a workspace's consoles are told.
#[derive(Debug)]
pub(super) struct Feed {
    state: RwLock<State>,
    head: watch::Sender<Seq>,
    /// The page that was made last.
    made: StdMutex<Option<Made>>,
    /// Held while the log is read, so that an entry is read once.
    reading: Mutex<()>,
}

/// A page as it was told, and what it tells.
#[derive(Debug)]
struct Made {
    after: Seq,
    most: u32,
    head: Seq,
    at: Instant,
    body: Bytes,
}

#[derive(Debug, Default)]
struct State {
    epoch: String,
    engine: Engine,
    /// The number of the last entry that is not kept here any more.
    before: Seq,
    /// The sum of everything up to that one.
    total_before: String,
    entries: VecDeque<Kept>,
}

/// An entry that stays encoded.
#[derive(Debug)]
struct Kept {
    mark: Mark,
    encoded: Encoded,
}

/// What an entry is known by: its name, and the sum of everything up to it.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) id: EntryId,
    pub(super) total: String,
}

impl Feed {
    /// The feed of this log, as it is now.
    pub(super) async fn of(log: &Log) -> Result<Self, StoreError> {
        let head = log.head().await?;
        let before = head.saturating_sub(KEPT as u64);
        let feed = Self {
            state: RwLock::new(State {
                epoch: log.epoch().await?,
                before,
                total_before: summed(log, before).await?,
                ..State::default()
            }),
            head: watch::Sender::new(before),
            made: StdMutex::default(),
            reading: Mutex::new(()),
        };
        feed.refresh(log).await?;
        Ok(feed)
    }

    /// The number of the last entry that was read.
    pub(super) fn head(&self) -> Seq {
        *self.head.borrow()
    }

    /// Tells of every change of [`Feed::head`] from now on.
    pub(super) fn watch(&self) -> watch::Receiver<Seq> {
        self.head.subscribe()
    }

    /// How many watch.
    pub(super) fn waiting(&self) -> usize {
        self.head.receiver_count()
    }

    /// The name of the history.
    pub(super) fn epoch(&self) -> String {
        self.with(|state| state.epoch.clone())
    }

    /// Whether that is the name of the history.
    pub(super) fn is_of(&self, epoch: &str) -> bool {
        self.with(|state| state.epoch == epoch)
    }

    /// Who runs the engine.
    pub(super) fn engine(&self) -> Engine {
        self.with(|state| state.engine.clone())
    }

    /// Reads what is new in the log, and tells those who wait.
    pub(super) async fn refresh(&self, log: &Log) -> Result<(), StoreError> {
        let _reading = self.reading.lock().await;
        self.read_on(log).await
    }

    async fn read_on(&self, log: &Log) -> Result<(), StoreError> {
        loop {
            let rows = log.raw_after(self.head(), PAGE).await?;
            if rows.is_empty() {
                return Ok(());
            }
            self.push(rows);
        }
    }

    /// Tells of what this server has just written, without reading it again;
    /// where something of others lies between, the log is read for both.
    pub(super) async fn add(&self, log: &Log, mut rows: Vec<RawEntry>) {
        let _reading = self.reading.lock().await;
        let head = self.head();
        rows.retain(|row| row.seq > Some(head));
        if rows.first().is_some_and(|row| row.seq == Some(head + 1)) {
            self.push(rows);
        } else if !rows.is_empty()
            && let Err(error) = self.read_on(log).await
        {
            // It is saved, and read again at the next change.
            tracing::warn!(%error, "reading the log for those who follow it");
        }
    }

    /// Tells of the entries after the head.
    fn push(&self, rows: Vec<RawEntry>) {
        let count = rows.len() as u64;
        self.change(|state| state.push(rows));
        self.head.send_modify(|head| *head += count);
    }

    /// The entries after a number, at most `most` or a page; from here, or from
    /// the log where they are too old.
    pub(super) async fn after(
        &self,
        log: &Log,
        after: Seq,
        most: u32,
    ) -> Result<Vec<Encoded>, StoreError> {
        let most = most.clamp(1, PAGE);
        if let Some(kept) = self.with(|state| state.after(after, most as usize)) {
            return Ok(fitting(kept));
        }
        let rows = log.raw_after(after, most).await?;
        Ok(fitting(rows.into_iter().map(encode).collect()))
    }

    /// The page that was made last, if it is the one that is wanted, and true.
    fn same(&self, after: Seq, most: u32) -> Option<Bytes> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.as_ref()?;
        let wanted = made.after == after && made.most == most && made.head == self.head();
        (wanted && made.at.elapsed() < SAME).then(|| made.body.clone())
    }

    /// What the entry of this number is known by, if there is one; from here, or
    /// from the log.
    pub(super) async fn at(&self, log: &Log, seq: Seq) -> Result<Option<Mark>, StoreError> {
        if let Some(mark) = self.with(|state| state.at(seq)) {
            return Ok(Some(mark));
        }
        let rows = log.raw_after(seq.saturating_sub(1), 1).await?;
        let Some(row) = rows.into_iter().find(|row| row.seq == Some(seq)) else {
            return Ok(None);
        };
        let total = log.total_at(seq).await?;
        Ok(total.map(|total| Mark { id: row.id, total }))
    }

    /// The sum of everything up to this number, if it goes so far; from here, or
    /// from the log.
    async fn total(&self, log: &Log, seq: Seq) -> Result<Option<String>, StoreError> {
        match self.with(|state| state.total(seq)) {
            Some(total) => Ok(Some(total)),
            None => log.total_at(seq).await,
        }
    }

    /// Looks at who runs the engine, who follows, and whether the history is another one.
    pub(super) async fn look(&self, room: &Room) -> Result<(), StoreError> {
        room.watching.count(Instant::now());
        let running = room.log.engine(room.clock.now()).await?;
        let engine = Engine {
            holder: running.holder.map(|owner| owner.to_string()),
            ticked_at: running.ticked_at,
        };
        let epoch = room.log.epoch().await?;
        let head = room.log.head().await?;
        let other = self.with(|state| state.epoch != epoch);
        let mut total = String::new();
        if other {
            *room.board.lock().await = None;
            total = summed(&room.log, head).await?;
        }
        let _reading = self.reading.lock().await;
        self.change(|state| {
            state.engine = engine;
            if other {
                state.epoch = epoch;
                state.before = head;
                state.total_before = total;
                state.entries.clear();
            }
        });
        if other {
            *self.made.lock().unwrap_or_else(PoisonError::into_inner) = None;
            self.head.send_replace(head);
        }
        Ok(())
    }

    fn with<T>(&self, read: impl FnOnce(&State) -> T) -> T {
        read(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl State {
    fn push(&mut self, rows: Vec<RawEntry>) {
        let mut seq = self.before + self.entries.len() as u64;
        let mut total = self.total(seq).unwrap_or_default();
        for row in rows {
            seq += 1;
            total = row.total(&total, seq);
            self.entries.push_back(Kept {
                mark: Mark {
                    id: row.id,
                    total: total.clone(),
                },
                encoded: encode(row),
            });
        }
        let over = self.entries.len().saturating_sub(KEPT);
        let gone = self.entries.drain(..over).next_back();
        self.before += over as u64;
        if let Some(Kept { mark, .. }) = gone {
            self.total_before = mark.total;
        }
    }

    /// `None` where what follows is not kept here any more.
    fn after(&self, after: Seq, most: usize) -> Option<Vec<Encoded>> {
        let skip = usize::try_from(after.checked_sub(self.before)?).ok()?;
        let entries = self.entries.iter().skip(skip).take(most);
        Some(entries.map(|kept| Arc::clone(&kept.encoded)).collect())
    }

    /// `None` where the entry of this number is not kept here.
    fn at(&self, seq: Seq) -> Option<Mark> {
        let place = usize::try_from(seq.checked_sub(self.before + 1)?).ok()?;
        self.entries.get(place).map(|kept| kept.mark.clone())
    }

    /// `None` where the entry of this number is not kept here.
    fn total(&self, seq: Seq) -> Option<String> {
        if seq == self.before {
            return Some(self.total_before.clone());
        }
        self.at(seq).map(|mark| mark.total)
    }
}

/// The sum of everything up to a number that the log has.
async fn summed(log: &Log, seq: Seq) -> Result<String, StoreError> {
    // It is cut only by who stops the server.
    Ok(log.total_at(seq).await?.unwrap_or_default())
}

fn encode(row: RawEntry) -> Encoded {
    let id = row.id;
    let entry = journal::to_wire(row);
    let encoded = entry.and_then(|entry| serde_json::value::to_raw_value(&entry).ok());
    if encoded.is_none() {
        tracing::error!(%id, "an entry of the log is no JSON: it is told of as null");
    }
    encoded.map_or_else(|| RawValue::NULL.to_owned().into(), Into::into)
}

/// As many as fit into a page, and at least one.
fn fitting(mut entries: Vec<Encoded>) -> Vec<Encoded> {
    let mut bytes = 0;
    let fit = entries.iter().position(|entry| {
        bytes += entry.get().len();
        bytes > BYTES
    });
    entries.truncate(fit.map_or(entries.len(), |fit| fit.max(1)));
    entries
}

/// Keeps a room's feed up to date until it is told to stop.
pub(super) async fn keep(room: Arc<Room>, mut changes: Changes, stop: CancellationToken) {
    let mut look = tokio::time::interval(ENGINE);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let looked = tokio::select! {
            () = stop.cancelled() => return,
            () = changes.changed() => {
                tokio::time::sleep(BREATH).await;
                Ok(())
            }
            _ = look.tick() => room.feed.look(&room).await,
        };
        // At every look as well: a read that went wrong is made up for then.
        let read = room.feed.refresh(&room.log).await;
        if let Err(StoreError::Closed) = read {
            return;
        }
        if let Err(error) = looked.and(read) {
            tracing::warn!(%error, "reading the log for those who follow it");
        }
    }
}

/// The page that a console is sent: at most so many entries after a number.
pub(super) async fn page(room: &Room, after: Seq, most: u32) -> Result<Bytes, StoreError> {
    let feed = &room.feed;
    if let Some(body) = feed.same(after, most) {
        return Ok(body);
    }
    let at = Instant::now();
    let events = feed.after(&room.log, after, most).await?;
    let next = after + events.len() as u64;
    let head = feed.head().max(next);
    let page = wire::Page {
        events: events.iter().map(|event| &**event).collect(),
        head,
        next,
        more: next < head,
        epoch: feed.epoch(),
        total: feed.total(&room.log, next).await?,
        server_time: room.clock.now(),
        engine: feed.engine(),
        watching: room.watching.told(),
    };
    let body = serde_json::to_vec(&page).expect("a page has only JSON, text and numbers");
    let body = Bytes::from(body);
    let made = Made {
        after,
        most,
        head,
        at,
        body: body.clone(),
    };
    *feed.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    Ok(body)
}
