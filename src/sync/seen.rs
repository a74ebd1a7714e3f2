//! What a screen is told of the server, and what is kept of it for while it is
//! away.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use tokio::sync::watch;

use super::{Replica, Seen, SyncError};
use crate::{
    clock::{Clock, start_id},
    domain::{
        seen::{EngineSeen, LinkSeen, LinkState},
        text::Title,
    },
    remote::{Heard, offset},
    wire::{Known, Page, Start},
};

/// How many who have the room open are shown: what a stranger sends is bounded.
const WATCHING: usize = 20;
/// Of the deliveries that are over, so many of the last ones are shown.
const LAST: u32 = 200;
/// How far two clocks may stray from each other, or one answer take longer than
/// another, before somebody must have set one.
const STRAYS: TimeDelta = TimeDelta::seconds(10);

/// This start of the host, by a clock that says `now`.
pub(super) fn start(now: DateTime<Utc>) -> Option<Start> {
    let at = Clock::at_start(now).trunc_subsecs(0);
    start_id().map(|id| Start { id, at })
}

impl Replica {
    /// Tells a screen where the server sends updates, whom it takes us for, and
    /// what we may do there; not what was told already.
    pub(super) async fn tell_of_server(
        &self,
        seen: &watch::Sender<Seen>,
        told: &mut Option<Known>,
    ) {
        let known = self.met.lock().await.clone();
        if known == *told {
            return;
        }
        if let Some(known) = &known {
            may_write(seen, known.may_write());
            seen.send_modify(|seen| {
                seen.channels = Some(known.channels.clone());
                seen.known_as.clone_from(&known.name);
            });
        }
        *told = known;
    }

    /// Tells of an answer; and whether one of the two clocks was set since the
    /// one before, so that what is kept of them is out of date.
    pub(super) fn heard(
        &self,
        seen: &watch::Sender<Seen>,
        page: &Heard<Page>,
        waited: bool,
    ) -> bool {
        let host = self.clock.host().now();
        let took = if waited { TimeDelta::zero() } else { page.took };
        let before = match &seen.borrow().link.state {
            LinkState::Online { latency } => Some(*latency),
            LinkState::Alone | LinkState::Offline { .. } => None,
        };
        let latency = if waited { before } else { Some(page.took) };
        let engine = &page.what.engine;
        let offset = offset(page.what.server_time, host, took);
        self.clock.lead(host + offset);
        let now = self.clock.now();
        let moved = offset - seen.borrow().link.offset;
        seen.send_modify(|seen| {
            seen.link = LinkSeen {
                server: Title::lossy(&self.remote.name()),
                state: LinkState::Online {
                    latency: latency.unwrap_or_default(),
                },
                answers: true,
                offset,
                heard_at: Some(now),
                read_only: seen.link.read_only,
            };
            seen.engine = EngineSeen {
                holder: engine.holder.as_deref().map(Title::lossy),
                mine: false,
                // By the clock that we go by, whatever the server's says.
                ticked_at: engine.ticked_at.map(|at| now - (host + offset - at)),
            };
            seen.watching.clone_from(&page.what.watching);
            seen.watching.truncate(WATCHING);
        });
        moved.abs() > STRAYS
    }

    /// What is delivered changes with the log: each end is an entry.
    pub(super) async fn look_at_deliveries(&self, seen: &watch::Sender<Seen>) {
        match self.remote.deliveries(Some(LAST)).await {
            Ok(deliveries) => seen.send_modify(|seen| seen.deliveries = deliveries),
            Err(error) => tracing::info!(%error, "asking for the deliveries"),
        }
    }

    pub(super) fn missed(&self, seen: &watch::Sender<Seen>, error: &SyncError) {
        let now = self.clock.now();
        seen.send_modify(|seen| {
            seen.watching.clear();
            let link = &mut seen.link;
            link.answers = error.is_from_an_answer();
            let since = match &link.state {
                LinkState::Offline { since, .. } => *since,
                LinkState::Alone | LinkState::Online { .. } => now,
            };
            link.server = Title::lossy(&self.remote.name());
            link.state = LinkState::Offline {
                since,
                why: Title::lossy(&error.to_string()),
                refused: error.is_about_the_token(),
            };
        });
    }
}

/// Tells a screen whether the server takes entries from here.
pub(super) fn may_write(seen: &watch::Sender<Seen>, may: bool) {
    seen.send_if_modified(|seen| std::mem::replace(&mut seen.link.read_only, !may) == may);
}
