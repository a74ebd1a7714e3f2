//! The wall: what is read from across the room, and when it says that it is old.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use warroom::{
    domain::{entry::IncidentId, fact::Fact, severity::Severity},
    ui::{
        app::App,
        capability::{Depth, Tier},
        msg::{EngineSeen, Msg},
        theme::{Role, Theme, lettered, role_letter},
        view::Look,
        wall::{self, Beat, Wall},
    },
};

use super::fixture::{INCIDENT, Log, at, busy, declaration, incident_log, key, now, quiet};

/// A wall that has seen a few beats, the last two seconds ago.
fn wall_of(app: App) -> Wall {
    let mut wall = Wall::new(app, now() - TimeDelta::minutes(60));
    wall.redact = false;
    wall.app.settings.host = "wall-03".into();
    for seconds in [17, 12, 7, 2] {
        beat(&mut wall, now() - TimeDelta::seconds(seconds));
    }
    wall::update(&mut wall, Msg::Tick, now());
    wall
}

fn beat(wall: &mut Wall, when: DateTime<Utc>) {
    let seen = EngineSeen {
        holder: Some("desk-1".into()),
        mine: false,
        ticked_at: Some(when),
    };
    wall::update(wall, Msg::Engine(seen), when);
}

fn drawn(wall: &Wall, size: (u16, u16), tier: Tier, now: DateTime<Utc>) -> Buffer {
    let theme = Theme::roles();
    let look = Look {
        theme: &theme,
        depth: Depth::Ansi256,
        tier,
        slow: false,
    };
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).unwrap();
    terminal
        .draw(|frame| wall::draw(wall, look, now, frame))
        .unwrap();
    terminal.backend().buffer().clone()
}

fn shown(wall: &Wall, size: (u16, u16), tier: Tier, now: DateTime<Utc>) -> String {
    let (columns, rows) = size;
    format!(
        "{columns}x{rows}\n{}",
        lettered(&drawn(wall, size, tier, now))
    )
}

const USUAL: (u16, u16) = (160, 50);

#[test]
fn an_incident() {
    insta::assert_snapshot!(shown(&wall_of(busy()), USUAL, Tier::Rich, now()));
}

#[test]
fn an_incident_in_ascii() {
    insta::assert_snapshot!(shown(&wall_of(busy()), USUAL, Tier::Ascii, now()));
}

#[test]
fn an_incident_without_names() {
    let mut wall = wall_of(busy());
    wall.redact = true;

    let shown = shown(&wall, USUAL, Tier::Rich, now());

    let words: Vec<&str> = shown.split([' ', ',', '\n']).collect();
    for name in ["ana", "bo", "kai", "mia", "raj", "OOM"] {
        assert!(!words.contains(&name), "{name}\n{shown}");
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn an_incident_on_120x40() {
    insta::assert_snapshot!(shown(&wall_of(busy()), (120, 40), Tier::Rich, now()));
}

#[test]
fn an_incident_on_80x24() {
    insta::assert_snapshot!(shown(&wall_of(busy()), (80, 24), Tier::Rich, now()));
}

#[test]
fn an_incident_on_60x20_and_40x8() {
    let wall = wall_of(busy());

    let narrow = shown(&wall, (60, 20), Tier::Rich, now());
    let tiny = shown(&wall, (40, 8), Tier::Rich, now());

    insta::assert_snapshot!(format!("{narrow}\n{tiny}"));
}

#[test]
fn something_overdue() {
    let wall = wall_of(busy());
    let mut late = wall.clone();
    beat(&mut late, at("14:17:28"));

    insta::assert_snapshot!(shown(&late, USUAL, Tier::Rich, at("14:17:30")));
}

#[test]
fn nothing_wrong() {
    insta::assert_snapshot!(shown(&wall_of(quiet()), USUAL, Tier::Rich, now()));
}

#[test]
fn nothing_wrong_on_80x24() {
    insta::assert_snapshot!(shown(&wall_of(quiet()), (80, 24), Tier::Rich, now()));
}

#[test]
fn no_data() {
    let mut wall = wall_of(busy());
    wall::update(
        &mut wall,
        Msg::Failed("connection refused".to_owned()),
        now(),
    );

    let later = now() + TimeDelta::seconds(269);

    insta::assert_snapshot!(shown(&wall, USUAL, Tier::Rich, later));
}

#[test]
fn no_data_on_80x24_60x20_and_40x1() {
    let wall = wall_of(busy());
    let later = now() + TimeDelta::seconds(269);

    let small = shown(&wall, (80, 24), Tier::Rich, later);
    let narrow = shown(&wall, (60, 20), Tier::Rich, later);
    let line = shown(&wall, (40, 1), Tier::Rich, later);

    insta::assert_snapshot!(format!("{small}\n{narrow}\n{line}"));
}

#[test]
fn no_engine() {
    let mut app = busy();
    app.engine = EngineSeen::default();
    let wall = Wall::new(app, now() - TimeDelta::seconds(6));

    insta::assert_snapshot!(shown(&wall, USUAL, Tier::Rich, now()));
}
