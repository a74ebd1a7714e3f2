//! What a screen is told of the server, and what is kept of it for while it is
//! away.

use chrono::TimeDelta;
use tokio::sync::watch;

use super::{Replica, Seen, SyncError};
use crate::{
    domain::text::Title,
    remote::{Heard, offset},
    ui::msg::{EngineSeen, LinkSeen, LinkState},
    wire::Page,
};

/// How many who have the room open are shown: what a stranger sends is bounded.
const WATCHING: usize = 20;

impl Replica {
    /// Tells a screen where the server sends updates, and whom it takes us for.
    pub(super) async fn tell_of_channels(&self, seen: &watch::Sender<Seen>) {
        let Some(known) = self.met.lock().await.clone() else {
            return;
        };
        seen.send_if_modified(|seen| {
            let is_news =
                seen.channels.as_ref() != Some(&known.channels) || seen.known_as != known.name;
            seen.channels = Some(known.channels);
            seen.known_as = known.name;
            is_news
        });
    }

    pub(super) fn heard(&self, seen: &watch::Sender<Seen>, page: &Heard<Page>, waited: bool) {
        let now = self.clock.now();
        let took = if waited { TimeDelta::zero() } else { page.took };
        let before = match &seen.borrow().link.state {
            LinkState::Online { latency } => Some(*latency),
            LinkState::Alone | LinkState::Offline { .. } => None,
        };
        let latency = if waited { before } else { Some(page.took) };
        let engine = &page.what.engine;
        seen.send_modify(|seen| {
            seen.link = LinkSeen {
                server: Title::lossy(&self.remote.name()),
                state: LinkState::Online {
                    latency: latency.unwrap_or_default(),
                },
                answers: true,
                offset: offset(page.what.server_time, now, took),
                heard_at: Some(now),
            };
            seen.engine = EngineSeen {
                holder: engine.holder.as_deref().map(Title::lossy),
                mine: false,
                // By our own clock, whatever the server's says.
                ticked_at: engine.ticked_at.map(|at| at - seen.link.offset),
            };
            seen.watching.clone_from(&page.what.watching);
            seen.watching.truncate(WATCHING);
        });
    }

    /// What is delivered changes with the log: each end is an entry.
    pub(super) async fn look_at_deliveries(&self, seen: &watch::Sender<Seen>) {
        match self.remote.deliveries(false).await {
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
            };
        });
    }
}
