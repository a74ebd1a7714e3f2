//! Incidents that are over, and not done: what is left stands where one looks.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;
use warroom::{
    domain::{
        entry::IncidentId,
        fact::{ActionKind, Fact},
        severity::Severity,
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::Msg,
    },
};

use super::fixture::{INCIDENT, Log, at, console, declaration, now, press, quiet, words_on};

const P1: IncidentId = IncidentId(Uuid::from_u128(0x2050));

/// A P1 that was resolved an hour ago: the team has not looked back yet, and
/// an action item is not done.
fn resolved() -> Log {
    let mut log = Log::default();
    let declared = declaration("Site is down", Severity::P1, at("12:00:00"));
    log.add(
        P1,
        at("12:01:00"),
        "kai",
        Fact::Declared(Box::new(declared)),
    );
    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: Some("verified by hand".into()),
    };
    log.add(P1, at("13:00:00"), "kai", resolved);
    let action = Fact::ActionAdded {
        kind: ActionKind::Monitoring,
        what: "alert on worker memory".into(),
        owner: Some("kai".into()),
        due: None,
    };
    log.add(P1, at("13:05:00"), "kai", action);
    log
}

fn shown(app: &App, size: (u16, u16), now: DateTime<Utc>) -> String {
    words_on(app, size, Tier::Rich, now)
}

#[test]
fn the_quiet_page_names_what_is_left_of_an_incident() {
    let app = console(&resolved(), false);

    for size in [(200, 60), (120, 40), (80, 24)] {
        let screen = shown(&app, size, now());

        let second = screen.lines().nth(1).unwrap_or_default();
        let left = "left of INC-1: public update +2h01, ";
        assert!(second.contains(left), "{screen}");
        assert!(screen.contains("Site is down"), "{screen}");
    }
    let wide = shown(&app, (200, 60), now());
    assert!(
        wide.contains("retrospective 1d 22h, 1 action item"),
        "{wide}"
    );
}

#[test]
fn what_is_left_and_late_is_the_first_row_of_what_is_watched() {
    let app = console(&resolved(), false);

    let screen = shown(&app, (80, 24), now() + TimeDelta::days(3));

    let first = screen.lines().nth(3).unwrap_or_default();
    assert!(first.starts_with("! INC-1: "), "{screen}");
}

#[test]
fn next_has_the_action_items_of_an_incident_that_is_over() {
    let mut app = console(&resolved(), false);
    press(&mut app, "h\n1z", now());

    let screen = shown(&app, (120, 40), now());

    assert!(screen.contains("ACTIONS"), "{screen}");
    assert!(screen.contains("1 item: alert on"), "{screen}");
    assert!(screen.contains("RETRO"), "{screen}");
}

#[test]
fn a_quiet_page_of_which_nothing_is_left_says_nothing_of_it() {
    let screen = shown(&quiet(), (80, 24), now());

    assert!(!screen.contains("left of"), "{screen}");
}

#[test]
fn nothing_is_left_of_what_people_work_on() {
    let mut app = console(&resolved(), false);
    let mut log = resolved();
    let before = log.entries().len();
    let declared = declaration("Slow", Severity::P3, at("14:00:00"));
    let fact = Fact::Declared(Box::new(declared));
    log.add(INCIDENT, at("14:00:00"), "kai", fact);
    let new = log.entries().split_off(before);
    update(&mut app, Msg::Entries(new), now());

    let screen = shown(&app, (80, 24), now());

    assert!(!screen.contains("left of INC-2"), "{screen}");
}
