//! What the screen says of what is owed: by whom, by itself or by hand, and
//! whether it arrived.

use chrono::{DateTime, TimeDelta, Utc};
use warroom::{
    domain::{
        entry::EntryId,
        fact::{Declaration, Fact, Skip, StepId, Update},
        notice::{Delivery, DeliveryState, Intent, Purpose},
        severity::Severity,
        update::{Audience, Form},
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::{Effect, EngineSeen, Msg},
    },
};

use super::fixture::{INCIDENT, Log, at, busy, console, declaration, engine, now, press, words_on};

/// Every size of the screen that has rows for what is owed.
const SIZES: [(u16, u16); 5] = [(200, 60), (120, 40), (80, 24), (60, 20), (40, 8)];

pub fn step(index: usize) -> StepId {
    StepId {
        ladder: "management".to_owned(),
        index,
    }
}

/// A P1 that began at 13:14:22; nobody stands behind its last step.
fn critical() -> Log {
    let mut log = Log::default();
    let declared = declaration("Nothing renders", Severity::P1, at("13:14:22"));
    log.add(
        INCIDENT,
        at("13:14:30"),
        "ana",
        Fact::Declared(Box::new(declared)),
    );
    log.add(INCIDENT, at("13:15:00"), "ana", Fact::Acknowledged {});
    log
}

/// The same, with all steps done but the last.
fn at_the_top() -> Log {
    let mut log = critical();
    for (index, target) in ["Team Lead", "Engineering Manager", "VP Engineering"]
        .into_iter()
        .enumerate()
    {
        let fired = Fact::Escalated {
            step: step(index),
            round: 0,
            target: target.into(),
            via: vec!["pager".into()],
            late_s: 0,
            by_hand: false,
        };
        log.add(INCIDENT, at("15:14:22"), "engine", fired);
    }
    log
}

fn line_with<'a>(screen: &'a str, word: &str) -> &'a str {
    let found = screen.lines().find(|line| line.contains(word));
    found.unwrap_or_else(|| panic!("no line has {word:?}:\n{screen}"))
}

#[test]
fn a_step_that_reaches_nobody_says_that_it_is_by_hand_though_others_can_be_paged() {
    let app = console(&at_the_top(), false);

    for size in [(200, 60), (120, 40), (80, 24), (60, 20)] {
        let screen = words_on(&app, size, Tier::Rich, at("16:30:00"));

        let line = line_with(&screen, "ESCALATE");
        assert!(line.contains("by hand"), "{size:?}\n{screen}");
        assert!(line.contains("CEO"), "{size:?}\n{screen}");
    }
    let others = console(&critical(), false);
    let screen = words_on(&others, (80, 24), Tier::Rich, at("13:20:00"));
    assert!(
        !line_with(&screen, "Team Lead").contains("by hand"),
        "{screen}"
    );
}

#[test]
fn a_step_that_was_passed_over_stays_until_a_person_records_it() {
    let mut log = at_the_top();
    let skipped = Fact::StepSkipped {
        step: step(3),
        target: "CEO".into(),
        why: Skip::Unreachable,
        reason: "".into(),
    };
    log.add(INCIDENT, at("17:14:22"), "engine", skipped);
    let app = console(&log, false);

    for size in SIZES {
        let screen = words_on(&app, size, Tier::Rich, at("17:20:00"));

        let line = line_with(&screen, "ESCALATE");
        assert!(line.contains("CEO, by hand"), "{size:?}\n{screen}");
        assert!(line.contains("+05:38"), "{size:?}\n{screen}");
    }
    let told = Fact::Escalated {
        step: step(3),
        round: 0,
        target: "CEO".into(),
        via: Vec::new(),
        late_s: 600,
        by_hand: true,
    };
    log.add(INCIDENT, at("17:24:22"), "ana", told);
    let screen = words_on(&console(&log, false), (80, 24), Tier::Rich, at("17:25:00"));
    assert!(!screen.contains("CEO, by hand"), "{screen}");
    let mut ladder = console(&log, false);
    let screen = words_on(&ladder, (120, 40), Tier::Rich, at("17:25:00"));
    assert!(
        line_with(&screen, "CEO").contains("17:24 by ana"),
        "{screen}"
    );
    press(&mut ladder, "5z", at("17:25:00"));
    let screen = words_on(&ladder, (120, 40), Tier::Rich, at("17:25:00"));
    assert!(
        line_with(&screen, "CEO").contains("told by ana, by hand"),
        "{screen}"
    );
}

#[test]
fn what_was_passed_over_is_what_the_key_offers() {
    let mut log = at_the_top();
    let skipped = Fact::StepSkipped {
        step: step(3),
        target: "CEO".into(),
        why: Skip::Unreachable,
        reason: "".into(),
    };
    log.add(INCIDENT, at("17:14:22"), "engine", skipped);
    let mut app = console(&log, false);

    press(&mut app, "E", at("17:20:00"));

    let screen = words_on(&app, (80, 24), Tier::Rich, at("17:20:02"));
    assert!(screen.contains("TO CEO"), "{screen}");
}

/// The zoomed ladder at that time, with its engine in that state.
fn ladder(log: &Log, seen: EngineSeen, when: DateTime<Utc>) -> String {
    let mut app = console(log, false);
    update(&mut app, Msg::Engine(seen), now());
    press(&mut app, "5z", now());
    words_on(&app, (80, 24), Tier::Rich, when)
}

fn seen(mine: bool, when: DateTime<Utc>) -> EngineSeen {
    EngineSeen {
        holder: Some("bo on desk-2".into()),
        mine,
        ticked_at: Some(when),
    }
}

#[test]
fn the_ladder_says_who_does_what_by_itself() {
    let (before, after) = (at("13:20:00"), at("13:30:00"));

    let here = ladder(&critical(), seen(true, before), before);
    let there = ladder(&critical(), seen(false, before), before);
    let due = ladder(&critical(), seen(false, after), after);

    assert!(
        here.contains("What this console does at 13:29:22Z, by itself:"),
        "{here}"
    );
    assert!(here.contains("page bo by pager"), "{here}");
    assert!(here.contains("an entry in the timeline says so"), "{here}");
    assert!(
        there.contains("What the engine of bo on desk-2 does at"),
        "{there}"
    );
    assert!(
        due.contains("Due since 13:29:22Z; the engine of bo"),
        "{due}"
    );
}

#[test]
fn without_an_engine_the_ladder_promises_nothing() {
    let (before, after) = (at("13:20:00"), at("13:30:00"));

    let ahead = ladder(&critical(), EngineSeen::default(), before);
    let due = ladder(&critical(), EngineSeen::default(), after);
    let silent = ladder(&critical(), seen(false, before), after);

    assert!(
        ahead.contains("No engine runs: at 13:29:22Z nobody is paged"),
        "{ahead}"
    );
    for screen in [&due, &silent] {
        assert!(
            screen.contains("Due since 13:29:22Z, and no engine runs"),
            "{screen}"
        );
    }
    for screen in [ahead, due, silent] {
        assert!(screen.contains("call bo, then E records it"), "{screen}");
        assert!(!screen.contains("an entry in the timeline"), "{screen}");
    }
}

#[test]
fn a_step_of_a_policy_that_reaches_nobody_is_not_done_by_itself() {
    let mut log = Log::default();
    let mut declared = declaration("Nothing renders", Severity::P1, at("13:14:22"));
    declared.policy = "amends = \"built-in\"\nupdated = 2026-01-15\n".to_owned();
    log.add(
        INCIDENT,
        at("13:14:30"),
        "ana",
        Fact::Declared(Box::new(declared)),
    );
    let (before, after) = (at("13:20:00"), at("13:30:00"));

    let ahead = ladder(&log, seen(true, before), before);
    let due = ladder(&log, seen(true, after), after);

    assert!(
        ahead.contains("At 13:29:22Z this row turns red and rings"),
        "{ahead}"
    );
    assert!(
        due.contains("Due since 13:29:22Z: nobody can be paged for it"),
        "{due}"
    );
    for screen in [ahead, due] {
        assert!(
            screen.contains("tell the Team Lead yourself, then E"),
            "{screen}"
        );
        assert!(!screen.contains("an entry in the timeline"), "{screen}");
    }
}

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

#[test]
fn a_late_answer_has_no_tick() {
    let mut log = Log::default();
    let declared = declaration("Nothing renders", Severity::P2, at("13:14:22"));
    log.add(
        INCIDENT,
        at("13:14:30"),
        "ana",
        Fact::Declared(Box::new(declared)),
    );
    log.add(INCIDENT, at("13:34:22"), "bo", Fact::Acknowledged {});
    let app = console(&log, false);

    let screen = words_on(&app, (120, 40), Tier::Rich, at("13:35:00"));

    let line = line_with(&screen, "bo, in 20m, target 15m");
    assert!(
        line.starts_with("! ACK") && line.contains("late"),
        "{screen}"
    );
}

#[test]
fn the_resolve_is_credited_to_whoever_resolved() {
    let mut log = critical();
    let commands = Fact::RoleGiven {
        role: warroom::domain::fact::Role::Commander,
        person: "ana".into(),
    };
    log.add(INCIDENT, at("13:15:10"), "ana", commands);
    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: None,
    };
    log.add(INCIDENT, at("13:54:22"), "bo", resolved);
    let mut app = console(&log, false);
    app.shown = Some(INCIDENT);
    engine(&mut app, Some(at("13:55:00")));

    let screen = words_on(&app, (120, 40), Tier::Rich, at("13:55:00"));

    assert!(
        line_with(&screen, "RESOLVE").contains("bo, in 40m"),
        "{screen}"
    );
    assert!(
        screen.contains("retro") && screen.contains("close"),
        "{screen}"
    );
}

#[test]
fn that_it_is_mitigated_stands_in_the_header() {
    let mut log = critical();
    log.add(INCIDENT, at("13:40:00"), "ana", Fact::Mitigated {});
    let app = console(&log, false);

    let screen = words_on(&app, (80, 24), Tier::Rich, at("13:41:00"));

    let second = screen.lines().nth(1).unwrap_or_default();
    assert!(second.contains(", mitigated"), "{screen}");
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
        line_with(&stuck, "EXTERNAL").contains("publish it"),
        "{stuck}"
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
fn a_request_that_nobody_answered_stays_when_the_incident_is_over() {
    let mut log = critical();
    let asked = Fact::Asked {
        of: "bo".into(),
        what: "is the replica in sync?".into(),
        by: at("13:30:00"),
    };
    log.add(INCIDENT, at("13:16:00"), "ana", asked);
    let before = log.entries().len();
    let mut app = console(&log, false);
    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: None,
    };
    log.add(INCIDENT, at("13:20:00"), "ana", resolved);

    let entries = log.entries().split_off(before);
    update(&mut app, Msg::Entries(entries), at("13:20:00"));

    let screen = words_on(&app, (120, 40), Tier::Rich, at("13:21:00"));
    assert!(
        line_with(&screen, "ANSWER").contains("bo: is the"),
        "{screen}"
    );
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
