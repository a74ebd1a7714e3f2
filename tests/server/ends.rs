//! What a post may say of how a message ended.

use serde_json::{Value, json};
use warroom::domain::{
    entry::EntryId,
    fact::{Fact, Fate},
};

use super::{House, declared, fact, results, update, uuid};

fn id(n: u128) -> EntryId {
    EntryId(uuid(n).parse().unwrap())
}

/// Entry `n`: somebody is paged by hand.
fn paged(n: u128) -> Value {
    let page = Fact::Paged {
        person: "Initial responder".into(),
        text: "".into(),
        via: vec!["pager".into()],
    };
    fact(n, &page)
}

/// Entry `n`: the message of entry `of` did not leave.
fn undelivered(n: u128, of: u128, fate: Fate) -> Value {
    let end = Fact::Undelivered {
        of: id(of),
        channel: "pager".into(),
        key: "k".into(),
        why: "what stops it had come before that left".into(),
        fate,
    };
    fact(n, &end)
}

/// Entry `n`: the message of entry `of` arrived.
fn delivered(n: u128, of: u128) -> Value {
    let end = Fact::Delivered {
        of: id(of),
        channel: "pager".into(),
        key: "k".into(),
        note: "".into(),
    };
    fact(n, &end)
}

/// As if an engine elsewhere had recorded it before.
fn by_an_engine(mut entry: Value) -> Value {
    entry["by"] = json!("engine");
    entry["via"] = json!("engine");
    entry["told"] = json!(true);
    entry
}

const NO: &str = "rejected unfit";

#[tokio::test]
async fn nobody_says_of_an_update_that_leaves_from_the_server_how_it_ended() {
    let house = House::open().await;
    house.post(&[declared(1), update(2)]).await;

    let said = [
        delivered(3, 2),
        undelivered(4, 2, Fate::Held),
        by_an_engine(delivered(5, 2)),
        by_an_engine(undelivered(6, 2, Fate::CalledOff)),
        by_an_engine(undelivered(7, 2, Fate::Failed)),
    ];
    let posted = house.post(&said).await;
    let in_one_post = house.post(&[update(8), delivered(9, 8)]).await;

    assert_eq!(results(&posted), [NO; 5], "{posted}");
    let why = posted["results"][0]["detail"].as_str().unwrap();
    assert!(why.contains("warroom deliveries"), "{why}");
    assert_eq!(results(&in_one_post), ["appended 3", NO], "{in_one_post}");
}

#[tokio::test]
async fn e9_no_post_silences_a_page_that_leaves_from_the_server() {
    let house = House::open().await;
    house.post(&[declared(1), paged(2)]).await;

    let silencing = [
        undelivered(3, 2, Fate::Failed),
        by_an_engine(undelivered(4, 2, Fate::CalledOff)),
    ];
    let silencing = house.post(&silencing).await;
    let stood_in = [
        by_an_engine(undelivered(5, 2, Fate::Failed)),
        by_an_engine(delivered(6, 2)),
    ];
    let stood_in = house.post(&stood_in).await;

    assert_eq!(results(&silencing), [NO; 2], "{silencing}");
    assert_eq!(results(&stood_in), ["appended 3", "appended 4"]);
}

#[tokio::test]
async fn how_a_message_ended_that_was_sent_elsewhere_is_taken_with_it() {
    let house = House::open().await;
    house.post(&[declared(1)]).await;

    let sent = [
        by_an_engine(update(2)),
        by_an_engine(delivered(3, 2)),
        by_an_engine(paged(4)),
        by_an_engine(undelivered(5, 4, Fate::CalledOff)),
    ];
    let sent = house.post(&sent).await;

    let taken = ["appended 2", "appended 3", "appended 4", "appended 5"];
    assert_eq!(results(&sent), taken, "{sent}");
}
