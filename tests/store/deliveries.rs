//! Messages on their way.

use chrono::TimeDelta;
use uuid::Uuid;
use warroom::{
    domain::{
        entry::{Entry, EntryId, IncidentId},
        fact::{Fact, Update},
        notice::{Delivery, DeliveryState, Intent, Purpose},
        text::Name,
        update::{Audience, Form},
    },
    store::{Ending, Fence, LeaseState, Log, StoreError, Try},
};

use super::{
    Place, TTL, after_noon, fence, gone, intent, noon, note, notes, on_both, queued, state,
};

on_both![
    a_delivery_is_on_the_wire_once_and_its_end_is_in_the_log,
    a_page_waits_for_no_update,
    a_lane_keeps_its_order_and_holds_up_no_other,
    a_channel_that_hangs_keeps_no_page_of_another_back,
    updates_that_hang_keep_no_page_of_their_own_channel_back,
    pages_leave_before_everything_else_and_what_was_tried_less_first,
    nothing_goes_before_it_can_no_longer_be_taken_back,
    what_is_retracted_does_not_leave_any_more,
    what_is_taken_back_is_not_tried_again_whatever_became_of_it,
    news_whose_approval_is_taken_back_do_not_leave,
    what_is_approved_again_leaves,
    what_another_incident_takes_back_leaves_all_the_same,
    taking_back_says_what_was_too_late,
    a_newer_update_replaces_an_older_one_that_still_waits,
    an_older_update_waits_for_what_becomes_of_a_newer_one,
    a_page_is_never_replaced,
    what_nobody_ended_is_sent_again_or_held,
    what_a_dead_process_had_on_the_wire_is_recovered_at_once,
    people_retry_cancel_and_mark_what_waits_for_them,
    of_what_is_over_the_newest_are_shown_and_all_of_what_is_not,
];

async fn start(log: &Log, key: &str, fence: Fence) -> Option<Try> {
    log.start(key, fence, noon(), after_noon(30)).await.unwrap()
}

fn keys(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|one| &*one.intent.key).collect()
}

async fn a_delivery_is_on_the_wire_once_and_its_end_is_in_the_log(place: Place) {
    let log = place.open().await;
    queued(&log, &[intent("page/1", Purpose::Page)]).await;
    let fence = fence(&log).await;

    let one = start(&log, "page/1", fence).await.unwrap();
    let second = start(&log, "page/1", fence).await;
    let unknown = start(&log, "page/2", fence).await;
    let told = log
        .finish(&one, Ending::Sent, &[note(2, "paged bo")], after_noon(1))
        .await
        .unwrap();
    let twice = log
        .finish(&one, Ending::Sent, &[note(3, "paged bo")], after_noon(1))
        .await
        .unwrap();

    assert_eq!((second, unknown, twice), (None, None, None));
    assert_eq!(told.unwrap().len(), 1);
    let delivery = log.delivery("page/1").await.unwrap().unwrap();
    assert_eq!(
        (delivery.state, delivery.attempts),
        (DeliveryState::Sent, 1)
    );
    assert_eq!(delivery.sent_at, Some(after_noon(1)));
    assert_eq!(log.head().await.unwrap(), 2);
}

async fn a_page_waits_for_no_update(place: Place) {
    let log = place.open().await;
    let held = Intent {
        not_before: noon() + TimeDelta::seconds(10),
        ..intent("update", Purpose::Update)
    };

    queued(&log, &[held, intent("page", Purpose::Page)]).await;

    assert_eq!(keys(&log.due(noon(), 9).await.unwrap()), ["page"]);
}

#[tokio::test]
async fn what_was_queued_at_a_time_that_is_still_to_come_leaves_but_not_to_the_public() {
    let place = Place::file();
    let log = place.open().await;
    // By a clock that was set back by an hour since.
    let purposes = [Purpose::Page, Purpose::Update, Purpose::Public];
    let held: Vec<Intent> = purposes
        .into_iter()
        .map(|purpose| Intent {
            not_before: after_noon(3610),
            channel: Name::lossy(&format!("{purpose:?}")),
            ..intent(&format!("{purpose:?}"), purpose)
        })
        .collect();

    let then = after_noon(3600);
    log.append(&notes([1]), &held, then).await.unwrap();

    assert_eq!(keys(&log.due(noon(), 9).await.unwrap()), ["Page", "Update"]);
}

#[tokio::test]
async fn what_was_queued_by_a_slipped_clock_waits_between_tries_all_the_same() {
    let place = Place::file();
    let log = place.open().await;
    let page = Intent {
        not_before: after_noon(3600),
        ..intent("page", Purpose::Page)
    };
    let then = after_noon(3600);
    log.append(&notes([1]), &[page], then).await.unwrap();
    let fence = fence(&log).await;
    let one = start(&log, "page", fence).await.unwrap();

    let again = Ending::Again {
        why: "busy".into(),
        next_at: after_noon(20),
        maybe_repeat: false,
    };
    log.finish(&one, again, &[], noon()).await.unwrap();

    assert_eq!(log.due(after_noon(19), 9).await.unwrap(), []);
    assert_eq!(keys(&log.due(after_noon(20), 9).await.unwrap()), ["page"]);
}

#[tokio::test]
async fn what_was_tried_by_a_slipped_clock_is_tried_again_in_time_by_the_right_one() {
    let place = Place::file();
    let log = place.open().await;
    queued(&log, &[intent("page", Purpose::Page)]).await;
    let fence = fence(&log).await;
    let one = start(&log, "page", fence).await.unwrap();
    let again = Ending::Again {
        why: "busy".into(),
        next_at: after_noon(1800 + 20),
        maybe_repeat: false,
    };
    log.finish(&one, again, &[], after_noon(1800))
        .await
        .unwrap();

    let by = TimeDelta::seconds(1800);
    log.went_back(fence, after_noon(1), by).await.unwrap();

    assert_eq!(log.due(after_noon(19), 9).await.unwrap(), []);
    assert_eq!(keys(&log.due(after_noon(20), 9).await.unwrap()), ["page"]);
}

async fn a_lane_keeps_its_order_and_holds_up_no_other(place: Place) {
    let log = place.open().await;
    let elsewhere = Intent {
        channel: "pager".into(),
        ..intent("b/1", Purpose::Page)
    };
    let other_incident = Intent {
        incident: IncidentId(Uuid::from_u128(2)),
        ..intent("c/1", Purpose::Page)
    };
    let first = intent("a/1", Purpose::Page);
    queued(
        &log,
        &[
            first,
            intent("a/2", Purpose::Page),
            elsewhere,
            other_incident,
        ],
    )
    .await;
    let fence = fence(&log).await;

    assert_eq!(
        keys(&log.due(noon(), 9).await.unwrap()),
        ["a/1", "b/1", "c/1"]
    );
    assert_eq!(keys(&log.due(noon(), 2).await.unwrap()), ["a/1", "b/1"]);
    assert_eq!(start(&log, "a/2", fence).await, None, "a/1 is before it");
    let one = start(&log, "a/1", fence).await.unwrap();
    assert_eq!(keys(&log.due(noon(), 9).await.unwrap()), ["b/1", "c/1"]);
    let again = Ending::Again {
        why: "503".into(),
        next_at: after_noon(60),
        maybe_repeat: false,
    };
    log.finish(&one, again, &[], noon()).await.unwrap();
    assert_eq!(keys(&log.due(noon(), 9).await.unwrap()), ["b/1", "c/1"]);
    let one = log
        .start("a/1", fence, after_noon(60), after_noon(90))
        .await
        .unwrap();
    let dead = Ending::Dead { why: "410".into() };
    log.finish(&one.unwrap(), dead, &[], after_noon(61))
        .await
        .unwrap();
    assert_eq!(
        keys(&log.due(after_noon(61), 9).await.unwrap()),
        ["a/2", "b/1", "c/1"]
    );
}

/// A page of an incident of its own.
fn page_of(number: u128, channel: &str) -> Intent {
    Intent {
        incident: IncidentId(Uuid::from_u128(number)),
        channel: channel.into(),
        ..intent(&format!("{channel}/{number}"), Purpose::Page)
    }
}

async fn a_channel_that_hangs_keeps_no_page_of_another_back(place: Place) {
    let log = place.open().await;
    let storm: Vec<Intent> = (1..=20).map(|number| page_of(number, "sms")).collect();
    queued(&log, &storm).await;
    queued(&log, &[page_of(1, "pager")]).await;
    let fence = fence(&log).await;

    let first = log.due(noon(), 16).await.unwrap();
    for one in first.iter().filter(|one| &*one.intent.channel == "sms") {
        start(&log, &one.intent.key, fence).await.unwrap();
    }

    assert_eq!(
        keys(&first),
        ["sms/1", "sms/2", "sms/3", "sms/4", "pager/1"]
    );
    assert_eq!(keys(&log.due(noon(), 16).await.unwrap()), ["pager/1"]);
    assert_eq!(
        start(&log, "sms/5", fence).await,
        None,
        "four are under way"
    );
    start(&log, "pager/1", fence).await.unwrap();
    let soonest = log.soonest_delivery().await.unwrap();
    assert_eq!(
        soonest,
        Some(after_noon(30)),
        "nothing to do until one ends"
    );
}

async fn updates_that_hang_keep_no_page_of_their_own_channel_back(place: Place) {
    let log = place.open().await;
    let updates: Vec<Intent> = (1..=5)
        .map(|number| Intent {
            key: format!("update/{number}").as_str().into(),
            purpose: Purpose::Update,
            ..page_of(number, "pager")
        })
        .collect();
    queued(&log, &updates).await;
    let fence = fence(&log).await;
    for one in log.due(noon(), 16).await.unwrap() {
        start(&log, &one.intent.key, fence).await.unwrap();
    }
    assert_eq!(keys(&log.due(noon(), 16).await.unwrap()), [""; 0]);

    queued(&log, &[page_of(6, "pager")]).await;

    let soonest = log.soonest_delivery().await.unwrap();
    assert_eq!(soonest, Some(noon()), "the page need not wait");
    assert_eq!(keys(&log.due(noon(), 16).await.unwrap()), ["pager/6"]);
    start(&log, "pager/6", fence).await.unwrap();
}

async fn pages_leave_before_everything_else_and_what_was_tried_less_first(place: Place) {
    let log = place.open().await;
    queued(&log, &[intent("update", Purpose::Update)]).await;
    queued(&log, &[page_of(2, "sms"), page_of(3, "sms")]).await;
    let fence = fence(&log).await;

    let one = start(&log, "sms/2", fence).await.unwrap();
    let again = Ending::Again {
        why: "time-out".into(),
        next_at: noon(),
        maybe_repeat: true,
    };
    log.finish(&one, again, &[], noon()).await.unwrap();

    let due = log.due(after_noon(60), 9).await.unwrap();
    assert_eq!(keys(&due), ["sms/3", "sms/2", "update"]);
}

async fn nothing_goes_before_it_can_no_longer_be_taken_back(place: Place) {
    let log = place.open().await;
    let held = Intent {
        not_before: after_noon(5),
        ..intent("u/1", Purpose::Update)
    };
    queued(&log, &[held]).await;
    let fence = fence(&log).await;

    assert_eq!(log.due(after_noon(4), 9).await.unwrap(), []);
    assert_eq!(start(&log, "u/1", fence).await, None);
    assert_eq!(log.soonest_delivery().await.unwrap(), Some(after_noon(5)));
    let back = log
        .cancel_by_origin(EntryId(Uuid::from_u128(1)))
        .await
        .unwrap();

    assert_eq!(back[0].state, DeliveryState::Cancelled);
    assert_eq!(log.due(after_noon(6), 9).await.unwrap(), []);
    assert_eq!(log.soonest_delivery().await.unwrap(), None);
}

async fn what_is_retracted_does_not_leave_any_more(place: Place) {
    let log = place.open().await;
    queued(&log, &[intent("u/1", Purpose::Update)]).await;

    let mut retraction = notes([2]);
    retraction[0].fact = Fact::Retracted {
        entry: EntryId(Uuid::from_u128(1)),
        reason: "wrong channel".into(),
    };
    log.append(&retraction, &[], noon()).await.unwrap();

    assert_eq!(state(&log, "u/1").await, DeliveryState::Cancelled);
}

async fn what_is_taken_back_is_not_tried_again_whatever_became_of_it(place: Place) {
    let log = place.open().await;
    let on = |key: &str| Intent {
        channel: key.into(),
        ..intent(key, Purpose::Public)
    };
    let all = ["dead", "held", "doubt", "late"].map(on);
    queued(&log, &all).await;
    let fence = fence(&log).await;
    let mut tries = Vec::new();
    for key in ["dead", "doubt", "late"] {
        tries.push(start(&log, key, fence).await.unwrap());
    }
    let why = || "reset".into();
    let again = Ending::Again {
        why: why(),
        next_at: noon(),
        maybe_repeat: false,
    };
    for (one, ending) in [
        (&tries[0], Ending::Dead { why: why() }),
        (&tries[1], Ending::Uncertain { why: why() }),
    ] {
        log.finish(one, ending, &[], noon()).await.unwrap();
    }

    let mut retraction = notes([2]);
    retraction[0].fact = Fact::Retracted {
        entry: EntryId(Uuid::from_u128(1)),
        reason: "it says too much".into(),
    };
    log.append(&retraction, &[], noon()).await.unwrap();
    log.finish(&tries[2], again, &[], noon()).await.unwrap();

    for key in ["dead", "held", "late"] {
        assert_eq!(state(&log, key).await, DeliveryState::Cancelled, "{key}");
    }
    let refused = log.retry("doubt", noon()).await.unwrap_err();
    assert!(matches!(refused, StoreError::TakenBack { .. }), "{refused}");
    assert_eq!(state(&log, "doubt").await, DeliveryState::Uncertain);
}

/// Entry `n`: that `taken` is taken back.
fn retracted(n: u128, taken: u128) -> Entry {
    Entry {
        fact: Fact::Retracted {
            entry: EntryId(Uuid::from_u128(taken)),
            reason: "it says too much".into(),
        },
        ..note(n, "")
    }
}

/// Entries 2 to 4: a draft, its approval, and its publication, with news for
/// outside on each of these channels.
async fn published(log: &Log, channels: &[&str]) {
    let draft = EntryId(Uuid::from_u128(2));
    let form = Form {
        status: "Investigating".into(),
        ..Form::default()
    };
    let drafted = Entry {
        fact: Fact::ExternalDrafted { form: form.clone() },
        ..note(2, "")
    };
    let approved = Entry {
        fact: Fact::ExternalApproved { draft },
        ..note(3, "")
    };
    let update = Update {
        label: None,
        audience: Audience::External,
        form,
        channels: channels.iter().map(|name| (*name).into()).collect(),
        last: false,
        draft: Some(draft),
    };
    let sent = Entry {
        fact: Fact::UpdateSent(Box::new(update)),
        ..note(4, "")
    };
    let intents: Vec<Intent> = channels
        .iter()
        .map(|name| Intent {
            channel: (*name).into(),
            origin: sent.id,
            ..intent(name, Purpose::Public)
        })
        .collect();
    let entries = [drafted, approved, sent];
    log.append(&entries, &intents, noon()).await.unwrap();
}

async fn news_whose_approval_is_taken_back_do_not_leave(place: Place) {
    let log = place.open().await;
    published(&log, &["queued", "doubt"]).await;
    let fence = fence(&log).await;
    let one = start(&log, "doubt", fence).await.unwrap();
    let why = "reset".into();
    log.finish(&one, Ending::Uncertain { why }, &[], noon())
        .await
        .unwrap();

    log.append(&[retracted(5, 3)], &[], noon()).await.unwrap();

    assert_eq!(state(&log, "queued").await, DeliveryState::Cancelled);
    let refused = log.retry("doubt", noon()).await.unwrap_err();
    assert!(matches!(refused, StoreError::TakenBack { .. }), "{refused}");
}

async fn what_is_approved_again_leaves(place: Place) {
    let log = place.open().await;
    log.append(&[retracted(5, 3)], &[], noon()).await.unwrap();
    published(&log, &["queued"]).await;

    log.append(&[retracted(6, 5)], &[], noon()).await.unwrap();

    assert_eq!(state(&log, "queued").await, DeliveryState::Queued);
}

async fn what_another_incident_takes_back_leaves_all_the_same(place: Place) {
    let log = place.open().await;
    queued(&log, &[intent("u/1", Purpose::Update)]).await;
    let elsewhere = Entry {
        incident: IncidentId(Uuid::from_u128(2)),
        ..retracted(2, 1)
    };

    log.append(&[elsewhere], &[], noon()).await.unwrap();

    assert_eq!(state(&log, "u/1").await, DeliveryState::Queued);
    log.retry("u/1", noon()).await.unwrap();
}

async fn taking_back_says_what_was_too_late(place: Place) {
    let log = place.open().await;
    let other = Intent {
        channel: "pager".into(),
        ..intent("p/1", Purpose::Page)
    };
    queued(&log, &[intent("u/1", Purpose::Update), other]).await;
    let fence = fence(&log).await;
    start(&log, "p/1", fence).await.unwrap();

    let back = log
        .cancel_by_origin(EntryId(Uuid::from_u128(1)))
        .await
        .unwrap();

    let states: Vec<_> = back.iter().map(|one| one.state).collect();
    assert_eq!(states, [DeliveryState::Cancelled, DeliveryState::InFlight]);
}

async fn a_newer_update_replaces_an_older_one_that_still_waits(place: Place) {
    let log = place.open().await;
    queued(&log, &[intent("u/1", Purpose::Update)]).await;
    let fence = fence(&log).await;
    let one = start(&log, "u/1", fence).await.unwrap();
    let asked = Ending::Again {
        why: "429".into(),
        next_at: after_noon(60),
        maybe_repeat: false,
    };
    log.finish(&one, asked, &[], noon()).await.unwrap();

    // The newer one can still be taken back for five seconds.
    let newer = Intent {
        not_before: after_noon(15),
        ..intent("u/2", Purpose::Update)
    };
    log.append(&notes([2]), &[newer], after_noon(10))
        .await
        .unwrap();
    assert_eq!(log.due(after_noon(14), 9).await.unwrap(), []);
    assert_eq!(state(&log, "u/1").await, DeliveryState::Queued);
    assert_eq!(
        log.due(after_noon(15), 9).await.unwrap(),
        [],
        "the channel asked for a pause"
    );

    let old = log.delivery("u/1").await.unwrap().unwrap();
    assert_eq!(old.state, DeliveryState::Cancelled);
    assert_eq!(&*old.last_error, "replaced by u/2");
    assert_eq!(keys(&log.due(after_noon(60), 9).await.unwrap()), ["u/2"]);
}

async fn an_older_update_waits_for_what_becomes_of_a_newer_one(place: Place) {
    for (place, taken_back) in [(place.another(), true), (place, false)] {
        let log = place.open().await;
        queued(&log, &[intent("u/1", Purpose::Update)]).await;
        let newer = Intent {
            origin: EntryId(Uuid::from_u128(2)),
            not_before: after_noon(10),
            ..intent("u/2", Purpose::Update)
        };
        log.append(&notes([2]), &[newer], noon()).await.unwrap();

        assert_eq!(log.due(after_noon(1), 9).await.unwrap(), []);
        if taken_back {
            let retraction = retracted(3, 2);
            log.append(&[retraction], &[], after_noon(2)).await.unwrap();
            assert_eq!(keys(&log.due(after_noon(2), 9).await.unwrap()), ["u/1"]);
            log.cancel("u/1", &[]).await.unwrap();
        } else {
            assert_eq!(keys(&log.due(after_noon(10), 9).await.unwrap()), ["u/2"]);
            assert_eq!(state(&log, "u/1").await, DeliveryState::Cancelled);
        }
    }
}

async fn a_page_is_never_replaced(place: Place) {
    let log = place.open().await;
    queued(
        &log,
        &[
            intent("p/1", Purpose::Page),
            intent("x/1", Purpose::Public),
            intent("u/1", Purpose::Update),
            intent("p/2", Purpose::Page),
        ],
    )
    .await;

    log.due(noon(), 9).await.unwrap();

    for key in ["p/1", "x/1", "u/1", "p/2"] {
        assert_eq!(state(&log, key).await, DeliveryState::Queued, "{key}");
    }
}

async fn what_nobody_ended_is_sent_again_or_held(place: Place) {
    let log = place.open().await;
    let on = |channel: &str, key: &str, purpose| Intent {
        channel: channel.into(),
        ..intent(key, purpose)
    };
    queued(
        &log,
        &[
            on("a", "page", Purpose::Page),
            on("b", "late", Purpose::LateNotice),
            on("c", "update", Purpose::Update),
            on("d", "public", Purpose::Public),
            on("hook", "safe", Purpose::Public),
        ],
    )
    .await;
    let fence = fence(&log).await;
    let mut old = Vec::new();
    for key in ["page", "late", "update", "public", "safe"] {
        old.push(start(&log, key, fence).await.unwrap());
    }

    let early = log.recover(fence, after_noon(29), |_| true).await.unwrap();
    assert_eq!(log.soonest_delivery().await.unwrap(), Some(after_noon(30)));
    let found = log
        .recover(fence, after_noon(30), |channel| &**channel == "hook")
        .await
        .unwrap();

    assert_eq!((early.again.len(), early.uncertain.len()), (0, 0));
    assert_eq!(keys(&found.again), ["page", "late", "safe"]);
    assert_eq!(keys(&found.uncertain), ["update", "public"]);
    assert!(found.again.iter().all(|one| one.maybe_repeat));
    // A stalled worker comes back: its ending is refused.
    for one in &old {
        let told = log
            .finish(one, Ending::Sent, &[note(9, "x")], after_noon(31))
            .await;
        assert_eq!(told.unwrap(), None);
    }
    // And it is refused as well once the next try is on the wire.
    let next = log
        .start("page", fence, after_noon(31), after_noon(60))
        .await
        .unwrap();
    assert_eq!(next.unwrap().attempt, 2);
    let told = log.finish(&old[0], Ending::Sent, &[], after_noon(32)).await;
    assert_eq!(told.unwrap(), None);
    assert_eq!(log.head().await.unwrap(), 1);
}

async fn what_a_dead_process_had_on_the_wire_is_recovered_at_once(place: Place) {
    let log = place.open().await;
    queued(&log, &[intent("page/1", Purpose::Page)]).await;
    let LeaseState::Held(theirs) = log.take_lease(&gone(), noon(), TTL).await.unwrap() else {
        panic!("the lease was free");
    };
    start(&log, "page/1", theirs).await.unwrap();

    let mine = fence(&log).await;
    let found = log.recover(mine, after_noon(1), |_| false).await.unwrap();

    assert_eq!(keys(&found.again), ["page/1"]);
}

async fn people_retry_cancel_and_mark_what_waits_for_them(place: Place) {
    let log = place.open().await;
    queued(&log, &[intent("u/1", Purpose::Update)]).await;
    let fence = fence(&log).await;
    let one = start(&log, "u/1", fence).await.unwrap();
    let head = log.head().await.unwrap();
    let refused = log.cancel("u/1", &[note(2, "off")]).await.unwrap_err();
    let doubt = Ending::Uncertain {
        why: "reset".into(),
    };
    log.finish(&one, doubt, &[], noon()).await.unwrap();

    let again = log.retry("u/1", after_noon(9)).await.unwrap();
    let told = [note(3, "it arrived")];
    let sent = log.mark_sent("u/1", &told, after_noon(10)).await.unwrap();
    let too_late = log.retry("u/1", after_noon(11)).await.unwrap_err();
    let unknown = log.retry("u/7", noon()).await.unwrap_err();

    assert_eq!(
        refused.to_string(),
        "the delivery u/1 is in flight, and can't be cancelled now"
    );
    assert!(
        again.maybe_repeat,
        "nobody knows whether the first one arrived"
    );
    assert_eq!(
        (again.state, again.next_at),
        (DeliveryState::Queued, after_noon(9))
    );
    assert_eq!(sent.sent_at, Some(after_noon(10)));
    let last = log.last(1).await.unwrap();
    assert_eq!(last[0].id, told[0].id, "it is told together with it");
    assert_eq!(
        log.head().await.unwrap(),
        head + 1,
        "what is refused is not"
    );
    assert!(matches!(too_late, StoreError::NotNow { .. }), "{too_late}");
    assert!(
        matches!(unknown, StoreError::NoDelivery { .. }),
        "{unknown}"
    );
    assert!(log.verify().await.unwrap().is_sound());
}

async fn of_what_is_over_the_newest_are_shown_and_all_of_what_is_not(place: Place) {
    let log = place.open().await;
    let pages = [1, 2, 3, 4, 5, 6].map(|n| intent(&format!("page/{n}"), Purpose::Page));
    queued(&log, &pages).await;
    for over in ["page/1", "page/3", "page/4", "page/6"] {
        log.cancel(over, &[]).await.unwrap();
    }

    let shown = log.latest_deliveries(2).await.unwrap();

    assert_eq!(keys(&shown), ["page/6", "page/5", "page/2"]);
    assert_eq!(log.latest_deliveries(9).await.unwrap().len(), 6);
    let counts = log.delivery_counts().await.unwrap();
    let expected = [(DeliveryState::Queued, 2), (DeliveryState::Cancelled, 4)];
    assert_eq!(counts, expected.into_iter().collect());
}
