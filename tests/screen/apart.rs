//! What the screen says where two people acted at the same time.

use warroom::{
    domain::{fact::Fact, incident::Field},
    ui::{capability::Tier, msg::Effect},
};

use super::fixture::{INCIDENT, Log, at, console, incident_log, press, words_on};

fn titled(title: &str) -> Fact {
    Fact::Described {
        title: Some(title.into()),
        impact: None,
        service: None,
    }
}

/// The log of the fixture, with every word that can be reworded.
fn worded() -> Log {
    let mut log = incident_log();
    let words = Fact::Described {
        title: None,
        impact: Some("renders take minutes".into()),
        service: Some("render".into()),
    };
    log.add(INCIDENT, at("14:04:50"), "ana", words);
    log
}

/// The same, and two titles by people who did not know of each other.
fn two_titles() -> Log {
    let mut log = worded();
    let base = log.entries().len() as u64;
    log.add(INCIDENT, at("14:05:00"), "ana", titled("renders hang"));
    log.apart(base, "14:05:10", "bo", titled("the queue is stuck"));
    log
}

fn line_with<'a>(screen: &'a str, word: &str) -> &'a str {
    let found = screen.lines().find(|line| line.contains(word));
    found.unwrap_or_else(|| panic!("no {word} in\n{screen}"))
}

#[test]
fn i5_a_conflict_is_owed_and_says_who_disagrees() {
    let app = console(&two_titles(), false);

    let incident = app.incident().unwrap();
    let conflict = incident.conflict(Field::Title).unwrap();
    assert_eq!(
        conflict.ways_to_say_it()[1],
        "title: 'renders hang' or 'the queue is stuck'?"
    );
    for size in [(80, 24), (120, 40), (200, 60)] {
        let screen = words_on(&app, size, Tier::Rich, at("14:06:00"));

        let row = line_with(&screen, "! CONFLICT");
        assert!(row.contains("title: ana or bo?"), "{screen}");
    }
}

#[test]
fn i5_an_entry_that_was_overtaken_says_by_whom() {
    let mut log = incident_log();
    let base = log.entries().len() as u64;
    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: None,
    };
    let worse = Fact::SeverityChanged {
        to: warroom::domain::severity::Severity::P1,
        reason: "".into(),
    };
    log.add(INCIDENT, at("14:05:00"), "ana", worse);
    log.apart(base, "14:05:10", "bo", resolved);
    let app = console(&log, false);

    let screen = words_on(&app, (120, 40), Tier::Rich, at("14:06:00"));

    let row = line_with(&screen, "resolved");
    assert!(
        row.contains("had no effect: ana made it P1 before"),
        "{screen}"
    );
}

#[test]
fn i5_rewording_one_thing_does_not_undo_another() {
    let mut app = console(&worded(), false);

    let (effects, _) = press(&mut app, ":describe\n on 4K\n", at("14:06:00"));

    let [Effect::Record(wishes)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let Fact::Described {
        title,
        impact,
        service,
    } = &wishes[0].fact
    else {
        panic!("{wishes:?}")
    };
    assert!(title.as_ref().unwrap().ends_with(" on 4K"), "{title:?}");
    assert_eq!((impact, service), (&None, &None));
}

#[test]
fn i5_leaving_a_disputed_title_as_it_is_settles_it() {
    let mut app = console(&two_titles(), false);

    let (effects, _) = press(&mut app, ":describe\n\n", at("14:06:00"));

    let [Effect::Record(wishes)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(wishes[0].fact, titled("the queue is stuck"));
}

#[test]
fn rewording_nothing_records_nothing() {
    let mut app = console(&worded(), false);

    let (effects, now) = press(&mut app, ":describe\n\n", at("14:06:00"));

    assert_eq!(effects, []);
    let screen = words_on(&app, (80, 24), Tier::Rich, now);
    assert!(screen.contains("nothing is reworded yet"), "{screen}");
}
