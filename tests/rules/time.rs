//! Time (T).

use chrono::{DateTime, TimeDelta, Utc};
use warroom::domain::{
    duty::duties, fact::Fact, incident::Command, phase::Phase, severity::Severity,
};

use super::room::*;

#[test]
fn t1_what_was_said_may_be_corrected_and_when_it_was_recorded_stays() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let taken = room.happens(at("14:09"), "bo", Fact::Acknowledged {});

    room.does(
        at("14:10"),
        "bo",
        Fact::Corrected {
            entry: taken,
            at: at("14:03"),
            reason: "typed late".into(),
        },
    );

    let incident = room.incident();
    let entry = incident.entry(taken).unwrap();
    assert_eq!(incident.at(entry), at("14:03"));
    assert_eq!(entry.recorded_at, at("14:09"));
    assert_eq!(incident.state().times.acknowledged, Some(at("14:03")));
}

#[test]
fn t2_detected_is_the_alert_or_the_report_whichever_was_first() {
    let mut declaration = alert(Severity::P2, at("14:10"));
    declaration.reported_at = Some(at("14:04"));

    let room = Room::declared(declaration, at("14:22"));

    let times = room.incident().state().times;
    assert_eq!(times.detected(), Some(at("14:04")));
    assert_eq!(room.incident().anchor(), at("14:10"));
}

#[test]
fn t2_every_milestone_has_its_time() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let phase = |phase| Fact::PhaseEntered {
        phase,
        rollback: Some("none possible".into()),
    };
    room.happens(at("13:50"), "ada", Fact::ImpactStarted {});
    room.happens(at("14:05"), "ada", Fact::Acknowledged {});
    room.happens(at("14:20"), "ada", phase(Phase::Identified));
    room.happens(at("14:30"), "ada", Fact::Mitigated {});
    room.happens(at("14:40"), "ada", resolved());
    room.happens(
        at("14:45"),
        "ada",
        Fact::Reopened {
            reason: "again".into(),
        },
    );
    room.happens(at("14:55"), "ada", resolved());
    room.happens(at("15:00"), "ada", Fact::Closed {});

    let times = room.incident().state().times;
    assert_eq!(times.impact_started, Some(at("13:50")));
    assert_eq!(times.acknowledged, Some(at("14:05")));
    assert_eq!(times.triaged, Some(at("14:00")));
    assert_eq!(times.identified, Some(at("14:20")));
    assert_eq!(times.resolved_first, Some(at("14:40")));
    assert_eq!(times.reopened, Some(at("14:45")));
    assert_eq!(times.resolved, Some(at("14:55")));
    assert_eq!(times.closed, Some(at("15:00")));
}

#[test]
fn t2_an_impossible_order_is_refused_with_the_reason() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.happens(at("14:30"), "ada", Fact::Mitigated {});
    let mut early = Command::new(
        Fact::Resolved {
            unmet: Vec::new(),
            reason: Some("it holds".into()),
        },
        name("ada"),
        at("14:40"),
    );
    early.at = at("14:20");

    let resolved_first = room.incident().decide(&early).unwrap_err().sentence;
    let impact_last = room.refusal(at("14:05"), "ada", Fact::ImpactStarted {});

    assert!(resolved_first.contains("(T2)"), "{resolved_first}");
    assert!(impact_last.contains("(T2)"), "{impact_last}");
}

#[test]
fn t2_a_correction_may_not_make_the_order_impossible() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let mitigated = room.happens(at("14:30"), "ada", Fact::Mitigated {});
    room.happens(at("14:40"), "ada", resolved());
    let moved = |to: &str| Fact::Corrected {
        entry: mitigated,
        at: at(to),
        reason: "the graph says so".into(),
    };

    let sentence = room.refusal(at("15:00"), "ada", moved("14:50"));

    assert!(sentence.contains("(T2)"), "{sentence}");
    assert!(room.asks(at("15:00"), "ada", moved("14:35")).is_ok());
}

#[test]
fn t2_nothing_happens_in_the_future() {
    let room = Room::alerted(Severity::P2, at("14:00"));
    let mut command = Command::new(Fact::Acknowledged {}, name("ada"), at("14:05"));
    command.at = at("14:07");

    let refusal = room.incident().decide(&command).unwrap_err();

    assert!(refusal.sentence.contains("lies in the future"));
}

#[test]
fn t3_a_restart_forgets_no_deadline() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    room.happens(at("14:03"), "ada", Fact::Acknowledged {});
    room.happens(at("14:15"), "engine", escalated(0, "Team Lead"));

    let again = room.incident().refolded();

    assert_eq!(duties(&again), duties(room.incident()));
}

#[test]
fn t3_deadlines_do_not_move_when_a_note_arrives() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let base = room.head();
    room.happens(at("14:04"), "ada", severity(Severity::P1, ""));
    room.happens_apart(base, at("14:05"), "bo", severity(Severity::P2, ""));
    let before = duties(room.incident());

    room.happens(at("14:30"), "ada", Fact::Noted { text: "hm".into() });

    assert_eq!(duties(room.incident()), before);
}

#[test]
fn t4_elapsed_targets_ignore_that_the_clocks_turn() {
    let berlin = "amends = \"built-in\"\n[calendar]\nzone = \"Europe/Berlin\"\n";
    let alert_at = instant("2026-03-29T01:50:00+01:00");

    let room = Room::under(berlin, Severity::P1, alert_at);

    let by = owed(room.incident(), "resolve").unwrap();
    assert_eq!(by, instant("2026-03-29T03:50:00+02:00"));
    assert_eq!(by, on("2026-03-29", "01:50"));
    assert_eq!(by - alert_at, TimeDelta::hours(1));
}

#[test]
fn t3_a_time_beyond_all_calendars_folds_like_any_other() {
    for far in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        for level in Severity::ALL {
            let mut room = Room::alerted(level, far);
            room.happens(far, "ada", Fact::Acknowledged {});
            room.happens(far, "ada", sent(update(Some(far))));
            room.happens(far, "ada", resolved());

            assert!(!duties(room.incident()).is_empty());
        }
    }
}
