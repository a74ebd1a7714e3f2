//! Resolving, reopening, merging (R).

use warroom::domain::{
    entry::{IncidentId, Via},
    fact::{Declaration, Fact, Fate, Skip},
    incident::{Command, Gate, Refusal},
    severity::Severity,
};

use super::room::*;

fn resolve(gate: Gate, reason: Option<&str>) -> Command {
    let mut command = Command::new(
        Fact::Resolved {
            unmet: Vec::new(),
            reason: reason.map(Into::into),
        },
        name("ada"),
        at("14:40"),
    );
    command.gate = gate;
    command
}

const GREEN: Gate = Gate {
    not_green: Some(Vec::new()),
    final_update_drafted: true,
};

#[test]
fn r1_an_open_gate_is_overridden_with_a_reason_that_is_recorded() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.happens(
        at("14:01"),
        "alertmanager",
        Fact::AlertFired {
            fingerprint: "f1".into(),
            name: "HighLatency".into(),
            source: "prometheus".into(),
        },
    );
    let refusal = room
        .incident()
        .decide(&resolve(Gate::default(), None))
        .unwrap_err();
    assert!(refusal.needs_reason);
    for point in ["3 checks", "HighLatency", "Grafana", "final update"] {
        assert!(refusal.sentence.contains(point), "{point}: {refusal}");
    }

    let facts = room
        .incident()
        .decide(&resolve(Gate::default(), Some("users are fine")))
        .unwrap();

    let [Fact::Resolved { unmet, reason }] = facts.as_slice() else {
        panic!("{facts:?}")
    };
    assert_eq!(unmet.len(), 4);
    assert_eq!(reason.as_deref(), Some("users are fine"));
}

#[test]
fn r1_the_gate_names_each_probe_that_is_not_green() {
    let room = Room::alerted(Severity::P2, at("14:00"));
    let gate = Gate {
        not_green: Some(vec!["probe api: DOWN".into(), "probe queue: SLOW".into()]),
        ..GREEN
    };

    let refusal = room.incident().decide(&resolve(gate, None)).unwrap_err();

    assert!(
        refusal
            .sentence
            .contains("probe api: DOWN; probe queue: SLOW")
    );
}

#[test]
fn r1_a_closed_gate_asks_for_nothing() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.does(
        at("14:30"),
        "ada",
        Fact::Ticked {
            item: "verify.dashboards".into(),
            done: true,
        },
    );

    let facts = room.incident().decide(&resolve(GREEN, None)).unwrap();

    assert_eq!(facts, [resolved()]);
}

#[test]
fn r1_an_alert_that_clears_only_suggests() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let fingerprint = name("f1");
    room.happens(
        at("14:01"),
        "alertmanager",
        Fact::AlertFired {
            fingerprint: fingerprint.clone(),
            name: "HighLatency".into(),
            source: "prometheus".into(),
        },
    );

    room.happens(
        at("14:20"),
        "alertmanager",
        Fact::AlertCleared { fingerprint },
    );

    assert!(room.incident().is_active());
    assert!(
        !room
            .incident()
            .open_gate(&GREEN)
            .iter()
            .any(|point| point.contains("alert"))
    );
}

#[test]
fn r2_resolving_stops_the_clocks_and_starts_the_retrospectives() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));

    room.happens(at("14:50"), "ada", resolved());

    let incident = room.incident();
    for stopped in [
        "respond",
        "resolve",
        "Team Lead",
        "CEO",
        "update",
        "first notice",
    ] {
        assert_eq!(owed(incident, stopped), None, "{stopped}");
    }
    assert_eq!(
        owed(incident, "retrospective"),
        Some(on("2026-01-16", "14:50"))
    );
}

#[test]
fn r2_the_level_of_a_resolved_incident_stands_until_it_is_reopened() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.happens(at("14:30"), "ada", resolved());

    let sentence = room.refusal(at("14:40"), "ada", severity(Severity::P1, ""));

    assert!(sentence.contains("reopen it first"), "{sentence}");
    let reason = "it goes on".into();
    room.does(at("14:41"), "ada", Fact::Reopened { reason });
    room.does(at("14:42"), "ada", severity(Severity::P1, ""));
    assert_eq!(room.incident().severity(), Some(Severity::P1));
}

#[test]
fn r2_reopening_keeps_the_deadlines_and_restarts_the_48_hours() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.happens(at("14:50"), "ada", resolved());
    room.does(
        at("15:00"),
        "ada",
        Fact::RetrospectiveHeld {
            attendees: Vec::new(),
            notes: "".into(),
        },
    );

    room.does(
        at("15:10"),
        "ada",
        Fact::Reopened {
            reason: "it is back".into(),
        },
    );
    assert_eq!(owed(room.incident(), "resolve"), Some(at("18:00")));
    assert_eq!(owed(room.incident(), "VP Engineering"), Some(at("16:00")));
    assert_eq!(room.incident().state().times.resolved, None);
    room.happens(at("16:30"), "ada", resolved());

    assert_eq!(
        owed(room.incident(), "retrospective"),
        Some(on("2026-01-16", "16:30"))
    );
    let times = room.incident().state().times;
    assert_eq!(times.resolved_first, Some(at("14:50")));
    assert_eq!(times.resolved, Some(at("16:30")));
}

#[test]
fn r2_after_the_window_it_is_a_recurrence() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.happens(at("14:50"), "ada", resolved());
    let reopen = |reason: &str| Fact::Reopened {
        reason: reason.into(),
    };

    let inside = room.asks(on("2026-01-15", "14:50"), "ada", reopen("it is back"));
    let after = room.refusal(on("2026-01-15", "14:51"), "ada", reopen("it is back"));

    assert!(inside.is_ok());
    assert!(after.contains("(R2)"), "{after}");
}

/// Two incidents, the younger one the worse; ada merges it into the older.
fn merged() -> Room {
    let mut room = Room::reachable(Severity::P2, at("14:10"));
    let older = room.id;
    room.declares(
        Declaration {
            policy: REACHABLE.to_owned(),
            ..alert(Severity::P1, at("14:00"))
        },
        at("14:12"),
    );
    room.happens(at("14:15"), "engine", escalated(0, "Team Lead"));
    room.does(at("14:20"), "ada", Fact::Merged { into: older });
    room
}

#[test]
fn r3_merging_keeps_both_resolvable_and_takes_the_earliest_alert() {
    let room = merged();

    let from = room.incident();
    let into = room.board.find(Some("INC-1")).unwrap();
    assert_eq!(room.board.find(Some("INC-2")).unwrap().id, from.id);
    assert_eq!(from.state().merged_into, Some(into.id));
    assert_eq!(into.state().absorbed, [from.id]);
    assert_eq!(into.anchor(), at("14:00"));
}

#[test]
fn r3_nobody_is_paged_again_and_the_duties_are_united() {
    let room = merged();

    assert_eq!(warroom::domain::duty::duties(room.incident()), []);
    let into = room.board.find(Some("INC-1")).unwrap();
    assert_eq!(owed(into, "Team Lead"), None);
    assert_eq!(owed(into, "Engineering Manager"), Some(at("15:00")));
    assert_eq!(into.severity(), Some(Severity::P1));
    assert_eq!(owed(into, "resolve"), Some(at("15:00")));
    assert_eq!(owed(into, "external"), Some(at("14:25")));
    assert_eq!(into.state().highest, Some(Severity::P1));
}

/// Two incidents; this happens to the younger one, which then goes on in the
/// older.
fn merges(before: impl FnOnce(&mut Room)) -> Room {
    let mut room = Room::reachable(Severity::P2, at("14:10"));
    let older = room.id;
    let declaration = Declaration {
        policy: REACHABLE.to_owned(),
        ..alert(Severity::P2, at("14:00"))
    };
    room.declares(declaration, at("14:12"));
    before(&mut room);
    room.does(at("14:20"), "ada", Fact::Merged { into: older });
    room.id = older;
    room
}

#[test]
fn r3_who_could_not_be_reached_before_the_merge_is_paged_after_it() {
    let room = merges(|room| {
        let of = room.fires(at("14:15"), paged(0, &["pager"]));
        let refused = Fact::Undelivered {
            of,
            channel: "pager".into(),
            key: "k".into(),
            why: "status 410".into(),
            fate: Fate::Failed,
        };
        room.fires(at("14:16"), refused);
    });

    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("14:15")));
}

#[test]
fn r3_merging_a_lesser_one_changes_no_level_and_moves_no_clock_forward() {
    let declaration = Declaration {
        alert_at: None,
        ..alert(Severity::P1, at("14:00"))
    };
    let mut room = Room::declared(declaration, at("14:00"));
    let older = room.id;
    room.declares(alert(Severity::P3, at("14:30")), at("14:31"));

    room.does(at("14:40"), "ada", Fact::Merged { into: older });

    let into = room.board.get(older).unwrap();
    assert_eq!(into.severity(), Some(Severity::P1));
    assert_eq!(into.anchor(), at("14:00"));
}

#[test]
fn r3_a_level_that_was_lowered_before_the_merge_stays_latched() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let older = room.id;
    room.declares(alert(Severity::P1, at("14:00")), at("14:00"));
    room.does(at("14:05"), "ada", severity(Severity::P3, "one user"));

    room.does(at("14:10"), "ada", Fact::Merged { into: older });

    let into = room.board.get(older).unwrap();
    assert_eq!(into.severity(), Some(Severity::P3));
    assert_eq!(into.state().highest, Some(Severity::P1));
}

/// Why the incident at hand can't go on in that one.
fn merging_is_refused(room: &Room, into: IncidentId) -> Refusal {
    let merge = Command::new(Fact::Merged { into }, name("ada"), at("14:02"));
    let decided = room.board.decide(room.id, &merge);
    decided.expect_err("it is refused")
}

#[test]
fn x4_a_real_incident_is_not_merged_into_a_drill() {
    let drill = Declaration {
        drill: true,
        ..alert(Severity::P1, at("14:00"))
    };
    let mut room = Room::declared(drill, at("14:00"));
    let into = room.id;
    room.declares(alert(Severity::P1, at("14:01")), at("14:01"));

    let refusal = merging_is_refused(&room, into);

    assert!(refusal.sentence.contains("(X4)"), "{refusal}");
    assert!(room.incident().is_active());
}

#[test]
fn x4_a_private_incident_is_not_merged_into_a_drill_though_nothing_leaves_either() {
    let drill = Declaration {
        drill: true,
        ..alert(Severity::P1, at("14:00"))
    };
    let private = Declaration {
        private: true,
        ..alert(Severity::P1, at("14:01"))
    };
    let mut room = Room::declared(drill, at("14:00"));
    let into = room.id;
    room.declares(private, at("14:01"));

    let refusal = merging_is_refused(&room, into);

    assert!(refusal.sentence.contains("(X4)"), "{refusal}");
}

#[test]
fn what_the_engine_did_is_not_taken_back() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let skip = Fact::StepSkipped {
        step: step(3),
        target: "CEO".into(),
        why: Skip::NotApplicable,
        reason: "".into(),
    };
    let mut entry = room.entry(at("18:00"), "engine", skip);
    entry.via = Via::Engine;
    let id = entry.id;
    room.board.apply(entry);

    let refusal = room.refusal(
        at("18:01"),
        "ada",
        Fact::Retracted {
            entry: id,
            reason: "".into(),
        },
    );

    assert!(refusal.contains("the engine did that"), "{refusal}");
}

#[test]
fn r3_an_incident_is_not_merged_into_itself_nor_into_an_ended_one() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let own = room.id;
    assert!(
        room.asks(at("14:05"), "ada", Fact::Merged { into: own })
            .is_err()
    );
    room.happens(at("14:10"), "ada", resolved());
    room.declares(alert(Severity::P2, at("14:20")), at("14:20"));

    let command = Command::new(Fact::Merged { into: own }, name("ada"), at("14:25"));

    assert!(room.board.decide(room.id, &command).is_err());
}

#[test]
fn an_incident_that_is_not_there_is_told_with_those_that_are_active() {
    let room = Room::alerted(Severity::P2, at("14:00"));

    let refusal = room.board.find(Some("INC-7")).unwrap_err();

    let sentence = "there is no incident INC-7: INC-1 is active;";
    assert!(refusal.sentence.starts_with(sentence), "{refusal}");
}
