//! What the log says of itself.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;

use super::{
    Fence, Log, StoreError, lease,
    row::from_millis,
    sql::On,
    tx::{DATABASE_TIME, Tx},
};
use crate::domain::{span::CLOCK_OFF, text::Name};

/// How exactly it is known when the server was heard last: a console that
/// waits for news hears it every few seconds, and each time written is a sync of
/// the disk.
const HEARD_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Where a log says by which time its engine counts.
const COUNTS_BY: &str = "counts_by";

/// A time that goes on by a host's uptime, which nobody sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountsBy {
    /// The name of a start of the host, which no other start has.
    pub host_start: String,
    /// What the time was then.
    pub at: DateTime<Utc>,
    /// What the time was then that was left for this one, which was ahead of it:
    /// a clock that goes back to it had slipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<DateTime<Utc>>,
}

impl CountsBy {
    /// How far it is behind the one before, on the same start of the host, where
    /// that is worth a word.
    pub fn went_back_from(&self, before: &Self) -> Option<TimeDelta> {
        let by = before.at - self.at;
        (self.host_start == before.host_start && by > CLOCK_OFF).then_some(by)
    }

    fn is_as_good_as(&self, other: &Self) -> bool {
        let left = match (self.left, other.left) {
            (Some(one), Some(other)) => (one - other).abs() <= CLOCK_OFF,
            (one, other) => one == other,
        };
        left && self.host_start == other.host_start && (self.at - other.at).abs() <= CLOCK_OFF
    }
}

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

    /// By which time those count who work on this log, where its engine left
    /// something to count down: a start of their host, and what their time was
    /// then.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn counts_by(&self) -> Result<Option<CountsBy>, StoreError> {
        let said = self.said(COUNTS_BY).await?;
        Ok(said.and_then(|json| serde_json::from_str(&json).ok()?))
    }

    /// Writes down by which time whoever begins now is to count; `None` while
    /// nothing is counted down. What is not worth a word is not written.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] when another engine took over; else when the
    /// file can't be written.
    pub async fn count_by(&self, fence: Fence, time: Option<&CountsBy>) -> Result<(), StoreError> {
        let known = self.counts_by().await?;
        let same = match (&known, time) {
            (Some(known), Some(time)) => known.is_as_good_as(time),
            (known, time) => known.is_none() && time.is_none(),
        };
        if same {
            return Ok(());
        }
        let mut tx = self.inner.begin().await?;
        lease::check(&mut tx, fence).await?;
        let json = serde_json::json!(time).to_string();
        say(&mut tx, COUNTS_BY, json).await?;
        tx.commit().await
    }

    /// What time it is where the log is kept, for all who share it: of a file,
    /// `now`.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    pub async fn time(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        if let On::File(_) = self.inner.readers {
            return Ok(now);
        }
        let sql = AssertSqlSafe(format!("SELECT {DATABASE_TIME}"));
        let millis = sqlx::query_scalar(sql).fetch_one(&self.inner.readers).await;
        let millis = millis.map_err(|error| self.inner.unread(error))?;
        Ok(from_millis(millis).unwrap_or(now))
    }

    /// Whether it is a file of this host; else others share it from theirs.
    pub fn is_a_file(&self) -> bool {
        self.inner.server.is_none()
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
