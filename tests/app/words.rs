//! The words at gates, and the words by which actions are found.

use warroom::{
    domain::fact::Fact,
    ui::{
        action::Action,
        app::{App, Mode, Palette, timeline, update},
        capability::Tier,
        composer::Field,
        edit::Edit,
        msg::Msg,
        sheet::Gate,
    },
};

use super::facts;
use crate::screen::fixture::{INCIDENT, at, busy, console, incident_log, now, press, words_on};

fn hits(app: &App, typed: &str) -> Vec<Action> {
    let palette = Palette {
        input: Edit::line(typed),
        row: 0,
    };
    palette
        .hits(app)
        .into_iter()
        .map(|hit| hit.action)
        .collect()
}

#[test]
fn the_word_at_the_gate_is_the_one_that_the_palette_shows() {
    for (keys, action) in [
        ("R", Action::Resolve),
        ("H", Action::Hold),
        ("E", Action::Escalate),
        (":page\n", Action::Page),
        (":skip-step\n", Action::SkipStep),
        (":adopt-policy\n", Action::Adopt),
        ("c\x12", Action::Review),
    ] {
        let mut app = busy();
        press(&mut app, keys, now());

        let Mode::Sheet(sheet) = &app.mode else {
            panic!("{action} asks nothing: {:?}", app.toast)
        };
        let word = action.typed().unwrap();
        assert_eq!(sheet.gate, Gate::Word(word.to_owned()), "{action}");
        assert!(action.gate().contains(&format!("type {word}")));
    }
}

#[test]
fn palette_and_help_say_what_is_typed() {
    let mut app = busy();
    press(&mut app, ":resolve", now());
    let palette = words_on(&app, (80, 24), Tier::Rich, now());
    let mut app = busy();
    press(&mut app, "?resolve", now());
    let help = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(palette.contains("type resolved"), "{palette}");
    assert!(help.contains("type resolved"), "{help}");
}

#[test]
fn news_for_outside_are_found_by_the_words_that_people_have_for_them() {
    let app = busy();

    for word in ["public", "external", "status", "customer"] {
        assert!(
            hits(&app, word)
                .iter()
                .take(3)
                .any(|hit| *hit == Action::ComposeOutside),
            "{word}: {:?}",
            hits(&app, word)
        );
    }
}

#[test]
fn news_for_outside_begin_without_our_level_and_without_a_promise() {
    let mut app = busy();

    press(&mut app, ":public\n", now());

    let composer = app.composer.as_ref().unwrap();
    assert_eq!(composer.impact.text(), "videos take minutes");
    assert_eq!(
        (composer.eta.text(), composer.next.text()),
        (String::new(), String::new())
    );
    let (_, later) = press(&mut app, "We are on it.\x12", now());
    let (effects, _) = press(&mut app, "y", later);
    assert_eq!(facts(&effects).len(), 1, "{:?}", app.toast);
}

#[test]
fn outside_no_field_takes_a_promise_that_would_not_be_sent() {
    let mut app = busy();
    press(&mut app, ":public\n", now());
    let mut seen = Vec::new();

    for _ in 0..6 {
        press(&mut app, "\t", now());
        seen.push(app.composer.as_ref().unwrap().field);
    }

    assert!(
        !seen.contains(&Field::Eta) && !seen.contains(&Field::Next),
        "{seen:?}"
    );
    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert_eq!(screen.matches("not said outside").count(), 2, "{screen}");
}

#[test]
fn the_gate_to_resolve_names_each_probe_that_is_not_green() {
    let mut app = busy();

    press(&mut app, "R", now());

    let Mode::Sheet(sheet) = &app.mode else {
        panic!("nothing is asked")
    };
    let lines = sheet.lines.join("\n");
    for probe in [
        "probe render-2: DOWN",
        "probe api /health: SLOW",
        "probe grafana: STALE",
    ] {
        assert!(lines.contains(probe), "{lines}");
    }
    assert!(!lines.contains("render-1"), "{lines}");
}

#[test]
fn a_sheet_that_reaches_nobody_says_so() {
    let mut app = busy();

    press(&mut app, ":describe\n", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(screen.contains("nobody is messaged"), "{screen}");
    assert!(screen.contains("next update says the new"), "{screen}");
}

#[test]
fn a_row_that_was_recorded_well_after_it_happened_says_so() {
    let mut app = busy();
    let mut log = incident_log();
    let before = log.entries().len();
    for text in ["at once", "remembered"] {
        let text = text.into();
        log.add(INCIDENT, at("14:06:00"), "ana", Fact::Noted { text });
    }
    let mut entries = log.entries().split_off(before);
    entries[1].at = at("13:58:00");

    update(&mut app, Msg::Entries(entries), now());

    let screen = words_on(&app, (120, 40), Tier::Rich, now());
    assert!(screen.contains("back-dated: remembered"), "{screen}");
    assert!(!screen.contains("back-dated: at once"), "{screen}");
}

#[test]
fn a_sheet_says_what_enter_does_in_the_field_with_the_cursor() {
    let mut app = busy();

    let (_, later) = press(&mut app, ":describe\n", now());
    let first = words_on(&app, (80, 24), Tier::Rich, now());
    let (effects, _) = press(&mut app, "!\n", later);
    let last = words_on(&app, (80, 24), Tier::Rich, now());

    assert_eq!(effects, []);
    assert!(
        first.contains("Enter next field; the last records it"),
        "{first}"
    );
    assert!(
        last.contains("Enter records it; nobody is messaged"),
        "{last}"
    );
}

#[test]
fn rows_stand_by_the_time_they_show_and_say_that_they_came_late() {
    let mut log = incident_log();
    let base = log.entries().len() as u64;
    let noted = |text: &str| Fact::Noted { text: text.into() };
    log.add(INCIDENT, at("14:06:00"), "ana", noted("second"));
    log.apart(base, "14:04:30", "bo", noted("first"));
    log.add(INCIDENT, at("14:06:10"), "ana", noted("third"));
    let app = console(&log, true);

    let said: Vec<String> = timeline(&app).into_iter().map(|row| row.text).collect();
    let screen = words_on(&app, (120, 40), Tier::Rich, now());

    assert_eq!(said[..3], ["third", "second", "first"]);
    assert!(screen.contains("came late: first"), "{screen}");
    assert_eq!(screen.matches("came late: ").count(), 1, "{screen}");
}
