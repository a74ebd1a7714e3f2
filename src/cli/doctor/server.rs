//! What the doctor says of the shared backend: whether it is there, whom it
//! takes us for, what either lacks, and who pages. Nothing is sent or taken.

use chrono::{DateTime, TimeDelta, Utc};

use super::Line;
use crate::{
    cli::{failure::in_a_line, open::Setup, update::names, words::stamp},
    config::Server,
    domain::{entry::ReplicaId, text::one_line},
    remote::{Heard, Remote, RemoteError, offset},
    store::{Authority, Log, OpenMode, Unsent},
    sync::SyncError,
    ui::{format, msg::EngineSeen},
    wire::{self, Channels, Code, Engine, Follow, Meta, Page, Scope, You},
};

/// The clocks may differ by so much: nobody reads times more exactly.
const SKEW: TimeDelta = TimeDelta::seconds(5);
/// A slower answer is felt with every command.
const SLOW: TimeDelta = TimeDelta::seconds(1);
/// A token that ends this soon is asked for anew now.
const SOON: TimeDelta = TimeDelta::days(14);

/// Who speaks to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// A person, who records.
    Person,
    /// A screen on the wall, which must not be able to.
    Wall,
}

/// What was seen, and the channels that the server has, if it said so.
pub(super) async fn look(setup: &Setup, client: Client) -> (Vec<Line>, Option<Channels>) {
    let Some(server) = &setup.config.server else {
        return (Vec::new(), None);
    };
    let mut lines = vec![address(server)];
    let remote = match setup.remote() {
        Ok(Some(remote)) => remote,
        Ok(None) => return (lines, None),
        Err(error) => {
            lines.push(
                line("client", "can't be made")
                    .because(in_a_line(&error))
                    .error(),
            );
            return (lines, None);
        }
    };
    let meta = match remote.meta().await {
        Ok(meta) => meta,
        Err(error) => {
            lines.push(unheard(&error));
            return (lines, None);
        }
    };
    let now = setup.clock.host().now();
    lines.push(tls(server));
    lines.extend([latency(&meta), version(&meta.what), clock(&meta, now)]);
    lines.extend(known(meta.what.you.as_ref(), setup, now, client));
    lines.push(channels(&meta.what));
    if meta
        .what
        .you
        .as_ref()
        .is_some_and(|you| you.may(Scope::Read))
    {
        lines.extend(log(setup, &remote, meta.what.log).await);
    }
    (lines, meta.what.you.map(|_| meta.what.channels))
}

fn line(what: &str, value: impl Into<String>) -> Line {
    Line::ok("server", what, value)
}

/// Never the whole URL: a path may be somebody's secret.
fn address(server: &Server) -> Line {
    let Some(host) = server.url.host_str() else {
        return line("address", format!("unix:{}", server.url.path()));
    };
    let port = server.url.port().map(|port| format!(":{port}"));
    let scheme = server.url.scheme();
    line(
        "address",
        format!("{scheme}://{host}{}", port.unwrap_or_default()),
    )
}

/// Asked after it answered, so its certificate was found good.
fn tls(server: &Server) -> Line {
    if server.url.scheme() != "https" {
        return line("TLS", "none").because("nothing leaves this host");
    }
    let trusted = match &server.ca_file {
        Some(file) => format!("by {}, or the system", file.display()),
        None => "by the system".to_owned(),
    };
    line("TLS", "its certificate is trusted").because(trusted)
}

fn unheard(error: &RemoteError) -> Line {
    let is_token =
        matches!(error, RemoteError::Refused { code, .. } if *code == Code::Unauthenticated.word());
    if is_token {
        let way =
            "`warroom token create NAME --scope write` on the server makes one, for token_file";
        return line("token", error.to_string()).because(way).error();
    }
    let way =
        "commands and consoles go on with what is here, and nobody hears of it until it answers";
    line("answer", error.to_string()).because(way).error()
}

fn latency(meta: &Heard<Meta>) -> Line {
    let took = meta.took;
    let line = line("answer", format!("after {} ms", took.num_milliseconds()));
    if took > SLOW {
        return line
            .because("slow: commands wait three seconds at most")
            .warning();
    }
    line
}

fn version(meta: &Meta) -> Line {
    let (theirs, ours) = (&meta.version, env!("CARGO_PKG_VERSION"));
    let line = line("version", one_line(theirs));
    if meta.entry_version > wire::VERSION {
        let why = "its entries are newer than this program: update this one";
        return line.because(why).error();
    }
    if theirs != ours {
        return line.because(format!("this one is {ours}")).warning();
    }
    line
}

fn clock(meta: &Heard<Meta>, now: DateTime<Utc>) -> Line {
    let off = offset(meta.what.server_time, now, meta.took);
    if off.abs() <= SKEW {
        return line("clock", "as this one");
    }
    let side = if off > TimeDelta::zero() {
        "ahead"
    } else {
        "behind"
    };
    line(
        "clock",
        format!("{} {side} of this one", format::short(off.abs())),
    )
    .because("deadlines count from the times of entries: set both clocks by NTP")
    .warning()
}

/// Whom the server takes us for, and where that may work.
fn known(you: Option<&You>, setup: &Setup, now: DateTime<Utc>, client: Client) -> Vec<Line> {
    let Some(you) = you else {
        let way = "name a token's file in token_file, or set WARROOM_TOKEN";
        return vec![line("token", "none").because(way).error()];
    };
    let ours = &setup.config.workspace;
    let workspace = line("workspace", you.workspace.to_string());
    let workspace = if you.workspace == *ours {
        workspace
    } else {
        let why = format!("the configuration says {ours}: set workspace, or take another token");
        workspace.because(why).error()
    };
    vec![token(you, now, client), workspace]
}

fn token(you: &You, now: DateTime<Utc>, client: Client) -> Line {
    let until = you.expires_at.map(|at| format!(", until {}", stamp(at)));
    let may = you.scopes.join(" and ");
    let what = format!("of {}, may {may}{}", you.name, until.unwrap_or_default());
    let line = line("token", one_line(&what));
    if !you.may(Scope::Read) {
        return line
            .because("it shows nothing: take one with --scope write")
            .error();
    }
    if you.expires_at.is_some_and(|at| at - now < SOON) {
        return line
            .because("it ends soon: ask for another one now")
            .warning();
    }
    match (client, you.may(Scope::Write)) {
        (Client::Person, false) => line
            .because("nothing is recorded with it: enough for a wall")
            .warning(),
        (Client::Wall, true) => line
            .because("whoever gets at the wall can record with it: `warroom token create wall --scope read` is enough")
            .warning(),
        (Client::Person, true) | (Client::Wall, false) => line,
    }
}

fn channels(meta: &Meta) -> Line {
    match (&meta.you, meta.channels.all.as_slice()) {
        (None, _) => line("channels", "not told without a token"),
        (Some(_), []) => line("channels", "none")
            .because("it pages nobody, and updates are posted by hand: write [channels] into its configuration")
            .warning(),
        (Some(_), some) => line("channels", names(some)),
    }
}

/// How the log here stands to the one there, and who works on that.
async fn log(setup: &Setup, remote: &Remote, theirs: Option<ReplicaId>) -> Vec<Line> {
    let here = match Here::read(setup).await {
        Ok(here) => here,
        Err(error) => return vec![line("entries", in_a_line(&error)).error()],
    };
    let asked = Follow {
        after: here.head,
        limit: Some(1),
        epoch: here.epoch.clone(),
        ..Follow::default()
    };
    match remote.page(&asked).await {
        Ok(page) => {
            let page = page.what;
            vec![here.behind(&page), here.unsent(), engine(&page)]
        }
        Err(error) if error.is_other_history() => {
            let server = remote.name();
            if let Some(of) = here
                .of
                .clone()
                .filter(|of| of.log.is_some() && of.log != theirs)
            {
                let error = SyncError::other_log(server, of.name);
                return vec![line("entries", error.to_string()).error(), here.unsent()];
            }
            let why = "it was restored: the next command brings both together";
            let entries = line("entries", "another history than here");
            vec![entries.because(why).warning(), here.unsent()]
        }
        Err(error) => vec![line("entries", error.to_string()).error(), here.unsent()],
    }
}

/// What is in the log here.
#[derive(Default)]
struct Here {
    head: u64,
    epoch: Option<String>,
    own: bool,
    /// The server that numbers it.
    of: Option<Authority>,
    unsent: Vec<Unsent>,
}

impl Here {
    async fn read(setup: &Setup) -> color_eyre::Result<Self> {
        let path = setup.log_path()?;
        if !path.exists() {
            return Ok(Self::default());
        }
        let log = Log::open(&path, OpenMode::ReadOnly).await?;
        let copy = log.is_copy();
        let here = Self {
            head: log.head().await?,
            epoch: if copy { Some(log.epoch().await?) } else { None },
            own: !copy,
            of: log.server().await?,
            unsent: log.unsent().await?,
        };
        log.close().await;
        Ok(here)
    }

    fn behind(&self, page: &Page) -> Line {
        if self.own && self.head > 0 {
            let entries = self.head;
            let error = SyncError::NotAttached { entries };
            return line("entries", error.to_string()).error();
        }
        let total = format::count(page.head, "entry", "entries");
        let line = line("entries", total);
        match page.head.saturating_sub(self.head) {
            0 => line.because("all of them are here"),
            behind => line.because(format!(
                "{behind} not here yet: the next command takes them"
            )),
        }
    }

    fn unsent(&self) -> Line {
        let refused = self
            .unsent
            .iter()
            .filter(|one| one.refused.is_some())
            .count();
        let waits = self.unsent.len() - refused;
        match (waits, refused) {
            (0, 0) => line("unsent", "nothing"),
            (waits, 0) => line("unsent", format::count(waits, "entry", "entries"))
                .because("the next command or console sends it, or `warroom sync`")
                .warning(),
            (_, refused) => line(
                "unsent",
                format::count(self.unsent.len(), "entry", "entries"),
            )
            .because(format!(
                "{refused} refused for good: `warroom sync` lists why"
            ))
            .error(),
        }
    }
}

fn engine(page: &Page) -> Line {
    let Engine { holder, ticked_at } = &page.engine;
    let silent = ticked_at.map(|at| page.server_time - at);
    match (holder, silent) {
        (Some(holder), Some(silent)) if silent < EngineSeen::SILENT => line("engine", one_line(holder))
            .because(format!("its last round was {} ago", format::age(silent))),
        (Some(holder), silent) => {
            let since = silent.map_or_else(|| "ever".to_owned(), format::age);
            line("engine", one_line(holder))
                .because(format!(
                    "silent for {since}, so nobody pages: look at the server"
                ))
                .error()
        }
        (None, _) => line("engine", "nobody")
            .because("so nothing is paged or delivered: look again in ten seconds, and then at the server's log")
            .error(),
    }
}
