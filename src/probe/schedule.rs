//! When each probe looks: at once, and then every so often, each on its own.
//!
//! All of it is one task. A reading is a future in it, not a task, so that
//! dropping the schedule ends everything, and a panic is the schedule's own.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::{
    sync::{Notify, Semaphore, mpsc::Sender},
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;

use super::Probe;
use crate::{
    clock::Clock,
    domain::{probe::Reading, text::Name},
};

/// How many readings start at the same time: a hundred probes at once would
/// be a hundred handshakes between two keys.
const AT_ONCE: usize = 16;

/// After this long a reading gives its place to the next: what has not
/// answered by now is only being waited for, and must not delay the others.
const PATIENCE: Duration = Duration::from_millis(250);

/// A target is left alone for this long between two readings, however often
/// somebody asks.
const REST: Duration = Duration::from_secs(1);

/// Reads probes again and again.
#[derive(Debug)]
pub struct Schedule {
    probes: Vec<Probe>,
    clock: Clock,
    nudge: Nudge,
}

/// Asks a schedule to look at everything now.
#[derive(Debug, Clone, Default)]
pub struct Nudge(Arc<Notify>);

impl Nudge {
    /// Every probe looks now, but for those that are looking, or did so in the
    /// last second.
    pub fn look_now(&self) {
        self.0.notify_one();
    }
}

/// Where one probe stands.
struct Turn {
    /// When it looks next; `None` while it looks.
    next: Option<Instant>,
    /// When it began to look last.
    began: Option<Instant>,
    every: Duration,
}

impl Turn {
    fn new(probe: &Probe, now: Instant) -> Self {
        Self {
            next: Some(now),
            began: None,
            every: probe.spec().every.to_std().unwrap_or_default().max(REST),
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        self.next.is_some_and(|next| next <= now)
    }

    fn begin(&mut self, now: Instant) {
        self.next = None;
        self.began = Some(now);
    }

    /// Counted from the beginning, so that a slow target is not looked at less
    /// often; by up to a tenth earlier or later, so that probes (and the
    /// consoles of a whole team) don't fall into step.
    fn end(&mut self, now: Instant) {
        let began = self.began.unwrap_or(now);
        let next = began + self.every.mul_f64(0.9 + 0.2 * fastrand::f64());
        self.next = Some(next.max(now).max(began + REST));
    }

    fn hurry(&mut self, now: Instant) {
        let rested = self.began.map_or(now, |began| began + REST);
        if let Some(next) = &mut self.next {
            *next = (*next).min(now.max(rested));
        }
    }
}

impl Schedule {
    /// A schedule for these probes; nothing happens before [`Schedule::run`].
    pub fn new(probes: Vec<Probe>, clock: Clock) -> Self {
        Self {
            probes,
            clock,
            nudge: Nudge::default(),
        }
    }

    /// For whoever wants an answer now: keep it, [`Schedule::run`] takes the rest.
    pub fn nudge(&self) -> Nudge {
        self.nudge.clone()
    }

    /// Looks at everything at once, then at each in its own time, and sends
    /// what was seen. Ends when cancelled, or when nobody listens any more.
    ///
    /// A full channel holds up only the probe whose reading waits for room.
    pub async fn run(self, tx: Sender<(Name, Reading)>, cancel: CancellationToken) {
        let places = Semaphore::new(AT_ONCE);
        let now = Instant::now();
        let mut turns: Vec<Turn> = self.probes.iter().map(|p| Turn::new(p, now)).collect();
        let mut looking = FuturesUnordered::new();
        loop {
            let now = Instant::now();
            for (index, turn) in turns.iter_mut().enumerate() {
                if turn.is_due(now) {
                    turn.begin(now);
                    looking.push(self.look(index, &places, &tx));
                }
            }
            let soonest = turns.iter().filter_map(|turn| turn.next).min();
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tx.closed() => return,
                () = self.nudge.0.notified() => {
                    for turn in &mut turns {
                        turn.hurry(Instant::now());
                    }
                }
                Some(index) = looking.next() => turns[index].end(Instant::now()),
                () = wait(soonest) => {}
            }
        }
    }

    /// One reading, sent; answers which probe is free again.
    async fn look(&self, index: usize, places: &Semaphore, tx: &Sender<(Name, Reading)>) -> usize {
        let probe = &self.probes[index];
        let reading = self.read(probe, places).await;
        // Where nobody listens, the loop ends by itself.
        tx.send((probe.name().clone(), reading)).await.ok();
        index
    }

    async fn read(&self, probe: &Probe, places: &Semaphore) -> Reading {
        // The semaphore is never closed; without a place it would be read too.
        let place = places.acquire().await.ok();
        let reading = probe.read(&self.clock);
        tokio::pin!(reading);
        tokio::select! {
            reading = &mut reading => return reading,
            () = sleep(PATIENCE) => drop(place),
        }
        reading.await
    }
}

/// Until then; for ever where there is nothing to wait for.
async fn wait(until: Option<Instant>) {
    match until {
        Some(until) => sleep_until(until).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn() -> (Turn, Instant) {
        let began = Instant::now();
        let turn = Turn {
            next: None,
            began: Some(began),
            every: Duration::from_secs(10),
        };
        (turn, began)
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_next_time_is_counted_from_the_beginning_give_or_take_a_tenth() {
        for _ in 0..100 {
            let (mut turn, began) = turn();

            turn.end(began + secs(4));

            let next = turn.next.unwrap();
            assert!(next >= began + secs(9) && next <= began + secs(11));
        }
    }

    #[test]
    fn what_took_longer_than_its_time_looks_again_at_once() {
        let (mut turn, began) = turn();

        turn.end(began + secs(30));

        assert_eq!(turn.next, Some(began + secs(30)));
    }

    #[test]
    fn leaning_on_the_key_leaves_the_target_its_rest() {
        let (mut turn, began) = turn();
        turn.end(began);

        turn.hurry(began + secs(0));
        turn.hurry(began + secs(0));

        assert_eq!(turn.next, Some(began + REST));
    }

    #[test]
    fn a_look_that_is_under_way_is_not_hurried() {
        let (mut turn, began) = turn();

        turn.hurry(began + secs(5));

        assert_eq!(turn.next, None);
    }
}
