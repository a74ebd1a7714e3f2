//! What the screen says of what is owed: by whom, by itself or by hand.

use chrono::{DateTime, Utc};
use warroom::{
    domain::{
        fact::{Fact, Skip, StepId},
        severity::Severity,
    },
    ui::{
        app::update,
        capability::Tier,
        msg::{EngineSeen, Msg},
    },
};

use super::fixture::{INCIDENT, Log, at, console, declaration, engine, now, press, words_on};

/// Every size of the screen that has rows for what is owed.
pub const SIZES: [(u16, u16); 5] = [(200, 60), (120, 40), (80, 24), (60, 20), (40, 8)];

pub fn step(index: usize) -> StepId {
    StepId {
        ladder: "management".to_owned(),
        index,
    }
}

/// A P1 that began at 13:14:22; nobody stands behind its last step.
pub fn critical() -> Log {
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

pub fn line_with<'a>(screen: &'a str, word: &str) -> &'a str {
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
        here.contains("At 13:29:22Z, by itself, this console will:"),
        "{here}"
    );
    assert!(here.contains("page bo by pager"), "{here}");
    assert!(here.contains("an entry in the timeline says so"), "{here}");
    assert!(
        there.contains("by itself, the engine of bo on desk-2 will:"),
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
fn a_hold_past_midnight_says_until_which_day() {
    let mut log = critical();
    let held = Fact::Held {
        until: "2026-01-24T09:00:00Z".parse().unwrap(),
        reason: "a freeze".into(),
    };
    log.add(INCIDENT, at("13:20:00"), "ana", held);
    let app = console(&log, false);

    let screen = words_on(&app, (120, 40), Tier::Rich, at("13:21:00"));

    assert!(
        screen.contains("the ladder until 2026-01-24 09:00Z"),
        "{screen}"
    );
}

#[test]
fn a_tiny_screen_has_as_many_duties_as_it_has_rows_for() {
    let app = console(&critical(), false);

    let screen = words_on(&app, (59, 19), Tier::Rich, at("13:21:00"));

    for word in ["UPDATE", "ESCALATE", "RESOLVE", "EXTERNAL"] {
        line_with(&screen, word);
    }
    assert!(screen.contains("? help"), "{screen}");
}
