//! One short transaction at a time, and what its errors mean.

use std::{path::Path, sync::atomic::Ordering, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Row as _, error::DatabaseError, postgres::PgDatabaseError};
use tokio::{sync::MutexGuard, time::Instant};

use super::{
    Inner, OpenMode, StoreError, connect, inspect,
    mark::Mark,
    row::{from_db, from_millis, to_db},
    server,
    sql::{Conn, On},
};

/// How long anybody waits for another process's transaction.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The longest pause between two tries to get the lock, in microseconds. Short
/// and random, so that no process is always the late one.
const PAUSE_US: u64 = 3_000;

/// What time it is on a server, in milliseconds, as it says in SQL.
pub(super) const DATABASE_TIME: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// The head row, as it was when the transaction began and as it will be.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) seq: u64,
    pub(super) total: String,
    pub(super) rseq: u64,
    pub(super) writes: u64,
    pub(super) epoch: String,
    /// A server gives the numbers.
    pub(super) remote: bool,
    /// Where the log went, if it was given away.
    given: Option<String>,
}

/// A transaction. Dropped without [`Tx::commit`], in whatever way, it takes
/// its connection with it, so that nothing of it is left.
#[derive(Debug)]
pub(super) struct Tx<'a> {
    log: &'a Inner,
    slot: MutexGuard<'a, Option<Conn>>,
    conn: Conn,
    pub(super) head: Head,
}

impl Inner {
    /// Begins a transaction, and waits for its turn.
    pub(super) async fn begin(&self) -> Result<Tx<'_>, StoreError> {
        if self.readers.is_closed() {
            return Err(StoreError::Closed);
        }
        if self.mode == OpenMode::ReadOnly {
            return Err(StoreError::ReadOnly {
                path: self.path.clone(),
            });
        }
        let mut slot = self.writer.lock().await;
        let patience = Patience::start();
        loop {
            match self.try_begin(&mut slot).await {
                Ok((conn, head)) => {
                    let given = head.given.clone();
                    let tx = Tx {
                        log: self,
                        slot,
                        conn,
                        head,
                    };
                    return match given {
                        // Its readers would never hear of what came in now.
                        Some(to) => {
                            tx.undo().await?;
                            Err(StoreError::Given { to })
                        }
                        None => Ok(tx),
                    };
                }
                Err(error) => patience.again(error).await?,
            }
        }
    }

    /// One try. Making the connection is part of it: one that was dropped in
    /// a transaction may still be closing, and holds the file for a moment.
    async fn try_begin(&self, slot: &mut Option<Conn>) -> Result<(Conn, Head), StoreError> {
        let mut conn = match slot.take() {
            Some(conn) => conn,
            None => match &self.server {
                Some(server) => server.connect().await?,
                None => connect::writer(&self.path).await?,
            },
        };
        match begin_on(&mut conn).await {
            Ok(head) => {
                // Another process may have given the log away.
                self.is_copy.store(head.remote, Ordering::Relaxed);
                Ok((conn, head))
            }
            Err(error) => {
                let error = told(&self.path, "writing to", error);
                // On a server it is inside of a transaction that failed.
                if matches!((&error, &conn), (StoreError::Busy { .. }, On::File(_))) {
                    *slot = Some(conn);
                }
                Err(error)
            }
        }
    }

    /// The connection that writes, while it is idle and nobody has read yet:
    /// the first looks need no second one, and opening it takes longer.
    pub(super) fn lent(&self) -> Option<MutexGuard<'_, Option<Conn>>> {
        let unused = self.readers.is_unused();
        unused.then(|| self.writer.try_lock().ok()).flatten()
    }

    /// What an error of a reader means.
    pub(super) fn unread(&self, error: sqlx::Error) -> StoreError {
        match &self.server {
            Some(server) => server.unread(error),
            None => told(&self.path, "reading", error),
        }
    }

    /// A connection of its own, for a look that takes long.
    pub(super) async fn reader(&self) -> Result<Conn, StoreError> {
        match &self.server {
            Some(server) => server.connect().await,
            None => connect::reader(&self.path).await,
        }
    }

    /// Raises the mark beside a file; a server keeps its own log whole.
    fn raise_mark(&self, head: &Head) {
        if self.server.is_none() {
            let mark = Mark {
                seq: head.seq,
                writes: head.writes,
            };
            self.mark.raise(&self.path, mark);
        }
    }
}

/// Reads the head row.
macro_rules! head {
    () => {
        "SELECT seq, total, rseq, writes, epoch, \
         (SELECT count(*) FROM meta WHERE name = 'server'), \
         (SELECT value FROM meta WHERE name = 'given') FROM head WHERE one = 1"
    };
}

/// Writes the head row.
macro_rules! set_head {
    () => {
        "UPDATE head SET seq = $1, total = $2, rseq = $3, writes = $4 WHERE one = 1"
    };
}

async fn begin_on(conn: &mut Conn) -> Result<Head, sqlx::Error> {
    // In one way there and back: somebody else may wait for the lock.
    let row = match conn {
        On::File(_) => {
            let begin = sqlx::query(concat!("BEGIN IMMEDIATE; ", head!()));
            begin.fetch_one(conn).await?
        }
        On::Server(_) => {
            let begin = sqlx::raw_sql(concat!("BEGIN; ", head!(), " FOR UPDATE"));
            begin.fetch_one(conn).await?
        }
    };
    Ok(Head {
        seq: from_db(row.try_get(0)?),
        total: row.try_get(1)?,
        rseq: from_db(row.try_get(2)?),
        writes: from_db(row.try_get(3)?),
        epoch: row.try_get(4)?,
        remote: row.try_get::<i64, _>(5)? > 0,
        given: row.try_get(6)?,
    })
}

impl Tx<'_> {
    /// The connection, inside the transaction.
    pub(super) fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// The time that all who share the log agree on: of a file `now`, which is
    /// this host's; of a server, its own.
    pub(super) async fn time(&mut self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        if let On::File(_) = self.conn {
            return Ok(now);
        }
        let sql = AssertSqlSafe(format!("SELECT {DATABASE_TIME}"));
        let millis = sqlx::query_scalar(sql).fetch_one(&mut self.conn).await;
        let millis = millis.map_err(|error| self.told(error))?;
        Ok(from_millis(millis).unwrap_or(now))
    }

    /// What an error inside of it means.
    pub(super) fn told(&self, error: sqlx::Error) -> StoreError {
        told(&self.log.path, "writing to", error)
    }

    /// Something in the file is not as it was written.
    pub(super) fn damaged(&self, what: impl Into<String>) -> StoreError {
        damaged(&self.log.path, what)
    }

    /// Writes the head and commits: after this, it is on the disk.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.head.writes += 1;
        let done = commit_on(&mut self.conn, &self.head).await;
        done.map_err(|error| self.told(error))?;
        *self.slot = Some(self.conn);
        self.log.own.store(self.head.writes, Ordering::Relaxed);
        self.log.raise_mark(&self.head);
        self.log.changes.send_modify(|count| *count += 1);
        Ok(())
    }

    /// Gives up what was done so far, and keeps the connection.
    pub(super) async fn undo(mut self) -> Result<(), StoreError> {
        let done = sqlx::query("ROLLBACK").execute(&mut self.conn).await;
        done.map_err(|error| self.told(error))?;
        *self.slot = Some(self.conn);
        Ok(())
    }
}

async fn commit_on(conn: &mut Conn, head: &Head) -> Result<(), sqlx::Error> {
    // A server takes one statement with values at a time.
    let sql = match conn {
        On::File(_) => concat!(set_head!(), "; COMMIT"),
        On::Server(_) => set_head!(),
    };
    sqlx::query(sql)
        .bind(to_db(head.seq))
        .bind(head.total.as_str())
        .bind(to_db(head.rseq))
        .bind(to_db(head.writes))
        .execute(&mut *conn)
        .await?;
    if let On::Server(_) = conn {
        sqlx::raw_sql("COMMIT").execute(conn).await?;
    }
    Ok(())
}

/// How long somebody has waited for a lock.
#[derive(Debug)]
pub(super) struct Patience {
    until: Instant,
}

impl Patience {
    /// Starts to wait.
    pub(super) fn start() -> Self {
        Self {
            until: Instant::now() + PATIENCE,
        }
    }

    /// Pauses when `error` is about a lock, or a connection that broke, and it
    /// is worth trying again.
    pub(super) async fn again(&self, error: StoreError) -> Result<(), StoreError> {
        let passes = matches!(error, StoreError::Busy { .. } | StoreError::Lost { .. });
        if !passes || Instant::now() >= self.until {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_micros(fastrand::u64(200..PAUSE_US))).await;
        Ok(())
    }
}

/// Something in the file is not as it was written.
pub(super) fn damaged(path: &Path, what: impl Into<String>) -> StoreError {
    StoreError::Damaged {
        path: path.into(),
        what: what.into(),
    }
}

/// What an error of the database means for whoever called.
pub(super) fn told(path: &Path, doing: &'static str, source: sqlx::Error) -> StoreError {
    match &source {
        sqlx::Error::Database(error) => {
            let known = match error.try_downcast_ref::<PgDatabaseError>() {
                Some(error) => server::known(path, error),
                None => known(path, &**error),
            };
            if let Some(known) = known {
                return known;
            }
        }
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => {
            return StoreError::Lost { path: path.into() };
        }
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
            return damaged(path, source.to_string());
        }
        sqlx::Error::PoolTimedOut => return busy(path),
        sqlx::Error::PoolClosed => return StoreError::Closed,
        _ => {}
    }
    StoreError::Database {
        doing,
        path: path.into(),
        source,
    }
}

/// Somebody else kept it locked for too long.
pub(super) fn busy(path: &Path) -> StoreError {
    StoreError::Busy {
        path: path.into(),
        seconds: PATIENCE.as_secs(),
    }
}

/// The result codes of `SQLite` that have an error of their own here. The lowest
/// byte says what, the rest where.
fn known(path: &Path, error: &dyn DatabaseError) -> Option<StoreError> {
    let code: u32 = error.code()?.parse().ok()?;
    let owned = || path.to_path_buf();
    match code & 0xff {
        3 | 23 => Some(StoreError::Permission { path: owned() }),
        5 | 6 => Some(busy(path)),
        8 => Some(StoreError::ReadOnlyFolder { path: owned() }),
        // Writing, syncing or growing failed: mostly for want of room.
        10 if no_room(path) => Some(StoreError::DiskFull { path: owned() }),
        11 => Some(damaged(path, error.message())),
        13 => Some(StoreError::DiskFull { path: owned() }),
        14 if no_room(path) => Some(StoreError::DiskFull { path: owned() }),
        14 if !inspect::can_write(inspect::folder(path)) => {
            Some(StoreError::ReadOnlyFolder { path: owned() })
        }
        14 => Some(StoreError::Permission { path: owned() }),
        26 => Some(StoreError::NotALog { path: owned() }),
        _ => None,
    }
}

fn no_room(path: &Path) -> bool {
    rustix::fs::statvfs(inspect::folder(path)).is_ok_and(|disk| disk.f_bavail == 0)
}
