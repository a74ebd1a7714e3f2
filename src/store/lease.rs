//! Who runs the engine (E9): one row, and a number that rises with every
//! change of hands. Whoever held it before holds an old number, and is refused.
//!
//! On a server the holders are on different hosts, whose clocks may differ by
//! more than a lease lasts: there, the server's clock says when one has run out.

use std::{fmt, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};
use sqlx::{AssertSqlSafe, Row as _};

use super::{
    Log, StoreError,
    row::{from_db, from_millis, to_db, to_millis},
    sql::On,
    tx::{DATABASE_TIME, Tx},
};
use crate::domain::{span::CLOCK_OFF, text::Name};

/// The number of a turn at the lease.
pub type Fence = u64;

/// A process that wants to run the engine, or does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The person whose console or server it is.
    pub name: Name,
    /// The host it runs on.
    pub host: Name,
    /// Its process id there.
    pub pid: u32,
}

impl fmt::Display for Owner {
    /// `ada on bastion`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.name, self.host)
    }
}

/// A lease as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who holds it.
    pub owner: Owner,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it was renewed last.
    pub renewed_at: DateTime<Utc>,
    /// Until when, unless it is renewed.
    pub expires_at: DateTime<Utc>,
    /// The number of this turn.
    pub fence: Fence,
}

/// Who runs the engine, in the time of whoever asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Running {
    /// Who holds the lease, and has not let it run out; `None` when nobody does.
    pub holder: Option<Owner>,
    /// When an engine last went around; `None` if none ever did.
    pub ticked_at: Option<DateTime<Utc>>,
}

/// How to hold a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// How long it lasts.
    pub ttl: TimeDelta,
    /// How often to renew it, and to ask for it while another holds it.
    pub every: Duration,
}

/// In a file: a holder that died is seen by its process id, so the time only
/// matters for one that hangs, and each renewal is a sync of the disk.
const IN_A_FILE: Terms = Terms {
    ttl: TimeDelta::seconds(15),
    every: Duration::from_secs(5),
};

/// On a server: another host takes over within three seconds, and one renewal
/// in four may still be late.
const ON_A_SERVER: Terms = Terms {
    ttl: TimeDelta::seconds(2),
    every: Duration::from_millis(500),
};

/// The answer to [`Log::take_lease`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaseState {
    /// The caller has it, under this number.
    Held(Fence),
    /// Somebody else has it.
    HeldBy(Lease),
}

impl Owner {
    /// `ada on bastion (pid 4711)`, for whoever may have to end it.
    pub fn process(&self) -> String {
        format!("{self} (pid {})", self.pid)
    }

    /// Whether it is a process of `host` that is there no more.
    pub fn is_gone(&self, host: &str) -> bool {
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        // Another user's process answers "not permitted": it is there.
        &*self.host == host
            && pid.is_none_or(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
    }
}

impl Log {
    /// How to hold the lease of this log.
    pub fn lease_terms(&self) -> Terms {
        match self.inner.server {
            Some(_) => ON_A_SERVER,
            None => IN_A_FILE,
        }
    }

    /// Takes the lease until `now + ttl`, if it is free, has run out, or its
    /// holder was a process of this host that is no more. Taking it again
    /// begins a new turn.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn take_lease(
        &self,
        me: &Owner,
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<LeaseState, StoreError> {
        let mut tx = self.inner.begin().await?;
        let now = tx.time(now).await?;
        let (fence, held) = read(&mut tx).await?;
        if let Some(held) = held
            && holds(&held, now)
            && held.owner != *me
            && !held.owner.is_gone(&me.host)
        {
            tx.undo().await?;
            return Ok(LeaseState::HeldBy(held));
        }
        let fence = fence + 1;
        write(&mut tx, fence, me, now, now + ttl).await?;
        tx.commit().await?;
        Ok(LeaseState::Held(fence))
    }

    /// Holds the lease on, until `now + ttl`, and writes down that the engine
    /// went once around at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] when another took over.
    pub async fn renew_lease(
        &self,
        fence: Fence,
        now: DateTime<Utc>,
        ttl: TimeDelta,
    ) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        check(&mut tx, fence).await?;
        let now = tx.time(now).await?;
        let done = sqlx::query("UPDATE lease SET expires_at = $1, ticked_at = $2 WHERE one = 1")
            .bind((now + ttl).timestamp_millis())
            .bind(now.timestamp_millis())
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }

    /// Gives the lease back, so that the next one need not wait.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] when another took over; there is nothing to
    /// give back then.
    pub async fn release_lease(&self, fence: Fence) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        check(&mut tx, fence).await?;
        let done = sqlx::query("UPDATE lease SET owner = NULL WHERE one = 1")
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }

    /// Who runs the engine, for whoever has `now` on the clock: whether a lease
    /// has run out is for the clock to say that it was taken by.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn engine(&self, now: DateTime<Utc>) -> Result<Running, StoreError> {
        let time = match &self.inner.readers {
            On::File(_) => now.timestamp_millis().to_string(),
            On::Server(_) => DATABASE_TIME.to_owned(),
        };
        let sql = format!("SELECT {LEASE}, {time} FROM lease WHERE one = 1");
        let row = sqlx::query(AssertSqlSafe(sql))
            .fetch_one(&self.inner.readers)
            .await
            .map_err(|error| self.inner.unread(error))?;
        running(&row, now).map_err(|error| self.inner.unread(error))
    }
}

/// Whether a lease has not run out. One that was taken or renewed at a time that
/// is still to come was so by a clock that was set back since, and says nothing:
/// it would keep everybody from paging until then.
fn holds(lease: &Lease, now: DateTime<Utc>) -> bool {
    lease.expires_at > now && lease.renewed_at - now <= CLOCK_OFF
}

/// Of a row that ends with the time it is there.
fn running(row: &sqlx::any::AnyRow, now: DateTime<Utc>) -> Result<Running, sqlx::Error> {
    let (_, lease) = decode(row)?;
    let ticked_at: Option<i64> = row.try_get(4)?;
    let there = from_millis(row.try_get(5)?).unwrap_or(now);
    let held = lease.filter(|lease| holds(lease, there));
    let here = |at| to_millis(now).checked_sub_signed(there - at);
    Ok(Running {
        holder: held.map(|lease| lease.owner),
        ticked_at: ticked_at.and_then(from_millis).and_then(here),
    })
}

/// The columns of a lease.
const LEASE: &str = "fence, owner, since, expires_at, ticked_at";

/// Refuses whoever does not hold the lease (any more).
pub(super) async fn check(tx: &mut Tx<'_>, fence: Fence) -> Result<Lease, StoreError> {
    let (_, held) = read(tx).await?;
    held.filter(|held| held.fence == fence)
        .ok_or(StoreError::LeaseLost)
}

async fn read(tx: &mut Tx<'_>) -> Result<(Fence, Option<Lease>), StoreError> {
    let sql = format!("SELECT {LEASE} FROM lease WHERE one = 1");
    let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(tx.conn()).await;
    row.and_then(|row| decode(&row))
        .map_err(|error| tx.told(error))
}

fn decode(row: &sqlx::any::AnyRow) -> Result<(Fence, Option<Lease>), sqlx::Error> {
    let fence = from_db(row.try_get(0)?);
    let owner: Option<String> = row.try_get(1)?;
    let Some(owner) = owner else {
        return Ok((fence, None));
    };
    let time = |millis| from_millis(millis).unwrap_or_default();
    let since = time(row.try_get(2)?);
    let ticked_at: Option<i64> = row.try_get(4)?;
    let lease = Lease {
        owner: serde_json::from_str(&owner).map_err(|error| sqlx::Error::Decode(error.into()))?,
        since,
        renewed_at: ticked_at.map_or(since, time).max(since),
        expires_at: time(row.try_get(3)?),
        fence,
    };
    Ok((fence, Some(lease)))
}

async fn write(
    tx: &mut Tx<'_>,
    fence: Fence,
    owner: &Owner,
    since: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        // Nobody went around at a time that is still to come.
        "UPDATE lease SET fence = $1, owner = $2, since = $3, expires_at = $4, \
         ticked_at = CASE WHEN ticked_at > $3 THEN $3 ELSE ticked_at END WHERE one = 1",
    )
    .bind(to_db(fence))
    .bind(json(owner))
    .bind(since.timestamp_millis())
    .bind(expires_at.timestamp_millis())
    .execute(tx.conn())
    .await;
    done.map(drop).map_err(|error| tx.told(error))
}

/// An owner as it is stored.
pub(super) fn json(owner: &Owner) -> String {
    serde_json::to_string(owner).expect("an owner is two texts and a number")
}
