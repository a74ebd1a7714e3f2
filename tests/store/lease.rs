//! Who runs the engine.

use chrono::TimeDelta;
use warroom::{
    domain::notice::{DeliveryState, Purpose},
    store::{LeaseState, Owner, StoreError},
};

use super::{Place, TTL, after_noon, fence, gone, intent, me, noon, notes, on_both, queued, state};

on_both![
    e9_who_lost_the_lease_writes_nothing_more,
    the_lease_of_a_process_that_ended_is_free_at_once,
    a_lease_given_back_is_free_and_its_fence_is_spent,
    a_round_of_the_engine_is_seen_by_others,
];

/// Somebody on another host, so that nobody can tell whether they live.
pub(super) fn far_away() -> Owner {
    Owner {
        name: "bo".into(),
        host: "elsewhere".into(),
        pid: 1,
    }
}

#[tokio::test]
async fn e9_one_engine_holds_the_lease() {
    let place = Place::file();
    let (log, other) = (place.open().await, place.open().await);
    let first = fence(&log).await;

    let refused = other
        .take_lease(&far_away(), after_noon(14), TTL)
        .await
        .unwrap();
    log.renew_lease(first, after_noon(14), TTL).await.unwrap();
    let still = other
        .take_lease(&far_away(), after_noon(20), TTL)
        .await
        .unwrap();
    let taken = other
        .take_lease(&far_away(), after_noon(29), TTL)
        .await
        .unwrap();

    assert!(matches!(refused, LeaseState::HeldBy(lease) if lease.owner == me()));
    assert!(matches!(still, LeaseState::HeldBy(lease) if lease.since == noon()));
    assert_eq!(taken, LeaseState::Held(first + 1));
    let running = log.engine(after_noon(43)).await.unwrap();
    assert_eq!(running.holder, Some(far_away()));
    let running = log.engine(after_noon(44)).await.unwrap();
    assert_eq!(running.holder, None, "it has run out");
}

#[tokio::test]
async fn a_lease_of_a_time_that_is_still_to_come_keeps_nobody_from_paging() {
    let place = Place::file();
    let log = place.open().await;
    // By a clock that was set back by an hour since, as its host was started anew.
    let then = after_noon(3600);
    log.take_lease(&far_away(), then, TTL).await.unwrap();

    let running = log.engine(noon()).await.unwrap();
    let taken = log.take_lease(&me(), noon(), TTL).await.unwrap();

    assert_eq!(running.holder, None);
    assert!(matches!(taken, LeaseState::Held(_)), "{taken:?}");
}

async fn e9_who_lost_the_lease_writes_nothing_more(place: Place) {
    let log = place.open().await;
    queued(&log, &[intent("page/1", Purpose::Page)]).await;
    let short = log.take_lease(&me(), noon(), TimeDelta::zero()).await;
    let LeaseState::Held(old) = short.unwrap() else {
        panic!("the lease was free");
    };
    log.take_lease(&far_away(), after_noon(60), TTL)
        .await
        .unwrap();

    let errors = [
        log.append_held(old, &notes([2]), &[], noon())
            .await
            .unwrap_err(),
        log.renew_lease(old, noon(), TTL).await.unwrap_err(),
        log.release_lease(old).await.unwrap_err(),
        log.start("page/1", old, after_noon(61), after_noon(90))
            .await
            .unwrap_err(),
        log.recover(old, after_noon(61), |_| true)
            .await
            .unwrap_err(),
    ];

    for error in errors {
        assert!(matches!(error, StoreError::LeaseLost), "{error}");
    }
    assert_eq!(log.head().await.unwrap(), 1);
    assert_eq!(state(&log, "page/1").await, DeliveryState::Queued);
}

async fn the_lease_of_a_process_that_ended_is_free_at_once(place: Place) {
    let log = place.open().await;
    log.take_lease(&gone(), noon(), TTL).await.unwrap();

    let taken = log.take_lease(&me(), after_noon(1), TTL).await.unwrap();

    assert_eq!(taken, LeaseState::Held(2));
}

async fn a_lease_given_back_is_free_and_its_fence_is_spent(place: Place) {
    let log = place.open().await;
    let old = fence(&log).await;

    log.release_lease(old).await.unwrap();

    assert_eq!(log.engine(noon()).await.unwrap().holder, None);
    let error = log
        .append_held(old, &notes([1]), &[], noon())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::LeaseLost), "{error}");
    let taken = log.take_lease(&far_away(), noon(), TTL).await.unwrap();
    assert_eq!(taken, LeaseState::Held(old + 1));
}

async fn a_round_of_the_engine_is_seen_by_others(place: Place) {
    let (log, other) = (place.open().await, place.open().await);
    assert_eq!(other.engine(noon()).await.unwrap().ticked_at, None);

    let held = fence(&log).await;
    log.renew_lease(held, after_noon(3), TTL).await.unwrap();

    // Of a server it is by the clock of whoever asks, so that the age is right.
    let ticked = other.engine(after_noon(3)).await.unwrap().ticked_at;
    let expected = match place {
        Place::File(_) => after_noon(3)..=after_noon(3),
        Place::Server(_) => noon()..=after_noon(3),
    };
    assert!(expected.contains(&ticked.unwrap()), "{ticked:?}");
}
