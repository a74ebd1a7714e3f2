//! Adding to the log, and reading it in order.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::{
    Fence, Log, RawEntry, Start, StoreError, back, deliveries, lease, outbox,
    row::{FIELD, Packed, ROW, entry, from_db, to_db},
    sql::{Conn, Question},
    tx::{Patience, Tx, damaged},
};
use crate::domain::{
    entry::{Entry, EntryId, Seq},
    notice::Intent,
};

/// Rows per statement, when many are written: well below the 32,766
/// parameters that a statement may have.
pub(super) const AT_ONCE: usize = 128;

/// Rows per page, when many are read: about a megabyte of them.
pub(super) const PAGE: u32 = 2_000;

/// The columns of an entry, packed into one text: a row of twelve values costs
/// more to carry between threads than to read.
/// `$1` is what stands between them.
macro_rules! packed {
    () => {
        "concat_ws($1, seq, id, incident, kind, at, recorded_at, actor, via, replica, base, body)"
    };
}

/// One page of packed rows; nothing after the end. `$2` stands between rows.
pub(super) const PAGES: &str = concat!(
    "SELECT string_agg(line, $2) FROM (SELECT ",
    packed!(),
    " AS line FROM entries WHERE seq > $3 ORDER BY seq LIMIT $4) AS page"
);

/// How an entry was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is new, and has this number now.
    Appended(Seq),
    /// It was there before, under this number; under 0 where it waits for one.
    Duplicate(Seq),
    /// It is on disk here, and waits for the server to number it.
    Waiting,
}

impl Accepted {
    /// Its number; 0 while it waits for one.
    pub const fn seq(self) -> Seq {
        match self {
            Self::Appended(seq) | Self::Duplicate(seq) => seq,
            Self::Waiting => 0,
        }
    }
}

impl Log {
    /// Adds entries and the messages that follow from them: all or nothing,
    /// and on disk when this answers. One answer per entry, in order.
    ///
    /// Known ids with the same content are answered with their number and not
    /// added again; messages whose key is known are left as they are. What
    /// follows from an entry that is taken back is cancelled, if it still
    /// waits. `now` is when the messages were recorded.
    ///
    /// # Errors
    ///
    /// [`StoreError::IdReuse`] when a known id comes with other content, or
    /// what the disk or another process stood in the way of.
    pub async fn append(
        &self,
        entries: &[Entry],
        intents: &[Intent],
        now: DateTime<Utc>,
    ) -> Result<Vec<Accepted>, StoreError> {
        self.append_guarded(None, entries, intents, now).await
    }

    /// [`Log::append`] for the engine: only while it holds the lease with
    /// this fence.
    ///
    /// # Errors
    ///
    /// [`StoreError::LeaseLost`] when another took over; else as
    /// [`Log::append`].
    pub async fn append_held(
        &self,
        fence: Fence,
        entries: &[Entry],
        intents: &[Intent],
        now: DateTime<Utc>,
    ) -> Result<Vec<Accepted>, StoreError> {
        self.append_guarded(Some(fence), entries, intents, now)
            .await
    }

    async fn append_guarded(
        &self,
        fence: Option<Fence>,
        entries: &[Entry],
        intents: &[Intent],
        now: DateTime<Utc>,
    ) -> Result<Vec<Accepted>, StoreError> {
        let patience = Patience::start();
        loop {
            // Trying again is safe at any point: what was written is known by
            // its id, even if the answer was lost.
            match self.append_once(fence, entries, intents, now).await {
                Ok(accepted) => return Ok(accepted),
                Err(error) => patience.again(error).await?,
            }
        }
    }

    async fn append_once(
        &self,
        fence: Option<Fence>,
        entries: &[Entry],
        intents: &[Intent],
        now: DateTime<Utc>,
    ) -> Result<Vec<Accepted>, StoreError> {
        let rows: Vec<RawEntry> = entries.iter().map(RawEntry::from).collect();
        let mut tx = self.inner.begin().await?;
        if let Some(fence) = fence {
            lease::check(&mut tx, fence).await?;
        }
        if tx.head.remote {
            // The server makes the messages, unless somebody stands in for it.
            let stands_in = fence.is_some();
            let waiting = outbox::keep(&mut tx, &rows, stands_in, self.replica()).await?;
            if stands_in {
                deliveries::queue(&mut tx, intents, &Start::Queued, now).await?;
            }
            tx.commit().await?;
            return Ok(waiting);
        }
        let accepted = self.add(&mut tx, &rows).await?;
        let queued = deliveries::queue(&mut tx, intents, &Start::Queued, now).await?;
        back::after(&mut tx, &rows).await?;
        let nothing_new = accepted
            .iter()
            .all(|one| matches!(one, Accepted::Duplicate(_)));
        if nothing_new && queued == 0 {
            tx.undo().await?;
        } else {
            tx.commit().await?;
        }
        Ok(accepted)
    }

    /// Adds what the engine tells of what it sent: on a copy it waits for its
    /// numbers, and nothing follows from it.
    pub(super) async fn tell(
        &self,
        tx: &mut Tx<'_>,
        rows: &[RawEntry],
    ) -> Result<Vec<Accepted>, StoreError> {
        if tx.head.remote {
            outbox::note_sent(tx, rows).await?;
            outbox::keep(tx, rows, true, self.replica()).await
        } else {
            self.add(tx, rows).await
        }
    }

    /// Numbers and inserts what is new of `rows`.
    pub(super) async fn add(
        &self,
        tx: &mut Tx<'_>,
        rows: &[RawEntry],
    ) -> Result<Vec<Accepted>, StoreError> {
        let mut accepted = Vec::with_capacity(rows.len());
        for some in rows.chunks(AT_ONCE) {
            accepted.extend(self.add_some(tx, some).await?);
        }
        Ok(accepted)
    }

    async fn add_some(
        &self,
        tx: &mut Tx<'_>,
        rows: &[RawEntry],
    ) -> Result<Vec<Accepted>, StoreError> {
        let ids: Vec<EntryId> = rows.iter().map(|row| row.id).collect();
        let mut known = known(tx, &ids).await?;
        let mut accepted = Vec::with_capacity(rows.len());
        let mut fresh: Vec<Numbered<'_>> = Vec::with_capacity(rows.len());
        for row in rows {
            if let Some(why) = row.unfit() {
                return Err(StoreError::Unfit { id: row.id, why });
            }
            match known.get(&row.id) {
                Some(there) if there.is_again(row) => {
                    accepted.push(Accepted::Duplicate(there.seq.unwrap_or_default()));
                }
                Some(_) => return Err(StoreError::IdReuse { id: row.id }),
                None => {
                    let numbered = self.number(tx, row);
                    accepted.push(Accepted::Appended(numbered.seq));
                    fresh.push(numbered);
                    let mut there = row.clone();
                    there.seq = Some(tx.head.seq);
                    known.insert(row.id, there);
                }
            }
        }
        insert(tx.conn(), &fresh)
            .await
            .map_err(|error| tx.told(error))?;
        Ok(accepted)
    }

    /// Gives `row` the next number, and moves the head.
    pub(super) fn number<'r>(&self, tx: &mut Tx<'_>, row: &'r RawEntry) -> Numbered<'r> {
        let own = row.replica == self.inner.replica;
        tx.head.seq += 1;
        tx.head.rseq += u64::from(own);
        tx.head.total = row.total(&tx.head.total, tx.head.seq);
        Numbered {
            seq: tx.head.seq,
            rseq: own.then_some(tx.head.rseq),
            total: tx.head.total.clone(),
            row,
        }
    }

    /// The number of the last entry; 0 while there is none.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn head(&self) -> Result<Seq, StoreError> {
        let seq: i64 = sqlx::query_scalar("SELECT seq FROM head WHERE one = 1")
            .fetch_one(&self.inner.readers)
            .await
            .map_err(|error| self.inner.unread(error))?;
        Ok(from_db(seq))
    }

    /// The name of this history: a new one when numbers may have been given
    /// twice, because the log lost its tail.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn epoch(&self) -> Result<String, StoreError> {
        sqlx::query_scalar("SELECT epoch FROM head WHERE one = 1")
            .fetch_one(&self.inner.readers)
            .await
            .map_err(|error| self.inner.unread(error))
    }

    /// At most `most` entries after number `seq`, in order.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or a row is not what was once written.
    pub async fn after(&self, seq: Seq, most: u32) -> Result<Vec<Entry>, StoreError> {
        self.pages(seq, most, entry).await
    }

    /// The last `n` entries, in order.
    ///
    /// # Errors
    ///
    /// As [`Log::after`].
    pub async fn last(&self, n: u32) -> Result<Vec<Entry>, StoreError> {
        let head = self.head().await?;
        self.after(head.saturating_sub(n.into()), n).await
    }

    /// At most `most` rows after number `seq`, as they are stored.
    ///
    /// # Errors
    ///
    /// As [`Log::after`].
    pub async fn raw_after(&self, seq: Seq, most: u32) -> Result<Vec<RawEntry>, StoreError> {
        self.pages(seq, most, |row| Some(row.raw())).await
    }

    /// Reads page by page, and turns each row into what the caller wants.
    async fn pages<T>(
        &self,
        seq: Seq,
        most: u32,
        make: fn(&Packed<'_>) -> Option<T>,
    ) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut cursor = seq;
        let mut left = most;
        while left > 0 {
            let page = left.min(PAGE);
            let Some(text) = self.page(cursor, page).await? else {
                break;
            };
            let before = found.len();
            for row in text.split(ROW) {
                let row = Packed::read(row).ok_or_else(|| self.unreadable(cursor))?;
                if row.seq() != cursor + 1 {
                    return Err(self.unreadable(cursor));
                }
                cursor = row.seq();
                found.push(make(&row).ok_or_else(|| self.unreadable(cursor))?);
            }
            let count = u32::try_from(found.len() - before).unwrap_or(page);
            if count < page {
                break;
            }
            left -= count.min(left);
        }
        Ok(found)
    }

    /// One page of packed rows; `None` after the end.
    async fn page(&self, after: Seq, most: u32) -> Result<Option<String>, StoreError> {
        let page = sqlx::query_scalar(PAGES)
            .bind(FIELD)
            .bind(ROW)
            .bind(to_db(after))
            .bind(i64::from(most));
        let mut lent = self.inner.lent();
        let found = match lent.as_mut().and_then(|slot| slot.as_mut()) {
            Some(conn) => page.fetch_one(conn).await,
            None => page.fetch_one(&self.inner.readers).await,
        };
        found.map_err(|error| self.inner.unread(error))
    }

    fn unreadable(&self, near: Seq) -> StoreError {
        damaged(
            &self.inner.path,
            format!("the entry at or after number {near} can't be read"),
        )
    }
}

/// A row with the numbers it got.
pub(super) struct Numbered<'r> {
    pub(super) seq: Seq,
    pub(super) rseq: Option<u64>,
    pub(super) total: String,
    pub(super) row: &'r RawEntry,
}

/// Those entries of `ids` that the log has numbered, as it has them.
pub(super) async fn known(
    tx: &mut Tx<'_>,
    ids: &[EntryId],
) -> Result<HashMap<EntryId, RawEntry>, StoreError> {
    among(tx, concat!("SELECT ", packed!(), " FROM entries"), ids).await
}

/// Those entries of `ids` that `select` finds, which packs their columns.
pub(super) async fn among(
    tx: &mut Tx<'_>,
    select: &str,
    ids: &[EntryId],
) -> Result<HashMap<EntryId, RawEntry>, StoreError> {
    let places = (2..ids.len() + 2).map(|place| format!("${place}"));
    let places: Vec<String> = places.collect();
    let sql = format!("{select} WHERE id IN ({})", places.join(", "));
    let mut query = sqlx::query_scalar::<_, String>(AssertSqlSafe(sql)).bind(FIELD);
    for id in ids {
        query = query.bind(id.to_string());
    }
    let found = query.fetch_all(tx.conn()).await;
    let found = found.map_err(|error| tx.told(error))?;
    found
        .iter()
        .map(|line| {
            let row =
                Packed::read(line).ok_or_else(|| tx.damaged("a known entry can't be read"))?;
            let row = row.raw();
            Ok((row.id, row))
        })
        .collect()
}

pub(super) async fn insert(conn: &mut Conn, rows: &[Numbered<'_>]) -> Result<(), sqlx::Error> {
    const COLUMNS: usize = 13;
    if rows.is_empty() {
        return Ok(());
    }
    let values = (0..rows.len()).map(|row| {
        let places = (1..=COLUMNS).map(|place| format!("${}", row * COLUMNS + place));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    });
    let sql = format!(
        "INSERT INTO entries (seq, id, incident, kind, at, recorded_at, actor, via, replica, rseq, base, body, total) \
         VALUES {}",
        values.collect::<Vec<_>>().join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for one in rows {
        query = bind(query, one);
    }
    query.execute(conn).await.map(drop)
}

fn bind<'q>(query: Question<'q>, one: &Numbered<'_>) -> Question<'q> {
    let row = one.row;
    query
        .bind(to_db(one.seq))
        .bind(row.id.to_string())
        .bind(row.incident.to_string())
        .bind(row.kind.clone())
        .bind(row.at.timestamp_millis())
        .bind(row.recorded_at.timestamp_millis())
        .bind(row.by.as_str().to_owned())
        .bind(row.via.clone())
        .bind(row.replica.to_string())
        .bind(one.rseq.map(to_db))
        .bind(to_db(row.base))
        .bind(row.body.clone())
        .bind(one.total.clone())
}
