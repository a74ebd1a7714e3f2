//! Noticing that the log changed, by this process or another.
//!
//! Whoever commits raises the mark beside the file, so a look is one small
//! read, without a connection. The system tells when the mark is written to,
//! so that nothing wakes up while nothing happens; where it does not (a network
//! file system), the mark is looked at often instead. Somebody may be killed
//! between a commit and its mark: now and then the write-ahead log's own time
//! is looked at as well.

use std::{
    fs, io,
    mem::MaybeUninit,
    os::fd::OwnedFd,
    path::Path,
    sync::{Arc, Weak, atomic::Ordering},
    time::{Duration, SystemTime},
};

use rustix::fs::inotify;
use tokio::{io::unix::AsyncFd, sync::watch};

use super::{
    Inner, Log, OpenMode, inspect,
    mark::{self, Mark},
};

/// How often the mark is looked at where the system tells of changes: only
/// for what it may have missed.
const SELDOM: Duration = Duration::from_secs(2);
/// How often where it does not: soon enough to feel like at once.
const OFTEN: Duration = Duration::from_millis(150);
/// How often a database is asked.
const POLL: Duration = Duration::from_millis(200);

/// Tells of changes to the log. One that happened while nobody waited is told
/// at the next wait.
#[derive(Debug)]
pub struct Changes {
    seen: watch::Receiver<u64>,
    /// The sender lives in the log, so the log must live as well.
    _log: Log,
}

impl Changes {
    /// Waits for the next commit. It may also answer once too often, never
    /// once too seldom.
    pub async fn changed(&mut self) {
        if self.seen.changed().await.is_err() {
            // Can't be: the log that sends is held here.
            std::future::pending::<()>().await;
        }
    }
}

impl Log {
    /// Changes from now on.
    pub async fn changes(&self) -> Changes {
        let mut watched = self.inner.watcher.lock().await;
        if !*watched {
            *watched = true;
            // How things are is looked at first, so nothing is missed between
            // this call and the first wait.
            let looker = Looker::start(&self.inner).await;
            tokio::spawn(looker.go_on(Arc::downgrade(&self.inner)));
        }
        Changes {
            seen: self.inner.changes.subscribe(),
            _log: self.clone(),
        }
    }
}

/// How far the log had come at the last look.
enum Looker {
    File(Look),
    /// The count of transactions; absent while the database can't be read.
    Server(Option<i64>),
}

impl Looker {
    async fn start(log: &Inner) -> Self {
        if log.server.is_none() {
            return Self::File(Look::start(log));
        }
        Self::Server(count(log).await)
    }

    async fn go_on(mut self, log: Weak<Inner>) {
        loop {
            let rang = self.wait().await;
            let Some(log) = log.upgrade() else {
                return;
            };
            if log.readers.is_closed() {
                return;
            }
            // A database is not asked for nobody.
            let watched = log.changes.receiver_count() > 0;
            let changed = match &mut self {
                Self::File(look) => look.again(&log, rang),
                Self::Server(last) if watched => {
                    let count = count(&log).await;
                    std::mem::replace(last, count) != count && count.is_some()
                }
                Self::Server(_) => false,
            };
            if changed {
                log.changes.send_modify(|count| *count += 1);
            }
        }
    }

    /// Until it is time to look; answers whether the system said so.
    async fn wait(&mut self) -> bool {
        match self {
            Self::File(look) => look.wait().await,
            Self::Server(_) => {
                tokio::time::sleep(POLL).await;
                false
            }
        }
    }
}

/// How many transactions a database counts.
async fn count(log: &Inner) -> Option<i64> {
    sqlx::query_scalar("SELECT writes FROM head WHERE one = 1")
        .fetch_one(&log.readers)
        .await
        .inspect_err(|error| tracing::warn!(%error, "looking for changes of the log"))
        .ok()
}

/// How far a file had come.
struct Look {
    mark: Mark,
    file: Option<SystemTime>,
    bell: Option<Bell>,
}

impl Look {
    fn start(log: &Inner) -> Self {
        // There has to be a file that can be watched.
        if log.mode == OpenMode::ReadWrite {
            log.mark.raise(&log.path, Mark::default());
        }
        Self {
            bell: Bell::hang(&log.path),
            mark: mark::read(&log.path),
            file: written_at(&log.path),
        }
    }

    /// Until it is time to look; answers whether the system said so.
    async fn wait(&mut self) -> bool {
        let Some(bell) = &self.bell else {
            tokio::time::sleep(OFTEN).await;
            return false;
        };
        match tokio::time::timeout(SELDOM, bell.rings()).await {
            Ok(true) => true,
            Ok(false) => {
                self.bell = None;
                false
            }
            Err(_) => false,
        }
    }

    /// Whether something may have changed since the last look that nobody told
    /// of: our own last transaction was told already.
    fn again(&mut self, log: &Inner, rang: bool) -> bool {
        let mark = mark::read(&log.path);
        let raised = std::mem::replace(&mut self.mark, mark) != mark;
        if raised {
            // Whoever raised the mark wrote the file before.
            self.file = written_at(&log.path);
            return mark.writes != log.own.load(Ordering::Relaxed);
        }
        if rang {
            return false;
        }
        let file = written_at(&log.path);
        std::mem::replace(&mut self.file, file) != file
    }
}

/// Rings when somebody writes the mark.
struct Bell {
    events: AsyncFd<OwnedFd>,
}

impl Bell {
    fn hang(log: &Path) -> Option<Self> {
        if inspect::network_kind(inspect::folder(log)).is_some() {
            return None;
        }
        let flags = inotify::CreateFlags::NONBLOCK | inotify::CreateFlags::CLOEXEC;
        let hung = inotify::init(flags).and_then(|fd| {
            inotify::add_watch(
                &fd,
                mark::beside(log, ".head"),
                inotify::WatchFlags::CLOSE_WRITE,
            )?;
            Ok(fd)
        });
        hung.map_err(io::Error::from)
            .and_then(register)
            .map(|events| Self { events })
            .inspect_err(|error| tracing::debug!(%error, "the log is looked at often instead"))
            .ok()
    }

    /// Waits for the next ring; `false` when it will not ring again.
    async fn rings(&self) -> bool {
        let Ok(mut ready) = self.events.readable().await else {
            return false;
        };
        let mut space = [MaybeUninit::uninit(); 1024];
        let mut reader = inotify::Reader::new(self.events.get_ref(), &mut space);
        // One look answers all of them.
        let ended = loop {
            match reader.next() {
                Ok(event) if event.events().contains(inotify::ReadFlags::IGNORED) => break true,
                Ok(_) => {}
                Err(_) => break false,
            }
        };
        ready.clear_ready();
        !ended
    }
}

#[expect(
    deprecated,
    reason = "its successor is unsafe; this descriptor is owned, and stays open while it is registered"
)]
fn register(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(fd)
}

/// When something was last written to the log, as its file system says.
fn written_at(path: &Path) -> Option<SystemTime> {
    let companion = mark::beside(path, "-wal");
    fs::metadata(companion)
        .and_then(|file| file.modified())
        .ok()
}
