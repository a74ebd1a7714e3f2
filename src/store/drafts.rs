//! Unsent text, kept so that a crash costs nobody a sentence. The only thing
//! in the file that is written over.

use chrono::{DateTime, Utc};

use super::{Log, StoreError, row::sum};

impl Log {
    /// Every draft that is kept: its key and its text; the one that was saved last
    /// at the end.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        sqlx::query_as("SELECT key, json FROM drafts ORDER BY saved_at, key")
            .fetch_all(&self.inner.readers)
            .await
            .map_err(|error| self.inner.unread(error))
    }

    /// Keeps `json` under `key`, in place of what was there.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn save_draft(
        &self,
        key: &str,
        json: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        let done = sqlx::query(
            "INSERT INTO drafts (key, json, saved_at, total) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (key) DO UPDATE SET json = $2, saved_at = $3, total = $4",
        )
        .bind(key.to_owned())
        .bind(json.to_owned())
        .bind(now.timestamp_millis())
        .bind(sum(&[key, json]))
        .execute(tx.conn())
        .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }

    /// The draft under `key`; `None` when there is none.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn draft(&self, key: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar("SELECT json FROM drafts WHERE key = $1")
            .bind(key.to_owned())
            .fetch_optional(&self.inner.readers)
            .await
            .map_err(|error| self.inner.unread(error))
    }

    /// Forgets the draft under `key`, if there is one.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn drop_draft(&self, key: &str) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        let done = sqlx::query("DELETE FROM drafts WHERE key = $1")
            .bind(key.to_owned())
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }
}
