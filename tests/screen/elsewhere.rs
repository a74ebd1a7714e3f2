//! Several incidents at once: what is on the screen, and what is told of the
//! others.

use chrono::{DateTime, Utc};
use uuid::Uuid;
use warroom::{
    domain::{
        entry::{EntryId, IncidentId},
        fact::{Declaration, Fact},
        severity::Severity,
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::Msg,
    },
};

use super::{
    fixture::{INCIDENT, Log, at, console, declaration, incident_log, now, press, words_on},
    owed::{SIZES, line_with},
};

const OTHER: IncidentId = IncidentId(Uuid::from_u128(0x2044));

fn toast(app: &App) -> String {
    app.toast
        .as_ref()
        .map(|it| it.text.clone())
        .unwrap_or_default()
}

/// The console of the mock-ups, on which another incident arrives.
fn joined(declared: Declaration, when: DateTime<Utc>) -> (App, EntryId) {
    let mut log = incident_log();
    let mut app = console(&log, true);
    let before = log.entries().len();
    let entry = log.add(OTHER, when, "ana", Fact::Declared(Box::new(declared)));
    let new = log.entries().split_off(before);
    update(&mut app, Msg::Entries(new), now());
    (app, entry)
}

fn worse() -> Declaration {
    declaration("Checkout is down", Severity::P1, at("13:50:00"))
}

#[test]
fn the_screen_goes_to_the_incident_that_its_own_user_has_just_declared() {
    let (mut app, entry) = joined(worse(), at("14:06:50"));

    update(&mut app, Msg::Recorded(vec![entry]), now());

    assert_eq!(app.shown, Some(OTHER));
    assert!(
        toast(&app).contains("] shows the others"),
        "{}",
        toast(&app)
    );
}

#[test]
fn it_goes_there_also_where_the_word_that_it_is_recorded_comes_first() {
    let (_, entry) = joined(worse(), at("14:06:50"));
    let mut app = console(&incident_log(), true);

    update(&mut app, Msg::Recorded(vec![entry]), now());
    let mut log = incident_log();
    let before = log.entries().len();
    log.add(OTHER, now(), "ana", Fact::Declared(Box::new(worse())));
    update(
        &mut app,
        Msg::Entries(log.entries().split_off(before)),
        now(),
    );

    assert_eq!(app.shown, Some(OTHER));
}

#[test]
fn what_somebody_else_declares_is_told_with_the_key_to_it() {
    let (mut app, _) = joined(worse(), at("14:06:50"));

    let said = toast(&app);
    press(&mut app, "]", now());

    assert!(
        said.contains("P1 is open, ] shows it: Checkout is down"),
        "{said}"
    );
    assert_eq!(app.shown, Some(OTHER));
}

#[test]
fn the_screen_stays_where_something_else_is_being_typed_by_then() {
    let (mut app, entry) = joined(worse(), at("14:06:50"));
    press(&mut app, "a", now());

    update(&mut app, Msg::Recorded(vec![entry]), now());

    assert_eq!(app.shown, Some(INCIDENT));
    assert!(toast(&app).contains("] shows it"), "{}", toast(&app));
}

#[test]
fn what_is_overdue_elsewhere_stands_first_at_every_size_with_the_key_to_it() {
    let (app, _) = joined(worse(), at("14:06:50"));

    for size in SIZES {
        let screen = words_on(&app, size, Tier::Rich, now());

        let line = line_with(&screen, "ELSEWHERE");
        let told = line.contains("INC-3") && line.contains(']') && line.contains("+17m");
        assert!(told, "{size:?}\n{screen}");
    }
    let line = words_on(&app, (40, 1), Tier::Rich, now());
    assert!(line.contains("!ELS +17m"), "{line}");
}

#[test]
fn a_drill_elsewhere_is_no_duty_of_whoever_works_on_a_real_incident() {
    let drill = Declaration {
        drill: true,
        ..worse()
    };
    let (app, _) = joined(drill, at("14:06:50"));

    let screen = words_on(&app, (120, 40), Tier::Rich, now());

    assert!(!screen.contains("ELSEWHERE"), "{screen}");
}

#[test]
fn beside_a_drill_the_real_incident_is_told_of() {
    let mut log = Log::default();
    let drill = declaration("Game day", Severity::P1, at("13:50:00"));
    let drill = Declaration {
        drill: true,
        ..drill
    };
    log.add(
        INCIDENT,
        at("13:50:00"),
        "ana",
        Fact::Declared(Box::new(drill)),
    );
    let real = declaration("Thumbnails are late", Severity::P3, at("14:00:00"));
    log.add(OTHER, at("14:00:00"), "kai", Fact::Declared(Box::new(real)));
    let mut app = console(&log, false);

    let first = app.shown;
    press(&mut app, "]", now());

    assert_eq!((first, app.shown), (Some(OTHER), Some(INCIDENT)));
    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(line_with(&screen, "ELSEWHERE").contains("P3"), "{screen}");
}

#[test]
fn what_is_worse_than_the_shown_is_named_with_its_level_and_key_at_every_size() {
    let young = declaration("Checkout is down", Severity::P1, at("14:06:50"));
    let (app, _) = joined(young, at("14:06:50"));

    for size in [(200, 60), (120, 40), (80, 24), (60, 20), (40, 8), (40, 1)] {
        let screen = words_on(&app, size, Tier::Rich, now());

        let first = screen.lines().next().unwrap_or_default();
        assert!(first.contains("P1 INC-3 ]"), "{size:?}\n{screen}");
    }
}

#[test]
fn its_duty_stands_out_before_it_is_overdue() {
    let mut log = incident_log();
    let young = declaration("Checkout is down", Severity::P1, at("14:06:50"));
    log.add(
        OTHER,
        at("14:06:50"),
        "kai",
        Fact::Declared(Box::new(young)),
    );
    log.add(OTHER, at("14:06:55"), "kai", Fact::Acknowledged {});
    let mut app = console(&log, true);
    app.shown = Some(INCIDENT);

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    let line = line_with(&screen, "ELSEWHERE");
    assert!(line.starts_with("▲ ELSEWHERE P1 INC-3"), "{screen}");
}

#[test]
fn what_is_less_bad_than_the_shown_has_no_badge() {
    let less = declaration("Thumbnails are late", Severity::P4, at("14:06:50"));
    let (app, _) = joined(less, at("14:06:50"));

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(!screen.contains("INC-3 ]▐"), "{screen}");
    assert!(screen.contains("] next incident"), "{screen}");
}

#[test]
fn one_key_goes_to_the_incident_before_as_another_goes_to_the_next() {
    let (mut app, _) = joined(worse(), at("14:06:50"));
    let less = declaration("Thumbnails are late", Severity::P4, at("14:06:55"));
    let mut log = incident_log();
    log.add(
        OTHER,
        at("14:06:50"),
        "ana",
        Fact::Declared(Box::new(worse())),
    );
    let before = log.entries().len();
    let third = IncidentId(Uuid::from_u128(0x2045));
    log.add(third, at("14:06:55"), "kai", Fact::Declared(Box::new(less)));
    let new = log.entries().split_off(before);
    update(&mut app, Msg::Entries(new), now());

    for (keys, shown) in [
        ("]", third),
        ("[", INCIDENT),
        ("[", OTHER),
        ("[", third),
        ("]", OTHER),
    ] {
        press(&mut app, keys, now());

        assert_eq!(app.shown, Some(shown), "{keys}");
    }
}

#[test]
fn no_countdown_is_cut_on_one_line() {
    let young = declaration("Checkout is down", Severity::P1, at("14:06:50"));
    let (app, _) = joined(young, at("14:06:50"));

    for width in 20..60 {
        let line = words_on(&app, (width, 1), Tier::Rich, now());

        assert!(!line.contains('…') || width < 24, "{width}: {line}");
    }
}
