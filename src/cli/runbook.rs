//! Runbooks: those in the folder of the configuration, and in the folders there.

use std::{io, path::Path};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::{
    failure::{Exit, Failure},
    open::Setup,
    say,
};
use crate::{
    console::runbooks::{self, Written},
    domain::{
        runbook,
        text::{Title, one_line},
    },
    ui::format,
};

/// Runbooks: one that is named, or which there are
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Runbooks {
    /// The one to print, as for `show`; all are listed otherwise
    file: Option<String>,
    #[command(subcommand)]
    verb: Option<Verb>,
}

/// What is wanted of them.
#[derive(Debug, Subcommand)]
enum Verb {
    /// Those in the folder of the configuration, and in the folders there
    List,
    /// Print one, with the names under which its steps are ticked
    Show {
        /// The file: db/failover.md, db/failover, or failover where only one is called so
        file: String,
    },
}

/// One runbook.
#[derive(Debug, Serialize)]
struct Book {
    file: String,
    title: Title,
    changed_at: Option<DateTime<Utc>>,
    steps: Vec<Step>,
}

/// One step of a runbook.
#[derive(Debug, Serialize)]
struct Step {
    item: String,
    text: Title,
}

impl Runbooks {
    /// Carries it out.
    ///
    /// # Errors
    ///
    /// When there is no such runbook, or stdout can't be written.
    pub fn run(&self, setup: &Setup) -> color_eyre::Result<Exit> {
        let folder = &setup.config.runbooks;
        match (&self.verb, &self.file) {
            (Some(Verb::Show { file }), _) | (None, Some(file)) => show(setup, folder, file),
            (Some(Verb::List), _) | (None, None) => list(setup, folder),
        }
    }
}

fn show(setup: &Setup, folder: &Path, file: &str) -> color_eyre::Result<Exit> {
    let found = found(folder, file)?;
    let written = read(folder, &found)?;
    let book = book(&found, &written);
    say::either(&setup.global, &book, || printed(&written.text))?;
    Ok(Exit::Ok)
}

fn list(setup: &Setup, folder: &Path) -> color_eyre::Result<Exit> {
    let mut books = Vec::new();
    for file in runbooks::files(folder) {
        match runbooks::written(folder, &file) {
            Ok(written) => books.push(book(&file, &written)),
            Err(error) => say::note(&setup.global, &unread(&file, &error)),
        }
    }
    let now = setup.clock.now();
    say::either(&setup.global, &books, || {
        let rows: Vec<Vec<String>> = books.iter().map(|book| row(book, now)).collect();
        say::table(&["RUNBOOK", "STEPS", "CHANGED", "TITLE"], &rows)
    })?;
    if books.is_empty() {
        say::note(
            &setup.global,
            &format!("no runbook is in {}", folder.display()),
        );
    }
    Ok(Exit::Ok)
}

fn unread(file: &str, error: &io::Error) -> String {
    format!("warning: {} can't be read: {error}", one_line(file))
}

fn row(book: &Book, now: DateTime<Utc>) -> Vec<String> {
    let age = book.changed_at.map(|at| format::age(now - at));
    vec![
        book.file.clone(),
        book.steps.len().to_string(),
        age.map_or_else(String::new, |age| format!("{age} ago")),
        book.title.to_string(),
    ]
}

/// The file that is meant by its path, or by its name where only one has it.
fn found(folder: &Path, wanted: &str) -> Result<String, Failure> {
    let is_meant = |name: &str| name == wanted || name.strip_suffix(".md") == Some(wanted);
    let (mut whole, mut named) = (None, Vec::new());
    for file in runbooks::files(folder) {
        let last = file.rsplit('/').next().unwrap_or(&file);
        if is_meant(&file) {
            whole = Some(file);
        } else if is_meant(last) {
            named.push(file);
        }
    }
    if let Some(whole) = whole {
        return Ok(whole);
    }
    match named.as_slice() {
        [] => Err(not_there(folder, wanted)),
        [one] => Ok(one.clone()),
        several => {
            let wanted = one_line(wanted);
            let several: Vec<String> = several.iter().map(|file| one_line(file)).collect();
            Err(Failure::usage(format!(
                "{} are all called {wanted}: name one with its folder",
                several.join(", ")
            )))
        }
    }
}

/// The names under which the steps of a runbook are ticked, in order.
///
/// # Errors
///
/// When it is not in the folder, or can't be read.
pub fn steps(folder: &Path, file: &str) -> Result<Vec<String>, Failure> {
    let there = runbooks::files(folder);
    let named = there.into_iter().find(|known| one_line(known) == file);
    let named = named.ok_or_else(|| not_there(folder, file))?;
    let written = read(folder, &named)?;
    let steps = book(&named, &written).steps.into_iter();
    Ok(steps.map(|step| step.item).collect())
}

fn read(folder: &Path, file: &str) -> Result<Written, Failure> {
    runbooks::written(folder, file).map_err(|error| {
        let file = one_line(file);
        Failure::refused(format!("the runbook {file} can't be read: {error}"))
    })
}

fn not_there(folder: &Path, wanted: &str) -> Failure {
    Failure::not_found(format!(
        "there is no runbook {} in {}: `warroom runbook list` shows them",
        one_line(wanted),
        folder.display()
    ))
}

/// A runbook as it is listed.
fn book(file: &str, written: &Written) -> Book {
    let file = one_line(file);
    let steps = runbook::steps(&written.text).into_iter().enumerate();
    Book {
        title: runbook::title(&written.text).unwrap_or_else(|| Title::lossy(&file)),
        changed_at: written.changed,
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
