//! Probes of other hosts, as the log tells of them.

use chrono::TimeDelta;
use warroom::{
    domain::{
        entry::IncidentId,
        fact::{ErrorClass, Fact, Health, ProbeChange},
        health::Panel,
    },
    ui::{
        app::{App, update},
        capability::Tier,
        keymap::Keymap,
        msg::Msg,
    },
};

use super::{
    fixture::{at, busy, engine, incident_log, now, settings, words_on},
    walls::{USUAL, shown, wall_of},
};

fn change(probe: &str, to: Health, vantage: &str) -> Fact {
    Fact::ProbeChanged(Box::new(ProbeChange {
        probe: probe.into(),
        from: Health::Unknown,
        to,
        class: (to == Health::Down).then_some(ErrorClass::Connect),
        detail: "".into(),
        vantage: vantage.into(),
        counts: true,
        since: None,
    }))
}

/// A console that probes nothing itself; its server does.
fn client() -> App {
    let panel = Panel::new("desk-1".into(), &[]);
    let started = now() - TimeDelta::hours(1);
    let mut app = App::new(settings(), Keymap::built_in(), panel, started);
    let mut log = incident_log();
    let workspace = IncidentId::WORKSPACE;
    for (probe, to) in [("shop", Health::Up), ("checkout", Health::Down)] {
        log.add(
            workspace,
            at("14:00:00"),
            "probe",
            change(probe, to, "ops-1"),
        );
    }
    update(&mut app, Msg::Entries(log.entries()), now());
    engine(&mut app, Some(now()));
    app
}

fn row<'a>(screen: &'a str, word: &str) -> &'a str {
    let row = screen
        .lines()
        .skip(2)
        .take(12)
        .find(|row| row.contains(word));
    row.unwrap_or_else(|| panic!("no {word} in\n{screen}"))
}

#[test]
fn h2_a_client_shows_what_its_server_probes_and_who_saw_it() {
    for size in [(200, 60), (120, 40), (80, 24)] {
        let screen = words_on(&client(), size, Tier::Rich, now());

        let (down, up) = (row(&screen, "✖ checkout"), row(&screen, "● shop"));
        assert!(down.contains("DOWN") && down.contains("7m00s"), "{screen}");
        assert!(up.contains(" ok "), "{screen}");
        assert!(down.contains("ops-1") && up.contains("ops-1"), "{screen}");
        assert!(screen.contains("2 down"), "{screen}");
        assert!(!screen.contains("nothing is probed"), "{screen}");
    }
}

#[test]
fn h2_the_same_target_seen_from_two_hosts_has_two_rows() {
    let mut app = busy();
    let mut log = incident_log();
    let before = log.entries().len();
    let seen = change("render-1", Health::Down, "ops-1");
    log.add(IncidentId::WORKSPACE, at("14:00:00"), "probe", seen);
    let new = log.entries().split_off(before);
    update(&mut app, Msg::Entries(new), now());

    let screen = words_on(&app, (120, 40), Tier::Rich, now());

    let rows: Vec<&str> = screen
        .lines()
        .take(14)
        .filter(|row| row.contains("render-1"))
        .collect();
    assert_eq!(rows.len(), 2, "{screen}");
    assert!(
        rows[0].contains("seen from ops-1"),
        "trouble first\n{screen}"
    );
    assert!(rows[1].contains(" ok "), "{screen}");
}

#[test]
fn h1_nothing_is_known_of_the_servers_probes_while_no_engine_runs() {
    let mut app = client();
    engine(&mut app, Some(now() - TimeDelta::minutes(1)));

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(row(&screen, "checkout").contains('?'), "{screen}");
    assert!(!row(&screen, "checkout").contains("DOWN"), "{screen}");
}

#[test]
fn h2_a_wall_without_probes_of_its_own_shows_those_of_its_server() {
    let wall = wall_of(client());

    let page = shown(&wall, USUAL, Tier::Rich, now());

    assert!(page.contains("@ops-1"), "{page}");
    assert!(page.contains("● shop"), "{page}");
    assert!(page.contains("2 down"), "{page}");
}
