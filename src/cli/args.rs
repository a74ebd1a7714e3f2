//! The flags that every command takes.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use super::failure::Failure;
use crate::{clock::Clock, config::Flags, domain::text::Name};

/// Flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own, and any of them go together"
)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Configuration file, in place of the user's own
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the log and everything else is kept
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The log itself, in place of the one of the workspace
    #[arg(long, global = true, value_name = "FILE")]
    pub db: Option<PathBuf>,
    /// The shared backend, in place of the local file alone
    #[arg(
        long,
        global = true,
        value_name = "URL",
        long_help = "The shared backend, such as https://warroom.example, in place of the local file alone; \
                     the token comes from token_file in the configuration, or from WARROOM_TOKEN"
    )]
    pub server: Option<String>,
    /// The workspace: one log, and one team
    #[arg(long, global = true, value_name = "NAME")]
    pub workspace: Option<String>,
    /// The log lies on a network file system, where locks work
    #[arg(long, global = true, hide_short_help = true)]
    pub network_file_system: bool,
    /// Who does it; the user's name otherwise
    #[arg(
        long = "as",
        global = true,
        value_name = "NAME",
        long_help = "Who does it; the user's name otherwise. A server records what it is sent under the \
                     name of the token, whoever sends it: where that is another one, this is said on stderr"
    )]
    pub actor: Option<String>,
    /// Which incident: INC-142, 142 or its id; the only active one otherwise
    #[arg(short, long, global = true, value_name = "INCIDENT")]
    pub incident: Option<String>,
    /// How data is written to stdout
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        value_name = "FORM",
        default_value_t
    )]
    pub output: Output,
    /// Confirm what reaches people
    #[arg(long, global = true)]
    pub yes: bool,
    /// Say nothing but data and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more; twice for everything
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Colours of the console: auto, never (or none), 16, 256, true
    #[arg(long, global = true, value_name = "DEPTH")]
    pub color: Option<String>,
    /// Characters of the console: auto, rich, console, ascii
    #[arg(long, global = true, value_name = "TIER")]
    pub glyphs: Option<String>,
    /// The theme of the console
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
    /// Bytes are dear: the console draws less
    #[arg(long, global = true)]
    pub slow: bool,
    /// Lines instead of a screen, as `follow` writes them
    #[arg(long, global = true)]
    pub plain: bool,
    /// What time it is, for tests
    #[arg(long, global = true, hide = true, value_name = "TIME")]
    pub now: Option<DateTime<Utc>>,
}

/// How data is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Lines for people
    #[default]
    Table,
    /// JSON: names in snake case, times in UTC as RFC 3339, lengths of time in seconds;
    /// of a policy its name, date and sum (`export` has it whole). Files to be installed
    /// (completions, man, --print-unit) and exported entries stay what they are
    Json,
}

impl Global {
    /// What is said here of what the configuration can say.
    ///
    /// # Errors
    ///
    /// When the name is none.
    pub fn flags(&self) -> Result<Flags, Failure> {
        let mut set = Vec::new();
        if let Some(actor) = &self.actor {
            let name =
                Name::typed(actor).map_err(|error| Failure::usage(format!("--as: {error}")))?;
            if name.trim().is_empty() {
                return Err(Failure::usage("--as needs a name"));
            }
            set.push(("actor".to_owned(), name.to_string()));
        }
        let words = [
            ("color", &self.color),
            ("glyphs", &self.glyphs),
            ("theme", &self.theme),
            ("server", &self.server),
            ("workspace", &self.workspace),
        ];
        for (key, word) in words {
            set.extend(word.clone().map(|word| (key.to_owned(), word)));
        }
        if self.slow {
            set.push(("slow".to_owned(), "true".to_owned()));
        }
        Ok(Flags {
            config: self.config.clone(),
            data_dir: self.data_dir.clone(),
            set,
        })
    }

    /// The clock: the system's, unless a test says otherwise.
    pub fn clock(&self) -> Clock {
        self.now.map_or(Clock::System, Clock::starting_at)
    }
}
