//! Which runbook is on the screen: the one whose name fits the incident, or the
//! one that somebody chose.

use chrono::{DateTime, Utc};

use super::{App, Pane};
use crate::{
    domain::{incident::Incident, runbook, text::Title},
    ui::msg::Runbook,
};

/// What was chosen for an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Book {
    /// None yet: the list of all is shown.
    List,
    /// The one in that file.
    File(Title),
}

/// The runbook of the incident: the one that was chosen, or else the one whose
/// name shares most words with its service and title; `None` where none does.
///
/// The wrong one would be worse than none: steps are ticked in it.
pub fn runbook(app: &App) -> Option<&Runbook> {
    let incident = app.incident()?;
    match app.books.get(&incident.id) {
        Some(Book::List) => None,
        Some(Book::File(file)) => app.runbooks.iter().find(|book| book.file == *file),
        None => by_words(app, incident),
    }
}

fn by_words<'a>(app: &'a App, incident: &Incident) -> Option<&'a Runbook> {
    let state = incident.state();
    let service = state.service.as_deref().unwrap_or_default();
    let words = format!("{service} {}", state.title).to_lowercase();
    let shared = |file: &str| {
        file.to_lowercase()
            .split(['-', '_', '.', '/'])
            .filter(|part| part.len() > 2 && words.contains(part))
            .count()
    };
    let best = app.runbooks.iter().max_by_key(|book| shared(&book.file))?;
    (shared(&best.file) > 0).then_some(best)
}

/// The name under which the step in that line is ticked; none for other lines.
pub fn runbook_item(book: &Runbook, line: &runbook::Line) -> Option<String> {
    match line.kind {
        runbook::Kind::Step(number) => Some(runbook::item(&book.file, number)),
        runbook::Kind::Heading | runbook::Kind::Prose | runbook::Kind::Code => None,
    }
}

/// Shows the runbook of that name, or of the one name that has it as a part;
/// the list of all without a name, or where several fit.
pub(super) fn choose(app: &mut App, name: &str, now: DateTime<Utc>) {
    let name = name.trim().to_lowercase();
    let files: Vec<Title> = app.runbooks.iter().map(|book| book.file.clone()).collect();
    let is = |file: &&Title| file.to_lowercase() == name;
    let has = |file: &&Title| file.to_lowercase().contains(&name);
    let fitting: Vec<&Title> = files.iter().filter(has).collect();
    let found = files.iter().find(is).or(match fitting.as_slice() {
        [only] => Some(only),
        [] | [..] => None,
    });
    if found.is_none() && !name.is_empty() {
        let count = fitting.len();
        let text = format!("{count} runbooks are called {name:?}: Enter chooses one of all");
        app.warn(text, now);
    }
    show(
        app,
        found.map_or(Book::List, |file| Book::File(file.clone())),
    );
}

/// Shows the one whose row of the list is chosen.
pub(super) fn choose_row(app: &mut App) {
    let chosen = app.runbooks.get(app.row(Pane::Runbook));
    if let Some(file) = chosen.map(|book| book.file.clone()) {
        show(app, Book::File(file));
    }
}

fn show(app: &mut App, book: Book) {
    app.focus = Pane::Runbook;
    app.rows.remove(&Pane::Runbook);
    app.books.extend(app.shown.map(|id| (id, book)));
}
