//! What was in the log and is not any more: noticed when it is opened, and
//! told until somebody has seen it.

use std::path::Path;

use super::{
    Log, StoreError, Warning, connect,
    epoch::CUT_SHORT,
    inspect,
    mark::{self, Mark},
    row::{from_db, to_db},
    sql::Conn,
    tx,
};

/// What the mark knows of and the log does not have.
pub(super) fn lost(marked: Mark, head: Mark) -> Option<Warning> {
    if marked.seq > head.seq {
        return Some(Warning::EntriesLost {
            after: head.seq,
            upto: marked.seq,
        });
    }
    (marked.writes > head.writes).then(|| Warning::ChangesLost {
        count: marked.writes - head.writes,
    })
}

/// Writes a loss down in the log, so that it is told until somebody has seen
/// it, and starts a new epoch: numbers will be given a second time.
pub(super) async fn settle(
    conn: &mut Conn,
    path: &Path,
    marked: Mark,
    head: Mark,
) -> Result<(), StoreError> {
    if lost(marked, head).is_none() {
        return Ok(());
    }
    let told = |error| tx::told(path, "writing down a loss in", error);
    sqlx::query(
        "BEGIN IMMEDIATE; \
         INSERT INTO losses (after_seq, upto_seq, writes, seen) VALUES ($1, $2, $3, 0); \
         UPDATE head SET epoch = $4, writes = writes + 1; \
         INSERT INTO meta (name, value) VALUES ($5, '') ON CONFLICT (name) DO UPDATE SET value = ''; \
         COMMIT",
    )
    .bind(to_db(head.seq))
    .bind(to_db(marked.seq.max(head.seq)))
    .bind(to_db(marked.writes.saturating_sub(head.writes)))
    .bind(connect::random_id().to_string())
    .bind(CUT_SHORT)
    .execute(&mut *conn)
    .await
    .map_err(told)?;
    let now = Mark {
        seq: head.seq,
        writes: head.writes + 1,
    };
    let set = mark::set(path, now).await;
    set.map_err(|error| inspect::told("writing down a loss in", path, error))
}

impl Log {
    /// Says no more about what was lost so far: somebody has seen it.
    /// [`Log::verify`] goes on telling.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn losses_seen(&self) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        let done = sqlx::query("UPDATE losses SET seen = 1")
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }
}

/// The losses that nobody has seen yet.
pub(super) async fn known(conn: &mut Conn, path: &Path) -> Result<Vec<Warning>, StoreError> {
    let rows: Vec<(i64, i64, i64)> =
        sqlx::query_as("SELECT after_seq, upto_seq, writes FROM losses WHERE seen = 0 ORDER BY nr")
            .fetch_all(conn)
            .await
            .map_err(|error| tx::told(path, "opening", error))?;
    Ok(rows
        .into_iter()
        .map(|(after, upto, writes)| {
            if upto > after {
                Warning::EntriesLost {
                    after: from_db(after),
                    upto: from_db(upto),
                }
            } else {
                Warning::ChangesLost {
                    count: from_db(writes),
                }
            }
        })
        .collect())
}
