//! What systemd is told, and what it is to do.

use std::{
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixDatagram},
    },
    process::Command,
};

use super::{
    PATIENCE,
    served::{Served, house},
};
use crate::cli::house::House;

pub fn next(ear: &UnixDatagram) -> String {
    let mut bytes = [0; 256];
    let length = ear.recv(&mut bytes).expect("it says something");
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

fn is_told(ear: &UnixDatagram, name: &str) {
    ear.set_read_timeout(Some(PATIENCE)).unwrap();
    let house = house();
    let mut command = house.command(["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("NOTIFY_SOCKET", name)
        .env("WATCHDOG_USEC", "400000");
    let mut served = Served::with(command);

    assert_eq!(next(ear), "READY=1");
    assert_eq!(next(ear), "WATCHDOG=1");
    assert_eq!(served.end(), Some(0));
    let mut last = next(ear);
    while last == "WATCHDOG=1" {
        last = next(ear);
    }
    assert_eq!(last, "STOPPING=1");
}

#[test]
fn systemd_is_told_that_it_is_ready_lives_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let ear = UnixDatagram::bind(&path).unwrap();

    is_told(&ear, path.to_str().unwrap());
}

#[test]
fn systemd_is_told_on_a_socket_without_a_file_as_well() {
    let name = format!("warroom-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let ear = UnixDatagram::bind_addr(&address).unwrap();

    is_told(&ear, &format!("@{name}"));
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    let house = house();
    let unit = house.done("serve --print-unit").out;

    is_taken(
        &house,
        ("warroom.service", &unit),
        &[
            "Type=notify",
            "DynamicUser=yes",
            "StateDirectory=warroom",
            "ProtectSystem=strict",
            "NoNewPrivileges=yes",
            "SystemCallFilter=@system-service",
        ],
    );
}

#[test]
fn the_unit_of_a_wall_is_one_that_systemd_takes() {
    let house = house();
    let unit = house.done("wall --print-unit").out;

    is_taken(
        &house,
        ("warroom-wall@tty1.service", &unit),
        &[
            "Type=notify",
            "WatchdogSec=30",
            "Restart=always",
            "StartLimitIntervalSec=0",
            "Conflicts=getty@%i.service",
        ],
    );
    assert!(unit.contains("wall --stopped-page"), "{unit}");
}

/// Whether the unit has the lines, and systemd has nothing to say of it.
fn is_taken(house: &House, (name, unit): (&str, &str), lines: &[&str]) {
    for line in lines {
        assert!(unit.lines().any(|found| found == *line), "{line} in {unit}");
    }
    let file = house.file(name, unit);
    let verified = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&file)
        .output();
    let Ok(verified) = verified else { return };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let ours: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("warroom"))
        .collect();
    assert!(verified.status.success() && ours.is_empty(), "{said}");
}
