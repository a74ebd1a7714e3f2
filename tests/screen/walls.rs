//! The wall: what is read from across the room, and when it says that it is old.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use ratatui::{buffer::Buffer, layout::Rect};
use warroom::{
    domain::{fact::Fact, severity::Severity},
    ui::{
        app::App,
        capability::{Depth, Tier},
        msg::{EngineSeen, Msg},
        theme::{Role, Theme, lettered, role_letter},
        view::Look,
        wall::{self, Beat, Wall},
    },
};

use super::{
    fixture::{
        INCIDENT, at, busy, cases, console, declaration, flapping, incident_log, key, now, quiet,
        specs,
    },
    turns::{tick, wall_of_two},
};

/// A wall that has seen a few beats, the last two seconds ago.
pub fn wall_of(app: App) -> Wall {
    let mut wall = Wall::new(app, now() - TimeDelta::minutes(60));
    wall.redact = false;
    wall.app.settings.host = "wall-03".into();
    for seconds in [17, 12, 7, 2] {
        beat(&mut wall, now() - TimeDelta::seconds(seconds));
    }
    wall::update(&mut wall, Msg::Tick, now());
    wall
}

pub fn beat(wall: &mut Wall, when: DateTime<Utc>) {
    let seen = EngineSeen {
        holder: Some("desk-1".into()),
        mine: false,
        ticked_at: Some(when),
    };
    wall::update(wall, Msg::Engine(seen), when);
}

pub fn drawn(wall: &Wall, size: (u16, u16), tier: Tier, now: DateTime<Utc>) -> Buffer {
    let theme = Theme::roles();
    let look = Look {
        theme: &theme,
        depth: Depth::Ansi256,
        tier,
        slow: false,
    };
    let mut cells = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    wall::draw(wall, look, now, &mut cells);
    cells
}

pub fn shown(wall: &Wall, size: (u16, u16), tier: Tier, now: DateTime<Utc>) -> String {
    let (columns, rows) = size;
    format!(
        "{columns}x{rows}\n{}",
        lettered(&drawn(wall, size, tier, now))
    )
}

pub const USUAL: (u16, u16) = (160, 50);

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

    for size in [
        USUAL,
        (200, 60),
        (120, 40),
        (80, 24),
        (60, 20),
        (50, 14),
        (40, 8),
        (40, 1),
    ] {
        let shown = shown(&wall, size, Tier::Rich, now());
        let words: Vec<&str> = shown.split([' ', ',', '(', ')', '\n']).collect();
        for name in ["ana", "bo", "kai", "mia", "raj", "OOM"] {
            assert!(!words.contains(&name), "{name}\n{shown}");
        }
    }
    let shown = shown(&wall, USUAL, Tier::Rich, now());
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

    let mut redacted = wall.clone();
    redacted.redact = true;
    let unnamed = shown(&redacted, (60, 20), Tier::Rich, now());
    let narrow = shown(&wall, (60, 20), Tier::Rich, now());
    let tiny = shown(&wall, (40, 8), Tier::Rich, now());

    insta::assert_snapshot!(format!("{narrow}\n{tiny}\n{unnamed}"));
}

#[test]
fn something_overdue() {
    let mut late = wall_of(busy());
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

/// The rows that a role takes, one below the other, somewhere in some columns.
pub fn tallest(buffer: &Buffer, role: Role) -> usize {
    let area = buffer.area;
    let has = |x: u16, y: u16| role_letter(buffer[(x, y)].style()) == role.letter();
    let run = |x: u16| {
        let rows: Vec<bool> = (0..area.height).map(|y| has(x, y)).collect();
        let runs = rows.split(|has| !has).map(<[bool]>::len);
        runs.max().unwrap_or(0)
    };
    (0..area.width).map(run).max().unwrap_or(0)
}

/// W: 8% of the height is read from eight metres on a 55-inch panel.
#[test]
fn what_is_read_from_eight_metres_has_four_rows_of_fifty() {
    let buffer = drawn(&wall_of(busy()), USUAL, Tier::Rich, now());

    for (role, rows) in [
        (Role::WallTitle, 4),
        (Role::P2, 8),
        (Role::Calm, 8),
        (Role::Bad, 4),
        (Role::Warn, 4),
        (Role::Stale, 4),
    ] {
        assert!(tallest(&buffer, role) >= rows, "{role}");
    }
}

#[test]
fn the_three_next_clocks_have_four_rows_each() {
    let buffer = drawn(&wall_of(busy()), USUAL, Tier::Rich, now());

    let row = |y: u16| -> String { (0..160).map(|x| buffer[(x, y)].symbol()).collect() };
    let labels = (0..50).find(|y| row(*y).contains("RESOLVE IN")).unwrap();
    for x in [4, 55, 106] {
        for y in labels + 1..=labels + 4 {
            let cells: String = (x..x + 24).map(|x| buffer[(x, y)].symbol()).collect();
            assert!(cells.contains(['█', '▀', '▄']), "{x} {y} {cells:?}");
        }
    }
}

#[test]
fn it_says_late_after_ten_seconds_and_no_data_after_thirty() {
    let wall = wall_of(busy());
    let after = |seconds| wall.beat(now() + TimeDelta::seconds(seconds));

    assert_eq!(after(8), Beat::Live);
    assert_eq!(after(9), Beat::Late(TimeDelta::seconds(11)));
    assert_eq!(after(28), Beat::Late(TimeDelta::seconds(30)));
    assert_eq!(after(29), Beat::Lost(now() - TimeDelta::seconds(2)));
}

#[test]
fn an_old_beat_that_was_read_from_disk_is_no_life() {
    let mut wall = Wall::new(busy(), now());
    wall.app.engine = EngineSeen::default();
    let seen = EngineSeen {
        ticked_at: Some(at("12:00:00")),
        ..EngineSeen::default()
    };

    wall::update(&mut wall, Msg::Engine(seen), now());

    assert_eq!(wall.beat(now()), Beat::Lost(at("12:00:00")));
}

#[test]
fn an_engine_whose_clock_is_wrong_lives_while_it_beats() {
    let mut wall = wall_of(busy());
    for seconds in [5, 10] {
        let ticked_at = Some(at("12:00:00") + TimeDelta::seconds(seconds));
        let seen = EngineSeen {
            ticked_at,
            ..EngineSeen::default()
        };
        wall::update(
            &mut wall,
            Msg::Engine(seen),
            now() + TimeDelta::seconds(seconds),
        );
    }

    assert_eq!(wall.beat(now() + TimeDelta::seconds(12)), Beat::Live);
    assert!(matches!(
        wall.beat(now() + TimeDelta::seconds(60)),
        Beat::Lost(_)
    ));
}

#[test]
fn a_beat_that_comes_late_is_no_clock_that_differs() {
    let differs = |ahead: i64| {
        let mut wall = wall_of(busy());
        let seen = EngineSeen {
            ticked_at: Some(now() + TimeDelta::seconds(ahead)),
            ..EngineSeen::default()
        };
        wall::update(&mut wall, Msg::Engine(seen), now());
        shown(&wall, USUAL, Tier::Rich, now()).contains("clocks differ")
    };

    assert!(!differs(-6), "by way of a server");
    assert!(differs(6), "nothing comes before it was");
    assert!(differs(-60));
}

#[test]
fn only_beats_move_the_dots() {
    let mut wall = wall_of(busy());
    let dots = |wall: &Wall, now| {
        let shown = shown(wall, USUAL, Tier::Rich, now);
        shown.matches('▪').count()
    };
    let before = dots(&wall, now());

    tick(&mut wall, now(), 8);
    let still = dots(&wall, now() + TimeDelta::seconds(8));
    beat(&mut wall, now() + TimeDelta::seconds(8));

    assert_eq!(still, before);
    assert_eq!(dots(&wall, now() + TimeDelta::seconds(8)), before + 1);
}

/// W8. The clock of an hour is full of letters; it must not stand still.
#[test]
fn the_picture_moves_every_ten_minutes_and_swaps_every_hour() {
    let wall = wall_of(quiet());
    let top = |minutes| {
        let mut wall = wall.clone();
        let when = now() + TimeDelta::minutes(minutes);
        beat(&mut wall, when);
        drawn(&wall, USUAL, Tier::Rich, when)
    };
    let rule = |buffer: &Buffer| {
        let found = buffer.content.iter().position(|cell| cell.symbol() == "━");
        found.map(|place| (place % 160, place / 160)).unwrap()
    };
    let places: std::collections::BTreeSet<_> = (0..6).map(|step| rule(&top(step * 10))).collect();

    assert_eq!(places.len(), 6, "{places:?}");
    let swapped = |minutes| {
        let buffer = top(minutes);
        let reversed = |cell: &ratatui::buffer::Cell| {
            cell.modifier.contains(ratatui::style::Modifier::REVERSED)
        };
        buffer.content[..480].iter().any(reversed)
    };
    assert!(!swapped(0));
    assert!(swapped(60));
}

#[test]
fn no_key_and_no_paste_changes_anything() {
    let mut after = wall_of(busy());
    let before = shown(&after, USUAL, Tier::Rich, now());

    for c in ('\0'..='\u{7f}').chain(['ä', '漢']) {
        wall::update(&mut after, key(crossterm::event::KeyCode::Char(c)), now());
        wall::update(&mut after, super::fixture::ctrl(c), now());
        wall::update(&mut after, Msg::Paste(c.to_string()), now());
    }

    assert_eq!(shown(&after, USUAL, Tier::Rich, now()), before);
    assert!(matches!(after.app.mode, warroom::ui::app::Mode::Browse));
}

#[test]
fn a_title_in_another_script_is_still_there() {
    let mut log = super::fixture::quiet_log();
    let title = declaration("動画の生成が遅い", Severity::P2, at("14:00:00"));
    log.add(
        INCIDENT,
        at("14:01:00"),
        "kai",
        Fact::Declared(Box::new(title)),
    );

    let wall = wall_of(console(&log, false));

    let text: String = shown(&wall, USUAL, Tier::Rich, now()).replace(' ', "");
    assert!(text.contains("動画の生成が遅い"), "{text}");
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn any_size_is_drawn_and_drawing_changes_nothing(
        columns in 1_u16..=220,
        rows in 1_u16..=70,
        minutes in 0_i64..300,
        state in 0_usize..4,
        redact: bool,
        tier in prop::sample::select(vec![Tier::Rich, Tier::Console, Tier::Ascii]),
    ) {
        let mut wall = match state {
            0 => wall_of(quiet()),
            1 => wall_of_two(),
            _ => wall_of(busy()),
        };
        wall.redact = redact;
        let later = now() + TimeDelta::minutes(minutes);
        if state < 3 {
            beat(&mut wall, later);
        }
        let before = format!("{wall:?}");

        let _drawn = drawn(&wall, (columns, rows), tier, later);

        prop_assert_eq!(format!("{wall:?}"), before);
    }
}

#[test]
fn a_probe_that_goes_up_and_down_does_not_drive_out_what_matters() {
    let mut log = flapping();
    log.add(
        INCIDENT,
        at("14:06:50"),
        "ana",
        Fact::Described {
            title: None,
            impact: Some("worse".into()),
            service: None,
        },
    );

    let wall = wall_of(console(&log, true));

    let shown = shown(&wall, USUAL, Tier::Rich, now());
    assert_eq!(shown.matches("flapping").count(), 1, "{shown}");
    assert!(shown.contains("render-2 evicted"), "{shown}");
    assert!(!shown.contains("reworded"), "{shown}");
}

#[test]
fn nothing_is_called_well_where_nothing_is() {
    let mut app = busy();
    let down = specs()
        .into_iter()
        .filter(|spec| spec.name == "render-2".into());
    app.panel.take_up(&down.collect::<Vec<_>>());

    let words = shown(&wall_of(app), USUAL, Tier::Rich, now());

    assert!(words.contains("HEALTH"), "{words}");
    assert!(!words.contains(" OK "), "{words}");
}

#[test]
fn on_a_smaller_wall_no_state_no_meter_and_no_time_is_cut() {
    let mut log = incident_log();
    let worse = Fact::SeverityChanged {
        to: Severity::P1,
        reason: "down".into(),
    };
    log.add(INCIDENT, now(), "kai", worse);
    let wall = wall_of(console(&log, true));

    for size in [(122, 42), (82, 25)] {
        let page = shown(&wall, size, Tier::Rich, now());

        assert!(page.contains("CRITICAL ▐"), "{page}");
        let beside = page.contains("CRITICAL ▐  ████");
        let below = page.lines().any(|row| {
            let middle: String = row.chars().skip(22).take(16).collect();
            middle.trim() == "████"
        });
        assert!(beside || below, "{page}");
        let cut_number = ('0'..='9').any(|digit| page.contains(&format!("{digit}…")));
        assert!(!cut_number, "{page}");
    }
    let narrow = shown(&wall, (62, 21), Tier::Rich, now());
    assert!(narrow.contains("CRITICAL"), "{narrow}");
}

#[test]
fn a_time_of_another_day_has_its_day() {
    let mut wall = wall_of(busy());
    let late = now() + TimeDelta::hours(12);
    beat(&mut wall, late - TimeDelta::seconds(1));
    beat(&mut wall, late);

    let page = shown(&wall, USUAL, Tier::Rich, late);

    assert!(page.contains("Thu 13:14 UTC"), "{page}");
}
