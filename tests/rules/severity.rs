//! Severity and targets (S).

use warroom::domain::{
    duty::{Clock, Duty, Promise, Standing, duties},
    external,
    fact::{Declaration, Fact, Role},
    incident::Field,
    retrospective::{Reason, reasons},
    severity::Severity,
};

use super::room::*;

#[test]
fn s1_both_clocks_start_at_the_alert() {
    let room = Room::declared(alert(Severity::P2, at("14:00")), at("14:22"));

    assert_eq!(owed(room.incident(), "respond"), Some(at("14:15")));
    assert_eq!(owed(room.incident(), "resolve"), Some(at("18:00")));
}

#[test]
fn s1_without_an_alert_they_start_at_the_report() {
    let declaration = Declaration {
        title: "checkout is slow".into(),
        severity: Some(Severity::P1),
        reported_at: Some(at("14:00")),
        ..Declaration::default()
    };

    let room = Room::declared(declaration, at("14:02"));

    assert_eq!(owed(room.incident(), "respond"), Some(at("14:05")));
    assert_eq!(owed(room.incident(), "resolve"), Some(at("15:00")));
}

#[test]
fn s1_each_level_has_the_documents_targets() {
    for (level, respond, resolve) in [
        (Severity::P1, at("14:05"), at("15:00")),
        (Severity::P2, at("14:15"), at("18:00")),
        (Severity::P3, at("15:00"), on("2026-01-15", "14:00")),
        (
            Severity::P4,
            on("2026-01-15", "17:00"),
            on("2026-01-17", "14:00"),
        ),
    ] {
        let room = Room::alerted(level, at("14:00"));

        assert_eq!(owed(room.incident(), "respond"), Some(respond), "{level}");
        assert_eq!(owed(room.incident(), "resolve"), Some(resolve), "{level}");
    }
}

#[test]
fn s1_acknowledged_after_three_of_five_minutes_is_met() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));

    room.does(at("14:03"), "bo", Fact::Acknowledged {});

    assert_eq!(
        standing(room.incident(), &Promise::Respond),
        Some(Standing::Met {
            by: name("bo"),
            at: at("14:03"),
            took: minutes(3),
            of: Some(minutes(5)),
        })
    );
    assert_eq!(owed(room.incident(), "respond"), None);
    assert_eq!(owed(room.incident(), "Initial responder"), None);
    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("14:15")));
    assert_eq!(
        owed(room.incident(), "Engineering Manager"),
        Some(at("15:00"))
    );
    assert_eq!(owed(room.incident(), "VP Engineering"), Some(at("16:00")));
    assert_eq!(owed(room.incident(), "CEO"), Some(at("18:00")));
}

#[test]
fn s2_a_clock_is_due_soon_in_its_last_fifth_or_five_minutes() {
    let room = Room::alerted(Severity::P1, at("14:00"));
    let respond = due(room.incident(), "respond").unwrap();
    let resolve = due(room.incident(), "resolve").unwrap();

    assert_eq!(respond.clock(at("14:03:59")), Clock::Running);
    assert_eq!(respond.clock(at("14:04")), Clock::DueSoon);
    assert_eq!(respond.clock(at("14:05")), Clock::Overdue);
    assert_eq!(resolve.clock(at("14:54:59")), Clock::Running);
    assert_eq!(resolve.clock(at("14:55")), Clock::DueSoon);
}

#[test]
fn s2_too_late_is_missed_and_a_held_ladder_says_until_when() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));

    room.does(at("14:06"), "bo", Fact::Acknowledged {});
    room.does(
        at("14:10"),
        "ada",
        Fact::Held {
            until: at("14:40"),
            reason: "bo sits next to me".into(),
        },
    );

    assert!(matches!(
        standing(room.incident(), &Promise::Respond),
        Some(Standing::Missed { .. })
    ));
    assert_eq!(
        step_standing(room.incident(), "Team Lead"),
        Some(Standing::Held(at("14:40")))
    );
}

#[test]
fn s2_what_was_late_says_by_how_much_and_who_did_it() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.does(
        at("14:01"),
        "ada",
        Fact::RoleGiven {
            role: Role::Commander,
            person: "ada".into(),
        },
    );
    room.does(at("14:07"), "bo", Fact::Acknowledged {});
    room.does(at("14:12"), "cy", sent(update(Some(at("14:40")))));
    room.happens(at("15:20"), "di", resolved());

    let late = |what| {
        let standing = standing(room.incident(), &what).expect("it is settled");
        let Standing::Missed { by, .. } = &standing else {
            panic!("{what:?} was late: {standing:?}");
        };
        (by.to_string(), standing.late().expect("it was late"))
    };

    assert_eq!(late(Promise::Respond), ("bo".to_owned(), minutes(2)));
    assert_eq!(late(Promise::FirstNotice), ("cy".to_owned(), minutes(7)));
    assert_eq!(late(Promise::Resolve), ("di".to_owned(), minutes(20)));
}

#[test]
fn s2_an_answer_before_the_severity_was_set_is_judged_as_p1_would_be() {
    let mut room = Room::declared(
        Declaration {
            severity: None,
            ..alert(Severity::P1, at("14:00"))
        },
        at("14:00"),
    );
    room.does(at("14:20"), "bo", Fact::Acknowledged {});
    let respond = |room: &Room| standing(room.incident(), &Promise::Respond).unwrap();
    assert_eq!(respond(&room).late(), Some(minutes(15)));

    room.does(at("14:21"), "bo", severity(Severity::P3, ""));
    room.does(at("14:30"), "bo", severity(Severity::P1, ""));

    assert_eq!(
        respond(&room).late(),
        None,
        "P3 was in force when it was set"
    );
}

#[test]
fn s3_an_upgrade_does_not_make_the_first_notice_late() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.does(at("14:12"), "ada", sent(update(Some(at("14:40")))));

    room.does(at("14:30"), "ada", severity(Severity::P1, ""));

    let notice = standing(room.incident(), &Promise::FirstNotice).unwrap();
    assert_eq!(notice.late(), None);
}

#[test]
fn s3_an_upgrade_recomputes_from_the_alert_and_is_told_once() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));

    room.does(at("18:40"), "ada", severity(Severity::P1, ""));

    let incident = room.incident();
    assert_eq!(owed(incident, "resolve"), Some(at("15:00")));
    assert_eq!(incident.state().overdue_on_change, Some(at("18:40")));
    assert_eq!(owed(incident, "CEO"), Some(at("18:00")));
    let resolves = duties(incident)
        .iter()
        .filter(|due| matches!(due.duty, Duty::Resolve(_)))
        .count();
    assert_eq!(resolves, 1);
}

#[test]
fn s3_saying_the_same_level_again_keeps_the_mark() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.happens(at("18:40"), "ada", severity(Severity::P1, ""));

    room.happens(at("18:45"), "bo", severity(Severity::P1, ""));

    assert_eq!(room.incident().state().overdue_on_change, Some(at("18:40")));
}

#[test]
fn s3_what_was_met_stays_met_against_the_target_of_its_time() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.does(at("14:20"), "bo", Fact::Acknowledged {});

    room.does(at("14:30"), "ada", severity(Severity::P1, ""));

    assert_eq!(
        standing(room.incident(), &Promise::Respond),
        Some(Standing::Met {
            by: name("bo"),
            at: at("14:20"),
            took: minutes(20),
            of: Some(hours(1)),
        })
    );
}

#[test]
fn s4_the_highest_level_is_latched() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));

    room.does(
        at("17:59"),
        "ada",
        severity(Severity::P2, "it is one region"),
    );

    let incident = room.incident();
    assert_eq!(incident.severity(), Some(Severity::P2));
    assert_eq!(incident.state().highest, Some(Severity::P1));
    assert_eq!(
        step_standing(incident, "CEO"),
        Some(Standing::NotApplicable("P1 only".to_owned()))
    );
    assert!(reasons(incident).contains(&Reason::Severity(Severity::P1)));
    assert_eq!(external::required_at(incident), Some(at("14:00")));
    assert_eq!(owed(incident, "external"), Some(at("14:05")));
}

#[test]
fn s4_a_downgrade_needs_a_reason_and_an_upgrade_none() {
    let room = Room::alerted(Severity::P2, at("14:00"));

    let down = room
        .asks(at("14:10"), "ada", severity(Severity::P3, ""))
        .unwrap_err();

    assert!(down.needs_reason);
    assert!(
        room.asks(at("14:10"), "ada", severity(Severity::P3, "one user"))
            .is_ok()
    );
    assert!(
        room.asks(at("14:10"), "ada", severity(Severity::P1, ""))
            .is_ok()
    );
}

/// The levels that are to be settled, the one that holds first.
fn disputed(room: &Room) -> Vec<String> {
    let conflict = room.incident().conflict(Field::Severity).unwrap();
    let ways = conflict.ways.into_iter().map(|way| way.value);
    let mut others: Vec<String> = ways.filter(|level| *level != conflict.holds).collect();
    others.insert(0, conflict.holds);
    others
}

#[test]
fn s4_two_consoles_apart_show_the_conflict_and_the_worse_holds() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let base = room.head();

    room.happens_apart(base, at("14:04"), "bo", severity(Severity::P2, ""));
    room.happens_apart(base, at("14:05"), "cy", severity(Severity::P1, ""));

    assert_eq!(room.incident().severity(), Some(Severity::P1));
    assert_eq!(disputed(&room), ["P1", "P2"]);
    assert_eq!(owed(room.incident(), "settle severity"), Some(at("14:05")));
}

#[test]
fn s4_the_conflict_is_the_same_in_whichever_order_it_arrives() {
    for levels in [[Severity::P1, Severity::P2], [Severity::P2, Severity::P1]] {
        let mut room = Room::alerted(Severity::P3, at("14:00"));
        let base = room.head();

        room.happens_apart(base, at("14:05"), "bo", severity(levels[0], ""));
        room.happens_apart(base, at("14:05"), "cy", severity(levels[1], ""));

        assert_eq!(disputed(&room), ["P1", "P2"]);
    }
}

#[test]
fn s4_a_second_change_by_somebody_who_is_apart_settles_nothing() {
    let mut room = Room::alerted(Severity::P4, at("14:00"));
    let base = room.head();
    room.happens(at("14:04"), "ada", severity(Severity::P1, ""));
    room.happens_apart(base, at("14:05"), "bo", severity(Severity::P2, ""));

    room.happens_apart(base, at("14:06"), "bo", severity(Severity::P3, "one user"));

    assert_eq!(room.incident().severity(), Some(Severity::P1));
    assert_eq!(disputed(&room), ["P1", "P3"]);
}

#[test]
fn s4_a_third_console_that_is_apart_does_not_hide_the_conflict() {
    let mut room = Room::alerted(Severity::P4, at("14:00"));
    let base = room.head();
    room.happens(at("14:04"), "ada", severity(Severity::P1, ""));
    room.happens_apart(base, at("14:05"), "bo", severity(Severity::P2, ""));

    room.happens_apart(base, at("14:06"), "cy", severity(Severity::P1, ""));

    assert_eq!(disputed(&room), ["P1", "P2"]);
}

#[test]
fn s4_somebody_who_knows_of_both_decides() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let base = room.head();
    room.happens(at("14:04"), "ada", severity(Severity::P1, ""));
    room.happens_apart(base, at("14:05"), "bo", severity(Severity::P2, ""));

    room.does(at("14:08"), "ada", severity(Severity::P2, "bo saw it"));

    assert_eq!(room.incident().severity(), Some(Severity::P2));
    assert_eq!(room.incident().conflict(Field::Severity), None);
    assert_eq!(owed(room.incident(), "settle severity"), None);
}

#[test]
fn s5_p4_is_answered_by_the_end_of_the_next_business_day() {
    let new_york =
        "amends = \"built-in\"\n[calendar]\nzone = \"America/New_York\"\nholidays = [2026-01-19]\n";
    let berlin = "amends = \"built-in\"\n[calendar]\nzone = \"Europe/Berlin\"\n";
    for (policy, alert, due) in [
        (
            new_york,
            "2026-01-16T18:30:00-05:00",
            "2026-01-20T22:00:00Z",
        ),
        (
            new_york,
            "2026-01-12T08:00:00-05:00",
            "2026-01-13T22:00:00Z",
        ),
        (berlin, "2026-03-27T16:00:00+01:00", "2026-03-30T15:00:00Z"),
    ] {
        let room = Room::under(policy, Severity::P4, instant(alert));

        assert_eq!(
            owed(room.incident(), "respond"),
            Some(instant(due)),
            "{alert}"
        );
    }
}

#[test]
fn s6_triage_is_owed_within_five_minutes_and_waits_as_p1_would() {
    let declaration = Declaration {
        severity: None,
        ..alert(Severity::P1, at("14:00"))
    };

    let mut room = Room::declared(declaration, at("14:02"));

    assert_eq!(owed(room.incident(), "triage"), Some(at("14:07")));
    assert_eq!(owed(room.incident(), "respond"), Some(at("14:05")));
    assert_eq!(owed(room.incident(), "resolve"), None);
    room.does(at("14:06"), "ada", severity(Severity::P3, ""));
    assert_eq!(owed(room.incident(), "triage"), None);
    assert_eq!(owed(room.incident(), "respond"), Some(at("15:00")));
}

#[test]
fn s6_resolving_asks_for_a_severity_first() {
    let declaration = Declaration {
        severity: None,
        ..alert(Severity::P1, at("14:00"))
    };
    let room = Room::declared(declaration, at("14:02"));

    let sentence = room.refusal(at("14:06"), "ada", resolved());

    assert!(sentence.contains("decide the severity first"), "{sentence}");
}

#[test]
fn s1_a_drill_comes_after_whatever_is_real() {
    let drill = Declaration {
        drill: true,
        severity: None,
        ..alert(Severity::P1, at("14:00"))
    };
    let mut room = Room::declared(drill, at("14:00"));
    let played = room.id;
    let mild = room.declares(alert(Severity::P4, at("14:01")), at("14:01"));
    let bad = room.declares(alert(Severity::P1, at("14:02")), at("14:02"));

    let order: Vec<_> = room.board.open().iter().map(|it| it.id).collect();

    assert_eq!(order, [bad, mild, played]);
}
