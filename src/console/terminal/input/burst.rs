//! Tells a paste from typing where the terminal does not say.
//!
//! Keys are keys, however many come at once: a macro, a script and a line that
//! delivers late send them so. Only several lines within 15 ms were not typed,
//! and an Enter between them may not be meant as one. One letter alone passes
//! at once, and so does a key that repeats; different ones wait for the rest.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent};
use tokio::time::Instant;

use super::Input;
use crate::{domain::text::Text, ui::edit::typed_by};

/// Keys within this time of each other came at once.
const WINDOW: Duration = Duration::from_millis(15);
/// So many letters at once were not typed by hand.
const LETTERS: usize = 5;
/// More than anybody pastes on purpose; 64 kB.
const MOST_BYTES: usize = 64 * 1024;

/// Text keys that may turn out to be a paste.
#[derive(Debug, Default)]
pub struct Burst {
    run: Vec<KeyEvent>,
    last: Option<Instant>,
}

impl Burst {
    /// When the run that waits must be decided; `None` while none does.
    pub fn deadline(&self) -> Option<Instant> {
        self.last.map(|last| last + WINDOW)
    }

    /// Decides the run if it has waited long enough.
    pub fn tick(&mut self, now: Instant) -> Vec<Input> {
        if self.deadline().is_some_and(|deadline| now >= deadline) {
            self.flush()
        } else {
            Vec::new()
        }
    }

    /// Keys that were read at once.
    pub fn feed(&mut self, keys: Vec<KeyEvent>, now: Instant) -> Vec<Input> {
        let mut out = self.tick(now);
        for key in keys {
            if typed_by(&key).is_some() {
                self.run.push(key);
                continue;
            }
            out.extend(self.flush());
            out.push(Input::Key(key));
        }
        let all_the_same = self.run.windows(2).all(|pair| pair[0] == pair[1]);
        if all_the_same {
            out.extend(self.flush());
        } else {
            self.last = Some(now);
        }
        out
    }

    /// Decides the run now: something else comes after it.
    pub fn flush(&mut self) -> Vec<Input> {
        self.last = None;
        let run = std::mem::take(&mut self.run);
        if are_lines(&run) {
            vec![Input::Lines(run)]
        } else {
            run.into_iter().map(Input::Key).collect()
        }
    }
}

/// Whether an Enter stands between letters, and more of these than a hand types.
fn are_lines(run: &[KeyEvent]) -> bool {
    let is_letter = |key: &KeyEvent| matches!(key.code, KeyCode::Char(_));
    let is_enter = |key: &KeyEvent| key.code == KeyCode::Enter;
    let first_enter = run.iter().position(is_enter);
    let goes_on = first_enter.is_some_and(|at| run[at..].iter().any(is_letter));
    goes_on && run.iter().filter(|key| is_letter(key)).count() >= LETTERS
}

/// Pasted text as it may be kept: one kind of line end, nothing that acts on a
/// terminal, no blanks around it, 64 kB.
pub(super) fn clean(raw: &str) -> String {
    let end = (0..=MOST_BYTES.min(raw.len()))
        .rev()
        .find(|end| raw.is_char_boundary(*end));
    let cut = &raw[..end.unwrap_or(0)];
    let lines = cut.replace("\r\n", "\n").replace('\r', "\n");
    Text::<MOST_BYTES, true>::lossy(&lines).as_str().to_owned()
}
