//! A copy of the log on a screen: what waits for its number, and a server that
//! was put back from an older backup.

use std::collections::BTreeMap;

use warroom::{
    domain::{
        entry::{Entry, IncidentId},
        fact::Fact,
        severity::Severity,
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::{Msg, Shared},
    },
};

use crate::screen::fixture::{
    INCIDENT, Log, at, blank, busy, console, declaration, incident_log, now, words_on,
};

const OTHER: IncidentId = IncidentId(uuid::Uuid::from_u128(77));

/// The mock-ups' P2, and a P1 that was declared after it.
fn two() -> Log {
    let mut log = incident_log();
    let declared = declaration("All renders hang", Severity::P1, at("14:05:00"));
    log.add(
        OTHER,
        at("14:05:00"),
        "kai",
        Fact::Declared(Box::new(declared)),
    );
    log
}

/// These entries without the numbers that they had.
fn unnumbered(mut entries: Vec<Entry>) -> Vec<Entry> {
    for entry in &mut entries {
        entry.seq = None;
    }
    entries
}

fn hears(app: &mut App, heard: Shared) {
    update(app, Msg::Shared(heard), now());
}

#[test]
fn an_incident_opened_out_of_touch_comes_onto_a_quiet_screen() {
    let mut app = blank();
    let unsent = unnumbered(incident_log().entries());

    hears(&mut app, Shared::Unsent(unsent, BTreeMap::new()));

    assert_eq!(app.shown, Some(INCIDENT));
    let screen = words_on(&app, (120, 40), Tier::Rich, now());
    assert!(!screen.contains("NO INCIDENT"), "{screen}");
}

#[test]
fn an_incident_opened_out_of_touch_takes_no_screen_from_another() {
    let mut app = busy();
    let before = incident_log().entries().len();
    let unsent = unnumbered(two().entries().split_off(before));

    hears(&mut app, Shared::Unsent(unsent, BTreeMap::new()));

    assert_eq!(app.shown, Some(INCIDENT));
}

#[test]
fn the_screen_stays_with_its_incident_when_the_server_was_put_back() {
    let mut app = console(&two(), false);
    app.shown = Some(INCIDENT);
    let mut log = two().entries();
    let lost = unnumbered(log.split_off(log.len() - 2));

    hears(&mut app, Shared::Anew(log, lost, BTreeMap::new()));

    assert_eq!(app.shown, Some(INCIDENT));
    let said = app.toast.as_ref().map(|toast| toast.text.as_str());
    let said = said.unwrap_or_default();
    assert!(said.contains("the server lost 2 entries"), "{said}");
    assert_eq!(app.shared.unsent, 2);
}

#[test]
fn the_screen_stays_with_an_incident_that_the_server_lost_whole() {
    let mut app = console(&two(), false);
    app.shown = Some(OTHER);
    let before = incident_log().entries().len();
    let mut log = two().entries();
    let lost = unnumbered(log.split_off(before));

    hears(&mut app, Shared::Anew(log, lost, BTreeMap::new()));

    assert_eq!(app.shown, Some(OTHER));
}

#[test]
fn what_never_had_a_number_is_not_said_to_be_lost() {
    let mut app = busy();
    let text = "written out of touch".into();
    let mut log = incident_log();
    let before = log.entries().len();
    log.add(INCIDENT, at("14:06:00"), "ana", Fact::Noted { text });
    let unsent = unnumbered(log.entries().split_off(before));
    let history = incident_log().entries();

    hears(&mut app, Shared::Anew(history, unsent, BTreeMap::new()));

    assert_eq!(app.toast, None);
}
