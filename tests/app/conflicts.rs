//! Finding what people set apart from each other, and deciding it.

use crossterm::event::KeyCode;
use warroom::{
    domain::{fact::Fact, severity::Severity},
    ui::{
        action::Action,
        app::{App, Mode, update},
        capability::Tier,
        msg::Msg,
    },
};

use super::{facts, resolved};
use crate::screen::fixture::{
    INCIDENT, Log, at, busy, console, incident_log, key, press, words_on,
};

fn level(to: Severity) -> Fact {
    Fact::SeverityChanged {
        to,
        reason: "by what users say".into(),
    }
}

/// Two people set the level without knowing of each other.
fn two_levels() -> Log {
    let mut log = incident_log();
    let base = log.entries().len() as u64;
    log.add(INCIDENT, at("14:05:00"), "ada", level(Severity::P3));
    log.apart(base, "14:05:10", "bo", level(Severity::P1));
    log
}

fn words(app: &App) -> String {
    words_on(app, (80, 24), Tier::Rich, at("14:06:30"))
}

#[test]
fn a_conflict_is_found_by_its_name_with_both_sides_and_decided_from_there() {
    let mut app = console(&two_levels(), false);

    let (_, later) = press(&mut app, ":conflict\n", at("14:06:00"));
    let list = words(&app);
    let (_, later) = press(&mut app, "\n", later);
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("nothing is asked: {}", words(&app))
    };
    let sides = sheet.lines[0].clone();
    let (effects, _) = press(&mut app, ">\nonly some\ny", later);

    assert!(
        list.contains("severity: P1 holds until somebody sets it again"),
        "{list}"
    );
    assert!(list.contains("14:05:00Z  ada: P3"), "{list}");
    assert!(list.contains("14:05:10Z  bo: P1"), "{list}");
    assert!(sides.contains("ada set P3 and bo set P1"), "{sides}");
    assert!(
        matches!(
            &facts(&effects)[..],
            [Fact::SeverityChanged {
                to: Severity::P2,
                ..
            }]
        ),
        "{effects:?}"
    );
}

/// The console that looks back at it, once it is resolved.
fn shown_over(mut log: Log) -> App {
    log.add(INCIDENT, at("14:06:00"), "cai", resolved());
    let mut app = console(&log, false);
    app.shown = Some(INCIDENT);
    app
}

#[test]
fn what_was_settled_stays_in_the_list_also_once_the_incident_is_resolved() {
    let mut log = two_levels();
    log.add(INCIDENT, at("14:05:30"), "cai", level(Severity::P2));
    let mut app = shown_over(log);

    press(&mut app, ":conflict\n", at("14:06:10"));

    let list = words(&app);
    assert!(
        list.contains("severity: settled by cai, 01-22 14:05:30Z: P2"),
        "{list}"
    );
    assert!(list.contains("14:05:00Z  ada: P3"), "{list}");
}

#[test]
fn a_conflict_that_outlives_the_incident_keeps_its_row() {
    let app = shown_over(two_levels());

    let screen = words(&app);

    assert!(screen.contains("CONFLICT"), "{screen}");
}

#[test]
fn without_a_conflict_the_action_says_why_it_is_off() {
    let mut app = busy();

    update(&mut app, key(KeyCode::Char('v')), at("14:06:00"));

    assert!(app.enabled(Action::Conflicts).is_err());
    assert!(app.toast.as_ref().unwrap().text.contains("without knowing"));
}

#[test]
fn what_had_no_effect_is_in_the_list_too() {
    let mut log = incident_log();
    let base = log.entries().len() as u64;
    log.add(INCIDENT, at("14:05:00"), "ada", level(Severity::P1));
    let over = Fact::Resolved {
        unmet: Vec::new(),
        reason: None,
    };
    log.apart(base, "14:05:10", "bo", over);
    let mut app = console(&log, false);
    update(&mut app, Msg::Tick, at("14:06:00"));

    press(&mut app, "v", at("14:06:00"));

    let list = words(&app);
    assert!(
        list.contains("had no effect: ada made it P1 before"),
        "{list}"
    );
    assert!(list.contains("14:05:10Z  bo"), "{list}");
}

/// Resolved by ada, and made a P1 by bo who did not know that.
fn resolved_and_worse() -> Log {
    let mut log = incident_log();
    let base = log.entries().len() as u64;
    log.add(INCIDENT, at("14:05:00"), "ada", resolved());
    log.apart(base, "14:05:10", "bo", level(Severity::P1));
    log
}

#[test]
fn what_got_worse_after_its_end_comes_up_by_itself_and_is_decided_from_its_list() {
    let mut app = console(&resolved_and_worse(), false);

    let screen = words(&app);
    let (_, later) = press(&mut app, "v", at("14:06:00"));
    let list = words(&app);
    press(&mut app, "\n", later);

    assert!(screen.contains("CONFLICT"), "{screen}");
    assert!(
        list.contains("Resolved holds until somebody reopens"),
        "{list}"
    );
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("nothing is asked: {}", words(&app))
    };
    assert_eq!(sheet.action, Action::Reopen);
    assert!(
        sheet.lines[0].contains("bo made it P1"),
        "{:?}",
        sheet.lines
    );
}

#[test]
fn setting_the_level_leaves_resolved_what_got_worse_after_its_end() {
    let mut app = console(&resolved_and_worse(), false);

    let (_, later) = press(&mut app, ":sev\n", at("14:06:00"));
    let (effects, _) = press(&mut app, "\n\ny", later);

    assert!(
        matches!(
            &facts(&effects)[..],
            [Fact::SeverityChanged {
                to: Severity::P1,
                ..
            }]
        ),
        "{effects:?} {}",
        words(&app)
    );
}

#[test]
fn each_side_of_a_conflict_has_the_letter_that_keeps_it() {
    for (letter, kept) in [("a", Severity::P3), ("b", Severity::P1)] {
        let mut app = console(&two_levels(), false);

        let (_, later) = press(&mut app, "v", at("14:06:00"));
        let list = words(&app);
        let (_, later) = press(&mut app, letter, later);
        let (effects, _) = press(&mut app, "both looked\ny", later);

        assert!(list.contains("a  01-22 14:05:00Z  ada: P3"), "{list}");
        assert!(list.contains("b  01-22 14:05:10Z  bo: P1"), "{list}");
        let facts = facts(&effects);
        let [Fact::SeverityChanged { to, .. }] = facts.as_slice() else {
            panic!("{facts:?} {}", words(&app));
        };
        assert_eq!(*to, kept);
    }
}

#[test]
fn what_got_worse_after_its_end_stays_over_or_goes_on_by_a_letter() {
    for (letter, action) in [("a", Action::Severity), ("b", Action::Reopen)] {
        let mut app = console(&resolved_and_worse(), false);

        press(&mut app, &format!("v{letter}"), at("14:06:00"));

        let Mode::Sheet(sheet) = &app.mode else {
            panic!("nothing is asked: {}", words(&app))
        };
        assert_eq!(sheet.action, action);
        assert!(
            sheet.lines[0].contains("bo made it P1"),
            "{:?}",
            sheet.lines
        );
    }
}
