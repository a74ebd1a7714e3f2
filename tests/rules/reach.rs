//! Escalation: who can be reached, and what people do by hand (E7 to E11).

use chrono::{DateTime, Utc};
use warroom::domain::{
    duty::{Due, Duty, Standing, duties, held},
    entry::EntryId,
    escalation::{self, Climb},
    fact::{Fact, Fate, Skip},
    intents::intents,
    notice::Purpose,
    severity::Severity,
};

use super::room::*;

/// The policy in which everybody has a channel but `unreachable`.
fn without(unreachable: &[&str]) -> String {
    REACHABLE
        .split("\n[contact.")
        .filter(|part| {
            !unreachable
                .iter()
                .any(|who| part.starts_with(&format!("{who:?}")) || part.starts_with(who))
        })
        .collect::<Vec<_>>()
        .join("\n[contact.")
}

#[test]
fn e7_a_step_that_reaches_nobody_makes_room_for_the_next_at_once() {
    let room = Room::under(&without(&["Team Lead"]), Severity::P1, at("14:00"));

    let now = climbed(&room, "14:15");

    assert_eq!(now.skip, [(step(0), Skip::Unreachable, minutes(0))]);
    assert!(now.fire.contains(&(step(1), minutes(0))), "{now:?}");
}

#[test]
fn e7_above_an_unreachable_step_the_next_higher_is_paged_not_a_lower() {
    let room = Room::under(
        &without(&["Engineering Manager"]),
        Severity::P1,
        at("14:00"),
    );

    let now = climbed(&room, "15:05");

    assert!(now.fire.contains(&(step(2), minutes(0))), "{now:?}");
    assert_eq!(
        now.skip,
        [
            (step(0), Skip::Overtaken, minutes(50)),
            (step(1), Skip::Unreachable, minutes(5)),
        ]
    );
}

#[test]
fn e7_a_page_that_nobody_takes_calls_the_next_step_at_once() {
    let mut room = Room::under(REACHABLE, Severity::P1, at("14:00"));
    let page = room.happens(at("14:15"), "engine", paged(0, &["pager", "phone"]));

    room.fires(at("14:16"), refused(page, "pager"));
    let after_one = due_of(&room, 1);
    room.fires(at("14:20"), refused(page, "phone"));

    assert_eq!(after_one, at("15:00"), "the phone may still ring");
    assert_eq!(due_of(&room, 1), at("14:20"));
    assert_eq!(due_of(&room, 2), at("16:00"), "offsets do not add up (E1)");
}

#[test]
fn e11_a_step_that_the_engine_did_not_fire_says_whose_word_it_is() {
    let mut room = Room::under(REACHABLE, Severity::P1, at("14:00"));

    room.happens(at("14:15"), "engine", paged(0, &["pager"]));
    room.happens(at("14:30"), "engine (sent by ada)", paged(1, &["pager"]));
    // It claims that somebody was paged, and names no channel for it.
    room.happens(at("14:40"), "bo", paged(2, &[]));

    let words = |index| {
        let fired = room.incident().fired(&step(index)).expect("it fired");
        (fired.by.as_deref(), fired.by_hand)
    };
    assert_eq!(words(0), (None, false));
    assert_eq!(words(1), (Some("engine (sent by ada)"), false));
    assert_eq!(words(2), (Some("bo"), true));
}

fn refused(of: EntryId, channel: &str) -> Fact {
    Fact::Undelivered {
        of,
        channel: channel.into(),
        key: channel.into(),
        why: "status 410".into(),
        fate: Fate::Failed,
    }
}

fn due_of(room: &Room, index: usize) -> DateTime<Utc> {
    let is_it = |due: &Due| matches!(&due.duty, Duty::Escalate { step: found, .. } if *found == step(index));
    let due = duties(room.incident()).into_iter().find(is_it);
    due.expect("the step is open").by
}

#[test]
fn e7_with_nobody_above_the_highest_that_can_be_reached_is_paged() {
    let above = ["Engineering Manager", "VP Engineering", "CEO"];
    let room = Room::under(&without(&above), Severity::P1, at("14:00"));

    let now = climbed(&room, "15:05");

    assert!(now.fire.contains(&(step(0), minutes(50))), "{now:?}");
    assert!(
        now.skip.contains(&(step(1), Skip::Unreachable, minutes(5))),
        "{now:?}"
    );
}

#[test]
fn e8_after_an_outage_the_highest_is_paged_and_the_lower_get_one_quiet_notice() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    room.happens(at("14:03"), "ada", Fact::Acknowledged {});

    let now = climbed(&room, "16:05");

    assert_eq!(now.fire, [(step(2), minutes(5))]);
    assert_eq!(
        now.skip,
        [
            (step(0), Skip::Overtaken, minutes(110)),
            (step(1), Skip::Overtaken, minutes(65)),
        ]
    );
    let around = at("16:05");
    for (id, why, _) in now.skip {
        let (_, rung) = room.incident().policy().step(&id).unwrap();
        let target = rung.target.clone();
        let fact = Fact::StepSkipped {
            step: id,
            target,
            why,
            reason: "".into(),
        };
        let entry = room.entry(at("16:05"), "engine", fact);
        let told = intents(room.incident(), &entry, around);
        assert!(
            told.iter()
                .all(|intent| intent.purpose == Purpose::LateNotice)
        );
        assert!(!told.is_empty());
        room.board.apply(entry);
    }
    room.happens(at("16:05"), "engine", escalated(2, "VP Engineering"));
    assert_eq!(
        climbed(&room, "16:06"),
        Climb {
            fire: Vec::new(),
            skip: Vec::new()
        }
    );
    assert_eq!(owed(room.incident(), "CEO"), Some(at("18:00")));
}

#[test]
fn e9_a_page_repeats_until_somebody_answers_and_names_its_round() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    for (round, (clock, next)) in [("14:00", "14:05"), ("14:05", "14:10")].iter().enumerate() {
        assert_eq!(owed(room.incident(), "Initial responder"), Some(at(clock)));
        let fact = Fact::Escalated {
            step: page(),
            round: u32::try_from(round).unwrap(),
            target: "Initial responder".into(),
            via: vec!["pager".into()],
            late_s: 0,
            by_hand: false,
        };
        room.happens(at(clock), "engine", fact);
        assert_eq!(owed(room.incident(), "Initial responder"), Some(at(next)));
    }
    assert!(matches!(
        due(room.incident(), "Initial responder").unwrap().duty,
        Duty::Escalate { round: 2, .. }
    ));
}

#[test]
fn e10_a_step_rings_from_a_minute_late() {
    assert_eq!(escalation::RINGS_AFTER, chrono::TimeDelta::seconds(60));
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    for (index, late_s) in [(0, 60), (1, 61)] {
        let mut fact = escalated(index, MANAGERS[index]);
        if let Fact::Escalated { late_s: late, .. } = &mut fact {
            *late = late_s;
        }
        room.happens(at("15:01"), "engine", fact);
    }

    assert!(matches!(
        step_standing(room.incident(), "Team Lead"),
        Some(Standing::Met { .. })
    ));
    assert!(matches!(
        step_standing(room.incident(), "Engineering Manager"),
        Some(Standing::Missed { .. })
    ));
}

#[test]
fn e11_a_hold_needs_a_reason_and_its_end_is_owed() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let held = |reason: &str| Fact::Held {
        until: at("14:30"),
        reason: reason.into(),
    };
    assert!(
        room.asks(at("14:10"), "ada", held(""))
            .unwrap_err()
            .needs_reason
    );

    room.does(at("14:10"), "ada", held("bo sits next to me"));

    assert_eq!(owed(room.incident(), "hold ends"), Some(at("14:30")));
    assert_eq!(owed(room.incident(), "Team Lead"), None);
    assert_eq!(climbed(&room, "14:20").fire, []);
    room.does(at("14:30"), "engine", Fact::HoldEnded {});
    assert_eq!(owed(room.incident(), "Team Lead"), Some(at("14:15")));
}

#[test]
fn e11_held_steps_are_still_known_with_when_they_are_due() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    room.does(at("14:01"), "ada", Fact::Acknowledged {});
    assert_eq!(held(room.incident()), []);
    room.does(
        at("14:10"),
        "ada",
        Fact::Held {
            until: at("14:40"),
            reason: "bo sits next to me".into(),
        },
    );

    let waiting: Vec<_> = held(room.incident())
        .iter()
        .map(|due| (word(&due.duty), due.by))
        .collect();

    assert_eq!(
        waiting,
        [
            ("Team Lead".to_owned(), at("14:40")),
            ("Engineering Manager".to_owned(), at("15:00")),
            ("VP Engineering".to_owned(), at("16:00")),
        ]
    );
    assert_eq!(owed(room.incident(), "Team Lead"), None);
    assert_eq!(climbed(&room, "14:30").fire, []);
}

#[test]
fn e11_firing_early_satisfies_the_step() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let mut early = escalated(0, "Team Lead");
    if let Fact::Escalated { by_hand, .. } = &mut early {
        *by_hand = true;
    }

    room.does(at("14:05"), "ada", early);
    room.does(at("14:06"), "ada", Fact::Acknowledged {});

    assert_eq!(owed(room.incident(), "Team Lead"), None);
    assert_eq!(climbed(&room, "14:15").fire, []);
    assert_eq!(
        owed(room.incident(), "Engineering Manager"),
        Some(at("15:00"))
    );
}

#[test]
fn e11_a_step_skipped_by_hand_is_not_climbed() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    room.happens(at("14:06"), "ada", Fact::Acknowledged {});

    room.does(
        at("14:10"),
        "ada",
        Fact::StepSkipped {
            step: step(0),
            target: "Team Lead".into(),
            why: Skip::ByHand,
            reason: "on a plane".into(),
        },
    );

    assert_eq!(climbed(&room, "14:15").fire, []);
    assert_eq!(
        step_standing(room.incident(), "Team Lead"),
        Some(Standing::NotApplicable("skipped by hand".to_owned()))
    );
}

#[test]
fn e11_a_person_is_paged_by_name_through_their_channels() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let fact = Fact::Paged {
        person: "bo".into(),
        text: "the database, please".into(),
        via: vec!["pager".into(), "phone".into()],
    };
    let entry = room.entry(at("14:10"), "ada", fact);

    let told = intents(room.incident(), &entry, at("14:10"));

    let channels: Vec<&str> = told.iter().map(|intent| intent.channel.as_str()).collect();
    assert_eq!(channels, ["pager", "phone"]);
    assert_ne!(told[0].key, told[1].key);
    assert!(told[0].text.contains("the database, please"));
}

#[test]
fn e11_a_page_before_its_time_does_not_call_itself_late() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let fact = Fact::Escalated {
        step: step(1),
        round: 0,
        target: "Engineering Manager".into(),
        via: vec!["pager".into()],
        late_s: -600,
        by_hand: false,
    };
    let entry = room.entry(at("14:50"), "ada", fact);

    let told = intents(room.incident(), &entry, at("14:50"));

    assert!(!told[0].text.contains("min late"), "{}", told[0].text);
}

#[test]
fn e9_a_page_by_hand_waits_to_be_heard_of_until_whom_it_was_for_is_there() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    let by_hand = |via: &[&str]| Fact::Paged {
        person: "bo".into(),
        text: "please".into(),
        via: via.iter().copied().map(Into::into).collect(),
    };
    let told = |of, channel: &str| Fact::Delivered {
        of,
        channel: channel.into(),
        key: "".into(),
        note: "".into(),
    };
    let waits = |room: &Room| -> Vec<EntryId> {
        escalation::unheard(room.incident())
            .map(|(id, _)| id)
            .collect()
    };

    room.happens(at("14:02"), "ada", by_hand(&[]));
    let first = room.happens(at("14:03"), "ada", by_hand(&["pager", "phone"]));
    room.happens(at("14:04"), "ada", Fact::Acknowledged {});
    let second = room.happens(at("14:05"), "ada", by_hand(&["pager"]));
    assert_eq!(waits(&room), [first, second]);
    room.happens(at("14:06"), "engine", told(first, "phone"));
    assert_eq!(waits(&room), [second]);

    room.happens(
        at("14:07"),
        "bo",
        Fact::Noted {
            text: "here".into(),
        },
    );
    assert!(waits(&room).is_empty());
}

#[test]
fn e2_a_planned_repeat_says_which_it_is_and_is_late_only_after_its_own_time() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let fires = |room: &Room, clock| {
        escalation::fires(room.incident(), page(), vec![name("pager")], at(clock))
    };
    let first = fires(&room, "14:00");
    room.happens(at("14:00"), "engine", first);

    for (clock, says) in [
        ("14:05", "Escalated to Initial responder (repeat 2)."),
        (
            "14:08",
            "Escalated to Initial responder (repeat 2, 3 min late).",
        ),
    ] {
        let repeat = fires(&room, clock);
        let entry = room.entry(at(clock), "engine", repeat);
        let told = intents(room.incident(), &entry, at(clock));

        assert!(told[0].text.contains(says), "{}", told[0].text);
    }
}

#[test]
fn i6_a_long_name_of_a_ladder_gives_no_two_messages_the_same_key() {
    let long = "management, of the company that runs it ".repeat(6);
    let text = REACHABLE.to_owned()
        + &format!("[[ladder]]\nname = {long:?}\nuntil = \"resolved\"\n")
        + "[[ladder.step]]\nafter = \"15m\"\ntarget = \"Team Lead\"\n";
    let mut room = Room::under(&text, Severity::P1, at("14:00"));
    let step = warroom::domain::fact::StepId {
        ladder: long,
        index: 0,
    };
    let via = ["pager", "phone"].map(name).to_vec();
    let mut keys = Vec::new();

    for clock in ["14:15", "14:20"] {
        let fact = escalation::fires(room.incident(), step.clone(), via.clone(), at(clock));
        let entry = room.entry(at(clock), "engine", fact);
        let told = intents(room.incident(), &entry, at(clock));
        keys.extend(told.into_iter().map(|intent| intent.key));
    }

    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 4, "{keys:?}");
}

#[test]
fn e9_a_page_marked_as_sent_is_heard_of_and_one_called_off_pages_nobody_above() {
    let delivered = |of| Fact::Delivered {
        of,
        channel: "phone".into(),
        key: "phone".into(),
        note: "marked as sent".into(),
    };
    let ends: [&dyn Fn(EntryId) -> Fact; 2] = [&delivered, &|page| refused(page, "phone")];
    for ends in ends {
        let mut room = Room::under(REACHABLE, Severity::P1, at("14:00"));
        let page = room.happens(at("14:15"), "engine", paged(0, &["pager", "phone"]));
        room.happens(at("14:16"), "ada", refused(page, "pager"));
        let left = escalation::unheard(room.incident()).collect::<Vec<_>>();
        assert_eq!(left, [(page, [name("phone")].as_slice())]);

        room.happens(at("14:17"), "ada", ends(page));

        assert_eq!(escalation::unheard(room.incident()).count(), 0);
        assert_eq!(due_of(&room, 1), at("15:00"));
    }
}

#[test]
fn e7_a_page_refused_on_one_channel_and_called_off_on_the_other_calls_the_next_step() {
    for refused_first in [true, false] {
        let mut room = Room::under(REACHABLE, Severity::P1, at("14:00"));
        let page = room.happens(at("14:15"), "engine", paged(0, &["pager", "phone"]));
        let mut ends = |engine: bool, clock, channel| {
            let fact = refused(page, channel);
            if engine {
                room.fires(at(clock), fact)
            } else {
                room.happens(at(clock), "ada", fact)
            }
        };

        ends(refused_first, "14:16", "pager");
        ends(!refused_first, "14:17", "phone");

        assert_eq!(due_of(&room, 1), at("14:17"), "{refused_first}");
    }
}
