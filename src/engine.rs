//! Does what is due: fires the steps of the ladders, ends holds, delivers
//! messages. Exactly one engine works on a log: whoever holds its lease (E9).
//!
//! Nothing is remembered here. What was fired is in the log, under ids that
//! follow from incident, step and round; what is being delivered is written
//! down before its first byte leaves. An engine that is killed at any point is
//! followed by one that reads the same log.

mod doubt;
mod firing;
mod in_place;
mod sending;
mod unheard;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use self::{doubt::Doubt, sending::Sending, unheard::Waits};
use crate::{
    clock::Clock,
    domain::{
        board::Board,
        duty::Duty,
        entry::{IncidentId, Via},
        escalation,
        incident::Incident,
        notice::{Intent, Purpose},
        policy::{Policy, Step},
        seen::EngineSeen,
        text::{Name, Title},
    },
    journal::{self, Author, Batch},
    notify::{Channel, Channels},
    store::{Fence, LeaseState, Log, Owner, StoreError},
};

/// How long whoever does not hold the lease waits at most to ask for it again.
const AGAIN_AT_MOST: Duration = Duration::from_secs(1);
/// How long a try may be on the wire before another engine may take it over:
/// a little more than a channel's own limit.
const ON_THE_WIRE: TimeDelta = TimeDelta::seconds(20);
/// Deliveries under way at once; each lane has one at the most, and each
/// channel a few, so it takes many channels that hang to fill it.
const AT_ONCE: usize = 64;

/// An engine that has not started.
#[derive(Debug, Clone)]
pub struct Engine {
    log: Log,
    clock: Clock,
    owner: Owner,
    channels: Channels,
    post: Post,
}

/// Whose work it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Post {
    /// The log's own.
    Own,
    /// The log's own; and copies may have done some of it while none ran.
    AfterCopies,
    /// That of a server that is away, on a copy of its log.
    InPlace,
}

/// An engine that holds the lease.
struct Turn<'a> {
    engine: &'a Engine,
    fence: Fence,
    author: Author,
    board: Board,
    /// Nothing is fired before this; `None` where none was away.
    fires_from: Option<DateTime<Utc>>,
    unheard: Waits,
    sending: JoinSet<Result<(), StoreError>>,
    /// When the lease was renewed last: that is a write, and not owed to every
    /// entry that wakes the engine.
    renewed: Option<Instant>,
}

impl Engine {
    /// An engine over `log`, that can reach these channels.
    pub fn new(log: Log, clock: Clock, owner: Owner, channels: Channels) -> Self {
        Self {
            log,
            clock,
            owner,
            channels,
            post: Post::Own,
        }
    }

    /// The same, that reaches other channels.
    #[must_use]
    pub fn with_channels(&self, channels: Channels) -> Self {
        Self {
            channels,
            ..self.clone()
        }
    }

    /// Works until it is cancelled. Waits while another engine holds the
    /// lease; takes over when that one is gone.
    ///
    /// # Errors
    ///
    /// When the log can't be read or written, and trying again would not help.
    pub async fn run(
        &self,
        seen: &watch::Sender<EngineSeen>,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        let mut changes = self.log.changes().await;
        loop {
            let done = match self.turn(seen, stop, &mut changes).await {
                Err(error) if error.may_pass() => {
                    tracing::warn!(%error, "the engine waits");
                    false
                }
                Err(StoreError::LeaseLost) => false,
                Err(error) => return Err(error),
                Ok(()) => stop.is_cancelled(),
            };
            if done {
                return Ok(());
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(self.every().min(AGAIN_AT_MOST)) => {}
            }
        }
    }

    /// One turn at the lease; ends when the lease is somebody else's.
    async fn turn(
        &self,
        seen: &watch::Sender<EngineSeen>,
        stop: &CancellationToken,
        changes: &mut crate::store::Changes,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let fires_from = self.back_from_away(now).await?;
        let fence = match self
            .log
            .take_lease(&self.owner, now, self.log.lease_terms().ttl)
            .await?
        {
            LeaseState::Held(fence) => fence,
            LeaseState::HeldBy(lease) => {
                seen.send_replace(EngineSeen {
                    holder: Some(Title::lossy(&lease.owner.process())),
                    mine: false,
                    ticked_at: self.log.engine(now).await?.ticked_at,
                });
                return Ok(());
            }
        };
        let mut turn = Turn::begin(self, fence, fires_from);
        let ended = turn.work(seen, stop, changes).await;
        turn.finish().await;
        if stop.is_cancelled() {
            turn.hand_back().await?;
            self.log.release_lease(fence).await?;
        }
        ended
    }

    /// How often the lease is renewed and every clock looked at: a step is never
    /// late because of it, since the next deadline shortens the wait.
    fn every(&self) -> Duration {
        self.log.lease_terms().every
    }

    fn reaches(&self, policy: &Policy, step: &Step) -> bool {
        let channels = escalation::reach(policy, step).unwrap_or_default();
        channels.iter().any(|name| {
            let channel = self.channel(name);
            channel.is_ok_and(|channel| channel.spec().carries(Purpose::Page))
        })
    }

    /// The channel of that name, or why nothing can be sent to it.
    fn channel(&self, name: &Name) -> Result<Arc<Channel>, Title> {
        self.channels.get(name).cloned().unwrap_or_else(|| {
            let why = format!("there is no channel {name} in the configuration");
            Err(Title::lossy(&why))
        })
    }
}

impl<'a> Turn<'a> {
    fn begin(engine: &'a Engine, fence: Fence, fires_from: Option<DateTime<Utc>>) -> Self {
        let author = Author {
            name: engine.name(),
            via: Via::Engine,
            replica: engine.log.replica(),
            clock: engine.clock,
        };
        Self {
            engine,
            fence,
            author,
            board: Board::default(),
            fires_from,
            unheard: None,
            sending: JoinSet::new(),
            renewed: None,
        }
    }

    async fn work(
        &mut self,
        seen: &watch::Sender<EngineSeen>,
        stop: &CancellationToken,
        changes: &mut crate::store::Changes,
    ) -> Result<(), StoreError> {
        let log = &self.engine.log;
        while !stop.is_cancelled() {
            let now = self.engine.clock.now();
            journal::catch_up(log, &mut self.board).await?;
            self.recover(now).await?;
            self.page_unheard(now).await?;
            if self.heard_of_copies(now) {
                self.fire(now).await?;
            }
            self.deliver(now).await?;
            self.renew(now).await?;
            let me = &self.engine.owner;
            seen.send_replace(EngineSeen {
                holder: Some(Title::lossy(&me.to_string())),
                mine: true,
                ticked_at: Some(now),
            });
            self.wait(stop, changes).await?;
        }
        Ok(())
    }

    /// Renews the lease, where it is time to.
    async fn renew(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let every = self.engine.every();
        if self.renewed.is_some_and(|at| at.elapsed() < every) {
            return Ok(());
        }
        let log = &self.engine.log;
        log.renew_lease(self.fence, now, log.lease_terms().ttl)
            .await?;
        self.renewed = Some(Instant::now());
        Ok(())
    }

    /// Until the next deadline, a change of the log, a delivery's end, or the
    /// next round: whichever is first.
    async fn wait(
        &mut self,
        stop: &CancellationToken,
        changes: &mut crate::store::Changes,
    ) -> Result<(), StoreError> {
        let pause = self.until_next().await?;
        let log = &self.engine.log;
        let now = Instant::now();
        let renewed = self.renewed.unwrap_or(now) + self.engine.every();
        let wake = now + pause;
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep_until(wake.min(renewed)) => return Ok(()),
                Some(sent) = self.sending.join_next() => {
                    match sent {
                        Ok(result) => result?,
                        Err(error) => tracing::error!(%error, "a delivery's task ended badly"),
                    }
                    return Ok(());
                }
                () = changes.changed() => {
                    // Our own ticks and renewals change the file as well.
                    if log.head().await? > self.board.head() || self.has_news().await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn has_news(&self) -> Result<bool, StoreError> {
        let now = self.engine.clock.now();
        Ok(self
            .engine
            .log
            .soonest_delivery()
            .await?
            .is_some_and(|at| at <= now))
    }

    async fn until_next(&self) -> Result<Duration, StoreError> {
        let now = self.engine.clock.now();
        let steps = self
            .board
            .all()
            .filter(|incident| incident.is_active())
            .flat_map(engine_deadlines)
            .chain(self.fires_from);
        let soonest = steps
            .filter(|at| *at > now)
            .chain(self.engine.log.soonest_delivery().await?)
            .min();
        let round = self.engine.every();
        let pause = soonest.map_or(round, |at| {
            (at - now).to_std().unwrap_or(Duration::from_millis(200))
        });
        Ok(pause.min(round))
    }

    /// Takes over tries that nobody ended: of an engine that is gone, or of a
    /// task of ours that ended badly.
    async fn recover(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let resends = |name: &Name| {
            let channel = self.engine.channel(name);
            channel.is_ok_and(|channel| channel.spec().resend_safe)
        };
        self.engine
            .log
            .recover(self.fence, now, resends)
            .await
            .map(drop)
    }

    /// Fires what is due in every incident.
    async fn fire(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let active: Vec<IncidentId> = self
            .board
            .active()
            .iter()
            .map(|incident| incident.id)
            .collect();
        let doubt = Doubt {
            lost: self.engine.log.cut_short(now).await?,
            away: self.fires_from,
        };
        for id in active {
            let mut batch = Batch::default();
            let incident = self.board.get(id);
            if let Some(incident) = incident.filter(|incident| !doubt.holds(incident, now)) {
                self.fire_one(incident, now, doubt, &mut batch);
            }
            self.record(&batch, now).await?;
        }
        Ok(())
    }

    /// Appends what one incident asks for. One that can't be written must not
    /// silence the others: it is told, and tried again at the next round.
    async fn record(&mut self, batch: &Batch, now: DateTime<Utc>) -> Result<(), StoreError> {
        if batch.entries.is_empty() {
            return Ok(());
        }
        let log = &self.engine.log;
        match log
            .append_held(self.fence, &batch.entries, &batch.intents, now)
            .await
        {
            Err(error @ (StoreError::IdReuse { .. } | StoreError::Unfit { .. })) => {
                tracing::error!(%error, "an incident's steps could not be recorded together");
                self.record_each(batch, now).await
            }
            Err(error) => Err(error),
            Ok(_) => journal::catch_up(log, &mut self.board).await.map(drop),
        }
    }

    /// One that stands in its own way must not keep the others back.
    async fn record_each(&mut self, batch: &Batch, now: DateTime<Utc>) -> Result<(), StoreError> {
        let log = &self.engine.log;
        for entry in &batch.entries {
            let of_it = |intent: &&Intent| intent.origin == entry.id;
            let intents: Vec<Intent> = batch.intents.iter().filter(of_it).cloned().collect();
            let one = std::slice::from_ref(entry);
            match log.append_held(self.fence, one, &intents, now).await {
                Err(error @ (StoreError::IdReuse { .. } | StoreError::Unfit { .. })) => {
                    tracing::error!(%error, id = %entry.id, "a step could not be recorded");
                }
                other => drop(other?),
            }
        }
        journal::catch_up(log, &mut self.board).await.map(drop)
    }

    /// Starts what is due to leave, at most one message per lane. What a copy
    /// took back or said better meanwhile does not.
    async fn deliver(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let log = &self.engine.log;
        for delivery in log
            .due(now, AT_ONCE.saturating_sub(self.sending.len()))
            .await?
        {
            if !self.heard_of_copies(now) && !delivery.intent.purpose.is_urgent() {
                continue;
            }
            let key = delivery.intent.key.clone();
            let Some(one) = log.start(&key, self.fence, now, now + ON_THE_WIRE).await? else {
                continue;
            };
            let channel = self.engine.channel(&delivery.intent.channel);
            let sending = Sending {
                log: log.clone(),
                author: self.author.clone(),
                one,
                delivery,
                in_place: self.engine.is_in_place(),
            };
            self.sending.spawn(sending.run(channel));
        }
        Ok(())
    }

    /// Lets what is on the wire end, within its own time.
    async fn finish(&mut self) {
        while let Some(sent) = self.sending.join_next().await {
            if let Ok(Err(error)) = sent {
                tracing::warn!(%error, "a delivery's end was not recorded");
            }
        }
    }
}

/// When the engine itself has something to do in an incident.
fn engine_deadlines(incident: &Incident) -> impl Iterator<Item = DateTime<Utc>> {
    crate::domain::duty::duties(incident)
        .into_iter()
        .filter(|due| matches!(due.duty, Duty::Escalate { .. } | Duty::HoldEnds))
        .map(|due| due.by)
}
