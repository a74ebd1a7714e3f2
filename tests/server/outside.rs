//! What a post may do to news for outside (X2), and to what the engine does.

use serde_json::{Value, json};
use warroom::{
    domain::{
        entry::{EntryId, IncidentId},
        fact::{Declaration, Fact, StepId, Update},
        notice::DeliveryState,
        severity::Severity,
        update::{Audience, Form},
    },
    server::Told,
    store::DeliveryFilter,
};

use super::{EVENTS, House, code, declared, fact, noon, note, results, uuid};

/// Entry 2, for outside.
const DRAFT: u128 = 2;

fn form() -> Form {
    Form {
        status: "Investigating".into(),
        impact: "checkout is down".into(),
        body: "We are on it.".into(),
        ..Form::default()
    }
}

pub fn drafted() -> Value {
    fact(DRAFT, &Fact::ExternalDrafted { form: form() })
}

pub fn id(n: u128) -> EntryId {
    EntryId(uuid(n).parse().unwrap())
}

/// Entry `n`: whoever posts it approves the draft.
pub fn approved(n: u128) -> Value {
    fact(n, &Fact::ExternalApproved { draft: id(DRAFT) })
}

/// Entry `n`: what the draft says, to `#incidents`.
pub fn published(n: u128) -> Value {
    let update = Update {
        audience: Audience::External,
        form: form(),
        channels: vec!["#incidents".into()],
        label: None,
        last: false,
        draft: Some(id(DRAFT)),
    };
    fact(n, &Fact::UpdateSent(Box::new(update)))
}

/// As if `by` had recorded it before, elsewhere.
pub fn told(mut entry: Value, by: &str) -> Value {
    entry["by"] = json!(by);
    entry["told"] = json!(true);
    entry
}

/// A house with incident 1, of ada and grace.
pub async fn two_people() -> House {
    let house = House::open().await;
    house.post(&[declared(1)]).await;
    let comes = Fact::Joined {
        person: "grace".into(),
    };
    as_grace(&house, &[fact(90, &comes)]).await;
    house
}

pub async fn as_grace(house: &House, events: &[Value]) -> Value {
    let answer = house.post_as("grace", &json!({ "events": events })).await;
    answer.json().await.unwrap()
}

#[tokio::test]
async fn x2_news_are_taken_only_with_the_approval_of_somebody_else() {
    let house = two_people().await;

    let alone = house.post(&[drafted(), approved(3), published(4)]).await;
    let other = as_grace(&house, &[approved(5)]).await;
    let then = house.post(&[published(6)]).await;

    let no = "rejected unfit";
    assert_eq!(results(&alone), ["appended 3", no, no], "{alone}");
    let why = alone["results"][1]["detail"].as_str().unwrap();
    assert!(why.contains("its author can't approve it"), "{why}");
    assert_eq!(results(&other), ["appended 4"], "{other}");
    assert_eq!(results(&then), ["appended 5"], "{then}");
    let sent = house.log.deliveries(DeliveryFilter::All).await.unwrap();
    assert_eq!(sent.len(), 1);
}

#[tokio::test]
async fn x2_nobody_is_two_by_handing_in_a_draft_for_another() {
    let house = two_people().await;

    let own = [told(drafted(), "bo"), approved(3), published(4)];
    let posted = house.post(&own).await;

    let no = "rejected unfit";
    assert_eq!(results(&posted), ["appended 3", no, no], "{posted}");
}

#[tokio::test]
async fn x2_an_approval_handed_in_for_another_does_not_count() {
    let house = two_people().await;

    let own = [drafted(), told(approved(3), "grace"), published(4)];
    let posted = house.post(&own).await;

    assert_eq!(results(&posted)[2], "rejected unfit", "{posted}");
    let mine = [told(approved(5), "ada"), published(6)];
    let posted = house.post(&mine).await;
    assert_eq!(results(&posted), ["rejected unfit", "rejected unfit"]);
}

/// The management ladder's step `index` fires.
pub fn escalated(index: usize) -> Fact {
    Fact::Escalated {
        step: StepId {
            ladder: "management".to_owned(),
            index,
        },
        round: 0,
        target: ["Team Lead", "Engineering Manager"][index].into(),
        via: vec!["pager".into()],
        late_s: 0,
        by_hand: false,
    }
}

#[tokio::test]
async fn an_id_of_the_engine_is_taken_only_for_what_it_belongs_to() {
    let house = House::open().await;
    house.post(&[declared(1)]).await;
    let incident = IncidentId(uuid(1).parse().unwrap());
    let first = EntryId::computed(incident, "escalated/management/Team Lead/0/0");
    let under = |mut entry: Value| {
        entry["id"] = json!(first);
        told(entry, "engine")
    };

    let forged = [
        under(note(2, "nothing to see")),
        under(fact(2, &escalated(1))),
        under(fact(2, &Fact::HoldEnded {})),
    ];
    let forged = house.post(&forged).await;
    let fired = house.post(&[under(fact(2, &escalated(0)))]).await;

    assert_eq!(results(&forged), ["rejected unfit"; 3], "{forged}");
    assert_eq!(results(&fired), ["appended 2"], "{fired}");
}

#[tokio::test]
async fn a_page_that_a_former_program_fired_is_taken_under_its_own_id() {
    let house = House::open().await;
    house.post(&[declared(1)]).await;
    let incident = IncidentId(uuid(1).parse().unwrap());
    let mut fired = told(fact(2, &escalated(1)), "engine");
    fired["id"] = json!(EntryId::computed(incident, "escalated/management/1/0"));

    let posted = house.post(&[fired]).await;

    assert_eq!(results(&posted), ["appended 2"], "{posted}");
}

#[tokio::test]
async fn nobody_takes_back_or_moves_a_page_before_it_is_there() {
    let house = House::open().await;
    let incident = IncidentId(uuid(1).parse().unwrap());
    let entry = EntryId::computed(incident, "escalated/management/Team Lead/0/0");
    let reason = || "x".into();
    let early = [
        fact(
            2,
            &Fact::Retracted {
                entry,
                reason: reason(),
            },
        ),
        fact(
            3,
            &Fact::Corrected {
                entry,
                at: noon(),
                reason: reason(),
            },
        ),
    ];

    let before = house.post(&early).await;
    let with_it = house
        .post(&[vec![declared(1)], early.to_vec()].concat())
        .await;

    let no = "rejected unfit";
    assert_eq!(results(&before), [no, no], "{before}");
    assert_eq!(results(&with_it), ["appended 1", no, no], "{with_it}");
}

#[tokio::test]
async fn a_round_far_ahead_does_not_use_up_the_numbers_of_those_to_come() {
    let house = House::open().await;
    house.post(&[declared(1)]).await;
    let mut far = escalated(0);
    if let Fact::Escalated { round, .. } = &mut far {
        *round = u32::MAX;
    }

    let posted = house.post(&[told(fact(2, &far), "engine")]).await;

    assert_eq!(results(&posted), ["rejected unfit"], "{posted}");
}

#[tokio::test]
async fn what_the_engine_did_is_not_taken_back() {
    let house = House::open().await;
    let mut fired = told(fact(2, &escalated(0)), "engine");
    fired["via"] = json!("engine");
    house.post(&[declared(1), fired, note(3, "so be it")]).await;
    let back = |n, id| {
        let reason = "no".into();
        fact(n, &Fact::Retracted { entry: id, reason })
    };

    let posted = house.post(&[back(4, id(2)), back(5, id(3))]).await;

    assert_eq!(results(&posted), ["rejected unfit", "appended 4"]);
}

#[tokio::test]
async fn what_was_written_offline_and_taken_back_is_not_published_by_a_retry() {
    let house = two_people().await;
    house.post(&[drafted()]).await;
    as_grace(&house, &[approved(3)]).await;
    let back = Fact::Retracted {
        entry: id(4),
        reason: "it says too much".into(),
    };
    let sent_at = noon() + chrono::TimeDelta::minutes(10);
    let late = json!({ "events": [published(4), fact(5, &back)], "sent_at": sent_at });
    house.post_as("ada", &late).await;

    let sent = house.log.deliveries(DeliveryFilter::All).await.unwrap();
    let again = house.log.retry(&sent[0].intent.key, noon()).await;

    assert_eq!(sent[0].state, DeliveryState::Cancelled);
    let again = again.unwrap_err().to_string();
    assert!(again.ends_with("can't be tried again now"), "{again}");
}

#[tokio::test]
async fn a_post_from_outside_the_calendar_is_refused_whole() {
    let house = House::open().await;
    for sent_at in ["-262143-01-01T00:00:01Z", "+262142-12-31T23:59:59Z"] {
        let body = json!({ "events": [declared(1)], "sent_at": sent_at });

        let answer = house.post_as("ada", &body).await;

        assert_eq!(
            code(answer).await,
            (400, "malformed".to_owned()),
            "{sent_at}"
        );
    }
    assert_eq!(house.get(EVENTS).await["head"], json!(0));
}

#[tokio::test]
async fn an_entry_that_asks_too_much_of_the_engine_is_refused_with_a_sentence() {
    let house = House::open().await;
    house.post(&[declared(1)]).await;
    let step = "[[ladder.step]]\nafter = \"1h\"\ntarget = \"bo\"\n";
    let ladder = |nr| format!("[[ladder]]\nname = \"{nr}\"\nuntil = \"resolved\"\n{step}");
    let ladders: String = (0..17).map(ladder).collect();
    let policy = format!("amends = \"built-in\"\n{ladders}");
    let mut crowd = escalated(0);
    if let Fact::Escalated { via, .. } = &mut crowd {
        *via = vec!["pager".into(); 33];
    }

    let posted = house
        .post(&[fact(2, &Fact::PolicyAdopted { policy }), fact(3, &crowd)])
        .await;

    let no = "rejected unfit";
    assert_eq!(results(&posted), [no, no], "{posted}");
    let text = posted.to_string();
    assert!(text.contains("17 ladders, and 16 are the most"), "{text}");
    assert!(text.contains("33 channels, and 32 are the most"), "{text}");
}

/// Incident 1 is declared, by a policy that asks nobody for a second person.
fn declared_by_one(n: u128) -> Value {
    let declaration = Declaration {
        title: "checkout is down".into(),
        severity: Some(Severity::P1),
        policy: "amends = \"built-in\"\n[external]\ntwo_people = false\n".to_owned(),
        ..Declaration::default()
    };
    fact(n, &Fact::Declared(Box::new(declaration)))
}

#[tokio::test]
async fn x2_nobody_declares_the_second_person_away() {
    let house = House::open().await;
    let comes = Fact::Joined {
        person: "grace".into(),
    };

    let posted = house.post(&[declared_by_one(1)]).await;
    as_grace(&house, &[fact(90, &comes)]).await;
    let alone = house.post(&[drafted(), approved(3), published(4)]).await;

    assert_eq!(results(&posted), ["appended 1"], "{posted}");
    let log = house.all(100).await;
    assert_eq!(log[1]["kind"], "policy_adopted", "{log:?}");
    assert_eq!(log[1]["by"], "engine", "{log:?}");
    let no = "rejected unfit";
    assert_eq!(results(&alone), ["appended 4", no, no], "{alone}");
}

#[tokio::test]
async fn x2_a_server_whose_policy_asks_for_nobody_else_takes_the_same_as_it_is() {
    let house = House::open().await;
    house.server.tell(Told {
        policy: Some("amends = \"built-in\"\n[external]\ntwo_people = false\n".to_owned()),
        ..Told::default()
    });

    house.post(&[declared_by_one(1)]).await;

    assert_eq!(house.all(100).await.len(), 1);
}
