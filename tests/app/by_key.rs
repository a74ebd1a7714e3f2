//! What every incident may need has a key: from the row of a duty, in the list of
//! all incidents, and by itself.

use uuid::Uuid;
use warroom::{
    domain::{
        duty::{Duty, duties},
        entry::IncidentId,
        fact::{Declaration, Fact},
        severity::Severity,
        update::Audience,
    },
    ui::{
        action::Action,
        app::{App, Mode},
        capability::Tier,
        keymap::Keymap,
    },
};

use super::{resolved, toast};
use crate::screen::fixture::{
    INCIDENT, Log, at, busy, console, declaration, incident_log, now, press, untaken, words_on,
};

/// Whether it is the duty that is meant.
type Meant = fn(&Duty) -> bool;

const OTHER: IncidentId = IncidentId(Uuid::from_u128(0x2044));

fn asked(app: &App) -> Option<Action> {
    match &app.mode {
        Mode::Sheet(sheet) => Some(sheet.action),
        _ => None,
    }
}

fn critical() -> App {
    let mut log = Log::default();
    let declared = declaration("Checkout is down", Severity::P1, at("13:50:00"));
    let declared = Fact::Declared(Box::new(declared));
    log.add(INCIDENT, at("13:50:30"), "kai", declared);
    console(&log, false)
}

/// The console with the keys on the row of that duty.
fn on(mut app: App, is_it: Meant) -> App {
    let dues = duties(app.incident().expect("one is shown"));
    let row = dues.iter().position(|due| is_it(&due.duty));
    let row = row.expect("it is owed");
    press(&mut app, &"j".repeat(row), now());
    app
}

#[test]
fn what_ends_an_incident_or_puts_its_log_right_has_a_key() {
    let keys = Keymap::built_in();

    for action in [
        Action::Reopen,
        Action::Merge,
        Action::Correct,
        Action::Retract,
        Action::ComposeOutside,
        Action::Approve,
        Action::Publish,
        Action::Unhold,
        Action::Runbook,
    ] {
        assert!(keys.key_of(action).is_some(), "{action} has no key");
    }
}

#[test]
fn enter_on_the_row_of_a_duty_begins_what_fulfils_it() {
    let cases: [(Meant, Action); 3] = [
        (|duty| matches!(duty, Duty::Respond(_)), Action::Acknowledge),
        (|duty| matches!(duty, Duty::Resolve(_)), Action::Resolve),
        (
            |duty| matches!(duty, Duty::Escalate { .. }),
            Action::Escalate,
        ),
    ];
    for (is_it, action) in cases {
        let mut app = on(untaken(), is_it);

        let (effects, _) = press(&mut app, "\n", now());

        assert_eq!(effects, []);
        assert_eq!(asked(&app), Some(action));
    }
}

#[test]
fn enter_on_news_for_outside_goes_on_where_they_stand() {
    let mut app = on(critical(), |duty| *duty == Duty::External);

    press(&mut app, "\n", now());

    let composer = app.composer.as_ref().expect("the composer is open");
    assert_eq!(composer.audience, Audience::External);
}

#[test]
fn next_says_by_which_key_news_for_outside_are_drafted() {
    let words = words_on(&critical(), (80, 24), Tier::Rich, now());

    assert!(words.contains("draft public news (o)"), "{words}");
}

#[test]
fn an_entry_is_corrected_and_retracted_from_its_row() {
    for (key, action) in [("=", Action::Correct), ("-", Action::Retract)] {
        let mut app = busy();

        press(&mut app, &format!("3j{key}"), now());

        assert_eq!(asked(&app), Some(action), "{}", toast(&app));
    }
}

#[test]
fn an_entry_that_is_not_chosen_is_not_retracted() {
    let mut app = busy();

    press(&mut app, "1-", now());

    assert_eq!(asked(&app), None);
    assert!(toast(&app).contains("choose an entry"), "{}", toast(&app));
}

#[test]
fn the_chosen_one_of_all_incidents_is_reopened() {
    let mut log = incident_log();
    let other = declaration("Thumbnails are late", Severity::P3, at("13:00:00"));
    let other = Fact::Declared(Box::new(other));
    log.add(OTHER, at("13:00:30"), "kai", other);
    log.add(OTHER, at("13:30:00"), "kai", resolved());
    let mut app = console(&log, true);

    press(&mut app, "hB", now());

    assert_eq!(asked(&app), Some(Action::Reopen), "{}", toast(&app));
    assert_eq!(app.shown, Some(OTHER));
}

#[test]
fn what_is_not_over_is_not_reopened_and_the_list_stays() {
    let mut app = busy();
    let shown = app.shown;

    press(&mut app, "hB", now());

    assert!(matches!(app.mode, Mode::History(_)));
    assert!(
        toast(&app).contains("it is not resolved"),
        "{}",
        toast(&app)
    );
    assert_eq!(app.shown, shown);
}

#[test]
fn an_incident_is_merged_by_key_and_never_into_a_drill() {
    let real = declaration("Thumbnails are late", Severity::P3, at("14:00:00"));
    let drill = Declaration {
        drill: true,
        ..real.clone()
    };
    for (declared, wanted) in [(real, Some(Action::Merge)), (drill, None)] {
        let mut log = incident_log();
        log.add(
            OTHER,
            at("14:00:30"),
            "kai",
            Fact::Declared(Box::new(declared)),
        );
        let mut app = console(&log, true);
        app.shown = Some(INCIDENT);

        press(&mut app, "J", now());

        assert_eq!(asked(&app), wanted, "{}", toast(&app));
    }
}
