//! What was climbed, under a policy that is adopted meanwhile; and after holds.

use uuid::Uuid;
use warroom::domain::{
    entry::{EntryId, IncidentId, Via},
    escalation::{computed_id, fires},
    fact::{Fact, Skip},
    severity::Severity,
};

use super::room::*;

/// A policy whose management ladder has these steps.
fn ladder(steps: &[(&str, &str)]) -> String {
    let step = |(after, target): &(&str, &str)| {
        format!("[[ladder.step]]\nafter = \"{after}\"\ntarget = \"{target}\"\n")
    };
    let steps: Vec<String> = steps.iter().map(step).collect();
    let ladder = "[[ladder]]\nname = \"management\"\nuntil = \"mitigated\"\n";
    format!("{REACHABLE}\n{ladder}{}", steps.concat())
}

const TEAM_LEAD: (&str, &str) = ("15m", "Team Lead");
const MANAGER: (&str, &str) = ("1h", "Engineering Manager");
const VP: (&str, &str) = ("2h", "VP Engineering");

fn adopts(room: &mut Room, clock: &str, steps: &[(&str, &str)]) {
    let policy = ladder(steps);
    room.does(at(clock), "ada", Fact::PolicyAdopted { policy });
}

#[test]
fn e6_a_step_that_takes_another_ones_place_is_still_climbed() {
    let mut room = Room::under(
        &ladder(&[TEAM_LEAD, MANAGER, VP]),
        Severity::P1,
        at("14:00"),
    );
    room.happens(at("14:15"), "engine", escalated(0, "Team Lead"));
    room.happens(at("15:00"), "engine", escalated(1, "Engineering Manager"));

    adopts(&mut room, "15:01", &[MANAGER, VP]);

    assert_eq!(owed(room.incident(), "VP Engineering"), Some(at("16:00")));
    let now = climbed(&room, "16:00");
    assert_eq!(now.fire, [(step(1), minutes(0))]);
    assert_eq!(now.skip, [], "who was paged is not paged again (E3)");
}

#[test]
fn e6_a_step_that_was_passed_over_passes_over_no_other() {
    let mut room = Room::under(&ladder(&[TEAM_LEAD, MANAGER]), Severity::P1, at("14:00"));
    let passed = Fact::StepSkipped {
        step: step(0),
        target: "Team Lead".into(),
        why: Skip::ByHand,
        reason: "on leave".into(),
    };
    room.happens(at("14:10"), "ada", passed);

    adopts(&mut room, "14:11", &[MANAGER]);

    assert_eq!(
        owed(room.incident(), "Engineering Manager"),
        Some(at("15:00"))
    );
}

#[test]
fn e6_of_two_steps_that_tell_the_same_the_second_is_still_climbed() {
    let again = ("30m", "Team Lead");
    let mut room = Room::under(&ladder(&[TEAM_LEAD, again]), Severity::P1, at("14:00"));
    room.happens(at("14:15"), "engine", escalated(0, "Team Lead"));

    adopts(&mut room, "14:16", &[("1m", "CEO"), TEAM_LEAD, again]);

    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("14:30")));
}

#[test]
fn e6_where_the_first_of_two_that_tell_the_same_is_left_out_the_second_is_still_climbed() {
    let again = ("1h", "Team Lead");
    let mut room = Room::under(&ladder(&[TEAM_LEAD, again]), Severity::P1, at("14:00"));
    let id = |room: &Room, index| {
        let page = fires(
            room.incident(),
            step(index),
            vec![name("pager")],
            at("15:00"),
        );
        computed_id(room.incident(), &page)
    };
    let (first, second) = (id(&room, 0), id(&room, 1));
    room.happens(at("14:15"), "engine", escalated(0, "Team Lead"));

    adopts(&mut room, "14:16", &[again, ("2h", "Team Lead")]);

    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("15:00")));
    assert_eq!(id(&room, 0), second, "it is the one it was");
    assert!(![first, second].contains(&id(&room, 1)), "it is a new one");
    room.happens(at("15:00"), "engine", escalated(0, "Team Lead"));
    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("16:00")));
}

#[test]
fn e6_a_step_that_fired_stays_fired_when_its_time_is_changed() {
    let mut room = Room::under(&ladder(&[TEAM_LEAD, MANAGER]), Severity::P1, at("14:00"));
    room.happens(at("14:15"), "engine", escalated(0, "Team Lead"));

    adopts(&mut room, "14:16", &[("20m", "Team Lead"), MANAGER]);

    assert_eq!(owed(room.incident(), "Team Lead"), None);
}

#[test]
fn e6_steps_at_one_place_have_ids_of_their_own() {
    let mut room = Room::under(&ladder(&[TEAM_LEAD, MANAGER]), Severity::P1, at("14:00"));
    let id = |room: &Room| {
        let page = fires(room.incident(), step(0), vec![name("pager")], at("15:00"));
        computed_id(room.incident(), &page)
    };
    let before = id(&room);

    adopts(&mut room, "14:01", &[MANAGER]);

    assert!(before.is_some());
    assert_ne!(id(&room), before);
}

#[test]
fn e11_a_hold_until_the_same_minute_as_the_one_before_ends_as_well() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let until = at("14:30");
    let reason = || "a fix is on its way".into();
    let ends = |room: &Room| computed_id(room.incident(), &Fact::HoldEnded {});
    room.does(
        at("14:05"),
        "ada",
        Fact::Held {
            until,
            reason: reason(),
        },
    );
    let first = ends(&room);
    room.happens(at("14:30"), "engine", Fact::HoldEnded {});

    room.happens(
        at("14:31"),
        "bo",
        Fact::Held {
            until,
            reason: reason(),
        },
    );

    assert!(first.is_some());
    assert_ne!(ends(&room), first);
    let now = climbed(&room, "14:32");
    assert!(now.fire.contains(&(step(0), minutes(17))), "{now:?}");
}

#[test]
fn e9_what_the_engine_did_is_neither_taken_back_nor_moved_even_ahead_of_it() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let mut page = room.entry(at("14:15"), "engine", escalated(0, "Team Lead"));
    page.via = Via::Engine;
    let entry: EntryId = page.id;
    let reason = || "x".into();
    room.happens(
        at("14:01"),
        "eve",
        Fact::Retracted {
            entry,
            reason: reason(),
        },
    );
    let to = at("23:00");
    room.happens(
        at("14:02"),
        "eve",
        Fact::Corrected {
            entry,
            at: to,
            reason: reason(),
        },
    );

    page.seq = Some(room.head() + 1);
    room.board.apply(page);

    let fired = room.incident().fired(&step(0)).expect("it fired");
    assert_eq!(fired.last, at("14:15"));
    assert_eq!(room.incident().retracted_by(entry), None);
}

#[test]
fn e9_after_a_round_that_was_jumped_to_comes_one_that_nobody_fired() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let mut jump = escalated(0, "Team Lead");
    if let Fact::Escalated { round, .. } = &mut jump {
        *round = 3;
    }

    room.happens(at("14:15"), "engine", jump);

    assert_eq!(room.incident().rounds(&step(0)), 4);
}

#[test]
fn r3_what_was_climbed_in_another_incident_counts_for_whom_it_told_there() {
    let mut room = Room::under(&ladder(&[TEAM_LEAD, MANAGER]), Severity::P1, at("14:00"));
    let swapped = [("15m", "VP Engineering"), ("1h", "Team Lead")];
    adopts(&mut room, "14:10", &swapped);

    // Whoever merged it did not know of that.
    let absorbed = Fact::Absorbed {
        from: IncidentId(Uuid::from_u128(9)),
        alert_at: None,
        fired: vec!["management/0".to_owned()],
        targets: vec!["Team Lead".into()],
        highest: None,
    };
    room.happens(at("14:12"), "bo", absorbed);

    assert_eq!(owed(room.incident(), "Team Lead"), None);
    assert_eq!(owed(room.incident(), "VP Engineering"), Some(at("14:15")));
}
