//! Which runbook is shown: one that fits, one that was chosen, and never a guess.

use warroom::{
    domain::runbook::document,
    ui::{
        app::{App, Mode, runbook, update},
        capability::Tier,
        msg::{Msg, Runbook},
    },
};

use super::toast;
use crate::screen::fixture::{busy, now, press, words_on};

fn with_books(files: &[&str]) -> App {
    let mut app = busy();
    let book = |file: &&str| Runbook {
        file: (*file).into(),
        lines: document("1. restart it"),
        changed: None,
    };
    let books = files.iter().map(book).collect();
    update(&mut app, Msg::Runbooks(books), now());
    app
}

fn shown(app: &App) -> Option<&str> {
    runbook(app).map(|book| book.file.as_str())
}

#[test]
fn no_runbook_is_guessed_where_none_names_the_incident() {
    let mut app = with_books(&["big.md", "checkout.md"]);

    press(&mut app, "8z", now());

    let words = words_on(&app, (80, 24), Tier::Rich, now());
    assert_eq!(shown(&app), None);
    assert!(
        words.contains("no runbook names this; showing none"),
        "{words}"
    );
    assert!(words.contains("big.md") && words.contains("checkout.md"));
}

#[test]
fn a_runbook_is_chosen_from_the_list_and_its_steps_are_ticked_there() {
    let mut app = with_books(&["big.md", "checkout.md"]);

    press(&mut app, "8j\n", now());

    assert_eq!(shown(&app), Some("checkout.md"));
    assert_eq!(app.row(app.focus), 0);
}

#[test]
fn a_runbook_is_chosen_by_a_part_of_its_name_also_where_another_fits() {
    let mut app = with_books(&["latency.md", "db/big.md"]);

    let fitting = shown(&app).map(ToOwned::to_owned);
    press(&mut app, ":runbook BIG\n", now());

    assert_eq!(fitting.as_deref(), Some("latency.md"));
    assert_eq!(shown(&app), Some("db/big.md"));
    assert!(matches!(app.mode, Mode::Browse));
}

#[test]
fn a_name_that_no_runbook_has_says_so_and_shows_all() {
    let mut app = with_books(&["latency.md", "big.md"]);

    press(&mut app, ":runbook nope\n", now());

    assert_eq!(shown(&app), None);
    assert!(toast(&app).contains("0 runbooks"), "{}", toast(&app));
}
