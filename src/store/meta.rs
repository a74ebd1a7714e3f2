//! What the log says of itself.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Log, StoreError, row::from_millis, tx::Tx};
use crate::domain::text::Name;

/// How exactly it is known when the server was heard last: a console that
/// waits for news hears it every few seconds, and each time written is a sync of
/// the disk.
const HEARD_EVERY: TimeDelta = TimeDelta::minutes(1);

impl Log {
    /// The workspace that the log is of; `None` until it was named.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn workspace(&self) -> Result<Option<Name>, StoreError> {
        let name = self.said("workspace").await?;
        Ok(name.map(|name| Name::lossy(&name)))
    }

    /// When the log was first named; `None` until it was.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn created_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let millis = self.said("created_at").await?;
        Ok(millis.and_then(|millis| from_millis(millis.parse().ok()?)))
    }

    /// Names the workspace, in place of an earlier name.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn name_workspace(&self, name: &Name, now: DateTime<Utc>) -> Result<(), StoreError> {
        let first = self.created_at().await?.is_none();
        let mut tx = self.inner.begin().await?;
        say(&mut tx, "workspace", name.to_string()).await?;
        if first {
            say(&mut tx, "created_at", now.timestamp_millis().to_string()).await?;
        }
        tx.commit().await
    }

    /// When the server that numbers this log last answered here, or up to a
    /// minute before; `None` until it did.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn heard_at(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let millis = self.said("heard_at").await?;
        Ok(millis.and_then(|millis| from_millis(millis.parse().ok()?)))
    }

    /// Writes down that the server answered at `now`, for while it is away.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn heard(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let before = self.heard_at().await?;
        if before.is_some_and(|at| (now - at).abs() < HEARD_EVERY) {
            return Ok(());
        }
        let mut tx = self.inner.begin().await?;
        say(&mut tx, "heard_at", now.timestamp_millis().to_string()).await?;
        tx.commit().await
    }

    /// Writes something and reads it back: whether the log takes entries is
    /// only known once it took something.
    ///
    /// # Errors
    ///
    /// What stood in the way.
    pub async fn prove(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        say(&mut tx, "proved_at", now.timestamp_millis().to_string()).await?;
        tx.commit().await?;
        self.said("proved_at").await.map(drop)
    }

    pub(super) async fn said(&self, name: &'static str) -> Result<Option<String>, StoreError> {
        let value = sqlx::query_scalar("SELECT value FROM meta WHERE name = $1").bind(name);
        let mut lent = self.inner.lent();
        let found = match lent.as_mut().and_then(|slot| slot.as_mut()) {
            Some(conn) => value.fetch_optional(conn).await,
            None => value.fetch_optional(&self.inner.readers).await,
        };
        found.map_err(|error| self.inner.unread(error))
    }
}

/// Writes down what the log says of itself, in place of what it said.
pub(super) async fn say(
    tx: &mut Tx<'_>,
    name: &'static str,
    value: String,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2",
    )
    .bind(name)
    .bind(value)
    .execute(tx.conn())
    .await;
    done.map(drop).map_err(|error| tx.told(error))
}
