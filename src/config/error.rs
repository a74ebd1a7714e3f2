//! What can be wrong with what a person wrote down, and the way out of it.

use std::{io, path::PathBuf};

use crate::domain::located::Located;

/// Why the configuration can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Something in a file; with line and column.
    #[error(transparent)]
    Wrong(#[from] Box<Located>),
    /// Something in a variable or a flag.
    #[error("{from}: {message}{}", hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
    Value {
        /// The variable or the flag, such as `WARROOM_THEME` or `--theme`.
        from: String,
        /// What was found, and what belongs there.
        message: String,
        /// The way out, where one is known.
        hint: Option<String>,
    },
    /// There is nowhere to keep anything.
    #[error(
        "this user has no home directory, so there is nowhere to keep the log: set HOME, or name a directory with WARROOM_DATA_DIR or --data-dir"
    )]
    NoHome,
    /// A file that was named is not there.
    #[error("{} does not exist, and {named_by} names it: write the file, or leave that out", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// Who named it.
        named_by: &'static str,
    },
    /// A directory or a device where a file belongs.
    #[error("{} is not a file: name a file there, or move it away", .0.display())]
    NotAFile(PathBuf),
    /// More than anybody writes by hand.
    #[error("{} is larger than {limit} bytes: that is not a file of this kind", file.display())]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The most that is read.
        limit: u64,
    },
    /// A file that could not be read.
    #[error("{} could not be read: {source}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A secret that others can read.
    #[error(
        "{} holds a secret and others can read it (mode {mode:o}): chmod 600 {}", file.display(), file.display()
    )]
    Exposed {
        /// The file.
        file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// A secret of no letters.
    #[error("{} is empty, and a secret belongs there", .0.display())]
    EmptySecret(PathBuf),
    /// A secret that is no text.
    #[error("{} is not text, and a secret belongs there in one line", .0.display())]
    NotText(PathBuf),
}
