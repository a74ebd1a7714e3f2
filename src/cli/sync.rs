//! The copy of the log and the shared backend: giving a local log to a server,
//! and waiting until both are the same.

use std::{fmt::Write as _, time::Duration};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    failure::{Exit, Failure},
    open::Setup,
    room::Room,
    say,
};
use crate::{
    domain::{entry::EntryId, span, text::Title},
    store::Unsent,
    sync::Replica,
    ui::format,
};

/// Send what waits to the server, take what it has, and say what is left.
///
/// Without a server everything is on this host already.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom sync                    # once; 0 all is sent, 124 some still waits
  warroom sync --wait 30s         # for as long as that, at most
  warroom sync discard 0198f3a2-7c1e-7d3a-9b54-2f6c1d8e0a11   # one that the server refused")]
pub struct Sync {
    /// How long to wait for the server at most, such as 30s
    #[arg(long, value_name = "SPAN", default_value = "5s", value_parser = wait)]
    wait: Duration,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// What to do about what waits.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Let go of an entry that the server refused
    Discard {
        /// The entry, by its id
        id: EntryId,
    },
}

fn wait(text: &str) -> Result<Duration, String> {
    let span = span::parse(text).map_err(|error| error.to_string())?;
    span.to_std().map_err(|error| error.to_string())
}

/// An entry that waits.
#[derive(Debug, Serialize)]
struct Waiting {
    id: EntryId,
    kind: String,
    refused: Option<Title>,
}

/// How a copy stands to its server.
#[derive(Debug, Serialize)]
struct Standing {
    server: Option<String>,
    reached: bool,
    head: u64,
    epoch: String,
    unsent: Vec<Waiting>,
}

impl Sync {
    /// Brings both together.
    ///
    /// # Errors
    ///
    /// When the log can't be read or written.
    pub async fn run(self, room: &Room) -> color_eyre::Result<Exit> {
        let log = room.log()?;
        if let Some(Verb::Discard { id }) = self.verb {
            if log.discard(id).await? {
                return Ok(Exit::Ok);
            }
            let text = format!("no entry {id} was refused: `warroom sync` lists what waits");
            return Err(Failure::not_found(text).into());
        }
        let reached = match &room.sync {
            Some(sync) => sync.wait(self.wait).await,
            None => true,
        };
        let unsent = log.unsent().await?;
        let standing = Standing {
            server: room.sync.as_ref().map(Replica::server),
            reached,
            head: log.head().await?,
            epoch: log.epoch().await?,
            unsent: unsent.into_iter().map(Waiting::from).collect(),
        };
        let waits = standing.unsent.iter().any(|one| one.refused.is_none());
        tell(room, &standing)?;
        Ok(match (reached && !waits, standing.unsent.is_empty()) {
            (true, true) => Exit::Ok,
            (true, false) => Exit::Found,
            (false, _) => Exit::TimedOut,
        })
    }
}

impl From<Unsent> for Waiting {
    fn from(one: Unsent) -> Self {
        Self {
            id: one.row.id,
            kind: one.row.kind,
            refused: one.refused,
        }
    }
}

fn tell(room: &Room, standing: &Standing) -> color_eyre::Result<()> {
    say::either(room.global(), standing, || in_words(standing))
}

fn in_words(standing: &Standing) -> String {
    let server = standing.server.as_deref().unwrap_or("no server");
    let reached = if standing.reached {
        "in touch"
    } else {
        "out of touch"
    };
    let numbered = usize::try_from(standing.head).unwrap_or(usize::MAX);
    let mut text = format!(
        "{server}: {reached}; {} with a number here, {} without\n",
        format::count(numbered, "entry", "entries"),
        standing.unsent.len(),
    );
    for one in &standing.unsent {
        let why = one
            .refused
            .as_ref()
            .map_or_else(|| "waits".to_owned(), |why| format!("refused: {why}"));
        writeln!(text, "  {}  {}  {why}", one.id, one.kind).expect("a string takes all text");
    }
    text
}

/// Gives the local log to the server: its entries wait to be numbered there.
///
/// # Errors
///
/// When there is no server, it can't be reached, or messages still wait here.
pub async fn attach(setup: Setup) -> color_eyre::Result<Exit> {
    let log = setup.open_log().await?;
    let Some(sync) = setup.sync(&log)? else {
        let text =
            "there is no server to attach to: name one with --server, or in the configuration";
        return Err(Failure::usage(text).into());
    };
    let moved = sync.join(true).await?;
    let settled = sync.settle().await?;
    say::note(
        &setup.global,
        &format!(
            "{} numbers this log now: {moved} entries of it were given to it, {} came from it",
            sync.server(),
            settled.pulled.saturating_sub(settled.pushed)
        ),
    );
    log.close().await;
    Ok(Exit::Ok)
}
