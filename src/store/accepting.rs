//! Taking in what others made: entry by entry, with an answer for each, in one
//! transaction.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::{
    Log, RawEntry, Start, StoreError, back,
    counters::Counters,
    deliveries,
    log::{AT_ONCE, Numbered, PAGE, PAGES, insert, known},
    row::{FIELD, Packed, ROW, entry, to_db},
    tx::Tx,
};
use crate::domain::{
    entry::{Entry, EntryId, Seq},
    notice::{Delivery, Intent},
};

/// A transaction that is under way: nobody else adds to the log meanwhile.
/// Dropped without [`Accepting::commit`], nothing of it is left.
#[derive(Debug)]
pub struct Accepting<'a> {
    log: &'a Log,
    pub(super) tx: Tx<'a>,
    pub(super) counters: Counters,
    known: HashMap<EntryId, RawEntry>,
    sent: HashSet<EntryId>,
    fresh: Vec<RawEntry>,
    messages: Vec<Message>,
    /// What is on its way to the public, or was.
    pub(super) news: Vec<Delivery>,
}

/// A message that follows from an entry, and how it begins.
#[derive(Debug, Clone)]
pub struct Message {
    /// The message.
    pub intent: Intent,
    /// How it begins.
    pub start: Start,
}

impl From<Intent> for Message {
    /// As it leaves when nothing speaks against it.
    fn from(intent: Intent) -> Self {
        let start = Start::Queued;
        Self { intent, start }
    }
}

/// What the log has under an entry's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    New,
    /// The same, under this number.
    Same(Seq),
    /// Something else.
    Other,
}

impl Log {
    /// Begins to take in entries; `ids` are those of the candidates.
    ///
    /// # Errors
    ///
    /// What the disk or another process stood in the way of.
    pub async fn accepting(&self, ids: &[EntryId]) -> Result<Accepting<'_>, StoreError> {
        let mut tx = self.inner.begin().await?;
        let mut all = HashMap::new();
        for some in ids.chunks(AT_ONCE) {
            all.extend(known(&mut tx, some).await?);
        }
        Ok(Accepting {
            log: self,
            tx,
            counters: Counters::default(),
            known: all,
            sent: HashSet::new(),
            fresh: Vec::new(),
            messages: Vec::new(),
            news: Vec::new(),
        })
    }
}

impl Accepting<'_> {
    /// What was added after number `seq`, by whomever, before this began: with
    /// it, a reader at `seq` knows all there is.
    ///
    /// # Errors
    ///
    /// When the log can't be read.
    pub async fn missed(&mut self, seq: Seq) -> Result<Vec<Entry>, StoreError> {
        let mut missed: Vec<Entry> = Vec::new();
        let mut cursor = seq;
        while cursor < self.tx.head.seq {
            let page = sqlx::query_scalar(PAGES)
                .bind(FIELD)
                .bind(ROW)
                .bind(to_db(cursor))
                .bind(i64::from(PAGE))
                .fetch_one(self.tx.conn())
                .await;
            let page: Option<String> = page.map_err(|error| self.tx.told(error))?;
            let entries = page.as_deref().and_then(|text| {
                let rows = text.split(ROW);
                rows.map(|row| Packed::read(row).as_ref().and_then(entry))
                    .collect()
            });
            let entries: Vec<Entry> =
                entries.ok_or_else(|| self.tx.damaged("an entry can't be read"))?;
            cursor += entries.len() as u64;
            missed.extend(entries);
        }
        Ok(missed)
    }

    /// What the log has under the id of `row`.
    pub fn known(&self, row: &RawEntry) -> Known {
        let Some(there) = self.known.get(&row.id) else {
            return Known::New;
        };
        match there.seq {
            Some(seq) if there.is_again(row) => Known::Same(seq),
            _ => Known::Other,
        }
    }

    /// The number that the next entry gets.
    pub fn next(&self) -> Seq {
        self.tx.head.seq + self.fresh.len() as u64 + 1
    }

    /// Takes in `row`, with the messages that follow from it. Answers its
    /// number.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unfit`], and then nothing of it is taken.
    pub fn take(&mut self, mut row: RawEntry, messages: Vec<Message>) -> Result<Seq, StoreError> {
        if let Some(why) = row.unfit() {
            return Err(StoreError::Unfit { id: row.id, why });
        }
        let seq = self.next();
        row.seq = Some(seq);
        // Nobody had seen more than there was; what they had, they still have.
        row.base = row.base.min(seq - 1);
        self.known.insert(row.id, row.clone());
        self.fresh.push(row);
        self.messages.extend(messages);
        Ok(seq)
    }

    /// Finds out which of these entries have messages here, for
    /// [`Accepting::sends`].
    ///
    /// # Errors
    ///
    /// When the log can't be read.
    pub async fn ask_who_sends(&mut self, origins: &[EntryId]) -> Result<(), StoreError> {
        for origin in origins {
            let found =
                sqlx::query_scalar("SELECT origin FROM deliveries WHERE origin = $1 LIMIT 1")
                    .bind(origin.to_string())
                    .fetch_optional(self.tx.conn())
                    .await;
            let found: Option<String> = found.map_err(|error| self.tx.told(error))?;
            self.sent.extend(found.map(|_| *origin));
        }
        Ok(())
    }

    /// Whether messages of an entry that was asked for are sent from here, or
    /// were: not those that somebody sent in its place.
    pub fn sends(&self, origin: EntryId) -> bool {
        let is_new = |message: &Message| message.intent.origin == origin;
        self.sent.contains(&origin) || self.messages.iter().any(is_new)
    }

    /// The messages that follow from what was taken so far. Each may still be
    /// let begin in another way, or be left out.
    pub const fn messages(&mut self) -> &mut Vec<Message> {
        &mut self.messages
    }

    /// Ends it: what was taken is on the disk when this answers, and is
    /// answered, with its numbers.
    ///
    /// # Errors
    ///
    /// As [`Log::append`]; nothing was saved then, unless the answer of the
    /// disk itself was lost.
    pub async fn commit(mut self, now: DateTime<Utc>) -> Result<Vec<RawEntry>, StoreError> {
        if self.fresh.is_empty() && !self.counters.rose() {
            self.tx.undo().await?;
            return Ok(Vec::new());
        }
        let tx = &mut self.tx;
        let numbered: Vec<Numbered<'_>> = self
            .fresh
            .iter()
            .map(|row| self.log.number(tx, row))
            .collect();
        for some in numbered.chunks(AT_ONCE) {
            let done = insert(tx.conn(), some).await;
            done.map_err(|error| tx.told(error))?;
        }
        for Message { intent, start } in &self.messages {
            deliveries::queue(tx, std::slice::from_ref(intent), start, now).await?;
        }
        self.counters.save(tx).await?;
        back::after(tx, &self.fresh).await?;
        self.tx.commit().await?;
        Ok(self.fresh)
    }
}
