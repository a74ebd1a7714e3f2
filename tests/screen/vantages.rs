//! Probes of other hosts, as the log tells of them.

use chrono::TimeDelta;
use warroom::{
    domain::{
        entry::IncidentId,
        fact::{ErrorClass, Fact, Health, ProbeChange},
        health::Panel,
        probe::{Outcome, Reading},
    },
    ui::{
        app::{App, update},
        capability::Tier,
        keymap::Keymap,
        msg::{EngineSeen, LinkSeen, LinkState, Msg, Shared},
    },
};

use super::{
    fixture::{at, blank, busy, engine, incident_log, now, settings, words_on},
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
        assert!(down.contains("DOWN") && down.contains("for 7m"), "{screen}");
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

    for size in [(120, 40), (80, 24)] {
        let screen = words_on(&app, size, Tier::Rich, now());

        let down = row(&screen, "? checkout");
        assert!(
            down.contains("was DOWN") && down.contains("1m ago"),
            "{screen}"
        );
        assert!(row(&screen, "? shop").contains("was ok"), "{screen}");
    }
}

/// The same, and its server was heard of last at 14:05:18.
fn cut_off() -> App {
    let mut app = client();
    let link = LinkSeen {
        server: "ops.example".into(),
        state: LinkState::Offline {
            since: at("14:05:20"),
            why: "connection refused".into(),
            refused: false,
        },
        heard_at: Some(at("14:05:18")),
        ..LinkSeen::default()
    };
    update(&mut app, Msg::Shared(Shared::Link(link)), now());
    app
}

#[test]
fn h1_offline_every_probe_keeps_how_it_was_and_how_long_ago_and_the_worst_is_first() {
    let app = cut_off();

    for size in [(200, 60), (120, 40), (80, 24)] {
        let screen = words_on(&app, size, Tier::Rich, now());

        let rows: Vec<&str> = screen
            .lines()
            .filter(|row| row.contains("m42 ago"))
            .collect();
        assert!(
            rows[0].contains("was DOWN") && rows[0].contains("? "),
            "{screen}"
        );
        let well = rows.iter().find(|row| row.contains("? shop"));
        assert!(well.is_some_and(|row| row.contains("was ok")), "{screen}");
        assert!(!screen.contains("✖ checkout"), "{screen}");
        assert!(screen.contains("was 1 ok"), "{screen}");
    }
    let tiny = words_on(&app, (40, 8), Tier::Rich, now());
    assert!(tiny.contains("? checkout was DOWN"), "{tiny}");
}

#[test]
fn h1_a_wall_that_lost_its_server_counts_and_sorts_by_what_it_knew() {
    let wall = wall_of(cut_off());

    let late = shown(&wall, USUAL, Tier::Rich, now());
    let lost = shown(&wall, USUAL, Tier::Rich, now() + TimeDelta::minutes(1));

    assert!(late.contains("was 1 ok"), "{late}");
    assert!(!late.contains("● live"), "{late}");
    assert!(late.contains("▲ late"), "{late}");
    assert!(lost.contains("was: 1 ok"), "{lost}");
    assert!(lost.contains("(connection refused)"), "{lost}");
    assert!(lost.contains("was: checkout DOWN"), "{lost}");
    assert!(!lost.contains("unknown"), "{lost}");
}

/// A log that calls render-2 down since 13:54, and a console that has only just
/// begun to read it.
fn just_started(mine: bool) -> App {
    let mut app = blank();
    let mut log = incident_log();
    let down = change("render-2", Health::Down, "desk-1");
    log.add(IncidentId::WORKSPACE, at("13:54:48"), "probe", down);
    update(&mut app, Msg::Entries(log.entries()), now());
    let seen = EngineSeen {
        holder: Some("desk-1".into()),
        mine,
        ticked_at: Some(now()),
    };
    update(&mut app, Msg::Engine(seen), now());
    app
}

fn failed() -> Reading {
    Reading {
        at: now(),
        outcome: Outcome::Fail(ErrorClass::Connect),
        took: None,
        detail: "connection refused".into(),
        system: None,
    }
}

#[test]
fn h1_a_console_that_starts_begins_with_what_the_log_says() {
    let words = |app: &App| words_on(app, (80, 24), Tier::Rich, now());

    let beside_an_engine = words(&just_started(false));
    assert!(row(&beside_an_engine, "✖ render-2").contains("DOWN"));
    assert!(beside_an_engine.contains("1 down"), "{beside_an_engine}");

    // Nobody may have looked at it since then.
    let alone = words(&just_started(true));
    assert!(row(&alone, "? render-2").contains("was DOWN"), "{alone}");
    assert!(row(&alone, "? render-2").contains("12m12 ago"), "{alone}");

    let mut app = just_started(true);
    update(&mut app, Msg::Reading("render-2".into(), failed()), now());
    let read = words(&app);
    assert!(row(&read, "✖ render-2").contains("12m12s"), "{read}");
}

#[test]
fn a_client_that_knows_no_probe_does_not_say_that_nothing_is_probed() {
    let panel = Panel::new("desk-1".into(), &[]);
    let mut app = App::new(settings(), Keymap::built_in(), panel, now());
    let alone = words_on(&app, (80, 24), Tier::Rich, now());
    let link = LinkSeen {
        state: LinkState::Online {
            latency: TimeDelta::milliseconds(4),
        },
        ..LinkSeen::default()
    };
    update(&mut app, Msg::Shared(Shared::Link(link)), now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(alone.contains("nothing is probed"), "{alone}");
    assert!(screen.contains("no probe is known"), "{screen}");
    assert!(!screen.contains("othing is probed:"), "{screen}");
}

#[test]
fn h2_a_wall_without_probes_of_its_own_shows_those_of_its_server() {
    let wall = wall_of(client());

    let page = shown(&wall, USUAL, Tier::Rich, now());

    assert!(page.contains("@ops-1"), "{page}");
    assert!(page.contains("● shop"), "{page}");
    assert!(page.contains("2 down"), "{page}");
}
