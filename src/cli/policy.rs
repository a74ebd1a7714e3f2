//! The response process: as it is, what it says twice, and what follows from it.

use std::{path::PathBuf, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    args::Output,
    check::{self, Found, Strict},
    failure::{Exit, Failure},
    open::{Setup, read_policy},
    say, words,
};
use crate::domain::{
    cadence,
    duty::{Duty, duties, resolve_by, respond_by},
    entry::{Entry, EntryId, IncidentId, ReplicaId, Via},
    escalation, external,
    fact::{Declaration, Fact},
    incident::Incident,
    policy::{self, Policy, Step, Within},
    severity::Severity,
    span,
    text::Name,
    when,
};
use crate::wire::Channels;

/// The response process.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  warroom policy show > policy.toml
  warroom policy check policy.toml
  warroom policy simulate --alert-at '2026-01-22 14:00' --severity P2")]
pub enum Verb {
    /// Print it as a file, with what it amends filled in
    Show {
        /// Another file than that of the configuration
        file: Option<PathBuf>,
    },
    /// Look for mistakes (an error) and contradictions (warnings)
    Check {
        /// Another file than that of the configuration
        file: Option<PathBuf>,
        #[command(flatten)]
        strict: Strict,
    },
    /// Print every time that would be due, with its rule
    Simulate(Simulate),
    /// Print the JSON Schema of the file, for editors that complete and check it
    Schema,
}

/// An incident that might be.
#[derive(Debug, Args)]
pub struct Simulate {
    /// When the monitoring raises the alarm; now otherwise
    #[arg(long, value_name = "TIME")]
    pub alert_at: Option<String>,
    /// P1 to P4
    #[arg(long, value_name = "P1..P4")]
    pub severity: Severity,
    /// When it is declared; at the alert otherwise
    #[arg(long, value_name = "TIME")]
    pub declared_at: Option<String>,
    /// How many updates are listed
    #[arg(long, value_name = "COUNT", default_value_t = 3)]
    pub updates: usize,
    /// Another file than that of the configuration
    pub file: Option<PathBuf>,
}

/// Something that would be due.
#[derive(Debug, Serialize)]
struct Row {
    due: Option<DateTime<Utc>>,
    after_seconds: Option<i64>,
    what: String,
    rule: &'static str,
    note: String,
}

impl Verb {
    /// Carries it out; needs no log.
    ///
    /// # Errors
    ///
    /// When the policy can't be read, or stdout can't be written.
    pub fn run(&self, setup: &Setup) -> color_eyre::Result<Exit> {
        match self {
            Self::Show { file } => show(setup, &policy_of(setup, file.as_ref())?),
            Self::Check { file, strict } => look(setup, file.as_ref(), *strict),
            Self::Simulate(simulate) => simulate.run(setup),
            Self::Schema => {
                say::json(&policy::schema())?;
                Ok(Exit::Ok)
            }
        }
    }
}

fn policy_of(setup: &Setup, file: Option<&PathBuf>) -> color_eyre::Result<Policy> {
    match file {
        None => Ok(setup.policy()?.0),
        Some(file) => {
            let (policy, warnings) = read_policy(file)?;
            for warning in warnings {
                say::note(&setup.global, &format!("warning: {warning}"));
            }
            Ok(policy)
        }
    }
}

fn show(setup: &Setup, policy: &Policy) -> color_eyre::Result<Exit> {
    say::either(&setup.global, policy, || policy.to_toml())?;
    Ok(Exit::Ok)
}

/// Mistakes end with their own code; contradictions are only told, unless strict.
fn look(setup: &Setup, file: Option<&PathBuf>, strict: Strict) -> color_eyre::Result<Exit> {
    let read = match file.or(setup.config.policy.as_ref()) {
        Some(file) => read_policy(file),
        None => Ok(((*Policy::built_in()).clone(), Vec::new())),
    };
    let found: Vec<Found> = match read {
        Ok((policy, warnings)) => check::odd(&warnings)
            .chain(check::policy(&policy, setup))
            .collect(),
        Err(error) if error.downcast_ref::<Failure>().is_some() => return Err(error),
        Err(error) => vec![Found::error(super::failure::in_a_line(&error))],
    };
    check::tell(&setup.global, &found, strict)
}

impl Simulate {
    fn run(&self, setup: &Setup) -> color_eyre::Result<Exit> {
        let policy = policy_of(setup, self.file.as_ref())?;
        let zone = policy.calendar.zone;
        let now = setup.clock.now();
        let time = |text: Option<&str>, usual: DateTime<Utc>| -> Result<DateTime<Utc>, Failure> {
            text.map_or(Ok(usual), |text| Ok(when::parse_time(text, now, zone)?))
        };
        let alert = time(self.alert_at.as_deref(), now)?;
        let declared = time(self.declared_at.as_deref(), alert)?;
        if declared < alert {
            let sentence = "it can't be declared before its alert";
            return Err(Failure::usage(sentence).into());
        }
        let entry = simulated(&policy, self.severity, alert, declared);
        let incident = Incident::open(Arc::new(entry), Some(1), Vec::new())
            .expect("its first entry declares it");
        let rows = rows(&incident, &setup.leads_to(), self.updates);
        say::either(&setup.global, &rows, || table(&rows))?;
        if setup.global.output == Output::Table {
            let head = format!(
                "times are UTC; {} of {}",
                self.severity,
                words::stamp(alert)
            );
            say::note(&setup.global, &head);
        }
        Ok(Exit::Ok)
    }
}

/// The entry that declares an incident, as the log would tell of it.
pub fn simulated(
    policy: &Policy,
    severity: Severity,
    alert: DateTime<Utc>,
    declared: DateTime<Utc>,
) -> Entry {
    let declaration = Declaration {
        title: "simulated".into(),
        severity: Some(severity),
        alert_at: Some(alert),
        policy: policy.to_toml(),
        ..Declaration::default()
    };
    let nobody = uuid::Uuid::nil();
    Entry {
        id: EntryId(nobody),
        seq: None,
        incident: IncidentId(nobody),
        at: declared,
        recorded_at: declared,
        by: "simulation".into(),
        via: Via::Cli,
        replica: ReplicaId(nobody),
        base: 0,
        fact: Fact::Declared(Box::new(declaration)),
        came_as: None,
    }
}

fn rows(incident: &Incident, channels: &Channels, updates: usize) -> Vec<Row> {
    let mut rows = clocks(incident);
    rows.extend(steps(incident, channels));
    rows.extend(news(incident, channels, updates));
    rows.sort_by_key(|row| (row.due.is_none(), row.due));
    rows.push(retrospective(incident));
    rows
}

fn row(incident: &Incident, due: DateTime<Utc>, what: &str, rule: &'static str) -> Row {
    Row {
        due: Some(due),
        after_seconds: Some((due - incident.anchor()).num_seconds()),
        what: what.to_owned(),
        rule,
        note: String::new(),
    }
}

fn clocks(incident: &Incident) -> Vec<Row> {
    let severity = incident.assumed_severity();
    let level = incident.policy().level(severity);
    let rule = |within: Within, usual| match within {
        Within::Span(_) => usual,
        Within::NextBusinessDay => "S5",
    };
    let respond = respond_by(incident, severity);
    let resolve = resolve_by(incident, severity);
    vec![
        Row {
            note: format!("within {}", level.respond.words()),
            ..row(incident, respond, "acknowledge", rule(level.respond, "S1"))
        },
        Row {
            note: format!("within {}", level.resolve.words()),
            ..row(incident, resolve, "resolve", rule(level.resolve, "S1"))
        },
    ]
}

/// What is to be said of a step or a text that no channel carries.
fn by_hand(carried: bool, who: &str) -> String {
    if carried {
        String::new()
    } else {
        format!("by hand: {who}")
    }
}

/// The parts of a note that there are.
fn note(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .copied()
        .filter(|one| !one.is_empty())
        .collect();
    parts.join("; ")
}

/// Whether a step pages anybody over a channel that there is, and that people
/// outside do not read (X2).
fn pages(policy: &Policy, step: &Step, channels: &Channels) -> bool {
    let carries = |name| channels.all.contains(name) && !channels.public.contains(name);
    escalation::reach(policy, step).is_some_and(|names| names.iter().any(carries))
}

fn steps(incident: &Incident, channels: &Channels) -> Vec<Row> {
    let policy = incident.policy();
    let severity = incident.severity();
    let rows = policy.steps().map(|(_, ladder, step)| {
        let what = format!("{}: {}", ladder.name, step.target);
        if !step.is_for(severity) {
            return Row {
                due: None,
                after_seconds: None,
                what,
                rule: "E3",
                note: format!("not applicable: {} only", levels(step)),
            };
        }
        let repeat = ladder
            .repeat
            .map(|every| format!(", again every {}", span::format(every)));
        let level = policy.level(incident.assumed_severity());
        let rule = if level.business_hours { "E4" } else { "E1" };
        let until = format!(
            "until {}{}",
            step.until(ladder).words(),
            repeat.unwrap_or_default()
        );
        let by_hand = by_hand(pages(policy, step, channels), "nobody is paged by the tool");
        Row {
            note: note(&[&until, &by_hand]),
            ..row(incident, escalation::due_at(incident, step), &what, rule)
        }
    });
    rows.collect()
}

fn levels(step: &Step) -> String {
    let levels = step.severities.as_deref().unwrap_or_default();
    let names: Vec<String> = levels.iter().map(ToString::to_string).collect();
    names.join(", ")
}

fn news(incident: &Incident, channels: &Channels, updates: usize) -> Vec<Row> {
    let by_hand = |carried: &[Name]| by_hand(!carried.is_empty(), "no channel carries it");
    let mut rows = Vec::new();
    for due in duties(incident) {
        if matches!(due.duty, Duty::FirstNotice) {
            let update = |at, what: &str| Row {
                note: by_hand(&channels.updates),
                ..row(incident, at, what, "U1")
            };
            let mut at = due.by;
            rows.push(update(at, "first notice"));
            for count in 1..=updates {
                at = cadence::latest_promise(incident, at);
                rows.push(update(at, &format!("update {count}")));
            }
        }
    }
    let rules = &incident.policy().external;
    let outside = by_hand(&channels.public);
    match external::required_at(incident) {
        Some(from) => rows.push(Row {
            note: note(&[&rules.place, &outside]),
            ..row(incident, from + rules.within, "tell the public", "X1")
        }),
        None => rows.push(Row {
            due: None,
            after_seconds: None,
            what: "tell the public".to_owned(),
            rule: "X1",
            note: note(&[
                &format!(
                    "{} after the downtime passed {}",
                    span::format(rules.within),
                    span::format(rules.downtime)
                ),
                &outside,
            ]),
        }),
    }
    rows
}

fn retrospective(incident: &Incident) -> Row {
    let rules = &incident.policy().retrospective;
    let always = incident
        .severity()
        .is_some_and(|severity| rules.severities.contains(&severity));
    let required = if always {
        "required".to_owned()
    } else {
        format!(
            "required if it takes more than {}",
            span::format(rules.longer_than)
        )
    };
    Row {
        due: None,
        after_seconds: None,
        what: "retrospective".to_owned(),
        rule: "V2",
        note: format!(
            "{required}; {} after the resolve",
            span::format(rules.within)
        ),
    }
}

fn table(rows: &[Row]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let after = row.after_seconds.map(TimeDelta::seconds);
            vec![
                row.due.map_or_else(|| "-".to_owned(), words::stamp),
                after
                    .map(|after| format!("+{}", span::format(after)))
                    .unwrap_or_default(),
                row.what.clone(),
                row.rule.to_owned(),
                row.note.clone(),
            ]
        })
        .collect();
    say::table(&["DUE", "AFTER", "WHAT", "RULE", "NOTE"], &rows)
}
