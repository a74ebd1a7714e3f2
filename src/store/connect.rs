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

use sqlx::{
    ConnectOptions as _,
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
use crate::{clock::random, domain::entry::ReplicaId};

/// The first `SQLite` that can't lose committed data at the reset of its
/// write-ahead log.
const OLDEST: [u32; 3] = [3, 51, 3];

/// How many tasks of one process may read at the same moment.
const READERS: u32 = 2;

/// How long the writer waits inside `SQLite`; beyond it, [`tx`] waits by itself,
/// with jitter, because `SQLite`'s own waiting starves one of two writers.
const WRITER_WAITS: Duration = Duration::from_millis(5);

/// How often, and how long apart, it is looked whether an empty file is being
/// filled: beginning a log takes some milliseconds, on a slow disk more.
const LOOKS: u32 = 50;
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// Opens and checks everything.
pub(super) async fn open(path: &Path, mode: OpenMode, network: bool) -> Result<Log, StoreError> {
    let was_empty = stays_empty(path).await;
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
            mark: mark::Raiser::default(),
        }),
    })
}

/// Whether the file is there without anything in it, and nobody is about to
/// fill it: of several who begin a log at once, one has made the file.
async fn stays_empty(path: &Path) -> bool {
    for _ in 0..LOOKS {
        if !fs::metadata(path).is_ok_and(|file| file.len() == 0) {
            return false;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    true
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
    // Before the head is read: it is only ever raised after a commit.
    let marked = mark::read(path);
    let found = look(conn, path).await?;
    let is_new = found.is_new(path)?;
    if is_new && mode == OpenMode::ReadOnly {
        return Err(StoreError::Missing { path: path.into() });
    }
    if mode == OpenMode::ReadWrite && found.journal != "wal" {
        journal(conn, path).await?;
    }
    if is_new {
        create(conn, path).await?;
    }
    let (head, named) = state(conn, path).await?;
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
    Ok((named, warnings))
}

/// What a file is, before anything of it is used.
struct Found {
    sqlite: String,
    journal: String,
    application: i64,
    version: i64,
    things: i64,
}

/// Asks all of it at once: each question is a way to the connection's thread
/// and back.
async fn look(conn: &mut Conn, path: &Path) -> Result<Found, StoreError> {
    let (sqlite, journal, application, version, things) = sqlx::query_as(
        "SELECT sqlite_version(), \
         (SELECT journal_mode FROM pragma_journal_mode), \
         (SELECT application_id FROM pragma_application_id), \
         (SELECT user_version FROM pragma_user_version), \
         (SELECT count(*) FROM sqlite_schema)",
    )
    .fetch_one(conn)
    .await
    .map_err(|error| tx::told(path, "opening", error))?;
    Ok(Found {
        sqlite,
        journal,
        application,
        version,
        things,
    })
}

impl Found {
    /// Whether the file is empty so far; refuses what is not ours, and what
    /// can't be trusted with it.
    fn is_new(&self, path: &Path) -> Result<bool, StoreError> {
        let parts = self.sqlite.split('.').map(|part| part.parse().unwrap_or(0));
        if parts.lt(OLDEST) {
            let found = self.sqlite.clone();
            return Err(StoreError::OldSqlite { found });
        }
        if self.application == 0 && self.version == 0 && self.things == 0 {
            return Ok(true);
        }
        if self.application != schema::APPLICATION {
            return Err(StoreError::OtherProgram { path: path.into() });
        }
        schema::known(path, self.version, schema::REPLICA_VERSION)?;
        Ok(false)
    }
}

async fn journal(conn: &mut Conn, path: &Path) -> Result<(), StoreError> {
    sqlx::query("PRAGMA journal_mode = WAL")
        .execute(conn)
        .await
        .map(drop)
        .map_err(|error| tx::told(path, "opening", error))
}

/// Makes the tables, unless another process was faster.
async fn create(conn: &mut Conn, path: &Path) -> Result<(), StoreError> {
    let told = |error| tx::told(path, "making", error);
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut *conn)
        .await
        .map_err(told)?;
    if look(conn, path).await?.is_new(path)? {
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
    uuid::Builder::from_random_bytes(random().to_be_bytes()).into_uuid()
}

/// How far the log has come, and who it is.
pub(super) async fn state(conn: &mut Conn, path: &Path) -> Result<(Mark, Named), StoreError> {
    let row = sqlx::query_as(
        "SELECT seq, writes, (SELECT max(seq) FROM entries), \
         (SELECT value FROM meta WHERE name = 'replica'), \
         (SELECT count(*) FROM meta WHERE name = 'server') FROM head WHERE one = 1",
    )
    .fetch_optional(conn)
    .await
    .map_err(|error| tx::told(path, "opening", error))?;
    let (seq, writes, last, name, servers): (_, _, _, Option<String>, i64) =
        row.ok_or_else(|| tx::damaged(path, "the head of the log is missing"))?;
    let last = Option::unwrap_or(last, 0_i64);
    if last != seq {
        let text = format!("it ends at entry {last} and should end at {seq}");
        return Err(tx::damaged(path, text));
    }
    let replica = name
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| tx::damaged(path, "its own name is missing"))?;
    let mark = Mark {
        seq: from_db(seq),
        writes: from_db(writes),
    };
    Ok((mark, (replica, servers > 0)))
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
