//! Phases (G).

use warroom::domain::{
    fact::{Declaration, Fact, Update},
    phase::Phase,
    policy::Policy,
    severity::Severity,
    update::Audience,
};

use super::room::*;

fn enters(phase: Phase, rollback: Option<&str>) -> Fact {
    Fact::PhaseEntered {
        phase,
        rollback: rollback.map(Into::into),
    }
}

#[test]
fn g1_the_phase_windows_are_the_documents() {
    let policy = Policy::built_in();
    let windows: Vec<_> = policy
        .phases
        .iter()
        .map(|phase| (phase.number, phase.from, phase.to))
        .collect();

    assert_eq!(
        windows,
        [
            (1, Some(minutes(0)), Some(minutes(5))),
            (2, Some(minutes(5)), Some(minutes(30))),
            (3, Some(minutes(30)), Some(hours(4))),
            (4, None, None),
        ]
    );
}

#[test]
fn g1_an_item_is_ticked_by_somebody_at_some_time() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let tick = |done| Fact::Ticked {
        item: "health".into(),
        done,
    };

    room.does(at("14:02"), "bo", tick(true));
    let (who, when) = room.incident().state().ticks["health"].clone();
    room.does(at("14:03"), "bo", tick(false));

    assert_eq!((who, when), (name("bo"), at("14:02")));
    assert!(room.incident().state().ticks.is_empty());
}

#[test]
fn g1_every_item_of_a_checklist_has_its_own_name() {
    let policy = Policy::built_in();
    let mut ids: Vec<_> = policy
        .phases
        .iter()
        .flat_map(|phase| phase.items.iter().map(|item| item.id.as_str()))
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();

    assert_eq!(ids.len(), all);
}

#[test]
fn g2_triage_ends_once_it_is_taken_and_rated() {
    let declaration = Declaration {
        severity: None,
        ..alert(Severity::P1, at("14:00"))
    };
    let mut room = Room::declared(declaration, at("14:00"));
    room.does(at("14:02"), "bo", Fact::Acknowledged {});
    assert_eq!(room.incident().phase(), Phase::Triage);

    room.does(at("14:03"), "bo", severity(Severity::P2, ""));

    assert_eq!(room.incident().phase(), Phase::Investigating);
}

#[test]
fn g2_only_triage_is_cancelled_and_with_a_reason() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let cancel = |reason: &str| Fact::Cancelled {
        reason: reason.into(),
    };
    assert!(
        room.asks(at("14:01"), "ada", cancel(""))
            .unwrap_err()
            .needs_reason
    );
    assert!(
        room.asks(at("14:01"), "ada", cancel("a false alarm"))
            .is_ok()
    );

    room.does(at("14:02"), "ada", Fact::Acknowledged {});

    let sentence = room.refusal(at("14:03"), "ada", cancel("a false alarm"));
    assert!(sentence.contains("has left triage"), "{sentence}");
}

#[test]
fn g2_mitigated_has_its_own_time_and_is_no_phase() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.does(at("14:01"), "ada", Fact::Acknowledged {});

    room.does(at("14:30"), "ada", Fact::Mitigated {});

    assert_eq!(room.incident().phase(), Phase::Investigating);
    assert_eq!(room.incident().state().times.mitigated, Some(at("14:30")));
    assert!(
        room.refusal(at("14:31"), "ada", Fact::Mitigated {})
            .contains("already")
    );
}

#[test]
fn g2_deploying_asks_for_a_rollback_plan_and_a_regress_does_not() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.does(at("14:01"), "ada", Fact::Acknowledged {});
    for empty in [None, Some(""), Some("  ")] {
        let refusal = room
            .asks(at("14:30"), "ada", enters(Phase::Fixing, empty))
            .unwrap_err();
        assert!(refusal.needs_reason, "{empty:?}");
    }

    room.does(
        at("14:31"),
        "ada",
        enters(Phase::Fixing, Some("none possible")),
    );
    room.does(at("14:40"), "ada", enters(Phase::Monitoring, None));
    room.does(at("14:45"), "ada", enters(Phase::Fixing, None));

    assert_eq!(room.incident().phase(), Phase::Fixing);
}

#[test]
fn g2_an_end_is_not_a_phase_to_enter() {
    let room = Room::alerted(Severity::P2, at("14:00"));

    for end in [Phase::Resolved, Phase::Closed, Phase::Cancelled] {
        assert!(room.asks(at("14:30"), "ada", enters(end, None)).is_err());
    }
}

#[test]
fn g3_nobody_but_the_responders_hears_before_a_severity_is_set() {
    let declaration = Declaration {
        severity: None,
        ..alert(Severity::P1, at("14:00"))
    };
    let mut room = Room::declared(declaration, at("14:02"));
    let said = |audience| {
        sent(Update {
            audience,
            ..update(Some(at("14:30")))
        })
    };

    for audience in [Audience::Internal, Audience::External] {
        let sentence = room.refusal(at("14:04"), "ada", said(audience));
        assert!(sentence.contains("set the severity first"), "{sentence}");
    }
    room.does(at("14:05"), "ada", severity(Severity::P2, ""));
    room.does(at("14:06"), "ada", said(Audience::Internal));
}
