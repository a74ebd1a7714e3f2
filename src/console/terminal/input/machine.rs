//! All rules about keys, with the time as an argument.

use std::time::Duration;

use crossterm::event::{Event, KeyEvent, KeyEventKind};
use tokio::time::Instant;

use super::{Burst, Input, burst::clean, escapes::Escapes};

/// Events of the input library in, [`Input`] out.
#[derive(Debug)]
pub struct Machine {
    escapes: Escapes,
    burst: Burst,
}

impl Machine {
    /// `esc_wait` is how long an Esc waits for the rest of a split key.
    pub fn new(esc_wait: Duration) -> Self {
        Self {
            escapes: Escapes::new(esc_wait),
            burst: Burst::default(),
        }
    }

    /// When [`tick`](Self::tick) has something to say; `None` while nothing waits.
    pub fn deadline(&self) -> Option<Instant> {
        let (one, other) = (self.escapes.deadline(), self.burst.deadline());
        one.into_iter().chain(other).min()
    }

    /// What has waited long enough.
    pub fn tick(&mut self, now: Instant) -> Vec<Input> {
        let keys = self.escapes.tick(now);
        if keys.is_empty() {
            self.burst.tick(now)
        } else {
            self.burst.feed(keys, now)
        }
    }

    /// What was read at once.
    ///
    /// Focus and mouse events are dropped, and so are releases of keys. Sizes
    /// come from the signal, not from here.
    pub fn feed(&mut self, events: Vec<Event>, now: Instant) -> Vec<Input> {
        let mut out = Vec::new();
        let mut keys: Vec<KeyEvent> = Vec::new();
        for event in events {
            match event {
                Event::Key(key) if key.kind != KeyEventKind::Release => {
                    keys.extend(self.escapes.feed(key, now));
                }
                Event::Paste(text) => {
                    out.extend(self.burst.feed(std::mem::take(&mut keys), now));
                    out.extend(self.burst.flush());
                    out.push(Input::Paste(clean(&text)));
                }
                Event::Key(_)
                | Event::FocusGained
                | Event::FocusLost
                | Event::Mouse(_)
                | Event::Resize(..) => {}
            }
        }
        if !keys.is_empty() {
            out.extend(self.burst.feed(keys, now));
        }
        out
    }
}

#[cfg(test)]
mod tests;
