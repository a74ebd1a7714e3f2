//! What people recorded while the token of a copy could not write: whoever did
//! so was told that the team does not have it. So it does not leave hours later
//! by itself, when the token may again; a person gives it, or lets go of it.

use std::collections::HashSet;

use chrono::TimeDelta;

use super::{Log, StoreError, Unsent, counters, row::to_db};
use crate::domain::{
    entry::{EntryId, IncidentId},
    text::Title,
};

/// Why what was recorded in an incident waits whose opening does.
const UNOPENED: &str =
    "denied: what opened its incident is kept back here: `warroom sync give` sends both";

/// How the reason begins of what was kept back for that.
const DENIED: &str = "denied: ";

/// How long it goes by itself all the same: a token that is made anew at once.
const SOON: TimeDelta = TimeDelta::seconds(60);

impl Unsent {
    /// Whether it waits for a person: the token could not write.
    pub fn was_denied(&self) -> bool {
        let why = self.refused.as_ref();
        why.is_some_and(|why| why.starts_with(DENIED))
    }

    /// Whether it goes by itself, after it waited for so long.
    pub fn may_go(&self, waited: TimeDelta) -> bool {
        self.refused.is_none() || (self.was_denied() && waited.abs() < SOON)
    }

    /// Whether people wait for it, and were not told it away from here.
    fn is_news(&self) -> bool {
        let by_people = || {
            let entry = self.row.entry();
            entry.is_some_and(|entry| entry.is_by_a_person())
        };
        !self.told && by_people()
    }
}

impl Log {
    /// What waits and may go, in the order in which it was made. What was
    /// recorded in an incident whose opening is kept back waits with that: of an
    /// incident that nobody there knows nothing would leave, and nobody there
    /// could tell who was paged from here.
    ///
    /// # Errors
    ///
    /// When the file can't be read or written.
    pub async fn to_hand_in(
        &self,
        may_go: impl Fn(&Unsent) -> bool,
    ) -> Result<Vec<Unsent>, StoreError> {
        let waiting = self.unsent().await?;
        let unopened: HashSet<IncidentId> = waiting
            .iter()
            .filter(|one| one.row.kind == "declared" && !may_go(one))
            .map(|one| one.row.incident)
            .collect();
        let (kept, mut others): (Vec<Unsent>, Vec<Unsent>) = waiting
            .into_iter()
            .partition(|one| unopened.contains(&one.row.incident));
        let unmarked = |one: &&Unsent| one.refused.is_none() && one.is_news();
        for one in kept.iter().filter(unmarked) {
            self.refused(one.row.id, &Title::lossy(UNOPENED)).await?;
        }
        others.retain(may_go);
        Ok(others)
    }

    /// Writes down of all that waits and that people recorded that the token
    /// could not write. What was sent from here is told of all the same.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn deny(&self, why: &str) -> Result<(), StoreError> {
        let news = |one: &Unsent| one.refused.is_none() && one.is_news();
        if !self.unsent().await?.iter().any(news) {
            return Ok(());
        }
        let mut tx = self.inner.begin().await?;
        let done = sqlx::query(
            "UPDATE outbox SET refused = $1 \
             WHERE refused IS NULL AND told = 0 AND via NOT IN ('engine', 'probe')",
        )
        .bind(format!("{DENIED}{why}"))
        .execute(tx.conn())
        .await;
        done.map_err(|error| tx.told(error))?;
        tx.commit().await
    }

    /// Lets go to the server what the token could not write, at a person's word:
    /// all of it, or the one entry that is meant, whyever it was refused. What was
    /// sent from here goes behind what opens its incident. Answers how many
    /// entries that is.
    ///
    /// # Errors
    ///
    /// When the file can't be read or written.
    pub async fn give(&self, only: Option<EntryId>) -> Result<u64, StoreError> {
        let mut given = self.unsent().await?;
        let is_meant = |one: &Unsent| match only {
            Some(id) => one.row.id == id && one.refused.is_some(),
            None => one.was_denied(),
        };
        let opened: HashSet<IncidentId> = given
            .iter()
            .filter(|one| one.row.kind == "declared" && is_meant(one))
            .map(|one| one.row.incident)
            .collect();
        given.retain(|one| {
            is_meant(one) || (one.refused.is_none() && opened.contains(&one.row.incident))
        });
        let mut tx = self.inner.begin().await?;
        for one in &given {
            // Its count was given up meanwhile: it goes after all that came.
            let rseq = one.rseq.map(|_| tx.head.rseq + 1);
            tx.head.rseq = rseq.unwrap_or(tx.head.rseq);
            if let Some(before) = one.rseq {
                counters::give_up(&mut tx, before).await?;
            }
            let done = sqlx::query(
                "UPDATE outbox SET refused = NULL, rseq = $1, \
                 nr = (SELECT max(nr) + 1 FROM outbox) WHERE id = $2",
            )
            .bind(rseq.map(to_db))
            .bind(one.row.id.to_string())
            .execute(tx.conn())
            .await;
            done.map_err(|error| tx.told(error))?;
        }
        tx.commit().await?;
        Ok(given.len() as u64)
    }
}
