//! Keeps a copy of the log and the shared backend the same: pushes what is
//! ours, pulls what is theirs.
//!
//! The server numbers entries; everybody folds them in that order. What is
//! recorded here waits in the log until its number comes back on a page, and
//! may be sent any number of times, because its id is its idempotency key. So
//! a reply that is lost, a proxy that delivers twice and a process that is
//! killed need no care of their own.
//!
//! Where the server's history is another one (it was restored from an older
//! backup, or this log was kept without it so far), the last common entry is
//! looked for, and what comes after it here is sent anew. Where it is the
//! history of another log, nothing is sent ([`SyncError::OtherLog`],
//! [`SyncError::MadeAnew`]).

mod going;
mod pull;
mod push;
mod seen;
mod whose;

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::{Mutex, Notify, watch};
use tokio_util::sync::CancellationToken;

use self::{going::FIRST_PAUSE, pull::Pulled};
use crate::{
    clock::Clock,
    domain::{
        entry::{EntryId, Seq},
        notice::Delivery,
        seen::{EngineSeen, LinkSeen},
        text::{Name, Title, count},
    },
    remote::{Remote, RemoteError},
    store::{Log, StoreError, Unsent},
    wire::{Channels, Known, Watcher, Way},
};

/// How long the server may hold a question for news, in seconds: with each
/// answer it tells that its engine lives, so the wait is shorter than the time
/// after which an engine counts as silent.
const WAIT_S: u32 = 6;
/// How often the history may be another one before it makes no sense.
const HISTORIES: usize = 5;

/// A copy of the log, and where it is kept the same.
#[derive(Debug)]
pub struct Replica {
    log: Log,
    remote: Remote,
    clock: Clock,
    /// What the server has answered for, and under which number, until its
    /// page brings it.
    answered: Mutex<HashMap<EntryId, Seq>>,
    /// Something is to be handed in once more.
    again: Notify,
    /// Tells whoever pushes that the server answers again.
    back: Notify,
    /// Who ran the server's engine when it last answered.
    engine: Mutex<Option<String>>,
    /// How the server is set up, while it is known that it has our log.
    met: Mutex<Option<Known>>,
    /// Whom the server took us for when it last said so.
    known_as: Mutex<Option<Name>>,
    /// The server is looked for more often than usual.
    hurries: watch::Sender<bool>,
}

/// What did not work.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The server.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The copy.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// This log has entries of its own and was never given to a server.
    #[error(
        "this log has {} of its own: `warroom attach` gives the server all of it, or name another workspace",
        count(*entries, "entry", "entries")
    )]
    NotAttached {
        /// How many.
        entries: Seq,
    },
    /// The log is a copy of another one than the server has.
    #[error(
        "{server} has another log than the one this is a copy of, which belongs to {of}: nothing was sent or taken; \
         name that server, or another --db or HOME for this one (`warroom attach` gives {server} all that is here)"
    )]
    OtherLog {
        /// The server.
        server: String,
        /// The one that numbered what is here.
        of: String,
    },
    /// The server has a new log, where the one was that numbered what is here.
    #[error(
        "the server at {server} was made anew: nothing was sent or taken; `warroom attach` gives it all that is here"
    )]
    MadeAnew {
        /// The server.
        server: String,
    },
}

impl SyncError {
    /// `server` has another log than what is here, which belongs to `of`.
    pub fn other_log(server: String, of: String) -> Self {
        if server == of {
            Self::MadeAnew { server }
        } else {
            Self::OtherLog { server, of }
        }
    }

    /// Whether it may work later, without anybody doing anything.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Remote(error) => error.may_pass(),
            Self::Store(error) => error.may_pass(),
            Self::NotAttached { .. } | Self::OtherLog { .. } | Self::MadeAnew { .. } => false,
        }
    }

    /// Whether the server answers, and does not take the token for this.
    const fn is_about_the_token(&self) -> bool {
        matches!(self, Self::Remote(error) if error.is_about_the_token())
    }

    /// Whether a server is there that does its work, and answered so: who is
    /// told no by it is not to do that work in its place.
    fn is_from_an_answer(&self) -> bool {
        match self {
            Self::Remote(error @ RemoteError::Refused { .. }) => !error.may_pass(),
            // One that was made anew knows of nothing that is due.
            Self::Remote(_) | Self::NotAttached { .. } | Self::MadeAnew { .. } => false,
            Self::Store(error) => matches!(error, StoreError::StillToSend { .. }),
            Self::OtherLog { .. } => true,
        }
    }

    const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Remote(error) => error.retry_after(),
            Self::Store(_)
            | Self::NotAttached { .. }
            | Self::OtherLog { .. }
            | Self::MadeAnew { .. } => None,
        }
    }
}

/// What is known of the server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    /// In touch or not.
    pub link: LinkSeen,
    /// Who pages and delivers.
    pub engine: EngineSeen,
    /// What it delivers, and the last of what it delivered; oldest first.
    pub deliveries: Vec<Delivery>,
    /// Where it sends updates, once it said so.
    pub channels: Option<Channels>,
    /// Under which name it records what is sent from here, once it said so.
    pub known_as: Option<Name>,
    /// Who has the room open, and in how many consoles.
    pub watching: Vec<Watcher>,
}

/// How a copy stands to its server after [`Replica::settle`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    /// Entries that came.
    pub pulled: u64,
    /// Entries that the server has now and had not before.
    pub pushed: u64,
    /// Entries that the server will not take.
    pub refused: u64,
}

impl Replica {
    /// Between `log` and `remote`.
    pub fn new(log: Log, remote: Remote, clock: Clock) -> Self {
        Self {
            log,
            remote,
            clock,
            answered: Mutex::default(),
            again: Notify::new(),
            back: Notify::new(),
            engine: Mutex::default(),
            met: Mutex::default(),
            known_as: Mutex::default(),
            hurries: watch::Sender::new(false),
        }
    }

    /// Who runs the server's engine, as it last said.
    pub async fn engine(&self) -> Option<String> {
        let holder = self.engine.lock().await.clone();
        holder.map(|holder| Title::lossy(&holder).to_string())
    }

    /// The name under which the server records what is sent from here, as it
    /// last said.
    pub async fn known_as(&self) -> Option<Name> {
        self.known_as.lock().await.clone()
    }

    /// The server's name, for people.
    pub fn server(&self) -> String {
        self.remote.name()
    }

    /// Sends everything that waits and takes everything there is, once.
    ///
    /// # Errors
    ///
    /// As [`Replica::meet`].
    pub async fn settle(&self) -> Result<Settled, SyncError> {
        let settled = self.settle_once().await;
        if let Err(error) = &settled {
            self.keep_back(error).await?;
        }
        settled
    }

    async fn settle_once(&self) -> Result<Settled, SyncError> {
        self.meet().await?;
        let mut settled = Settled::default();
        let before = self.log.unsent().await?;
        let mut histories = 0;
        loop {
            // Who may not write may still read on.
            let pushed = match self.push().await {
                Err(error @ SyncError::Remote(RemoteError::Refused { .. })) => Err(error),
                other => Ok(other?),
            };
            let Pulled { count, page, .. } = self.pull(0).await?;
            settled.pulled += count;
            match page {
                Some(page) if !page.what.more => {
                    pushed?;
                    break;
                }
                Some(_) => {}
                None if histories < HISTORIES => histories += 1,
                None => return Err(self.garbage("its history is always another one").into()),
            }
        }
        let after = self.log.unsent().await?;
        settled.pushed = before.len().saturating_sub(after.len()) as u64;
        // What was refused on the way may have been taken at last.
        settled.refused = refused(&after).difference(&refused(&before)).count() as u64;
        Ok(settled)
    }

    /// Keeps both the same until it is cancelled, and says how it goes.
    ///
    /// # Errors
    ///
    /// When nothing that passes by itself stands in the way.
    pub async fn run(
        &self,
        seen: &watch::Sender<Seen>,
        stop: &CancellationToken,
    ) -> Result<(), SyncError> {
        let work = async {
            let (pushing, pulling) = (self.go_on_pushing(seen), self.go_on_pulling(seen));
            tokio::try_join!(pushing, pulling).map(drop)
        };
        tokio::select! {
            () = stop.cancelled() => Ok(()),
            ended = work => ended,
        }
    }

    /// The server's deliveries, oldest first.
    ///
    /// # Errors
    ///
    /// As [`Remote::deliveries`].
    pub async fn deliveries(&self, all: bool) -> Result<Vec<Delivery>, RemoteError> {
        self.remote.deliveries((!all).then_some(0)).await
    }

    /// Does something with a delivery of the server, as [`Remote::deliver`].
    ///
    /// # Errors
    ///
    /// As [`Remote::deliver`].
    pub async fn deliver(&self, key: &str, way: Way) -> Result<Delivery, RemoteError> {
        self.remote.deliver(key, way).await
    }

    fn garbage(&self, why: &str) -> RemoteError {
        RemoteError::Garbage {
            address: self.remote.name(),
            why: why.to_owned(),
        }
    }

    /// Waits until the server has numbered every entry that it will take, but
    /// not longer than `limit`; answers whether it has.
    ///
    /// # Errors
    ///
    /// What will not pass by waiting.
    pub async fn wait(&self, limit: Duration) -> Result<bool, SyncError> {
        let all = async {
            let mut pause = FIRST_PAUSE;
            loop {
                let settled = self.settle().await;
                let asked = match &settled {
                    Ok(_) if self.all_is_numbered().await => return Ok(true),
                    Err(error) if !error.may_pass() => return settled.map(|_| false),
                    Ok(_) => Duration::ZERO,
                    Err(error) => error.retry_after().unwrap_or_default(),
                };
                tracing::info!(?settled, "not there yet");
                self.doze(&mut pause, asked).await;
            }
        };
        tokio::time::timeout(limit, all).await.unwrap_or(Ok(false))
    }

    /// Whether nothing waits but what was refused.
    async fn all_is_numbered(&self) -> bool {
        let unsent = self.log.unsent().await;
        unsent.is_ok_and(|unsent| unsent.iter().all(|one| one.refused.is_some()))
    }
}

/// Which of these entries the server will not take.
fn refused(unsent: &[Unsent]) -> HashSet<EntryId> {
    let refused = unsent.iter().filter(|one| one.refused.is_some());
    refused.map(|one| one.row.id).collect()
}

/// Whether the last good answer is so old that a screen must not be trusted.
pub fn is_stale(heard_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    let longest = TimeDelta::seconds(2 * i64::from(WAIT_S) + 5);
    heard_at.is_none_or(|at| now - at > longest)
}
