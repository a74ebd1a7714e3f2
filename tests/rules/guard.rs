//! What somebody does without having seen what changed meanwhile has no
//! effect, and is kept (I5).

use warroom::domain::{
    entry::{EntryId, IncidentId, Via},
    fact::{Fact, Update},
    incident::Field,
    intents::intents,
    phase::Phase,
    severity::Severity,
    update::Audience,
};

use super::room::*;

fn reopened() -> Fact {
    Fact::Reopened {
        reason: "it is slow again".into(),
    }
}

fn cancelled() -> Fact {
    Fact::Cancelled {
        reason: "a false alarm".into(),
    }
}

fn published() -> Fact {
    sent(Update {
        audience: Audience::External,
        channels: vec!["statuspage".into()],
        ..update(None)
    })
}

/// The same, drafted by ada and approved by bo.
fn approved(room: &mut Room) -> Fact {
    let form = update(None).form;
    let draft = room.happens(at("14:10"), "ada", Fact::ExternalDrafted { form });
    room.does(at("14:11"), "bo", Fact::ExternalApproved { draft });
    let mut fact = published();
    if let Fact::UpdateSent(update) = &mut fact {
        update.draft = Some(draft);
    }
    fact
}

fn tells(step: usize) -> Fact {
    let mut fact = escalated(step, MANAGERS[step]);
    if let Fact::Escalated { via, .. } = &mut fact {
        via.push("pager".into());
    }
    fact
}

fn winner(room: &Room, id: EntryId) -> Option<EntryId> {
    room.incident().state().superseded.get(&id).copied()
}

#[test]
fn i5_a_second_resolve_by_somebody_apart_is_kept_without_effect() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let first = room.happens_apart(1, at("14:20"), "bo", resolved());

    let second = room.happens_apart(1, at("14:25"), "cy", resolved());

    assert_eq!(winner(&room, second), Some(first));
    assert_eq!(room.incident().state().resolved_by, name("bo"));
    assert!(room.incident().entry(second).is_some());
    assert_eq!(
        room.incident().overtaken_in_words(second).unwrap(),
        "bo resolved it"
    );
    assert_eq!(
        room.incident().winner_in_words(first, at("14:20:04")),
        "bo resolved it 4s ago"
    );
}

#[test]
fn i5_a_stale_close_does_not_close_what_was_reopened() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens(at("14:20"), "ada", resolved());
    let base = room.head();
    let reopened = room.happens_apart(base, at("14:30"), "bo", reopened());
    let again = room.happens_apart(base + 1, at("14:40"), "bo", resolved());

    let close = room.happens_apart(base, at("14:45"), "cy", Fact::Closed {});

    assert_ne!(winner(&room, close), Some(reopened));
    assert_eq!(winner(&room, close), Some(again));
    assert_eq!(room.incident().phase(), Phase::Resolved);
}

#[test]
fn i5_a_stale_reopen_does_not_reopen_what_was_closed() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens(at("14:20"), "ada", resolved());
    let base = room.head();
    let closed = room.happens_apart(base, at("14:30"), "bo", Fact::Closed {});

    let reopen = room.happens_apart(base, at("14:31"), "cy", reopened());

    assert_eq!(winner(&room, reopen), Some(closed));
    assert_eq!(room.incident().phase(), Phase::Closed);
}

#[test]
fn i5_a_stale_merge_or_cancel_does_not_end_what_was_resolved() {
    for ends in [
        cancelled(),
        Fact::Merged {
            into: IncidentId::WORKSPACE,
        },
    ] {
        let mut room = Room::alerted(Severity::P3, at("14:00"));
        room.happens_apart(1, at("14:20"), "bo", resolved());

        room.happens_apart(1, at("14:21"), "cy", ends);

        assert_eq!(room.incident().phase(), Phase::Resolved);
        assert_eq!(room.incident().state().merged_into, None);
    }
}

#[test]
fn i5_a_stale_resolve_never_closes_an_incident_that_escalated_meanwhile() {
    let worse = [
        severity(Severity::P1, ""),
        tells(0),
        Fact::StepConfirmed {
            step: step(3),
            go: true,
        },
    ];
    for worse in worse {
        for ends in [resolved(), cancelled()] {
            let mut room = Room::alerted(Severity::P2, at("14:00"));
            let rose = room.happens_apart(1, at("14:16"), "bo", worse.clone());

            let stale = room.happens_apart(1, at("14:17"), "cy", ends);

            assert!(room.incident().is_active(), "{worse:?}");
            assert_eq!(winner(&room, stale), Some(rose));
        }
    }
}

#[test]
fn i5_what_got_no_worse_does_not_keep_a_resolve_out() {
    let calm = [
        severity(Severity::P3, "one user"),
        Fact::Noted {
            text: "looking".into(),
        },
        Fact::StepConfirmed {
            step: step(3),
            go: false,
        },
        Fact::PhaseEntered {
            phase: Phase::Monitoring,
            rollback: None,
        },
    ];
    for calm in calm {
        let mut room = Room::alerted(Severity::P2, at("14:00"));
        room.happens_apart(1, at("14:16"), "bo", calm.clone());

        room.happens_apart(1, at("14:17"), "cy", resolved());

        assert_eq!(room.incident().phase(), Phase::Resolved, "{calm:?}");
    }
}

#[test]
fn i5_who_has_seen_the_change_is_not_held_up_by_it() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.happens_apart(1, at("14:16"), "bo", severity(Severity::P1, ""));

    room.happens_apart(2, at("14:17"), "cy", resolved());

    assert_eq!(room.incident().phase(), Phase::Resolved);
}

#[test]
fn i5_a_text_for_outside_is_published_once() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let first = room.happens_apart(1, at("14:16"), "bo", published());

    let second = room.happens_apart(1, at("14:16"), "cy", published());

    assert_eq!(winner(&room, second), Some(first));
    assert_eq!(room.incident().state().external.published.len(), 1);
}

#[test]
fn i5_the_same_step_is_climbed_once_and_another_one_as_well() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let first = room.happens_apart(1, at("14:05"), "bo", tells(0));

    let again = room.happens_apart(1, at("14:06"), "cy", tells(0));
    let other = room.happens_apart(1, at("14:06"), "cy", tells(1));

    assert_eq!(winner(&room, again), Some(first));
    assert_eq!(winner(&room, other), None);
    assert!(room.incident().fired(&step(0)).is_some());
    assert_eq!(room.incident().rounds(&step(0)), 1);
}

#[test]
fn i5_nothing_is_sent_for_an_entry_that_was_overtaken() {
    let around = at("14:18");
    let makes: [fn(&mut Room) -> Fact; 2] = [approved, |_| tells(0)];
    for make in makes {
        let mut room = Room::reachable(Severity::P2, at("14:00"));
        let late = make(&mut room);
        room.happens_apart(1, at("14:16"), "bo", resolved());
        let mut entry = room.entry(at("14:17"), "cy", late);
        entry.replica.0 = uuid::Uuid::from_u128(99);
        entry.base = 1;
        entry.seq = None;

        assert!(room.incident().overtaken_by(&entry).is_some());
        assert_eq!(intents(room.incident(), &entry, around), []);
        entry.base = room.head();
        assert_ne!(intents(room.incident(), &entry, around), []);
    }
}

#[test]
fn i5_what_the_engine_climbs_is_never_held_up() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    room.happens_apart(1, at("14:14"), "bo", published());
    let mut entry = room.entry(at("14:15"), "engine", tells(0));
    entry.replica.0 = uuid::Uuid::from_u128(99);
    entry.base = 1;
    entry.via = Via::Engine;

    assert_eq!(room.incident().overtaken_by(&entry), None);
}

#[test]
fn i5_taking_the_winner_back_gives_the_other_its_effect() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let rose = room.happens_apart(1, at("14:16"), "bo", severity(Severity::P1, ""));
    room.happens_apart(1, at("14:17"), "cy", resolved());

    room.does(
        at("14:18"),
        "bo",
        Fact::Retracted {
            entry: rose,
            reason: "a slip".into(),
        },
    );

    assert_eq!(room.incident().phase(), Phase::Resolved);
}

#[test]
fn i5_a_critical_fact_of_a_newer_warroom_leaves_the_incident_to_be_read_only() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let known = Fact::read("paused", r#"{"critical": false}"#).unwrap();
    room.happens(at("14:01"), "bo", known);
    assert!(room.asks(at("14:02"), "ada", Fact::Acknowledged {}).is_ok());

    let body = r#"{ "until" : "15:00", "critical": true }"#;
    let fact = Fact::read("paused", body).unwrap();
    let id = room.happens(at("14:03"), "bo", fact);

    let why = room.refusal(at("14:04"), "ada", Fact::Acknowledged {});
    assert!(
        why.contains("made by a newer warroom: update this one"),
        "{why}"
    );
    let kept = room.incident().entry(id).unwrap().write();
    assert_eq!((kept.0.as_str(), kept.1.get()), ("paused", body));
}

#[test]
fn i5_nothing_is_merged_into_an_incident_that_is_read_only() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let target = room.id;
    let fact = Fact::read("paused", r#"{"critical": true}"#).unwrap();
    room.happens(at("14:03"), "bo", fact);
    let from = room.declares(alert(Severity::P3, at("14:05")), at("14:05"));

    let wish = warroom::domain::incident::Command::new(
        Fact::Merged { into: target },
        "ada".into(),
        at("14:06"),
    );

    let why = room.board.decide(from, &wish).unwrap_err().sentence;
    assert!(why.contains("newer warroom"), "{why}");
}

/// Resolved by ada, and made a P1 by gil who did not know that.
fn resolved_and_worse() -> Room {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let base = room.head();
    room.happens(at("14:20"), "ada", resolved());
    room.happens_apart(base, at("14:19"), "gil", severity(Severity::P1, ""));
    room
}

#[test]
fn i5_what_got_worse_for_somebody_who_did_not_know_its_end_waits_for_a_decision() {
    let room = resolved_and_worse();

    let conflict = room.incident().conflict(Field::Phase).unwrap();
    assert_eq!(room.incident().phase(), Phase::Resolved);
    assert_eq!(
        conflict.in_words(),
        "ada made it Resolved and gil made it P1 without knowing of each other: \
         Resolved holds until somebody reopens it, closes it or sets its severity again"
    );
    assert_eq!(owed(room.incident(), "settle phase"), Some(at("14:19")));
    assert_eq!(room.board.open().len(), 1);
    assert!(room.board.active().is_empty());
}

#[test]
fn i5_whether_it_is_over_is_settled_by_reopening_closing_or_setting_the_severity() {
    for settles in [reopened(), Fact::Closed {}, severity(Severity::P1, "")] {
        let mut room = resolved_and_worse();

        room.happens(at("14:30"), "cy", settles.clone());

        assert_eq!(room.incident().conflict(Field::Phase), None, "{settles:?}");
        let decided = room.incident().decided();
        assert_eq!(decided[0].conflict.field, Field::Phase, "{settles:?}");
        assert_eq!(decided[0].way.by, name("cy"), "{settles:?}");
    }
}

#[test]
fn i5_the_same_severity_may_be_set_again_on_what_is_over_only_where_that_is_asked() {
    let mut room = resolved_and_worse();
    let again = severity(Severity::P1, "");
    assert!(room.asks(at("14:30"), "cy", again.clone()).is_ok());

    room.happens(at("14:30"), "cy", again.clone());

    let why = room.refusal(at("14:31"), "cy", again);
    assert!(
        why.contains("Resolved") || why.contains("resolved"),
        "{why}"
    );
}

#[test]
fn i5_a_reopen_by_somebody_who_did_not_know_what_got_worse_settles_it_too() {
    let mut room = resolved_and_worse();
    let base = room.head() - 1;

    room.happens_apart(base, at("14:25"), "bo", reopened());

    assert_eq!(room.incident().conflict(Field::Phase), None);
    assert_eq!(room.incident().severity(), Some(Severity::P1));
    assert!(room.incident().is_active());
}

#[test]
fn i5_what_got_no_worse_after_its_end_is_no_question() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let base = room.head();
    room.happens(at("14:20"), "ada", resolved());

    room.happens_apart(base, at("14:19"), "gil", severity(Severity::P4, "one user"));

    assert_eq!(room.incident().conflict(Field::Phase), None);
    assert!(room.board.open().is_empty());
}
