//! The wall turns its pages: when, and when not.

use chrono::{DateTime, TimeDelta, Utc};
use warroom::{
    domain::{
        entry::IncidentId,
        fact::{Declaration, Fact},
        severity::Severity,
    },
    ui::{
        capability::Tier,
        msg::Msg,
        wall::{self, Wall},
    },
};

use super::{
    fixture::{INCIDENT, Log, at, console, declaration, incident_log, now},
    walls::{USUAL, shown, wall_of},
};

/// Two incidents besides each other: a P2 and a P3.
fn two() -> Log {
    let mut log = incident_log();
    let other = declaration("Thumbnails are late", Severity::P3, at("14:00:00"));
    log.add(
        OTHER,
        at("14:00:30"),
        "kai",
        Fact::Declared(Box::new(other)),
    );
    log
}

const OTHER: IncidentId = IncidentId(uuid::Uuid::from_u128(0x2044));

pub fn wall_of_two() -> Wall {
    wall_of(console(&two(), true))
}

pub fn tick(wall: &mut Wall, from: DateTime<Utc>, seconds: i64) -> Vec<Option<IncidentId>> {
    (1..=seconds)
        .map(|second| {
            wall::update(wall, Msg::Tick, from + TimeDelta::seconds(second));
            wall.app.shown
        })
        .collect()
}

#[test]
fn two_incidents_take_turns_of_fifteen_seconds() {
    let mut wall = wall_of_two();
    let first = wall.app.shown;

    let pages = tick(&mut wall, now(), 45);

    let turns = pages.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!(first, Some(INCIDENT));
    assert!((2..=3).contains(&turns), "{turns}");
    assert!(pages.contains(&Some(OTHER)));
    let words = shown(&wall_of_two(), USUAL, Tier::Rich, now());
    assert!(words.contains("page 1 of 2, next in "), "{words}");
}

#[test]
fn a_p1_stays_and_a_change_of_severity_is_shown_at_once() {
    let mut wall = wall_of_two();
    let mut log = two();
    let worse = Fact::SeverityChanged {
        to: Severity::P1,
        reason: "down".into(),
    };
    log.add(OTHER, now(), "kai", worse);
    let entries = log.entries();
    let last = entries.last().unwrap().clone();

    wall::update(&mut wall, Msg::Entries(vec![last]), now());

    assert_eq!(wall.app.shown, Some(OTHER));
    assert!(
        tick(&mut wall, now(), 60)
            .iter()
            .all(|page| *page == Some(OTHER))
    );
}

#[test]
fn no_page_turns_in_the_last_two_minutes_before_a_deadline() {
    let mut wall = wall_of_two();
    tick(&mut wall, at("14:12:10"), 10);

    let pages = tick(&mut wall, at("14:12:25"), 90);

    assert!(pages.iter().all(|page| *page == Some(INCIDENT)));
}

#[test]
fn a_drill_pins_nothing_and_takes_its_turn_after_what_is_real() {
    let mut log = incident_log();
    let drill = Declaration {
        drill: true,
        ..declaration("Game day", Severity::P1, at("14:06:00"))
    };
    log.add(
        OTHER,
        at("14:06:00"),
        "kai",
        Fact::Declared(Box::new(drill)),
    );
    let mut wall = wall_of(console(&log, true));
    let first = wall.app.shown;

    let pages = tick(&mut wall, now(), 60);

    assert_eq!(first, Some(INCIDENT));
    assert!(pages.contains(&Some(INCIDENT)) && pages.contains(&Some(OTHER)));
    let turns = pages.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!((3..=4).contains(&turns), "{turns}");
}
