//! The log on a real disk: real files, real connections, real processes.

mod accepting;
mod adding;
mod damage;
mod deliveries;
mod denied;
mod lease;
mod opening;
mod outbox;
pub mod pg;
mod renamed;
mod schema;
mod server;
mod sharing;
mod transfer;

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use sqlx::{ConnectOptions as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use uuid::Uuid;
use warroom::{
    domain::{
        entry::{Entry, EntryId, IncidentId, ReplicaId, Via},
        fact::Fact,
        notice::{DeliveryState, Intent, Purpose},
        text::{Prose, Title},
    },
    store::{Fence, LeaseState, Log, OpenMode, Owner},
};

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap()
}

fn after_noon(seconds: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(seconds)
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("log.db")
}

async fn open(path: &Path) -> Log {
    Log::open(path, OpenMode::ReadWrite).await.unwrap()
}

/// Where a log under test lives.
enum Place {
    File(TempDir),
    Server(String),
}

impl Place {
    fn file() -> Self {
        Self::File(folder())
    }

    fn server() -> Self {
        Self::Server(pg::workspace())
    }

    /// Opens the log there, as often as it is asked to.
    async fn open(&self) -> Log {
        match self {
            Self::File(folder) => open(&file(folder)).await,
            Self::Server(workspace) => pg::shared().open(workspace).await,
        }
    }

    /// A new place of the same sort.
    fn another(&self) -> Self {
        match self {
            Self::File(_) => Self::file(),
            Self::Server(_) => Self::server(),
        }
    }
}

/// Makes two tests of each of these: on a file, and on a server.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::store::Place;

            #[tokio::test]
            async fn on_a_file() {
                super::$name(Place::file()).await;
            }

            #[tokio::test]
            async fn on_a_server() {
                super::$name(Place::server()).await;
            }
        }
    )+};
}
use on_both;

/// The note number `n`, of incident 1, by ada.
fn note(n: u128, text: &str) -> Entry {
    Entry {
        id: EntryId(Uuid::from_u128(n)),
        seq: None,
        incident: IncidentId(Uuid::from_u128(1)),
        at: noon(),
        recorded_at: noon(),
        by: "ada".into(),
        via: Via::Console,
        replica: ReplicaId(Uuid::from_u128(7)),
        base: 0,
        fact: Fact::Noted {
            text: Prose::lossy(text),
        },
        came_as: None,
    }
}

fn notes(numbers: impl IntoIterator<Item = u128>) -> Vec<Entry> {
    numbers
        .into_iter()
        .map(|n| note(n, &format!("note {n}")))
        .collect()
}

/// A message about incident 1 to `#incidents`, from note 1.
fn intent(key: &str, purpose: Purpose) -> Intent {
    Intent {
        key: key.into(),
        channel: "#incidents".into(),
        incident: IncidentId(Uuid::from_u128(1)),
        origin: EntryId(Uuid::from_u128(1)),
        purpose,
        not_before: noon(),
        subject: Title::lossy("INC-1"),
        text: Prose::lossy("checkout is down"),
        maybe_repeat: false,
    }
}

/// This process, as somebody who may run the engine.
fn me() -> Owner {
    Owner {
        name: "ada".into(),
        host: "bastion".into(),
        pid: std::process::id(),
    }
}

fn ids(entries: &[Entry]) -> Vec<EntryId> {
    entries.iter().map(|entry| entry.id).collect()
}

fn seqs(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq.unwrap()).collect()
}

/// How long a lease is taken for.
const TTL: TimeDelta = TimeDelta::seconds(15);

async fn fence(log: &Log) -> Fence {
    match log.take_lease(&me(), noon(), TTL).await.unwrap() {
        LeaseState::Held(fence) => fence,
        LeaseState::HeldBy(lease) => panic!("held by {lease:?}"),
    }
}

/// A process of this host that has ended.
fn gone() -> Owner {
    let mut child = Command::new("true").spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    Owner { pid, ..me() }
}

async fn queued(log: &Log, intents: &[Intent]) {
    log.append(&notes([1]), intents, noon()).await.unwrap();
}

async fn state(log: &Log, key: &str) -> DeliveryState {
    log.delivery(key).await.unwrap().unwrap().state
}

/// The file as any other program would open it.
async fn by_hand(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap()
}

async fn run(conn: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sql).execute(conn).await.map(drop)
}

/// The variable that tells a test that it is the child of another one, and
/// where to work.
const CHILD: &str = "WARROOM_TEST_CHILD";

/// The file that a child test works on; `None` in an ordinary run.
fn childs_file() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

/// This test binary again, for one test, on one file.
fn child(test: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, path);
    command
}

fn succeeded(output: &Output) -> bool {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    true
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
