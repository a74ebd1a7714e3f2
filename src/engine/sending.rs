//! One message on its way: handed to its channel, and its end written down.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use super::ON_THE_WIRE;
use crate::{
    domain::{
        board::Board,
        entry::{Entry, Wish},
        fact::{Fact, Fate},
        notice::{Delivery, Outcome},
        text::Title,
    },
    journal::Author,
    notify::{Channel, next_try},
    store::{Ending, Log, StoreError, Try},
};

/// How long a busy disk is left alone before an end is written down again.
const AGAIN: Duration = Duration::from_millis(200);

/// One try to deliver, under way.
pub(super) struct Sending {
    pub(super) log: Log,
    pub(super) author: Author,
    pub(super) one: Try,
    pub(super) delivery: Delivery,
    /// It leaves from a copy: who sends it is told.
    pub(super) in_place: bool,
}

impl Sending {
    pub(super) async fn run(self, channel: Result<Arc<Channel>, Title>) -> Result<(), StoreError> {
        let clock = self.author.clock;
        let intent = &self.delivery.intent;
        let outcome = match &channel {
            Ok(channel) => {
                channel
                    .deliver(intent, self.delivery.may_be_repeat(), clock.now())
                    .await
            }
            Err(why) => Outcome::Refused(why.clone()),
        };
        let now = clock.now();
        let ending = self.ending(outcome, channel.ok().as_deref(), now);
        let entries = self.entries(&ending, now);
        self.finish(ending, &entries, now).await
    }

    /// Writes the end down. What the channel took must not be sent again only
    /// because the disk was busy, so it is tried while the try is still ours.
    async fn finish(
        &self,
        ending: Ending,
        entries: &[Entry],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let until = now + ON_THE_WIRE / 2;
        loop {
            let written = self
                .log
                .finish(&self.one, ending.clone(), entries, now)
                .await;
            match written {
                Err(error) if error.may_pass() && self.author.clock.now() < until => {
                    tokio::time::sleep(AGAIN).await;
                }
                other => return other.map(drop),
            }
        }
    }

    fn ending(&self, outcome: Outcome, channel: Option<&Channel>, now: DateTime<Utc>) -> Ending {
        let mut tried = self.delivery.clone();
        tried.attempts = self.one.attempt;
        let again = |why: Title, retry_after, maybe_repeat| match next_try(
            &tried,
            now,
            retry_after,
            fastrand::f64(),
        ) {
            Some(next_at) => Ending::Again {
                why,
                next_at,
                maybe_repeat,
            },
            None if maybe_repeat => Ending::Uncertain { why },
            None => Ending::Dead { why },
        };
        match outcome {
            Outcome::Sent(_) => Ending::Sent,
            Outcome::NotSent { why, retry_after } => {
                again(why, retry_after, self.delivery.maybe_repeat)
            }
            Outcome::Refused(why) => Ending::Dead { why },
            Outcome::Uncertain(why)
                if channel.is_some_and(|channel| {
                    channel.spec().resends(self.delivery.intent.purpose)
                }) =>
            {
                again(why, None, true)
            }
            Outcome::Uncertain(why) => Ending::Uncertain { why },
        }
    }

    /// What there is to say of one that arrived.
    fn note(&self) -> Title {
        let by = self.in_place.then(|| format!("by {}", self.author.name));
        let repeat = self.delivery.may_be_repeat();
        let repeat = repeat.then(|| "possible repeat".to_owned());
        let said: Vec<String> = by.into_iter().chain(repeat).collect();
        Title::lossy(&said.join(", "))
    }

    /// The entry that tells how it ended; none while it goes on.
    fn entries(&self, ending: &Ending, now: DateTime<Utc>) -> Vec<Entry> {
        let intent = &self.delivery.intent;
        let (of, channel, key) = (intent.origin, intent.channel.clone(), intent.key.clone());
        let fact = match ending {
            Ending::Sent => Fact::Delivered {
                of,
                channel,
                key,
                note: self.note(),
            },
            Ending::Dead { why } => Fact::Undelivered {
                of,
                channel,
                key,
                why: why.clone(),
                fate: Fate::Failed,
            },
            Ending::Uncertain { why } => {
                let why = Title::lossy(&format!("it may have arrived: {why}"));
                Fact::Undelivered {
                    of,
                    channel,
                    key,
                    why,
                    fate: Fate::Uncertain,
                }
            }
            Ending::Again { .. } => return Vec::new(),
        };
        let wish = Wish {
            incident: intent.incident,
            fact,
            at: now,
        };
        self.author.write(vec![wish], &Board::default()).entries
    }
}
