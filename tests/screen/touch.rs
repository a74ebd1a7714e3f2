//! What the screen says of its touch with others: offline, clocks, holds, and
//! what is seen of this host itself.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use warroom::{
    domain::{
        fact::{ErrorClass, Fact, StepId},
        probe::{Outcome, Reading},
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::{LinkSeen, LinkState, Msg, Shared},
    },
};

use super::fixture::{INCIDENT, at, busy, console, engine, incident_log, now, quiet, words_on};
use super::walls::{shown, wall_of};

fn linked(mut app: App, state: LinkState, offset: TimeDelta) -> App {
    let link = LinkSeen {
        server: "ops.example".into(),
        state,
        answers: false,
        offset,
        heard_at: Some(now()),
        ..LinkSeen::default()
    };
    update(&mut app, Msg::Shared(Shared::Link(link)), now());
    app
}

fn offline(app: App, offset: TimeDelta) -> App {
    let state = LinkState::Offline {
        since: at("14:05:18"),
        why: "the server did not answer: connection refused".into(),
        refused: false,
    };
    let mut app = linked(app, state, offset);
    let waiting = incident_log().entries().split_off(10);
    let waiting = waiting.into_iter().take(12).collect();
    update(
        &mut app,
        Msg::Shared(Shared::Unsent(waiting, BTreeMap::new())),
        now(),
    );
    app
}

fn online(app: App, offset: TimeDelta) -> App {
    let latency = TimeDelta::milliseconds(41);
    linked(app, LinkState::Online { latency }, offset)
}

#[test]
fn offline_since_when_unsent_and_who_pages_survive_every_width() {
    let clocks = [TimeDelta::zero(), TimeDelta::minutes(41)];
    for (size, offset) in [(120, 40), (80, 24), (60, 20)]
        .into_iter()
        .flat_map(|size| clocks.map(|offset| (size, offset)))
    {
        for app in [busy(), quiet()] {
            let app = offline(app, offset);
            let unsent = format!("{} unsent", app.shared.unsent);

            let screen = words_on(&app, size, Tier::Rich, now());

            for word in [
                "OFFLINE 0:01:42",
                "since 14:05Z",
                &unsent,
                "server pages, if it lives",
            ] {
                assert!(screen.contains(word), "{size:?}: no {word}\n{screen}");
            }
        }
    }
}

#[test]
fn a_token_that_is_refused_is_called_so_at_every_width() {
    for size in [(120, 40), (80, 24), (60, 20)] {
        for app in [busy(), quiet()] {
            let state = LinkState::Offline {
                since: at("14:05:18"),
                why: "ops.example said no: no valid token".into(),
                refused: true,
            };
            let app = linked(app, state, TimeDelta::zero());

            let screen = words_on(&app, size, Tier::Rich, now());

            for word in ["TOKEN REFUSED", "refused since 14:05Z", "server pages"] {
                assert!(screen.contains(word), "{size:?}: no {word}\n{screen}");
            }
            assert!(!screen.contains("OFFLINE"), "{screen}");
        }
    }
}

#[test]
fn a_token_that_may_only_read_says_why_entries_stay_here() {
    for size in [(120, 40), (80, 24), (60, 20)] {
        let mut app = online(busy(), TimeDelta::zero());
        let waiting = incident_log().entries().split_off(10);
        update(
            &mut app,
            Msg::Shared(Shared::Unsent(waiting, BTreeMap::new())),
            now(),
        );
        let may_write = words_on(&app, size, Tier::Rich, now());
        let link = LinkSeen {
            read_only: true,
            ..app.shared.link.clone()
        };
        update(&mut app, Msg::Shared(Shared::Link(link)), now());

        let screen = words_on(&app, size, Tier::Rich, now());

        let header: Vec<&str> = screen.lines().take(2).collect();
        let header = header.join("\n");
        assert!(header.contains("unsent"), "{size:?}\n{header}");
        assert!(header.contains("read only"), "{size:?}\n{header}");
        assert!(!may_write.contains("read only"), "{may_write}");
    }
}

#[test]
fn a_clock_that_is_wrong_is_said_at_every_width_and_a_right_one_is_not() {
    for size in [(120, 40), (80, 24), (60, 20)] {
        for app in [busy(), quiet()] {
            let behind = online(app.clone(), TimeDelta::minutes(41));
            let ahead = online(app.clone(), TimeDelta::seconds(-3));
            let right = online(app, TimeDelta::seconds(2));
            let words = |app: &App| words_on(app, size, Tier::Rich, now());

            assert!(
                words(&behind).contains("clock 41m behind server"),
                "{}",
                words(&behind)
            );
            assert!(
                words(&ahead).contains("clock 3s ahead of server"),
                "{}",
                words(&ahead)
            );
            assert!(!words(&right).contains("clock "), "{}", words(&right));
            assert!(words(&behind).contains("41 ms"), "{}", words(&behind));
        }
    }
}

#[test]
fn an_engine_that_starts_with_its_server_is_no_alarm_and_one_that_does_not_is() {
    let mut app = offline(busy(), TimeDelta::zero());
    engine(&mut app, None);
    let app = online(app, TimeDelta::zero());
    let header = |app: &App, after| {
        let now = now() + TimeDelta::seconds(after);
        words_on(app, (120, 40), Tier::Rich, now)
    };

    let at_once = header(&app, 5);
    let later = header(&app, 11);

    assert!(!at_once.contains("NO ENGINE"), "{at_once}");
    assert!(at_once.contains("START"), "{at_once}");
    assert!(later.contains("NO ENGINE"), "{later}");
}

#[test]
fn a_page_that_waits_for_the_server_stays_owed() {
    let mut log = incident_log();
    let step = StepId {
        ladder: "management".to_owned(),
        index: 1,
    };
    let target = "Engineering Manager";
    let asked = Fact::Escalated {
        step,
        round: 0,
        target: target.into(),
        via: vec!["pager".into()],
        late_s: 0,
        by_hand: false,
    };
    let known = log.entries().len();
    log.add(INCIDENT, at("14:06:30"), "ana", asked);
    let mut unsent = log.entries().split_off(known);
    unsent[0].seq = None;
    let mut app = offline(busy(), TimeDelta::zero());

    update(
        &mut app,
        Msg::Shared(Shared::Unsent(unsent, BTreeMap::new())),
        now(),
    );

    for size in [(120, 40), (80, 24)] {
        let screen = words_on(&app, size, Tier::Rich, now());
        let row = screen.lines().find(|row| row.contains("NOT PAGED"));
        let row = row.unwrap_or_else(|| panic!("{screen}"));
        assert!(row.contains(target), "{screen}");
        assert!(screen.contains("waits for the server"), "{screen}");
    }
}

#[test]
fn a_step_on_hold_says_until_when() {
    let mut log = incident_log();
    let held = Fact::Held {
        until: at("15:00:00"),
        reason: "the fix is rolling out".into(),
    };
    log.add(INCIDENT, at("14:06:30"), "ana", held);
    let app = console(&log, true);

    for size in [(120, 40), (80, 24), (60, 20)] {
        let screen = words_on(&app, size, Tier::Rich, now());

        let row = screen.lines().find(|row| row.contains("ESCALATE"));
        let row = row.unwrap_or_else(|| panic!("{screen}"));
        assert!(row.contains("held 15:00Z"), "{screen}");
    }
}

#[test]
fn a_control_probe_that_fails_says_that_we_may_be_cut_off_ourselves() {
    let well = words_on(&busy(), (120, 40), Tier::Rich, now());
    let mut app = busy();
    let failed = Reading {
        at: now(),
        outcome: Outcome::Fail(ErrorClass::Connect),
        took: None,
        detail: "connection refused".into(),
        system: None,
    };
    update(&mut app, Msg::Reading("gateway".into(), failed), now());

    assert!(well.contains("control  gateway ok"), "{well}");
    for size in [(120, 40), (80, 24)] {
        let screen = words_on(&app, size, Tier::Rich, now());
        assert!(screen.contains("we may be cut off ourselves"), "{screen}");
    }
}

/// The same, and the server refused the incident that is shown.
fn refused(mut app: App) -> App {
    let opening = app.incident().unwrap().entries()[0].id;
    let why = BTreeMap::from([(opening, "unfit: too many steps".into())]);
    update(
        &mut app,
        Msg::Shared(Shared::Unsent(Vec::new(), why)),
        now(),
    );
    app
}

#[test]
fn an_incident_that_the_server_refused_says_that_nobody_is_paged_for_it() {
    for size in [(120, 40), (80, 24), (60, 20)] {
        let app = refused(online(busy(), TimeDelta::zero()));

        let screen = words_on(&app, size, Tier::Rich, now());

        assert!(screen.contains("NOBODY IS PAGED"), "{screen}");
    }
    let wall = wall_of(refused(online(busy(), TimeDelta::zero())));
    let screen = shown(&wall, (120, 40), Tier::Rich, now());
    assert!(screen.contains("refused by the server"), "{screen}");
}

#[test]
fn a_clock_that_was_set_is_told_and_stands_in_the_header() {
    let mut app = busy();

    let back = Some(TimeDelta::seconds(-3600));
    update(&mut app, Msg::Stepped(back), now());
    let told = words_on(&app, (120, 40), Tier::Rich, now());
    update(&mut app, Msg::Stepped(None), now());
    let over = words_on(&app, (80, 24), Tier::Rich, now());

    assert!(told.contains("CLOCK STEPPED -1h"), "{told}");
    assert!(
        told.contains("clock set back 1h: countdowns go on as before; start anew"),
        "{told}"
    );
    assert!(!over.contains("STEPPED"), "{over}");
    assert!(over.contains("agree again"), "{over}");
}
