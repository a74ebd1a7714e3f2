//! What people see and do of deliveries.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{
    Log, RawEntry, StoreError, back,
    item::{Item, load, read_or_leave, readable, save, select, unfinished},
    row::{from_db, to_db},
    sql,
    tx::Tx,
};
use crate::domain::{
    entry::{Entry, EntryId, IncidentId},
    notice::{Delivery, DeliveryState},
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
            DeliveryFilter::Unfinished => {
                sqlx::query(select!("WHERE ", unfinished!(), " ORDER BY nr"))
            }
            DeliveryFilter::In(state) => {
                sqlx::query(select!("WHERE state = $1 ORDER BY nr")).bind(state.key())
            }
            DeliveryFilter::About(incident) => {
                sqlx::query(select!("WHERE incident = $1 ORDER BY nr")).bind(incident.to_string())
            }
        };
        self.found(query).await
    }

    /// Those of the newest `newest` deliveries, and of the older ones all that
    /// are neither sent nor taken back; the newest first.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn latest_deliveries(&self, newest: u32) -> Result<Vec<Delivery>, StoreError> {
        // Each half by its own index: what is over costs nothing, however much it is.
        let query = sqlx::query(select!(
            "WHERE nr IN (SELECT nr FROM deliveries WHERE ",
            unfinished!(),
            " UNION SELECT nr FROM deliveries \
             WHERE nr > (SELECT coalesce(max(nr), 0) FROM deliveries) - $1) ORDER BY nr DESC"
        ));
        self.found(query.bind(i64::from(newest))).await
    }

    async fn found(&self, query: sql::Question<'_>) -> Result<Vec<Delivery>, StoreError> {
        let items = readable(&self.inner.readers, query)
            .await
            .map_err(|error| self.inner.unread(error))?;
        Ok(items.into_iter().map(|item| item.delivery).collect())
    }

    /// At most `most` deliveries that follow the one with the key `after`, the
    /// oldest first; and whether more follow them. Of those that are sent or
    /// taken back, only what is among the `last` ones of the log.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoDelivery`], or when the file can't be read.
    pub async fn deliveries_page(
        &self,
        last: u64,
        after: Option<&str>,
        most: usize,
    ) -> Result<(Vec<Delivery>, bool), StoreError> {
        if let Some(key) = after
            && self.delivery(key).await?.is_none()
        {
            let key = key.to_owned();
            return Err(StoreError::NoDelivery { key });
        }
        let query = sqlx::query(select!(
            "WHERE nr > coalesce((SELECT nr FROM deliveries WHERE key = $1), 0) AND (",
            unfinished!(),
            " OR nr > (SELECT max(nr) FROM deliveries) - $2) ORDER BY nr LIMIT $3"
        ));
        let query = query
            .bind(after.unwrap_or_default().to_owned())
            .bind(to_db(last))
            .bind(to_db(most as u64 + 1));
        let rows = sql::rows(&self.inner.readers, query).await;
        let rows = rows.map_err(|error| self.inner.unread(error))?;
        let items = rows.iter().take(most).map(Option::as_ref);
        let items = items.filter_map(read_or_leave);
        let page = items.map(|item| item.delivery).collect();
        Ok((page, rows.len() > most))
    }

    /// How many deliveries are in each state that any is in.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn delivery_counts(&self) -> Result<BTreeMap<DeliveryState, u64>, StoreError> {
        let rows: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, count(*) FROM deliveries GROUP BY state")
                .fetch_all(&self.inner.readers)
                .await
                .map_err(|error| self.inner.unread(error))?;
        let counts = rows
            .into_iter()
            .filter_map(|(state, count)| Some((DeliveryState::from_key(&state)?, from_db(count))));
        Ok(counts.collect())
    }

    /// The delivery with this key; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn delivery(&self, key: &str) -> Result<Option<Delivery>, StoreError> {
        let query = sqlx::query(select!("WHERE key = $1")).bind(key.to_owned());
        Ok(self.found(query).await?.pop())
    }

    /// Tries a delivery again at once: one that waits, is dead, or uncertain
    /// (then as a possible repeat).
    ///
    /// # Errors
    ///
    /// [`StoreError::NoDelivery`], [`StoreError::NotNow`] in its state, or
    /// [`StoreError::TakenBack`] where its entry does not stand any more.
    pub async fn retry(&self, key: &str, now: DateTime<Utc>) -> Result<Delivery, StoreError> {
        let (mut tx, mut item) = self.at_rest(key, "tried again").await?;
        if back::is_taken_back(&mut tx, &item).await? {
            tx.undo().await?;
            let key = key.to_owned();
            return Err(StoreError::TakenBack { key });
        }
        let delivery = &mut item.delivery;
        delivery.maybe_repeat |= delivery.state == DeliveryState::Uncertain && !delivery.is_held();
        delivery.state = DeliveryState::Queued;
        delivery.next_at = now;
        keep(tx, item).await
    }

    /// Takes a delivery back: one that waits, is dead, or uncertain; and adds
    /// the entries that tell of it, together.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoDelivery`], or [`StoreError::NotNow`] in its state; and
    /// as [`Log::append`].
    pub async fn cancel(&self, key: &str, entries: &[Entry]) -> Result<Delivery, StoreError> {
        let (tx, mut item) = self.at_rest(key, "cancelled").await?;
        item.delivery.state = DeliveryState::Cancelled;
        self.keep_and_tell(tx, item, entries).await
    }

    /// Takes a person's word that it arrived, or was sent by hand: of one that
    /// waits, is dead, or uncertain; and adds the entries that tell of it,
    /// together.
    ///
    /// # Errors
    ///
    /// As [`Log::cancel`].
    pub async fn mark_sent(
        &self,
        key: &str,
        entries: &[Entry],
        now: DateTime<Utc>,
    ) -> Result<Delivery, StoreError> {
        let (tx, mut item) = self.at_rest(key, "marked as sent").await?;
        item.delivery.state = DeliveryState::Sent;
        item.delivery.sent_at = Some(now);
        self.keep_and_tell(tx, item, entries).await
    }

    async fn keep_and_tell(
        &self,
        mut tx: Tx<'_>,
        item: Item,
        entries: &[Entry],
    ) -> Result<Delivery, StoreError> {
        let rows: Vec<RawEntry> = entries.iter().map(RawEntry::from).collect();
        self.tell(&mut tx, &rows).await?;
        keep(tx, item).await
    }

    /// A delivery that a person may change, with the transaction to do it in.
    async fn at_rest(&self, key: &str, wanted: &'static str) -> Result<(Tx<'_>, Item), StoreError> {
        let mut tx = self.inner.begin().await?;
        let item = load(&mut tx, key).await?;
        let state = item.delivery.state;
        match state {
            DeliveryState::Queued | DeliveryState::Dead | DeliveryState::Uncertain => {
                Ok((tx, item))
            }
            DeliveryState::InFlight | DeliveryState::Sent | DeliveryState::Cancelled => {
                tx.undo().await?;
                Err(StoreError::NotNow {
                    key: key.to_owned(),
                    state,
                    wanted,
                })
            }
        }
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
        let items = back::take_back(&mut tx, origin).await?;
        tx.commit().await?;
        Ok(items.into_iter().map(|item| item.delivery).collect())
    }
}

async fn keep(mut tx: Tx<'_>, item: Item) -> Result<Delivery, StoreError> {
    save(&mut tx, &item).await?;
    tx.commit().await?;
    Ok(item.delivery)
}
