//! The log on disk: one `SQLite` file per workspace, and a small mark beside it;
//! or one schema per workspace on a `PostgreSQL` server.
//!
//! An entry that [`Log::append`] answered for is on the disk, synced, before
//! the answer: it survives the end of this process and of the machine. Entries
//! are only ever added, and triggers refuse anything else. Each gets the next
//! number of a locked head row in the same transaction, so a reader at number
//! *n* has everything up to *n*. The messages that follow from an entry are
//! written in its transaction as well, one per key.
//!
//! Nothing here deletes or overwrites a file it did not make, and a file that
//! can't be trusted is refused with its own error: see [`StoreError`]. What
//! opens but lost its tail says so in [`Log::warnings`]; what changed in place
//! is found by [`Log::verify`].
//!
//! This door reads no clock of this host: times come in as arguments and are
//! kept to the millisecond, as numbers. The statements are the same on both databases;
//! what differs is opening, beginning, watching and what errors mean.

mod accepting;
mod authority;
mod back;
mod by_hand;
mod connect;
mod counters;
mod deliveries;
mod denied;
mod drafts;
mod epoch;
mod error;
mod inspect;
mod item;
mod lanes;
mod lease;
mod log;
mod losses;
mod mark;
mod meta;
mod outbox;
mod public;
mod renamed;
mod row;
mod same;
mod schema;
mod server;
mod sql;
mod tokens;
mod transfer;
mod tx;
mod verify;
mod watch;

pub use accepting::{Accepting, Known, Message};
pub use authority::{Authority, Extent};
pub use by_hand::DeliveryFilter;
pub use counters::Place;
pub use deliveries::{Ending, Recovered, Start, Try};
pub use error::StoreError;
pub use lease::{Fence, Lease, LeaseState, Owner, Running, Terms};
pub use log::Accepted;
pub use mark::Warning;
pub use meta::CountsBy;
pub use outbox::{TakenIn, Unsent};
pub use row::RawEntry;
pub use tokens::Token;
pub use transfer::Imported;
pub use verify::{Problem, Report};
pub use watch::Changes;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64},
    },
};

use tokio::sync::{Mutex, watch as channel};

use self::{
    mark::Raiser,
    server::Server,
    sql::{Conn, Pool},
};
use crate::domain::{entry::ReplicaId, text::Name};

/// What a log is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenMode {
    /// To read and to add; made where it is absent.
    ReadWrite,
    /// To read; it must be there.
    ReadOnly,
}

/// A log on a disk. Cheap to clone; every clone is the same log.
#[derive(Debug, Clone)]
pub struct Log {
    inner: Arc<Inner>,
}

/// What all clones share.
#[derive(Debug)]
struct Inner {
    /// The file; or the address of the server, as messages show it.
    path: PathBuf,
    /// `None` when the log is a file.
    server: Option<Server>,
    mode: OpenMode,
    /// The one connection that writes; `None` when it has to be made anew.
    writer: Mutex<Option<Conn>>,
    readers: Pool,
    replica: ReplicaId,
    warnings: Vec<Warning>,
    changes: channel::Sender<u64>,
    /// The count of the last transaction that was this log's own: it was told
    /// already.
    own: AtomicU64,
    /// A server gives the numbers.
    is_copy: AtomicBool,
    watcher: Mutex<bool>,
    mark: Raiser,
}

impl Log {
    /// Opens the log at `path`, and makes it (and its folder) where there is
    /// none and `mode` allows it.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the place or the file; nothing was changed.
    pub async fn open(path: impl AsRef<Path>, mode: OpenMode) -> Result<Self, StoreError> {
        connect::open(path.as_ref(), mode, false).await
    }

    /// [`Log::open`], on a network file system as well: at the user's word
    /// that locks work there and that one host writes at a time.
    ///
    /// # Errors
    ///
    /// As [`Log::open`].
    pub async fn open_on_network(
        path: impl AsRef<Path>,
        mode: OpenMode,
    ) -> Result<Self, StoreError> {
        connect::open(path.as_ref(), mode, true).await
    }

    /// Opens the log of `workspace` in the `PostgreSQL` database at `url`, and
    /// makes its schema where there is none. Any number of processes may do so
    /// at the same moment.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the address, the server or the schema, never
    /// with the password in it.
    pub async fn connect(url: &str, workspace: &Name) -> Result<Self, StoreError> {
        server::connect(url, workspace).await
    }

    /// The file; or the address of the server, without its password, for
    /// messages.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// The name of this copy of the log.
    pub fn replica(&self) -> ReplicaId {
        self.inner.replica
    }

    /// Whether nothing can be written to it.
    pub fn is_read_only(&self) -> bool {
        self.inner.mode == OpenMode::ReadOnly
    }

    /// What was lost from the file, as found when it was opened or before;
    /// empty when all is well.
    pub fn warnings(&self) -> &[Warning] {
        &self.inner.warnings
    }

    /// Closes every connection and waits until the file is settled. Clones of
    /// this log answer with errors afterwards.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        let writer = self.inner.writer.lock().await.take();
        if let Some(writer) = writer
            && let Err(error) = writer.close().await
        {
            tracing::debug!(%error, "closing the log");
        }
    }
}
