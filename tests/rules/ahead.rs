//! A copy's own entries without a number, on top of those that have one; and
//! that all copies come to the same state (I4).

use proptest::prelude::*;
use uuid::Uuid;
use warroom::domain::{
    board::Board,
    entry::{Entry, IncidentId, ReplicaId, Seq},
    fact::{Fact, Health},
    incident::{Incident, State},
    phase::Phase,
    severity::Severity,
};

use super::{
    any::{self, declaration, fact, incident_id},
    room::*,
};

/// An entry that only its maker's copy has.
fn unsent(room: &mut Room, time: &str, by: &str, fact: Fact) -> Entry {
    let mut entry = room.entry(at(time), by, fact);
    entry.seq = None;
    entry.replica = ReplicaId(Uuid::from_u128(77));
    entry
}

#[test]
fn i4_what_is_not_sent_yet_is_seen_and_the_head_stays() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let head = room.head();
    let ack = unsent(&mut room, "14:03", "bo", Fact::Acknowledged {});
    let id = ack.id;

    room.board.ahead(vec![ack]);

    assert_eq!(owed(room.incident(), "respond"), None);
    assert!(room.board.is_unsent(id));
    assert_eq!(room.head(), head);
    room.board.ahead(Vec::new());
    assert_eq!(owed(room.incident(), "respond"), Some(at("14:15")));
    assert!(!room.board.is_unsent(id));
}

#[test]
fn i4_an_entry_that_comes_back_with_its_number_counts_once() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let first = unsent(&mut room, "14:03", "bo", resolved());
    let id = first.id;
    room.board.ahead(vec![first.clone()]);

    room.board.apply(Entry {
        seq: Some(2),
        ..first.clone()
    });

    assert!(!room.board.is_unsent(id));
    assert_eq!(room.incident().entries().len(), 2);
    room.board.ahead(vec![first]);
    assert!(!room.board.is_unsent(id));
    assert_eq!(room.incident().entries().len(), 2);
}

#[test]
fn i4_what_comes_meanwhile_is_folded_before_what_is_not_sent() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let resolve = unsent(&mut room, "14:10", "bo", resolved());
    let id = resolve.id;
    room.board.ahead(vec![resolve]);
    assert_eq!(room.incident().phase(), Phase::Resolved);

    room.happens_apart(1, at("14:09"), "cy", severity(Severity::P1, ""));

    assert!(room.incident().is_active());
    assert_eq!(
        room.incident().overtaken_in_words(id).unwrap(),
        "cy made it P1"
    );
}

#[test]
fn i4_an_incident_declared_apart_has_a_short_code_until_it_has_a_number() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let declared = Fact::Declared(Box::new(alert(Severity::P3, at("14:05"))));
    let mut declared = unsent(&mut room, "14:05", "bo", declared);
    declared.incident = IncidentId(Uuid::from_u128(0xbeef));
    let id = declared.incident;

    room.board.ahead(vec![declared.clone()]);

    assert_eq!(room.board.get(id).unwrap().label(), "beef");
    assert_eq!(room.board.find(Some("beef")).unwrap().id, id);
    assert_eq!(room.board.active().len(), 2);
    room.declares(alert(Severity::P4, at("14:06")), at("14:06"));
    room.board.apply(Entry {
        seq: Some(room.head() + 1),
        ..declared
    });
    assert_eq!(room.board.get(id).unwrap().label(), "INC-3");
}

#[test]
fn of_two_incidents_that_a_name_means_none_is_picked() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let opened = |room: &mut Room, id: u128| {
        let declared = Fact::Declared(Box::new(alert(Severity::P3, at("14:05"))));
        let mut declared = unsent(room, "14:05", "bo", declared);
        declared.incident = IncidentId(Uuid::from_u128(id));
        declared
    };
    let numbered = Entry {
        seq: Some(2),
        ..opened(&mut room, 0x1_beef)
    };
    room.board.apply(numbered);
    let apart = [0x2_beef, 0x3_0001].map(|id| opened(&mut room, id));
    room.board.ahead(apart.to_vec());

    let refusal = room.board.find(Some("beef")).unwrap_err().sentence;

    assert!(refusal.contains("means INC-2 ("), "{refusal}");
    assert!(refusal.contains(" and beef ("), "{refusal}");
    let by_label = room.board.find(Some("INC-2")).unwrap();
    assert_eq!(by_label.id, IncidentId(Uuid::from_u128(0x1_beef)));
    // As it is shown: nobody writes INC-1 so.
    let shown = room.board.find(Some("0001")).unwrap();
    assert_eq!(shown.id, IncidentId(Uuid::from_u128(0x3_0001)));
    assert_eq!(room.board.find(Some("1")).unwrap().label(), "INC-1");
    assert_eq!(room.board.find(Some("INC-0001")).unwrap().label(), "INC-1");
}

#[test]
fn i4_a_probe_that_changed_before_it_was_sent_is_seen_as_well() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let down = probe("health", Health::Up, Health::Down);
    let mut down = unsent(&mut room, "14:03", "probe", down);
    down.incident = IncidentId::WORKSPACE;

    room.board.ahead(vec![down]);

    assert_eq!(room.board.probe(&name("health")), Some(Health::Down));
    assert!(room.incident().has_open_outage());
}

#[test]
fn i4_a_probe_that_is_told_late_does_not_go_down_again() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let down = probe("health", Health::Up, Health::Down);
    let mut down = unsent(&mut room, "14:03", "probe", down);
    down.incident = IncidentId::WORKSPACE;
    room.board.apply(Entry {
        seq: Some(2),
        ..down.clone()
    });
    room.sees(at("14:04"), probe("health", Health::Down, Health::Up));

    room.board.ahead(vec![down]);

    assert_eq!(room.board.probe(&name("health")), Some(Health::Up));
    assert!(!room.incident().has_open_outage());
}

/// One of two copies makes an entry, having seen so many of the other's.
#[derive(Debug, Clone)]
struct Made {
    here: bool,
    seen: usize,
    fact: Fact,
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    let one = (any::<bool>(), 0..12_usize, fact());
    let one = one.prop_map(|(here, seen, fact)| Made { here, seen, fact });
    proptest::collection::vec(one, 0..14)
}

/// The log that follows from them, in that order of numbering.
fn log(opening: Entry, made: Vec<Made>) -> Vec<Entry> {
    let mut log = vec![opening];
    for Made { here, seen, fact } in made {
        let number = log.len() as u64 + 1;
        log.push(Entry {
            id: warroom::domain::entry::EntryId(Uuid::from_u128(number.into())),
            seq: Some(number),
            replica: ReplicaId(Uuid::from_u128(if here { 1 } else { 2 })),
            base: number.saturating_sub(1 + seen as u64).max(1),
            by: if here { "ada" } else { "bo" }.into(),
            fact,
            ..log[0].clone()
        });
    }
    log
}

fn fresh(log: &[Entry]) -> Board {
    let mut board = Board::default();
    for entry in log {
        board.apply(entry.clone());
    }
    board
}

fn all(board: &Board) -> Vec<(String, State, Vec<Option<Seq>>)> {
    let told = |incident: &Incident| {
        let numbers = incident.entries().iter().map(|entry| entry.seq);
        (
            incident.label(),
            incident.state().clone(),
            numbers.collect(),
        )
    };
    board.all().map(told).collect()
}

proptest! {
    #[test]
    fn i4_two_copies_come_to_the_same_state_in_any_order_of_numbering(
        declaration in declaration(),
        made in made(),
    ) {
        let opening = any::opened(declaration, at("14:00")).entries()[0].as_ref().clone();
        let log = log(opening, made);
        let expected = all(&fresh(&log));

        for replica in [1, 2] {
            // Everything of its own is on top from the start, until it is numbered.
            let own = ReplicaId(Uuid::from_u128(replica));
            let unsent: Vec<Entry> = log
                .iter()
                .filter(|entry| entry.replica == own)
                .map(|entry| Entry { seq: None, ..entry.clone() })
                .collect();
            let mut board = Board::default();
            board.ahead(unsent);
            for entry in &log {
                board.get(incident_id());
                board.apply(entry.clone());
                prop_assert_eq!(Some(board.head()), entry.seq);
            }
            prop_assert_eq!(all(&board), expected.clone());
        }
    }

    #[test]
    fn i4_what_is_ahead_is_the_fold_of_all_and_leaves_no_trace(
        declaration in declaration(),
        made in made(),
        cut in 1..14_usize,
    ) {
        let opening = any::opened(declaration, at("14:00")).entries()[0].as_ref().clone();
        let log = log(opening, made);
        let (numbered, rest) = log.split_at(cut.min(log.len()));
        let rest: Vec<Entry> = rest.iter().map(|entry| Entry { seq: None, ..entry.clone() }).collect();
        let plain = fresh(numbered);
        let mut together = plain.clone();
        for entry in &rest {
            together.apply(entry.clone());
        }
        let mut board = plain.clone();

        board.ahead(rest.clone());
        prop_assert_eq!(all(&board), all(&together));
        prop_assert_eq!(board.duties(), together.duties());
        for entry in &rest {
            prop_assert!(board.is_unsent(entry.id));
        }

        board.ahead(Vec::new());
        prop_assert_eq!(all(&board), all(&plain));
    }

    #[test]
    fn i5_every_entry_is_kept_whether_it_has_an_effect_or_not(
        declaration in declaration(),
        made in made(),
    ) {
        let opening = any::opened(declaration, at("14:00")).entries()[0].as_ref().clone();
        let log = log(opening, made);

        let board = fresh(&log);

        let incident = board.get(incident_id()).unwrap();
        prop_assert_eq!(incident.entries().len(), log.len());
        for (lost, winner) in &incident.state().superseded {
            prop_assert!(incident.entry(*lost).is_some());
            prop_assert!(incident.entry(*winner).is_some());
            prop_assert!(!incident.winner_in_words(*winner, at("15:00")).is_empty());
        }
    }
}
