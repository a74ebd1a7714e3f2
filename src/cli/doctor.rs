//! What this program thinks of its surroundings, and why.

mod server;
mod wall;

use clap::Args;
use serde::Serialize;

use self::server::Client;
use super::{
    check::{self, Found, Level, Strict},
    engine,
    failure::{self, Exit},
    open::Setup,
    say,
};
use crate::{
    config::{Color, Config, Glyphs},
    domain::board::Board,
    journal,
    store::{DeliveryFilter, Log},
    ui::{
        capability::{Capability, Depth, Tier, Wishes},
        format,
    },
};

/// Say what this program thinks of its surroundings, and why
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  warroom doctor
  warroom doctor --strict -o json
  warroom doctor --wall --config /etc/warroom/wall.toml   # on the wall itself")]
pub struct Doctor {
    #[command(flatten)]
    strict: Strict,
    /// Look at what a read-only screen on a wall needs, as well
    #[arg(long)]
    wall: bool,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Line {
    about: &'static str,
    what: String,
    value: String,
    why: String,
    level: Level,
}

impl Line {
    fn ok(about: &'static str, what: &str, value: impl Into<String>) -> Self {
        Self {
            about,
            what: what.to_owned(),
            value: value.into(),
            why: String::new(),
            level: Level::Ok,
        }
    }

    fn found(about: &'static str, what: &str, found: Found) -> Self {
        let level = found.level;
        Self {
            level,
            ..Self::ok(about, what, found.text)
        }
    }

    fn because(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    const fn warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    const fn error(mut self) -> Self {
        self.level = Level::Error;
        self
    }
}

/// What this terminal can show, as flags and configuration wish it.
pub fn capability(setup: &Setup) -> Capability {
    let tty = terminal();
    let config = &setup.config;
    let wishes = Wishes {
        color: match config.color {
            Color::Auto => None,
            Color::None => Some(Depth::Mono),
            Color::Ansi16 => Some(Depth::Ansi16),
            Color::Ansi256 => Some(Depth::Ansi256),
            Color::True => Some(Depth::True),
        },
        glyphs: match config.glyphs {
            Glyphs::Auto => None,
            Glyphs::Rich => Some(Tier::Rich),
            Glyphs::Console => Some(Tier::Console),
            Glyphs::Ascii => Some(Tier::Ascii),
        },
        slow: config.slow.unwrap_or(false),
        plain: setup.global.plain,
    };
    Capability::new(&setup.environment, tty.as_deref(), wishes)
}

/// The terminal's device, where both ends of us are on one.
fn terminal() -> Option<String> {
    use rustix::termios::{isatty, ttyname};
    let (stdin, stdout) = (rustix::stdio::stdin(), rustix::stdio::stdout());
    if !isatty(stdin) || !isatty(stdout) {
        return None;
    }
    let name = ttyname(stdout, Vec::new()).ok();
    // A terminal without a name (in some containers) is one nevertheless.
    Some(name.map_or_else(
        || "tty".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    ))
}

/// Prints it all.
///
/// # Errors
///
/// When stdout can't be written.
pub async fn run(setup: Setup, asked: &Doctor) -> color_eyre::Result<Exit> {
    let mut setup = setup.knowing_channels().await;
    let client = if asked.wall {
        Client::Wall
    } else {
        Client::Person
    };
    let (server, channels_there) = server::look(&setup, client).await;
    if let Some(channels) = channels_there {
        setup.served.get_or_insert_default().channels = channels;
    }
    let mut lines = vec![Line::ok("program", "version", env!("CARGO_PKG_VERSION"))];
    lines.extend(places(&setup));
    lines.extend(
        capability(&setup)
            .reasons
            .into_iter()
            .map(|reason| Line::ok("terminal", reason.what, reason.decision).because(reason.why)),
    );
    lines.extend(
        setup
            .config
            .warnings()
            .iter()
            .map(|warning| Line::ok("config", "warning", warning.to_string()).warning()),
    );
    lines.extend(left_out(&setup.config));
    let looks = check::looks(&setup).into_iter();
    lines.extend(looks.map(|found| Line::found("config", "file", found)));
    lines.extend(channels(&setup));
    lines.extend(policy(&setup));
    lines.extend(log(&setup).await);
    lines.extend(server);
    if asked.wall {
        lines.extend(wall::look(&setup).await);
    }
    say::either(&setup.global, &lines, || {
        let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
        say::table(&["ABOUT", "WHAT", "IS"], &rows)
    })?;
    Ok(asked.strict.exit(lines.iter().map(|line| line.level)))
}

fn row(line: &Line) -> Vec<String> {
    let mark = match line.level {
        Level::Ok => String::new(),
        level @ (Level::Warning | Level::Error) => format!("{}: ", level.word()),
    };
    let why = if line.why.is_empty() {
        String::new()
    } else {
        format!(" ({})", line.why)
    };
    vec![
        line.about.to_owned(),
        line.what.clone(),
        format!("{mark}{}{why}", line.value),
    ]
}

fn places(setup: &Setup) -> Vec<Line> {
    let paths = &setup.paths;
    let there = |path: &std::path::Path| if path.exists() { "" } else { "not there" };
    let mut lines = Vec::new();
    let mut add = |what: &str, path: &std::path::Path| {
        lines.push(Line::ok("path", what, path.display().to_string()).because(there(path)));
    };
    add("host's configuration", &paths.system_config);
    if let Some(config) = &paths.config {
        add("configuration", config);
    }
    add("data", &paths.data);
    add("state", &paths.state);
    add("runtime", &paths.runtime);
    add("runbooks", &setup.config.runbooks);
    if let Some(policy) = &setup.config.policy {
        add("policy", policy);
    }
    let actor = Line::ok("config", "actor", setup.config.actor.to_string());
    lines.push(actor);
    lines
}

/// What is out of order, but channels, which have lines of their own.
fn left_out(config: &Config) -> impl Iterator<Item = Line> {
    let (_, broken) = engine::probes(config);
    let faults = config.faults().iter().map(|fault| fault.error.to_string());
    let all = faults.chain(broken);
    all.map(|why| Line::ok("config", "left out", why).error())
}

fn channels(setup: &Setup) -> Vec<Line> {
    let channels = engine::channels(&setup.config).into_iter();
    let mut lines: Vec<Line> = channels
        .map(|(name, channel)| match channel {
            Ok(channel) => Line::ok("channel", &name, channel.spec().kind.word()),
            Err(why) => Line::ok("channel", &name, "out of order")
                .because(why.as_str())
                .error(),
        })
        .collect();
    if lines.is_empty() && setup.config.server.is_some() {
        let line = Line::ok("channel", "none here", "updates leave through the server's");
        lines.push(line);
    } else if lines.is_empty() {
        let line = Line::ok("channel", "none", "updates are posted by hand");
        lines.push(line.because("the configuration has no [channels]"));
    }
    lines
}

fn policy(setup: &Setup) -> Vec<Line> {
    match setup.policy() {
        Ok((policy, _)) => {
            let name = Line::ok("policy", "name", policy.name.to_string());
            let found = check::policy(&policy, setup).into_iter();
            let found =
                found.map(|found| Line::found("policy", found.rule.unwrap_or("file"), found));
            std::iter::once(name).chain(found).collect()
        }
        Err(error) => vec![Line::ok("policy", "file", failure::in_a_line(&error)).error()],
    }
}

/// The log is looked at, and not made where there is none.
async fn log(setup: &Setup) -> Vec<Line> {
    let path = match setup.log_path() {
        Ok(path) => path,
        Err(error) => return vec![Line::ok("log", "file", error.to_string()).error()],
    };
    let file = Line::ok("log", "file", path.display().to_string());
    if !path.exists() {
        return vec![file.because("not there; the first entry makes it")];
    }
    let mut lines = vec![file];
    match opened(setup).await {
        Ok(found) => lines.extend(found),
        Err(error) => {
            lines.push(Line::ok("log", "state", failure::in_a_line(&error)).error());
        }
    }
    lines
}

async fn opened(setup: &Setup) -> color_eyre::Result<Vec<Line>> {
    let log = setup.open_log().await?;
    let report = log.verify().await?;
    let state = if report.is_sound() {
        let entries = format::count(report.entries, "entry", "entries");
        Line::ok("log", "state", format!("sound, {entries}"))
    } else {
        let first = report.problems.first().map(ToString::to_string);
        Line::ok("log", "state", "damaged")
            .because(first.unwrap_or_default())
            .error()
    };
    let mut lines = vec![state];
    if let Some(to) = log.given_to().await? {
        let given = Line::ok("log", "given", format!("to {to}"));
        lines.push(
            given
                .because("nothing more is taken here: go on there")
                .warning(),
        );
    }
    let mut board = Board::default();
    journal::catch_up(&log, &mut board).await?;
    let active = board.active().len();
    lines.push(Line::ok(
        "log",
        "incidents",
        format!("{}, {active} active", board.all().count()),
    ));
    if setup.config.server.is_none() {
        lines.extend(works(setup, &log).await?);
    }
    log.close().await;
    Ok(lines)
}

/// What is delivered and who does it, where that happens on this log.
async fn works(setup: &Setup, log: &Log) -> color_eyre::Result<[Line; 2]> {
    let open = log.deliveries(DeliveryFilter::Unfinished).await?.len();
    let running = log.engine(setup.clock.now()).await?;
    let engine = match running.holder {
        Some(owner) => Line::ok("engine", "runs", owner.process()),
        None => Line::ok("engine", "runs", "nobody").because(format!(
            "start `warroom engine`, or a console, on {}",
            engine::host()
        )),
    };
    let deliveries = Line::ok("log", "unfinished deliveries", open.to_string());
    Ok([deliveries, engine])
}
