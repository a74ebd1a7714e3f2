//! What is ours goes to the server.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Replica, SyncError};
use crate::{
    clock::age,
    domain::{
        entry::{EntryId, ReplicaId},
        fact::Fact,
        span::CLOCK_OFF,
        text::Title,
        update::Audience,
    },
    journal::to_wire,
    store::Unsent,
    wire::{self, Code, OnConflict, Outcome, Post},
};

/// Entries handed in at once, and the bytes of their bodies: well within what
/// a server takes.
const BATCH: usize = 200;
const BATCH_BYTES: usize = 700 << 10;

/// How often a copy takes a new name before it makes no sense.
const NAMES: usize = 3;

/// What became of what waited.
#[derive(Debug, Default)]
pub(super) struct Pushed {
    /// Something was handed in, and looked at.
    pub taken: bool,
}

impl Replica {
    /// Hands in what waits.
    pub(super) async fn push(&self) -> Result<Pushed, SyncError> {
        let (mut pushed, mut names) = (Pushed::default(), 0);
        loop {
            let name = self.log.name_now().await?;
            let Batch { entries, sent_at } = self.batch(name).await?;
            if entries.is_empty() {
                return Ok(pushed);
            }
            self.meet().await?;
            let (forked, items): (Vec<_>, Vec<_>) = self
                .hand_in(entries, sent_at)
                .await?
                .into_iter()
                .partition(is_forked);
            pushed.taken = true;
            if !forked.is_empty() {
                names += 1;
                if names > NAMES {
                    return Err(self.garbage("it takes every name for another's").into());
                }
                tracing::warn!(%name, "this copy of the log was cloned, and takes a new name");
                self.log.take_new_name(name).await?;
            }
            let mut answered = self.answered.lock().await;
            for item in items {
                if item.result == Outcome::Rejected {
                    self.log.refused(item.id, &why(&item)).await?;
                } else {
                    answered.insert(item.id, item.seq.unwrap_or_default());
                }
            }
            drop(answered);
        }
    }

    /// Remembers that the token could not write, where that is what went wrong:
    /// what waits does not go by itself later, without asking.
    pub(super) async fn keep_back(&self, error: &SyncError) -> Result<(), SyncError> {
        if error.is_about_the_token() {
            self.log.deny(&error.to_string()).await?;
        }
        Ok(())
    }

    /// What became of each entry.
    async fn hand_in(
        &self,
        entries: Vec<wire::Entry>,
        sent_at: Option<DateTime<Utc>>,
    ) -> Result<Vec<wire::Item>, SyncError> {
        let mut sent: HashSet<EntryId> = entries.iter().map(|entry| entry.id).collect();
        let post = Post {
            events: entries,
            on_conflict: OnConflict::Record,
            sent_at,
            given_up: self.log.given_up().await?,
        };
        let mut items = self.remote.post(&post).await?.what.results;
        items.retain(|item| sent.remove(&item.id));
        if sent.is_empty() {
            Ok(items)
        } else {
            Err(self.garbage("it does not answer for every entry").into())
        }
    }

    /// The next entries that the server has not answered for.
    async fn batch(&self, name: ReplicaId) -> Result<Batch, SyncError> {
        let now = self.clock.now();
        let waiting = self
            .log
            .to_hand_in(|one| one.may_go(waited(one, now)))
            .await?
            .into_iter();
        let answered = self.answered.lock().await;
        let (mut bytes, mut sent_at) = (0, None);
        let entries = waiting
            .filter(|one| !answered.contains_key(&one.row.id))
            .take(BATCH)
            .take_while(|one| {
                let first = bytes == 0;
                bytes += one.row.body.len();
                let at = sent(one, now);
                let with_them = (at - *sent_at.get_or_insert(at)).abs() <= CLOCK_OFF;
                first || (bytes <= BATCH_BYTES && with_them)
            })
            .filter_map(|one| carried(one, name))
            .collect();
        Ok(Batch { entries, sent_at })
    }
}

/// What is handed in at once.
struct Batch {
    entries: Vec<wire::Entry>,
    /// When that is, by the clock that all of them were recorded by.
    sent_at: Option<DateTime<Utc>>,
}

/// How long an entry waited, the longest that it may be. What was recorded
/// before the server was ever heard was by another clock than ours is now; its
/// id has the time of the host's, whatever that is worth.
fn waited(one: &Unsent, now: DateTime<Utc>) -> TimeDelta {
    let by_ours = now - one.row.recorded_at;
    let by_its_id = age(one.row.id.0).unwrap_or(by_ours);
    std::cmp::max_by_key(by_ours, by_its_id, TimeDelta::abs)
}

/// What time it is for an entry that is sent now. News for the public rather
/// wait for a person than leave late; everything else goes by our clock.
fn sent(one: &Unsent, now: DateTime<Utc>) -> DateTime<Utc> {
    let is_public = one.row.entry().is_some_and(|entry| {
        matches!(entry.fact, Fact::UpdateSent(update) if update.audience == Audience::External)
    });
    let waited = is_public.then(|| waited(one, now));
    let at = waited.and_then(|waited| one.row.recorded_at.checked_add_signed(waited));
    at.unwrap_or(now)
}

/// Whether another copy goes by the name of this one: what it made has to come
/// under another name.
fn is_forked(item: &wire::Item) -> bool {
    item.code.as_deref() == Some(Code::Forked.word())
}

/// An entry that waits, as it goes over the wire: what this copy counted goes
/// under the name that it has now.
fn carried(one: Unsent, name: ReplicaId) -> Option<wire::Entry> {
    let mut entry = to_wire(one.row)?;
    entry.told = one.told;
    entry.rseq = one.rseq;
    if one.rseq.is_some() {
        entry.replica = name;
    }
    Some(entry)
}

/// Why the server refused an entry, in its words.
fn why(item: &wire::Item) -> Title {
    let code = item.code.as_deref().unwrap_or("refused");
    match &item.detail {
        Some(detail) => Title::lossy(&format!("{code}: {detail}")),
        None => Title::lossy(code),
    }
}

#[cfg(test)]
mod tests {
    use uuid::{NoContext, Timestamp, Uuid};

    use super::*;
    use crate::{
        clock::Clock,
        domain::entry::{Entry, IncidentId, Via},
        store::RawEntry,
    };

    /// News that somebody published so many seconds ago, by a clock that was
    /// so far ahead of the one that counts now.
    fn published(ago: i64, ahead: i64) -> (Unsent, DateTime<Utc>) {
        let now = Clock::System.now();
        let made = now - TimeDelta::seconds(ago);
        let seconds = u64::try_from(made.timestamp()).unwrap();
        let id = Uuid::new_v7(Timestamp::from_unix(NoContext, seconds, 0));
        let form = serde_json::json!({
            "status": "Investigating", "impact": "all", "eta": "unknown",
            "eta_at": null, "next": null, "body": "Slow."
        });
        let update = serde_json::json!({
            "audience": "external", "form": form, "channels": ["board"]
        });
        let entry = Entry {
            id: EntryId(id),
            seq: None,
            incident: IncidentId(Uuid::from_u128(1)),
            at: made,
            recorded_at: made + TimeDelta::seconds(ahead),
            by: "ada".into(),
            via: Via::Cli,
            replica: ReplicaId(Uuid::from_u128(2)),
            base: 0,
            fact: Fact::UpdateSent(serde_json::from_value(update).unwrap()),
            came_as: None,
        };
        let unsent = Unsent {
            row: RawEntry::from(&entry),
            told: false,
            refused: None,
            rseq: None,
        };
        (unsent, now)
    }

    #[test]
    fn news_by_a_clock_that_no_server_ever_led_wait_for_a_person() {
        for ahead in [150, -150, 0] {
            let (mut news, now) = published(150, ahead);

            let told = sent(&news, now) - news.row.recorded_at;
            news.refused = Some("denied: no".into());

            assert!(told >= TimeDelta::seconds(149), "{ahead}: {told}");
            assert!(!news.may_go(waited(&news, now)), "{ahead}");
        }
    }
}
