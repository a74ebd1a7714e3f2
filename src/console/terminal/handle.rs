//! What the loop may do with the terminal besides drawing.

use std::{
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustix::process;
use tokio::time::timeout;

use super::{
    guard,
    mailbox::{Mailbox, Stats},
    signals::Away,
    tty::Tty,
};

/// A stop that has not come by then was not possible.
const STOP: Duration = Duration::from_secs(1);

/// How long the terminal may take to hear what it is left with.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Bytes that terminals and multiplexers pass on to the clipboard.
const LONGEST_COPY: usize = 8_000;

/// The terminal, for everything but drawing and reading.
#[derive(Debug, Clone)]
pub struct Handle {
    tty: Arc<Tty>,
    mailbox: Arc<Mailbox>,
    away: Arc<Away>,
    title: bool,
}

impl Handle {
    pub(super) fn new(tty: Arc<Tty>, mailbox: Arc<Mailbox>, away: Arc<Away>, title: bool) -> Self {
        Self {
            tty,
            mailbox,
            away,
            title,
        }
    }

    /// Gives the terminal back as it was, for good; see [`leave`](super::leave).
    /// Whoever was told to end has the time now that the rest takes.
    pub fn leave(&self) {
        guard::leave();
        self.away.left.store(true, Ordering::SeqCst);
    }

    /// What was written so far, and whether the terminal takes anything now.
    pub fn stats(&self) -> Stats {
        self.mailbox.stats()
    }

    /// Sets the window's title with one of the next frames, once a minute at
    /// most. Where the terminal has none, nothing happens.
    pub fn title(&self, title: &str) {
        if self.title {
            self.mailbox.post_title(title.to_owned());
        }
    }

    /// Keeps the kernel's console from going dark, and its monitor awake, as
    /// `setterm --blank 0 --powerdown 0` does. Other terminals know no such
    /// thing, and may print it.
    pub fn stay_lit(&self) {
        self.mailbox.post_aside(b"\x1b[9;0]\x1b[14;0]");
    }

    /// Rings.
    pub fn bell(&self) {
        self.mailbox.post_aside(b"\x07");
    }

    /// Takes the mouse, or gives it back to the terminal's own selection.
    pub fn mouse(&self, on: bool) {
        self.mailbox.post_aside(if on {
            b"\x1b[?1000h\x1b[?1006h"
        } else {
            b"\x1b[?1006l\x1b[?1000l"
        });
    }

    /// Sends text towards the terminal's clipboard (OSC 52); `false` when it is
    /// longer than terminals take.
    pub fn copy(&self, text: &str) -> bool {
        if text.len() > LONGEST_COPY {
            return false;
        }
        let encoded = STANDARD.encode(text);
        self.mailbox
            .post_aside(format!("\x1b]52;c;{encoded}\x07").as_bytes());
        true
    }

    /// Gives the terminal to the shell and stops, until somebody continues us.
    /// The last words stay on the terminal meanwhile.
    ///
    /// Says whether we were stopped: without a shell to go back to, as the
    /// session's leader, we are not (L6). The screen is painted anew.
    ///
    /// # Errors
    ///
    /// The terminal is gone, or could not be taken again.
    pub async fn suspend(&self, last_words: &str) -> io::Result<bool> {
        if process::getsid(None) == Ok(process::getpid()) {
            return Ok(false);
        }
        let continued = self.away.continued.notified();
        self.away.stopping.store(true, Ordering::SeqCst);
        guard::leave();
        if !last_words.is_empty() {
            let line = format!("{last_words}\r\n");
            self.tty.write_within(line.as_bytes(), LAST_WORDS).ok();
        }
        let stopped = process::kill_current_process_group(process::Signal::STOP);
        // The stop reaches this thread a little later; the signal says when it is over.
        timeout(STOP, continued).await.ok();
        self.away.stopping.store(false, Ordering::SeqCst);
        guard::enter_again()?;
        stopped?;
        Ok(true)
    }

    /// Takes the terminal again after [`Signal::Continued`](super::Signal):
    /// somebody had stopped us, and the shell has changed its modes since.
    ///
    /// # Errors
    ///
    /// The terminal is gone.
    pub fn resume(&self) -> io::Result<()> {
        guard::renew()
    }

    /// Runs `other` while the terminal is as we found it: an editor, say.
    ///
    /// Blocks, and nobody reads keys meanwhile; on the runtime, to be called
    /// within `block_in_place`. The screen is painted anew afterwards.
    ///
    /// # Errors
    ///
    /// The terminal could not be taken again.
    pub fn suspended<T>(&self, other: impl FnOnce() -> T) -> io::Result<T> {
        self.away.editing.store(true, Ordering::SeqCst);
        guard::leave();
        let result = other();
        self.tty.drop_input().ok();
        let entered = guard::enter_again();
        self.away.editing.store(false, Ordering::SeqCst);
        entered.map(|()| result)
    }
}
