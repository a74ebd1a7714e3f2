//! The one thread that writes to the terminal.
//!
//! It knows what the terminal really shows, because it has sent it. A write
//! that stalls holds up nothing but this thread.

use std::{io, sync::Arc, thread, time::Duration};

use ratatui::buffer::Buffer;
use rustix::{
    event::{PollFd, PollFlags},
    io::Errno,
};
use tokio::{sync::mpsc, time::Instant};

use super::{
    Encoder, Input,
    mailbox::{Frame, Mailbox, Work},
    tty::{Tty, gone, wait},
};
use crate::domain::text::one_line;

/// The largest single write (O1).
const LARGEST_WRITE: usize = 32 * 1024;
/// The title changes no more often than this (O14).
const TITLE_EVERY: Duration = Duration::from_mins(1);
/// Longer titles are cut: window lists show no more.
const TITLE_CHARACTERS: usize = 100;

/// How the sending of some bytes ended.
enum Sent {
    All,
    Stopped,
}

pub(super) struct Writer {
    tty: Arc<Tty>,
    mailbox: Arc<Mailbox>,
    encoder: Encoder,
    /// What the terminal shows; not to be trusted where `repaint` is due.
    shown: Option<Frame>,
    titled: Option<(Instant, String)>,
    title: Option<String>,
    fenced: bool,
    out: Vec<u8>,
}

impl Writer {
    /// `fenced` puts synchronized output around every frame.
    pub(super) fn new(
        tty: Arc<Tty>,
        mailbox: Arc<Mailbox>,
        encoder: Encoder,
        fenced: bool,
    ) -> Self {
        Self {
            tty,
            mailbox,
            encoder,
            shown: None,
            titled: None,
            title: None,
            fenced,
            out: Vec::new(),
        }
    }

    /// Writes until the terminal is gone; the loop then hears of it.
    pub(super) fn start(mut self, inputs: mpsc::Sender<Input>) -> io::Result<()> {
        let thread = thread::Builder::new().name("screen".into());
        thread.spawn(move || {
            while self.turn().is_ok() {}
            // Nobody draws any more, and nobody waits for us to stop.
            self.mailbox.give_up();
            inputs.blocking_send(Input::Hangup).ok();
        })?;
        Ok(())
    }

    fn turn(&mut self) -> io::Result<()> {
        let work = self.mailbox.next();
        self.encode(work);
        if self.out.is_empty() {
            return Ok(());
        }
        match self.send()? {
            Sent::All => self.mailbox.frame_sent(),
            Sent::Stopped => self.encoder.forget(),
        }
        Ok(())
    }

    fn encode(&mut self, work: Work) {
        self.out.clear();
        // Kept until there is a frame to go with, and its minute has passed.
        self.title = work.title.or_else(|| self.title.take());
        if work.repaint {
            self.encoder.forget();
        }
        let before = self.shown.take();
        let Some(frame) = work.frame.or_else(|| before.clone()) else {
            self.out.extend_from_slice(&work.aside);
            return;
        };
        let start = if self.fenced {
            b"\x1b[?2026h".as_slice()
        } else {
            b""
        };
        self.out.extend_from_slice(start);
        let old: Option<&Buffer> = before.as_ref().map(|before| &before.cells);
        self.encoder
            .encode(old, &frame.cells, frame.cursor, &mut self.out);
        if self.out.len() == start.len() {
            self.out.clear();
        } else if self.fenced {
            self.out.extend_from_slice(b"\x1b[?2026l");
        }
        self.shown = Some(frame);
        if let Some(before) = before {
            self.mailbox.give_back(before.cells);
        }
        self.encode_title();
        self.out.extend_from_slice(&work.aside);
    }

    fn encode_title(&mut self) {
        let now = Instant::now();
        let soon = self
            .titled
            .as_ref()
            .is_some_and(|(at, _)| now < *at + TITLE_EVERY);
        let Some(title) = self.title.take_if(|_| !soon) else {
            return;
        };
        if self
            .titled
            .as_ref()
            .is_none_or(|(_, shown)| *shown != title)
        {
            let clean: String = one_line(&title).chars().take(TITLE_CHARACTERS).collect();
            self.out
                .extend_from_slice(format!("\x1b]2;{clean}\x1b\\").as_bytes());
            self.titled = Some((now, title));
        }
    }

    fn send(&mut self) -> io::Result<Sent> {
        let mut rest = self.out.as_slice();
        while !rest.is_empty() {
            let most = rest.len().min(LARGEST_WRITE);
            match rustix::io::write(&self.tty, &rest[..most]) {
                Ok(taken @ 1..) => {
                    self.mailbox.sent(taken);
                    rest = &rest[taken..];
                }
                Err(Errno::INTR) => {}
                Ok(0) | Err(Errno::AGAIN) => {
                    self.mailbox.stalled();
                    self.wait_until_it_takes()?;
                }
                Err(error) => return Err(error.into()),
            }
            if self.mailbox.is_paused() {
                return Ok(Sent::Stopped);
            }
        }
        Ok(Sent::All)
    }

    /// Returns when a write would not block, or when the bell rings.
    fn wait_until_it_takes(&self) -> io::Result<()> {
        let mut files = [
            PollFd::new(&self.tty, PollFlags::OUT),
            PollFd::new(self.mailbox.bell(), PollFlags::IN),
        ];
        wait(&mut files, None)?;
        let flags = files[0].revents();
        if gone(flags) && !flags.contains(PollFlags::OUT) {
            Err(Errno::IO.into())
        } else {
            Ok(())
        }
    }
}
