//! How a command ends: its exit code, and the sentence that says why.

use std::{fmt, io, process::ExitCode};

use crate::{
    config::ConfigError,
    domain::{
        incident::Refusal,
        text::{TooLong, one_line},
        when::TimeError,
    },
    store::StoreError,
};

/// How a command ends, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Ok,
    /// It was refused, or went wrong.
    Refused,
    /// The command line can't be understood.
    Usage,
    /// It ran, and what it looked at is not well.
    Found,
    /// What was named is not there.
    NotFound,
    /// It reaches people, or ends something for them, and nobody confirmed it.
    Unconfirmed,
    /// Some channels took the message, and some did not.
    Partly,
    /// What was waited for did not happen in time.
    TimedOut,
    /// It was interrupted.
    Interrupted,
    /// Some other program's code, for `probe run --curl-exit`.
    Of(u8),
}

impl Exit {
    /// The code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Found => 3,
            Self::NotFound => 4,
            Self::Unconfirmed => 5,
            Self::Partly => 6,
            Self::TimedOut => 124,
            Self::Interrupted => 130,
            Self::Of(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Every code and its meaning, for `--help` and the manual.
pub const CODES: &str = "\
Exit codes:
  0    done
  1    refused, or it went wrong: one sentence on stderr says why
  2    the command line can't be understood
  3    it ran, and found something: a probe failed, the log is damaged, a file is wrong,
       the server does not take what was recorded here;
       `config check`, `policy check`, `theme check` and `doctor` end with 0 where they
       have warnings only, and with 3 also then after --strict
  4    what was named is not there: an incident, an entry, a delivery, a file
  5    it concerns everybody, and nobody confirmed it: add --yes
  6    some channels took the message, and some did not (with --wait)
  124  what was waited for did not happen in time (with --wait)
  130  interrupted";

/// Why a command did not do what was asked: a sentence, and its exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// The sentence, with the way out.
    pub sentence: String,
}

impl Failure {
    /// A failure with its own code.
    pub fn new(exit: Exit, sentence: impl Into<String>) -> Self {
        Self {
            exit,
            sentence: sentence.into(),
        }
    }

    /// What was asked is refused.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self::new(Exit::Refused, sentence)
    }

    /// What was asked can't be understood.
    pub fn usage(sentence: impl Into<String>) -> Self {
        Self::new(Exit::Usage, sentence)
    }

    /// What was named is not there.
    pub fn not_found(sentence: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, sentence)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let way_out = if refusal.needs_reason {
            ": add --reason"
        } else {
            ""
        };
        Self::refused(format!("{}{way_out}", refusal.sentence))
    }
}

impl From<TooLong> for Failure {
    fn from(error: TooLong) -> Self {
        Self::refused(error.to_string())
    }
}

impl From<TimeError> for Failure {
    fn from(error: TimeError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<crate::domain::span::SpanError> for Failure {
    fn from(error: crate::domain::span::SpanError) -> Self {
        Self::usage(error.to_string())
    }
}

/// The exit code that follows from an error of any floor; `None` when nobody
/// needs to hear of it, because the reader of our output has left.
pub fn exit_of(error: &color_eyre::Report) -> Option<Exit> {
    let left = error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    });
    if left {
        return None;
    }
    Some(
        error
            .chain()
            .find_map(|cause| {
                cause
                    .downcast_ref::<Failure>()
                    .map(|failure| failure.exit)
                    .or_else(|| cause.downcast_ref::<StoreError>().map(of_store))
                    .or_else(|| cause.downcast_ref::<ConfigError>().map(of_config))
            })
            .unwrap_or(Exit::Refused),
    )
}

const fn of_store(error: &StoreError) -> Exit {
    match error {
        StoreError::NoDelivery { .. } | StoreError::Missing { .. } => Exit::NotFound,
        StoreError::Damaged { .. } | StoreError::Truncated { .. } | StoreError::NotALog { .. } => {
            Exit::Found
        }
        _ => Exit::Refused,
    }
}

fn of_config(error: &ConfigError) -> Exit {
    match error {
        ConfigError::Value { from, .. } if from.starts_with("--") => Exit::Usage,
        ConfigError::Missing { .. } => Exit::NotFound,
        ConfigError::Wrong(_) | ConfigError::Value { .. } => Exit::Found,
        ConfigError::NoHome
        | ConfigError::NotAFile(_)
        | ConfigError::TooLarge { .. }
        | ConfigError::Unreadable { .. }
        | ConfigError::Exposed { .. }
        | ConfigError::EmptySecret(_)
        | ConfigError::NotText(_) => Exit::Refused,
    }
}

/// The most that is shown of one line of an error, in characters, from either
/// end: lists of what there is fit, and what a script took for a name does not.
const SHOWN: usize = 1_000;

/// A line without its middle, where it repeats too much of what was typed: what
/// went wrong stands at its beginning, and the way out at its end.
pub fn shortened(line: &str) -> String {
    let length = line.chars().count();
    if length <= 2 * SHOWN {
        return line.to_owned();
    }
    let first = line.chars().take(SHOWN);
    let last = line.chars().skip(length - SHOWN);
    first.chain(['…']).chain(last).collect()
}

/// An error in one line: what we were doing, and why it did not work.
pub fn in_a_line(error: &color_eyre::Report) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = shortened(&one_line(&cause.to_string()));
        // Some errors repeat their cause in their own words.
        if parts.last().is_none_or(|last| !last.ends_with(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}
