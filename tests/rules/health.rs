//! Health (H), as far as the incident hears of it.

use warroom::domain::{
    fact::{ErrorClass, Fact, Health},
    health::Panel,
    probe::{Outcome, Reading, Spec},
    severity::Severity,
};

use super::room::*;

fn panel() -> Panel {
    let specs: Vec<Spec> = [
        "name = \"web\"\nkind = \"http\"\nurl = \"http://127.0.0.1:8080/health\"",
        "name = \"gateway\"\nkind = \"tcp\"\naddress = \"127.0.0.1:53\"\ncontrol = true",
    ]
    .iter()
    .map(|text| toml::from_str(text).expect("a probe"))
    .collect();
    Panel::new(name("bastion"), &specs)
}

/// A reading of `what` goes to the panel, and what changes to the room.
fn reads(room: &mut Room, panel: &mut Panel, what: &str, clock: &str, outcome: Outcome) {
    let reading = Reading {
        at: at(clock),
        outcome,
        took: None,
        detail: "".into(),
        system: None,
    };
    for change in panel.observe(&name(what), &reading) {
        room.sees(at(clock), Fact::ProbeChanged(Box::new(change)));
    }
}

const REFUSED: Outcome = Outcome::Fail(ErrorClass::Connect);

#[test]
fn h1_three_failures_in_a_row_are_downtime() {
    let (mut room, mut panel) = (Room::alerted(Severity::P2, at("14:00")), panel());
    reads(&mut room, &mut panel, "web", "14:00:00", Outcome::Pass);
    reads(&mut room, &mut panel, "web", "14:00:10", REFUSED);
    reads(&mut room, &mut panel, "web", "14:00:20", REFUSED);
    assert!(!room.incident().has_open_outage());

    reads(&mut room, &mut panel, "web", "14:00:30", REFUSED);

    assert!(room.incident().has_open_outage());
}

#[test]
fn h1_downtime_is_counted_from_the_first_failure_to_the_first_success() {
    let (mut room, mut panel) = (Room::alerted(Severity::P2, at("14:00")), panel());
    for clock in ["14:00:10", "14:00:20", "14:00:30"] {
        reads(&mut room, &mut panel, "web", clock, REFUSED);
    }
    for clock in ["14:05:10", "14:05:20"] {
        reads(&mut room, &mut panel, "web", clock, Outcome::Pass);
    }

    let state = room.incident().state();

    assert_eq!(state.ledger.total(at("15:00")), minutes(5));
    assert_eq!(state.probes[&name("web")], (Health::Up, at("14:05:10")));
}

#[test]
fn a_change_of_an_older_program_began_when_it_was_recorded() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let change = Fact::read(
        "probe_changed",
        r#"{"probe":"web","from":"up","to":"down","counts":true}"#,
    )
    .unwrap();

    room.sees(at("14:03"), change);

    assert_eq!(
        room.incident().state().probes[&name("web")],
        (Health::Down, at("14:03"))
    );
}

#[test]
fn a_probe_that_is_no_longer_probed_is_not_down_in_a_later_incident() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.sees(at("14:01"), probe("old", Health::Up, Health::Down));
    let mut panel = panel();
    reads(&mut room, &mut panel, "web", "14:02:00", Outcome::Pass);

    for change in room.board.untold(&panel) {
        room.sees(at("14:02"), Fact::ProbeChanged(Box::new(change)));
    }
    assert!(!room.incident().has_open_outage());
    room.declares(alert(Severity::P2, at("15:00")), at("15:00"));

    assert!(!room.incident().has_open_outage());
    let shown: Vec<_> = room.board.probes().map(|(name, ..)| name.clone()).collect();
    assert_eq!(shown, [name("web")]);
}

#[test]
fn h2_a_failing_control_probe_makes_targets_unknown_and_no_downtime() {
    let (mut room, mut panel) = (Room::alerted(Severity::P2, at("14:00")), panel());
    reads(&mut room, &mut panel, "web", "14:00:00", Outcome::Pass);

    for clock in ["14:00:10", "14:00:20", "14:00:30", "14:00:40"] {
        reads(&mut room, &mut panel, "gateway", clock, REFUSED);
        reads(&mut room, &mut panel, "web", clock, REFUSED);
    }

    assert!(panel.offline());
    assert_eq!(
        room.incident().state().probes[&name("web")].0,
        Health::Unknown
    );
    assert_eq!(
        room.incident().state().ledger.total(at("15:00")),
        minutes(0)
    );
}

#[test]
fn h2_going_offline_ends_the_downtime_that_was_counted() {
    let (mut room, mut panel) = (Room::alerted(Severity::P2, at("14:00")), panel());
    for clock in ["14:00:00", "14:00:10", "14:00:20"] {
        reads(&mut room, &mut panel, "web", clock, REFUSED);
    }
    assert!(room.incident().has_open_outage());

    for clock in ["14:10:00", "14:10:10", "14:10:20"] {
        reads(&mut room, &mut panel, "gateway", clock, REFUSED);
    }

    assert!(!room.incident().has_open_outage());
}
