//! The folded state over HTTP, and what is done about deliveries.

use reqwest::Method;
use serde_json::{Value, json};
use warroom::{
    domain::{
        fact::{Fact, Update},
        measure::CHANNELS,
        secret::Secret,
        text::Name,
        update::{Audience, Form},
    },
    remote::{Address, Remote},
};

use super::{House, code, declared, fact, note, uuid};

/// A house with incident 1, and an update of it on its way to `#incidents`.
async fn house() -> House {
    let house = House::open().await;
    let update = Update {
        audience: Audience::Internal,
        form: Form::default(),
        channels: vec!["#incidents".into()],
        label: None,
        last: false,
        draft: None,
    };
    let update = fact(2, &Fact::UpdateSent(Box::new(update)));
    house.post(&[declared(1), update]).await;
    house
}

async fn order(house: &House, key: &str, verb: &str) -> (u16, Value) {
    let key = key.replace('/', "%2F").replace('#', "%23");
    let path = format!("/v1/ws/prod/deliveries/{key}/{verb}");
    let answer = house.ask(Method::POST, &path, "ada").send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn key(house: &House) -> String {
    let list = house.get("/v1/ws/prod/deliveries").await;
    list[0]["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_incident_is_found_by_number_label_and_id() {
    let house = house().await;

    for which in ["1", "INC-1", "inc-1", &uuid(1)] {
        let incident = house.get(&format!("/v1/ws/prod/incidents/{which}")).await;
        assert_eq!(incident["title"], json!("checkout is down"), "{which}");
        assert_eq!(incident["severity"], json!("P1"));
        assert_eq!(incident["updates"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_incident_that_is_not_there_is_a_problem() {
    let house = house().await;
    let path = "/v1/ws/prod/incidents/INC-2%1b%5b2J";

    let answer = house.ask(Method::GET, path, "bo").send().await.unwrap();

    assert_eq!(code(answer).await, (404, "no_incident".to_owned()));
}

#[tokio::test]
async fn the_list_is_as_new_as_the_last_answered_post() {
    let house = house().await;
    let list = house.get("/v1/ws/prod/incidents").await;
    assert_eq!(list.as_array().unwrap().len(), 1);

    let over = Fact::Cancelled {
        reason: "a false alarm".into(),
    };
    house.post(&[fact(3, &over), note(4, "so it is")]).await;

    assert_eq!(house.get("/v1/ws/prod/incidents").await, json!([]));
    let all = house.get("/v1/ws/prod/incidents?all=true").await;
    assert_eq!(all[0]["phase"], json!("cancelled"));
}

/// What is on that page, and where the next one is.
async fn page(house: &House, path: &str) -> (Vec<Value>, Option<String>) {
    let answer = house.ask(Method::GET, path, "bo").send().await.unwrap();
    let link = answer.headers().get("link");
    let next = link.and_then(|link| {
        let (address, rest) = link.to_str().unwrap().split_once('>')?;
        assert_eq!(rest, "; rel=\"next\"");
        address.strip_prefix('<').map(str::to_owned)
    });
    (answer.json().await.unwrap(), next)
}

#[tokio::test]
async fn a_long_list_comes_in_pages_that_follow_each_other() {
    let house = House::open().await;
    let declared = (1..=7).map(|n| {
        let mut entry = declared(n);
        entry["incident"] = json!(uuid(n));
        entry
    });
    house.post(&declared.collect::<Vec<_>>()).await;

    for (asked, order) in [
        ("all=true&", [7, 6, 5, 4, 3, 2, 1]),
        ("", [1, 2, 3, 4, 5, 6, 7]),
    ] {
        let mut path = Some(format!("/v1/ws/prod/incidents?{asked}limit=3"));
        let mut pages = Vec::new();
        while let Some(asked) = path {
            let (page, next) = page(&house, &asked).await;
            let numbers = page.iter().map(|one| one["number"].as_u64().unwrap());
            pages.push(numbers.collect::<Vec<_>>());
            path = next;
        }
        let wanted: Vec<_> = order.chunks(3).map(<[u64]>::to_vec).collect();
        assert_eq!(pages, wanted);
    }
    let gone = format!("/v1/ws/prod/incidents?after={}", uuid(99));
    let gone = house.ask(Method::GET, &gone, "bo").send().await.unwrap();
    assert_eq!(code(gone).await, (404, "no_incident".to_owned()));
}

/// A house with incident 1, and `count` messages that wait.
async fn many(count: usize) -> House {
    let house = House::open().await;
    let channels: Vec<Name> = (0..count).map(|n| (*format!("#{n}")).into()).collect();
    let update = |channels: &[Name]| Update {
        label: None,
        audience: Audience::Internal,
        form: Form::default(),
        channels: channels.to_vec(),
        last: false,
        draft: None,
    };
    let updates = (2..).zip(channels.chunks(CHANNELS)).map(|(n, channels)| {
        let update = Fact::UpdateSent(Box::new(update(channels)));
        fact(n, &update)
    });
    let all: Vec<Value> = std::iter::once(declared(1)).chain(updates).collect();
    house.post(&all).await;
    house
}

#[tokio::test]
async fn deliveries_come_in_pages_that_follow_each_other() {
    let house = many(7).await;

    for asked in ["all=true&", ""] {
        let mut path = Some(format!("/v1/ws/prod/deliveries?{asked}limit=3"));
        let mut pages = Vec::new();
        while let Some(asked) = path {
            let (page, next) = page(&house, &asked).await;
            let channels = page.iter().map(|one| one["channel"].as_str().unwrap());
            pages.push(channels.collect::<String>());
            path = next;
        }
        assert_eq!(pages, ["#0#1#2", "#3#4#5", "#6"]);
    }
    let gone = "/v1/ws/prod/deliveries?after=none";
    let gone = house.ask(Method::GET, gone, "bo").send().await.unwrap();
    assert_eq!(code(gone).await, (404, "no_delivery".to_owned()));
}

#[tokio::test]
async fn a_client_has_every_delivery_however_many_pages_there_are() {
    let house = many(501).await;
    let remote = Remote::new(Address {
        url: house.url.parse().unwrap(),
        workspace: "prod".into(),
        token: Some(Secret::new("ada")),
        token_file: None,
        ca_file: None,
    })
    .unwrap();

    let all = remote.deliveries(None).await.unwrap();

    assert_eq!(all.len(), 501);
    let one = house.get("/v1/ws/prod/deliveries?limit=9999").await;
    assert_eq!(one.as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn a_client_has_what_is_open_and_the_last_of_what_is_over() {
    let house = many(3).await;
    let keys = house.get("/v1/ws/prod/deliveries?all=true").await;
    for one in keys.as_array().unwrap() {
        let key = one["key"].as_str().unwrap();
        if !key.ends_with("#1") {
            order(&house, key, "mark-sent").await;
        }
    }
    let told = async |last| {
        house
            .get(&format!("/v1/ws/prod/deliveries?last={last}"))
            .await
    };
    let channels = |told: Value| -> String {
        let all = told.as_array().unwrap();
        all.iter()
            .map(|one| one["channel"].as_str().unwrap())
            .collect()
    };

    let (none, one, all) = (told(0).await, told(1).await, told(200).await);

    assert_eq!(channels(none), "#1");
    assert_eq!(channels(one), "#1#2");
    assert_eq!(channels(all), "#0#1#2");
}

#[tokio::test]
async fn a_delivery_is_taken_back_and_tried_again() {
    let house = house().await;
    let key = key(&house).await;

    let cancelled = order(&house, &key, "cancel").await;
    let too_late = order(&house, &key, "retry").await;

    assert_eq!(cancelled.0, 200);
    assert_eq!(cancelled.1["state"], json!("cancelled"));
    assert_eq!(too_late.0, 409);
    assert_eq!(too_late.1["code"], json!("not_now"));
    assert_eq!(house.get("/v1/ws/prod/deliveries").await, json!([]));
    let all = house.get("/v1/ws/prod/deliveries?all=true").await;
    assert_eq!(all[0]["key"], json!(key));
}

#[tokio::test]
async fn a_delivery_that_somebody_made_by_hand_is_sent() {
    let house = house().await;
    let key = key(&house).await;

    let again = order(&house, &key, "retry").await;
    let sent = order(&house, &key, "mark-sent").await;
    let unknown = order(&house, "nothing/nothing", "retry").await;

    assert_eq!((again.0, &again.1["state"]), (200, &json!("queued")));
    assert_eq!((sent.0, &sent.1["state"]), (200, &json!("sent")));
    let told = house.log.last(1).await.unwrap();
    assert_eq!(told[0].by.as_str(), "ada");
    assert!(
        matches!(&told[0].fact, Fact::Delivered { note, .. } if note.as_str() == "marked as sent"),
        "{told:?}"
    );
    assert_eq!(
        (unknown.0, &unknown.1["code"]),
        (404, &json!("no_delivery"))
    );
}
