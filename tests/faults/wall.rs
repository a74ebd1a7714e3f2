//! A wall on a terminal of its own, and whoever watches over it.

use std::os::unix::{fs::PermissionsExt as _, net::UnixDatagram};

use portable_pty::CommandBuilder;

use super::{NO_PROBES, PATIENCE, console::Console};
use crate::{cli::house::House, edge::systemd::next};

/// A house with an incident, in which nobody keeps the clock right.
fn house() -> House {
    let house = House::declared();
    house.config(NO_PROBES);
    let asked = house.file("bin/timedatectl", "#!/bin/sh\necho no\n");
    std::fs::set_permissions(&asked, std::fs::Permissions::from_mode(0o755)).unwrap();
    house
}

/// The wall with these variables.
fn wall(house: &House, variables: &[String]) -> Console {
    let mut command = CommandBuilder::new("/usr/bin/env");
    command.args(variables);
    command.args([env!("CARGO_BIN_EXE_warroom"), "wall"]);
    Console::of(house, command)
}

#[test]
fn systemd_is_told_that_the_wall_is_seen_lives_and_ends() {
    let house = house();
    let path = house.path().join("notify");
    let ear = UnixDatagram::bind(&path).unwrap();
    ear.set_read_timeout(Some(PATIENCE)).unwrap();

    let wall = wall(
        &house,
        &[
            format!("NOTIFY_SOCKET={}", path.display()),
            "WATCHDOG_USEC=900000".to_owned(),
        ],
    );

    assert_eq!(next(&ear), "READY=1");
    wall.until("the picture", |seen| seen.text().contains("INC-1"));
    assert_eq!(next(&ear), "WATCHDOG=1");
    assert_eq!(next(&ear), "WATCHDOG=1");
    wall.handle().end();
    let mut last = next(&ear);
    while last == "WATCHDOG=1" {
        last = next(&ear);
    }
    assert_eq!(last, "STOPPING=1");
}

#[test]
fn a_wall_says_that_nobody_keeps_its_clock_right() {
    let house = house();
    let path = house.path().join("bin");

    let wall = wall(&house, &[format!("PATH={}:/usr/bin:/bin", path.display())]);

    wall.until("the word", |seen| {
        let text = seen.text().to_lowercase();
        text.contains("clock not trusted")
    });
}

#[test]
fn whoever_prints_the_page_of_a_stopped_wall_to_a_file_gets_a_sentence() {
    let house = House::new();
    let mut command = house.command(["wall", "--stopped-page"]);
    command.env("SERVICE_RESULT", "watchdog\u{1b}[2J");

    let said = crate::cli::house::said(command.output().unwrap());

    assert!(said.out.starts_with("the wall stopped at "), "{said:?}");
    assert!(said.out.contains("Z (watchdog"), "{said:?}");
    assert!(!said.out.contains('\u{1b}'), "{said:?}");
}

#[test]
fn a_stopped_wall_leaves_a_page_that_says_so_on_its_terminal() {
    let house = House::new();
    // A configuration that can't be read may be why it stopped.
    house.config("workspace = 3");
    let mut command = CommandBuilder::new("/usr/bin/env");
    let program = env!("CARGO_BIN_EXE_warroom");
    command.args(["SERVICE_RESULT=watchdog", program, "wall", "--stopped-page"]);

    let console = Console::of(&house, command);

    console.until("the page", |seen| {
        seen.text().contains("This wall stopped on ") && seen.text().contains("(watchdog)")
    });
}
