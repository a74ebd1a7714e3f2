//! What a wall says where nobody is reached, and of what has no effect.

use warroom::{
    domain::{
        fact::{Fact, Skip},
        notice::{Delivery, DeliveryState, Purpose},
        severity::Severity,
    },
    ui::{capability::Tier, msg::Msg, theme::Role, wall},
};

use super::{
    fixture::{INCIDENT, at, busy, console, delivery, incident_log, now},
    owed::step,
    walls::{USUAL, drawn, shown, tallest, wall_of},
};

fn page(key: &str, state: DeliveryState) -> Delivery {
    let mut page = delivery(key, state);
    page.created_at = at("13:54:30");
    page.last_error = "the pager of bo is gone".into();
    page
}

#[test]
fn a_page_that_did_not_arrive_is_the_first_thing_on_the_wall() {
    let mut wall = wall_of(busy());
    let update = Delivery {
        intent: warroom::domain::notice::Intent {
            purpose: Purpose::Update,
            ..page("2", DeliveryState::Dead).intent
        },
        ..page("2", DeliveryState::Dead)
    };
    let pages = vec![update, page("1", DeliveryState::Dead)];
    wall::update(&mut wall, Msg::Deliveries(pages), now());

    let words = shown(&wall, USUAL, Tier::Rich, now());

    assert!(words.contains("by pager: dead, +1 more"), "{words}");
    assert!(words.contains("the pager of bo is gone"), "{words}");
    assert!(words.contains("ESCALATES IN"), "{words}");
    let buffer = drawn(&wall, USUAL, Tier::Rich, now());
    assert!(tallest(&buffer, Role::Over) >= 8, "words and time: {words}");
    insta::assert_snapshot!(words);
}

#[test]
fn without_names_a_page_that_did_not_arrive_keeps_its_error_for_itself() {
    let mut wall = wall_of(busy());
    wall.redact = true;
    let dead = vec![page("1", DeliveryState::Dead)];
    wall::update(&mut wall, Msg::Deliveries(dead), now());

    let words = shown(&wall, USUAL, Tier::Rich, now());

    assert!(words.contains("by pager: dead"), "{words}");
    assert!(!words.contains("pager of bo"), "{words}");
}

#[test]
fn a_page_in_doubt_is_not_said_to_be_lost() {
    let mut wall = wall_of(busy());
    let doubtful = vec![page("1", DeliveryState::Uncertain)];
    wall::update(&mut wall, Msg::Deliveries(doubtful), now());

    let words = shown(&wall, USUAL, Tier::Rich, now());

    assert!(words.contains("by pager: uncertain"), "{words}");
    let buffer = drawn(&wall, USUAL, Tier::Rich, now());
    assert!(tallest(&buffer, Role::Over) == 0, "{words}");
}

#[test]
fn a_message_of_another_incident_is_not_on_this_page() {
    let mut wall = wall_of(busy());
    let mut other = page("1", DeliveryState::Dead);
    other.intent.incident = warroom::domain::entry::IncidentId(uuid::Uuid::from_u128(0x2044));
    wall::update(&mut wall, Msg::Deliveries(vec![other]), now());

    let words = shown(&wall, USUAL, Tier::Rich, now());

    assert!(!words.contains("NOT SENT"), "{words}");
}

#[test]
fn a_step_that_is_left_to_people_is_as_big_as_a_deadline() {
    let mut log = incident_log();
    let skipped = Fact::StepSkipped {
        step: step(1),
        target: "Engineering Manager".into(),
        why: Skip::Unreachable,
        reason: "no channel".into(),
    };
    log.add(INCIDENT, at("14:14:22"), "engine", skipped);
    let mut wall = wall_of(console(&log, true));
    super::walls::beat(&mut wall, at("14:16:20"));

    for size in [USUAL, (120, 40), (80, 24)] {
        let words = shown(&wall, size, Tier::Rich, at("14:16:22"));

        assert!(words.contains("Engineering Manager"), "{words}");
    }
    let small = shown(&wall, (80, 24), Tier::Rich, at("14:16:22"));
    assert!(small.contains("TELL BY HAND"), "{small}");
    let buffer = drawn(&wall, USUAL, Tier::Rich, at("14:16:22"));
    assert!(tallest(&buffer, Role::Over) >= 8);
}

#[test]
fn a_resolve_that_had_no_effect_is_not_said_to_the_room() {
    let mut log = incident_log();
    let base = log.entries().len() as u64;
    let worse = Fact::SeverityChanged {
        to: Severity::P1,
        reason: "".into(),
    };
    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: None,
    };
    log.add(INCIDENT, at("14:05:00"), "ana", worse);
    log.apart(base, "14:05:10", "bo", resolved);
    let mut wall = wall_of(console(&log, true));

    for redact in [false, true] {
        wall.redact = redact;
        let words = shown(&wall, USUAL, Tier::Rich, now());

        assert!(!words.contains("resolved"), "{words}");
    }
}
