//! The mark beside the file: how far the log had come.
//!
//! `SQLite` cuts a damaged write-ahead log without a word. So the highest number
//! is also kept in `<file>.head`, raised after every commit, and compared when
//! the log is opened. It is not synced: it may lag behind the log, never lead it.

use std::{
    ffi::OsString,
    fmt, fs, io,
    io::{Read as _, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

use crate::{domain::entry::Seq, ui::format};

/// How far a log had come: its last number, and its count of transactions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) seq: Seq,
    pub(super) writes: u64,
}

/// Something that was in the log and is not there any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// Entries after number `after`, up to number `upto`, are gone.
    EntriesLost {
        /// The last one that was left.
        after: Seq,
        /// The last one that was lost.
        upto: Seq,
    },
    /// Changes that were no entries are gone: of drafts, deliveries, the lease.
    ChangesLost {
        /// How many transactions.
        count: u64,
    },
    /// The file was there, with nothing in it.
    WasEmpty,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntriesLost { after, upto } => write!(
                f,
                "the last {} missing: the log ended at number {upto} and was cut \
                 after {after}; look in a backup or in another copy",
                format::count(upto.saturating_sub(*after), "entry is", "entries are")
            ),
            Self::ChangesLost { count } => write!(
                f,
                "the last {} missing: look through the deliveries before relying on them",
                format::count(
                    *count,
                    "change of drafts or deliveries is",
                    "changes of drafts or deliveries are"
                )
            ),
            Self::WasEmpty => f.write_str(
                "the file was empty: a new log was begun in it; \
                 if it should have had entries, put a backup in its place",
            ),
        }
    }
}

/// `<file><suffix>`, the way `SQLite` names its companions.
pub(super) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}

/// The mark of the log `file`; nothing when it has none or it can't be read
/// as one.
pub(super) fn read(file: &Path) -> Mark {
    fs::read_to_string(beside(file, ".head"))
        .ok()
        .and_then(|text| parse(&text))
        .unwrap_or_default()
}

fn parse(text: &str) -> Option<Mark> {
    let mut words = text.split_ascii_whitespace();
    Some(Mark {
        seq: words.next()?.parse().ok()?,
        writes: words.next()?.parse().ok()?,
    })
}

/// Raises the mark of `file` to `mark`, unless another process was faster.
pub(super) fn raise(file: &Path, mark: Mark) {
    if let Err(error) = try_raise(file, mark, false) {
        // The log itself is safe; only the alarm about a later cut is weaker.
        tracing::warn!(%error, "the mark beside the log could not be written");
    }
}

/// Sets the mark of `file` after a loss was written down.
pub(super) fn set(file: &Path, mark: Mark) -> io::Result<()> {
    try_raise(file, mark, true)
}

fn try_raise(file: &Path, mark: Mark, down_too: bool) -> io::Result<()> {
    let mut beside = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(beside(file, ".head"))?;
    flock(&beside, FlockOperation::LockExclusive)?;
    let mut text = String::new();
    // What is no text is no mark either, and is written over.
    let known = match beside.read_to_string(&mut text) {
        Ok(_) => parse(&text).unwrap_or_default(),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Mark::default(),
        Err(error) => return Err(error),
    };
    let next = if down_too {
        mark
    } else {
        Mark {
            seq: known.seq.max(mark.seq),
            writes: known.writes.max(mark.writes),
        }
    };
    beside.rewind()?;
    // Always as long, so one write replaces all of it.
    beside.write_all(format!("{:020} {:020}\n", next.seq, next.writes).as_bytes())
}
