//! Who numbers a log: itself, or a server whose copy it is from then on; or
//! nobody any more, where all of it was given away.

use std::sync::atomic::Ordering;

use super::{
    Log, StoreError,
    item::open,
    mark::{self, Mark},
    meta::say,
    row::{from_db, sum, to_db},
    same, schema,
    tx::Tx,
};
use crate::domain::entry::{ReplicaId, Seq};

/// A server that numbers a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authority {
    /// Its address, for people.
    pub name: String,
    /// The log that it has, by the log's own name; `None` while that is not
    /// known.
    pub log: Option<ReplicaId>,
}

/// How far a log has come, and in which history: what somebody goes by who
/// changes that, and finds it changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// Its history.
    pub epoch: String,
    /// The number of its last entry.
    pub head: Seq,
}

/// Where a copy says which log its server has.
const THEIR_LOG: &str = "server_log";

/// Where a copy keeps what its server told of itself.
const SERVER_KNOWN: &str = "server_known";

impl Log {
    /// The server that numbers this log; `None` while it numbers itself.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn server(&self) -> Result<Option<Authority>, StoreError> {
        let Some(name) = self.said("server").await? else {
            return Ok(None);
        };
        let log = self.said(THEIR_LOG).await?;
        let log = log.and_then(|log| log.parse().ok());
        Ok(Some(Authority { name, log }))
    }

    /// Writes down where the server is now that numbers this log, and which log
    /// it has.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn is_numbered_by(&self, server: &Authority) -> Result<(), StoreError> {
        let mut tx = self.inner.begin().await?;
        name_server(&mut tx, server).await?;
        tx.commit().await
    }

    /// What the server told of itself last, as JSON.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn known_of_server(&self) -> Result<Option<String>, StoreError> {
        self.said(SERVER_KNOWN).await
    }

    /// Keeps what the server told of itself, so that it is known without it.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub async fn keep_of_server(&self, json: &str) -> Result<(), StoreError> {
        if self.known_of_server().await?.as_deref() == Some(json) {
            return Ok(());
        }
        let mut tx = self.inner.begin().await?;
        say(&mut tx, SERVER_KNOWN, json.to_owned()).await?;
        tx.commit().await
    }

    /// Whether a server gives the numbers, as far as is known here.
    pub fn is_copy(&self) -> bool {
        self.inner.is_copy.load(Ordering::Relaxed)
    }

    /// How far it has come, and in which history.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn extent(&self) -> Result<Extent, StoreError> {
        Ok(Extent {
            epoch: self.epoch().await?,
            head: self.head().await?,
        })
    }

    /// From now on `server` numbers this log, in its history `epoch`, of which
    /// everything up to number `common` is here already. What is here after
    /// that waits to be numbered anew; answers how many entries these are.
    /// `None` where the log is no longer as it was: another
    /// process was faster, and nothing is changed.
    ///
    /// # Errors
    ///
    /// [`StoreError::StillToSend`] while messages of this log wait to leave,
    /// for nobody would send them. Else when the file can't be written.
    pub async fn attach(
        &self,
        was: &Extent,
        server: &Authority,
        epoch: &str,
        common: Seq,
    ) -> Result<Option<u64>, StoreError> {
        let mut tx = self.inner.begin().await?;
        if (&tx.head.epoch, tx.head.seq) != (&was.epoch, was.head) {
            tx.undo().await?;
            return Ok(None);
        }
        let waiting = still_to_send(&mut tx).await?;
        if waiting > 0 {
            tx.undo().await?;
            return Err(StoreError::StillToSend { count: waiting });
        }
        if !tx.head.remote {
            run(&mut tx, schema::REPLICA).await?;
        }
        let moved = move_out(&mut tx, common).await?;
        name_server(&mut tx, server).await?;
        set_back(&mut tx, epoch, common).await?;
        same::keep_told(&mut tx, common, None).await?;
        let now = Mark {
            seq: common,
            writes: tx.head.writes + 1,
        };
        tx.commit().await?;
        // Not before: others would look for what waits where nothing does yet.
        self.inner.is_copy.store(true, Ordering::Relaxed);
        // The number may have fallen, on purpose.
        if let Err(error) = mark::set(&self.inner.path, now).await {
            tracing::warn!(%error, "the mark beside the log could not be set back");
        }
        Ok(Some(moved))
    }

    /// Where the entries went, if they were given away: nothing more is taken.
    ///
    /// # Errors
    ///
    /// When the file can't be read.
    pub async fn given_to(&self) -> Result<Option<String>, StoreError> {
        self.said("given").await
    }

    /// Takes nothing more from the moment on at which `hand_over` begins, in
    /// whichever process: everything goes `to` another log. Where handing it
    /// over fails, the log stays as it was. Once more to the same one changes
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`StoreError::StillToSend`] while messages of this log wait to leave;
    /// [`StoreError::Given`] when it went elsewhere. As `hand_over`; else when
    /// the file can't be written.
    pub async fn give_away<T>(
        &self,
        to: &str,
        hand_over: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let mut tx = match self.inner.begin().await {
            Err(StoreError::Given { to: before }) if before == to => return hand_over.await,
            other => other?,
        };
        let waiting = still_to_send(&mut tx).await?;
        if waiting > 0 {
            tx.undo().await?;
            return Err(StoreError::StillToSend { count: waiting });
        }
        let handed = match hand_over.await {
            Ok(handed) => handed,
            Err(error) => {
                tx.undo().await?;
                return Err(error);
            }
        };
        say(&mut tx, "given", to.to_owned()).await?;
        tx.commit().await?;
        Ok(handed)
    }
}

/// Puts everything after number `common` before what waits already: it was
/// made earlier. What was recorded here was told from here.
async fn move_out(tx: &mut Tx<'_>, common: Seq) -> Result<u64, StoreError> {
    let sql = "INSERT INTO outbox (nr, id, incident, kind, at, recorded_at, actor, via, replica, rseq, base, body, told) \
         SELECT seq - (SELECT max(seq) FROM entries) - 1 + (SELECT coalesce(min(nr), 1) FROM outbox), \
         id, incident, kind, at, recorded_at, actor, via, replica, rseq, base, body, 1 \
         FROM entries WHERE seq > $1";
    let done = sqlx::query(sql)
        .bind(to_db(common))
        .execute(tx.conn())
        .await;
    Ok(done.map_err(|error| tx.told(error))?.rows_affected())
}

/// Sets the head back to `common`, in the history `epoch`.
async fn set_back(tx: &mut Tx<'_>, epoch: &str, common: Seq) -> Result<(), StoreError> {
    let total: Result<Option<String>, _> =
        sqlx::query_scalar("SELECT total FROM entries WHERE seq = $1")
            .bind(to_db(common))
            .fetch_optional(tx.conn())
            .await;
    let total = total.map_err(|error| tx.told(error))?;
    run(tx, schema::UNLOCK).await?;
    let done = sqlx::query("DELETE FROM entries WHERE seq > $1")
        .bind(to_db(common))
        .execute(tx.conn())
        .await;
    done.map_err(|error| tx.told(error))?;
    tx.head.seq = common;
    tx.head.total = total.unwrap_or_else(|| sum(&["warroom"]));
    let done = sqlx::query("UPDATE head SET seq = $1, total = $2, epoch = $3 WHERE one = 1")
        .bind(to_db(common))
        .bind(tx.head.total.clone())
        .bind(epoch.to_owned())
        .execute(tx.conn())
        .await;
    done.map_err(|error| tx.told(error))?;
    run(tx, schema::LOCK).await
}

async fn still_to_send(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    let count: Result<i64, _> =
        sqlx::query_scalar(concat!("SELECT count(*) FROM deliveries WHERE ", open!()))
            .fetch_one(tx.conn())
            .await;
    count.map(from_db).map_err(|error| tx.told(error))
}

async fn name_server(tx: &mut Tx<'_>, server: &Authority) -> Result<(), StoreError> {
    let log = server.log.map(|log| log.to_string());
    say(tx, "server", server.name.clone()).await?;
    say(tx, THEIR_LOG, log.unwrap_or_default()).await
}

/// Several statements of our own.
async fn run(tx: &mut Tx<'_>, sql: &'static str) -> Result<(), StoreError> {
    let done = sqlx::raw_sql(sql).execute(tx.conn()).await;
    done.map(drop).map_err(|error| tx.told(error))
}
