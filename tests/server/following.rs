//! Following the log: pages, waiting, and what ends a wait.

use std::sync::Arc;

use futures::future::join_all;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use warroom::store::{LeaseState, Log, OpenMode, Owner};

use super::{EVENTS, House, code, grants, noon, note, notes, uuid};

impl House {
    /// Begins to wait for what follows `after`, and answers once the server
    /// has the request.
    async fn waiting(self: &Arc<Self>, after: u64) -> tokio::task::JoinHandle<Response> {
        let house = Arc::clone(self);
        let before = self.workspace().followers();
        let waiter = tokio::spawn(async move {
            let path = format!("{EVENTS}?after={after}&wait=20");
            house.ask(Method::GET, &path, "bo").send().await.unwrap()
        });
        while self.workspace().followers() <= before {
            tokio::task::yield_now().await;
        }
        waiter
    }
}

fn numbers(page: &Value) -> Vec<u64> {
    let events = page["events"].as_array().unwrap().iter();
    events.map(|event| event["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn pages_join_without_gap_or_repeat_in_whatever_size() {
    let house = House::open().await;
    for start in [1, 501, 1_001] {
        house.post(&notes(start..start + 500)).await;
    }

    for most in [7, 100, 500, 5_000] {
        let all = house.all(most).await;

        let seqs: Vec<u64> = all.iter().map(|one| one["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (1..=1_500).collect::<Vec<u64>>(), "by {most}");
    }
}

#[tokio::test]
async fn a_page_tells_where_to_go_on_and_how_the_server_is() {
    let house = House::open().await;
    house.post(&notes(1..6)).await;

    let page = house.get(&format!("{EVENTS}?after=1&limit=2")).await;

    assert_eq!(numbers(&page), [2, 3]);
    assert_eq!(page["head"], json!(5));
    assert_eq!(page["next"], json!(3));
    assert_eq!(page["more"], json!(true));
    assert_eq!(page["epoch"], json!(house.log.epoch().await.unwrap()));
    assert_eq!(page["engine"], json!({ "holder": null, "ticked_at": null }));
}

#[tokio::test]
async fn who_pages_is_told_on_every_page() {
    let house = House::open().await;
    let owner = Owner {
        name: "ada".into(),
        host: "bastion".into(),
        pid: std::process::id(),
    };
    let hour = chrono::TimeDelta::hours(1);
    let LeaseState::Held(fence) = house.log.take_lease(&owner, noon(), hour).await.unwrap() else {
        panic!("nobody else has it");
    };
    house.log.renew_lease(fence, noon(), hour).await.unwrap();

    // Looked at once a second; a page tells what was seen last.
    let engine = loop {
        let page = house.get(EVENTS).await;
        if page["engine"]["ticked_at"] != Value::Null {
            break page["engine"].clone();
        }
    };

    assert_eq!(engine["holder"], json!("ada on bastion"));
    assert_eq!(engine["ticked_at"], json!("2026-11-23T12:00:00Z"));
}

#[tokio::test]
async fn a_page_of_large_entries_is_cut_and_goes_on() {
    let house = House::open().await;
    let long = "x".repeat(60_000);
    for start in [1, 11, 21] {
        let large: Vec<Value> = (start..start + 10).map(|n| note(n, &long)).collect();
        house.post(&large).await;
    }

    let page = house.get(EVENTS).await;

    assert!(numbers(&page).len() < 30);
    assert_eq!(page["more"], json!(true));
    assert_eq!(house.all(500).await.len(), 30);
}

#[tokio::test]
async fn nothing_new_is_an_empty_page() {
    let house = House::open().await;
    house.post(&notes(1..3)).await;

    let page = house.get(&format!("{EVENTS}?after=2&wait=0")).await;

    assert_eq!(numbers(&page), [0_u64; 0]);
    assert_eq!((&page["next"], &page["more"]), (&json!(2), &json!(false)));
}

#[tokio::test]
async fn who_waits_hears_of_the_next_entry() {
    let house = Arc::new(House::open().await);
    house.post(&notes(1..3)).await;
    let waiter = house.waiting(2).await;

    house.post(&[note(3, "news")]).await;

    let page: Value = waiter.await.unwrap().json().await.unwrap();
    assert_eq!(numbers(&page), [3]);
}

#[tokio::test]
async fn who_waits_hears_of_what_another_process_wrote() {
    let house = Arc::new(House::open().await);
    let waiter = house.waiting(0).await;

    let other = Log::open(house.log.path(), OpenMode::ReadWrite)
        .await
        .unwrap();
    let line = format!("{}\n", note(1, "from elsewhere"));
    other.import(line.as_bytes()).await.unwrap();

    let page: Value = waiter.await.unwrap().json().await.unwrap();
    assert_eq!(numbers(&page), [1]);
}

#[tokio::test]
async fn two_hundred_followers_see_every_entry_once_and_in_order() {
    let house = Arc::new(House::open().await);
    let follow = |house: Arc<House>| async move {
        let mut seen = Vec::new();
        while seen.len() < 50 {
            let path = format!("{EVENTS}?after={}&wait=20", seen.len());
            seen.extend(numbers(&house.get(&path).await));
        }
        seen
    };
    let followers = (0..200).map(|_| tokio::spawn(follow(Arc::clone(&house))));
    let followers: Vec<_> = followers.collect();

    for n in 1..=50 {
        house.post(&[note(n, "news")]).await;
    }

    for seen in join_all(followers).await {
        assert_eq!(seen.unwrap(), (1..=50).collect::<Vec<u64>>());
    }
}

#[tokio::test]
async fn a_number_beyond_the_head_is_told_with_the_head() {
    let house = House::open().await;
    house.post(&notes(1..3)).await;

    let path = format!("{EVENTS}?after=3&wait=20");
    let answer = house.ask(Method::GET, &path, "bo").send().await.unwrap();

    let problem: Value = answer.json().await.unwrap();
    assert_eq!(problem["code"], json!("cursor_ahead"));
    assert_eq!(problem["head"], json!(2));
    assert_eq!(problem["epoch"], json!(house.log.epoch().await.unwrap()));
}

#[tokio::test]
async fn another_history_is_told_and_the_same_is_not() {
    let house = House::open().await;
    let epoch = house.log.epoch().await.unwrap();

    house.get(&format!("{EVENTS}?epoch={epoch}")).await;
    let path = format!("{EVENTS}?epoch=another");
    let answer = house.ask(Method::GET, &path, "bo").send().await.unwrap();

    assert_eq!(code(answer).await, (409, "epoch_changed".to_owned()));
}

#[tokio::test]
async fn another_history_is_told_where_the_same_entry_has_the_number() {
    let house = House::open().await;
    house.post(&notes(1..6)).await;
    let one = |after: u64| format!("{EVENTS}?after={after}&limit=1");

    let third = house.get(&one(2)).await;

    let told = third["total"].as_str().unwrap();
    assert_eq!(Some(told), house.log.total_at(3).await.unwrap().as_deref());
    let id = uuid(3);
    house
        .get(&format!("{}&last={id}&total={told}", one(3)))
        .await;
    let other = format!("{}&last={id}&total={}", one(3), "0".repeat(64));
    let answer = house.ask(Method::GET, &other, "bo").send().await.unwrap();
    assert_eq!(code(answer).await, (409, "epoch_changed".to_owned()));
}

#[tokio::test]
async fn a_number_just_given_is_never_ahead() {
    let house = House::open().await;

    for n in 1..=100_u128 {
        house.post(&[note(n, "news")]).await;
        house.get(&format!("{EVENTS}?after={n}")).await;
    }
}

#[tokio::test]
async fn who_reads_on_reads_what_they_wrote_beside_whatever_the_engine_wrote() {
    let house = House::open().await;

    for n in (1..=100_u64).step_by(2) {
        let line = format!("{}\n", note((n + 1_000).into(), "of the engine"));
        house.log.import(line.as_bytes()).await.unwrap();
        house.post(&[note(n.into(), "mine")]).await;

        let page = house.get(&format!("{EVENTS}?after={}", n - 1)).await;
        assert_eq!(numbers(&page), [n, n + 1]);
    }
}

#[tokio::test]
async fn a_server_that_ends_answers_all_who_wait() {
    let house = Arc::new(House::open().await);
    let waiters = [house.waiting(0).await, house.waiting(0).await];

    house.server.drain();

    for waiter in waiters {
        let answer = waiter.await.unwrap();
        assert!(answer.headers().contains_key("retry-after"));
        assert_eq!(code(answer).await, (503, "draining".to_owned()));
    }
}

#[tokio::test]
async fn a_revoked_token_ends_the_wait_of_its_bearer_and_of_nobody_else() {
    let house = Arc::new(House::open().await);
    let waiter = house.waiting(0).await;
    let others = tokio::spawn({
        let house = Arc::clone(&house);
        async move { house.get(&format!("{EVENTS}?wait=20")).await }
    });

    let without_bo = grants().into_iter().filter(|grant| &*grant.name != "bo");
    house.server.tokens.set(without_bo.collect(), noon());

    let answer = waiter.await.unwrap();
    assert_eq!(code(answer).await, (401, "unauthenticated".to_owned()));
    house.post(&[note(1, "news")]).await;
    assert_eq!(numbers(&others.await.unwrap()), [1]);
}

#[tokio::test]
async fn a_question_that_makes_no_sense_is_refused() {
    let house = House::open().await;

    for query in [
        "after=-1",
        "after=x",
        "limit=-5",
        "wait=soon",
        "after=1&after=2",
    ] {
        let path = format!("{EVENTS}?{query}");
        let answer = house.ask(Method::GET, &path, "bo").send().await.unwrap();
        assert_eq!(code(answer).await, (400, "malformed".to_owned()), "{query}");
    }
}
