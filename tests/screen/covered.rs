//! What lies over the panes: what is owed stays in sight, and a sheet says what
//! becomes of what it asks for.

use warroom::{
    domain::{
        fact::{Fact, Health, Update},
        severity::Severity,
        update::{Audience, Form},
    },
    ui::{app::App, capability::Tier, msg::Effect},
};

use super::fixture::{
    INCIDENT, Log, at, busy, changed, console, declaration, incident_log, now, press, words_on,
};
use crate::app::in_place::away;

fn second_row(app: &App, size: (u16, u16)) -> String {
    let screen = words_on(app, size, Tier::Rich, now());
    screen.lines().nth(1).unwrap_or_default().to_owned()
}

#[test]
fn the_nearest_deadline_stays_in_sight_behind_whatever_is_opened() {
    for keys in ["c", "E", ":", "?", "w", "h", "3\n"] {
        let mut app = busy();

        press(&mut app, keys, now());

        let row = second_row(&app, (80, 24));
        assert!(
            row.starts_with("  ESCALATE Engineering Manager") && row.contains("07:22"),
            "{keys}: {row}"
        );
        assert!(row.contains("UPDATE 13m"), "{keys}: {row}");
    }
}

#[test]
fn it_stays_on_a_narrow_screen_and_in_front_of_another_tab() {
    for keys in ["c", "E", "3"] {
        let mut app = busy();

        press(&mut app, keys, now());

        let row = second_row(&app, (60, 20));
        assert!(
            row.contains("ESCALATE") && row.contains("07:22"),
            "{keys}: {row}"
        );
    }
}

#[test]
fn the_panes_themselves_say_what_is_owed_where_they_are_seen() {
    let row = second_row(&busy(), (80, 24));

    assert!(
        row.contains("Investigating") && !row.contains("ESCALATE"),
        "{row}"
    );
}

#[test]
fn an_escalation_shows_what_it_says_and_the_number() {
    let mut app = busy();

    press(&mut app, "E", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    for word in [
        "Phone     +49 30 5550 102",
        "exactly this text",
        "Escalated to Engineering Manager",
        "Asked for by ana.",
    ] {
        assert!(screen.contains(word), "no {word}\n{screen}");
    }
}

#[test]
fn while_the_server_is_away_a_sheet_says_that_it_waits_and_what_reaches_people() {
    for (keys, also) in [("E", "F to page from here"), ("c\x12", "post it by hand")] {
        let mut app = away();

        press(&mut app, keys, now());

        let screen = words_on(&app, (80, 24), Tier::Rich, now());
        for word in [
            "Nothing leaves now: ",
            "is away since 14:05Z",
            "w the phone list",
            also,
        ] {
            assert!(screen.contains(word), "{keys}: no {word}\n{screen}");
        }
    }
}

#[test]
fn no_sheet_that_reaches_people_shows_the_number_of_a_rule() {
    for keys in ["E", "S", "R", "H", "M", "J"] {
        let mut app = busy();

        press(&mut app, keys, now());

        let screen = words_on(&app, (80, 24), Tier::Rich, now());
        let code = |word: &str| {
            let inside = word.trim_matches(|c: char| !c.is_alphanumeric());
            word.starts_with('(')
                && inside.len() <= 3
                && inside.ends_with(|c: char| c.is_ascii_digit())
        };
        assert!(!screen.split_whitespace().any(code), "{keys}\n{screen}");
    }
}

fn resolved() -> App {
    after_resolving(Vec::new())
}

/// A small one that is over, and what came after.
fn after_resolving(facts: Vec<Fact>) -> App {
    let mut log = Log::default();
    let declared = declaration("Thumbnails are late", Severity::P4, at("13:55:00"));
    log.add(
        INCIDENT,
        at("13:55:00"),
        "ana",
        Fact::Declared(Box::new(declared)),
    );
    log.add(INCIDENT, at("13:56:00"), "ana", Fact::Acknowledged {});
    let done = Fact::Resolved {
        unmet: Vec::new(),
        reason: Some("it is over".into()),
    };
    log.add(INCIDENT, at("14:00:00"), "ana", done);
    for fact in facts {
        log.add(INCIDENT, at("14:01:00"), "ana", fact);
    }
    console(&log, false)
}

#[test]
fn closing_lists_what_is_missing_and_asks_for_the_failure_mode_itself() {
    let mut app = resolved();

    press(&mut app, "h\n", now());
    press(&mut app, "e", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    for word in [
        "Still missing:",
        "nobody has said whether the failure mode is new   :failure-mode",
        "the final update is not out: send it first, or post it by hand   c",
        "New failure mode",
    ] {
        assert!(screen.contains(word), "no {word}\n{screen}");
    }
}

#[test]
fn the_number_of_a_person_comes_before_what_they_are_called_for() {
    let mut app = busy();
    press(&mut app, "6z", now());

    for size in [(200, 60), (80, 24), (60, 20)] {
        let screen = words_on(&app, size, Tier::Rich, now());

        assert!(screen.contains("mia +49 30 5550 102"), "{size:?}\n{screen}");
    }
}

#[test]
fn a_phase_that_was_left_is_not_called_done_while_nothing_of_it_is_ticked() {
    let screen = words_on(&busy(), (200, 60), Tier::Rich, now());

    assert!(
        screen.contains("· 1 Detect and triage        6 of 6 not ticked"),
        "{screen}"
    );
    assert!(screen.contains("  3 Resolve"), "{screen}");
}

#[test]
fn an_impact_that_begins_with_its_level_is_not_given_it_twice() {
    let mut log = incident_log();
    let reworded = Fact::Described {
        title: None,
        impact: Some("P2 - renders wait".into()),
        service: None,
    };
    log.add(INCIDENT, at("14:06:00"), "ana", reworded);
    let mut app = console(&log, true);

    press(&mut app, "c", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(screen.contains("Impact: P2 - renders wait"), "{screen}");
    assert!(screen.contains("Esc keep draft"), "{screen}");
    let narrow = words_on(&app, (60, 20), Tier::Rich, now());
    assert!(narrow.contains("Esc keep draft"), "{narrow}");
}

#[test]
fn the_first_notice_is_called_so_where_its_channels_have_no_room() {
    let mut log = Log::default();
    let declared = declaration("High latency", Severity::P2, at("14:05:00"));
    log.add(
        INCIDENT,
        at("14:05:00"),
        "ana",
        Fact::Declared(Box::new(declared)),
    );
    let app = console(&log, false);

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(screen.contains("UPDATE    first notice  "), "{screen}");
}

#[test]
fn a_step_of_another_day_says_which() {
    let mut log = Log::default();
    let declared = declaration("Render queue stuck", Severity::P4, at("14:05:00"));
    log.add(
        INCIDENT,
        at("14:05:00"),
        "ana",
        Fact::Declared(Box::new(declared)),
    );
    let mut app = console(&log, false);

    let beside = words_on(&app, (120, 40), Tier::Rich, now());
    press(&mut app, "5z", now());
    let zoomed = words_on(&app, (80, 24), Tier::Rich, now());

    for screen in [beside, zoomed] {
        assert!(screen.contains("Fri 17:00"), "{screen}");
    }
}

#[test]
fn the_composer_says_what_became_of_probes_since_the_last_update() {
    let mut app = busy();

    press(&mut app, "c", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    let told = "since the last update: api /health SLOW; render-2 DOWN";
    assert!(screen.contains(told), "{screen}");
}

#[test]
fn the_help_begins_with_what_reaches_people_and_has_one_row_for_all_panes() {
    let mut app = busy();

    press(&mut app, "?", now());
    let whole = words_on(&app, (80, 140), Tier::Rich, now());
    press(&mut app, "go to", now());
    let found = words_on(&app, (80, 24), Tier::Rich, now());

    let first = whole.lines().nth(3).unwrap_or_default();
    assert!(first.trim_start().starts_with("Reaches people"), "{whole}");
    assert!(
        whole.contains("1234567890") && !whole.contains("go to HEALTH"),
        "{whole}"
    );
    assert!(found.contains("go to HEALTH"), "{found}");
}

#[test]
fn a_link_that_leads_somewhere_stands_before_those_that_lead_nowhere_yet() {
    let mut log = incident_log();
    let link = Fact::Linked {
        name: "deploys".into(),
        url: "https://deploys.example".into(),
    };
    log.add(INCIDENT, at("14:06:00"), "ana", link);
    let mut app = console(&log, true);

    press(&mut app, "0z", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    let place = |word: &str| screen.find(word).unwrap_or(usize::MAX);
    assert!(
        place("deploys.example") < place("no address yet"),
        "{screen}"
    );
}

#[test]
fn the_first_look_at_a_probe_that_is_well_is_no_change() {
    let seen = |probe: &str, from: Health| {
        let mut fact = changed(probe, Health::Up, "status 200");
        if let Fact::ProbeChanged(change) = &mut fact {
            change.from = from;
        }
        fact
    };
    let mut log = incident_log();
    log.add(
        INCIDENT,
        at("14:06:00"),
        "engine",
        seen("first", Health::Unknown),
    );
    log.add(
        INCIDENT,
        at("14:06:01"),
        "engine",
        seen("back", Health::Down),
    );

    let screen = words_on(&console(&log, true), (200, 60), Tier::Rich, now());

    let changes = screen.split("─CHANGES").nth(1).unwrap_or_default();
    assert!(changes.contains("back: status 200"), "{screen}");
    assert!(!changes.contains("first: status 200"), "{screen}");
}

#[test]
fn what_closing_asks_is_recorded_with_it_where_nothing_else_is_missing() {
    let last = Fact::UpdateSent(Box::new(Update {
        audience: Audience::Internal,
        form: Form::default(),
        channels: Vec::new(),
        label: None,
        last: true,
        draft: None,
    }));
    let facts = |keys: &str| {
        let mut app = after_resolving(vec![last.clone()]);
        press(&mut app, "h\n", now());
        let (effects, _) = press(&mut app, keys, now());
        let wishes = effects.into_iter().filter_map(|effect| match effect {
            Effect::Record(wishes) => Some(wishes),
            _ => None,
        });
        let facts: Vec<Fact> = wishes.flatten().map(|wish| wish.fact).collect();
        facts
    };

    // To the right of "not known yet" stand "yes" and "no".
    let known = facts("e>>\ny");
    let new = facts("e>\ny");

    assert_eq!(
        known,
        [Fact::FailureModeSaid { new: false }, Fact::Closed {}]
    );
    assert_eq!(new, [], "a new one asks for a retrospective first");
}
