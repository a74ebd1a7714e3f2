//! The public is not told the same twice, nor left without any news (X2).

use warroom::domain::{
    entry::EntryId,
    fact::{Fact, Fate},
    intents::intents,
    severity::Severity,
};

use super::{
    external::{drafted, on_the_status_page},
    room::*,
};

/// Where ada published at 14:05 what bo approved: the draft, its approval, the
/// publication.
fn published() -> (Room, EntryId, EntryId, EntryId) {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    let approval = room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });
    let of = room.does(at("14:05"), "ada", on_the_status_page(draft));
    (room, draft, approval, of)
}

fn ends(room: &mut Room, clock: &str, of: EntryId, fate: Fate) {
    let told = Fact::Undelivered {
        of,
        channel: "status page".into(),
        key: "k".into(),
        why: "no answer".into(),
        fate,
    };
    room.fires(at(clock), told);
}

#[test]
fn x2_what_may_have_arrived_is_not_published_again_but_sent_again() {
    let (mut room, draft, _, of) = published();
    ends(&mut room, "14:05:40", of, Fate::Uncertain);

    let again = room.refusal(at("14:06"), "ada", on_the_status_page(draft));

    assert!(again.contains("may have arrived"), "{again}");
    assert!(again.contains("`deliveries retry`"), "{again}");
    // Whoever looked, and called it off, knows that nobody read it.
    ends(&mut room, "14:07", of, Fate::CalledOff);
    room.does(at("14:08"), "ada", on_the_status_page(draft));
}

#[test]
fn x2_what_no_channel_took_may_be_published_again() {
    let (mut room, draft, _, of) = published();
    ends(&mut room, "14:05:40", of, Fate::Failed);

    assert!(
        room.asks(at("14:06"), "ada", on_the_status_page(draft))
            .is_ok()
    );
}

#[test]
fn x2_an_approval_that_is_taken_back_after_the_news_left_lets_them_not_leave_again() {
    for (back_at, is_on) in [("14:05:29", true), ("14:05:31", false)] {
        let (mut room, draft, approval, _) = published();
        let back = Fact::Retracted {
            entry: approval,
            reason: "slip".into(),
        };
        room.happens(at(back_at), "bo", back);
        room.does(at("14:05:40"), "bo", Fact::ExternalApproved { draft });

        let again = room.asks(at("14:05:50"), "ada", on_the_status_page(draft));

        assert_eq!(again.is_ok(), is_on, "{back_at}: {again:?}");
    }
}

#[test]
fn x2_held_news_do_not_overtake_those_of_somebody_who_had_not_seen_them() {
    let (mut room, draft, _, of) = published();
    let before = room.head() - 1;
    ends(&mut room, "14:05:01", of, Fate::Held);
    let mut fresh = room.entry(at("14:06"), "bo", on_the_status_page(draft));
    fresh.replica.0 = uuid::Uuid::from_u128(99);
    (fresh.base, fresh.seq) = (before, None);

    assert_eq!(room.incident().overtaken_by(&fresh), None);
    // They are confirmed, and not said twice; and who asks is told so.
    assert_eq!(intents(room.incident(), &fresh, at("14:06")), []);
    let again = room.refusal(at("14:06"), "bo", on_the_status_page(draft));
    assert!(again.contains("it is held"), "{again}");
}
