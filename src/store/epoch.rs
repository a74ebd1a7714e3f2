//! A new history: after a log was restored from a backup, numbers are given a
//! second time, and every copy must know.

use super::{
    Log, StoreError, connect,
    item::{open_items, save},
};
use crate::domain::{notice::DeliveryState, text::Title};

impl Log {
    /// Begins a new history with what is here. Copies find the last entry that
    /// both have, and bring back what this log lost. Messages that had not left
    /// when the backup was made may have left since: they wait for a person.
    /// Answers how many these are.
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
            item.delivery.state = DeliveryState::Uncertain;
            item.delivery.maybe_repeat = true;
            item.delivery.last_error =
                Title::lossy("the log was restored: it may have left before that");
            save(&mut tx, item).await?;
        }
        let done = sqlx::query("UPDATE head SET epoch = $1 WHERE one = 1")
            .bind(connect::random_id().to_string())
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await?;
        Ok(items.len())
    }
}
