//! Both ways, on and on: when to ask again, and how long to wait before it.

use std::time::Duration;

use tokio::{sync::watch, time::Instant};

use super::{Replica, Seen, SyncError, WAIT_S, pull::Pulled, seen::may_write};
use crate::remote::RemoteError;

/// The first pause after a failure, and the longest: it doubles, with jitter,
/// and never ends. A server that is back is found within these seconds; a
/// thousand consoles that look for it are a hundred questions a second.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// The longest while this copy pages in the server's place: it must hear of
/// that before it pages itself.
const HURRIED_PAUSE: Duration = Duration::from_secs(1);
/// An answer without news that comes sooner was not waited for.
const SOON: Duration = Duration::from_secs(1);

impl Replica {
    /// Looks for a server that is away once a second, whatever it asked for,
    /// from this moment on; or as usual again.
    pub fn hurry(&self, on: bool) {
        self.hurries.send_replace(on);
    }

    fn longest_pause(&self) -> Duration {
        if *self.hurries.borrow() {
            HURRIED_PAUSE
        } else {
            LONGEST_PAUSE
        }
    }

    pub(super) async fn go_on_pulling(&self, seen: &watch::Sender<Seen>) -> Result<(), SyncError> {
        let mut pause = FIRST_PAUSE;
        let mut wait = 0;
        let mut told = None;
        loop {
            let began = Instant::now();
            match self.pull(wait).await {
                Ok(Pulled {
                    count,
                    delivers,
                    page,
                }) => {
                    self.back.notify_waiters();
                    let waited = wait > 0;
                    if let Some(page) = &page {
                        self.tell_of_server(seen, &mut told).await;
                        if self.heard(seen, page, waited) {
                            self.part().await;
                        }
                        // A try that failed is no entry.
                        if delivers || !waited || delivering(seen) {
                            self.look_at_deliveries(seen).await;
                        }
                        wait = if page.what.more { 0 } else { WAIT_S };
                    }
                    // Who answers at once, and nothing, is not asked at once again.
                    let is_news = count > 0 || began.elapsed() > SOON;
                    if is_news || (!waited && page.is_some()) {
                        pause = FIRST_PAUSE;
                    } else {
                        self.doze(&mut pause, Duration::ZERO).await;
                    }
                }
                Err(error) => {
                    wait = 0;
                    // It may be another one, or set up in another way, when it is back.
                    told = None;
                    self.part().await;
                    self.missed(seen, &error);
                    self.rest(&error, &mut pause).await;
                }
            }
        }
    }

    pub(super) async fn go_on_pushing(&self, seen: &watch::Sender<Seen>) -> Result<(), SyncError> {
        let mut changes = self.log.changes().await;
        let mut pause = FIRST_PAUSE;
        loop {
            match self.push().await {
                Ok(pushed) => {
                    pause = FIRST_PAUSE;
                    if pushed.taken {
                        may_write(seen, true);
                    }
                    tokio::select! {
                        () = changes.changed() => {}
                        () = self.again.notified() => {}
                    }
                }
                Err(error) => {
                    // What it says no to is told entry by entry; who is out of
                    // touch is told at once.
                    if matches!(&error, SyncError::Remote(RemoteError::Unreachable { .. })) {
                        self.missed(seen, &error);
                    }
                    if error.is_about_the_token() {
                        may_write(seen, false);
                        self.keep_back(&error).await?;
                    }
                    tokio::select! {
                        () = self.rest(&error, &mut pause) => {}
                        () = self.back.notified() => {}
                    }
                }
            }
        }
    }

    /// Waits before the next try: longer each time, and as long as was asked
    /// for. Never for ever: whoever refuses today may have been told otherwise
    /// tomorrow.
    async fn rest(&self, error: &SyncError, pause: &mut Duration) {
        tracing::info!(%error, "out of touch with the server");
        if !error.may_pass() {
            *pause = self.longest_pause();
        }
        self.doze(pause, error.retry_after().unwrap_or_default())
            .await;
    }

    /// Sleeps as long as was asked for, and a random part of the pause, which
    /// doubles. Who hurries sleeps no longer than a hurried pause, even if it
    /// begins to hurry meanwhile: each page until then may be one too many.
    pub(super) async fn doze(&self, pause: &mut Duration, asked: Duration) {
        let longest = self.longest_pause();
        let sleep = asked + (*pause).min(longest).mul_f64(fastrand::f64());
        *pause = (*pause * 2).min(longest);
        let mut watched = self.hurries.subscribe();
        let hurried = async {
            // Its sender lives as long as this.
            watched.wait_for(|on| *on).await.ok();
            tokio::time::sleep(sleep.min(HURRIED_PAUSE)).await;
        };
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = hurried => {}
        }
    }
}

/// Whether anything is on its way, as far as is known.
fn delivering(seen: &watch::Sender<Seen>) -> bool {
    let deliveries = &seen.borrow().deliveries;
    deliveries.iter().any(|delivery| delivery.state.is_open())
}
