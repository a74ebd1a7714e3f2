//! What comes from the keyboard, the terminal and the system, in one stream.

use crossterm::event::KeyEvent;

pub use self::{burst::Burst, machine::Machine};

mod burst;
mod escapes;
mod machine;
pub(super) mod thread;

/// Something that happened outside, for the loop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed; releases and repeats of releases never arrive.
    Key(KeyEvent),
    /// What the terminal says was pasted: clean, with `\n` between lines, 64 kB
    /// at most. Never an action.
    Paste(String),
    /// Keys that came at once and make several lines: text where text is typed,
    /// and keys in their order everywhere else.
    Lines(Vec<KeyEvent>),
    /// The size may have changed; the screen knows the new one.
    Resize,
    /// The terminal is gone. Save and end: nobody sees the screen any more.
    Hangup,
    /// The system asks for something.
    Signal(Signal),
}

/// What the system asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// End (SIGTERM).
    Terminate,
    /// End (SIGINT); Ctrl-C arrives as a key instead.
    Interrupt,
    /// End: the session is over (SIGHUP).
    Hangup,
    /// Stop until continued (SIGTSTP); Ctrl-Z arrives as a key instead.
    Suspend,
    /// Somebody else had stopped us, and we go on (SIGCONT).
    Continued,
    /// Read the configuration again (SIGUSR1): SIGHUP ends whoever has a terminal.
    ReadAgain,
}

impl Signal {
    /// The exit status that says so; `None` where the program goes on.
    pub fn exit_code(self) -> Option<i32> {
        match self {
            Self::Terminate => Some(143),
            Self::Interrupt => Some(130),
            Self::Hangup => Some(129),
            Self::Suspend | Self::Continued | Self::ReadAgain => None,
        }
    }
}
