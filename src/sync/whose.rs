//! Whose log the server has: a copy gives nothing to a server that numbers
//! another log, and takes nothing from it.
//!
//! A log has a name of its own from its first moment, which a backup takes
//! along and a new history does not change. So a server that was restored, or
//! moved to another address, is known again; and another house is not taken for
//! ours because somebody typed its address.

use super::{Replica, SyncError, seen::start};
use crate::{
    domain::entry::{ReplicaId, Seq},
    remote::{Heard, offset},
    store::Authority,
    wire::{Known, Meta},
};

impl Replica {
    /// Makes the log a copy of the server's, if it is none yet: an empty one
    /// before the server was ever reached, so that what is recorded until then
    /// waits for its numbers. One that has entries of its own is only given
    /// away by [`Replica::give`].
    ///
    /// # Errors
    ///
    /// [`SyncError::NotAttached`], or what the disk said.
    async fn join(&self) -> Result<(), SyncError> {
        let mut was = self.log.extent().await?;
        if self.log.server().await?.is_some() {
            return Ok(());
        }
        if was.head > 0 {
            return Err(SyncError::NotAttached { entries: was.head });
        }
        let name = self.remote.name();
        let server = Authority { name, log: None };
        // Another process that begins here may have attached it, and taken
        // entries in; or somebody recorded the first one, which waits then.
        while self.log.server().await?.is_none() {
            let moved = self.log.attach(&was, &server, &was.epoch, 0).await?;
            if moved.is_some() {
                break;
            }
            was = self.log.extent().await?;
        }
        Ok(())
    }

    /// Gives the log to the server, whosever it was: both are one from then on.
    /// Answers how many entries wait for a number of that server now.
    ///
    /// # Errors
    ///
    /// What the server or the disk said.
    pub async fn give(&self) -> Result<u64, SyncError> {
        let meta = self.remote.meta().await?.what;
        let server = self.authority(&meta);
        loop {
            let was = self.log.extent().await?;
            let (epoch, common) = self.compare().await?;
            let moved = self.bring_together(&was, &server, &epoch, common).await?;
            if let Some(moved) = moved {
                return Ok(moved);
            }
        }
    }

    /// Asks the server who it is, and how it is set up: once, and again after
    /// something went wrong.
    ///
    /// # Errors
    ///
    /// [`SyncError::NotAttached`] where this is no copy, and
    /// [`SyncError::OtherLog`] or [`SyncError::MadeAnew`] where it is one of
    /// another log; else what the server or the disk said.
    pub async fn meet(&self) -> Result<(), SyncError> {
        let mut met = self.met.lock().await;
        if met.is_some() {
            return Ok(());
        }
        self.join().await?;
        let heard = self.remote.meta().await?;
        let here = self.authority(&heard.what);
        let of = self.log.server().await?.unwrap_or_default();
        if !self.is_ours(&of, here.log).await? {
            return Err(self.other_log(of.name));
        }
        if here.log.is_some() && of != here {
            self.log.is_numbered_by(&here).await?;
        }
        *met = Some(self.keep(heard).await?);
        Ok(())
    }

    /// The team's policy as the server has it at this moment, in TOML; `None` is
    /// the built-in one.
    ///
    /// # Errors
    ///
    /// As [`Replica::meet`].
    pub async fn policy(&self) -> Result<Option<String>, SyncError> {
        self.part().await;
        self.meet().await?;
        let met = self.met.lock().await;
        Ok(met.as_ref().and_then(|known| known.policy.clone()))
    }

    /// Whether the log `theirs` is the one that this is a copy of.
    async fn is_ours(&self, of: &Authority, theirs: Option<ReplicaId>) -> Result<bool, SyncError> {
        let head = self.log.head().await?;
        Ok(match (of.log, theirs) {
            (Some(ours), Some(theirs)) if ours == theirs => true,
            // Whoever may not read is not told: then the token is what stands
            // in the way, and the next call says so.
            (_, None) if of.name == self.remote.name() => true,
            // What waits for a server that was never reached is that one's alone.
            (None, _) if head == 0 && of.name == self.remote.name() => true,
            _ if head > 0 => self.begins_like_theirs().await?,
            _ => self.log.unsent().await?.is_empty(),
        })
    }

    /// Fails where nothing that is here came from the server, and it does not
    /// say whose log it has.
    pub(super) async fn share(&self, common: Seq) -> Result<(), SyncError> {
        let of = self.log.server().await?.unwrap_or_default();
        if common == 0 && of.log.is_none() && self.log.head().await? > 0 {
            return Err(self.other_log(of.name));
        }
        Ok(())
    }

    /// Keeps how the server is set up, for while it is away: where it sends
    /// updates, whom it takes us for, what they may do, and by which policy
    /// they declare.
    async fn keep(&self, heard: Heard<Meta>) -> Result<Known, SyncError> {
        let Heard {
            what: meta, took, ..
        } = heard;
        let (name, scopes) = meta.you.map(|you| (you.name, you.scopes)).unzip();
        let now = self.clock.host().now();
        let offset = offset(meta.server_time, now, took);
        self.clock.lead(now + offset);
        let known = Known {
            offset_s: offset.num_seconds(),
            start: start(now + offset),
            channels: meta.channels,
            scopes: scopes.unwrap_or_default(),
            name: name.clone(),
            policy: meta.policy,
        };
        *self.known_as.lock().await = name;
        let json = serde_json::to_string(&known).expect("names are text");
        self.log.keep_of_server(&json).await?;
        Ok(known)
    }

    /// Who the server is that told `meta` of itself.
    pub(super) fn authority(&self, meta: &Meta) -> Authority {
        Authority {
            name: self.remote.name(),
            log: meta.log,
        }
    }

    fn other_log(&self, of: String) -> SyncError {
        SyncError::other_log(self.remote.name(), of)
    }

    /// The server may be another one when it is asked next.
    pub(super) async fn part(&self) {
        *self.met.lock().await = None;
    }
}
