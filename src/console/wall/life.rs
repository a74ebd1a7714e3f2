//! That the wall lives, told to whoever would start it again (W4).

use std::{fmt, time::Duration};

use tokio::time::Instant;

use crate::console::terminal::Stats;

/// Who watches over the wall.
pub struct Watcher {
    /// How long it waits for a sign of life; `None` if it waits for none.
    pub every: Option<Duration>,
    /// Tells it something.
    pub say: Box<dyn Fn(&str) + Send + Sync>,
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher")
            .field("every", &self.every)
            .finish_non_exhaustive()
    }
}

/// The signs of life. A frame that was only drawn is none: the panel has to
/// have got it, and it has to show how things stand.
#[derive(Debug)]
pub(super) struct Life {
    every: Option<Duration>,
    frames: u64,
    told_at: Option<Instant>,
}

impl Life {
    pub(super) const fn new(every: Option<Duration>) -> Self {
        Self {
            every,
            frames: 0,
            told_at: None,
        }
    }

    /// What is to be told now, if anything. `known` is whether the wall knows
    /// how things stand, be it that it sees nothing.
    pub(super) fn sign(&mut self, stats: Stats, known: bool, now: Instant) -> Option<&'static str> {
        let is_seen = stats.frames > self.frames || !stats.waiting;
        if stats.frames == 0 || !is_seen || !known {
            return None;
        }
        self.frames = stats.frames;
        let word = match self.told_at {
            None => "READY=1",
            Some(at) if self.every.is_some_and(|every| now - at >= every / 3) => "WATCHDOG=1",
            Some(_) => return None,
        };
        self.told_at = Some(now);
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(30);

    fn stats(frames: u64, waiting: bool) -> Stats {
        Stats {
            frames,
            waiting,
            ..Stats::default()
        }
    }

    #[test]
    fn it_is_ready_with_the_first_frame_that_was_written_and_true() {
        let mut life = Life::new(Some(EVERY));
        let now = Instant::now();

        assert_eq!(life.sign(stats(0, true), true, now), None);
        assert_eq!(life.sign(stats(1, false), false, now), None);
        assert_eq!(life.sign(stats(1, false), true, now), Some("READY=1"));
    }

    #[test]
    fn a_frame_that_is_stuck_is_no_sign_of_life() {
        let mut life = Life::new(Some(EVERY));
        let start = Instant::now();
        life.sign(stats(1, false), true, start);

        let later = start + EVERY;
        assert_eq!(life.sign(stats(1, true), true, later), None);
        assert_eq!(life.sign(stats(2, true), true, later), Some("WATCHDOG=1"));
        let later = later + EVERY;
        assert_eq!(life.sign(stats(2, true), true, later), None);
    }

    #[test]
    fn a_picture_that_does_not_change_is_one() {
        let mut life = Life::new(Some(EVERY));
        let start = Instant::now();
        life.sign(stats(1, false), true, start);

        let later = start + EVERY;
        assert_eq!(life.sign(stats(1, false), true, later), Some("WATCHDOG=1"));
        assert_eq!(life.sign(stats(1, false), true, later), None, "not twice");
    }

    #[test]
    fn nobody_is_told_who_waits_for_nothing() {
        let mut life = Life::new(None);
        let start = Instant::now();
        life.sign(stats(1, false), true, start);

        assert_eq!(life.sign(stats(9, false), true, start + EVERY), None);
    }
}
