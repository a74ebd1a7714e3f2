//! Takes the terminal, and gives it back as it was, whatever happens.
//!
//! There is one terminal, so there is one guard, and it is static: a panic
//! hook and a signal must reach it without a reference. Everything here is
//! bounded in time, for the terminal may be stalled or gone.

use std::{
    io::{self, Write as _},
    os::fd::OwnedFd,
    path::PathBuf,
    process,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
    thread,
    time::Duration,
};

use rustix::termios::{InputModes, LocalModes, OutputModes, Termios};

use super::{input::thread::Gate, mailbox::Mailbox, tty::Tty};

/// Everything off that may be on: synchronized output, mouse, focus, paste,
/// attributes; autowrap and the cursor on; back to the first screen (L1).
const OFF: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l";
/// Keeps the cursor's place, which leaving the other screen would move.
const KEEP_PLACE: &[u8] = b"\x1b7";
/// The other screen, marked pastes, no autowrap, no cursor.
const ON: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?7l\x1b[?25l\x1b[m";
const KEEP_TITLE: &[u8] = b"\x1b[22;0t";
const TITLE_BACK: &[u8] = b"\x1b[23;0t";
/// Only for [`reset`]: other programs may have pushed keyboard modes.
const KEYBOARD_BACK: &[u8] = b"\x1b[<u\x1b[=0u";

/// How long a thread may take to let go of the terminal.
const LET_GO: Duration = Duration::from_millis(20);
/// How long the terminal may take to hear that we go.
const FAREWELL: Duration = Duration::from_millis(60);
/// How long the terminal may take to hear that we come.
const GREETING: Duration = Duration::from_secs(2);
/// How long another thread may be busy with the guard.
const BUSY: Duration = Duration::from_millis(200);

static HELD: Mutex<Option<Held>> = Mutex::new(None);

/// A terminal that is ours, or was a moment ago.
pub(super) struct Held {
    tty: Arc<Tty>,
    mailbox: Arc<Mailbox>,
    gate: Arc<Gate>,
    saved: Termios,
    stdin: OwnedFd,
    stderr: Option<Redirected>,
    title: bool,
    inside: bool,
}

/// Standard error, while it would write over the screen (L9).
struct Redirected {
    original: OwnedFd,
    elsewhere: OwnedFd,
}

impl Held {
    /// Remembers how things are. `log` takes what is written to standard error
    /// meanwhile; nothing does where absent.
    pub(super) fn new(
        tty: Arc<Tty>,
        mailbox: Arc<Mailbox>,
        gate: Arc<Gate>,
        title: bool,
        log: Option<OwnedFd>,
    ) -> io::Result<Self> {
        Ok(Self {
            saved: tty.modes()?,
            stdin: rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?,
            stderr: Redirected::new(log)?,
            tty,
            mailbox,
            gate,
            title,
            inside: false,
        })
    }

    fn enter(&mut self) -> io::Result<()> {
        if self.inside {
            return Ok(());
        }
        let mut raw = self.saved.clone();
        raw.make_raw();
        self.tty.set_modes(&raw)?;
        // From here on leaving has something to do, also when the rest fails.
        self.inside = true;
        let mut greeting = [KEEP_PLACE, OFF].concat();
        greeting.extend_from_slice(if self.title { KEEP_TITLE } else { b"" });
        greeting.extend_from_slice(ON);
        self.tty.write_within(&greeting, GREETING)?;
        if self.tty.is_own() {
            rustix::stdio::dup2_stdin(&self.tty)?;
        }
        if let Some(stderr) = &self.stderr {
            rustix::stdio::dup2_stderr(&stderr.elsewhere)?;
        }
        self.gate.open();
        self.mailbox.resume();
        Ok(())
    }

    /// Says whether there was anything to leave. Errors have no remedy here:
    /// what can be restored is.
    fn leave(&mut self) -> bool {
        if !std::mem::take(&mut self.inside) {
            return false;
        }
        self.mailbox.pause(LET_GO);
        self.gate.shut(LET_GO);
        let mut farewell = OFF.to_vec();
        farewell.extend_from_slice(if self.title { TITLE_BACK } else { b"" });
        self.tty.write_within(&farewell, FAREWELL).ok();
        self.tty.set_modes(&self.saved).ok();
        rustix::stdio::dup2_stdin(&self.stdin).ok();
        if let Some(stderr) = &self.stderr {
            rustix::stdio::dup2_stderr(&stderr.original).ok();
        }
        true
    }
}

impl Redirected {
    /// `None` where standard error goes somewhere else already.
    fn new(log: Option<OwnedFd>) -> io::Result<Option<Self>> {
        let stderr = rustix::stdio::stderr();
        if !rustix::termios::isatty(stderr) {
            return Ok(None);
        }
        let original = rustix::io::fcntl_dupfd_cloexec(stderr, 3)?;
        let elsewhere = match log {
            Some(log) => log,
            None => std::fs::File::options()
                .write(true)
                .open("/dev/null")?
                .into(),
        };
        Ok(Some(Self {
            original,
            elsewhere,
        }))
    }
}

fn held() -> MutexGuard<'static, Option<Held>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The same, but gives up rather than wait for ever: in a panic, the thread
/// that holds it may be this one.
fn held_soon() -> Option<MutexGuard<'static, Option<Held>>> {
    let step = Duration::from_millis(1);
    for _ in 0..BUSY.as_millis() {
        match HELD.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => thread::sleep(step),
        }
    }
    None
}

/// Takes the terminal for the first time.
pub(super) fn take(new: Held) -> io::Result<()> {
    let mut held = held();
    let entered = held.insert(new).enter();
    drop(held);
    if entered.is_err() {
        leave();
    }
    entered
}

/// Takes the terminal again after [`leave`]; nothing happens where it is ours.
pub(super) fn enter_again() -> io::Result<()> {
    held().as_mut().map_or(Ok(()), Held::enter)
}

/// Takes the terminal again though we never left: it may have been changed
/// while we were stopped.
pub(super) fn renew() -> io::Result<()> {
    let mut held = held();
    let Some(held) = held.as_mut() else {
        return Ok(());
    };
    held.mailbox.pause(LET_GO);
    held.inside = false;
    held.enter()
}

/// Gives the terminal back as it was. Whether it was ours.
///
/// Stops the drawing first. May be called from anywhere, any number of times;
/// takes a tenth of a second at most, also when the terminal is stalled or
/// gone.
pub fn leave() -> bool {
    held_soon().is_some_and(|mut held| held.as_mut().is_some_and(Held::leave))
}

/// Ends the program with this status, and gives the terminal back first.
pub fn exit_now(code: i32) -> ! {
    leave();
    process::exit(code)
}

/// Makes a panic in any thread give the terminal back, say what happened, and
/// end the program with status 101.
///
/// To be called after `color_eyre::install()`, whose message it keeps. Where
/// the screen isn't taken, a panic is what it was before. `log` is named after
/// the message.
pub fn install_panic_hook(log: Option<PathBuf>) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let was_ours = leave();
        before(panic);
        if let Some(log) = &log {
            writeln!(io::stderr(), "The log is at {}.", log.display()).ok();
        }
        if was_ours {
            process::exit(101);
        }
    }));
}

/// Brings a terminal back that a killed program has left broken.
///
/// # Errors
///
/// Standard input is no terminal, or it does not take the modes.
pub fn reset() -> io::Result<()> {
    let tty = Tty::open()?;
    let mut modes = tty.modes()?;
    modes.input_modes |= InputModes::BRKINT | InputModes::ICRNL | InputModes::IXON;
    modes.output_modes |= OutputModes::OPOST | OutputModes::ONLCR;
    modes.local_modes |= LocalModes::ICANON
        | LocalModes::ISIG
        | LocalModes::IEXTEN
        | LocalModes::ECHO
        | LocalModes::ECHOE
        | LocalModes::ECHOK;
    tty.write_within(&[KEEP_PLACE, OFF, KEYBOARD_BACK].concat(), GREETING)?;
    tty.set_modes(&modes)
}
