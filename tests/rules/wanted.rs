//! Pages that have not left when more is known than when they were asked for:
//! they come from out of touch, with what was recorded after them.

use chrono::{DateTime, Utc};
use warroom::domain::{
    duty::{Duty, duties},
    entry::EntryId,
    escalation::{Wanted, climb, computed_id, fires, wanted},
    fact::{Fact, Fate},
    severity::Severity,
};

use super::room::*;

/// An incident in which ada asked for the page of the first step at 14:20.
fn asked() -> (Room, EntryId) {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    let page = asks(&mut room);
    (room, page)
}

fn asks(room: &mut Room) -> EntryId {
    room.happens(at("14:20"), "ada", paged(0, &["pager"]))
}

fn held() -> Fact {
    Fact::Held {
        until: at("15:00"),
        reason: "she is here".into(),
    }
}

fn what_becomes(room: &Room, page: EntryId) -> Wanted {
    wanted(&room.board, room.id, page)
}

#[test]
fn e2_a_page_is_not_wanted_any_more_once_the_incident_is_over() {
    let (mut room, page) = asked();
    assert_eq!(what_becomes(&room, page), Wanted::Now);

    room.happens(at("14:30"), "ada", resolved());

    assert!(matches!(what_becomes(&room, page), Wanted::Never(_)));
}

#[test]
fn e11_a_page_waits_where_the_ladder_was_held_after_it_and_not_before() {
    let (mut room, page) = asked();
    room.happens(at("14:30"), "ada", held());
    let mut before = Room::reachable(Severity::P2, at("14:00"));
    before.happens(at("14:10"), "ada", held());
    let in_spite = asks(&mut before);

    assert_eq!(what_becomes(&room, page), Wanted::Later);
    assert_eq!(what_becomes(&before, in_spite), Wanted::Now);
}

#[test]
fn e2_an_acknowledgement_stops_no_page_of_the_management_ladder() {
    let (mut room, page) = asked();
    room.happens(at("14:30"), "bo", Fact::Acknowledged {});
    assert_eq!(what_becomes(&room, page), Wanted::Now);

    room.happens(at("14:31"), "bo", Fact::Mitigated {});

    assert!(matches!(what_becomes(&room, page), Wanted::Never(_)));
}

#[test]
fn r3_a_page_of_what_was_merged_is_wanted_as_long_as_the_other_goes_on() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    let older = room.id;
    let merged = room.declares(alert(Severity::P2, at("14:00")), at("14:12"));
    let page = asks(&mut room);
    room.happens(at("14:30"), "ada", Fact::Merged { into: older });
    let while_it_goes_on = what_becomes(&room, page);

    room.id = older;
    room.happens(at("14:40"), "ada", resolved());

    room.id = merged;
    assert_eq!(while_it_goes_on, Wanted::Now);
    assert!(matches!(what_becomes(&room, page), Wanted::Never(_)));
}

#[test]
fn e9_a_page_that_left_where_it_was_asked_for_does_not_leave_again() {
    let (mut room, page) = asked();
    let delivered = Fact::Delivered {
        of: page,
        channel: "pager".into(),
        key: "k".into(),
        note: "by engine on there".into(),
    };

    room.fires(at("14:21"), delivered);

    assert_eq!(what_becomes(&room, page), Wanted::Sent);
}

/// What the server says of a page that it did not send: what stops it had come.
fn called_off(of: EntryId) -> Fact {
    Fact::Undelivered {
        of,
        channel: "pager".into(),
        key: "pager".into(),
        why: "what stops it had come before that left".into(),
        fate: Fate::CalledOff,
    }
}

/// When the first step falls due; `None` where it does not.
fn first_step_due(room: &Room) -> Option<DateTime<Utc>> {
    let is_it =
        |duty: &Duty| matches!(duty, Duty::Escalate { step: found, .. } if *found == step(0));
    let mut due = duties(room.incident()).into_iter();
    Some(due.find(|due| is_it(&due.duty))?.by)
}

#[test]
fn e2_a_step_whose_page_the_server_called_off_is_due_once_what_stopped_it_is_taken_back() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    let page = room.happens(at("14:05"), "ada", paged(0, &["pager"]));
    let mitigated = room.happens(at("14:06"), "ada", Fact::Mitigated {});
    room.fires(at("14:10"), called_off(page));
    assert!(room.incident().fired(&step(0)).is_none());

    room.happens(
        at("14:11"),
        "ada",
        Fact::Retracted {
            entry: mitigated,
            reason: "a slip".into(),
        },
    );

    assert_eq!(first_step_due(&room), Some(at("14:15")));
    let climb = climb(room.incident(), at("14:15"), |_| true);
    assert!(climb.fire.iter().any(|(fired, _)| *fired == step(0)));
}

#[test]
fn e1_a_step_whose_page_a_person_called_off_stays_climbed() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    let page = room.happens(at("14:05"), "ada", paged(0, &["pager"]));

    room.happens(at("14:06"), "ada", called_off(page));

    assert!(room.incident().fired(&step(0)).is_some());
}

#[test]
fn r2_a_page_called_off_because_it_was_over_is_due_where_the_incident_is_reopened() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    let page = room.happens(at("14:05"), "ada", paged(0, &["pager"]));
    room.happens(at("14:06"), "ada", resolved());
    room.fires(at("14:10"), called_off(page));

    let reason = "it is back".into();
    room.happens(at("14:11"), "ada", Fact::Reopened { reason });

    assert_eq!(first_step_due(&room), Some(at("14:15")));
}

#[test]
fn e9_a_step_whose_page_was_called_off_fires_under_an_id_that_is_free() {
    let repeats = "[[ladder]]\nname = \"page\"\nuntil = \"acknowledged\"\nrepeat = \"5m\"\n\
                   [[ladder.step]]\nafter = \"0m\"\ntarget = \"Team Lead\"\n";
    let policy = format!("{REACHABLE}\n{repeats}");
    for (policy, step) in [(REACHABLE, step(0)), (policy.as_str(), page())] {
        let mut room = Room::under(policy, Severity::P2, at("14:00"));
        let next = |room: &Room| {
            let via = vec!["pager".into()];
            let fact = fires(room.incident(), step.clone(), via, at("14:15"));
            (computed_id(room.incident(), &fact), fact)
        };
        let (id, fact) = next(&room);
        let page = room.happens(at("14:15"), "engine", fact);

        room.fires(at("14:16"), called_off(page));

        assert!(room.incident().fired(&step).is_none());
        assert_ne!(next(&room).0, id, "{step:?}");
    }
}
