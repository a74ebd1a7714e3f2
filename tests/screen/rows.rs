//! What rows of the timeline, runbooks and lists say.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use warroom::{
    domain::{
        entry::{EntryId, IncidentId},
        fact::{ActionKind, Fact, Update},
        runbook::document,
        severity::Severity,
        update::{Audience, Form},
    },
    ui::{
        app::{App, timeline, update},
        capability::Tier,
        msg::{Effect, Msg, Runbook},
    },
};

use super::fixture::{
    INCIDENT, Log, at, blank, busy, console, declaration, incident_log, key, now, press, quiet,
    readings, words_on,
};

/// The console of the mock-ups after that happened too.
fn after(facts: Vec<Fact>) -> App {
    let mut log = incident_log();
    for fact in facts {
        log.add(INCIDENT, at("14:05:00"), "bo", fact);
    }
    console(&log, true)
}

/// The entry whose fact that is.
fn entry(is: impl Fn(&Fact) -> bool) -> EntryId {
    let entries = incident_log().entries();
    entries.iter().rfind(|entry| is(&entry.fact)).unwrap().id
}

#[test]
fn what_was_said_last_has_one_full_stop_a_sentence() {
    let form = Form {
        status: "Rolling back.".into(),
        impact: "Nobody can pay".into(),
        eta: "an hour".into(),
        ..Form::default()
    };
    let said = Fact::UpdateSent(Box::new(Update {
        audience: Audience::Internal,
        form,
        channels: vec!["#incidents".into()],
        label: None,
        last: false,
        draft: None,
    }));

    let screen = words_on(&after(vec![said]), (80, 24), Tier::Rich, now());

    let said = "last: Rolling back. Nobody can pay. ETA: an hour";
    assert!(screen.contains(said), "{screen}");
}

#[test]
fn an_update_that_was_taken_back_keeps_its_words() {
    let entry = entry(|fact| matches!(fact, Fact::UpdateSent(_)));
    let reason = "wrong channel".into();
    let app = after(vec![Fact::Retracted { entry, reason }]);

    let screen = words_on(&app, (200, 60), Tier::Rich, now());

    let kept = "taken back: Investigating. P2 - High";
    assert!(screen.contains(kept), "{screen}");
    assert!(
        screen.contains("retracted update: Investigating"),
        "{screen}"
    );
}

#[test]
fn a_row_says_what_was_corrected_and_what_was_pinned() {
    let note = entry(|fact| matches!(fact, Fact::Noted { .. }));
    let corrected = Fact::Corrected {
        entry: note,
        at: at("14:02:00"),
        reason: "".into(),
    };
    let pinned = Fact::Pinned {
        entry: note,
        on: true,
    };
    let app = after(vec![corrected, pinned]);

    let screen = words_on(&app, (200, 60), Tier::Rich, now());

    assert!(
        screen.contains("corrected to 14:02:00Z: note: render-2 evicted"),
        "{screen}"
    );
    assert!(
        screen.contains("pin       note: render-2 evicted"),
        "{screen}"
    );
}

#[test]
fn entries_about_each_other_in_a_circle_are_drawn() {
    let next = EntryId(uuid::Uuid::from_u128(
        incident_log().entries().len() as u128 + 0x1001,
    ));
    let app = after(vec![Fact::Pinned {
        entry: next,
        on: true,
    }]);

    let screen = words_on(&app, (200, 60), Tier::Rich, now());

    assert!(screen.contains("pin"), "{screen}");
}

#[test]
fn a_row_says_what_is_promised_by_whom_and_until_when() {
    let due = "2026-01-30".parse().ok();
    let added = Fact::ActionAdded {
        kind: ActionKind::Monitoring,
        what: "alert on worker memory".into(),
        owner: Some("kai".into()),
        due,
    };
    let added_as = EntryId(uuid::Uuid::from_u128(
        incident_log().entries().len() as u128 + 0x1001,
    ));
    let changed = Fact::ActionChanged {
        action: added_as,
        owner: None,
        due: None,
        done: Some(true),
    };
    let app = after(vec![added, changed]);

    let said: Vec<String> = timeline(&app).into_iter().map(|line| line.text).collect();

    let promise = "improve monitoring: alert on worker memory (kai, by 2026-01-30)";
    assert_eq!(said[..2], ["done: alert on worker memory", promise]);
}

fn with_book(file: &str, text: &str) -> App {
    let mut app = busy();
    let book = Runbook {
        file: file.into(),
        lines: document(text),
        changed: None,
    };
    update(&mut app, Msg::Runbooks(vec![book]), now());
    app
}

const BOOK: &str = "# Latency\n\nWhy it is slow.\n\n1. look at it\n\n   ```\n   curl -f \\\n     http://x\n   ```\n2. roll back\n";

#[test]
fn a_runbook_is_shown_with_its_words_and_its_code() {
    let mut app = with_book("latency.md", BOOK);
    press(&mut app, "8z", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    for words in [
        "Latency",
        "Why it is slow.",
        "1 look at it",
        "curl -f \\",
        "  http://x",
        "2 roll back",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
}

#[test]
fn a_runbook_without_a_list_is_shown() {
    let mut app = with_book("latency.md", "Call the provider.\n");
    press(&mut app, "8", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(screen.contains("Call the provider."), "{screen}");
}

#[test]
fn a_long_runbook_is_scrolled_to_its_end() {
    let paragraphs: Vec<String> = (1..=60)
        .map(|line| format!("para{line} {}", "word ".repeat(30)))
        .collect();
    let text = paragraphs.join("\n\n");
    let mut app = with_book("latency.md", &text);
    press(&mut app, "8", now());
    let mut read = String::new();

    for second in 0..400 {
        read.push_str(&words_on(&app, (80, 24), Tier::Rich, now()));
        let when = now() + TimeDelta::seconds(second);
        update(&mut app, key(KeyCode::Char('j')), when);
    }

    for line in 1..=60 {
        assert!(read.contains(&format!("para{line} ")), "para{line}");
    }
}

#[test]
fn a_line_that_is_a_step_is_ticked_and_another_is_not() {
    let mut app = with_book("db/latency.md", BOOK);

    let (title, later) = press(&mut app, "8 ", now());
    let (step, _) = press(&mut app, "jjj ", later);

    assert_eq!(title, []);
    let [Effect::Record(wishes)] = step.as_slice() else {
        panic!("{step:?}")
    };
    let item = "runbook:db/latency.md#1".into();
    assert_eq!(wishes[0].fact, Fact::Ticked { item, done: true });
}

#[test]
fn an_ascii_terminal_gets_ascii_also_in_words_from_elsewhere() {
    let mut log = incident_log();
    let title = Fact::Described {
        title: Some("down \u{1b}[31m again".into()),
        impact: None,
        service: None,
    };
    log.add(INCIDENT, at("14:05:00"), "bo", title);
    let app = console(&log, true);

    let rich = words_on(&app, (80, 24), Tier::Rich, now());
    let ascii = words_on(&app, (80, 24), Tier::Ascii, now());

    assert!(rich.contains("down · again"), "{rich}");
    assert!(
        ascii.contains("down - again") && ascii.is_ascii(),
        "{ascii}"
    );
}

#[test]
fn a_large_screen_shows_this_host_and_incidents_that_were_alike() {
    let mut log = incident_log();
    let before = IncidentId(uuid::Uuid::from_u128(0x2040));
    let day = |clock: &str| at(clock) - TimeDelta::days(40);
    let declared = declaration("Video renders slow", Severity::P3, day("10:00:00"));
    log.add(
        before,
        day("10:00:00"),
        "kai",
        Fact::Declared(Box::new(declared)),
    );
    log.add(before, day("10:01:00"), "kai", Fact::Acknowledged {});
    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: None,
    };
    log.add(before, day("11:12:00"), "kai", resolved);
    let why = Fact::FactorAdded {
        text: "worker memory was too small".into(),
    };
    log.add(before, day("12:00:00"), "kai", why);
    let app = console(&log, true);

    let screen = words_on(&app, (200, 60), Tier::Rich, now());

    assert!(screen.contains("Video renders slow"), "{screen}");
    assert!(screen.contains("resolved 1h12"), "{screen}");
    assert!(screen.contains("worker memory was too small"), "{screen}");
    assert!(!screen.contains("Slow thumbnails"), "{screen}");
    assert!(
        screen.contains("load  7.91  5.20  3.11   16 cores"),
        "{screen}"
    );
}

#[test]
fn who_would_be_told_stands_on_a_quiet_screen_once() {
    for size in [(80, 24), (120, 40), (200, 60)] {
        let screen = words_on(&quiet(), size, Tier::Rich, now());

        assert_eq!(screen.matches("Team Lead").count(), 1, "{screen}");
    }
}

#[test]
fn one_of_a_thing_is_not_many() {
    let mut log = Log::default();
    let declared = declaration("Nothing renders", Severity::P2, at("13:14:22"));
    log.add(
        INCIDENT,
        at("13:14:30"),
        "ana",
        Fact::Declared(Box::new(declared)),
    );

    let screen = words_on(&console(&log, false), (80, 24), Tier::Rich, now());

    assert!(screen.contains("1 entry · newest first"), "{screen}");
}

#[test]
fn the_addresses_of_links_begin_in_one_column() {
    let mut app = busy();
    press(&mut app, "0z", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    let columns: Vec<usize> = screen
        .lines()
        .filter_map(|line| line.find("no address yet"))
        .collect();
    assert!(columns.len() > 2, "{screen}");
    assert!(
        columns.iter().all(|column| *column == columns[0]),
        "{screen}"
    );
}

#[test]
fn the_help_uses_the_width_of_the_screen() {
    let mut app = busy();
    press(&mut app, "?", now());

    let screen = words_on(&app, (200, 60), Tier::Rich, now());

    assert!(screen.contains("0 more below"), "{screen}");
    assert!(screen.contains(":confirm-step "), "{screen}");
    let right = |line: &str| line.chars().skip(115).any(char::is_alphabetic);
    assert!(
        screen.lines().filter(|line| right(line)).count() > 10,
        "{screen}"
    );
}

#[test]
fn a_chart_of_a_few_minutes_has_a_time_of_its_own_at_each_mark() {
    let mut app = blank();
    for (name, reading) in readings(now(), false) {
        if reading.at > now() - TimeDelta::minutes(2) {
            update(&mut app, Msg::Reading(name, reading), now());
        }
    }

    let screen = words_on(&app, (200, 60), Tier::Rich, now());

    assert!(
        screen.contains("14:05:08       14:05:36       14:06:04"),
        "{screen}"
    );
}
