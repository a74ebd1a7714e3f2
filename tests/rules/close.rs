//! Looking back and closing (V).

use warroom::domain::{
    duty::{Promise, Standing},
    fact::{ActionKind, Declaration, Fact},
    retrospective::{Reason, attendees, is_required, lands_on_a_weekend, reasons},
    severity::Severity,
};

use super::room::*;

fn held() -> Fact {
    Fact::RetrospectiveHeld {
        attendees: Vec::new(),
        notes: "".into(),
    }
}

#[test]
fn v1_exactly_half_an_hour_does_not_require_it_and_a_second_more_does() {
    for (end, required) in [("14:30:00", false), ("14:30:01", true)] {
        let mut room = Room::alerted(Severity::P3, at("14:00"));

        room.happens(at(end), "ada", resolved());

        assert_eq!(!reasons(room.incident()).is_empty(), required, "{end}");
        assert_eq!(
            owed(room.incident(), "retrospective").is_some(),
            required,
            "{end}"
        );
    }
}

#[test]
fn v1_while_it_runs_the_reason_says_from_when_on() {
    let room = Room::alerted(Severity::P3, at("14:00"));

    assert_eq!(reasons(room.incident()), [Reason::Long(at("14:30"))]);
    assert!(!is_required(room.incident(), at("14:30")));
    assert!(is_required(room.incident(), at("14:30:01")));
}

#[test]
fn v1_a_critical_incident_a_recurring_one_and_a_new_failure_mode_require_it() {
    let mut quick = Room::alerted(Severity::P1, at("14:00"));
    quick.happens(at("14:10"), "ada", resolved());
    assert_eq!(reasons(quick.incident()), [Reason::Severity(Severity::P1)]);

    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens(at("14:10"), "ada", resolved());
    assert_eq!(reasons(room.incident()), []);
    room.does(
        at("14:11"),
        "ada",
        Fact::RecurrenceSaid {
            recurs: true,
            of: None,
        },
    );
    room.does(at("14:12"), "ada", Fact::FailureModeSaid { new: true });
    assert_eq!(
        reasons(room.incident()),
        [Reason::Recurring, Reason::NewFailureMode]
    );
}

#[test]
fn v1_a_like_incident_inside_the_window_only_suggests() {
    let of_service = |day: &str| Declaration {
        service: Some("checkout".into()),
        ..alert(Severity::P3, on(day, "14:00"))
    };
    let mut room = Room::declared(of_service("2026-01-14"), on("2026-01-14", "14:00"));
    let first = room.id;

    room.declares(of_service("2026-04-14"), on("2026-04-14", "14:00"));
    let suggested = room.board.looks_like(room.incident()).map(|other| other.id);
    let required = reasons(room.incident()).contains(&Reason::Recurring);
    room.declares(of_service("2026-07-14"), on("2026-07-14", "14:00"));

    assert_eq!(suggested, Some(first));
    assert!(!required);
    assert_eq!(
        room.board.looks_like(room.incident()).map(|other| other.id),
        None
    );
}

#[test]
fn v1_an_unsaid_failure_mode_blocks_closing_and_not_resolving() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens(at("14:10"), "ada", resolved());
    let sentence = room.refusal(at("14:20"), "ada", Fact::Closed {});
    assert!(sentence.contains("failure mode"), "{sentence}");

    room.does(at("14:21"), "ada", Fact::FailureModeSaid { new: false });
    room.does(at("14:21"), "ada", sent(update(None)));

    assert!(room.asks(at("14:22"), "ada", Fact::Closed {}).is_ok());
}

#[test]
fn u7_closing_asks_for_the_final_update() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens(at("14:10"), "ada", resolved());
    room.does(at("14:11"), "ada", Fact::FailureModeSaid { new: false });

    let sentence = room.refusal(at("14:12"), "ada", Fact::Closed {});
    assert!(
        sentence.contains("the final update is not out: send it first"),
        "{sentence}"
    );
    room.does(at("14:13"), "ada", sent(update(None)));

    assert!(room.asks(at("14:14"), "ada", Fact::Closed {}).is_ok());
}

#[test]
fn v2_a_retrospective_is_credited_to_who_held_it_and_late_by_the_rest() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.happens(at("14:30"), "ada", resolved());

    room.does(on("2026-01-16", "15:30"), "bo", held());

    let standing = standing(room.incident(), &Promise::Retrospective).unwrap();
    assert_eq!(standing.late(), Some(hours(1)));
    assert!(matches!(standing, Standing::Missed { by, .. } if by == name("bo")));
}

#[test]
fn v2_it_is_due_48_hours_after_the_latest_resolve_and_a_weekend_is_flagged() {
    let friday = on("2026-01-16", "19:00");
    let mut room = Room::alerted(Severity::P1, friday);

    room.happens(on("2026-01-16", "20:00"), "ada", resolved());

    assert_eq!(
        owed(room.incident(), "retrospective"),
        Some(on("2026-01-18", "20:00"))
    );
    assert!(lands_on_a_weekend(room.incident()));
}

#[test]
fn v2_a_date_for_it_does_not_satisfy_it_and_holding_it_does() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    assert!(room.asks(at("14:10"), "ada", held()).is_err());
    room.happens(at("14:30"), "ada", resolved());

    room.does(
        at("14:40"),
        "ada",
        Fact::RetrospectiveScheduled {
            at: on("2026-01-15", "10:00"),
        },
    );
    assert!(owed(room.incident(), "retrospective").is_some());
    room.does(on("2026-01-15", "10:00"), "ada", held());

    assert_eq!(owed(room.incident(), "retrospective"), None);
}

#[test]
fn v2_a_waiver_has_a_role_and_a_reason() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.happens(at("14:30"), "ada", resolved());
    let waive = |role: &str, reason: &str| Fact::RetrospectiveWaived {
        role: role.into(),
        reason: reason.into(),
    };
    assert!(
        room.asks(at("14:40"), "ada", waive("VP Engineering", ""))
            .is_err()
    );
    assert!(
        room.asks(at("14:40"), "ada", waive("", "same as INC-3"))
            .is_err()
    );

    room.does(at("14:40"), "ada", waive("VP Engineering", "same as INC-3"));

    assert_eq!(owed(room.incident(), "retrospective"), None);
}

#[test]
fn v3_who_did_something_and_who_was_escalated_to_attend() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    room.does(at("14:01"), "grace", Fact::Acknowledged {});
    room.happens(at("14:15"), "grace", escalated(0, "Team Lead"));

    let names: Vec<String> = attendees(room.incident())
        .iter()
        .map(ToString::to_string)
        .collect();

    assert_eq!(names, ["grace", "ada", "bo"]);
}

#[test]
fn v4_closing_needs_every_action_owned() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.happens(at("14:30"), "ada", resolved());
    room.does(at("14:31"), "ada", Fact::FailureModeSaid { new: false });
    room.does(at("14:32"), "ada", sent(update(None)));
    let action = room.does(
        at("15:00"),
        "ada",
        Fact::ActionAdded {
            kind: ActionKind::Monitoring,
            what: "alert on queue length".into(),
            owner: None,
            due: None,
        },
    );
    assert!(
        room.refusal(at("15:01"), "ada", Fact::Closed {})
            .contains("retrospective")
    );
    room.does(at("15:02"), "ada", held());
    assert!(
        room.refusal(at("15:03"), "ada", Fact::Closed {})
            .contains("no owner")
    );

    room.does(
        at("15:04"),
        "ada",
        Fact::ActionChanged {
            action,
            owner: Some("bo".into()),
            due: "2026-02-01".parse().ok(),
            done: None,
        },
    );

    assert!(room.asks(at("15:05"), "ada", Fact::Closed {}).is_ok());
}

#[test]
fn v4_an_action_is_of_the_documents_four_kinds() {
    let words: Vec<&str> = ActionKind::ALL.iter().map(|kind| kind.word()).collect();

    assert_eq!(
        words,
        [
            "update runbooks",
            "improve monitoring",
            "preventive measure",
            "update documentation"
        ]
    );
}
