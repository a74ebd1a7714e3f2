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

#[test]
fn a_word_that_came_in_one_piece_with_its_enter_answers_no_gate_and_says_so() {
    let mut app = busy();
    let (_, later) = press(&mut app, "E", now());
    let later = later + TimeDelta::seconds(1);

    let keys = "escalate".chars().map(KeyCode::Char);
    let mut effects = Vec::new();
    for code in keys.chain([KeyCode::Enter]) {
        effects.extend(update(&mut app, Msg::Key(code.into()), later));
    }

    assert_eq!(facts(&effects), []);
    let error = sheet(&app).error.clone().unwrap_or_default();
    assert!(
        error.contains("in one piece: type the word escalate"),
        "{error}"
    );
    let (typed, _) = press(&mut app, "escalate\n", later);
    assert!(matches!(facts(&typed)[..], [Fact::Escalated { .. }]));
}

#[test]
fn a_line_that_delivers_some_letters_late_and_at_once_does_not_stop_a_typist() {
    let mut app = busy();
    let (_, mut later) = press(&mut app, "E", now());

    let mut effects = Vec::new();
    for bundle in ["esca", "late", "\n"] {
        later += TimeDelta::milliseconds(120);
        if bundle == "esca" {
            later += TimeDelta::seconds(1);
        }
        for c in bundle.chars() {
            let code = if c == '\n' {
                KeyCode::Enter
            } else {
                KeyCode::Char(c)
            };
            effects.extend(update(&mut app, Msg::Key(code.into()), later));
        }
    }

    assert!(matches!(facts(&effects)[..], [Fact::Escalated { .. }]));
}

#[test]
fn a_paste_at_a_gate_is_refused_with_a_word() {
    let mut app = busy();
    let (_, later) = press(&mut app, "E", now());

    update(&mut app, Msg::Paste("escalate".to_owned()), later);

    let error = sheet(&app).error.clone().unwrap_or_default();
    assert!(error.contains("in one piece"), "{error}");
    assert_eq!(sheet(&app).typed.text(), "");
}
