//! What stands where. Below each row of words stand its roles, by letter.

use chrono::{DateTime, TimeDelta, Utc};
use warroom::{
    domain::{
        fact::{ErrorClass, Fact},
        probe::{Outcome, Reading},
        severity::Severity,
    },
    ui::{
        app::{App, update},
        capability::Tier,
        msg::Msg,
        theme::lettered,
    },
};

use super::fixture::{
    INCIDENT, Log, at, blank, busy, console, engine, incident_log, now, press, quiet, screen,
    untaken,
};
use crate::app::in_place::{away, standing_in};

fn shown(app: &App, size: (u16, u16), tier: Tier) -> String {
    shown_at(app, size, tier, now())
}

fn shown_at(app: &App, size: (u16, u16), tier: Tier, now: DateTime<Utc>) -> String {
    let (columns, rows) = size;
    format!(
        "{columns}x{rows}\n{}",
        lettered(&screen(app, size, tier, now))
    )
}

macro_rules! sizes {
    ($($name:ident: $columns:literal x $rows:literal $tier:ident;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(shown(&busy(), ($columns, $rows), Tier::$tier));
        })*
    };
}

sizes! {
    at_80x24: 80 x 24 Rich;
    at_120x40: 120 x 40 Rich;
    at_200x60: 200 x 60 Rich;
    at_60x20: 60 x 20 Rich;
    at_40x8: 40 x 8 Rich;
    at_40x1: 40 x 1 Rich;
    at_1x1: 1 x 1 Rich;
    at_80x24_ascii: 80 x 24 Ascii;
    at_120x40_ascii: 120 x 40 Ascii;
    at_200x60_ascii: 200 x 60 Ascii;
    at_60x20_ascii: 60 x 20 Ascii;
    at_40x8_ascii: 40 x 8 Ascii;
    at_40x1_ascii: 40 x 1 Ascii;
    at_80x24_console: 80 x 24 Console;
}

/// A state, and what is on 80x24 in it.
macro_rules! states {
    ($($name:ident: $app:expr, $keys:expr;)*) => {
        $(#[test]
        fn $name() {
            let mut app = $app;
            press(&mut app, $keys, now() - TimeDelta::minutes(1));
            insta::assert_snapshot!(shown(&app, (80, 24), Tier::Rich));
        })*
    };
}

states! {
    quiet_at_80x24: quiet(), "";
    empty: console(&Log::default(), false), "";
    never_loaded: blank(), "";
    the_ladder_zoomed: busy(), "5z";
    the_composer: busy(), "c\t\t\t\t\tRolling back video-gen to 4.18.1 in staging.";
    a_draft_that_was_kept: busy(), "c\t\t\t\t\tRolling back video-gen to 4.18.1.\x1b";
    a_review: busy(), "c\t\t\t\t\tRolling back.\x12sen";
    severity_up: busy(), "S<\n\np";
    the_resolve_gate: busy(), "R";
    acknowledging: untaken(), "A";
    declaring: quiet(), "n";
    the_help: busy(), "?";
    the_palette: busy(), ":sev";
    the_history: busy(), "h";
    nothing_found: busy(), "3/zzz\n";
    found: busy(), "3/kind:probe\n";
    details: busy(), "3\n";
}

#[test]
fn a_review_of_a_draft_that_was_overtaken() {
    let mut app = busy();
    let text = "c\t\t\t\t\tRolling back.\x1b";
    press(&mut app, text, now() - TimeDelta::minutes(2));
    let mut log = incident_log();
    let before = log.entries().len();
    let worse = Fact::SeverityChanged {
        to: Severity::P1,
        reason: "all regions".into(),
    };
    log.add(INCIDENT, at("14:06:30"), "bo", worse);
    let new = log.entries().split_off(before);
    update(&mut app, Msg::Entries(new), now());
    press(&mut app, "c\x12", now() - TimeDelta::seconds(10));

    insta::assert_snapshot!(shown(&app, (80, 24), Tier::Rich));
}

#[test]
fn taking_an_acknowledgement_back() {
    let mut app = untaken();
    let mut log = Log::default();
    log.add(INCIDENT, at("13:16:00"), "ana", Fact::Acknowledged {});
    let mut ack = log.entries();
    ack[0].id = warroom::domain::entry::EntryId(uuid::Uuid::from_u128(9));
    update(&mut app, Msg::Entries(ack), now());
    press(&mut app, "3:retract\n\n", now() - TimeDelta::seconds(20));

    insta::assert_snapshot!(shown(&app, (80, 24), Tier::Rich));
}

#[test]
fn the_composer_at_120x40() {
    let mut app = busy();
    let text = "c\t\t\t\t\tRolling back video-gen to 4.18.1 in staging. No jobs are lost.";
    press(&mut app, text, now() - TimeDelta::minutes(2));

    insta::assert_snapshot!(shown(&app, (120, 40), Tier::Rich));
}

#[test]
fn a_draft_at_120x40() {
    let mut app = busy();
    let text = "c\t\t\t\t\tRolling back video-gen to 4.18.1 in staging. No jobs are lost.\x1b";
    press(&mut app, text, now() - TimeDelta::minutes(2));

    insta::assert_snapshot!(shown(&app, (120, 40), Tier::Rich));
}

#[test]
fn the_help_at_120x40() {
    let mut app = busy();
    press(&mut app, "?", now());

    insta::assert_snapshot!(shown(&app, (120, 40), Tier::Rich));
}

#[test]
fn an_offline_host() {
    let mut app = busy();
    for seconds in [-30, -20, -10] {
        let failed = Reading {
            at: now() + TimeDelta::seconds(seconds),
            outcome: Outcome::Fail(ErrorClass::Connect),
            took: None,
            detail: "no route to host".into(),
            system: None,
        };
        update(&mut app, Msg::Reading("gateway".into(), failed), now());
    }

    insta::assert_snapshot!(shown(&app, (80, 24), Tier::Rich));
}

#[test]
fn a_server_that_is_away() {
    insta::assert_snapshot!(shown(&away(), (80, 24), Tier::Rich));
}

#[test]
fn a_console_that_pages_while_the_server_is_away() {
    insta::assert_snapshot!(shown(&standing_in(), (80, 24), Tier::Rich));
}

#[test]
fn the_question_before_it_pages_from_here() {
    let mut app = away();
    press(&mut app, "F", now());

    insta::assert_snapshot!(shown(&app, (80, 24), Tier::Rich));
}

#[test]
fn no_engine() {
    let mut app = busy();
    engine(&mut app, None);

    insta::assert_snapshot!(shown(&app, (80, 24), Tier::Rich));
}

#[test]
fn probes_that_all_went_stale() {
    let app = busy();
    let later = now() + TimeDelta::minutes(3);

    insta::assert_snapshot!(shown_at(&app, (80, 24), Tier::Rich, later));
}

#[test]
fn something_that_failed() {
    let mut app = busy();
    let why = "nothing was recorded: the disk is full (/var/lib/warroom/log.db)";
    update(&mut app, Msg::Failed(why.to_owned()), now());

    insta::assert_snapshot!(shown(&app, (80, 24), Tier::Rich));
}

#[test]
fn an_overdue_update() {
    let mut app = busy();
    engine(&mut app, Some(at("14:23:08")));

    insta::assert_snapshot!(shown_at(&app, (80, 24), Tier::Rich, at("14:23:10")));
}
