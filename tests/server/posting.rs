//! What a post does to the log.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use warroom::{
    domain::{
        entry::{EntryId, IncidentId},
        fact::{Declaration, Fact, Update},
        notice::DeliveryState,
        severity::Severity,
        update::{Audience, Form},
    },
    store::DeliveryFilter,
};

use super::{House, code, declared, entry, fact, noon, note, notes, results, update, uuid};

#[tokio::test]
async fn what_a_client_says_was_sent_before_keeps_the_name_of_that_client() {
    let house = House::open().await;
    let mut told = fact(2, &crate::screen::fixture::escalated());
    told["by"] = json!("engine");
    told["via"] = json!("engine");
    told["told"] = json!(true);

    house.post(&[declared(1), told]).await;

    let log = house.all(500).await;
    assert_eq!(log[1]["by"], json!("engine (sent by ada)"));
    assert_eq!(house.get("/v1/ws/prod/deliveries").await, json!([]));
}

#[tokio::test]
async fn entries_are_numbered_in_the_order_of_the_post() {
    let house = House::open().await;

    let posted = house
        .post(&[note(30, "one"), note(10, "two"), note(20, "three")])
        .await;

    assert_eq!(results(&posted), ["appended 1", "appended 2", "appended 3"]);
    assert_eq!(posted["epoch"], json!(house.log.epoch().await.unwrap()));
}

#[tokio::test]
async fn what_is_sent_again_is_there_once() {
    let house = House::open().await;
    let first = house.post(&notes(1..4)).await;

    let again = house.post(&notes(2..6)).await;

    assert_eq!(results(&first), ["appended 1", "appended 2", "appended 3"]);
    assert_eq!(
        results(&again),
        ["duplicate 2", "duplicate 3", "appended 4", "appended 5"]
    );
    assert_eq!(house.log.head().await.unwrap(), 5);
}

#[tokio::test]
async fn an_entry_twice_in_one_post_is_there_once() {
    let house = House::open().await;

    let posted = house
        .post(&[note(1, "one"), note(1, "one"), note(1, "other")])
        .await;

    assert_eq!(
        results(&posted),
        ["appended 1", "duplicate 1", "rejected id_reuse"]
    );
}

#[tokio::test]
async fn other_words_under_a_known_id_are_refused_and_keep_nobody_else_out() {
    let house = House::open().await;
    house.post(&[note(1, "checkout is down")]).await;

    let posted = house
        .post(&[note(1, "checkout is fine"), note(2, "two")])
        .await;

    assert_eq!(results(&posted), ["rejected id_reuse", "appended 2"]);
    let all = house.all(500).await;
    assert_eq!(all[0]["body"]["text"], json!("checkout is down"));
}

#[tokio::test]
async fn the_token_says_who_it_was() {
    let house = House::open().await;
    let mut forged = note(1, "I did it");
    forged["by"] = json!("grace");
    let mut newer = note(2, "me too");
    newer["by"] = json!("grace");
    newer["via"] = json!("hook:alertmanager");

    house.post(&[forged, newer]).await;

    let all = house.all(500).await;
    assert_eq!(all[0]["by"], json!("ada"));
    assert_eq!(all[1]["by"], json!("ada"));
    assert_eq!(all[1]["via"], json!("hook:alertmanager"));
}

#[tokio::test]
async fn somebody_else_who_sends_what_is_known_gets_its_number() {
    let house = House::open().await;
    house.post(&[note(1, "one")]).await;

    let again = house
        .post_as("grace", &json!({ "events": [note(1, "one")] }))
        .await;

    let again: Value = again.json().await.unwrap();
    assert_eq!(results(&again), ["duplicate 1"]);
    assert_eq!(house.all(500).await[0]["by"], json!("ada"));
}

#[tokio::test]
async fn a_kind_of_a_newer_program_is_passed_on_byte_for_byte() {
    let house = House::open().await;
    let body =
        r#"{"z":1.50,"a":[1e3,"\u00e9\/é"],"z":null,   "deep":{"n":12345678901234567890123}}"#;
    let outer = entry(1, "teleported", &json!("BODY")).to_string();
    let events = format!(r#"{{"events":[{}]}}"#, outer.replace("\"BODY\"", body));

    let posted = house.post_raw(events).await;

    assert_eq!(posted.status(), 200);
    let page = house.ask(reqwest::Method::GET, super::EVENTS, "bo");
    let page = page.send().await.unwrap().text().await.unwrap();
    assert!(page.contains(&format!(r#""body":{body}"#)), "{page}");
    assert!(page.contains(r#""kind":"teleported""#));
}

#[tokio::test]
async fn messages_follow_from_what_the_same_post_declared() {
    let house = House::open().await;

    house.post(&[declared(1), update(2)]).await;
    house.post(&[declared(1), update(2)]).await;

    let deliveries = house.log.deliveries(DeliveryFilter::All).await.unwrap();
    assert_eq!(deliveries.len(), 1);
    assert_eq!(&*deliveries[0].intent.channel, "#incidents");
    assert_eq!(deliveries[0].intent.origin.to_string(), uuid(2));
}

#[tokio::test]
async fn no_message_follows_from_what_was_refused() {
    let house = House::open().await;
    house.post(&[declared(1), note(2, "two")]).await;

    let posted = house.post(&[update(2)]).await;

    assert_eq!(results(&posted), ["rejected id_reuse"]);
    let deliveries = house.log.deliveries(DeliveryFilter::All).await.unwrap();
    assert_eq!(deliveries, []);
}

#[tokio::test]
async fn what_is_taken_back_does_not_leave() {
    let house = House::open().await;
    house.post(&[declared(1), update(2)]).await;

    let origin = EntryId(uuid(2).parse().unwrap());
    let back = Fact::Retracted {
        entry: origin,
        reason: "wrong".into(),
    };
    house.post(&[fact(3, &back)]).await;

    let deliveries = house.log.deliveries(DeliveryFilter::All).await.unwrap();
    assert_eq!(deliveries[0].state, DeliveryState::Cancelled);
}

#[tokio::test]
async fn sixty_four_who_write_at_once_get_numbers_without_gaps() {
    let house = House::open().await;

    let posts = (0..64_u128).map(|who| {
        let house = &house;
        async move {
            let mut numbers = Vec::new();
            for n in 0..10 {
                let posted = house.post(&[note(who * 100 + n + 1, "mine")]).await;
                numbers.push(posted["results"][0]["seq"].as_u64().unwrap());
            }
            numbers
        }
    });
    let mut numbers = futures::future::join_all(posts).await.concat();

    numbers.sort_unstable();
    assert_eq!(numbers, (1..=640).collect::<Vec<u64>>());
    assert_eq!(house.log.verify().await.unwrap().problems, []);
}

#[tokio::test]
async fn what_another_process_wrote_meanwhile_is_folded_before_what_follows() {
    let house = House::open().await;
    let other = warroom::store::Log::open(house.log.path(), warroom::store::OpenMode::ReadWrite)
        .await
        .unwrap();
    let line = format!("{}\n", declared(1));
    other.import(line.as_bytes()).await.unwrap();

    house.post(&[update(2)]).await;

    let deliveries = house.log.deliveries(DeliveryFilter::All).await.unwrap();
    assert_eq!(deliveries.len(), 1);
}

/// Facts about incident 1 with `at` wherever a time can be.
fn facts_at(at: DateTime<Utc>) -> Vec<Fact> {
    let declaration = Declaration {
        title: "again".into(),
        severity: Some(Severity::P1),
        alert_at: Some(at),
        reported_at: Some(at),
        ..Declaration::default()
    };
    let form = Form {
        next: Some(at),
        eta_at: Some(at),
        ..Form::default()
    };
    let reason = || "why not".into();
    vec![
        Fact::Asked {
            of: "bo".into(),
            what: "look".into(),
            by: at,
        },
        Fact::Corrected {
            entry: EntryId(uuid(1).parse().unwrap()),
            at,
            reason: reason(),
        },
        Fact::Absorbed {
            from: IncidentId(uuid(9).parse().unwrap()),
            alert_at: Some(at),
            fired: Vec::new(),
            targets: Vec::new(),
            highest: None,
        },
        Fact::Held {
            until: at,
            reason: reason(),
        },
        Fact::OutageAdded {
            from: noon(),
            to: at,
            reason: reason(),
        },
        Fact::OutageStruck {
            from: at,
            to: noon(),
            reason: reason(),
        },
        Fact::RetrospectiveScheduled { at },
        Fact::ExternalDrafted { form: form.clone() },
        Fact::UpdateSent(Box::new(Update {
            audience: Audience::Internal,
            form,
            channels: Vec::new(),
            label: None,
            last: false,
            draft: None,
        })),
        Fact::Declared(Box::new(declaration)),
    ]
}

#[tokio::test]
async fn a_time_at_the_end_of_the_calendar_harms_nobody() {
    for at in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        for one in facts_at(at) {
            let house = House::open().await;
            if !matches!(one, Fact::Declared(_)) {
                house.post(&[declared(1)]).await;
            }

            let (kind, body) = one.write();
            assert_eq!(Fact::read(&kind, body.get()).unwrap(), one);

            // It is taken or refused, but it is answered …
            let events = json!({ "events": [fact(2, &one)] });
            let answer = house.post_as("ada", &events).await;

            // … and the room goes on.
            let status = answer.status().as_u16();
            assert!([200, 500].contains(&status), "{one:?}");
            house.post(&[declared(3), note(4, "on we go")]).await;
            house.get("/v1/ws/prod/incidents?all=true").await;
            house.get("/v1/ws/prod/incidents/1").await;
        }
    }
}

#[tokio::test]
async fn a_server_that_ends_takes_nothing_more() {
    let house = House::open().await;
    house.server.drain();

    let answer = house
        .post_as("ada", &json!({ "events": [note(1, "late")] }))
        .await;

    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(code(answer).await, (503, "draining".to_owned()));
    assert_eq!(house.log.head().await.unwrap(), 0);
}

#[tokio::test]
async fn an_update_in_an_incident_that_was_never_opened_here_is_not_on_its_way() {
    let house = House::open().await;

    let early = house.post(&[update(2)]).await;
    let by_hand = house.post(&[note(3, "so far so good")]).await;
    house.post(&[declared(1)]).await;
    let then = house.post(&[update(4)]).await;

    assert_eq!(results(&early), ["rejected unfit"], "{early}");
    let why = early["results"][0]["detail"].as_str().unwrap();
    assert!(why.contains("hand in what opens it first"), "{why}");
    assert_eq!(results(&by_hand), ["appended 1"]);
    assert_eq!(results(&then), ["appended 3"], "{then}");
}

#[tokio::test]
async fn t5_an_incident_that_was_declared_by_a_clock_ahead_counts_from_no_later_than_now() {
    let house = House::open().await;
    let ahead = |at: &str| at.parse::<DateTime<Utc>>().unwrap();
    let declaration = Declaration {
        title: "checkout is down".into(),
        severity: Some(Severity::P1),
        alert_at: Some(ahead("2026-11-23T13:40:00Z")),
        ..Declaration::default()
    };
    let mut declared = fact(1, &Fact::Declared(Box::new(declaration)));
    declared["at"] = json!("2026-11-23T14:00:00Z");
    declared["recorded_at"] = json!("2026-11-23T14:00:00Z");

    let posted = house.post(&[declared.clone(), note(2, "so it is")]).await;
    let again = house.post(&[declared]).await;

    assert_eq!(results(&posted), ["appended 1", "appended 3"]);
    assert_eq!(results(&again), ["duplicate 1"]);
    let log = house.all(500).await;
    assert_eq!(log[0]["at"], json!("2026-11-23T14:00:00Z"));
    assert_eq!(log[1]["kind"], json!("corrected"));
    assert_eq!(log.len(), 3);
    let incident = house.get("/v1/ws/prod/incidents/1").await;
    for (what, wanted) in [
        ("alert", "2026-11-23T11:40:00Z"),
        ("declared", "2026-11-23T12:00:00Z"),
    ] {
        let at = ahead(incident["milestones"][what].as_str().unwrap());
        let off = (at - ahead(wanted)).num_seconds();
        assert!((0..10).contains(&off), "{what}: {incident}");
    }
}
