//! The mark beside the file: how far the log had come.
//!
//! `SQLite` cuts a damaged write-ahead log without a word. So the highest number
//! is also kept in `<file>.head`, raised after every commit, and compared when
//! the log is opened. It is not synced: it may lag behind the log, never lead it.

use std::{
    ffi::OsString,
    fmt,
    fs::{self, File},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use rustix::fs::{FlockOperation, flock};

use crate::domain::{entry::Seq, text};

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
                text::count(upto.saturating_sub(*after), "entry is", "entries are")
            ),
            Self::ChangesLost { count } => write!(
                f,
                "the last {} missing: look through the deliveries before relying on them",
                text::count(
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

impl Mark {
    /// The further of the two, number by number.
    fn or_further(self, other: Self) -> Self {
        Self {
            seq: self.seq.max(other.seq),
            writes: self.writes.max(other.writes),
        }
    }
}

/// Raises the mark of one log, and never waits for it: another process may have
/// been stopped while it held the lock, for as long as a person likes.
#[derive(Debug, Default)]
pub(super) struct Raiser {
    late: Late,
}

/// How far the mark is to be raised once the lock is free; `None` while nobody
/// waits for that.
type Late = Arc<Mutex<Option<Mark>>>;

impl Raiser {
    /// Raises the mark of `file` to `mark`, unless another process was faster.
    /// Where the lock is held, that is done as soon as it is free: leaving it
    /// to the next commit would keep this one from those who watch the mark.
    pub(super) fn raise(&self, file: &Path, mark: Mark) {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(late) = &mut *late {
            *late = late.or_further(mark);
            return;
        }
        let raised = match locked(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(beside) => raise(beside, mark),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                wait(file, &self.late).map(|_waiting| *late = Some(mark))
            }
            Err(error) => Err(error),
        };
        told(raised);
    }
}

/// Waits for the lock in a thread of its own, without which the program can end.
fn wait(file: &Path, late: &Late) -> io::Result<JoinHandle<()>> {
    let (file, late) = (file.to_owned(), Arc::clone(late));
    thread::Builder::new().spawn(move || {
        let beside = locked(&file, FlockOperation::LockExclusive);
        let mark = late.lock().unwrap_or_else(PoisonError::into_inner).take();
        told(beside.and_then(|beside| raise(beside, mark.unwrap_or_default())));
    })
}

fn told(raised: io::Result<()>) {
    if let Err(error) = raised {
        // The log itself is safe; only the alarm about a later cut is weaker.
        tracing::warn!(%error, "the mark beside the log could not be written");
    }
}

/// Sets the mark of `file` after a loss was written down, however long another
/// process holds it.
pub(super) async fn set(file: &Path, mark: Mark) -> io::Result<()> {
    let file = file.to_owned();
    let set = move || write(locked(&file, FlockOperation::LockExclusive)?, mark);
    tokio::task::spawn_blocking(set).await?
}

/// The mark's file, for nobody else until it is dropped.
fn locked(file: &Path, how: FlockOperation) -> io::Result<File> {
    let beside = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(beside(file, ".head"))?;
    flock(&beside, how)?;
    Ok(beside)
}

fn raise(mut beside: File, mark: Mark) -> io::Result<()> {
    let mut text = String::new();
    // What is no text is no mark either, and is written over.
    let known = match beside.read_to_string(&mut text) {
        Ok(_) => parse(&text).unwrap_or_default(),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Mark::default(),
        Err(error) => return Err(error),
    };
    write(beside, known.or_further(mark))
}

fn write(mut beside: File, mark: Mark) -> io::Result<()> {
    beside.rewind()?;
    // Always as long, so one write replaces all of it.
    beside.write_all(format!("{:020} {:020}\n", mark.seq, mark.writes).as_bytes())
}
