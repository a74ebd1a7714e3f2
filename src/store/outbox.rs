//! A copy of a log whose numbers a server gives: what the server numbered, and
//! what waits to be numbered.
//!
//! The outbox is no queue beside the log: it is the entries without a number.
//! An entry leaves it in the transaction in which the server's page brings the
//! entry back under its number, so it is always in exactly one of the two.
//!
//! Three things are the same here: a local log that is given to a server, a
//! server that was restored from an older backup, and one that was replaced.
//! In all of them everything after the last common entry waits to be numbered
//! anew ([`Log::attach`]), and nothing is forgotten.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row as _};

use super::{
    Log, RawEntry, StoreError, counters,
    log::{AT_ONCE, Accepted, Numbered, among, insert, known},
    renamed::rename,
    row::{FIELD, Packed, from_db, to_db},
    same,
    tx::Tx,
};
use crate::domain::{
    entry::{EntryId, ReplicaId, Seq},
    fact::Fact,
    text::Title,
};

/// An entry that the server has not numbered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsent {
    /// The entry.
    pub row: RawEntry,
    /// Its messages were made before it came to wait: the server makes none.
    pub told: bool,
    /// Why the server will not take it; `None` while it waits.
    pub refused: Option<Title>,
    /// This copy's own count of it; `None` where another one made it.
    pub rseq: Option<u64>,
}

/// What became of a page from the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenIn {
    /// The log is at this number now.
    UpTo(Seq),
    /// The page is of another history: nothing was taken from it.
    OtherEpoch,
    /// The page begins after what is here: nothing was taken from it.
    Gap,
    /// Something in the page could not be read back: nothing was taken from it.
    Unfit,
}

impl Log {
    /// What waits for the server, in the order in which it was made.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or a row is not what was once written.
    pub async fn unsent(&self) -> Result<Vec<Unsent>, StoreError> {
        if !self.is_copy() {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT told, refused, rseq, {PACKED} FROM outbox ORDER BY nr");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(FIELD)
            .fetch_all(&self.inner.readers)
            .await
            .map_err(|error| self.inner.unread(error))?;
        let unsent = |row| unsent(row).map_err(|error| self.inner.unread(error));
        rows.iter().map(unsent).collect()
    }

    /// Takes a page from the server into the log, whole, and lets go of what
    /// waited in it. `total` is what the server says is the sum of everything
    /// up to the end of the page.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn take_in(
        &self,
        epoch: &str,
        page: &[RawEntry],
        total: Option<&str>,
    ) -> Result<TakenIn, StoreError> {
        let mut tx = self.inner.begin().await?;
        let fresh: Vec<&RawEntry> = page
            .iter()
            .filter(|row| row.seq.is_some_and(|seq| seq > tx.head.seq))
            .collect();
        let answer = if tx.head.epoch != epoch {
            TakenIn::OtherEpoch
        } else if fresh.iter().any(|row| !row.can_be_kept()) {
            TakenIn::Unfit
        } else if follows(tx.head.seq, &fresh) {
            TakenIn::UpTo(tx.head.seq + fresh.len() as u64)
        } else {
            TakenIn::Gap
        };
        if fresh.is_empty() || !matches!(answer, TakenIn::UpTo(_)) {
            tx.undo().await?;
            return Ok(answer);
        }
        number(&mut tx, &fresh).await?;
        let head = tx.head.seq;
        same::keep_told(&mut tx, head, total).await?;
        tx.commit().await?;
        Ok(answer)
    }

    /// Writes down that the server will not take an entry, and why. It stays
    /// here, and is shown, until somebody discards it.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn refused(&self, id: EntryId, why: &Title) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        let done = sqlx::query("UPDATE outbox SET refused = $1 WHERE id = $2")
            .bind(why.to_string())
            .bind(id.to_string())
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }

    /// Lets go of an entry that waits, at a person's word; `false` where none
    /// such is here.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn discard(&self, id: EntryId) -> Result<bool, StoreError> {
        let mut tx = self.inner.begin().await?;
        let gone: Result<Option<Option<i64>>, _> =
            sqlx::query_scalar("DELETE FROM outbox WHERE id = $1 RETURNING rseq")
                .bind(id.to_string())
                .fetch_optional(tx.conn())
                .await;
        let gone = gone.map_err(|error| tx.told(error))?;
        if let Some(rseq) = gone.flatten() {
            counters::give_up(&mut tx, from_db(rseq)).await?;
        }
        tx.commit().await?;
        Ok(gone.is_some())
    }
}

/// The columns of an entry that waits, packed as [`Packed`] reads them.
const PACKED: &str =
    "concat_ws($1, 0, id, incident, kind, at, recorded_at, actor, via, replica, base, body)";

/// Keeps entries for the server; known ones are left as they are. `told` says
/// that their messages were made elsewhere; those of `own` are counted.
pub(super) async fn keep(
    tx: &mut Tx<'_>,
    rows: &[RawEntry],
    told: bool,
    own: ReplicaId,
) -> Result<Vec<Accepted>, StoreError> {
    let mut kept = Vec::with_capacity(rows.len());
    for some in rows.chunks(AT_ONCE) {
        let ids: Vec<EntryId> = some.iter().map(|row| row.id).collect();
        let mut known = known(tx, &ids).await?;
        known.extend(waiting(tx, &ids).await?);
        for row in some {
            if let Some(why) = row.unfit() {
                return Err(StoreError::Unfit { id: row.id, why });
            }
            kept.push(match known.get(&row.id) {
                Some(there) if there.is_again(row) => {
                    Accepted::Duplicate(there.seq.unwrap_or_default())
                }
                Some(_) => return Err(StoreError::IdReuse { id: row.id }),
                None => {
                    let rseq = (row.replica == own).then_some(tx.head.rseq + 1);
                    put(tx, row, rseq, told).await?;
                    tx.head.rseq += u64::from(rseq.is_some());
                    known.insert(row.id, row.clone());
                    Accepted::Waiting
                }
            });
        }
    }
    Ok(kept)
}

/// Remembers of what a channel took from here, as these rows tell, that its
/// message is made: the server, which is handed in both, sends it no more.
pub(super) async fn note_sent(tx: &mut Tx<'_>, rows: &[RawEntry]) -> Result<(), StoreError> {
    for row in rows {
        let Ok(Fact::Delivered { of, .. }) = Fact::read(&row.kind, &row.body) else {
            continue;
        };
        let done = sqlx::query("UPDATE outbox SET told = 1 WHERE id = $1")
            .bind(of.to_string())
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
    }
    Ok(())
}

/// Those entries of `ids` that wait, as they are here; without a number.
pub(super) async fn waiting(
    tx: &mut Tx<'_>,
    ids: &[EntryId],
) -> Result<HashMap<EntryId, RawEntry>, StoreError> {
    let found = among(tx, &format!("SELECT {PACKED} FROM outbox"), ids).await?;
    let unnumbered = |row| RawEntry { seq: None, ..row };
    Ok(found
        .into_iter()
        .map(|(id, row)| (id, unnumbered(row)))
        .collect())
}

async fn put(
    tx: &mut Tx<'_>,
    row: &RawEntry,
    rseq: Option<u64>,
    told: bool,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO outbox (id, incident, kind, at, recorded_at, actor, via, replica, rseq, base, body, told) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(row.id.to_string())
    .bind(row.incident.to_string())
    .bind(row.kind.clone())
    .bind(row.at.timestamp_millis())
    .bind(row.recorded_at.timestamp_millis())
    .bind(row.by.to_string())
    .bind(row.via.clone())
    .bind(row.replica.to_string())
    .bind(rseq.map(to_db))
    .bind(to_db(row.base))
    .bind(row.body.clone())
    .bind(i64::from(told))
    .execute(tx.conn())
    .await;
    done.map(drop).map_err(|error| tx.told(error))
}

/// Whether `page` goes on after number `head`, without a gap.
fn follows(head: Seq, page: &[&RawEntry]) -> bool {
    let expected = head + 1..;
    page.iter()
        .zip(expected)
        .all(|(row, expected)| row.seq == Some(expected))
}

/// Inserts what the server numbered, and takes it out of the outbox. What waits
/// under the id of another entry that came is no less to be kept.
async fn number(tx: &mut Tx<'_>, rows: &[&RawEntry]) -> Result<(), StoreError> {
    let mut counters = counters(tx).await?;
    let mut taken = Vec::new();
    for some in rows.chunks(AT_ONCE) {
        let ids: Vec<EntryId> = some.iter().map(|row| row.id).collect();
        let mut waiting = waiting(tx, &ids).await?;
        for row in some {
            let waits = waiting.remove(&row.id);
            taken.extend(waits.filter(|waits| !row.is_again(waits)));
        }
    }
    for row in &taken {
        counters.remove(&row.id);
    }
    let mut numbered = Vec::with_capacity(rows.len());
    for row in rows {
        tx.head.seq += 1;
        tx.head.total = row.total(&tx.head.total, tx.head.seq);
        numbered.push(Numbered {
            seq: tx.head.seq,
            rseq: counters.get(&row.id).copied().flatten(),
            total: tx.head.total.clone(),
            row,
        });
    }
    for some in numbered.chunks(AT_ONCE) {
        let done = insert(tx.conn(), some).await;
        done.map_err(|error| tx.told(error))?;
    }
    for row in rows.iter().filter(|row| counters.contains_key(&row.id)) {
        let done = sqlx::query("DELETE FROM outbox WHERE id = $1")
            .bind(row.id.to_string())
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
    }
    rename(tx, &taken).await
}

/// The entries that wait, each with its copy's own counter.
async fn counters(tx: &mut Tx<'_>) -> Result<HashMap<EntryId, Option<u64>>, StoreError> {
    let rows: Result<Vec<(String, Option<i64>)>, _> = sqlx::query_as("SELECT id, rseq FROM outbox")
        .fetch_all(tx.conn())
        .await;
    let rows = rows.map_err(|error| tx.told(error))?;
    let id = |text: String| text.parse().ok();
    Ok(rows
        .into_iter()
        .filter_map(|(text, rseq)| Some((id(text)?, rseq.map(from_db))))
        .collect())
}

fn unsent(row: &sqlx::any::AnyRow) -> Result<Unsent, sqlx::Error> {
    let (told, refused): (i64, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
    let rseq: Option<i64> = row.try_get(2)?;
    let line: String = row.try_get(3)?;
    let packed = Packed::read(&line)
        .ok_or_else(|| sqlx::Error::Decode("an unsent entry can't be read".into()))?;
    Ok(Unsent {
        row: RawEntry {
            seq: None,
            ..packed.raw()
        },
        told: told != 0,
        refused: refused.map(|why| Title::lossy(&why)),
        rseq: rseq.map(from_db),
    })
}
