//! Opening a file: the checks, the connections, the tables.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
    time::Duration,
};

use ring::rand::{SecureRandom as _, SystemRandom};
use sqlx::{
    ConnectOptions as _, Row as _,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous},
};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

use super::{
    Inner, Log, OpenMode, StoreError, Warning, inspect, losses,
    mark::{self, Mark},
    row::{from_db, sum},
    schema,
    sql::{Conn, On},
    tx::{self, PATIENCE},
};
use crate::domain::entry::ReplicaId;

/// The first `SQLite` that can't lose committed data at the reset of its
/// write-ahead log.
const OLDEST: [u32; 3] = [3, 51, 3];

/// How many tasks of one process may read at the same moment.
const READERS: u32 = 2;

/// How long the writer waits inside `SQLite`; beyond it, [`tx`] waits by itself,
/// with jitter, because `SQLite`'s own waiting starves one of two writers.
const WRITER_WAITS: Duration = Duration::from_millis(5);

/// Opens and checks everything.
pub(super) async fn open(path: &Path, mode: OpenMode, network: bool) -> Result<Log, StoreError> {
    let was_empty = fs::metadata(path).is_ok_and(|file| file.len() == 0);
    inspect::place(path, mode, network)?;
    let patience = tx::Patience::start();
    let (first, (replica, is_copy), warnings) = loop {
        match attempt(path, mode, was_empty).await {
            Ok(opened) => break opened,
            Err(error) => patience.again(error).await?,
        }
    };
    let writer = match mode {
        OpenMode::ReadWrite => Some(first),
        OpenMode::ReadOnly => None,
    };
    Ok(Log {
        inner: Arc::new(Inner {
            path: path.into(),
            mode,
            writer: Mutex::new(writer),
            readers: On::File(
                SqlitePoolOptions::new()
                    .max_connections(READERS)
                    .test_before_acquire(false)
                    .connect_lazy_with(options(path, OpenMode::ReadOnly, PATIENCE)),
            ),
            server: None,
            replica,
            warnings,
            changes: watch::Sender::new(0),
            own: AtomicU64::new(0),
            is_copy: AtomicBool::new(is_copy),
            watcher: Mutex::new(false),
        }),
    })
}

/// A copy's name, and whether a server gives its numbers.
type Named = (ReplicaId, bool);

/// Opens once; when it fails half-way, closing leaves nothing of it.
async fn attempt(
    path: &Path,
    mode: OpenMode,
    was_empty: bool,
) -> Result<(Conn, Named, Vec<Warning>), StoreError> {
    let mut conn = match mode {
        OpenMode::ReadWrite => writer(path).await?,
        OpenMode::ReadOnly => reader(path).await?,
    };
    match prepare(&mut conn, path, mode, was_empty).await {
        Ok((replica, warnings)) => Ok((conn, replica, warnings)),
        Err(error) => {
            conn.close().await.ok();
            Err(error)
        }
    }
}

/// A connection that writes.
pub(super) async fn writer(path: &Path) -> Result<Conn, StoreError> {
    options(path, OpenMode::ReadWrite, WRITER_WAITS)
        .connect()
        .await
        .map(On::File)
        .map_err(|error| tx::told(path, "opening", error))
}

/// A connection that only looks.
pub(super) async fn reader(path: &Path) -> Result<Conn, StoreError> {
    options(path, OpenMode::ReadOnly, PATIENCE)
        .connect()
        .await
        .map(On::File)
        .map_err(|error| tx::told(path, "opening", error))
}

fn options(path: &Path, mode: OpenMode, waits: Duration) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .read_only(mode == OpenMode::ReadOnly)
        .immutable(mode == OpenMode::ReadOnly && untouchable(path))
        .busy_timeout(waits)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .row_buffer_size(1024)
        .pragma("trusted_schema", "OFF")
        // So that REPLACE is a DELETE too, and refused.
        .pragma("recursive_triggers", "ON");
    options.disable_statement_logging()
}

/// Whether nobody can write here and nothing waits to be merged: then `SQLite`
/// may read the file as it is, without companions it could not make.
fn untouchable(path: &Path) -> bool {
    !inspect::can_write(inspect::folder(path)) && !mark::beside(path, "-wal").exists()
}

async fn prepare(
    conn: &mut Conn,
    path: &Path,
    mode: OpenMode,
    was_empty: bool,
) -> Result<(Named, Vec<Warning>), StoreError> {
    recent(conn, path).await?;
    // Before the head is read: it is only ever raised after a commit.
    let marked = mark::read(path);
    let is_new = is_new(conn, path).await?;
    if is_new {
        if mode == OpenMode::ReadOnly {
            return Err(StoreError::Missing { path: path.into() });
        }
        create(conn, path).await?;
    } else if mode == OpenMode::ReadWrite {
        journal(conn, path).await?;
    }
    let head = head(conn, path).await?;
    if mode == OpenMode::ReadWrite {
        losses::settle(conn, path, marked, head).await?;
    }
    let mut warnings = losses::known(conn, path).await?;
    if mode == OpenMode::ReadOnly {
        warnings.extend(losses::lost(marked, head));
    }
    if is_new && was_empty {
        warnings.push(Warning::WasEmpty);
    }
    Ok((replica(conn, path).await?, warnings))
}

async fn recent(conn: &mut Conn, path: &Path) -> Result<(), StoreError> {
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(conn)
        .await
        .map_err(|error| tx::told(path, "opening", error))?;
    let parts = found.split('.').map(|part| part.parse().unwrap_or(0));
    if parts.ge(OLDEST) {
        return Ok(());
    }
    Err(StoreError::OldSqlite { found })
}

/// Whether the file is empty so far; refuses what is not ours.
async fn is_new(conn: &mut Conn, path: &Path) -> Result<bool, StoreError> {
    let told = |error| tx::told(path, "opening", error);
    // All at once: each question is a way to the connection's thread and back.
    let (application, version, things): (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT application_id FROM pragma_application_id), \
         (SELECT user_version FROM pragma_user_version), \
         (SELECT count(*) FROM sqlite_schema)",
    )
    .fetch_one(&mut *conn)
    .await
    .map_err(told)?;
    if application == 0 && version == 0 && things == 0 {
        return Ok(true);
    }
    if application != schema::APPLICATION {
        return Err(StoreError::OtherProgram { path: path.into() });
    }
    schema::known(path, version, schema::REPLICA_VERSION)?;
    Ok(false)
}

async fn journal(conn: &mut Conn, path: &Path) -> Result<(), StoreError> {
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut *conn)
        .await
        .map_err(|error| tx::told(path, "opening", error))?;
    if mode == "wal" {
        return Ok(());
    }
    sqlx::query("PRAGMA journal_mode = WAL")
        .execute(conn)
        .await
        .map(drop)
        .map_err(|error| tx::told(path, "opening", error))
}

/// Makes the tables, unless another process was faster.
async fn create(conn: &mut Conn, path: &Path) -> Result<(), StoreError> {
    journal(conn, path).await?;
    let told = |error| tx::told(path, "making", error);
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *conn)
        .await
        .map_err(told)?;
    if is_new(conn, path).await? {
        sqlx::raw_sql(sqlx::AssertSqlSafe(schema::in_a_file()))
            .execute(&mut *conn)
            .await
            .map_err(told)?;
        first_rows(conn).await.map_err(told)?;
    }
    sqlx::query("COMMIT")
        .execute(conn)
        .await
        .map(drop)
        .map_err(told)
}

/// What is in a log before its first entry.
pub(super) async fn first_rows(conn: &mut Conn) -> Result<(), sqlx::Error> {
    let epoch = random_id();
    sqlx::query(
        "INSERT INTO head (one, seq, total, rseq, writes, epoch) VALUES (1, 0, $1, 0, 0, $2)",
    )
    .bind(sum(&["warroom"]))
    .bind(epoch.to_string())
    .execute(&mut *conn)
    .await?;
    sqlx::query("INSERT INTO meta (name, value) VALUES ('replica', $1)")
        .bind(random_id().to_string())
        .execute(conn)
        .await
        .map(drop)
}

/// A random id: the name of a copy or of an epoch has no time in it.
pub(super) fn random_id() -> Uuid {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system has random numbers");
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

/// The head row, which must agree with the last entry.
pub(super) async fn head(conn: &mut Conn, path: &Path) -> Result<Mark, StoreError> {
    let row =
        sqlx::query("SELECT seq, writes, (SELECT max(seq) FROM entries) FROM head WHERE one = 1")
            .fetch_optional(conn)
            .await
            .map_err(|error| tx::told(path, "opening", error))?
            .ok_or_else(|| tx::damaged(path, "the head of the log is missing"))?;
    let told = |error| tx::told(path, "opening", error);
    let seq: i64 = row.try_get(0).map_err(told)?;
    let writes: i64 = row.try_get(1).map_err(told)?;
    let last: Option<i64> = row.try_get(2).map_err(told)?;
    if last.unwrap_or(0) != seq {
        return Err(tx::damaged(
            path,
            format!(
                "it ends at entry {} and should end at {seq}",
                last.unwrap_or(0)
            ),
        ));
    }
    Ok(Mark {
        seq: from_db(seq),
        writes: from_db(writes),
    })
}

/// The name of this copy, and whether a server gives its numbers.
pub(super) async fn replica(conn: &mut Conn, path: &Path) -> Result<Named, StoreError> {
    let found: Option<(String, i64)> = sqlx::query_as(
        "SELECT value, (SELECT count(*) FROM meta WHERE name = 'server') \
         FROM meta WHERE name = 'replica'",
    )
    .fetch_optional(conn)
    .await
    .map_err(|error| tx::told(path, "opening", error))?;
    found
        .and_then(|(text, servers)| Some((text.parse().ok()?, servers > 0)))
        .ok_or_else(|| tx::damaged(path, "its own name is missing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_writer_syncs_before_it_answers_and_trusts_no_schema() {
        let folder = tempfile::tempdir().unwrap();
        let log = open(&folder.path().join("log.db"), OpenMode::ReadWrite, false)
            .await
            .unwrap();
        let mut tx = log.inner.begin().await.unwrap();

        for (setting, expected) in [
            ("PRAGMA synchronous", 2),
            ("PRAGMA trusted_schema", 0),
            ("PRAGMA foreign_keys", 1),
            ("PRAGMA recursive_triggers", 1),
        ] {
            let found: i64 = sqlx::query_scalar(setting)
                .fetch_one(tx.conn())
                .await
                .unwrap();
            assert_eq!(found, expected, "{setting}");
        }
    }
}
