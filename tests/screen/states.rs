//! Every pane in the states that it can be in: never loaded, empty, filtered to
//! nothing, ageing, stale, failed, and as of when a copy was cut off.

use chrono::{DateTime, TimeDelta, Utc};
use warroom::{
    domain::{health::Panel, notice::DeliveryState},
    ui::{
        app::{App, Source, update},
        capability::Tier,
        msg::{LinkSeen, LinkState, Msg, Shared},
    },
};

use super::fixture::{
    Log, blank, busy, delivery, incident_log, key, now, press, settings, words_on,
};

/// The pane alone on the screen, without what is around it.
fn alone(app: &App, digit: char, now: DateTime<Utc>) -> String {
    let mut app = app.clone();
    press(&mut app, &format!("{digit}z"), now);
    app.toast = None;
    let screen = words_on(&app, (100, 24), Tier::Rich, now);
    let rows: Vec<&str> = screen.lines().skip(2).map(str::trim_end).collect();
    let rows = rows[..20].join("\n");
    format!("{}\n", rows.trim_end())
}

const PANES: [char; 10] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'];

fn all(app: &App, now: DateTime<Utc>) -> String {
    PANES.map(|digit| alone(app, digit, now)).join("\n")
}

/// The incident is read, and nothing else yet.
fn unread() -> App {
    let mut app = blank();
    update(&mut app, Msg::Entries(incident_log().entries()), now());
    app
}

/// A copy whose server was last heard of at 14:02.
fn cut_off() -> App {
    let mut app = busy();
    let old = delivery("1", DeliveryState::InFlight);
    update(&mut app, Msg::Deliveries(vec![old]), now());
    let link = LinkSeen {
        server: "warroom.example".into(),
        state: LinkState::Offline {
            since: now() - TimeDelta::minutes(5),
            why: "connection refused".into(),
            refused: false,
        },
        heard_at: Some(now() - TimeDelta::minutes(5)),
        ..LinkSeen::default()
    };
    update(&mut app, Msg::Shared(Shared::Link(link)), now());
    app
}

#[test]
fn panes_that_were_never_loaded() {
    insta::assert_snapshot!(all(&unread(), now()));
}

#[test]
fn panes_that_are_loading() {
    let mut app = blank();
    app.started = now() - TimeDelta::seconds(3);
    app.awaits = [Source::Log, Source::Outbox, Source::Runbooks].into();

    insta::assert_snapshot!(all(&app, now()));
    for source in [Source::Log, Source::Outbox, Source::Runbooks] {
        update(&mut app, Msg::Read(source), now());
    }
    assert!(!all(&app, now()).contains("loading"));
}

#[test]
fn what_a_copy_has_is_shown_while_its_server_is_asked() {
    let mut app = busy();
    app.started = now() - TimeDelta::seconds(4);
    app.awaits = [Source::Server].into();

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(screen.contains("loading, for 4s"), "{screen}");
    assert!(screen.contains("High latency"), "{screen}");

    let online = LinkState::Online {
        latency: TimeDelta::milliseconds(3),
    };
    let link = LinkSeen {
        state: online,
        ..LinkSeen::default()
    };
    update(&mut app, Msg::Shared(Shared::Link(link)), now());
    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(!screen.contains("loading"), "{screen}");
}

#[test]
fn panes_whose_keys_change_nothing_for_others() {
    let mut app = busy();
    let link = LinkSeen {
        state: LinkState::Online {
            latency: TimeDelta::milliseconds(3),
        },
        read_only: true,
        ..LinkSeen::default()
    };
    update(&mut app, Msg::Shared(Shared::Link(link)), now());

    let rules = PANES.map(|digit| {
        let pane = alone(&app, digit, now());
        pane.lines().next().unwrap_or_default().to_owned()
    });
    insta::assert_snapshot!(rules.join("\n"));
    let small = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(small.contains("━ read only ━"), "{small}");
}

#[test]
fn panes_without_anything_in_them() {
    let mut settings = settings();
    settings.inside.clear();
    settings.outside.clear();
    let mut app = App::new(
        settings,
        warroom::ui::keymap::Keymap::built_in(),
        Panel::new("desk-1".into(), &[]),
        now() - TimeDelta::hours(1),
    );
    let log = Log::default();
    update(&mut app, Msg::Entries(log.entries()), now());

    insta::assert_snapshot!(all(&app, now()));
}

#[test]
fn probes_that_are_due_are_late_and_are_stale() {
    let app = busy();

    let after = |seconds| alone(&app, '2', now() + TimeDelta::seconds(seconds));

    insta::assert_snapshot!(format!("{}\n{}\n{}", after(0), after(22), after(60)));
    let later = now() + TimeDelta::seconds(22);
    let small = words_on(&app, (80, 24), Tier::Rich, later);
    assert!(small.contains("ok   24s ago"), "{small}");
}

#[test]
fn deliveries_in_every_state() {
    let mut app = busy();
    let states = [
        DeliveryState::Queued,
        DeliveryState::InFlight,
        DeliveryState::Sent,
        DeliveryState::Uncertain,
        DeliveryState::Dead,
        DeliveryState::Cancelled,
    ];
    let all = states.map(|state| {
        let mut one = delivery(state.word(), state);
        one.last_error = "the pager answered 503".into();
        one.sent_at = (state == DeliveryState::Sent).then(|| now() + TimeDelta::seconds(2));
        one
    });
    update(&mut app, Msg::Deliveries(all.to_vec()), now());

    insta::assert_snapshot!(alone(&app, '9', now()));
}

#[test]
fn panes_of_a_copy_that_is_cut_off() {
    let app = cut_off();

    insta::assert_snapshot!([alone(&app, '1', now()), alone(&app, '9', now())].join("\n"));
}

#[test]
fn a_filter_is_the_timelines_wherever_the_keys_were() {
    let mut app = busy();

    press(&mut app, "2/evicted\n", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(screen.contains("1 of 19 · /evicted"), "{screen}");
    update(&mut app, key(crossterm::event::KeyCode::Esc), now());
    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(screen.contains("19 entries"), "{screen}");
}

#[test]
fn there_is_nothing_to_filter_on_a_quiet_screen() {
    let mut app = super::fixture::quiet();
    let (_, when) = press(&mut app, "/", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, when);
    assert!(!screen.contains("/ find"), "{screen}");
    assert!(screen.contains("no incident is on the screen"), "{screen}");
}
