//! Probes by hand: look once, and say what was seen.

use clap::Subcommand;
use color_eyre::eyre::WrapErr as _;
use futures::{StreamExt as _, stream};
use serde::Serialize;

use super::{
    failure::{Exit, Failure},
    open::Setup,
    read,
    room::Room,
    say, words,
};
use crate::{
    domain::{
        fact::Health,
        probe::{Outcome, Spec},
        text::{Name, Title, one_line},
    },
    probe::{self, Once},
    ui::format,
};

/// How many look at the same time.
const AT_ONCE: usize = 16;

/// Looking at services.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  warroom probe run
  warroom probe run api --curl-exit && deploy
  warroom probe list -o json")]
pub enum Verb {
    /// Look once, at all of them or at these; nothing is recorded
    Run {
        /// Which; all of the configuration otherwise
        names: Vec<String>,
        /// End with curl's exit code for the first that failed
        #[arg(long)]
        curl_exit: bool,
    },
    /// Every probe of the configuration, with its state as the log tells
    List,
}

/// What one probe saw.
#[derive(Debug, Serialize)]
struct Saw {
    probe: Name,
    kind: &'static str,
    control: bool,
    at: chrono::DateTime<chrono::Utc>,
    outcome: &'static str,
    class: Option<&'static str>,
    detail: Title,
    took_ms: Option<u64>,
    curl_exit: u8,
}

/// A probe of the configuration.
#[derive(Debug, Serialize)]
struct Known<'a> {
    #[serde(flatten)]
    spec: &'a Spec,
    counts_as_downtime: bool,
    state: Option<Health>,
    since: Option<chrono::DateTime<chrono::Utc>>,
}

/// Looks once; needs no log.
///
/// # Errors
///
/// When there is no such probe, or one can't be made.
pub async fn run(setup: &Setup, names: &[String], curl_exit: bool) -> color_eyre::Result<Exit> {
    if names.is_empty() {
        all_are_there(setup)?;
    }
    let probes = probe::all(chosen(setup, names)?).wrap_err("making the probes")?;
    let clock = &setup.clock;
    let looks: Vec<_> = probes.iter().map(|probe| probe.once(clock)).collect();
    let seen: Vec<Once> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    let specs = probes.iter().map(probe::Probe::spec);
    let saw: Vec<Saw> = specs
        .zip(seen)
        .map(|(spec, once)| saw(spec, once))
        .collect();
    say::either(&setup.global, &saw, || table(&saw))?;
    let failed = saw.iter().find(|saw| saw.class.is_some());
    Ok(match (failed, curl_exit) {
        (None, _) => Exit::Ok,
        (Some(saw), true) => Exit::Of(saw.curl_exit),
        (Some(_), false) => Exit::Found,
    })
}

/// Whoever looks at everything must not take what was left out for well.
fn all_are_there(setup: &Setup) -> Result<(), Failure> {
    let mut faults = setup.config.faults().iter();
    match faults.find(|fault| fault.is_in("probes")) {
        Some(fault) => Err(Failure::refused(format!(
            "{}: mend it, or name the probes to look through",
            fault.error
        ))),
        None => Ok(()),
    }
}

fn chosen(setup: &Setup, names: &[String]) -> Result<Vec<Spec>, Failure> {
    let all = &setup.config.probes;
    if names.is_empty() {
        return Ok(all.clone());
    }
    let find = |name: &String| {
        let found = all.iter().find(|spec| spec.name.as_str() == name);
        found.cloned().ok_or_else(|| {
            let known: Vec<&str> = all.iter().map(|spec| spec.name.as_str()).collect();
            let name = one_line(name);
            let there = match known.as_slice() {
                [] => "the configuration has none".to_owned(),
                known => format!("there are {}", known.join(", ")),
            };
            Failure::not_found(format!("there is no probe {name}: {there}"))
        })
    };
    names.iter().map(find).collect()
}

fn saw(spec: &Spec, once: Once) -> Saw {
    let reading = once.reading;
    let (outcome, class) = match reading.outcome {
        Outcome::Pass => ("pass", None),
        Outcome::Warn => ("warn", None),
        Outcome::Fail(class) => ("fail", Some(class.word())),
    };
    Saw {
        probe: spec.name.clone(),
        kind: kind(spec),
        control: spec.control,
        at: reading.at,
        outcome,
        class,
        detail: reading.detail,
        took_ms: reading
            .took
            .map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        curl_exit: once.curl,
    }
}

const fn kind(spec: &Spec) -> &'static str {
    use crate::domain::probe::Target;
    match spec.target {
        Target::Http { .. } => "http",
        Target::Tcp { .. } => "tcp",
        Target::Tls { .. } => "tls",
        Target::Dns { .. } => "dns",
        Target::Command { .. } => "command",
        Target::System { .. } => "system",
    }
}

fn table(saw: &[Saw]) -> String {
    let rows: Vec<Vec<String>> = saw
        .iter()
        .map(|saw| {
            let took = saw.took_ms.map(std::time::Duration::from_millis);
            vec![
                saw.probe.to_string(),
                saw.kind.to_owned(),
                saw.outcome.to_owned(),
                took.map(format::took).unwrap_or_default(),
                saw.detail.to_string(),
            ]
        })
        .collect();
    say::table(&["PROBE", "KIND", "SAW", "TOOK", "DETAIL"], &rows)
}

/// Every probe of the configuration, and those that the log knows of.
///
/// # Errors
///
/// When stdout can't be written.
pub fn list(room: &Room) -> color_eyre::Result<Exit> {
    let seen = read::seen(room);
    let known: Vec<Known<'_>> = room
        .setup
        .config
        .probes
        .iter()
        .map(|spec| {
            let state = seen.iter().find(|seen| *seen.probe == spec.name);
            Known {
                spec,
                counts_as_downtime: spec.counts(),
                state: state.map(|seen| seen.state),
                since: state.map(|seen| seen.since),
            }
        })
        .collect();
    say::either(room.global(), &known, || {
        let rows: Vec<Vec<String>> = known.iter().map(known_row).collect();
        say::table(
            &["PROBE", "KIND", "EVERY", "STATE", "SINCE", "DOWNTIME"],
            &rows,
        )
    })?;
    if known.is_empty() {
        let text = "no probe is set up here: [[probe]] in the configuration adds one";
        say::note(room.global(), text);
    }
    Ok(Exit::Ok)
}

fn known_row(known: &Known<'_>) -> Vec<String> {
    let counts = if known.counts_as_downtime {
        "yes"
    } else {
        "no"
    };
    vec![
        known.spec.name.to_string(),
        kind(known.spec).to_owned(),
        crate::domain::span::format(known.spec.every),
        known.state.map_or("not known", Health::word).to_owned(),
        known.since.map(words::stamp).unwrap_or_default(),
        counts.to_owned(),
    ]
}
