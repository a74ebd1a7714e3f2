//! A client's copy of the log, kept the same by the program's own parts in
//! this process: for more entries than commands could write.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use futures::future::select_all;
use tokio::{sync::watch, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use warroom::{
    clock::Clock,
    domain::{
        entry::{Entry, EntryId, IncidentId, Via},
        fact::Fact,
        notice::{Delivery, DeliveryState},
        secret::Secret,
        text::Prose,
    },
    remote::{Address, Remote},
    store::{Log, OpenMode},
    sync::{Replica, Seen, SyncError},
    ui::msg::LinkState,
};

/// A copy, and what keeps it.
pub struct Copy {
    pub log: Log,
    replica: Arc<Replica>,
    tell: watch::Sender<Seen>,
    keeping: Option<JoinHandle<Result<(), SyncError>>>,
    stop: CancellationToken,
}

impl Copy {
    /// The copy in this file, of the server at this address.
    pub async fn open(file: &Path, server: SocketAddr, workspace: &str, token: &str) -> Self {
        let address = Address {
            url: format!("http://{server}/").parse().unwrap(),
            workspace: workspace.into(),
            token: Some(Secret::new(token)),
            token_file: None,
            ca_file: None,
        };
        Self::of(file, address).await
    }

    /// The copy in this file, of what is at this address.
    pub async fn of(file: &Path, address: Address) -> Self {
        warroom::notify::install_tls();
        let log = Log::open(file, OpenMode::ReadWrite).await.unwrap();
        let remote = Remote::new(address);
        let tell = watch::Sender::new(Seen::default());
        Self {
            replica: Arc::new(Replica::new(log.clone(), remote.unwrap(), Clock::System)),
            log,
            tell,
            keeping: None,
            stop: CancellationToken::new(),
        }
    }

    /// Keeps it the same from now on, as a console does.
    pub fn keep(&mut self) {
        let (replica, tell) = (Arc::clone(&self.replica), self.tell.clone());
        let stop = self.stop.clone();
        self.keeping = Some(tokio::spawn(async move { replica.run(&tell, &stop).await }));
    }

    /// Waits until it is told something of the server.
    async fn hears(&self, what: impl FnMut(&Seen) -> bool) {
        let mut seen = self.tell.subscribe();
        let heard = tokio::time::timeout(super::PATIENCE, seen.wait_for(what));
        let heard = heard.await.map(drop);
        assert!(
            heard.is_ok(),
            "it never heard so: {:?}",
            self.tell.borrow().link
        );
    }

    /// Waits until the server says no to it.
    pub async fn refused(&self) {
        self.is_offline("said no").await;
    }

    /// Waits until it is out of touch, for this reason.
    pub async fn is_offline(&self, reason: &str) {
        let says_no = |state: &LinkState| match state {
            LinkState::Offline { why, .. } => why.contains(reason),
            LinkState::Alone | LinkState::Online { .. } => false,
        };
        self.hears(|seen| says_no(&seen.link.state)).await;
    }

    /// Waits until it is in touch, and may write there, or may not.
    pub async fn may_write(&self, may: bool) {
        let online = |state: &LinkState| matches!(state, LinkState::Online { .. });
        self.hears(|seen| online(&seen.link.state) && seen.link.read_only != may)
            .await;
    }

    /// Waits until these have the room open, in so many consoles each.
    pub async fn sees(&self, names: &[(&str, u32)]) {
        let there = |seen: &Seen| {
            let there = seen.watching.iter();
            there
                .map(|one| (&*one.name, one.consoles))
                .eq(names.iter().copied())
        };
        self.hears(there).await;
    }

    /// Waits until it knows that updates go to this channel.
    pub async fn sends_to(&self, name: &str) {
        let goes = |seen: &Seen| {
            let channels = seen.channels.as_ref();
            channels.is_some_and(|known| known.updates.iter().any(|known| known.as_str() == name))
        };
        self.hears(goes).await;
    }

    /// Waits until it knows of a message that the server sent to this channel.
    pub async fn is_told_of_a_sent(&self, channel: &str) {
        let is_it = |one: &Delivery| {
            one.intent.channel.as_str() == channel && one.state == DeliveryState::Sent
        };
        self.hears(|seen| seen.deliveries.iter().any(is_it)).await;
    }

    /// Records a note, here; answers its id.
    pub async fn note(&self, text: &str) -> EntryId {
        self.record(Clock::System.new_id(), text).await
    }

    /// Records a note under this id.
    pub async fn record(&self, id: Uuid, text: &str) -> EntryId {
        let now = Clock::System.now();
        let entry = Entry {
            id: EntryId(id),
            seq: None,
            incident: IncidentId(Uuid::from_u128(1)),
            at: now,
            recorded_at: now,
            by: "ada".into(),
            via: Via::Console,
            replica: self.log.replica(),
            base: self.log.head().await.unwrap(),
            fact: Fact::Noted {
                text: Prose::lossy(text),
            },
            came_as: None,
        };
        self.log.append(&[entry], &[], now).await.unwrap();
        EntryId(id)
    }

    /// Lets what waits go to whoever is at its address now, as `attach` does.
    pub async fn give(&self) {
        self.replica.give().await.unwrap();
    }

    /// Once, as a command does.
    pub async fn settle(&self) -> Result<(), SyncError> {
        self.replica.settle().await.map(drop)
    }

    /// Settles until nothing stands in the way.
    pub async fn settled(&self) {
        let end = Instant::now() + super::PATIENCE;
        while let Err(error) = self.settle().await {
            assert!(error.may_pass() && Instant::now() < end, "{error}");
        }
    }

    /// The ids of the log, in their order.
    pub async fn ids(&self) -> Vec<EntryId> {
        let rows = self.log.raw_after(0, u32::MAX).await.unwrap();
        rows.into_iter().map(|row| row.id).collect()
    }

    /// Where it stands: its head, its history, and how much waits.
    async fn standing(&self) -> (u64, String, usize) {
        let head = self.log.head().await.unwrap();
        let epoch = self.log.epoch().await.unwrap();
        (head, epoch, self.log.unsent().await.unwrap().len())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(task) = self.keeping.take() {
            task.abort();
        }
    }
}

/// Waits until all of them have `count` entries and nothing waits; answers how
/// long that took. It may take `limit`.
pub async fn converged(copies: &[&Copy], count: u64, limit: Duration) -> Duration {
    let began = Instant::now();
    let mut changes = Vec::new();
    for copy in copies {
        changes.push(copy.log.changes().await);
    }
    loop {
        let mut all = Vec::new();
        for copy in copies {
            all.push(copy.standing().await);
        }
        let same = all.iter().all(|one| *one == (count, all[0].1.clone(), 0));
        if same {
            return began.elapsed();
        }
        let any = select_all(changes.iter_mut().map(|one| Box::pin(one.changed())));
        let news = tokio::time::timeout_at(began + limit, any).await;
        assert!(news.is_ok(), "{count} entries, but {all:?}");
    }
}
