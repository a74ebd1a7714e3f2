//! Two people set a field at the same time (I5: no silent loser).

use warroom::domain::{
    fact::{Fact, Fate, Role},
    incident::Field,
    severity::Severity,
};

use super::room::*;

fn titled(title: &str) -> Fact {
    Fact::Described {
        title: Some(title.into()),
        impact: None,
        service: None,
    }
}

fn leads(person: &str) -> Fact {
    Fact::RoleGiven {
        role: Role::Commander,
        person: person.into(),
    }
}

fn promises(eta: &str, next: &str) -> Fact {
    let mut update = update(Some(at(next)));
    update.form.eta = eta.into();
    sent(update)
}

/// The fields that are to be settled.
fn disputed(room: &Room) -> Vec<Field> {
    let conflicts = room.incident().conflicts();
    conflicts.map(|conflict| conflict.field).collect()
}

#[test]
fn i5_of_two_titles_the_last_number_holds_and_both_are_shown() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let base = room.head();

    room.happens_apart(base, at("14:04"), "ada", titled("payments fail"));
    room.happens_apart(base, at("14:05"), "bo", titled("cards fail"));

    let conflict = room.incident().conflict(Field::Title).unwrap();
    assert_eq!(room.incident().state().title.as_str(), "cards fail");
    assert_eq!(conflict.holds, "cards fail");
    assert_eq!(
        conflict.words(),
        "title: 'payments fail' (ada) or 'cards fail' (bo): set it again"
    );
    assert_eq!(conflict.since, at("14:05"));
    assert_eq!(owed(room.incident(), "settle title"), Some(at("14:05")));
}

#[test]
fn i5_a_field_set_one_after_the_other_is_no_conflict() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));

    room.happens_apart(1, at("14:04"), "ada", titled("payments fail"));
    room.happens_apart(2, at("14:05"), "bo", titled("cards fail"));
    room.happens_apart(2, at("14:06"), "bo", titled("all cards fail"));

    assert_eq!(disputed(&room), []);
}

#[test]
fn i5_two_people_who_say_the_same_do_not_disagree() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));

    room.happens_apart(1, at("14:04"), "ada", titled("payments fail"));
    room.happens_apart(1, at("14:05"), "bo", titled("payments fail"));

    assert_eq!(disputed(&room), []);
}

#[test]
fn i5_who_has_seen_one_of_three_settles_only_that_one() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens_apart(1, at("14:04"), "ada", titled("payments fail"));
    room.happens_apart(1, at("14:05"), "bo", titled("cards fail"));

    room.happens_apart(2, at("14:06"), "cy", titled("checkout fails"));

    let conflict = room.incident().conflict(Field::Title).unwrap();
    let ways: Vec<_> = conflict.ways.iter().map(|way| way.value.as_str()).collect();
    assert_eq!(ways, ["cards fail", "checkout fails"]);
}

#[test]
fn i5_setting_it_again_with_both_in_sight_settles_it() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens_apart(1, at("14:04"), "ada", titled("payments fail"));
    room.happens_apart(1, at("14:05"), "bo", titled("cards fail"));

    room.does(at("14:06"), "cy", titled("cards fail"));

    assert_eq!(disputed(&room), []);
    assert_eq!(owed(room.incident(), "settle title"), None);
}

#[test]
fn i5_what_was_settled_is_found_with_both_sides_and_who_decided() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let base = room.head();
    room.happens_apart(base, at("14:04"), "ada", titled("payments fail"));
    room.happens_apart(base, at("14:05"), "bo", titled("cards fail"));
    assert_eq!(room.incident().decided(), []);

    room.does(at("14:06"), "cy", titled("payments fail"));

    let decided = room.incident().decided();
    let [one] = decided.as_slice() else {
        panic!("{decided:?}")
    };
    assert_eq!(
        one.in_words(),
        "title: ada set 'payments fail' and bo set 'cards fail' without knowing of each other, until cy set 'payments fail'"
    );
    assert_eq!((one.way.by.as_str(), one.way.at), ("cy", at("14:06")));
    assert_eq!(one.conflict.ways.len(), 2);
}

#[test]
fn i5_a_level_set_apart_says_who_set_which_and_which_holds() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let base = room.head();
    let level = |to| Fact::SeverityChanged {
        to,
        reason: "worse".into(),
    };

    room.happens_apart(base, at("14:04"), "ada", level(Severity::P1));
    room.happens_apart(base, at("14:05"), "bo", level(Severity::P2));

    let entry = room.incident().entries().last().unwrap();
    assert_eq!(
        room.incident().apart_in_words(entry).unwrap(),
        "ada set P1 and bo set P2 without knowing of each other: P1 holds until somebody sets it again"
    );
    let declared = &room.incident().entries()[0];
    assert_eq!(room.incident().apart_in_words(declared), None);
}

#[test]
fn i5_taking_one_of_the_two_back_settles_it() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens_apart(1, at("14:04"), "ada", titled("payments fail"));
    let second = room.happens_apart(1, at("14:05"), "bo", titled("cards fail"));

    room.does(
        at("14:06"),
        "bo",
        Fact::Retracted {
            entry: second,
            reason: "".into(),
        },
    );

    assert_eq!(disputed(&room), []);
    assert_eq!(room.incident().state().title.as_str(), "payments fail");
}

#[test]
fn i5_impact_service_and_commander_are_settled_each_for_itself() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    for (who, word) in [("ada", "all of them"), ("bo", "some of them")] {
        let reworded = Fact::Described {
            title: None,
            impact: Some(word.into()),
            service: Some(word.into()),
        };
        room.happens_apart(1, at("14:04"), who, reworded);
        room.happens_apart(1, at("14:04"), who, leads(who));
    }

    assert_eq!(
        disputed(&room),
        [Field::Impact, Field::Service, Field::Commander]
    );
    room.does(at("14:06"), "cy", leads("bo"));

    assert_eq!(disputed(&room), [Field::Impact, Field::Service]);
    assert_eq!(room.incident().commander(), Some(&name("bo")));
}

#[test]
fn i5_a_commander_who_leaves_settles_who_leads() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens_apart(1, at("14:04"), "ada", leads("ada"));
    room.happens_apart(1, at("14:05"), "bo", leads("bo"));
    room.happens(
        at("14:06"),
        "ada",
        Fact::RoleLeft {
            role: Role::Commander,
            person: "ada".into(),
        },
    );

    assert_eq!(disputed(&room), []);
}

#[test]
fn i5_two_updates_at_once_leave_two_promises_and_the_next_one_settles_them() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens_apart(1, at("14:04"), "ada", promises("1 hour", "14:30"));
    room.happens_apart(1, at("14:05"), "bo", promises("2 hours", "14:35"));

    assert_eq!(disputed(&room), [Field::Eta, Field::NextUpdate]);
    let next = room.incident().conflict(Field::NextUpdate).unwrap();
    assert_eq!(
        next.words(),
        "next update: 14:30Z (ada) or 14:35Z (bo): set it again"
    );

    room.does(at("14:10"), "ada", promises("1 hour", "14:35"));

    assert_eq!(disputed(&room), []);
}

#[test]
fn i5_an_update_that_nobody_reads_promises_nothing() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    let mut update = update(Some(at("14:30")));
    update.channels = vec!["slack".into()];
    let of = room.happens_apart(1, at("14:04"), "ada", sent(update));
    room.happens_apart(1, at("14:05"), "bo", promises("1 hour", "14:35"));
    assert_eq!(disputed(&room), [Field::Eta, Field::NextUpdate]);

    let called_off = Fact::Undelivered {
        of,
        channel: "slack".into(),
        key: "k".into(),
        why: "a newer update went out before".into(),
        fate: Fate::CalledOff,
    };
    room.fires(at("14:06"), called_off);

    assert_eq!(disputed(&room), []);
    let last = room.incident().state().last_update().unwrap();
    assert_eq!(&*last.by, "bo");
}

#[test]
fn i5_what_somebody_lowered_knowingly_does_not_hold_against_the_other() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));
    room.happens_apart(1, at("14:04"), "ada", severity(Severity::P1, ""));
    room.happens_apart(1, at("14:05"), "bo", severity(Severity::P2, ""));

    room.happens_apart(2, at("14:06"), "ada", severity(Severity::P4, "one user"));

    assert_eq!(room.incident().severity(), Some(Severity::P2));
    let conflict = room.incident().conflict(Field::Severity).unwrap();
    assert_eq!(
        conflict.words(),
        "severity: P2 (bo) or P4 (ada): set it again"
    );
}

#[test]
fn i5_the_first_to_acknowledge_counts_and_the_others_are_named() {
    let mut room = Room::alerted(Severity::P3, at("14:00"));

    room.happens_apart(1, at("14:04"), "bo", Fact::Acknowledged {});
    room.happens_apart(1, at("14:03"), "cy", Fact::Acknowledged {});

    let taken = room.incident().state().taken.clone().unwrap();
    assert_eq!((taken.by.as_str(), taken.at), ("bo", at("14:04")));
    assert_eq!(taken.also, [name("cy")]);
}
