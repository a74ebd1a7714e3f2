//! Is everything still as it was written?

use std::fmt;

use sqlx::{Row as _, any::AnyRow};

use super::{
    Log, StoreError, item,
    mark::{self, Mark},
    row::{FIELD, Packed, from_db, sum},
    sql::{self, Conn, On},
    tx::told,
};
use crate::domain::{entry::Seq, fact::Fact, text};

/// Findings beyond this many are counted, not listed.
const LISTED: usize = 100;

/// What [`Log::verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Entries that could be read.
    pub entries: u64,
    /// Of these, those that only a newer program understands.
    pub unknown: u64,
    /// What is wrong; empty when all is well.
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub more: u64,
}

/// Something in the file that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// `SQLite`'s own check found this.
    Structure(String),
    /// An entry can't be read.
    Unreadable(Seq),
    /// There is no entry with this number.
    Gap(Seq),
    /// This entry, or the one before, is not what was written.
    Changed(Seq),
    /// The body of this entry is no JSON.
    Body(Seq),
    /// The log says that it ends elsewhere.
    Head {
        /// Where it says it ends.
        says: Seq,
        /// Where it ends.
        ends: Seq,
    },
    /// The mark beside the file knows of more.
    Cut {
        /// The number at which it ends.
        ends: Seq,
        /// The number at which it ended once.
        ended: Seq,
        /// Transactions that are missing.
        writes: u64,
    },
    /// Entries were found missing at an earlier time.
    Lost {
        /// The last one that was left.
        after: Seq,
        /// The last one that was lost.
        upto: Seq,
    },
    /// A delivery is not what was written.
    Delivery(String),
    /// A draft is not what was written.
    Draft(String),
    /// A part of the file can't be read at all.
    Closed(String),
}

impl Report {
    /// Whether everything is as it was written.
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    fn add(&mut self, problem: Problem) {
        if self.problems.len() < LISTED {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Structure(what) => write!(f, "the file's structure is damaged: {what}"),
            Self::Unreadable(seq) => write!(f, "entry {seq} can't be read"),
            Self::Gap(seq) => write!(f, "entry {seq} is missing"),
            Self::Changed(seq) => write!(f, "entry {seq} is not what was written"),
            Self::Body(seq) => write!(f, "the body of entry {seq} is no JSON"),
            Self::Head { says, ends } => {
                write!(
                    f,
                    "the log ends at entry {ends} and says that it ends at {says}"
                )
            }
            Self::Cut {
                ends,
                ended,
                writes,
            } => write!(
                f,
                "the log was cut: it ended at entry {ended}, and ends at {ends}; \
                 {} missing",
                text::count(*writes, "change is", "changes are")
            ),
            Self::Lost { after, upto } => write!(
                f,
                "entries after {after} up to {upto} were lost once; their numbers were given again"
            ),
            Self::Delivery(key) => write!(f, "the delivery {key} is not what was written"),
            Self::Draft(key) => write!(f, "the draft {key} is not what was written"),
            Self::Closed(what) => write!(f, "a part can't be read: {what}"),
        }
    }
}

impl Log {
    /// Reads everything and compares it with its sums; takes about as long as
    /// reading the file twice. What is found is in the report, not an error.
    ///
    /// # Errors
    ///
    /// When the file can't be opened at all.
    pub async fn verify(&self) -> Result<Report, StoreError> {
        let mut conn = self.inner.reader().await?;
        let mut report = Report::default();
        let (marked, one_moment) = match conn {
            On::File(_) => (mark::read(&self.inner.path), "BEGIN"),
            On::Server(_) => (
                Mark::default(),
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            ),
        };
        // One moment for all of it, while others go on writing.
        let begun = sqlx::query(one_moment).execute(&mut conn).await;
        begun.map_err(|error| told(&self.inner.path, "checking", error))?;
        let steps = [
            structure(&mut conn, &mut report).await,
            entries(&mut conn, &mut report).await,
            head(&mut conn, &mut report, marked).await,
            losses(&mut conn, &mut report).await,
            deliveries(&mut conn, &mut report).await,
            drafts(&mut conn, &mut report).await,
        ];
        for step in steps {
            if let Err(error) = step {
                report.add(Problem::Closed(error.to_string()));
            }
        }
        conn.close().await.ok();
        Ok(report)
    }
}

async fn structure(conn: &mut Conn, report: &mut Report) -> Result<(), sqlx::Error> {
    let On::File(conn) = conn else {
        return Ok(());
    };
    let found: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_all(conn)
        .await?;
    for what in found {
        if what != "ok" {
            report.add(Problem::Structure(what));
        }
    }
    Ok(())
}

/// The chain, the numbers and the bodies, in one walk of bounded pages.
async fn entries(conn: &mut Conn, report: &mut Report) -> Result<(), sqlx::Error> {
    let mut walk = Walk {
        seq: 0,
        total: sum(&["warroom"]),
    };
    loop {
        let page = sqlx::query(
            "SELECT seq, concat_ws($1, seq, id, incident, kind, at, recorded_at, actor, via, \
             replica, base, body), total FROM entries WHERE seq > $2 ORDER BY seq LIMIT 1000",
        )
        .bind(FIELD)
        .bind(walk.seq);
        let rows = sql::rows(&mut *conn, page).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            match row {
                Some(row) => walk.step(row, report)?,
                None => walk.skip(report),
            }
        }
    }
}

/// How far the walk has come.
struct Walk {
    seq: i64,
    total: String,
}

impl Walk {
    /// Passes over a row whose text is not UTF-8 any more.
    fn skip(&mut self, report: &mut Report) {
        self.seq += 1;
        report.add(Problem::Unreadable(from_db(self.seq)));
    }

    fn step(&mut self, row: &AnyRow, report: &mut Report) -> Result<(), sqlx::Error> {
        let seq: i64 = row.try_get(0)?;
        let number = from_db(seq);
        for missing in (self.seq + 1..seq).take(LISTED) {
            report.add(Problem::Gap(from_db(missing)));
        }
        let missing = from_db(seq).saturating_sub(from_db(self.seq) + 1);
        report.more += missing.saturating_sub(LISTED as u64);
        self.seq = seq;
        let (line, total): (String, String) = (row.try_get(1)?, row.try_get(2)?);
        let Some(packed) = Packed::read(&line) else {
            report.add(Problem::Unreadable(number));
            self.total = total;
            return Ok(());
        };
        report.entries += 1;
        let raw = packed.raw();
        if raw.total(&self.total, number) != total {
            report.add(Problem::Changed(number));
        }
        self.total = total;
        match Fact::read(&raw.kind, &raw.body) {
            Ok(Fact::Unknown(_)) => report.unknown += 1,
            Ok(_) => {}
            Err(_) => report.add(Problem::Body(number)),
        }
        Ok(())
    }
}

/// The head row against the last entry, and against the mark.
async fn head(conn: &mut Conn, report: &mut Report, marked: Mark) -> Result<(), sqlx::Error> {
    let (says, total, writes): (i64, String, i64) =
        sqlx::query_as("SELECT seq, total, writes FROM head WHERE one = 1")
            .fetch_one(&mut *conn)
            .await?;
    let last: Option<(i64, String)> =
        sqlx::query_as("SELECT seq, total FROM entries ORDER BY seq DESC LIMIT 1")
            .fetch_optional(conn)
            .await?;
    let (ends, last) = last.unwrap_or_else(|| (0, sum(&["warroom"])));
    let (says, ends, writes) = (from_db(says), from_db(ends), from_db(writes));
    if says != ends {
        report.add(Problem::Head { says, ends });
    } else if total != last {
        report.add(Problem::Changed(ends));
    }
    if marked.seq > ends || marked.writes > writes {
        report.add(Problem::Cut {
            ends,
            ended: marked.seq.max(ends),
            writes: marked.writes.saturating_sub(writes),
        });
    }
    Ok(())
}

async fn losses(conn: &mut Conn, report: &mut Report) -> Result<(), sqlx::Error> {
    let rows: Vec<(i64, i64)> =
        sqlx::query_as("SELECT after_seq, upto_seq FROM losses ORDER BY nr")
            .fetch_all(conn)
            .await?;
    for (after, upto) in rows {
        report.add(Problem::Lost {
            after: from_db(after),
            upto: from_db(upto),
        });
    }
    Ok(())
}

async fn deliveries(conn: &mut Conn, report: &mut Report) -> Result<(), sqlx::Error> {
    let keys: Vec<(i64, String)> = sqlx::query_as("SELECT nr, key FROM deliveries ORDER BY nr")
        .fetch_all(&mut *conn)
        .await?;
    let rows = sql::rows(conn, sqlx::query(item::select!("ORDER BY nr"))).await?;
    for ((_, key), row) in keys.into_iter().zip(&rows) {
        let read = row.as_ref().and_then(item::read);
        let sound = read.is_some_and(|(item, sound)| sound && *item.delivery.intent.key == *key);
        if !sound {
            report.add(Problem::Delivery(key));
        }
    }
    Ok(())
}

async fn drafts(conn: &mut Conn, report: &mut Report) -> Result<(), sqlx::Error> {
    let rows: Vec<(String, String, String)> = sqlx::query_as("SELECT key, json, total FROM drafts")
        .fetch_all(conn)
        .await?;
    for (key, json, total) in rows {
        if sum(&[&key, &json]) != total {
            report.add(Problem::Draft(key));
        }
    }
    Ok(())
}
