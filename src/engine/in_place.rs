//! Paging from a copy while its server is away, and giving that back.
//!
//! What is sent from here is recorded as the server's engine would record it,
//! under the same ids, and as told already. So a server that gets it does not
//! do it again; it only has to get it before it goes on itself.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Engine, Post, Turn};
use crate::{
    clock::{Clock, start_id},
    domain::{
        board::Board,
        entry::{ENGINE, Wish},
        escalation::{self, Climb},
        fact::{Fact, Fate},
        incident::Incident,
        notice::{Delivery, DeliveryState},
        seen::EngineSeen,
        text::{Name, Title},
    },
    store::{DeliveryFilter, StoreError},
    wire::Known,
};

/// How long no engine ran, before copies may have paged meanwhile: nobody
/// notices, decides and types the word in less.
const AWAY: TimeDelta = TimeDelta::seconds(5);
/// How long copies have to hand in what they did: they look for the server
/// once a second then, and what is late has to leave within five.
const HANDED_IN: TimeDelta = TimeDelta::seconds(4);

impl Engine {
    /// The same, for a log that has copies: when none ran for a while, it waits
    /// a moment for what they did meanwhile.
    #[must_use]
    pub const fn after_copies(mut self) -> Self {
        self.post = Post::AfterCopies;
        self
    }

    /// The same, in place of the server of a copy. It fires only what it can
    /// deliver itself. When it is told to end, what has not left by then is
    /// given up, for the server pages again.
    #[must_use]
    pub const fn in_place_of_server(mut self) -> Self {
        self.post = Post::InPlace;
        self
    }

    /// The same, by the clock of the server as it was known last: a copy whose
    /// own is a day ahead would page everybody at once. And how far somebody
    /// set our own ahead since, as far as that can be known: not where this
    /// host was started anew meanwhile.
    ///
    /// # Errors
    ///
    /// When the log can't be read.
    pub async fn by_the_servers_clock(&self) -> Result<(Self, TimeDelta), StoreError> {
        let known = self.log.known_of_server().await?;
        let known = known
            .and_then(|json| Known::read(&json))
            .unwrap_or_default();
        let by_ours = self.clock.host().ahead(known.offset());
        let start = known
            .start
            .filter(|start| start_id().as_ref() == Some(&start.id));
        let clock = start.map_or(by_ours, |start| Clock::SinceStart(start.at));
        let moved = by_ours.now() - clock.now();
        let engine = Self {
            clock,
            ..self.clone()
        };
        Ok((engine, moved))
    }

    /// Gives up what an earlier one left undone on this copy, whose process
    /// ended before it could.
    ///
    /// # Errors
    ///
    /// As [`Engine::run`].
    pub async fn tidy_up(&self) -> Result<(), StoreError> {
        if self
            .log
            .deliveries(DeliveryFilter::Unfinished)
            .await?
            .iter()
            .all(is_over)
        {
            return Ok(());
        }
        let stop = tokio_util::sync::CancellationToken::new();
        stop.cancel();
        let (seen, _) = tokio::sync::watch::channel(EngineSeen::default());
        self.run(&seen, &stop).await
    }

    /// From when on it fires, where none ran for a while and copies may have
    /// paged meanwhile.
    pub(super) async fn back_from_away(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let ticked_at = self.log.engine(now).await?.ticked_at;
        let was_away = ticked_at.is_some_and(|at| now - at > AWAY);
        Ok(match self.post {
            Post::AfterCopies => was_away.then_some(now + HANDED_IN),
            Post::Own | Post::InPlace => None,
        })
    }

    /// Under which name it records.
    pub(super) fn name(&self) -> Name {
        match self.post {
            Post::Own | Post::AfterCopies => ENGINE.into(),
            Post::InPlace => Name::lossy(&format!("engine on {}", self.owner.host)),
        }
    }

    /// Whether a server is away for which it does this.
    pub(super) fn is_in_place(&self) -> bool {
        self.post == Post::InPlace
    }
}

impl Turn<'_> {
    /// Whether copies had their time to hand in what they did meanwhile.
    pub(super) fn heard_of_copies(&self, now: DateTime<Utc>) -> bool {
        self.fires_from.is_none_or(|from| from <= now)
    }

    /// What to fire and what to pass over in an incident.
    pub(super) fn climb(&self, incident: &Incident, now: DateTime<Utc>) -> Climb {
        let reaches = |step: &_| self.engine.reaches(incident.policy(), step);
        if self.engine.is_in_place() {
            escalation::climb_in_place(incident, now, reaches)
        } else {
            escalation::climb(incident, now, reaches)
        }
    }

    /// Gives up what has not left a copy. Its server learns that nobody was
    /// reached, and pages the next one at once (E7).
    pub(super) async fn hand_back(&self) -> Result<(), StoreError> {
        if !self.engine.is_in_place() {
            return Ok(());
        }
        let log = &self.engine.log;
        let mut left = log.deliveries(DeliveryFilter::Unfinished).await?;
        left.retain(|delivery| !is_over(delivery));
        for mut delivery in left {
            let now = self.engine.clock.now();
            delivery.last_error = given_up(&delivery);
            let wish = undelivered(&delivery, now);
            let told = self.author.write(vec![wish], &Board::default());
            log.give_up(self.fence, &delivery, &told.entries, now)
                .await?;
        }
        Ok(())
    }
}

const fn is_over(delivery: &Delivery) -> bool {
    !delivery.state.is_open()
}

/// Why it is not sent from here any more.
fn given_up(delivery: &Delivery) -> Title {
    let began = delivery.state != DeliveryState::Queued || delivery.maybe_repeat;
    let doubt = if began { "; it may have arrived" } else { "" };
    let why = if delivery.last_error.is_empty() {
        "it had not left"
    } else {
        &delivery.last_error
    };
    Title::lossy(&format!("given up here: {why}{doubt}"))
}

fn undelivered(delivery: &Delivery, at: DateTime<Utc>) -> Wish {
    let intent = &delivery.intent;
    let fact = Fact::Undelivered {
        of: intent.origin,
        channel: intent.channel.clone(),
        key: intent.key.clone(),
        why: delivery.last_error.clone(),
        fate: Fate::Failed,
    };
    Wish {
        incident: intent.incident,
        fact,
        at,
    }
}
