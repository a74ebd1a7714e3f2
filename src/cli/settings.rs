//! Files that people write: configuration and themes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use serde::Serialize;

use super::{
    args::Global,
    check::{self, Found, Strict},
    failure::{self, Exit, Failure},
    open::Setup,
    say, themes,
};
use crate::{
    config::{self, ConfigError},
    domain::text::one_line,
    ui::theme::{self, Theme, Written},
};

/// The configuration.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Print every key, its value, and who set it; secrets are dots
    Show,
    /// Look for mistakes (an error) and oddities (warnings)
    Check(Strict),
    /// Print the JSON Schema of the file, for editors that complete and check it
    Schema,
}

/// Colours.
#[derive(Debug, Subcommand)]
pub enum Themes {
    /// Those that come with the program, and the user's own
    List,
    /// Look for mistakes in a theme
    Check {
        /// Its name, or the file
        #[arg(value_name = "NAME|FILE")]
        which: PathBuf,
        #[command(flatten)]
        strict: Strict,
    },
    /// Print a theme that comes with the program, to copy and change
    Show {
        /// Its name
        name: String,
    },
    /// Print the JSON Schema of a theme, for editors that complete and check it
    Schema,
}

/// One key.
#[derive(Debug, Serialize)]
struct Set<'a> {
    key: &'a str,
    value: &'a str,
    from: String,
}

/// A theme that comes with the program.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    name: &'a str,
    text: &'a str,
}

/// One theme.
#[derive(Debug, Serialize)]
struct Known {
    name: String,
    from: String,
    used: bool,
}

impl Config {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// When it can't be read, or stdout can't be written.
    pub async fn run(&self, global: Global) -> color_eyre::Result<Exit> {
        match self {
            Self::Show => show(&Setup::read(global)?),
            Self::Check(strict) => check(&global, *strict).await,
            Self::Schema => {
                say::json(&config::schema())?;
                Ok(Exit::Ok)
            }
        }
    }
}

fn show(setup: &Setup) -> color_eyre::Result<Exit> {
    let keys: Vec<Set<'_>> = setup
        .config
        .origins()
        .iter()
        .map(|origin| Set {
            key: &origin.key,
            value: &origin.value,
            from: origin.from.to_string(),
        })
        .collect();
    say::either(&setup.global, &keys, || {
        let rows: Vec<Vec<String>> = keys
            .iter()
            .map(|key| vec![key.key.to_owned(), key.value.to_owned(), key.from.clone()])
            .collect();
        say::table(&["KEY", "VALUE", "FROM"], &rows)
    })?;
    Ok(Exit::Ok)
}

/// A mistake is a finding here, not an error, so that JSON stays JSON.
async fn check(global: &Global, strict: Strict) -> color_eyre::Result<Exit> {
    let quiet = Global {
        quiet: true,
        ..global.clone()
    };
    let found = match Setup::read(quiet) {
        Ok(setup) => findings(&setup.knowing_channels().await),
        Err(error) if error.downcast_ref::<ConfigError>().is_some() => {
            vec![Found::error(failure::in_a_line(&error))]
        }
        Err(error) => return Err(error),
    };
    check::tell(global, &found, strict)
}

/// What the files say together; what a policy says by itself is for
/// `policy check`.
fn findings(setup: &Setup) -> Vec<Found> {
    let mut found: Vec<Found> = check::odd(setup.config.warnings()).collect();
    if setup.config.server.is_none()
        && let Err(unfit) = setup.log_path()
    {
        found.push(Found::error(unfit.to_string()));
    }
    found.extend(check::left_out(&setup.config));
    found.extend(check::looks(setup));
    match setup.policy() {
        Ok((policy, _)) => found.extend(check::contacts(&policy, setup)),
        Err(error) => found.push(Found::error(failure::in_a_line(&error))),
    }
    found
}

impl Themes {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// When there is no such theme, or stdout can't be written.
    pub fn run(&self, setup: &Setup) -> color_eyre::Result<Exit> {
        match self {
            Self::List => list(setup),
            Self::Check { which, strict } => theme_check(setup, which, *strict),
            Self::Show { name } => {
                let sentence = || format!("there is no theme {} in the program", one_line(name));
                let text = Theme::source(name).ok_or_else(|| Failure::not_found(sentence()))?;
                say::either(&setup.global, &Shown { name, text }, || text.to_owned())?;
                Ok(Exit::Ok)
            }
            Self::Schema => {
                say::json(&theme::schema())?;
                Ok(Exit::Ok)
            }
        }
    }
}

fn list(setup: &Setup) -> color_eyre::Result<Exit> {
    let chosen = &setup.config.theme;
    let used = |name: &str| name == chosen.dark.as_str() || name == chosen.light.as_str();
    let known = |name: String, from: &str| Known {
        used: used(&name),
        from: from.to_owned(),
        name,
    };
    let mut all: Vec<Known> = Theme::names()
        .map(|name| known(name.to_owned(), "built in"))
        .collect();
    if let Some(folder) = &setup.config.themes {
        let names = files(folder, "toml").into_iter();
        let from = folder.display().to_string();
        all.extend(names.map(|name| known(name.trim_end_matches(".toml").to_owned(), &from)));
    }
    say::either(&setup.global, &all, || {
        let mark = |used: bool| if used { "yes" } else { "" };
        let rows: Vec<Vec<String>> = all
            .iter()
            .map(|theme| {
                vec![
                    theme.name.clone(),
                    mark(theme.used).to_owned(),
                    theme.from.clone(),
                ]
            })
            .collect();
        say::table(&["THEME", "USED", "FROM"], &rows)
    })?;
    Ok(Exit::Ok)
}

fn theme_check(setup: &Setup, theme: &Path, strict: Strict) -> color_eyre::Result<Exit> {
    let Written { file, text } = themes::meant(setup, theme)?;
    let found: Vec<Found> = match themes::parse(setup, &file, &text) {
        Ok((theme, warnings)) => check::odd(&warnings)
            .chain(check::odd(&theme.hard_to_see()))
            .collect(),
        Err(error) => {
            let each = error.each().iter();
            each.map(|one| Found::error(one.to_string())).collect()
        }
    };
    check::tell(&setup.global, &found, strict)
}

/// The names of files in a folder that end so, in order; none without a folder.
fn files(folder: &Path, ending: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| {
            Path::new(name)
                .extension()
                .is_some_and(|found| found == ending)
        })
        .collect();
    names.sort();
    names
}
