//! One place for one frame, between the loop and the writer.
//!
//! The newest frame wins: however long the terminal stalls, one frame waits
//! and the loop never does.

use std::{
    io, mem,
    sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread::{self, ThreadId},
    time::Duration,
};

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tokio::time::Instant;

use super::tty::Bell;

/// What the whole screen shall show.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    pub(super) cells: Buffer,
    /// Hidden where absent.
    pub(super) cursor: Option<Position>,
    /// Whether to trust nothing that was drawn before.
    pub(super) repaint: bool,
}

/// Bytes that draw nothing and wait for the terminal, at the most.
const ASIDE: usize = 16 * 1024;

/// What was written so far, for `:stats` and the tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Frames sent.
    pub frames: u64,
    /// Frames a newer one has replaced before they were sent.
    pub skipped: u64,
    /// Bytes sent.
    pub bytes: u64,
    /// System calls that sent them.
    pub writes: u64,
    /// How often the terminal took nothing for a while.
    pub stalls: u64,
    /// The longest time it took nothing.
    pub longest_stall: Duration,
    /// Whether a frame waits, or is on its way.
    pub waiting: bool,
    /// How long it has been taking nothing now; `None` while it takes.
    pub stalled: Option<Duration>,
}

/// The writer's order book.
#[derive(Debug)]
pub(super) struct Mailbox {
    inner: Mutex<Inner>,
    changed: Condvar,
    bell: Bell,
    writer: OnceLock<ThreadId>,
}

#[derive(Debug, Default)]
struct Inner {
    frame: Option<Frame>,
    /// The cells of a frame that nobody needs any more.
    spare: Option<Buffer>,
    title: Option<String>,
    aside: Vec<u8>,
    repaint: bool,
    paused: bool,
    busy: bool,
    stats: Stats,
    stalled_since: Option<Instant>,
}

/// What the writer has to do next.
#[derive(Debug)]
pub(super) struct Work {
    /// What to show; `None` for what it showed last.
    pub(super) frame: Option<Frame>,
    /// Whether to paint everything anew.
    pub(super) repaint: bool,
    /// The window's title, where it changed.
    pub(super) title: Option<String>,
    /// Bytes that draw nothing: a bell, the clipboard.
    pub(super) aside: Vec<u8>,
}

impl Mailbox {
    /// An empty one, and paused until [`resume`](Self::resume).
    pub(super) fn new() -> io::Result<Self> {
        let inner = Inner {
            paused: true,
            ..Inner::default()
        };
        Ok(Self {
            inner: Mutex::new(inner),
            changed: Condvar::new(),
            bell: Bell::new()?,
            writer: OnceLock::new(),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves a frame, in place of one that still waits.
    pub(super) fn post(&self, mut frame: Frame) {
        let mut inner = self.inner();
        if let Some(older) = inner.frame.take() {
            inner.stats.skipped += 1;
            frame.repaint |= older.repaint;
            inner.spare = Some(older.cells);
        }
        inner.frame = Some(frame);
        drop(inner);
        self.changed.notify_all();
    }

    /// Cells to draw on, of a frame that is over where there is one: a screen
    /// is half a megabyte, and asking the system for it anew costs more than to
    /// draw it.
    pub(super) fn spare(&self, area: Rect) -> Buffer {
        let spare = self.inner().spare.take();
        let fits = spare.filter(|spare| spare.area == area);
        fits.unwrap_or_else(|| Buffer::empty(area))
    }

    /// For the writer: nobody needs these cells any more.
    pub(super) fn give_back(&self, cells: Buffer) {
        self.inner().spare = Some(cells);
    }

    /// Leaves a title; it goes out with a frame.
    pub(super) fn post_title(&self, title: String) {
        self.inner().title = Some(title);
    }

    /// Leaves bytes that draw nothing, to go out at once, before a frame. A
    /// terminal that stalls gets no more than a few of them.
    pub(super) fn post_aside(&self, bytes: &[u8]) {
        let mut inner = self.inner();
        if inner.aside.len() + bytes.len() <= ASIDE {
            inner.aside.extend_from_slice(bytes);
        }
        drop(inner);
        self.changed.notify_all();
    }

    /// Stops the writer, in the middle of a frame if need be; waits so long at
    /// most until it has stopped.
    pub(super) fn pause(&self, limit: Duration) {
        let itself = self.writer.get() == Some(&thread::current().id());
        let mut inner = self.inner();
        inner.paused = true;
        self.bell.ring();
        if !itself {
            let waited = self
                .changed
                .wait_timeout_while(inner, limit, |inner| inner.busy);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Goes on, and paints everything anew.
    pub(super) fn resume(&self) {
        let mut inner = self.inner();
        (inner.paused, inner.repaint) = (false, true);
        drop(inner);
        self.bell.quiet();
        self.changed.notify_all();
    }

    /// Whether the writer has to stop.
    pub(super) fn is_paused(&self) -> bool {
        self.inner().paused
    }

    /// What was written so far.
    pub(super) fn stats(&self) -> Stats {
        let inner = self.inner();
        let stalled = inner.stalled_since.map(|since| since.elapsed());
        Stats {
            waiting: inner.frame.is_some() || inner.busy,
            stalled,
            ..inner.stats
        }
    }

    /// The bell that rings when the writer has to stop.
    pub(super) fn bell(&self) -> &Bell {
        &self.bell
    }

    /// For the writer: waits for something to do.
    pub(super) fn next(&self) -> Work {
        self.writer.get_or_init(|| thread::current().id());
        let mut inner = self.inner();
        inner.busy = false;
        self.changed.notify_all();
        let nothing =
            |inner: &Inner| inner.frame.is_none() && !inner.repaint && inner.aside.is_empty();
        let idle = |inner: &mut Inner| inner.paused || nothing(inner);
        let mut inner = self
            .changed
            .wait_while(inner, idle)
            .unwrap_or_else(PoisonError::into_inner);
        inner.busy = true;
        Work {
            repaint: mem::take(&mut inner.repaint)
                || inner.frame.as_ref().is_some_and(|frame| frame.repaint),
            frame: inner.frame.take(),
            title: inner.title.take(),
            aside: mem::take(&mut inner.aside),
        }
    }

    /// For the writer: it has ended, and nobody need wait for it.
    pub(super) fn give_up(&self) {
        let mut inner = self.inner();
        (inner.paused, inner.busy) = (true, false);
        drop(inner);
        self.changed.notify_all();
    }

    /// For the writer: so many bytes went out.
    pub(super) fn sent(&self, bytes: usize) {
        let mut inner = self.inner();
        inner.stats.writes += 1;
        inner.stats.bytes += bytes as u64;
        if let Some(since) = inner.stalled_since.take() {
            inner.stats.longest_stall = inner.stats.longest_stall.max(since.elapsed());
        }
    }

    /// For the writer: a whole frame went out.
    pub(super) fn frame_sent(&self) {
        self.inner().stats.frames += 1;
    }

    /// For the writer: the terminal takes nothing.
    pub(super) fn stalled(&self) {
        let mut inner = self.inner();
        if inner.stalled_since.is_none() {
            inner.stats.stalls += 1;
            inner.stalled_since = Some(Instant::now());
        }
    }
}
