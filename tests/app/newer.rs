//! An incident that holds what only a newer warroom knows.

use warroom::{
    domain::fact::Fact,
    ui::{
        action::Action,
        app::{App, Mode},
        capability::Tier,
    },
};

use crate::screen::fixture::{INCIDENT, at, console, incident_log, now, press, words_on};

/// The mock-ups' incident with a fact that may not be passed over.
fn locked() -> App {
    let mut log = incident_log();
    let fact = Fact::read("lockdown", r#"{"critical": true}"#).unwrap();
    log.add(INCIDENT, at("14:06:00"), "kai", fact);
    console(&log, false)
}

#[test]
fn an_incident_that_needs_a_newer_warroom_says_so_before_anybody_types() {
    for size in [(120, 40), (80, 24)] {
        let screen = words_on(&locked(), size, Tier::Rich, now());

        let header = screen.lines().next().unwrap();
        assert!(header.contains("READ ONLY"), "{screen}");
        assert!(screen.contains("newer warroom"), "{screen}");
    }
}

#[test]
fn nothing_is_asked_about_an_incident_that_can_only_be_read() {
    let mut app = locked();

    let (effects, _) = press(&mut app, "a", now());

    assert_eq!(effects, []);
    assert!(matches!(app.mode, Mode::Browse), "{:?}", app.mode);
    let said = app.toast.as_ref().map_or("", |toast| toast.text.as_str());
    assert!(said.contains("newer warroom"), "{said}");
    for action in [
        Action::Note,
        Action::Compose,
        Action::Escalate,
        Action::Resolve,
    ] {
        assert!(app.enabled(action).is_err(), "{action}");
    }
    assert_eq!(app.enabled(Action::Find), Ok(()));
}
