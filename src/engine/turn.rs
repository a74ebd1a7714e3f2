//! One turn at the lease: reads on, does what is due, and waits for what is
//! next.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{Engine, ON_THE_WIRE, sending::Sending, unheard::Waits};
use crate::{
    domain::{
        board::Board,
        duty::{Duty, duties},
        entry::Via,
        incident::Incident,
        seen::EngineSeen,
        text::{Name, Title},
    },
    journal::{self, Author},
    store::{Changes, Fence, StoreError},
};

/// Deliveries under way at once; each lane has one at the most, and each
/// channel a few, so it takes many channels that hang to fill it.
const AT_ONCE: usize = 64;

/// An engine that holds the lease.
pub(super) struct Turn<'a> {
    pub(super) engine: &'a Engine,
    pub(super) fence: Fence,
    pub(super) author: Author,
    pub(super) board: Board,
    /// Nothing is fired before this; `None` where none was away.
    pub(super) fires_from: Option<DateTime<Utc>>,
    pub(super) unheard: Waits,
    pub(super) sending: JoinSet<Result<(), StoreError>>,
    /// When the lease was renewed last: that is a write, and not owed to every
    /// entry that wakes the engine.
    pub(super) renewed: Option<Instant>,
}

impl<'a> Turn<'a> {
    pub(super) fn begin(
        engine: &'a Engine,
        fence: Fence,
        fires_from: Option<DateTime<Utc>>,
    ) -> Self {
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

    pub(super) async fn work(
        &mut self,
        seen: &watch::Sender<EngineSeen>,
        stop: &CancellationToken,
        changes: &mut Changes,
    ) -> Result<(), StoreError> {
        let log = &self.engine.log;
        while !stop.is_cancelled() {
            journal::catch_up(log, &mut self.board).await?;
            self.keep_time().await?;
            let now = self.engine.clock.now();
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
        changes: &mut Changes,
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
    pub(super) async fn finish(&mut self) {
        while let Some(sent) = self.sending.join_next().await {
            if let Ok(Err(error)) = sent {
                tracing::warn!(%error, "a delivery's end was not recorded");
            }
        }
    }
}

/// When the engine itself has something to do in an incident.
pub(super) fn engine_deadlines(incident: &Incident) -> impl Iterator<Item = DateTime<Utc>> {
    duties(incident)
        .into_iter()
        .filter(|due| matches!(due.duty, Duty::Escalate { .. } | Duty::HoldEnds))
        .map(|due| due.by)
}
