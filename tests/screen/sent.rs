//! What the screen says of what leaves: when it does, whether it arrived, and
//! how it is taken back.

use chrono::TimeDelta;
use warroom::{
    domain::{
        entry::{EntryId, IncidentId},
        fact::{Declaration, Fact, Update},
        notice::{Delivery, DeliveryState, Intent, Purpose},
        severity::Severity,
        update::{Audience, Form},
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::{Effect, Msg},
    },
};

use super::{
    fixture::{INCIDENT, Log, at, busy, console, declaration, incident_log, now, press, words_on},
    owed::{SIZES, critical, line_with},
};

fn delivery(purpose: Purpose, state: DeliveryState, attempts: u32) -> Delivery {
    Delivery {
        intent: Intent {
            key: "INC-1/page/1/pager".into(),
            channel: "pager".into(),
            incident: INCIDENT,
            origin: EntryId(uuid::Uuid::from_u128(1)),
            purpose,
            not_before: at("14:00:00"),
            subject: "INC-1 P2".into(),
            text: "Escalated to Team Lead".into(),
            maybe_repeat: false,
        },
        state,
        attempts,
        next_at: at("14:08:00"),
        maybe_repeat: false,
        last_error: "404 no such room".into(),
        sent_at: None,
        created_at: at("14:00:00"),
    }
}

fn with_deliveries(deliveries: Vec<Delivery>) -> App {
    let mut app = busy();
    update(&mut app, Msg::Deliveries(deliveries), now());
    app
}

#[test]
fn a_page_that_does_not_arrive_is_seen_at_every_size_with_the_key_to_it() {
    for (state, attempts, word) in [
        (DeliveryState::Dead, 3, "dead"),
        (DeliveryState::Uncertain, 1, "uncertain"),
        (DeliveryState::Queued, 2, "retrying"),
    ] {
        let update = delivery(Purpose::Update, DeliveryState::Dead, 9);
        let app = with_deliveries(vec![update, delivery(Purpose::Page, state, attempts)]);
        for size in SIZES {
            let screen = words_on(&app, size, Tier::Rich, now());

            let line = line_with(&screen, "NOT SENT");
            assert!(
                line.contains("page") && line.contains("9 OUTBOX"),
                "{screen}"
            );
            let told = line.contains(word) || line.contains("404") || line.contains("try 3");
            assert!(told, "{size:?} {word}\n{screen}");
        }
        let line = words_on(&app, (40, 1), Tier::Rich, now());
        assert!(line.contains("!NOT"), "{line}");
    }
}

#[test]
fn a_page_that_does_not_arrive_is_seen_while_another_pane_is_open() {
    for keys in ["5z", "c"] {
        let dead = delivery(Purpose::Page, DeliveryState::Dead, 3);
        let mut app = with_deliveries(vec![dead]);
        press(&mut app, keys, now() - TimeDelta::minutes(1));

        let screen = words_on(&app, (80, 24), Tier::Rich, now());

        assert!(
            screen.contains("9 OUTBOX: NOT SENT page by pager"),
            "{screen}"
        );
    }
}

#[test]
fn what_arrived_or_was_dropped_alarms_nobody() {
    let over = [
        delivery(Purpose::Page, DeliveryState::Sent, 2),
        delivery(Purpose::Page, DeliveryState::Cancelled, 2),
        delivery(Purpose::Page, DeliveryState::Queued, 0),
    ];
    let app = with_deliveries(over.to_vec());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(!screen.contains("NOT SENT"), "{screen}");
}

/// What that says, to the channel of the company or to that of the public.
fn says(audience: Audience, draft: Option<EntryId>) -> Fact {
    let form = Form {
        status: "Investigating".into(),
        impact: "Nothing renders".into(),
        next: Some(at("13:45:00")),
        ..Form::default()
    };
    Fact::UpdateSent(Box::new(Update {
        audience,
        form,
        channels: vec!["board".into()],
        label: None,
        last: false,
        draft,
    }))
}

/// The incident with a draft for outside that somebody approved.
fn approved() -> (Log, EntryId) {
    let mut log = critical();
    let Fact::UpdateSent(update) = says(Audience::External, None) else {
        unreachable!("it says something");
    };
    let form = update.form;
    let drafted = Fact::ExternalDrafted { form };
    let draft = log.add(INCIDENT, at("13:16:00"), "ana", drafted);
    let approved = Fact::ExternalApproved { draft };
    log.add(INCIDENT, at("13:17:00"), "mia", approved);
    (log, draft)
}

#[test]
fn what_is_on_its_way_is_not_owed_and_says_when_it_leaves() {
    let (mut log, draft) = approved();
    let out = says(Audience::External, Some(draft));
    log.add(INCIDENT, at("13:19:10"), "ana", out);
    let inside = says(Audience::Internal, None);
    log.add(INCIDENT, at("13:19:24"), "ana", inside);
    let app = console(&log, false);

    for size in [(200, 60), (120, 40), (80, 24), (60, 20)] {
        let screen = words_on(&app, size, Tier::Rich, at("13:19:28"));
        let line = line_with(&screen, "EXTERNAL");
        assert!(line.contains("leaves in 00:12"), "{size:?}\n{screen}");
        let line = line_with(&screen, "UPDATE  ");
        assert!(line.contains("leaves in 00:06"), "{size:?}\n{screen}");
    }
    let stuck = words_on(&app, (120, 40), Tier::Rich, at("13:25:00"));
    assert!(
        line_with(&stuck, "EXTERNAL").contains("not out yet: OUTBOX (9)"),
        "{stuck}"
    );
}

#[test]
fn x2_more_news_for_outside_do_not_wait_in_silence() {
    let (mut log, draft) = approved();
    let out = says(Audience::External, Some(draft));
    let of = log.add(INCIDENT, at("13:19:10"), "ana", out);
    let delivered = Fact::Delivered {
        of,
        channel: "board".into(),
        key: "k".into(),
        note: "".into(),
    };
    log.add(INCIDENT, at("13:19:41"), "engine", delivered);
    let shown = |log: &Log| words_on(&console(log, false), (80, 24), Tier::Rich, at("13:26:00"));
    assert!(!shown(&log).contains("drafted"), "{}", shown(&log));
    let Fact::UpdateSent(update) = says(Audience::External, None) else {
        unreachable!("it says something");
    };

    let form = update.form;
    let draft = log.add(
        INCIDENT,
        at("13:25:00"),
        "bo",
        Fact::ExternalDrafted { form },
    );

    assert!(line_with(&shown(&log), "EXTERNAL").contains("approve it (+)"));
    let approved = Fact::ExternalApproved { draft };
    log.add(INCIDENT, at("13:25:30"), "mia", approved);
    assert!(line_with(&shown(&log), "EXTERNAL").contains("publish it (O)"));
}

#[test]
fn what_did_not_arrive_about_another_incident_says_about_which() {
    let mut other = delivery(Purpose::Page, DeliveryState::Dead, 3);
    let before = with_deliveries(vec![other.clone()]);
    let screen = words_on(&before, (80, 24), Tier::Rich, now());
    assert!(line_with(&screen, "NOT SENT").contains(" page"), "{screen}");
    assert!(!line_with(&screen, "NOT SENT").contains("INC-"), "{screen}");
    let id = IncidentId(uuid::Uuid::from_u128(0x2044));
    let mut log = incident_log();
    let declared = declaration("Slow", Severity::P3, at("14:06:00"));
    let declared = Fact::Declared(Box::new(declared));
    log.add(id, at("14:06:00"), "kai", declared);
    let mut app = console(&log, true);
    assert_eq!(app.shown, Some(INCIDENT));
    other.intent.incident = id;
    update(&mut app, Msg::Deliveries(vec![other]), now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(line_with(&screen, "NOT SENT").contains("INC-"), "{screen}");
}

#[test]
fn u6_what_a_channel_does_not_take_is_owed_and_not_leaving() {
    let mut log = critical();
    let inside = says(Audience::Internal, None);
    let origin = log.add(INCIDENT, at("13:19:24"), "ana", inside);
    let mut app = console(&log, false);
    let mut refused = delivery(Purpose::Update, DeliveryState::Queued, 1);
    refused.intent.origin = origin;
    update(&mut app, Msg::Deliveries(vec![refused]), at("13:19:36"));

    let screen = words_on(&app, (120, 40), Tier::Rich, at("13:19:40"));

    assert!(screen.contains("NOT SENT"), "{screen}");
    assert!(!screen.contains("leaves now"), "{screen}");
    assert!(
        line_with(&screen, "UPDATE  ").contains("first notice"),
        "{screen}"
    );
}

#[test]
fn what_went_to_the_public_is_taken_back_for_as_long_as_the_sheet_says() {
    let (mut log, draft) = approved();
    let before = log.entries().len();
    let mut app = console(&log, false);
    let out = says(Audience::External, Some(draft));
    let id = log.add(INCIDENT, at("13:19:00"), "ana", out);

    // That it is recorded may be told before the entry itself comes.
    update(&mut app, Msg::Recorded(vec![id]), at("13:19:00"));
    let entries = log.entries().split_off(before);
    update(&mut app, Msg::Entries(entries), at("13:19:00"));

    let screen = words_on(&app, (80, 24), Tier::Rich, at("13:19:01"));
    assert!(screen.contains("u takes it back (29s)"), "{screen}");
}

#[test]
fn a_private_incident_promises_nothing_that_leaves() {
    let mut log = Log::default();
    let declared = Declaration {
        private: true,
        ..declaration("A leak", Severity::P1, at("13:14:22"))
    };
    let declared = Fact::Declared(Box::new(declared));
    log.add(INCIDENT, at("13:14:30"), "ana", declared);
    let app = console(&log, false);

    for size in [(120, 40), (80, 24), (60, 20)] {
        let screen = words_on(&app, size, Tier::Rich, at("13:15:00"));

        for word in ["ESCALATE", "UPDATE  "] {
            let line = line_with(&screen, word);
            assert!(line.contains("by hand"), "{size:?}\n{screen}");
        }
    }
}

#[test]
fn no_bell_rings_for_what_is_on_its_way() {
    let mut log = Log::default();
    let declared = declaration("Slow", Severity::P3, at("13:14:30"));
    log.add(
        INCIDENT,
        at("13:14:30"),
        "ana",
        Fact::Declared(Box::new(declared)),
    );
    log.add(INCIDENT, at("13:15:00"), "ana", Fact::Acknowledged {});
    let before = log.entries().len();
    let mut silent = console(&log, false);
    let rings = |app: &mut App, clock: &str| {
        let effects = update(app, Msg::Tick, at(clock));
        effects.contains(&Effect::Bell)
    };
    // A minute before the first notice is owed.
    assert!(rings(&mut silent, "13:43:30"));
    let mut said = silent.clone();

    let inside = says(Audience::Internal, None);
    log.add(INCIDENT, at("13:44:27"), "ana", inside);
    let entries = log.entries().split_off(before);
    update(&mut said, Msg::Entries(entries), at("13:44:27"));

    assert!(rings(&mut silent, "13:44:31"));
    assert!(!rings(&mut said, "13:44:31"));
    assert!(rings(&mut said, "13:45:28"), "no channel took it");
}
