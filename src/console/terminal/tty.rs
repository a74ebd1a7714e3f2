//! The terminal's file, opened once more.
//!
//! Whether a write may block belongs to the open file, and standard input,
//! output and error usually share one with the shell: changing it there breaks
//! the shell. So we open our own, and keep it for input and output.

use std::{
    io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::net::UnixStream,
    },
    time::Duration,
};

use ratatui::layout::Size;
use rustix::{
    event::{PollFd, PollFlags, Timespec},
    fs::{Mode, OFlags},
    io::Errno,
    termios::{self, OptionalActions, QueueSelector, Termios},
};
use tokio::time::Instant;

/// What is drawn where the terminal does not know its size (T10).
const UNKNOWN_SIZE: Size = Size {
    width: 80,
    height: 24,
};
/// Nobody has a screen larger than this; a wrong answer must not cost memory.
const LARGEST: Size = Size {
    width: 1000,
    height: 500,
};
/// How often setting the modes is tried: a signal may interrupt it (L5).
const TRIES: usize = 10;

/// Our own open file of the terminal on standard input.
#[derive(Debug)]
pub(super) struct Tty {
    fd: OwnedFd,
    /// Whether the file is ours alone, and never blocks.
    own: bool,
}

impl Tty {
    /// Opens the terminal of standard input.
    pub(super) fn open() -> io::Result<Self> {
        let stdin = rustix::stdio::stdin();
        if !termios::isatty(stdin) {
            return Err(Errno::NOTTY.into());
        }
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let named = termios::ttyname(stdin, Vec::new())
            .and_then(|name| rustix::fs::open(name.as_c_str(), flags, Mode::empty()));
        // After `sudo` the name may belong to somebody else; this one never does.
        let opened = named.or_else(|error| {
            if is_controlling(stdin) {
                rustix::fs::open(c"/dev/tty", flags, Mode::empty())
            } else {
                Err(error)
            }
        });
        match opened {
            Ok(fd) => Ok(Self { fd, own: true }),
            Err(_) => Ok(Self {
                fd: rustix::io::fcntl_dupfd_cloexec(stdin, 3)?,
                own: false,
            }),
        }
    }

    /// Whether the file is ours alone, and never blocks.
    pub(super) fn is_own(&self) -> bool {
        self.own
    }

    /// The size in cells; 80×24 where the terminal does not know.
    pub(super) fn size(&self) -> Size {
        let Ok(size) = termios::tcgetwinsize(&self.fd) else {
            return UNKNOWN_SIZE;
        };
        if size.ws_col == 0 || size.ws_row == 0 {
            return UNKNOWN_SIZE;
        }
        Size::new(
            size.ws_col.min(LARGEST.width),
            size.ws_row.min(LARGEST.height),
        )
    }

    /// The modes as they are.
    pub(super) fn modes(&self) -> io::Result<Termios> {
        Ok(termios::tcgetattr(&self.fd)?)
    }

    /// Sets the modes at once, whatever output still waits.
    pub(super) fn set_modes(&self, modes: &Termios) -> io::Result<()> {
        let mut last = Errno::INTR;
        for _ in 0..TRIES {
            match termios::tcsetattr(&self.fd, OptionalActions::Now, modes) {
                Ok(()) => return Ok(()),
                Err(error) => last = error,
            }
            if last != Errno::INTR {
                break;
            }
        }
        Err(last.into())
    }

    /// Writes all of it, or gives up after `limit`.
    ///
    /// A terminal that takes nothing loses what it had not taken before, so
    /// that these bytes are the next it sees.
    pub(super) fn write_within(&self, bytes: &[u8], limit: Duration) -> io::Result<()> {
        let until = Instant::now() + limit;
        let rest = self.write_until(bytes, until)?;
        if rest.is_empty() {
            return Ok(());
        }
        termios::tcflush(&self.fd, QueueSelector::OFlush)?;
        let rest = self.write_until(bytes, Instant::now())?;
        if rest.is_empty() {
            Ok(())
        } else {
            Err(io::ErrorKind::TimedOut.into())
        }
    }

    /// Writes until then; what is left.
    fn write_until<'a>(&self, bytes: &'a [u8], until: Instant) -> io::Result<&'a [u8]> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            let mut polled = [PollFd::new(&self.fd, PollFlags::OUT)];
            wait(&mut polled, Some(left))?;
            if polled[0].revents().contains(PollFlags::OUT) {
                match rustix::io::write(&self.fd, rest) {
                    Ok(taken) => rest = &rest[taken..],
                    Err(Errno::AGAIN | Errno::INTR) => {}
                    Err(error) => return Err(error.into()),
                }
            } else if gone(polled[0].revents()) {
                return Err(Errno::IO.into());
            }
            if left.is_zero() {
                break;
            }
        }
        Ok(rest)
    }

    /// Forgets what was typed and not yet read.
    pub(super) fn drop_input(&self) -> io::Result<()> {
        Ok(termios::tcflush(&self.fd, QueueSelector::IFlush)?)
    }
}

impl AsFd for Tty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

fn is_controlling(stdin: BorrowedFd<'_>) -> bool {
    let ours = rustix::process::getsid(None);
    termios::tcgetsid(stdin).is_ok_and(|session| ours == Ok(session))
}

/// Whether the other end has hung up.
pub(super) fn gone(flags: PollFlags) -> bool {
    flags.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
}

/// Waits until one of the files is ready, `None` for ever; a signal ends it early.
pub(super) fn wait(files: &mut [PollFd<'_>], limit: Option<Duration>) -> io::Result<()> {
    let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
    match rustix::event::poll(files, limit.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Wakes a thread that waits for files.
#[derive(Debug)]
pub(super) struct Bell {
    button: UnixStream,
    sound: UnixStream,
}

impl Bell {
    pub(super) fn new() -> io::Result<Self> {
        let (button, sound) = UnixStream::pair()?;
        button.set_nonblocking(true)?;
        sound.set_nonblocking(true)?;
        Ok(Self { button, sound })
    }

    pub(super) fn ring(&self) {
        // A full pipe rings already.
        rustix::io::write(&self.button, &[1]).ok();
    }

    /// Ends the ringing.
    pub(super) fn quiet(&self) {
        let mut rung = [0; 64];
        while rustix::io::read(&self.sound, &mut rung).is_ok_and(|read| read > 0) {}
    }
}

impl AsFd for Bell {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.sound.as_fd()
    }
}
