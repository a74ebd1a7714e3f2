//! What the wall says happened last.

use warroom::{
    domain::{
        entry::{IncidentId, Via},
        fact::{Fact, Fate, Health},
        incident::Field,
        phase::Phase,
    },
    ui::{app::update, capability::Tier, msg::Msg},
};

use super::{
    fixture::{INCIDENT, at, blank, changed, console, flapping, incident_log, now},
    walls::{USUAL, shown, wall_of},
};

#[test]
fn a_probe_that_became_unknown_is_unknown_in_the_latest_rows() {
    let mut log = flapping();
    let gone = changed("queue depth", Health::Unknown, "host offline");
    log.add(IncidentId::WORKSPACE, at("14:06:50"), "probe", gone);

    let shown = shown(&wall_of(console(&log, true)), USUAL, Tier::Rich, now());

    let (_, latest) = shown.split_once("LATEST").unwrap();
    let rows: Vec<&str> = latest
        .lines()
        .filter(|row| row.contains("queue depth"))
        .collect();
    assert_eq!(rows.len(), 1, "{shown}");
    assert!(rows[0].contains("queue depth: host offline"), "{shown}");
}

#[test]
fn without_names_nobody_is_quoted_whatever_they_are_called() {
    let mut log = incident_log();
    let fixing = Fact::PhaseEntered {
        phase: Phase::Fixing,
        rollback: Some("mia restores the dump".into()),
    };
    let knows = Fact::Noted {
        text: "raj knows more".into(),
    };
    log.add(INCIDENT, at("14:06:40"), "ana", fixing);
    log.add(INCIDENT, at("14:06:50"), "probe", knows);
    let mut entries = log.entries();
    for entry in &mut entries {
        entry.via = Via::Console;
    }
    let mut app = blank();
    update(&mut app, Msg::Entries(entries), now());
    let mut wall = wall_of(app);
    wall.redact = true;

    let shown = shown(&wall, USUAL, Tier::Rich, now());

    let (_, latest) = shown.split_once("LATEST").unwrap();
    for words in ["restores", "knows more", "probe"] {
        assert!(!latest.contains(words), "{words}\n{shown}");
    }
    assert!(latest.contains("phase"), "{shown}");
}

#[test]
fn without_names_nobody_is_named_who_set_something_apart() {
    let mut log = incident_log();
    let base = log.entries().len() as u64;
    log.add(INCIDENT, at("14:06:40"), "ana", posted("1 hour"));
    log.apart(base, "14:06:50", "bo", posted("5 hours"));
    let app = console(&log, true);
    let apart = app.incident().unwrap().conflict(Field::Eta);
    assert!(apart.is_some());
    let mut wall = wall_of(app);
    wall.redact = true;

    let shown = shown(&wall, USUAL, Tier::Rich, now());

    let (_, latest) = shown.split_once("LATEST").unwrap();
    assert!(!latest.contains("bo set"), "{shown}");
}

#[test]
fn without_names_an_update_says_where_it_stands_and_not_what_it_says() {
    let mut log = incident_log();
    let mut by_hand = posted("1 hour");
    if let Fact::UpdateSent(update) = &mut by_hand {
        update.channels.clear();
        update.form.status = "raj restores the dump".into();
    }
    log.add(INCIDENT, at("14:06:40"), "ana", by_hand);
    let sent = log.add(INCIDENT, at("14:06:45"), "ana", posted("1 hour"));
    let off = Fact::Undelivered {
        of: sent,
        channel: "#incidents".into(),
        key: "k1".into(),
        why: "bo called it off".into(),
        fate: Fate::CalledOff,
    };
    log.add(INCIDENT, at("14:06:50"), "bo", off);
    let mut wall = wall_of(console(&log, true));

    for (redact, quoted) in [(false, true), (true, false)] {
        wall.redact = redact;
        let shown = shown(&wall, USUAL, Tier::Rich, now());
        let (_, latest) = shown.split_once("LATEST").unwrap();
        assert!(latest.contains("posted by hand"), "{shown}");
        for words in ["raj restores", "called off by bo"] {
            assert_eq!(latest.contains(words), quoted, "{words}\n{shown}");
        }
    }
}

fn posted(eta: &str) -> Fact {
    let entries = incident_log().entries().into_iter();
    let mut updates = entries.filter_map(|entry| match entry.fact {
        Fact::UpdateSent(update) => Some(update),
        _ => None,
    });
    let mut update = updates.next().unwrap();
    update.form.eta = eta.into();
    Fact::UpdateSent(update)
}
