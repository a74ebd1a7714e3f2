//! Messages on their way. Each has one row, changed only by reading it whole,
//! deciding, and writing it whole, in one transaction.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Accepted, Fence, Log, RawEntry, StoreError,
    back::is_taken_back,
    item::{Item, load, open_items, save},
    lanes, lease,
    tx::Tx,
};
use crate::domain::{
    entry::Entry,
    notice::{Delivery, DeliveryState, Intent},
    text::{Name, Title},
};

/// One try to deliver, written down before it began. Only its holder can end
/// it, and only while nobody else took the delivery over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Try {
    /// The delivery's key.
    pub key: Title,
    /// The turn at the lease in which it began.
    pub fence: Fence,
    /// Which try it is, from 1.
    pub attempt: u32,
}

/// How a delivery begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// It leaves as soon as its time comes.
    Queued,
    /// It waits for a person, and why.
    Held(Title),
    /// It does not leave at all, and why.
    Dropped(Title),
}

/// What becomes of a delivery after a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The channel took it.
    Sent,
    /// It is tried again.
    Again {
        /// What went wrong.
        why: Title,
        /// Not before this.
        next_at: DateTime<Utc>,
        /// Whether this try may have arrived all the same.
        maybe_repeat: bool,
    },
    /// It is not tried again by itself.
    Dead {
        /// What went wrong.
        why: Title,
    },
    /// Nobody can tell whether it arrived: it waits for a person.
    Uncertain {
        /// What happened.
        why: Title,
    },
}

/// What [`Log::recover`] made of tries that nobody ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recovered {
    /// They are tried again, as possible repeats.
    pub again: Vec<Delivery>,
    /// They wait for a person.
    pub uncertain: Vec<Delivery>,
}

impl Log {
    /// At most `most` deliveries whose turn it is, pages first: at most one of
    /// each lane (channel and incident), and a few of each channel. Updates that
    /// a newer one replaces are cancelled on the way.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or not written where something is replaced.
    pub async fn due(&self, now: DateTime<Utc>, most: usize) -> Result<Vec<Delivery>, StoreError> {
        let mut items = self.open_deliveries().await?;
        if !lanes::replaced(&items, now).is_empty() {
            items = self.replace(now).await?;
        }
        let due = lanes::due(&items, now);
        Ok(due
            .into_iter()
            .take(most)
            .map(|place| items[place].delivery.clone())
            .collect())
    }

    /// Cancels what is replaced, and answers with what is left.
    async fn replace(&self, now: DateTime<Utc>) -> Result<Vec<Item>, StoreError> {
        let mut tx = self.inner.begin().await?;
        let items = open_items(tx.conn()).await;
        let mut items = items.map_err(|error| tx.told(error))?;
        for found in lanes::replaced(&items, now) {
            let newer = items[found.newer].delivery.clone();
            let older = &mut items[found.older].delivery;
            let waits = older.state == DeliveryState::Queued;
            older.state = DeliveryState::Cancelled;
            older.last_error = Title::lossy(&format!("replaced by {}", newer.intent.key));
            // A channel that asked for a pause gets it all the same.
            let next_at = if waits {
                older.next_at.max(newer.next_at)
            } else {
                newer.next_at
            };
            save(&mut tx, &items[found.older]).await?;
            items[found.newer].delivery.next_at = next_at;
            save(&mut tx, &items[found.newer]).await?;
        }
        tx.commit().await?;
        Ok(items)
    }

    /// Moves the next tries back with a clock that went back `by` that much, as
    /// it had slipped ahead: what was tried meanwhile would wait for as long.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] when another engine took over; else when the
    /// file can't be written.
    pub async fn went_back(
        &self,
        fence: Fence,
        now: DateTime<Utc>,
        by: TimeDelta,
    ) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        lease::check(&mut tx, fence).await?;
        let items = open_items(tx.conn()).await;
        let items = items.map_err(|error| tx.told(error))?;
        let waits = |item: &Item| item.delivery.attempts > 0 && item.delivery.next_at > now;
        for mut item in items.into_iter().filter(waits) {
            item.delivery.next_at = (item.delivery.next_at - by).max(now);
            save(&mut tx, &item).await?;
        }
        tx.commit().await
    }

    /// When [`Log::due`] or [`Log::recover`] may have something to do at the
    /// earliest; `None` while nothing waits.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn soonest_delivery(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(lanes::soonest(&self.open_deliveries().await?))
    }

    async fn open_deliveries(&self) -> Result<Vec<Item>, StoreError> {
        open_items(&self.inner.readers)
            .await
            .map_err(|error| self.inner.unread(error))
    }

    /// Writes down that a try begins, before its first byte leaves. `None`
    /// when it may not begin: it is not its turn, or not any more.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] when another engine took over.
    pub async fn start(
        &self,
        key: &str,
        fence: Fence,
        now: DateTime<Utc>,
        lease_until: DateTime<Utc>,
    ) -> Result<Option<Try>, StoreError> {
        let mut tx = self.inner.begin().await?;
        let lease = lease::check(&mut tx, fence).await?;
        let items = open_items(tx.conn()).await;
        let items = items.map_err(|error| tx.told(error))?;
        let mine = lanes::due(&items, now)
            .into_iter()
            .map(|place| &items[place])
            .find(|item| &*item.delivery.intent.key == key);
        let Some(mut item) = mine.cloned() else {
            tx.undo().await?;
            return Ok(None);
        };
        let begun = item.begin(&lease, lease_until);
        save(&mut tx, &item).await?;
        tx.commit().await?;
        Ok(Some(begun))
    }

    /// Ends a try, and adds the entries that tell of it, together. `None`
    /// when the delivery was taken over meanwhile: nothing is written then.
    ///
    /// # Errors
    ///
    /// As [`Log::append`].
    pub async fn finish(
        &self,
        one: &Try,
        ending: Ending,
        entries: &[Entry],
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<Accepted>>, StoreError> {
        let rows: Vec<RawEntry> = entries.iter().map(RawEntry::from).collect();
        let mut tx = self.inner.begin().await?;
        let mut item = load(&mut tx, &one.key).await?;
        if !item.is_on_the_wire_for(one) {
            tx.undo().await?;
            return Ok(None);
        }
        item.end(ending, now);
        // It was on the wire when its entry was taken back.
        if is_taken_back(&mut tx, &item).await? {
            item.take_back();
        }
        save(&mut tx, &item).await?;
        let accepted = self.tell(&mut tx, &rows).await?;
        tx.commit().await?;
        Ok(Some(accepted))
    }

    /// Gives up a delivery that is not over, for the reason that `given` says
    /// in its last error, and adds the entries that tell of it, together.
    /// Nothing is written where it is over.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] when another engine took over.
    pub async fn give_up(
        &self,
        fence: Fence,
        given: &Delivery,
        entries: &[Entry],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let rows: Vec<RawEntry> = entries.iter().map(RawEntry::from).collect();
        let mut tx = self.inner.begin().await?;
        lease::check(&mut tx, fence).await?;
        let mut item = load(&mut tx, &given.intent.key).await?;
        if !item.delivery.state.is_open() {
            return tx.undo().await;
        }
        let why = given.last_error.clone();
        item.end(Ending::Dead { why }, now);
        save(&mut tx, &item).await?;
        self.tell(&mut tx, &rows).await?;
        tx.commit().await
    }

    /// Takes over the tries whose time ran out or whose process is gone. Pages
    /// and late notices are sent again, and so is everything on a channel for
    /// which `resend_safe` says that a repeat does no harm; the rest waits for
    /// a person.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] when the caller is not the engine.
    pub async fn recover(
        &self,
        fence: Fence,
        now: DateTime<Utc>,
        resend_safe: impl Fn(&Name) -> bool + Send,
    ) -> Result<Recovered, StoreError> {
        let mut tx = self.inner.begin().await?;
        let lease = lease::check(&mut tx, fence).await?;
        let items = open_items(tx.conn()).await;
        let mut recovered = Recovered::default();
        for mut item in items.map_err(|error| tx.told(error))? {
            if !item.is_abandoned(&lease, now) {
                continue;
            }
            let again = item.is_repeated_in_doubt() || resend_safe(&item.delivery.intent.channel);
            let again = again && !is_taken_back(&mut tx, &item).await?;
            item.take_over(again, now);
            save(&mut tx, &item).await?;
            let list = if again {
                &mut recovered.again
            } else {
                &mut recovered.uncertain
            };
            list.push(item.delivery);
        }
        if recovered == Recovered::default() {
            tx.undo().await?;
        } else {
            tx.commit().await?;
        }
        Ok(recovered)
    }
}

/// Puts messages into the queue, in the transaction of the entry they follow
/// from; answers how many are new. A known key is left as it is.
pub(super) async fn queue(
    tx: &mut Tx<'_>,
    intents: &[Intent],
    start: &Start,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let mut queued = 0;
    for intent in intents {
        queued += Item::new(intent, start, now).insert(tx).await?;
    }
    Ok(queued)
}
