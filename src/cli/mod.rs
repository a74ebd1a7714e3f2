//! The command line: one verb for each thing that the console can do, for
//! scripts and for one hand.
//!
//! Data goes to stdout, everything else to stderr; `-o json` writes the same
//! for programs. Nothing is asked where no terminal is, and what reaches people
//! needs `--yes` or a typed word. How a command ends is in [`failure`].
//!
//! Every verb that records opens the log, folds it into a board, lets the board
//! decide, and appends: the way of the console, without its screen.

mod after;
pub mod args;
mod check;
mod confirm;
mod declare;
pub mod doctor;
mod done;
pub mod engine;
mod examples;
mod external;
pub mod failure;
mod follow;
mod in_place;
mod incident;
pub mod open;
mod people;
mod policy;
mod probe;
mod read;
mod restore;
pub mod room;
mod runbook;
pub mod say;
mod screen;
mod serve;
mod settings;
mod status;
mod store;
mod sync;
mod systemd;
mod text;
mod themes;
mod tick;
mod token;
mod tools;
pub mod touch;
mod update;
mod wait;
mod wall;
mod words;

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand, error::ErrorKind};
use color_eyre::eyre::WrapErr as _;

use args::Global;
use failure::Exit;
use open::Setup;
use room::Room;

use crate::wire::view;

/// An incident war room in the terminal.
///
/// Without a command it opens the console; where there is no terminal it says
/// in a few lines how things stand, and with --plain, or where no screen can be
/// drawn, it goes on with a line for whatever happens.
#[derive(Debug, Default, Parser)]
#[command(
    name = "warroom",
    version,
    after_help = failure::CODES,
    after_long_help = help(),
    subcommand_help_heading = "Commands",
    max_term_width = 100
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// Every command.
#[derive(Debug, Subcommand)]
enum Verb {
    #[command(flatten)]
    Incident(incident::Verb),
    Update(update::Update),
    /// News for outside: drafted, approved, published
    #[command(subcommand)]
    External(external::External),
    /// It will take long: updates may be promised later than usual
    LongRunning {
        /// Why
        reason: String,
    },
    #[command(flatten)]
    People(people::Verb),
    #[command(flatten)]
    After(after::Verb),
    List(read::List),
    Show(read::Show),
    Timeline(read::Timeline),
    /// How things stand, in a few lines
    Status,
    /// How things stand, and then a line for whatever happens, until Ctrl-C
    Follow,
    Deliveries(store::Deliveries),
    /// Looking at services
    #[command(subcommand)]
    Probe(probe::Verb),
    /// The response process: as it is, what it says twice, what follows from it
    #[command(subcommand)]
    Policy(policy::Verb),
    /// The configuration: every key and who set it
    #[command(subcommand)]
    Config(settings::Config),
    /// Colours
    #[command(subcommand)]
    Theme(settings::Themes),
    Runbook(runbook::Runbooks),
    Engine(engine::Run),
    Serve(serve::Serve),
    Sync(sync::Sync),
    Attach(sync::Attach),
    #[command(
        subcommand,
        after_help = "\
Examples:
  warroom token create ada --scope write > ada.token
  warroom token create wall --scope read --expires 365d > wall.token
  warroom token revoke ada"
    )]
    Token(token::Verb),
    Wall(wall::Wall),
    /// Mend a terminal that a killed console left behind
    Reset,
    Export(store::Export),
    Import(store::Import),
    /// Look whether everything in the log is as it was written
    Verify,
    Backup(store::Backup),
    Restore(restore::Restore),
    Doctor(doctor::Doctor),
    Completions(tools::Completions),
    Man(tools::Man),
}

fn help() -> String {
    format!(
        "{}\n\n{}",
        "\
A day in the room:
  warroom declare \"checkout is down\" --severity P1 --alert-at 14:03
  warroom ack
  warroom role commander ada
  warroom note \"the canary was fine\" --at '5m ago'
  warroom update --status Identified --eta '1 hour' --body 'A bad deploy.' --yes
  warroom mitigate && warroom resolve --yes
  warroom retro held --attendee ada --attendee bo && warroom close

Times are UTC unless they say otherwise: 14:05, '14:05 local', '10m ago', +30m,
'2026-01-22 14:05'. Lengths: 45s, 10m, 1h30m, 2d.

Files: ~/.config/warroom/config.toml, ~/.local/share/warroom/<workspace>.db;
`warroom doctor` shows where everything is. Variables: WARROOM_CONFIG,
WARROOM_DATA_DIR, WARROOM_LOG (what is logged to stderr), and WARROOM_<KEY> for
every key of the configuration.",
        failure::CODES
    )
}

/// Does what the arguments ask for, and answers the exit code. Says on stderr
/// why something went wrong.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match parsed(arguments) {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error),
    };
    log_to_stderr(cli.global.verbose);
    let verbose = cli.global.verbose;
    match started(cli) {
        Ok(exit) => exit,
        Err(error) => report(&error, verbose),
    }
}

/// Without arguments there is nothing to understand: the console of somebody in
/// a hurry need not wait until every verb was made known.
fn parsed(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.len() < 2 {
        return Ok(Cli::default());
    }
    let mut matches = command().try_get_matches_from(arguments)?;
    Cli::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command()))
}

fn started(cli: Cli) -> color_eyre::Result<Exit> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if matches!(cli.verb, None | Some(Verb::Wall(_))) {
        // The screen's loop has a thread of its own; one more is enough for what
        // waits on the disk and the network, and wakes up half as often as two.
        runtime.worker_threads(1);
    }
    let runtime = runtime.enable_all().build().wrap_err("starting")?;
    let ended = runtime.block_on(act(cli));
    // Somebody's blocked read of stdin must not hold up the end.
    runtime.shutdown_background();
    ended
}

/// Help is data; a mistake is a sentence without anything that acts on a
/// terminal, since it repeats what was typed.
fn misunderstood(error: &clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            error.print().ok();
            Exit::Ok
        }
        _ => {
            let text = error.render().to_string();
            let lines: Vec<String> = text.lines().map(failure::shortened).collect();
            say::aside(&lines.join("\n"));
            Exit::Usage
        }
    }
}

fn report(error: &color_eyre::Report, verbose: u8) -> Exit {
    let Some(exit) = failure::exit_of(error) else {
        return Exit::Ok;
    };
    say::aside(&format!("warroom: {}", failure::in_a_line(error)));
    if verbose > 0 && exit == Exit::Refused && wants_backtraces() {
        say::aside(&format!("{error:?}"));
    }
    exit
}

/// A backtrace is for whoever looks into the program, not into an incident.
fn wants_backtraces() -> bool {
    let environment = crate::config::environment();
    let said = environment.get("RUST_BACKTRACE");
    said.is_some_and(|word| !matches!(word.as_str(), "" | "0"))
}

/// Our own log goes to stderr for a command; the console keeps it in a file.
fn log_to_stderr(verbose: u8) {
    // What it says of a certificate is said by us, in words.
    let usual = match verbose {
        0 => "warn,rustls_platform_verifier=off",
        1 => "warroom=info,warn,rustls_platform_verifier=off",
        _ => "warroom=debug,info",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("WARROOM_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init()
        .ok();
}

/// Ctrl-C ends whatever waits; the engine and the screens have their own way.
async fn act(cli: Cli) -> color_eyre::Result<Exit> {
    let ends_by_itself = matches!(
        cli.verb,
        None | Some(Verb::Engine(_) | Verb::Serve(_) | Verb::Wall(_))
    );
    if ends_by_itself {
        return Box::pin(dispatch(cli)).await;
    }
    // A task of its own: a thread that waits for stdin must not hold up Ctrl-C.
    let done = tokio::spawn(dispatch(cli));
    tokio::select! {
        done = done => done.wrap_err("the command's task ended badly")?,
        _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
    }
}

async fn dispatch(cli: Cli) -> color_eyre::Result<Exit> {
    let Cli { global, verb } = cli;
    match verb {
        Some(Verb::Completions(shell)) => shell.run(),
        Some(Verb::Man(man)) => man.run(),
        Some(Verb::Config(config)) => config.run(global).await,
        Some(Verb::Theme(theme)) => theme.run(&Setup::read(global)?),
        Some(Verb::Runbook(runbook)) => runbook.run(&Setup::read(global)?),
        Some(Verb::Policy(policy)) => policy.run(&Setup::read(global)?.knowing_channels().await),
        Some(Verb::Probe(probe::Verb::Run { names, curl_exit })) => {
            probe::run(&Setup::read(global)?, &names, curl_exit).await
        }
        Some(Verb::Serve(serve)) => serve.run(global).await,
        Some(Verb::Restore(restore)) => restore.run(Setup::read(global)?).await,
        Some(Verb::Token(verb)) => verb.run(Setup::read(global)?).await,
        Some(Verb::Attach(attach)) => attach.run(Setup::read(global)?).await,
        Some(Verb::Doctor(doctor)) => doctor::run(Setup::read(global)?, &doctor).await,
        Some(Verb::Wall(wall)) => Box::pin(wall.run(global)).await,
        Some(Verb::Reset) => tools::reset(),
        None => screen::console(Setup::read(global)?).await,
        Some(verb) => {
            let mut room = open::room(global, may_begin(&verb)).await?;
            room.follow_up = looks_back(&verb);
            let log = room.log.clone();
            let ended = in_room(verb, &mut room).await;
            if let Some(log) = log {
                log.close().await;
            }
            ended
        }
    }
}

/// Whether a command makes a log where there is none yet.
const fn may_begin(verb: &Verb) -> bool {
    match verb {
        Verb::Engine(_) | Verb::Import(_) => true,
        Verb::Incident(verb) => matches!(verb, incident::Verb::Declare(_)),
        _ => false,
    }
}

/// Whether a command is also about an incident that is over.
const fn looks_back(verb: &Verb) -> bool {
    match verb {
        Verb::Incident(verb) => verb.looks_back(),
        Verb::Update(_) | Verb::External(_) | Verb::After(_) => true,
        Verb::Show(_) | Verb::Timeline(_) => true,
        _ => false,
    }
}

async fn in_room(verb: Verb, room: &mut Room) -> color_eyre::Result<Exit> {
    match verb {
        Verb::Incident(verb) => verb.run(room).await,
        Verb::Update(update) => update.run(room).await,
        Verb::External(external) => external.run(room).await,
        Verb::LongRunning { reason } => update::long_running(room, &reason).await,
        Verb::People(verb) => verb.run(room).await,
        Verb::After(verb) => verb.run(room).await,
        Verb::List(list) => list.run(room),
        Verb::Show(show) => show.run(room),
        Verb::Timeline(timeline) => timeline.run(room),
        Verb::Status => status::status(room).await,
        Verb::Follow => follow::run(room).await,
        Verb::Deliveries(deliveries) => deliveries.run(room).await,
        Verb::Probe(probe::Verb::List) => probe::list(room),
        Verb::Engine(run) => run.run(room).await,
        Verb::Export(export) => export.run(room).await,
        Verb::Import(import) => import.run(room).await,
        Verb::Sync(sync) => sync.run(room).await,
        Verb::Verify => store::verify(room).await,
        Verb::Backup(backup) => backup.run(room).await,
        Verb::Completions(_)
        | Verb::Man(_)
        | Verb::Config(_)
        | Verb::Theme(_)
        | Verb::Runbook(_)
        | Verb::Policy(_)
        | Verb::Doctor(_)
        | Verb::Attach(_)
        | Verb::Token(_)
        | Verb::Restore(_)
        | Verb::Serve(_)
        | Verb::Wall(_)
        | Verb::Reset
        | Verb::Probe(probe::Verb::Run { .. }) => {
            unreachable!("these need no log, and were carried out before it was opened")
        }
    }
}

/// The command line as clap knows it, for completions, the manual and tests.
pub fn command() -> clap::Command {
    examples::added(Cli::command())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_arguments_everything_is_as_it_is_by_default() {
        let mut matches = command().get_matches_from(["warroom"]);
        let understood = Cli::from_arg_matches_mut(&mut matches).expect("nothing to misread");

        assert_eq!(format!("{understood:?}"), format!("{:?}", Cli::default()));
    }
}
