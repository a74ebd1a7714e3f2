//! A copy counts what it makes: what never came is told, and nothing else.

use serde_json::{Value, json};
use warroom::domain::entry::{EntryId, IncidentId};

use super::{House, declared, entry, fact, note, outside::escalated, results, uuid};

/// Note `n`, its copy's own `rseq`th.
fn counted(n: u128, rseq: u64) -> Value {
    let mut entry = note(n, "counted");
    entry["rseq"] = json!(rseq);
    entry
}

#[tokio::test]
async fn two_copies_of_one_name_are_told_apart_and_neither_loses_anything() {
    let house = House::open().await;
    house
        .post(&[declared(1), counted(2, 4), counted(3, 5)])
        .await;

    let again = house.post(&[counted(3, 5), counted(4, 6)]).await;
    let twin = house.post(&[counted(5, 5), counted(6, 7)]).await;
    let mut renamed = [counted(5, 5), counted(6, 7)];
    for entry in &mut renamed {
        entry["replica"] = json!(uuid(8));
    }
    let renamed = house.post(&renamed).await;

    assert_eq!(results(&again), ["duplicate 3", "appended 4"]);
    assert_eq!(results(&twin), ["rejected forked", "rejected forked"]);
    assert_eq!(results(&renamed)[0], "appended 5");
    assert_eq!(
        house.log.head().await.unwrap(),
        7,
        "one that is lost is told"
    );
}

#[tokio::test]
async fn what_another_engine_fired_as_well_is_not_told_as_lost() {
    let house = House::open().await;
    let twin = |copy: u128, rseq: u64| {
        let mut entry = fact(2, &escalated(0));
        let incident = IncidentId(uuid(1).parse().unwrap());
        entry["id"] = json!(EntryId::computed(
            incident,
            "escalated/management/Team Lead/0/0"
        ));
        entry["rseq"] = json!(rseq);
        entry["replica"] = json!(uuid(copy));
        entry["told"] = json!(true);
        entry
    };
    let after = |copy: u128, n: u128, rseq: u64| {
        let mut entry = counted(n, rseq);
        entry["replica"] = json!(uuid(copy));
        entry
    };
    house
        .post(&[declared(1), after(8, 3, 1), after(9, 4, 1), twin(8, 2)])
        .await;

    let second = house.post(&[twin(9, 2)]).await;
    let next = house.post(&[after(9, 5, 3)]).await;

    assert_eq!(results(&second), ["duplicate 4"]);
    assert_eq!(results(&next), ["appended 5"]);
    assert_eq!(house.log.head().await.unwrap(), 5, "none was lost");
}

#[tokio::test]
async fn what_a_copy_gave_up_is_not_told_as_lost() {
    let house = House::open().await;
    house.post(&[declared(1), counted(2, 4)]).await;

    let body = json!({ "events": [counted(3, 7)], "given_up": [2, 5, 6] });
    let answer = house.post_as("ada", &body).await;

    assert_eq!(answer.status(), 200);
    assert_eq!(house.log.head().await.unwrap(), 3);
}

#[tokio::test]
async fn what_was_refused_is_not_told_as_lost() {
    let house = House::open().await;
    house.post(&[declared(1), counted(2, 1)]).await;
    let unfit = |n, rseq| {
        let mut entry = entry(n, "external_approved", &json!({ "draft": uuid(99) }));
        entry["rseq"] = json!(rseq);
        entry
    };
    let mut at_the_door = counted(5, 4);
    at_the_door["at"] = json!("1066-10-14T09:00:00Z");
    let mut other_id = counted(1, 5);
    other_id["body"] = json!({ "text": "another" });

    let batch = [unfit(3, 2), counted(4, 3), at_the_door, other_id];
    let posted = house.post(&batch).await;
    let next = house.post(&[counted(6, 6)]).await;

    let no = "rejected unfit";
    let reuse = "rejected id_reuse";
    assert_eq!(results(&posted), [no, "appended 3", no, reuse], "{posted}");
    assert_eq!(results(&next), ["appended 4"]);
    assert_eq!(house.log.head().await.unwrap(), 4, "none was lost");
}
