//! A new history: after a log was restored from a backup, numbers are given a
//! second time, and every copy must know.

use chrono::{DateTime, Utc};

use super::{
    Log, StoreError, connect,
    item::{Item, open_items, save},
    meta::say,
    row::from_millis,
};
use crate::domain::{notice::DeliveryState, text::Title};

/// Where the log says that it lost its tail: empty until somebody who pages
/// has heard of it, and then the time of that.
pub(super) const CUT_SHORT: &str = "cut_short";

impl Log {
    /// Since when somebody who pages knows that this log lost its tail, last:
    /// that is `now` for the first who asks. Steps that fell due before that
    /// may have fired in what was lost. `None` where nothing ever was.
    ///
    /// # Errors
    ///
    /// When the log can't be read, or not written the first time.
    pub async fn cut_short(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let Some(said) = self.said(CUT_SHORT).await? else {
            return Ok(None);
        };
        if let Some(at) = said.parse().ok().and_then(from_millis) {
            return Ok(Some(at));
        }
        let mut tx = self.inner.begin().await?;
        say(&mut tx, CUT_SHORT, now.timestamp_millis().to_string()).await?;
        tx.commit().await?;
        Ok(Some(now))
    }

    /// Begins a new history with what is here. Copies find the last entry that
    /// both have, and bring back what this log lost. Messages that had not left
    /// when the backup was made may have left since: pages are repeated, and say
    /// so; the rest waits for a person. Answers how many these are.
    ///
    /// # Errors
    ///
    /// [`StoreError::IsCopy`] where a server gives the numbers; else when the
    /// log can't be written.
    pub async fn begin_epoch(&self) -> Result<usize, StoreError> {
        let mut tx = self.inner.begin().await?;
        if tx.head.remote {
            tx.undo().await?;
            return Err(StoreError::IsCopy);
        }
        let items = open_items(tx.conn()).await;
        let mut items = items.map_err(|error| tx.told(error))?;
        for item in &mut items {
            doubt(item);
            save(&mut tx, item).await?;
        }
        let done = sqlx::query("UPDATE head SET epoch = $1 WHERE one = 1")
            .bind(connect::random_id().to_string())
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
        say(&mut tx, CUT_SHORT, String::new()).await?;
        tx.commit().await?;
        let waits = |item: &&Item| item.delivery.state == DeliveryState::Uncertain;
        Ok(items.iter().filter(waits).count())
    }
}

/// Marks a message that may have left in what was lost. One that waited for a
/// person goes on waiting.
fn doubt(item: &mut Item) {
    let is_repeated =
        item.delivery.state != DeliveryState::Uncertain && item.is_repeated_in_doubt();
    let next_at = item.delivery.next_at;
    item.take_over(is_repeated, next_at);
    item.delivery.maybe_repeat = true;
    item.delivery.last_error = Title::lossy("the log was restored: it may have left before that");
}
