//! The parts of a large screen that take no keys: LOG and CHANGES.

use chrono::TimeDelta;
use warroom::{
    domain::{
        entry::IncidentId,
        fact::{Fact, Health},
        notice::{Delivery, DeliveryState},
        phase::Phase,
        probe::{Outcome, Reading, System},
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::{LinkSeen, LinkState, Msg, Shared},
    },
};

use super::fixture::{
    INCIDENT, Log, at, blank, busy, changed, console, delivery, flapping, incident_log, now, press,
    quiet, words_on,
};

fn large(app: &App) -> String {
    words_on(app, (200, 60), Tier::Rich, now())
}

/// The rows of the part that begins with this title.
fn part(app: &App, title: &str) -> Vec<String> {
    let screen = large(app);
    let rows: Vec<&str> = screen.lines().collect();
    let top = rows
        .iter()
        .position(|row| row.contains(&format!("─{title} ")));
    let top = top.unwrap_or_else(|| panic!("no {title} in\n{screen}"));
    let before = rows[top].split(&format!("─{title} ")).next();
    let x = before.unwrap_or_default().chars().count() + 1;
    let below = rows[top + 1..].iter();
    let of = |row: &&str| {
        row.chars()
            .skip(x)
            .take_while(|c| *c != '│')
            .collect::<String>()
    };
    let inside = below.map(of).take_while(|row| !row.contains("───"));
    inside.map(|row| row.trim_end().to_owned()).collect()
}

fn dead(key: &str) -> Delivery {
    let mut dead = delivery(key, DeliveryState::Dead);
    dead.last_error = "the pager said no".into();
    dead
}

#[test]
fn the_log_has_what_was_said_below_the_panes_the_newest_first() {
    let mut app = busy();
    update(
        &mut app,
        Msg::Told("written to a file".to_owned()),
        at("14:06:00"),
    );
    update(
        &mut app,
        Msg::Failed("the disk is full".to_owned()),
        at("14:06:30"),
    );

    let rows = part(&app, "LOG");

    assert_eq!(rows[0], " 14:06:30  ! the disk is full");
    assert_eq!(rows[1], " 14:06:00    written to a file");
    assert!(large(&app).contains("2 messages · 1 error · :log"));
}

#[test]
fn the_log_has_how_a_message_ended_and_the_line_below_the_panes_has_not() {
    let mut app = busy();
    let queued = delivery("1", DeliveryState::InFlight);
    update(&mut app, Msg::Deliveries(vec![queued]), now());
    update(&mut app, Msg::Deliveries(vec![dead("1")]), now());
    update(&mut app, Msg::Deliveries(vec![dead("1")]), now());

    let rows = part(&app, "LOG");

    assert_eq!(
        rows[0],
        " 14:07:00  ! page by pager: dead: the pager said no"
    );
    assert_eq!(rows[1], "", "it is said once");
    assert!(app.toast.is_none());
}

#[test]
fn how_messages_ended_before_this_console_was_started_is_no_news() {
    let mut app = busy();
    let mut old = dead("1");
    old.created_at = app.started - TimeDelta::minutes(1);

    update(&mut app, Msg::Deliveries(vec![old]), now());

    assert!(app.messages.is_empty(), "{:?}", app.messages);
}

#[test]
fn the_log_has_when_the_server_was_lost_and_found() {
    let mut app = busy();
    let link = |state| {
        Msg::Shared(Shared::Link(LinkSeen {
            state,
            ..LinkSeen::default()
        }))
    };
    let online = || LinkState::Online {
        latency: TimeDelta::milliseconds(3),
    };
    let offline = || LinkState::Offline {
        since: at("14:06:00"),
        why: "connection refused".into(),
        refused: false,
    };

    for state in [online(), online(), offline(), offline(), online()] {
        update(&mut app, link(state), now());
    }

    let rows = part(&app, "LOG");
    assert_eq!(rows[0], " 14:07:00    the server answers again");
    assert_eq!(
        rows[1],
        " 14:07:00  ! the server does not answer: connection refused"
    );
    assert_eq!(rows[2], " 14:07:00    the server answers");
}

#[test]
fn the_log_is_there_on_a_quiet_screen_and_says_that_it_is_empty() {
    let rows = part(&quiet(), "LOG");

    assert!(rows[0].contains("nothing to tell"), "{rows:?}");
}

#[test]
fn changes_are_told_with_how_long_before_or_after_the_alert_they_were() {
    let mut log = Log::default();
    let early = changed("autoscaler", Health::Degraded, "40 -> 24 nodes");
    log.add(IncidentId::WORKSPACE, at("13:02:22"), "probe", early);
    for entry in incident_log().entries() {
        log.add(entry.incident, entry.at, &entry.by.to_string(), entry.fact);
    }
    let fixing = Fact::PhaseEntered {
        phase: Phase::Fixing,
        rollback: Some("back to 4.18.1".into()),
    };
    log.add(INCIDENT, at("14:05:22"), "kai", fixing);
    let app = console(&log, true);

    let rows = part(&app, "CHANGES");

    let seen: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(
        seen[0],
        "14:05Z  phase     Fixing: back to 4.18.1                   51m after"
    );
    let early = seen.iter().find(|row| row.contains("autoscaler"));
    assert_eq!(
        early.copied(),
        Some("13:02Z  ▲ slow    autoscaler: 40 -> 24 nodes              12m before")
    );
    assert!(large(&app).contains("alert 13:14Z"));
}

#[test]
fn a_probe_that_goes_up_and_down_has_one_row_among_the_changes() {
    let rows = part(&console(&flapping(), true), "CHANGES");

    let of_it: Vec<&String> = rows
        .iter()
        .filter(|row| row.contains("queue depth"))
        .collect();
    assert_eq!(of_it.len(), 1, "{rows:?}");
    assert!(of_it[0].contains("6 changes  52m after"), "{rows:?}");
}

#[test]
fn what_was_taken_back_or_overtaken_changed_nothing() {
    let mut log = incident_log();
    let entries = log.entries();
    let severity = entries
        .iter()
        .find(|entry| matches!(entry.fact, Fact::SeverityChanged { .. }));
    let retracted = Fact::Retracted {
        entry: severity.unwrap().id,
        reason: "a typo".into(),
    };
    log.add(INCIDENT, at("14:06:00"), "ana", retracted);

    let rows = part(&console(&log, true), "CHANGES");

    assert!(!rows.iter().any(|row| row.contains("severity")), "{rows:?}");
}

#[test]
fn a_load_of_three_digits_keeps_away_from_its_gauge() {
    let mut app = busy();
    let host = Reading {
        at: now(),
        outcome: Outcome::Pass,
        took: None,
        detail: "".into(),
        system: Some(System {
            load: [111.59, 112.27, 100.11],
            cores: 128,
            memory: (81, 100),
            disk: (64, 100),
        }),
    };
    update(&mut app, Msg::Reading("host".into(), host), now());

    let rows = part(&app, "HOST");

    assert!(rows[0].contains("128 cores "), "{rows:?}");
}

#[test]
fn every_key_works_while_the_sides_are_shown() {
    let mut app = blank();
    press(&mut app, ":log\n", now());

    assert!(large(&app).contains("MESSAGES"));
}

#[test]
fn a_rule_that_ends_at_a_divider_meets_it() {
    for (tier, loose) in [
        (Tier::Rich, ["─│", "│─", "━│", "│━"]),
        (Tier::Ascii, ["--|", "|--", "==|", "|=="]),
    ] {
        for size in [(120, 40), (200, 60)] {
            let screen = words_on(&busy(), size, tier, now());

            for loose in loose {
                assert!(!screen.contains(loose), "{loose}\n{screen}");
            }
        }
    }
}
