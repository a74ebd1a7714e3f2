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
mod time;
mod turn;
mod unheard;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::turn::Turn;
use crate::{
    clock::Clock,
    domain::{
        escalation,
        notice::Purpose,
        policy::{Policy, Step},
        seen::EngineSeen,
        text::{Name, Title},
    },
    journal::count_as_others,
    notify::{Channel, Channels},
    store::{LeaseState, Log, Owner, StoreError},
};

/// How long whoever does not hold the lease waits at most to ask for it again.
const AGAIN_AT_MOST: Duration = Duration::from_secs(1);
/// How long a try may be on the wire before another engine may take it over:
/// a little more than a channel's own limit.
const ON_THE_WIRE: TimeDelta = TimeDelta::seconds(20);

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
        let mut waits = String::new();
        loop {
            let done = match self.turn(seen, stop, &mut changes).await {
                Err(error) if error.may_pass() => {
                    waits = told_once(&waits, &error);
                    false
                }
                Err(StoreError::LeaseLost) => false,
                Err(error) => return Err(error),
                Ok(()) => {
                    waits.clear();
                    stop.is_cancelled()
                }
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
        count_as_others(&self.log, self.clock).await?;
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

/// Says why the engine waits, unless that was said last; answers what was. It
/// tries again at once, and a standby may refuse for hours.
fn told_once(before: &str, error: &StoreError) -> String {
    let why = error.to_string();
    if why != before {
        tracing::warn!(error = %why, "the engine waits");
    }
    why
}
