//! The terminal: taken, drawn on, read from, and given back as it was.
//!
//! Two threads of their own touch it, so that neither a stalled line nor half
//! a key can hold up the loop: one writes the newest screen, one reads keys.
//! The terminal is asked nothing, ever.
//!
//! ```text
//! loop ──draw──▶ Screen ──newest frame──▶ writer ──▶ terminal
//! loop ◀─Input── keys, hang-up ◀────────── reader ◀── terminal
//!      ◀─Input── signals
//! ```

use std::{io, os::fd::OwnedFd, sync::Arc, thread, time::Duration};

use tokio::sync::mpsc;

pub use self::{
    encoder::Encoder,
    guard::{exit_now, install_panic_hook, leave, reset},
    handle::Handle,
    input::{Input, Signal},
    mailbox::Stats,
    screen::Screen,
};
use self::{
    guard::Held,
    input::{
        Machine,
        thread::{Gate, Reader},
    },
    mailbox::Mailbox,
    signals::Away,
    tty::Tty,
    writer::Writer,
};
use crate::ui::capability::Capability;

mod encoder;
mod guard;
mod handle;
pub mod input;
mod mailbox;
mod screen;
mod signals;
mod tty;
mod writer;

/// How many inputs may wait for the loop. It drains them all before it draws,
/// so this is a burst of keys; a longer one waits in the terminal.
const INBOX: usize = 256;

/// Why the terminal could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It is no terminal, or it is gone.
    #[error("the terminal can't be used for a screen; --plain prints sentences instead")]
    Terminal(#[source] io::Error),
    /// A thread or a signal handler could not be had.
    #[error("the system gives no thread or signal handler for the screen; end some programs first")]
    System(#[source] io::Error),
}

/// Takes the terminal on standard input.
///
/// To be called once, inside a tokio runtime. `log` takes what is written to
/// standard error meanwhile, which would garble the screen; without it, that
/// is lost. The terminal is given back by [`leave`], which the caller calls
/// before it says anything on its way out; the panic hook does so too.
///
/// # Errors
///
/// Standard input is no terminal, or the system is out of threads. The
/// terminal is as it was.
pub fn open(
    capability: &Capability,
    log: Option<OwnedFd>,
) -> Result<(Screen, mpsc::Receiver<Input>, Handle), OpenError> {
    let tty = Arc::new(Tty::open().map_err(OpenError::Terminal)?);
    let mailbox = Arc::new(Mailbox::new().map_err(OpenError::System)?);
    let gate = Arc::new(Gate::new().map_err(OpenError::System)?);
    let away = Arc::new(Away::default());
    let (inputs, receiver) = mpsc::channel(INBOX);
    // Signals first: from the moment the terminal is ours, none may kill us.
    signals::listen(&inputs, &away).map_err(OpenError::System)?;
    let held = Held::new(
        Arc::clone(&tty),
        Arc::clone(&mailbox),
        Arc::clone(&gate),
        capability.title,
        log,
    );
    held.and_then(guard::take).map_err(OpenError::Terminal)?;
    start_threads(capability, &tty, &mailbox, &gate, &away, inputs).map_err(|error| {
        leave();
        OpenError::System(error)
    })?;
    let handle = Handle::new(
        Arc::clone(&tty),
        Arc::clone(&mailbox),
        away,
        capability.title,
    );
    Ok((Screen::new(tty, mailbox), receiver, handle))
}

fn start_threads(
    capability: &Capability,
    tty: &Arc<Tty>,
    mailbox: &Arc<Mailbox>,
    gate: &Arc<Gate>,
    away: &Arc<Away>,
    inputs: mpsc::Sender<Input>,
) -> io::Result<()> {
    let encoder = Encoder::new(capability.depth, capability.glyphs);
    let writer = Writer::new(
        Arc::clone(tty),
        Arc::clone(mailbox),
        encoder,
        capability.sync_output,
    );
    writer.start(inputs.clone())?;
    let machine = Machine::new(Duration::from_millis(capability.esc_wait_ms));
    let reader = Reader::new(Arc::clone(tty), Arc::clone(gate), machine, inputs);
    let away = Arc::clone(away);
    reader.start(move || {
        thread::sleep(signals::LOOP);
        thread::sleep(away.rest());
        exit_now(129);
    })
}
