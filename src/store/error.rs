//! What can go wrong with the log, each with the way out.

use std::{io, path::PathBuf};

use crate::domain::{entry::EntryId, notice::DeliveryState, text};

/// What the log could not do, and why. Nothing was written unless it says so.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "each message says what it is")]
pub enum StoreError {
    #[error("{} is a folder: name the file in it, such as {}", path.display(), path.join("log.db").display())]
    IsFolder { path: PathBuf },
    #[error("there is no log at {}: check the path, or start warroom once to make one", path.display())]
    Missing { path: PathBuf },
    #[error("there can be no folder at {}: part of that path is a file; choose another place for the log", path.display())]
    NoFolder { path: PathBuf },
    #[error("there is no folder {}: make it, or choose another place", path.display())]
    MissingFolder { path: PathBuf },
    #[error("{} can't be made, because nothing can be written in {}: {why}; choose another place, or make that one writable", path.display(), folder.display())]
    CantMake {
        path: PathBuf,
        folder: PathBuf,
        why: io::Error,
    },
    #[error("{} may not be read or written by this user: ask its owner, or choose another place for the log", path.display())]
    Permission { path: PathBuf },
    #[error("{} belongs to user {owner} and you are user {me}: run as that user, use a log of your own, or share one: `warroom serve --socket PATH` serves both", path.display())]
    ForeignOwned { path: PathBuf, owner: u32, me: u32 },
    #[error("{} can't be written, because its folder or file system is read-only: open the log for reading, or move it", path.display())]
    ReadOnlyFolder { path: PathBuf },
    #[error(
        "{} lies on a network file system ({kind}), where locks can't be trusted: \
         move the log to a local disk, or allow it on purpose", path.display()
    )]
    Network { path: PathBuf, kind: String },
    #[error(
        "{} is not a log, or its beginning is damaged: \
         keep the file, and name another or a backup", path.display()
    )]
    NotALog { path: PathBuf },
    #[error("{} is the database of another program: name another file", path.display())]
    OtherProgram { path: PathBuf },
    #[error(
        "{} was cut short: {found} bytes are there and {expected} should be; \
         keep the file, and put a backup in its place", path.display()
    )]
    Truncated {
        path: PathBuf,
        found: u64,
        expected: u64,
    },
    #[error(
        "{} is missing or empty, but it held {}: put it or a backup back; \
         to start anew, move {name}.head and {name}-wal away",
        path.display(), text::count(*entries, "entry", "entries"),
        name = path.file_name().unwrap_or_default().to_string_lossy()
    )]
    Gone { path: PathBuf, entries: u64 },
    #[error(
        "{} is damaged ({what}): keep the file, export what can be read, and put a backup in its place",
        path.display()
    )]
    Damaged { path: PathBuf, what: String },
    #[error(
        "{} was written by a newer warroom (format {found}, this one knows {known}): update this one",
        path.display()
    )]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error(
        "SQLite {found} can lose committed data: 3.51.3 or newer is needed, so build with the bundled one"
    )]
    OldSqlite { found: String },
    #[error("the disk of {} is full: nothing was saved; make room and try again", path.display())]
    DiskFull { path: PathBuf },
    #[error(
        "another program kept {} locked for {seconds} s: nothing was saved; try again, or look for a process that hangs",
        path.display()
    )]
    Busy { path: PathBuf, seconds: u64 },
    #[error("{} can only be read here: nothing was saved; this user may not write to it or to its folder, or the file system is read-only: make it writable, or run as its owner", path.display())]
    ReadOnly { path: PathBuf },
    #[error("the log was closed: nothing was saved")]
    Closed,
    #[error(
        "this log was given to {to}, and takes nothing more: nothing was saved; go on there with `warroom --server … --workspace …`, or write both into the configuration"
    )]
    Given { to: String },
    #[error(
        "entry {id} is in the log already, with other content: nothing was saved; give the new one an id of its own"
    )]
    IdReuse { id: EntryId },
    #[error("entry {id} can't be stored: {why}")]
    Unfit { id: EntryId, why: &'static str },
    #[error("another engine took over: this one does nothing more until it holds the lease again")]
    LeaseLost,
    #[error(
        "this log is a copy: a server gives its numbers, pages and delivers; do that there, or name another workspace"
    )]
    IsCopy,
    #[error(
        "{} still to leave, and nobody would send them from then on: let the engine send them, or cancel them (`warroom deliveries`), then attach",
        text::count(*count, "message has", "messages have")
    )]
    StillToSend { count: u64 },
    #[error("there is no delivery with the key {key}: list the deliveries to see their keys")]
    NoDelivery { key: String },
    #[error("the delivery {key} is {}, and can't be {wanted} now", state.word())]
    NotNow {
        key: String,
        state: DeliveryState,
        wanted: &'static str,
    },
    #[error(
        "the delivery {key} was taken back, and is not sent any more: write it anew to send it"
    )]
    TakenBack { key: String },
    #[error("line {line}: {found}; nothing was imported")]
    BadLine { line: usize, found: String },
    #[error("{} is there already and is not overwritten: name another file", path.display())]
    Exists { path: PathBuf },
    #[error(
        "that is no address of a PostgreSQL database: write it as postgres://ada@db.example.com/rooms; of several hosts, name the one address that leads to the primary"
    )]
    Address,
    #[error(
        "the database {} can't be reached: check that it runs and that this host may connect to it",
        path.display()
    )]
    Unreachable { path: PathBuf, source: sqlx::Error },
    #[error("the database {} takes nobody in just now ({what}): try again in a moment", path.display())]
    Unready { path: PathBuf, what: String },
    #[error(
        "the connection to {} broke: look whether the change is there before you make it again",
        path.display()
    )]
    Lost { path: PathBuf },
    #[error(
        "{} takes no changes now, because it is a standby or set to read-only: nothing was saved; \
         wait for the switch-over, or give the address of the primary", path.display()
    )]
    Standby { path: PathBuf },
    #[error(
        "{} did not accept the user or the password: check both in the address or in ~/.pgpass",
        path.display()
    )]
    Login { path: PathBuf },
    #[error("there is no database {}: check the name, or make it with createdb", path.display())]
    NoDatabase { path: PathBuf },
    #[error(
        "this user may not do that in {} ({what}): ask its owner for the right to CREATE in the database, \
         or for all rights on the schema of the log", path.display()
    )]
    Denied { path: PathBuf, what: String },
    #[error(
        "the schema {schema} in {} is another program's: name the workspace differently, or use \
         another database", path.display()
    )]
    OtherSchema { path: PathBuf, schema: String },
    #[error("{} keeps text as {found}, and a log needs UTF8: make a database with that encoding", path.display())]
    Encoding { path: PathBuf, found: String },
    #[error("no safe connection to {}: check sslmode and sslrootcert in its address", path.display())]
    Encryption { path: PathBuf, source: sqlx::Error },
    #[error(
        "{} is no file to be copied: use pg_dump --schema={schema}, or warroom export", path.display()
    )]
    NoFile { path: PathBuf, schema: String },
    #[error("{doing} {}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{doing} {}", path.display())]
    Database {
        doing: &'static str,
        path: PathBuf,
        source: sqlx::Error,
    },
}

impl StoreError {
    /// Whether the same call may succeed later, without anybody changing the
    /// file or the call.
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::DiskFull { .. }
            | Self::Busy { .. }
            | Self::Unreachable { .. }
            | Self::Unready { .. }
            | Self::Lost { .. }
            | Self::Standby { .. }
            | Self::Io { .. }
            | Self::Database { .. } => true,
            Self::IsFolder { .. }
            | Self::Missing { .. }
            | Self::NoFolder { .. }
            | Self::MissingFolder { .. }
            | Self::CantMake { .. }
            | Self::Permission { .. }
            | Self::ForeignOwned { .. }
            | Self::ReadOnlyFolder { .. }
            | Self::Network { .. }
            | Self::NotALog { .. }
            | Self::OtherProgram { .. }
            | Self::Truncated { .. }
            | Self::Gone { .. }
            | Self::Damaged { .. }
            | Self::Newer { .. }
            | Self::OldSqlite { .. }
            | Self::ReadOnly { .. }
            | Self::Closed
            | Self::Given { .. }
            | Self::IdReuse { .. }
            | Self::Unfit { .. }
            | Self::LeaseLost
            | Self::IsCopy
            | Self::StillToSend { .. }
            | Self::NoDelivery { .. }
            | Self::NotNow { .. }
            | Self::TakenBack { .. }
            | Self::BadLine { .. }
            | Self::Address
            | Self::Login { .. }
            | Self::NoDatabase { .. }
            | Self::Denied { .. }
            | Self::OtherSchema { .. }
            | Self::Encoding { .. }
            | Self::Encryption { .. }
            | Self::NoFile { .. }
            | Self::Exists { .. } => false,
        }
    }
}
