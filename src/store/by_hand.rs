//! What people see and do of deliveries.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    Log, StoreError,
    item::{Item, load, readable, save, select, state_word},
    tx::Tx,
};
use crate::domain::{
    entry::{EntryId, IncidentId},
    notice::{Delivery, DeliveryState},
    text::Title,
};

/// Which deliveries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFilter {
    /// Every one there ever was.
    All,
    /// Neither sent nor taken back.
    Unfinished,
    /// Those in this state.
    In(DeliveryState),
    /// Those about this incident.
    About(IncidentId),
}

impl Log {
    /// The deliveries wanted, oldest first.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn deliveries(&self, filter: DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        let query = match filter {
            DeliveryFilter::All => sqlx::query(select!("ORDER BY nr")),
            DeliveryFilter::Unfinished => sqlx::query(select!(
                "WHERE state NOT IN ('sent', 'cancelled') ORDER BY nr"
            )),
            DeliveryFilter::In(state) => {
                sqlx::query(select!("WHERE state = $1 ORDER BY nr")).bind(state_word(state))
            }
            DeliveryFilter::About(incident) => {
                sqlx::query(select!("WHERE incident = $1 ORDER BY nr")).bind(incident.to_string())
            }
        };
        let items = readable(&self.inner.readers, query)
            .await
            .map_err(|error| self.inner.unread(error))?;
        Ok(items.into_iter().map(|item| item.delivery).collect())
    }

    /// How many deliveries are in each state that any is in.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn delivery_counts(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, count(*) FROM deliveries GROUP BY state")
                .fetch_all(&self.inner.readers)
                .await
                .map_err(|error| self.inner.unread(error))?;
        Ok(rows.into_iter().collect())
    }

    /// The delivery with this key; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        let query = sqlx::query(select!("WHERE key = $1")).bind(key.to_owned());
        let mut items = readable(&self.inner.readers, query)
            .await
            .map_err(|error| self.inner.unread(error))?;
        Ok(items.pop().map(|item| item.delivery))
    }

    /// Tries a delivery again at once: one that waits, is dead, or uncertain
    /// (then as a possible repeat).
    ///
    /// # Errors
    ///
    /// [`StoreError::NoDelivery`], or [`StoreError::NotNow`] in its state.
    pub async fn retry(&self, key: &str, now: DateTime<Utc>) -> Result<Delivery, StoreError> {
        self.change(key, "tried again", |delivery| {
            delivery.maybe_repeat |=
                delivery.state == DeliveryState::Uncertain && !delivery.is_held();
            delivery.state = DeliveryState::Queued;
            delivery.next_at = now;
        })
        .await
    }

    /// Takes a delivery back: one that waits, is dead, or uncertain.
    ///
    /// # Errors
    ///
    /// As [`Log::retry`].
    pub async fn cancel(&self, key: &str) -> Result<Delivery, StoreError> {
        self.change(key, "cancelled", |delivery| {
            delivery.state = DeliveryState::Cancelled;
        })
        .await
    }

    /// Takes a person's word that it arrived, or was sent by hand: of one that
    /// waits, is dead, or uncertain.
    ///
    /// # Errors
    ///
    /// As [`Log::retry`].
    pub async fn mark_sent(&self, key: &str, now: DateTime<Utc>) -> Result<Delivery, StoreError> {
        self.change(key, "marked as sent", |delivery| {
            delivery.state = DeliveryState::Sent;
            delivery.sent_at = Some(now);
        })
        .await
    }

    async fn change(
        &self,
        key: &str,
        wanted: &'static str,
        change: impl FnOnce(&mut Delivery) + Send,
    ) -> Result<Delivery, StoreError> {
        let mut tx = self.inner.begin().await?;
        let mut item = load(&mut tx, key).await?;
        let state = item.delivery.state;
        match state {
            DeliveryState::Queued | DeliveryState::Dead | DeliveryState::Uncertain => {}
            DeliveryState::InFlight | DeliveryState::Sent | DeliveryState::Cancelled => {
                tx.undo().await?;
                return Err(StoreError::NotNow {
                    key: key.to_owned(),
                    state,
                    wanted,
                });
            }
        }
        change(&mut item.delivery);
        save(&mut tx, &item).await?;
        tx.commit().await?;
        Ok(item.delivery)
    }

    /// Takes back what follows from an entry and still waits. Answers with
    /// all of its deliveries as they are now: what is not cancelled was too
    /// late.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn cancel_by_origin(&self, origin: EntryId) -> Result<Vec<Delivery>, StoreError> {
        let mut tx = self.inner.begin().await?;
        let items = take_back(&mut tx, &origin.to_string()).await?;
        tx.commit().await?;
        Ok(items.into_iter().map(|item| item.delivery).collect())
    }
}

/// Cancels what follows from an entry and still waits, inside a transaction;
/// answers with all that follows from it.
pub(super) async fn take_back(tx: &mut Tx<'_>, origin: &str) -> Result<Vec<Item>, StoreError> {
    let query = sqlx::query(select!("WHERE origin = $1 ORDER BY nr")).bind(origin.to_owned());
    let items = readable(tx.conn(), query).await;
    let mut items = items.map_err(|error| tx.told(error))?;
    for item in &mut items {
        if item.delivery.state == DeliveryState::Queued {
            item.delivery.state = DeliveryState::Cancelled;
            item.delivery.last_error = Title::lossy("taken back");
            save(tx, item).await?;
        }
    }
    Ok(items)
}
