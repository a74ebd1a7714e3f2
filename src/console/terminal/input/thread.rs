//! The one thread that reads from the terminal.
//!
//! The input library has its weak spots: it spins when the terminal hangs up,
//! and a half sequence makes it block. So it is called only when there is
//! something to read, on a file that never blocks.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread::{self, ThreadId},
    time::Duration,
};

use crossterm::event::{self, Event};
use rustix::event::{PollFd, PollFlags};
use tokio::{sync::mpsc, time::Instant};

use super::{Input, Machine};
use crate::console::terminal::tty::{Bell, Tty, gone, wait};

/// For what has been read already: the library wants some time to look.
const AT_HAND: Duration = Duration::from_micros(50);
/// For what has just arrived, and for what was overlooked.
const ARRIVING: Duration = Duration::from_millis(2);
/// Events taken at once; a flood of keys must not keep them from the loop.
const BATCH: usize = 1024;

/// Keeps the reader from the terminal while somebody else reads it.
#[derive(Debug)]
pub(in crate::console::terminal) struct Gate {
    inner: Mutex<Inner>,
    changed: Condvar,
    bell: Bell,
    reader: OnceLock<ThreadId>,
}

#[derive(Debug, Default)]
struct Inner {
    shut: bool,
    outside: bool,
}

impl Gate {
    /// A shut one.
    pub(in crate::console::terminal) fn new() -> io::Result<Self> {
        Ok(Self {
            // There is no reader yet, so it is outside.
            inner: Mutex::new(Inner {
                shut: true,
                outside: true,
            }),
            changed: Condvar::new(),
            bell: Bell::new()?,
            reader: OnceLock::new(),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the reader out; waits so long at most until it has stopped.
    pub(in crate::console::terminal) fn shut(&self, limit: Duration) {
        let itself = self.reader.get() == Some(&thread::current().id());
        let mut inner = self.inner();
        inner.shut = true;
        self.bell.ring();
        if !itself {
            let waited = self
                .changed
                .wait_timeout_while(inner, limit, |inner| !inner.outside);
            drop(waited.unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Lets the reader in again.
    pub(in crate::console::terminal) fn open(&self) {
        self.inner().shut = false;
        self.bell.quiet();
        self.changed.notify_all();
    }

    /// For the reader: waits outside while the gate is shut.
    fn pass(&self) {
        let mut inner = self.inner();
        if inner.shut {
            inner.outside = true;
            self.changed.notify_all();
            inner = self
                .changed
                .wait_while(inner, |inner| inner.shut)
                .unwrap_or_else(PoisonError::into_inner);
        }
        inner.outside = false;
    }

    /// For the reader: it has ended, and nobody need wait for it.
    fn leave(&self) {
        self.inner().outside = true;
        self.changed.notify_all();
    }
}

/// What ended the reading.
enum End {
    /// The terminal is gone.
    Hangup,
    /// Nobody listens any more.
    Unheard,
}

pub(in crate::console::terminal) struct Reader {
    tty: Arc<Tty>,
    gate: Arc<Gate>,
    machine: Machine,
    inputs: mpsc::Sender<Input>,
}

impl Reader {
    pub(in crate::console::terminal) fn new(
        tty: Arc<Tty>,
        gate: Arc<Gate>,
        machine: Machine,
        inputs: mpsc::Sender<Input>,
    ) -> Self {
        Self {
            tty,
            gate,
            machine,
            inputs,
        }
    }

    /// Reads until the terminal is gone; `after` then runs on the thread.
    pub(in crate::console::terminal) fn start(
        mut self,
        after: impl FnOnce() + Send + 'static,
    ) -> io::Result<()> {
        thread::Builder::new().name("keys".into()).spawn(move || {
            self.gate.reader.get_or_init(|| thread::current().id());
            let end = loop {
                self.gate.pass();
                if let Err(end) = self.turn() {
                    break end;
                }
            };
            self.gate.leave();
            match end {
                End::Unheard => {}
                End::Hangup => {
                    self.inputs.blocking_send(Input::Hangup).ok();
                    after();
                }
            }
        })?;
        Ok(())
    }

    fn turn(&mut self) -> Result<(), End> {
        let limit = self
            .machine
            .deadline()
            .map(|at| at.saturating_duration_since(Instant::now()));
        let mut files = [
            PollFd::new(&self.tty, PollFlags::IN),
            PollFd::new(&self.gate.bell, PollFlags::IN),
        ];
        wait(&mut files, limit).map_err(|_| End::Hangup)?;
        let (keys, bell) = (files[0].revents(), files[1].revents());
        if gone(keys) {
            return Err(End::Hangup);
        }
        if bell.contains(PollFlags::IN) {
            return Ok(());
        }
        if keys.contains(PollFlags::IN) {
            return self.read();
        }
        let out = self.machine.tick(Instant::now());
        self.tell(out)
    }

    /// Reads what there is, one batch for one read of the file.
    fn read(&mut self) -> Result<(), End> {
        let mut batch = next_event(ARRIVING)?;
        while !batch.is_empty() {
            while batch.len() < BATCH {
                match next_event(AT_HAND)?.pop() {
                    Some(event) => batch.push(event),
                    None => break,
                }
            }
            let out = self.machine.feed(batch, Instant::now());
            self.tell(out)?;
            // The library looks at its clock before its queue: on a busy
            // machine the short look above may have seen nothing.
            batch = next_event(ARRIVING)?;
        }
        Ok(())
    }

    fn tell(&self, inputs: Vec<Input>) -> Result<(), End> {
        for input in inputs {
            self.inputs.blocking_send(input).map_err(|_| End::Unheard)?;
        }
        Ok(())
    }
}

/// The next event within `limit`; empty where there is none.
fn next_event(limit: Duration) -> Result<Vec<Event>, End> {
    match event::poll(limit) {
        Ok(true) => Ok(vec![event::read().map_err(|_| End::Hangup)?]),
        Ok(false) => Ok(Vec::new()),
        Err(_) => Err(End::Hangup),
    }
}
