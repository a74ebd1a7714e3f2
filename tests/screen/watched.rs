//! What a wall needs that nobody sits at: its clock, its nights, its pixels,
//! and the page that is left when it has ended.

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::{buffer::Buffer, style::Modifier};
use warroom::{
    domain::{fact::Fact, night::Night, severity::Severity},
    ui::{capability::Tier, msg::Msg, wall},
};

use super::{
    fixture::{INCIDENT, busy, console, incident_log, now, quiet, readings},
    walls::{USUAL, beat, drawn, shown, wall_of},
};

fn night() -> Night {
    // 14:07 UTC is 15:07 on this host.
    "15:00-16:00".parse().unwrap()
}

#[test]
fn it_is_dim_at_night_by_the_local_clock() {
    let wall = wall_of(busy());

    assert!(wall.is_dim(night(), now()));
    assert!(!wall.is_dim("14:00-15:00".parse().unwrap(), now()));
}

#[test]
fn nothing_that_nobody_may_miss_is_dim() {
    let mut log = incident_log();
    let worse = Fact::SeverityChanged {
        to: Severity::P1,
        reason: "down".into(),
    };
    log.add(INCIDENT, now(), "kai", worse);

    assert!(!wall_of(console(&log, true)).is_dim(night(), now()), "a P1");
    let lost = now() + TimeDelta::minutes(1);
    assert!(!wall_of(busy()).is_dim(night(), lost), "no data");
}

#[test]
fn a_clock_that_nobody_keeps_right_is_said_on_every_page() {
    for app in [busy(), quiet()] {
        let mut wall = wall_of(app);
        assert!(!shown(&wall, USUAL, Tier::Rich, now()).contains("TRUSTED"));

        wall.synchronised = Some(false);

        let live = shown(&wall, USUAL, Tier::Rich, now());
        assert!(live.contains("CLOCK NOT TRUSTED"), "{live}");
        let lost = shown(&wall, USUAL, Tier::Rich, now() + TimeDelta::minutes(1));
        assert!(lost.contains("clock not trusted"), "{lost}");
    }
}

#[test]
fn a_clock_that_the_servers_contradicts_is_said_on_a_wall() {
    let mut wall = wall_of(busy());

    wall.app.shared.link.offset = TimeDelta::minutes(-40);

    let live = shown(&wall, USUAL, Tier::Rich, now());
    assert!(live.contains("CLOCK NOT TRUSTED"), "{live}");
}

#[test]
fn the_clock_is_utc_with_the_local_time_beside_it() {
    let words = shown(&wall_of(quiet()), USUAL, Tier::Rich, now());

    assert!(
        words.contains("UTC  15:07 local  Thu 22 Jan 2026"),
        "{words}"
    );
}

/// Whether each cell is bright: there is a letter, or the ground is turned over.
fn bright(buffer: &Buffer) -> Vec<bool> {
    let is_bright = |cell: &ratatui::buffer::Cell| {
        let turned = cell.modifier.contains(Modifier::REVERSED);
        (cell.symbol() != " ") != turned
    };
    buffer.content.iter().map(is_bright).collect()
}

/// W8: what stands there for a day and a night burns itself in.
#[test]
fn no_cell_of_a_quiet_wall_is_bright_for_more_than_seven_tenths_of_a_day() {
    let wall = wall_of(quiet());
    let frames: Vec<Vec<bool>> = (0..24 * 12)
        .map(|step| {
            let when: DateTime<Utc> = now() + TimeDelta::minutes(step * 5);
            let mut wall = wall.clone();
            beat(&mut wall, when);
            // The last round: what is not read any more is not quiet.
            for (name, reading) in readings(when, false).into_iter().rev().take(8) {
                wall::update(&mut wall, Msg::Reading(name, reading), when);
            }
            bright(&drawn(&wall, USUAL, Tier::Rich, when))
        })
        .collect();

    let lit = |cell: usize| frames.iter().filter(|frame| frame[cell]).count();
    let (worst, cell) = (0..frames[0].len())
        .map(|cell| (lit(cell), cell))
        .max()
        .unwrap();
    let share = worst * 100 / frames.len();
    assert!(share <= 70, "{share}% at {},{}", cell % 160, cell / 160);
}

#[test]
fn the_page_of_a_stopped_wall() {
    let page = |size| wall::stopped(size, Tier::Console, Some("watchdog"), now()).join("\n");

    insta::assert_snapshot!(format!("{}\n{}", page((160, 50)), page((80, 24))));
}

#[test]
fn the_page_of_a_stopped_wall_fits_any_panel() {
    for size in [(0, 0), (1, 1), (20, 3), (300, 100)] {
        let rows = wall::stopped(size, Tier::Ascii, None, now());

        assert!(rows.len() <= usize::from(size.1), "{size:?}");
    }
}
