//! The copy of the log and the shared backend: giving a local log to a server,
//! and waiting until both are the same.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    confirm,
    failure::{Exit, Failure},
    open::Setup,
    room::Room,
    say,
};
use crate::{
    domain::{
        board::Board,
        entry::{EntryId, IncidentId},
        span,
        text::Name,
    },
    journal,
    store::{Log, OpenMode, StoreError, Unsent},
    sync::{Replica, SyncError},
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
  warroom sync give               # what was denied: the token could not write then
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
    /// Let go of an entry that the server refused, or never took: it is lost
    Discard {
        /// The entry, by its id
        id: EntryId,
    },
    /// Send what was denied, however old it is: the token could not write then
    Give {
        /// The entry, by its id; all that was denied otherwise
        id: Option<EntryId>,
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
    refused: Option<String>,
    /// It waits for a person, and goes at their word.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    denied: bool,
}

/// An entry that is in no log any more.
#[derive(Debug, Serialize)]
struct Discarded {
    discarded: EntryId,
}

/// What was given to a server.
#[derive(Debug, Serialize)]
struct Handed<'a> {
    server: String,
    workspace: &'a Name,
    given: u64,
    new_there: u64,
}

/// How a copy stands to its server.
#[derive(Debug, Serialize)]
struct Standing {
    server: Option<String>,
    reached: bool,
    /// Why the server takes nothing from here.
    refused: Option<String>,
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
        match self.verb {
            Some(Verb::Discard { id }) => return discard(room, log, id).await,
            Some(Verb::Give { id }) => give_again(room, log, id).await?,
            None => {}
        }
        let (reached, refused) = match &room.sync {
            None => (true, None),
            Some(sync) => match sync.wait(self.wait).await {
                Ok(reached) => (reached, None),
                Err(error) => (true, Some(error.to_string())),
            },
        };
        let unsent = log.unsent().await?;
        let standing = Standing {
            server: room.sync.as_ref().map(Replica::server),
            reached,
            refused,
            head: log.head().await?,
            epoch: log.epoch().await?,
            unsent: unsent.into_iter().map(Waiting::from).collect(),
        };
        let waits = standing.unsent.iter().any(|one| one.refused.is_none());
        tell(room, &standing)?;
        let has_found = !standing.unsent.is_empty();
        Ok(match (&standing.refused, reached && !waits) {
            (Some(_), _) => Exit::Found,
            (None, true) if has_found => Exit::Found,
            (None, true) => Exit::Ok,
            (None, false) => Exit::TimedOut,
        })
    }
}

/// Lets go of an entry; on a log without a server none waits.
async fn discard(room: &Room, log: &Log, id: EntryId) -> color_eyre::Result<Exit> {
    confirm::word(room.global(), "lose", "the entry is in no log afterwards")?;
    if !log.is_copy() || !log.discard(id).await? {
        return Err(not_here(id).into());
    }
    say::done(room.global(), &Discarded { discarded: id })?;
    Ok(Exit::Ok)
}

fn not_here(id: EntryId) -> Failure {
    let text = format!("no entry {id} waits here: `warroom sync` lists what does");
    Failure::not_found(text)
}

/// Lets go what the server refused, at somebody's word: it may be hours old.
async fn give_again(room: &Room, log: &Log, id: Option<EntryId>) -> color_eyre::Result<()> {
    let what = "what was denied leaves now, as if it were of today, and people may be told";
    confirm::word(room.global(), "give", what)?;
    match (log.give(id).await?, id) {
        (0, Some(id)) => Err(not_here(id).into()),
        (_, _) => Ok(()),
    }
}

impl From<Unsent> for Waiting {
    fn from(one: Unsent) -> Self {
        Self {
            denied: one.was_denied(),
            id: one.row.id,
            kind: one.row.kind,
            refused: one.refused.map(|why| why.to_string()),
        }
    }
}

fn tell(room: &Room, standing: &Standing) -> color_eyre::Result<()> {
    say::either(room.global(), standing, || in_words(standing))
}

fn in_words(standing: &Standing) -> String {
    let server = standing.server.as_deref().unwrap_or("no server");
    let reached = match (&standing.refused, standing.reached) {
        (Some(_), _) => "refused",
        (None, true) => "in touch",
        (None, false) => "out of touch",
    };
    let mut text = format!(
        "{server}: {reached}; {} with a number here, {} without\n",
        format::count(standing.head, "entry", "entries"),
        standing.unsent.len(),
    );
    for one in &standing.unsent {
        let why = one
            .refused
            .as_ref()
            .or(standing.refused.as_ref())
            .map_or_else(|| "waits".to_owned(), |why| format!("refused: {why}"));
        writeln!(text, "  {}  {}  {why}", one.id, one.kind).expect("a string takes all text");
    }
    let denied = standing.unsent.iter().filter(|one| one.denied).count();
    if denied > 0 {
        let count = format::count(denied, "entry waits", "entries wait");
        writeln!(
            text,
            "  {count}, denied before: `warroom sync give` sends what is older than a minute, `warroom sync discard ID` lets go of one"
        )
        .expect("a string takes all text");
    }
    if let (Some(why), true) = (&standing.refused, standing.unsent.is_empty()) {
        writeln!(text, "  {why}").expect("a string takes all text");
    }
    text
}

/// Give a local log to the server: from then on both are one
///
/// Nothing of it pages anybody again. Messages of it that have not left yet
/// have to leave, or be cancelled, before.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  warroom attach ~/.local/share/warroom/local.db --server https://warroom.example --workspace prod")]
pub struct Attach {
    /// The log; the workspace's own otherwise
    log: Option<PathBuf>,
}

impl Attach {
    /// Gives it away.
    ///
    /// # Errors
    ///
    /// When there is no server, it can't be reached, or messages still wait here.
    pub async fn run(&self, setup: Setup) -> color_eyre::Result<Exit> {
        let log = setup.open_log().await?;
        let Some(sync) = setup.sync(&log)? else {
            let text =
                "there is no server to attach to: name one with --server, or in the configuration";
            return Err(Failure::usage(text).into());
        };
        let mut before = labels(&log).await?;
        let mut given = give(&setup, &log, &sync).await?;
        if let Some(file) = &self.log {
            let to = format!(
                "{} as its workspace {}",
                sync.server(),
                setup.config.workspace
            );
            given += hand_over(file, &log, &to, &mut before).await?;
        }
        let settled = sync.settle().await?;
        let after = labels(&log).await?;
        log.close().await;
        let pushed = settled.pushed;
        say::note(
            &setup.global,
            &format!(
                "{} numbers the workspace {} now: {} given to it, {pushed} of them new there",
                sync.server(),
                setup.config.workspace,
                format::count(given, "entry", "entries"),
            ),
        );
        for text in renumbered(&before, &after) {
            say::note(&setup.global, &text);
        }
        if given == 0 && self.log.is_none() {
            say::note(
                &setup.global,
                "this workspace had none of its own: to give another log away, name its file",
            );
        }
        let given = Handed {
            server: sync.server(),
            workspace: &setup.config.workspace,
            given,
            new_there: pushed,
        };
        say::done(&setup.global, &given)?;
        Ok(Exit::Ok)
    }
}

/// Gives the workspace's own log to the server, unless that has it already;
/// answers how many entries are given. One that belongs to another server is
/// only given away at somebody's word.
async fn give(setup: &Setup, log: &Log, sync: &Replica) -> color_eyre::Result<u64> {
    let error = match sync.meet().await {
        Ok(()) => return Ok(0),
        Err(error) => error,
    };
    match &error {
        SyncError::NotAttached { .. } => {}
        SyncError::OtherLog { server, of } => {
            let whose = format!("this copy belongs to {of}");
            confirmed(setup, log, &whose, server).await?;
        }
        SyncError::MadeAnew { server } => {
            let whose = format!("{server} was made anew");
            confirmed(setup, log, &whose, server).await?;
        }
        SyncError::Remote(_) | SyncError::Store(_) => return Err(error.into()),
    }
    Ok(sync.give().await?)
}

/// Asks whether `server` is to get all that is here, and says how much that is.
async fn confirmed(setup: &Setup, log: &Log, whose: &str, server: &str) -> color_eyre::Result<()> {
    let entries = log.head().await? + log.unsent().await?.len() as u64;
    let what = format!(
        "{whose}: {server} gets all of it, {}, and private incidents with them",
        format::count(entries, "entry", "entries")
    );
    Ok(confirm::word(&setup.global, "give", &what)?)
}

/// What people call the incidents of a log.
type Labels = BTreeMap<IncidentId, String>;

async fn labels(log: &Log) -> color_eyre::Result<Labels> {
    let mut board = Board::default();
    journal::catch_up(log, &mut board).await?;
    let known = board.all().filter(|incident| incident.number.is_some());
    Ok(known
        .map(|incident| (incident.id, incident.label()))
        .collect())
}

/// Which incidents have another number now, a line for each: people say these
/// numbers to each other, and wrote them down elsewhere.
fn renumbered(before: &Labels, after: &Labels) -> Vec<String> {
    let changed = before.iter().filter_map(|(id, was)| {
        let is = after.get(id).filter(|is| *is != was)?;
        Some(format!("{was} is {is} from now on, here and for the team"))
    });
    changed.collect()
}

/// Lets everything in `file` wait for the server in `log`; answers how many
/// entries that is. What its incidents were called is added to `before`. The
/// file takes nothing more once that is done: what went into it would be in no
/// log that anybody looks at.
async fn hand_over(
    file: &Path,
    log: &Log,
    to: &str,
    before: &mut Labels,
) -> color_eyre::Result<u64> {
    if is_same(file, log.path()) {
        return Ok(0);
    }
    // Looked at first: opened to write, a name that was mistyped would be made.
    let source = Log::open(file, OpenMode::ReadOnly).await?;
    let added = if source.is_copy() {
        // A copy stays what it is: it is its server's.
        pour(&source, log).await?
    } else {
        let writes = Log::open(file, OpenMode::ReadWrite).await?;
        let added = writes.give_away(to, Box::pin(pour(&source, log))).await;
        writes.close().await;
        added?
    };
    before.extend(labels(&source).await?);
    source.close().await;
    Ok(added)
}

/// Tells one log everything that is in another; answers how many entries were
/// new.
async fn pour(from: &Log, into: &Log) -> Result<u64, StoreError> {
    let mut lines = Vec::new();
    from.export(&mut lines).await?;
    Ok(into.import(lines.as_slice()).await?.added)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().ok();
    whole(one).is_some_and(|one| whole(other) == Some(one))
}
