//! What `config check`, `policy check` and `doctor` find, told in one way.

use std::{collections::BTreeSet, fmt::Display};

use clap::Args;
use serde::Serialize;

use super::{
    args::Global,
    engine::{out_of_order, probes},
    failure::{Exit, in_a_line},
    open::Setup,
    say,
    screen::keymap,
    themes,
};
use crate::{
    config::Config,
    domain::{
        policy::{Contact, Policy},
        text::Name,
    },
    ui::{keymap::KeymapError, theme::ThemeError},
};

/// What counts as found, for the exit code.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct Strict {
    /// End with 3 also where there are warnings only
    #[arg(long)]
    pub strict: bool,
}

impl Strict {
    /// How a check ends that found these.
    pub fn exit(self, levels: impl Iterator<Item = Level>) -> Exit {
        match levels.max() {
            None | Some(Level::Ok) => Exit::Ok,
            Some(Level::Warning) if !self.strict => Exit::Ok,
            Some(Level::Warning | Level::Error) => Exit::Found,
        }
    }
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It is as it should be.
    Ok,
    /// It is odd, and is used nevertheless.
    Warning,
    /// It does not work.
    Error,
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct Found {
    /// How much it matters.
    pub level: Level,
    /// The rule of the process that settles it, if one does.
    pub rule: Option<&'static str>,
    /// What was found, and the way out.
    pub text: String,
}

impl Level {
    /// `ok`, `warning`, `error`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Found {
    /// Something that does not work.
    pub const fn error(text: String) -> Self {
        Self {
            level: Level::Error,
            rule: None,
            text,
        }
    }

    /// Something odd.
    pub const fn warning(text: String) -> Self {
        Self {
            level: Level::Warning,
            rule: None,
            text,
        }
    }

    fn line(&self) -> String {
        let rule = self.rule.map(|rule| format!(" [{rule}]"));
        let level = self.level.word();
        format!("{level}{}: {}", rule.unwrap_or_default(), self.text)
    }
}

/// Oddities of a file, as findings.
pub fn odd(warnings: &[impl Display]) -> impl Iterator<Item = Found> {
    warnings
        .iter()
        .map(|warning| Found::warning(warning.to_string()))
}

/// Channels that nothing can be sent to, and whatever else is left out.
pub fn left_out(config: &Config) -> impl Iterator<Item = Found> {
    let (_, broken) = probes(config);
    let all = out_of_order(config).into_iter().chain(broken);
    all.map(Found::error)
}

/// What the files of keys and themes get wrong, and what in them is without
/// effect: the console does without, and says so only while it starts.
pub fn looks(setup: &Setup) -> Vec<Found> {
    let theme = &setup.config.theme;
    let mut found = read(|odd| keymap(setup, odd).map(drop));
    for name in BTreeSet::from([&theme.dark, &theme.light]) {
        found.extend(read(|odd| themes::named(setup, name, odd).map(drop)));
    }
    found
}

/// What reading a file brings to light.
fn read(work: impl FnOnce(&mut Vec<String>) -> color_eyre::Result<()>) -> Vec<Found> {
    let mut odd = Vec::new();
    let wrong = match work(&mut odd) {
        Ok(()) => Vec::new(),
        Err(error) => mistakes(&error),
    };
    let wrong = wrong.into_iter().map(Found::error);
    wrong.chain(odd.into_iter().map(Found::warning)).collect()
}

fn mistakes(error: &color_eyre::Report) -> Vec<String> {
    let theme = error.downcast_ref::<ThemeError>();
    match (error.downcast_ref::<KeymapError>(), theme) {
        (Some(KeymapError(all)), _) => all.iter().map(ToString::to_string).collect(),
        (None, Some(theme)) => theme.each().iter().map(ToString::to_string).collect(),
        (None, None) => vec![in_a_line(error)],
    }
}

/// What a policy contradicts itself in, and what it expects of the
/// configuration in vain.
pub fn policy(policy: &Policy, setup: &Setup) -> Vec<Found> {
    let today = setup.clock.now().date_naive();
    let own = policy.findings(today).into_iter().map(|finding| Found {
        level: Level::Warning,
        rule: Some(finding.rule),
        text: finding.text,
    });
    contacts(policy, setup).into_iter().chain(own).collect()
}

/// Contacts of a policy that are to be reached over unknown channels, or over
/// public ones.
pub fn contacts(policy: &Policy, setup: &Setup) -> Vec<Found> {
    let named = |contact: &Contact| !contact.channels.is_empty();
    if setup.config.server.is_some() && setup.served.is_none() {
        let text = "the channels of the contacts are not compared: the server did not say yet which it has (`warroom sync`)";
        let any = policy.contact.values().any(named);
        return any
            .then(|| Found::warning(text.to_owned()))
            .into_iter()
            .collect();
    }
    let there = setup.leads_to();
    let contacts = policy.contact.iter();
    contacts
        .flat_map(|one| {
            let unknown = unknown_channels(one, &there.all, setup.deliverer());
            unknown
                .into_iter()
                .chain(public_channels(one, &there.public))
        })
        .collect()
}

/// Channels of a contact that people outside read: no page goes there.
fn public_channels((target, contact): (&String, &Contact), public: &[Name]) -> Option<Found> {
    let outside = contact.channels.iter().find(|name| public.contains(name))?;
    Some(Found {
        level: Level::Error,
        rule: Some("X2"),
        text: format!(
            "the contact {target} names {outside}, which the public reads, so no page goes there: name a channel inside, or take it out of updates.public"
        ),
    })
}

/// Channels of a contact that are not there; an error where no other one is
/// left, so that the target is never paged (E7).
fn unknown_channels(
    (target, contact): (&String, &Contact),
    there: &[Name],
    whose: &str,
) -> Option<Found> {
    let unknown: Vec<&str> = contact
        .channels
        .iter()
        .filter(|name| !there.contains(name))
        .map(Name::as_str)
        .collect();
    let first = unknown.first()?;
    let all = unknown.len() == contact.channels.len();
    let (level, effect) = if all {
        (Level::Error, ", so nobody pages them")
    } else {
        (Level::Warning, "")
    };
    let names = unknown.join(", ");
    Some(Found {
        level,
        rule: Some("E7"),
        text: format!(
            "the contact {target} names {names}, which {whose} does not have{effect}: write [channels.{first}] there, or take it out of the policy"
        ),
    })
}

/// Prints findings, and answers how the command ends.
///
/// # Errors
///
/// When stdout can't be written.
pub fn tell(global: &Global, found: &[Found], strict: Strict) -> color_eyre::Result<Exit> {
    say::either(global, &found, || {
        let lines: Vec<String> = found.iter().map(Found::line).collect();
        lines.join("\n")
    })?;
    if found.is_empty() {
        say::note(global, "nothing to say about it");
    }
    Ok(strict.exit(found.iter().map(|found| found.level)))
}
