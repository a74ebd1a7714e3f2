//! Pages that somebody else sent, and of which nothing more is heard: who
//! stood in for the server was killed, or the log lost the end of it. Nobody
//! knows whether they left, so people are paged again, and told that (E9).

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Turn;
use crate::{
    domain::{
        entry::{Entry, EntryId},
        escalation::{self, TOLD_WITHIN},
        fact::Fact,
        notice::Intent,
        text::Name,
    },
    journal::following,
    store::StoreError,
};

/// Since when each page waits to be heard of; `None` before the first look.
pub(super) type Waits = Option<HashMap<EntryId, DateTime<Utc>>>;

impl Turn<'_> {
    /// Queues anew what was sent elsewhere and not heard of in time. A page of
    /// this log's own has its delivery already, under the same key: it stays as
    /// it is.
    pub(super) async fn page_unheard(&mut self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let again = self.unheard(now);
        if again.is_empty() {
            return Ok(());
        }
        let log = &self.engine.log;
        let held = log.append_held(self.fence, &[], &again, now).await;
        held.map(drop)
    }

    /// The pages that have waited long enough. What was here before this turn
    /// waits since it was recorded, the rest since it came; a copy, which is
    /// the only one to have what waits there, does not wait.
    fn unheard(&mut self, now: DateTime<Utc>) -> Vec<Intent> {
        let before = self.unheard.take();
        // Nobody else can have sent what waits on a copy.
        let in_place = self.engine.is_in_place();
        let came = if in_place { now - TOLD_WITHIN } else { now };
        let mut waits = HashMap::new();
        let mut again = Vec::new();
        for incident in self.board.active() {
            for (id, left) in escalation::unheard(incident) {
                let Some(entry) = incident.entry(id).filter(|entry| self.answers_for(entry)) else {
                    continue;
                };
                let mut since = match &before {
                    Some(before) => before.get(&id).copied().unwrap_or(came),
                    None => entry.recorded_at.min(came),
                };
                if now - since >= TOLD_WITHIN {
                    again.extend(self.once_more(entry, left, now));
                    since = now;
                }
                waits.insert(id, since);
            }
        }
        self.unheard = Some(waits);
        again
    }

    /// A copy does not know how far its server came, but for what it has still
    /// to hand in.
    fn answers_for(&self, entry: &Entry) -> bool {
        !self.engine.is_in_place() || entry.waits()
    }

    /// The messages of a page to the channels that are `left`, as this engine
    /// sends them: a step is its own now, and whose a page by hand was stays.
    fn once_more(&self, entry: &Entry, left: &[Name], now: DateTime<Utc>) -> Vec<Intent> {
        let mut ours = entry.clone();
        if matches!(ours.fact, Fact::Escalated { .. }) {
            ours.by = self.author.name.clone();
            ours.via = self.author.via.clone();
        }
        let mut intents = following(&ours, &self.board, now);
        intents.retain(|intent| left.contains(&intent.channel));
        for intent in &mut intents {
            intent.maybe_repeat = true;
        }
        intents
    }
}
