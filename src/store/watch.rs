//! Noticing that the log changed, by this process or another.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{Inner, Log, sql::Conn};

/// How often another process's commits are looked for: soon enough to feel
/// like at once, and about seven cheap statements a second.
const EVERY: Duration = Duration::from_millis(150);

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
            // The look at how things are comes first, so nothing is missed
            // between this call and the first wait.
            let looked = Looker::start(&self.inner).await;
            tokio::spawn(looked.go_on(Arc::downgrade(&self.inner)));
        }
        Changes {
            seen: self.inner.changes.subscribe(),
            _log: self.clone(),
        }
    }
}

/// Asks `SQLite` for its count of other connections' commits.
struct Looker {
    conn: Option<Conn>,
    last: Option<i64>,
}

impl Looker {
    async fn start(inner: &Inner) -> Self {
        let mut looker = Self {
            conn: None,
            last: None,
        };
        looker.look(inner).await;
        looker
    }

    async fn go_on(mut self, log: std::sync::Weak<Inner>) {
        loop {
            tokio::time::sleep(EVERY).await;
            let Some(log) = log.upgrade() else {
                return;
            };
            if log.readers.is_closed() {
                return;
            }
            let watched = log.changes.receiver_count() > 0;
            if watched && self.look(&log).await {
                log.changes.send_modify(|count| *count += 1);
            }
        }
    }

    /// Whether something changed since the last look. When there was none,
    /// or it can't be told, it might have.
    async fn look(&mut self, log: &Inner) -> bool {
        match self.count(log).await {
            Ok(count) => self.last.replace(count) != Some(count),
            Err(error) => {
                tracing::warn!(%error, "looking for changes of the log");
                self.conn = None;
                self.last = None;
                false
            }
        }
    }

    async fn count(&mut self, log: &Inner) -> Result<i64, super::StoreError> {
        if log.server.is_some() {
            return sqlx::query_scalar("SELECT writes FROM head WHERE one = 1")
                .fetch_one(&log.readers)
                .await
                .map_err(|error| log.unread(error));
        }
        if self.conn.is_none() {
            self.conn = Some(log.reader().await?);
        }
        let conn = self.conn.as_mut().expect("it was just made");
        sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(conn)
            .await
            .map_err(|error| log.unread(error))
    }
}
