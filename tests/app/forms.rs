//! What is filled in for a person, what a form is about, and what it shows
//! while others go on.

use crossterm::event::KeyCode;
use uuid::Uuid;
use warroom::{
    domain::{
        entry::IncidentId,
        fact::{Declaration, Fact, Health},
        severity::Severity,
    },
    ui::{
        app::{App, Mode, Settings, update},
        capability::Tier,
        composer::Composer,
        keymap::Keymap,
        msg::Msg,
        sheet::Sheet,
    },
};

use super::{facts, resolved};
use crate::screen::fixture::{
    INCIDENT, Log, at, busy, console, declaration, incident_log, key, now, press, quiet, readings,
    words_on,
};

const OTHER: IncidentId = IncidentId(Uuid::from_u128(0x2044));

fn composer(app: &App) -> &Composer {
    app.composer.as_ref().expect("the composer is open")
}

fn sheet(app: &App) -> &Sheet {
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("nothing is asked: {:?}", app.toast);
    };
    sheet
}

/// Another incident that comes up after `log`.
fn another(mut log: Log) -> Msg {
    let before = log.entries().len();
    let declared = declaration("All renders hang", Severity::P1, at("14:06:10"));
    let declared = Fact::Declared(Box::new(declared));
    log.add(OTHER, at("14:06:20"), "kai", declared);
    Msg::Entries(log.entries().split_off(before))
}

fn over() -> Log {
    let mut log = incident_log();
    log.add(INCIDENT, at("14:06:00"), "ada", resolved());
    log
}

#[test]
fn without_the_teams_process_nothing_is_declared() {
    let mut app = quiet();
    let settings = Settings {
        policy: String::new(),
        ..app.settings.clone()
    };
    app.take_up(settings, Keymap::built_in());

    let before = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(before.contains("! no policy"), "{before}");

    press(&mut app, "n", now());

    let refused = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(matches!(app.mode, Mode::Browse), "{refused}");
    assert!(
        refused.contains("WARROOM_POLICY=built-in goes on"),
        "{refused}"
    );
}

#[test]
fn a_channel_that_does_not_work_is_seen_before_it_is_needed() {
    let mut app = quiet();
    let works = |works: Vec<warroom::domain::text::Name>, inside: &[&str]| Settings {
        works,
        inside: inside.iter().map(|name| (*name).into()).collect(),
        outside: Vec::new(),
        ..quiet().settings
    };
    app.take_up(works(vec!["a".into()], &["a", "b"]), Keymap::built_in());

    let seen = words_on(&app, (80, 24), Tier::Rich, now());

    let row = seen.lines().find(|row| row.contains("broken: "));
    assert!(row.is_some_and(|row| row.contains("broken: b ")), "{seen}");
    app.take_up(works(vec!["a".into()], &["a"]), Keymap::built_in());
    let seen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(!seen.contains("broken: "), "{seen}");
}

#[test]
fn typing_replaces_each_line_of_an_update_that_was_filled_in() {
    let mut app = busy();

    press(&mut app, "cA bad deploy\tcheckout\t1 hour\t14:40", now());

    let composer = composer(&app);
    assert_eq!(composer.status.text(), "A bad deploy");
    assert_eq!(composer.impact.text(), "checkout");
    assert_eq!(composer.eta.text(), "1 hour");
    assert_eq!(composer.next.text(), "14:40");
}

#[test]
fn moving_in_a_line_that_was_filled_in_or_taking_a_letter_off_it_keeps_the_rest() {
    for (code, left) in [
        (KeyCode::Right, 0),
        (KeyCode::Left, 0),
        (KeyCode::Home, 0),
        (KeyCode::End, 0),
        (KeyCode::Backspace, 1),
    ] {
        let mut app = busy();
        press(&mut app, "c", now());
        let before = composer(&app).status.text().len();

        update(&mut app, key(code), now());
        press(&mut app, "x", now());

        assert_eq!(
            composer(&app).status.text().len(),
            before - left + 1,
            "{code:?}"
        );
    }
}

#[test]
fn what_is_pasted_takes_the_place_of_what_was_filled_in() {
    let mut app = busy();
    press(&mut app, "c", now());

    update(&mut app, Msg::Paste("A bad deploy".to_owned()), now());

    assert_eq!(composer(&app).status.text(), "A bad deploy");
}

#[test]
fn a_draft_that_is_taken_up_again_keeps_what_was_typed_and_offers_the_rest() {
    let mut app = busy();
    press(&mut app, "cA bad deploy\x1b", now());

    press(&mut app, "c!\tcheckout", now());

    assert_eq!(composer(&app).status.text(), "A bad deploy!");
    assert_eq!(composer(&app).impact.text(), "checkout");
}

#[test]
fn the_composer_says_what_typing_does_as_long_as_it_does_it() {
    let mut app = busy();

    press(&mut app, "c", now());
    let offered = words_on(&app, (80, 24), Tier::Rich, now());
    press(&mut app, "x", now());
    let typed = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(offered.contains("typing replaces it"), "{offered}");
    assert!(!typed.contains("typing replaces it"), "{typed}");
}

#[test]
fn a_form_keeps_the_incident_that_it_was_opened_for() {
    let mut app = console(&over(), true);
    app.shown = Some(INCIDENT);
    let (_, later) = press(&mut app, ":held\nada", now());

    update(&mut app, another(over()), later);
    let (effects, _) = press(&mut app, "\na link\n", later);

    assert_eq!(app.shown, Some(OTHER));
    let [Fact::RetrospectiveHeld { attendees, .. }] = &facts(&effects)[..] else {
        panic!("{:?}", sheet(&app).error);
    };
    assert_eq!(attendees[..], ["ada".into()]);
}

#[test]
fn the_composer_names_its_incident_once_it_could_be_taken_for_another() {
    let mut app = busy();
    press(&mut app, "c", now());
    let alone = words_on(&app, (80, 24), Tier::Rich, now());
    let label = app.incident().unwrap().label();

    update(&mut app, another(incident_log()), now());

    let beside = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(!alone.contains(&format!("OF {label}")), "{alone}");
    assert!(beside.contains(&format!("OF {label}")), "{beside}");
}

#[test]
fn the_gate_to_resolve_follows_the_probes_while_one_reads_it() {
    let mut app = busy();
    let (_, mut later) = press(&mut app, "R", now());
    let before = sheet(&app).lines.join("\n");

    for (name, reading) in readings(now() + chrono::TimeDelta::minutes(8), false) {
        later = later.max(reading.at);
        update(&mut app, Msg::Reading(name, reading), later);
    }

    let after = sheet(&app).lines.join("\n");
    assert!(before.contains("probe render-2: DOWN"), "{before}");
    assert!(!after.contains("render-2"), "{after}");
    assert!(
        app.board
            .probes()
            .all(|(_, health, _)| health != Health::Unknown)
    );
}

#[test]
fn a_gate_that_changed_unseen_is_asked_for_again() {
    let mut app = busy();
    let (_, later) = press(&mut app, "Rchecked by hand\n\nresolved", now());
    // Nobody drew a frame since: what was fresh is stale.
    let much_later = later + chrono::TimeDelta::hours(1);

    let effects = update(&mut app, key(KeyCode::Enter), much_later);

    assert_eq!(facts(&effects), []);
    let why = sheet(&app).error.as_ref().unwrap();
    assert!(why.contains("has changed"), "{why}");
}

#[test]
fn leaving_an_opening_asks_once_where_text_would_be_lost() {
    let mut app = quiet();

    let (_, later) = press(&mut app, "nSite is down\x1b", now());
    let asked = sheet(&app).clone();
    let (_, later) = press(&mut app, "!\x1b\x1b", later);
    let left = matches!(app.mode, Mode::Browse);
    press(&mut app, "n\x1b", later);

    assert!(asked.error.as_ref().unwrap().contains("Esc again"));
    assert_eq!(asked.value("What is wrong"), "Site is down");
    assert!(left);
    assert!(matches!(app.mode, Mode::Browse), "nothing was typed");
}

#[test]
fn a_digit_chooses_the_level_that_ends_with_it() {
    let mut app = quiet();

    press(&mut app, "nSite is down\n1", now());

    assert_eq!(sheet(&app).value("Severity"), "P1");
}

#[test]
fn u3_one_key_writes_the_last_update_once_more() {
    let mut app = busy();

    press(&mut app, "C", now());

    let body = composer(&app).body.text();
    assert!(body.starts_with("No change since the last"), "{body}");
}

#[test]
fn g3_while_no_severity_is_set_nobody_is_asked_for_the_word_that_sends() {
    let mut log = Log::default();
    let ungraded = Declaration {
        severity: None,
        ..declaration("High latency", Severity::P2, at("13:14:22"))
    };
    let declared = Fact::Declared(Box::new(ungraded));
    log.add(INCIDENT, at("13:15:00"), "kai", declared);
    let mut app = console(&log, false);

    press(&mut app, "c\x12", now());

    let said = &app.messages.last().unwrap().text;
    assert!(said.contains("set the severity first"), "{said}");
    assert!(!matches!(app.mode, Mode::Sheet(_)));
}
