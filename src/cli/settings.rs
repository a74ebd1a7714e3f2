//! Files that people write: configuration, themes, runbooks.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;
use color_eyre::eyre::WrapErr as _;
use serde::Serialize;

use super::{
    args::Global,
    check::{self, Found, Strict},
    failure::{self, Exit, Failure},
    open::Setup,
    say,
    text::read_file,
    themes,
};
use crate::{
    config::ConfigError,
    domain::{
        runbook,
        text::{Title, one_line},
    },
    ui::theme::Theme,
};

/// The configuration.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Print every key, its value, and who set it; secrets are dots
    Show,
    /// Look for mistakes (an error) and oddities (warnings)
    Check(Strict),
}

/// Colours.
#[derive(Debug, Subcommand)]
pub enum Themes {
    /// Those that come with the program, and the user's own
    List,
    /// Look for mistakes in a theme
    Check {
        /// The file
        file: PathBuf,
        #[command(flatten)]
        strict: Strict,
    },
    /// Print a theme that comes with the program, to copy and change
    Show {
        /// Its name
        name: String,
    },
}

/// Runbooks.
#[derive(Debug, Subcommand)]
pub enum Runbooks {
    /// Those in the folder of the configuration
    List,
    /// Print one, with the names under which its steps are ticked
    Show {
        /// The file's name
        file: String,
    },
}

/// One key.
#[derive(Debug, Serialize)]
struct Set<'a> {
    key: &'a str,
    value: &'a str,
    from: String,
}

/// One theme.
#[derive(Debug, Serialize)]
struct Known {
    name: String,
    from: String,
    used: bool,
}

/// One runbook.
#[derive(Debug, Serialize)]
struct Book {
    file: String,
    title: Title,
    steps: Vec<Step>,
}

/// One step of a runbook.
#[derive(Debug, Serialize)]
struct Step {
    item: String,
    text: Title,
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
    found.extend(check::channels(&setup.config));
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
            Self::Check { file, strict } => theme_check(setup, file, *strict),
            Self::Show { name } => {
                let sentence = || format!("there is no theme {} in the program", one_line(name));
                let text = Theme::source(name).ok_or_else(|| Failure::not_found(sentence()))?;
                say::data(text)?;
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

fn theme_check(setup: &Setup, file: &Path, strict: Strict) -> color_eyre::Result<Exit> {
    let text = read_file(file)?;
    let found: Vec<Found> = match themes::parse(setup, &file.display().to_string(), &text) {
        Ok((_, warnings)) => check::odd(&warnings).collect(),
        Err(error) => vec![Found::error(error.to_string())],
    };
    check::tell(&setup.global, &found, strict)
}

impl Runbooks {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// When there is no such runbook, or stdout can't be written.
    pub fn run(&self, setup: &Setup) -> color_eyre::Result<Exit> {
        let folder = &setup.config.runbooks;
        match self {
            Self::List => runbooks(setup, folder),
            Self::Show { file } => {
                let names = files(folder, "md");
                let found = names
                    .iter()
                    .find(|name| *name == file || name.strip_suffix(".md") == Some(file.as_str()));
                let sentence = || {
                    let (file, folder) = (one_line(file), folder.display());
                    format!(
                        "there is no runbook {file} in {folder}: `warroom runbook list` shows them"
                    )
                };
                let found = found.ok_or_else(|| Failure::not_found(sentence()))?;
                let text = read_file(&folder.join(found))?;
                let book = book(found, &text);
                say::either(&setup.global, &book, || printed(&text))?;
                Ok(Exit::Ok)
            }
        }
    }
}

fn runbooks(setup: &Setup, folder: &Path) -> color_eyre::Result<Exit> {
    let names = files(folder, "md");
    let books: color_eyre::Result<Vec<Book>> = names
        .iter()
        .map(|name| Ok(book(name, &read_file(&folder.join(name))?)))
        .collect();
    let books = books.wrap_err("reading the runbooks")?;
    say::either(&setup.global, &books, || {
        let rows: Vec<Vec<String>> = books
            .iter()
            .map(|book| {
                vec![
                    book.file.clone(),
                    book.steps.len().to_string(),
                    book.title.to_string(),
                ]
            })
            .collect();
        say::table(&["RUNBOOK", "STEPS", "TITLE"], &rows)
    })?;
    if books.is_empty() {
        say::note(
            &setup.global,
            &format!("no runbook is in {}", folder.display()),
        );
    }
    Ok(Exit::Ok)
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

/// A runbook as it is listed.
fn book(file: &str, text: &str) -> Book {
    let file = one_line(file);
    let steps = runbook::steps(text).into_iter().enumerate();
    Book {
        title: runbook::title(text).unwrap_or_else(|| Title::lossy(&file)),
        steps: steps
            .map(|(place, text)| Step {
                item: runbook::item(&file, place + 1),
                text,
            })
            .collect(),
        file,
    }
}

/// A file as it may be printed: line by line, without anything that acts on a
/// terminal.
fn printed(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(one_line).collect();
    lines.join("\n")
}
