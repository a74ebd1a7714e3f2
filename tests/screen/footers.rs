//! The last two rows: what the focused pane offers comes first, and nothing
//! hides what can still be taken back.

use warroom::{
    domain::{
        fact::{Declaration, Fact},
        notice::DeliveryState,
        runbook::document,
        severity::Severity,
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::{Msg, Runbook},
    },
};

use super::{
    fixture::{
        INCIDENT, Log, at, busy, console, declaration, delivery, incident_log, now, press, untaken,
        words_on,
    },
    walls::{shown, wall_of},
};

fn footer(app: &App, size: (u16, u16)) -> String {
    let words = words_on(app, size, Tier::Rich, now());
    words.lines().last().unwrap_or_default().to_owned()
}

fn full() -> App {
    let mut app = busy();
    let book = Runbook {
        file: "latency.md".into(),
        lines: document("1. restart it"),
        changed: None,
    };
    update(&mut app, Msg::Runbooks(vec![book]), now());
    app.deliveries = vec![delivery("page:1", DeliveryState::Dead)];
    app
}

#[test]
fn the_keys_of_the_focused_pane_come_first() {
    for (keys, first) in [
        ("3", " Enter details  / filter"),
        ("5", " E escalate now  H hold"),
        ("7", " Space tick"),
        ("8", " Space tick"),
        ("9", " T send again  X cancel"),
        ("0", " g and a letter"),
        ("5z", " E escalate now  H hold  z back"),
    ] {
        let mut app = full();

        press(&mut app, keys, now());

        let footer = footer(&app, (80, 24));
        assert!(footer.starts_with(first), "{keys}: {footer}");
        assert!(footer.trim_end().ends_with("? help"), "{footer}");
    }
}

#[test]
fn what_the_chosen_duty_asks_comes_first() {
    let footer = footer(&untaken(), (80, 24));

    assert!(footer.starts_with(" A ack  c compose"), "{footer}");
}

#[test]
fn the_smallest_screen_says_how_to_take_the_page_while_nobody_has() {
    let owed = footer(&untaken(), (40, 8));
    let taken = footer(&busy(), (40, 8));

    assert!(owed.contains("A ack  c compose"), "{owed}");
    assert!(taken.starts_with(" c compose  E escalate"), "{taken}");
}

#[test]
fn a_message_does_not_hide_what_can_be_taken_back() {
    let mut app = busy();
    let (_, later) = press(&mut app, "anoted\n\n", now());
    let mut log = incident_log();
    let text = "noted".into();
    let entry = log.add(INCIDENT, later, "ana", Fact::Noted { text });
    update(&mut app, Msg::Entries(log.entries()), later);
    for message in ["the link is back", &"a draft was left elsewhere ".repeat(4)] {
        app.tell(message, later);
        update(&mut app, Msg::Recorded(vec![entry]), later);

        let words = words_on(&app, (80, 24), Tier::Rich, later);

        assert!(words.contains("u takes it back (10s)"), "{words}");
    }
}

/// Nothing of it is real, and not everybody is to know what it is about.
fn private_drill() -> App {
    let declared = Declaration {
        drill: true,
        private: true,
        ..declaration("Game day", Severity::P2, at("14:00:00"))
    };
    let mut log = Log::default();
    let declared = Fact::Declared(Box::new(declared));
    log.add(INCIDENT, at("14:00:10"), "ana", declared);
    console(&log, false)
}

#[test]
fn a_drill_and_what_is_private_say_so_on_the_smallest_screens_and_in_the_list() {
    let mut app = private_drill();

    for size in [(40, 8), (59, 19), (60, 1)] {
        let words = words_on(&app, size, Tier::Rich, now());
        assert!(words.contains("DRILL"), "{words}");
        assert!(words.contains("PRIVATE"), "{words}");
    }
    press(&mut app, "h", now());
    let list = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(list.contains("DRILL PRIVATE Game day"), "{list}");
}

#[test]
fn a_small_wall_says_that_a_private_drill_is_one_and_not_what_it_is_about() {
    let mut wall = wall_of(private_drill());
    wall.redact = true;

    for size in [(40, 1), (40, 8), (59, 19)] {
        let words = shown(&wall, size, Tier::Rich, now());
        assert!(words.contains("DRILL"), "{words}");
        assert!(!words.contains("Game day"), "{words}");
    }
}
