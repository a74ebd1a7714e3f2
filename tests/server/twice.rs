//! News for outside that somebody hands in again (X2).

use serde_json::{Value, json};
use warroom::{
    domain::{
        fact::{Fact, Fate},
        notice::{Delivery, DeliveryState},
    },
    store::DeliveryFilter,
};

use super::{
    House, fact,
    outside::{approved, as_grace, drafted, id, published, told, two_people},
    results,
};

/// Where entry 4 is published, and on its way.
async fn on_its_way() -> House {
    let house = two_people().await;
    house.post(&[drafted()]).await;
    as_grace(&house, &[approved(3)]).await;
    house.post(&[published(4)]).await;
    house
}

async fn sent(house: &House) -> Vec<Delivery> {
    house.log.deliveries(DeliveryFilter::All).await.unwrap()
}

/// Entry `n`: entry 4 did not leave, as the engine says.
fn not_sent(n: u128) -> Value {
    let fact_of_it = Fact::Undelivered {
        of: id(4),
        channel: "#incidents".into(),
        key: "k".into(),
        why: "status page is down".into(),
        fate: Fate::Failed,
    };
    let mut entry = fact(n, &fact_of_it);
    entry["via"] = json!("engine");
    entry["by"] = json!("engine");
    entry
}

#[tokio::test]
async fn x2_news_on_their_way_do_not_leave_twice_whatever_the_log_says_of_them() {
    let house = on_its_way().await;
    let line = format!("{}\n", not_sent(5));
    house.log.import(line.as_bytes()).await.unwrap();

    let again = house.post(&[published(6)]).await;

    assert_eq!(results(&again), ["rejected unfit"], "{again}");
    let why = again["results"][0]["detail"].as_str().unwrap();
    assert!(why.contains("on its way to the public"), "{why}");
    // What was called off may be said after all.
    let key = sent(&house).await.remove(0).intent.key;
    house.log.cancel(&key, &[]).await.unwrap();
    let then = house.post(&[published(7)]).await;
    assert_eq!(results(&then), ["appended 7"], "{then}");
}

#[tokio::test]
async fn x2_news_taken_back_in_time_are_published_anew_in_the_same_post() {
    let house = on_its_way().await;
    let back = Fact::Retracted {
        entry: id(3),
        reason: "slip".into(),
    };

    let anew = as_grace(&house, &[fact(5, &back), approved(6), published(7)]).await;

    let all = ["appended 6", "appended 7", "appended 8"];
    assert_eq!(results(&anew), all, "{anew}");
    let states: Vec<_> = sent(&house).await.iter().map(|one| one.state).collect();
    assert_eq!(states, [DeliveryState::Cancelled, DeliveryState::Queued]);
}

#[tokio::test]
async fn x2_nobody_hands_in_news_as_published_for_an_incident_that_others_opened() {
    let house = two_people().await;
    house.post(&[drafted()]).await;
    as_grace(&house, &[approved(3)]).await;

    let forged = as_grace(&house, &[told(published(4), "ada")]).await;
    // As a whole log is given to a server, by the hand that brings its incident.
    let brought = house.post(&[told(published(5), "bo")]).await;

    assert_eq!(results(&forged), ["rejected unfit"], "{forged}");
    assert_eq!(results(&brought), ["appended 5"], "{brought}");
    assert_eq!(sent(&house).await, []);
}
