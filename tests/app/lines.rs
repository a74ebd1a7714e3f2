//! Keys that came at once: as keys, and as text where several lines are typed.

use chrono::TimeDelta;
use crossterm::event::{KeyCode, KeyEvent};
use warroom::{
    domain::fact::Fact,
    ui::{
        app::{App, Mode, update},
        msg::{Effect, Msg},
        sheet::Sheet,
    },
};

use super::facts;
use crate::screen::fixture::{busy, now, press};

/// `text` as keys that the terminal delivered at once, a second later.
fn at_once(app: &mut App, text: &str) -> Vec<Effect> {
    let code = |c| match c {
        '\n' => KeyCode::Enter,
        c => KeyCode::Char(c),
    };
    let keys = text.chars().map(|c| KeyEvent::from(code(c))).collect();
    update(app, Msg::Lines(keys), now() + TimeDelta::seconds(1))
}

fn sheet(app: &App) -> &Sheet {
    match &app.mode {
        Mode::Sheet(sheet) => sheet,
        other => panic!("no sheet is open: {other:?}"),
    }
}

#[test]
fn several_lines_in_an_open_field_are_text_and_send_nothing() {
    let mut app = busy();
    press(&mut app, "a", now());

    let effects = at_once(&mut app, "disk is full\non render-2\n");

    assert_eq!(facts(&effects), []);
    assert_eq!(
        sheet(&app).fields[0].value.text().trim_end(),
        "disk is full on render-2"
    );
}

#[test]
fn several_lines_in_the_composer_stay_lines() {
    let mut app = busy();
    press(&mut app, "c\t\t\t\t\t", now());

    at_once(&mut app, "rolling back\nno jobs are lost");

    let body = app.composer.map(|composer| composer.body.text());
    assert_eq!(body.as_deref(), Some("rolling back\nno jobs are lost"));
}

#[test]
fn several_lines_over_the_panes_are_keys_in_their_order() {
    let mut app = busy();

    let effects = at_once(&mut app, "adisk is full\nain render-2\n");

    let note = |text: &str| Fact::Noted { text: text.into() };
    assert_eq!(facts(&effects), [note("disk is full"), note("in render-2")]);
}

#[test]
fn several_lines_never_answer_a_gate() {
    let mut app = busy();
    let (_, later) = press(&mut app, "c\x12", now());

    let effects = at_once(&mut app, "send\nsend\n");

    assert_eq!(facts(&effects), [], "at {later}");
    assert_eq!(sheet(&app).typed.text(), "");
}
