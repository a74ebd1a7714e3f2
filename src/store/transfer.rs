//! Out of the log as lines of JSON, into it again, and a copy as a file.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fs, io,
    io::{BufRead, Read as _, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Accepted, Log, RawEntry, StoreError, back, connect, inspect,
    log::{self, AT_ONCE, PAGE},
    outbox,
    row::to_millis,
    tx::{self, Tx},
};
use crate::domain::{
    entry::{EntryId, IncidentId, LAST, ReplicaId, Seq},
    text::{Name, escaped},
};

/// The version of the lines.
const VERSION: u32 = 1;

/// The longest line taken in, in bytes: sixteen times the largest entry.
const LONGEST: u64 = 1 << 20;

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries that are new in this log.
    pub added: u64,
    /// Entries that it had already.
    pub known: u64,
}

/// An entry as a line, its fields in this order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    id: EntryId,
    seq: Option<Seq>,
    incident: IncidentId,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    v: u32,
    at: Cow<'a, str>,
    recorded_at: Cow<'a, str>,
    by: Name,
    #[serde(borrow)]
    via: Cow<'a, str>,
    replica: ReplicaId,
    base: Seq,
    #[serde(borrow)]
    body: &'a RawValue,
    /// The body as it is stored, where something in it acts on a terminal and
    /// is an escape above.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    stored: Option<Cow<'a, str>>,
}

impl Log {
    /// Writes every entry as a line of JSON, in order; answers how many. What
    /// this program does not know is written as it is stored, byte for byte;
    /// what acts on a terminal is an escape, and stands as it is stored beside
    /// that, as a string.
    ///
    /// # Errors
    ///
    /// When the log can't be read or `out` can't be written.
    pub async fn export(&self, out: &mut (impl Write + Send)) -> Result<u64, StoreError> {
        let head = self.head().await?;
        let mut cursor = 0;
        while cursor < head {
            let rows = self.raw_after(cursor, PAGE).await?;
            let Some(last) = rows.last() else { break };
            cursor = last.seq.unwrap_or(head);
            for row in &rows {
                self.write_line(row, out)?;
            }
        }
        out.flush().map_err(|source| self.unwritten(source))?;
        Ok(cursor)
    }

    fn write_line(&self, row: &RawEntry, out: &mut impl Write) -> Result<(), StoreError> {
        let shown = shown(&row.body);
        let body = serde_json::from_str(&shown).map_err(|_| {
            let seq = row.seq.unwrap_or_default();
            tx::damaged(&self.inner.path, format!("entry number {seq} is no JSON"))
        })?;
        let line = Line {
            id: row.id,
            seq: row.seq,
            incident: row.incident,
            kind: row.kind.as_str().into(),
            v: VERSION,
            at: time_text(row.at).into(),
            recorded_at: time_text(row.recorded_at).into(),
            by: row.by.clone(),
            via: row.via.as_str().into(),
            replica: row.replica,
            base: row.base,
            body,
            stored: (*shown != row.body).then(|| row.body.as_str().into()),
        };
        let text = serde_json::to_string(&line).expect("a line has only text and numbers");
        writeln!(out, "{}", escaped(&text)).map_err(|source| self.unwritten(source))
    }

    fn unwritten(&self, source: io::Error) -> StoreError {
        StoreError::Io {
            doing: "writing the export of",
            path: self.inner.path.clone(),
            source,
        }
    }

    /// Takes in what [`Log::export`] wrote, all of it or nothing. Entries keep
    /// everything but their number, which is the next one here, and what their
    /// authors had seen, which is told by numbers as well; known ones are left
    /// as they are. Empty lines are passed over.
    ///
    /// Reads `from` to its end before the first entry is written, and blocks
    /// while it does.
    ///
    /// # Errors
    ///
    /// [`StoreError::BadLine`] with the number of the first line that is no
    /// entry; [`StoreError::IdReuse`] when the log has another entry by that id.
    pub async fn import(&self, from: impl BufRead + Send) -> Result<Imported, StoreError> {
        let mut rows = read_lines(from)?;
        if rows.is_empty() {
            return Ok(Imported::default());
        }
        let mut tx = self.inner.begin().await?;
        rebase(&mut tx, &mut rows).await?;
        let accepted = if tx.head.remote {
            // Whoever imports tells a history; nobody is to be paged by it.
            outbox::keep(&mut tx, &rows, true, self.replica()).await?
        } else {
            let added = self.add(&mut tx, &rows).await?;
            back::after(&mut tx, &rows).await?;
            added
        };
        tx.commit().await?;
        let added = accepted
            .iter()
            .filter(|one| !matches!(one, Accepted::Duplicate(_)))
            .count();
        Ok(Imported {
            added: added as u64,
            known: (accepted.len() - added) as u64,
        })
    }

    /// Copies the log into a new file `to`, as it is at one moment, while
    /// others go on writing.
    ///
    /// # Errors
    ///
    /// [`StoreError::Exists`] when there is something at `to`;
    /// [`StoreError::NoFile`] on a server, which has tools of its own for it.
    pub async fn backup(&self, to: impl AsRef<Path> + Send) -> Result<(), StoreError> {
        let to = to.as_ref();
        if let Some(server) = &self.inner.server {
            return Err(StoreError::NoFile {
                path: self.inner.path.clone(),
                schema: server.schema().to_owned(),
            });
        }
        let name = to.to_str().ok_or_else(|| {
            let what = io::Error::new(io::ErrorKind::InvalidInput, "its name is not UTF-8");
            inspect::told("making", to, what)
        })?;
        let made = new_file(to)?;
        let mut conn = connect::reader(&self.inner.path).await?;
        let done = sqlx::query("VACUUM INTO $1")
            .bind(name.to_owned())
            .execute(&mut conn)
            .await;
        let synced = done
            .map_err(|error| tx::told(to, "copying the log to", error))
            .and_then(|_| {
                made.sync_all()
                    .map_err(|error| inspect::told("syncing", to, error))
            });
        if synced.is_err() {
            // It is ours, and half a copy could be taken for a whole one.
            fs::remove_file(to).ok();
        }
        synced
    }
}

/// A body in one line, with nothing in it that acts on a terminal: the same JSON.
fn shown(body: &str) -> Cow<'_, str> {
    let shown = escaped(body);
    // As it is JSON, these stand between its words.
    if shown.contains(|c| c < ' ') {
        return Cow::Owned(shown.replace(|c| c < ' ', " "));
    }
    shown
}

fn new_file(to: &Path) -> Result<fs::File, StoreError> {
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: to.into() },
            io::ErrorKind::NotFound => StoreError::MissingFolder {
                path: inspect::folder(to).into(),
            },
            _ => inspect::unmade(to, error),
        })
}

/// Says in numbers of this log what the authors of `rows` had seen, whose
/// numbers are those of another log until then. Of what is here already they
/// count as having seen all: they are not at odds with it.
///
/// On a copy, what is new, or waits already, gets a number that nobody knows yet. Who had seen all
/// of that in the same incident counts as having seen everything.
async fn rebase(tx: &mut Tx<'_>, rows: &mut [RawEntry]) -> Result<(), StoreError> {
    let head = tx.head.seq;
    let mut known: HashMap<EntryId, RawEntry> = HashMap::new();
    for some in rows.chunks(AT_ONCE) {
        let ids: Vec<EntryId> = some.iter().map(|row| row.id).collect();
        known.extend(log::known(tx, &ids).await?);
        if tx.head.remote {
            known.extend(outbox::waiting(tx, &ids).await?);
        }
    }
    let (mut next, mut here) = (head, BTreeMap::new());
    let mut waits: HashMap<IncidentId, Seq> = HashMap::new();
    for row in rows {
        let there = known.get(&row.id);
        let base = here.range(..=row.base).next_back();
        let base = base.map_or(head, |(_, seq)| *seq);
        let last = waits.get(&row.incident);
        let base = if last.is_some_and(|last| *last <= row.base) {
            LAST
        } else {
            base
        };
        let numbered = there.and_then(|there| there.seq);
        if last.is_some() || (tx.head.remote && numbered.is_none()) {
            waits.extend(row.seq.map(|from| (row.incident, from)));
        }
        let seq = numbered.unwrap_or_else(|| {
            next += 1;
            next
        });
        // Known ones are compared as they are.
        row.base = there.map_or(base, |there| there.base);
        if let Some(from) = row.seq.take() {
            here.insert(from, seq);
        }
    }
    Ok(())
}

fn read_lines(mut from: impl BufRead) -> Result<Vec<RawEntry>, StoreError> {
    let mut rows = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let bad = |found: String| StoreError::BadLine {
            line: number,
            found,
        };
        let read = from
            .by_ref()
            .take(LONGEST + 1)
            .read_until(b'\n', &mut line)
            .map_err(|error| bad(format!("it can't be read ({error})")))?;
        if read == 0 {
            break;
        }
        if line.len() as u64 > LONGEST {
            return Err(bad(format!("it is longer than {LONGEST} bytes")));
        }
        let text = str::from_utf8(&line).map_err(|_| bad("it is not UTF-8".to_owned()))?;
        if !text.trim().is_empty() {
            rows.push(read_line(text.trim_end()).map_err(bad)?);
        }
    }
    Ok(rows)
}

/// One entry, or what is wrong with the line.
fn read_line(text: &str) -> Result<RawEntry, String> {
    let line: Line<'_> =
        serde_json::from_str(text).map_err(|error| format!("it is not an entry ({error})"))?;
    if line.v != VERSION {
        return Err(format!(
            "it is of version {}, and this program reads version {VERSION}",
            line.v
        ));
    }
    let row = RawEntry {
        id: line.id,
        seq: line.seq,
        incident: line.incident,
        kind: line.kind.into_owned(),
        at: time(&line.at)?,
        recorded_at: time(&line.recorded_at)?,
        by: line.by,
        via: line.via.into_owned(),
        replica: line.replica,
        base: line.base,
        body: match line.stored {
            Some(stored) if shown(&stored) == line.body.get() => stored.into_owned(),
            Some(_) => return Err("its body and what is stored of it differ".to_owned()),
            None => line.body.get().to_owned(),
        },
    };
    // However much an entry asks: what a log has already still counts.
    match row.unfit() {
        Some(unfit) => Err(unfit.to_owned()),
        None => Ok(row),
    }
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| to_millis(at.to_utc()))
        .map_err(|_| format!("{text:?} is not a time such as 2026-11-23T04:31:05.123Z"))
}

fn time_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
