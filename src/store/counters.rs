//! A copy of the log counts what it makes 1, 2, 3, so that its server notices
//! when an entry never comes, and when two copies go by the same name. Here is
//! what a server knows of its copies, and what a copy tells of itself.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::{
    Accepting, Log, StoreError, connect,
    log::AT_ONCE,
    meta::say,
    row::from_db,
    tx::{Tx, damaged},
};
use crate::domain::entry::ReplicaId;

/// What the log says of a copy, before its name.
const COPY: &str = "copy/";

/// Where a new entry stands among those of its copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// After the last one that came, or first of all.
    Next,
    /// After so many that never came.
    After(u64),
    /// Where another one came from already: two copies have the same name.
    Taken,
}

/// The last numbers of copies, and whether they rose.
#[derive(Debug, Default)]
pub(super) struct Counters {
    last: HashMap<ReplicaId, u64>,
    rose: bool,
}

impl Accepting<'_> {
    /// Learns how far these copies had counted.
    ///
    /// # Errors
    ///
    /// When the log can't be read.
    pub async fn count(&mut self, copies: &[ReplicaId]) -> Result<(), StoreError> {
        for some in copies.chunks(AT_ONCE) {
            let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
            let sql = format!(
                "SELECT name, value FROM meta WHERE name IN ({})",
                places.join(", ")
            );
            let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql));
            for copy in some {
                query = query.bind(format!("{COPY}{copy}"));
            }
            let found = query.fetch_all(self.tx.conn()).await;
            let found = found.map_err(|error| self.tx.told(error))?;
            let read = |(name, value): (String, String)| -> Option<(ReplicaId, u64)> {
                let copy = name.strip_prefix(COPY)?;
                Some((copy.parse().ok()?, value.parse().ok()?))
            };
            let last = found.into_iter().filter_map(read);
            self.counters.last.extend(last);
        }
        Ok(())
    }

    /// Where the entry stands that is its copy's own `rseq`th; numbers that are
    /// `given_up` belong to none.
    pub fn place(&self, copy: ReplicaId, rseq: u64, given_up: &[u64]) -> Place {
        let Some(last) = self.counters.last.get(&copy).copied() else {
            return Place::Next;
        };
        if rseq <= last {
            return Place::Taken;
        }
        let between = last + 1..rseq;
        let known = given_up.iter().filter(|number| between.contains(number));
        match (rseq - last - 1).saturating_sub(known.count() as u64) {
            0 => Place::Next,
            missing => Place::After(missing),
        }
    }

    /// The copy has counted so far.
    pub fn counted(&mut self, copy: ReplicaId, rseq: u64) {
        self.counters.last.insert(copy, rseq);
        self.counters.rose = true;
    }
}

impl Counters {
    /// Whether any of them rose.
    pub(super) const fn rose(&self) -> bool {
        self.rose
    }

    /// Writes them down, in the transaction that takes the entries in.
    pub(super) async fn save(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        if !self.rose {
            return Ok(());
        }
        let all: Vec<_> = self.last.iter().collect();
        for some in all.chunks(AT_ONCE) {
            let rows: Vec<String> = (0..some.len())
                .map(|row| format!("(${}, ${})", 2 * row + 1, 2 * row + 2))
                .collect();
            let sql = format!(
                "INSERT INTO meta (name, value) VALUES {} \
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                rows.join(", ")
            );
            let mut query = sqlx::query(AssertSqlSafe(sql));
            for (copy, last) in some {
                query = query.bind(format!("{COPY}{copy}")).bind(last.to_string());
            }
            let done = query.execute(tx.conn()).await;
            done.map_err(|error| tx.told(error))?;
        }
        Ok(())
    }
}

/// Where a copy keeps its counts of what was discarded.
const DISCARDED: &str = "discarded";

/// How many of them are kept: all that may lie between two entries that came.
const KEPT: usize = 500;

impl Log {
    /// Counts of this copy that no entry will ever have: what was refused or
    /// discarded.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn given_up(&self) -> Result<Vec<u64>, StoreError> {
        let discarded = self.said(DISCARDED).await?.unwrap_or_default();
        let refused: Vec<i64> = sqlx::query_scalar(
            "SELECT rseq FROM outbox WHERE refused IS NOT NULL AND rseq IS NOT NULL",
        )
        .fetch_all(&self.inner.readers)
        .await
        .map_err(|error| self.inner.unread(error))?;
        let refused = refused.into_iter().map(from_db);
        Ok(numbers(&discarded).chain(refused).collect())
    }

    /// The name of this copy as it is now: another process may have taken a
    /// new one.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn name_now(&self) -> Result<ReplicaId, StoreError> {
        let name = self.said("replica").await?;
        let name = name.and_then(|name| name.parse().ok());
        name.ok_or_else(|| damaged(&self.inner.path, "its own name is missing"))
    }

    /// Takes a new name for this copy in the place of `old`, which another one
    /// has as well: whoever copied the file made two of one.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn take_new_name(&self, old: ReplicaId) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        let done = sqlx::query("UPDATE meta SET value = $1 WHERE name = 'replica' AND value = $2")
            .bind(connect::random_id().to_string())
            .bind(old.to_string())
            .execute(tx.conn())
            .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }
}

fn numbers(text: &str) -> impl Iterator<Item = u64> {
    text.split(',').filter_map(|number| number.parse().ok())
}

/// Keeps the count of an entry that is discarded.
pub(super) async fn give_up(tx: &mut Tx<'_>, rseq: u64) -> Result<(), StoreError> {
    let known: Result<Option<String>, _> =
        sqlx::query_scalar("SELECT value FROM meta WHERE name = $1")
            .bind(DISCARDED)
            .fetch_optional(tx.conn())
            .await;
    let known = known.map_err(|error| tx.told(error))?.unwrap_or_default();
    let all: Vec<u64> = numbers(&known).chain([rseq]).collect();
    let kept = &all[all.len().saturating_sub(KEPT)..];
    let kept: Vec<String> = kept.iter().map(u64::to_string).collect();
    say(tx, DISCARDED, kept.join(",")).await
}
