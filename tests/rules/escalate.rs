//! Escalation: who is told, and when (E1 to E6).

use warroom::domain::{
    duty::{Due, Duty, Standing},
    escalation,
    fact::{Declaration, Fact},
    severity::Severity,
};

use super::room::*;

#[test]
fn e1_offsets_are_absolute_from_the_alert() {
    let mut room = Room::declared(alert(Severity::P2, at("14:00")), at("14:22"));

    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("14:15")));
    room.happens(at("14:22"), "engine", escalated(0, "Team Lead"));

    assert_eq!(owed(room.incident(), "Team Lead"), None);
    assert_eq!(
        owed(room.incident(), "Engineering Manager"),
        Some(at("15:00"))
    );
    assert_eq!(owed(room.incident(), "VP Engineering"), Some(at("16:00")));
    assert_eq!(
        step_standing(room.incident(), "CEO"),
        Some(Standing::NotApplicable("P1 only".to_owned()))
    );
}

#[test]
fn e1_a_step_that_was_due_before_the_declaration_fires_at_once_and_late() {
    let declaration = Declaration {
        policy: REACHABLE.to_owned(),
        ..alert(Severity::P2, at("14:00"))
    };

    let room = Room::declared(declaration, at("14:22"));

    let now = climbed(&room, "14:22");
    assert!(now.fire.contains(&(step(0), minutes(7))), "{now:?}");
    assert_eq!(now.skip, []);
}

#[test]
fn e2_acknowledging_stops_the_page_ladder_alone() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    assert_eq!(
        owed(room.incident(), "Initial responder"),
        Some(at("14:00"))
    );

    room.does(at("14:03"), "bo", Fact::Acknowledged {});

    assert_eq!(owed(room.incident(), "Initial responder"), None);
    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("14:15")));
}

#[test]
fn e2_mitigating_stops_the_management_ladder() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.happens(at("14:15"), "engine", escalated(0, "Team Lead"));

    room.does(at("14:50"), "ada", Fact::Mitigated {});

    assert_eq!(owed(room.incident(), "Engineering Manager"), None);
    assert_eq!(
        step_standing(room.incident(), "Engineering Manager"),
        Some(Standing::NotApplicable("stopped: mitigated".to_owned()))
    );
    assert_eq!(owed(room.incident(), "first notice"), Some(at("14:05")));
    assert_eq!(owed(room.incident(), "resolve"), Some(at("15:00")));
}

#[test]
fn e2_a_step_may_say_itself_what_stops_it() {
    let text = "amends = \"built-in\"\n[[ladder]]\nname = \"management\"\nuntil = \"acknowledged\"\n[[ladder.step]]\nafter = \"15m\"\ntarget = \"Team Lead\"\nuntil = \"resolved\"\n";
    let mut room = Room::under(text, Severity::P1, at("14:00"));

    room.happens(at("14:01"), "ada", Fact::Acknowledged {});
    room.happens(at("14:02"), "ada", Fact::Mitigated {});

    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("14:15")));
    room.happens(at("14:03"), "ada", resolved());
    assert_eq!(owed(room.incident(), "Team Lead"), None);
}

#[test]
fn e3_upgraded_after_four_hours_forty_the_ceo_is_due_at_once_and_late() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    room.happens(at("14:01"), "ada", Fact::Acknowledged {});
    for (index, target) in ["Team Lead", "Engineering Manager", "VP Engineering"]
        .into_iter()
        .enumerate()
    {
        room.happens(at("16:00"), "engine", escalated(index, target));
    }
    assert_eq!(climbed(&room, "18:39").fire, []);

    room.does(at("18:40"), "ada", severity(Severity::P1, ""));

    assert_eq!(climbed(&room, "18:40").fire, [(step(3), minutes(40))]);
}

#[test]
fn e3_downgraded_before_it_is_due_the_step_does_not_apply() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));

    room.does(at("17:59"), "ada", severity(Severity::P2, "one region"));

    assert_eq!(owed(room.incident(), "CEO"), None);
    assert_eq!(
        step_standing(room.incident(), "CEO"),
        Some(Standing::NotApplicable("P1 only".to_owned()))
    );
}

#[test]
fn e3_a_step_that_fired_stays_fired() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.happens(at("18:00"), "engine", escalated(3, "CEO"));

    room.does(at("18:10"), "ada", severity(Severity::P2, "one region"));
    room.does(at("18:20"), "ada", severity(Severity::P1, ""));

    assert_eq!(owed(room.incident(), "CEO"), None);
    assert!(matches!(
        step_standing(room.incident(), "CEO"),
        Some(Standing::Met { .. })
    ));
}

#[test]
fn e4_p4_climbs_from_its_response_deadline_in_business_hours() {
    let room = Room::reachable(Severity::P4, at("14:00"));

    // Respond by Thursday 17:00; the next quarter of an hour is on Friday.
    assert_eq!(
        owed(room.incident(), "Team Lead"),
        Some(on("2026-01-16", "09:15"))
    );
    assert_eq!(
        owed(room.incident(), "Engineering Manager"),
        Some(on("2026-01-16", "10:00"))
    );
}

#[test]
fn e4_p4_repeats_no_page_through_the_night() {
    let mut room = Room::reachable(Severity::P4, at("14:00"));
    let closing = on("2026-01-15", "17:00");
    assert_eq!(owed(room.incident(), "Initial responder"), Some(closing));

    let mut fired = escalated(0, "Initial responder");
    if let Fact::Escalated { step, .. } = &mut fired {
        *step = page();
    }
    room.happens(closing, "engine", fired);

    assert_eq!(
        owed(room.incident(), "Initial responder"),
        Some(on("2026-01-16", "09:05"))
    );
}

#[test]
fn t5_a_page_that_a_slipped_clock_fired_is_repeated_by_the_right_one() {
    let mut fired = escalated(0, "Initial responder");
    if let Fact::Escalated { step, .. } = &mut fired {
        *step = page();
    }
    let repeats = |room: &Room, now| climbed(room, now).fire.iter().any(|(id, _)| *id == page());
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    room.happens(at("16:00"), "engine", fired.clone());
    assert!(repeats(&room, "14:01"));

    room.happens(at("14:01"), "engine", fired);

    assert!(!repeats(&room, "14:05"));
    assert!(repeats(&room, "14:06"));
}

#[test]
fn e4_p3_climbs_day_and_night() {
    let room = Room::alerted(Severity::P3, at("23:50"));

    assert_eq!(
        owed(room.incident(), "Team Lead"),
        Some(on("2026-01-15", "00:05"))
    );
}

#[test]
fn e5_an_unanswered_question_does_not_stop_the_step() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    for (index, target) in ["Team Lead", "Engineering Manager", "VP Engineering"]
        .into_iter()
        .enumerate()
    {
        room.happens(at("16:00"), "engine", escalated(index, target));
    }
    room.happens(at("16:00"), "ada", Fact::Acknowledged {});
    let asks = |room: &Room| match due(room.incident(), "CEO") {
        Some(Due {
            duty: Duty::Escalate { asks, .. },
            ..
        }) => Some(asks),
        Some(_) | None => None,
    };

    assert_eq!(asks(&room), Some(true));
    assert_eq!(climbed(&room, "18:00").fire, [(step(3), minutes(0))]);

    room.happens(
        at("17:56"),
        "ada",
        Fact::StepConfirmed {
            step: step(3),
            go: true,
        },
    );
    assert_eq!(asks(&room), Some(false));
    room.happens(
        at("17:57"),
        "ada",
        Fact::StepConfirmed {
            step: step(3),
            go: false,
        },
    );
    assert_eq!(asks(&room), None);
    assert_eq!(climbed(&room, "18:00").fire, []);
    assert_eq!(
        step_standing(room.incident(), "CEO"),
        Some(Standing::NotApplicable("called off".to_owned()))
    );
}

#[test]
fn e6_a_newer_policy_counts_only_once_it_is_adopted() {
    let slower = "amends = \"built-in\"\n[severity.P2]\nrespond = \"20m\"\n";
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    assert_eq!(owed(room.incident(), "respond"), Some(at("14:15")));

    room.does(
        at("14:05"),
        "ada",
        Fact::PolicyAdopted {
            policy: slower.to_owned(),
        },
    );

    assert_eq!(owed(room.incident(), "respond"), Some(at("14:20")));
}

#[test]
fn e6_a_policy_that_cannot_be_read_leaves_the_one_in_force() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));

    room.happens(
        at("14:05"),
        "ada",
        Fact::PolicyAdopted {
            policy: "name = ".to_owned(),
        },
    );

    assert!(escalation::reaches_anybody(room.incident().policy()));
}

#[test]
fn e11_a_hold_for_longer_than_a_week_is_a_slip_of_the_hand() {
    let room = Room::alerted(Severity::P2, at("14:00"));
    let hold = |days: i64| Fact::Held {
        until: at("14:00") + hours(24 * days),
        reason: "a freeze".into(),
    };

    let why = room.refusal(at("14:05"), "ada", hold(400));

    assert!(
        why.contains("2027-02-18") && why.contains("7 days"),
        "{why}"
    );
    assert!(room.asks(at("14:05"), "ada", hold(7)).is_ok());
}
