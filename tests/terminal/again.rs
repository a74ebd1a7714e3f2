//! A screen that reads its configuration again: the real program.

use std::{fs, process::Command};

use rustix::process::Signal;

use super::pty::{Pty, Start};
use crate::{
    cli::{house::House, sends::NO_PROBES},
    faults::receiver::Receiver,
};

#[test]
fn a_screen_reads_its_configuration_again_and_keeps_the_old_one_at_a_mistake() {
    for verb in ["", "wall"] {
        let house = House::declared();
        house.config(NO_PROBES);
        let mut pty = Pty::real(&house, "", &format!("--color true {verb}"));
        pty.until("the incident", |seen| {
            seen.text().contains("checkout is down")
        });
        let ground = pty.cell(20, 119).bgcolor();

        house.config(&format!("{NO_PROBES}bell = 3\n"));
        pty.signal(Signal::USR1);
        if verb.is_empty() {
            let why = "everything stays as it was";
            pty.until("the reason", |seen| seen.text().contains(why));
        }
        house.config(&format!("{NO_PROBES}theme = \"daylight\"\n"));
        pty.signal(Signal::USR1);

        pty.until("the other colours", |seen| seen.ground(20, 119) != ground);
        pty.signal(Signal::TERM);
        assert_eq!(pty.exit_code(), 143, "{verb}");
    }
}

#[test]
fn a_console_probes_and_sends_by_the_configuration_that_it_read_again() {
    let receiver = Receiver::start();
    let house = House::declared();
    house.config("probes = []\n");
    let program = env!("CARGO_BIN_EXE_warroom");
    let home = house.path().display();
    let script = format!("printf %s $$ >LOG.pid; HOME={home} USER=ada exec {program}");
    let mut pty = Pty::start(&Start {
        script: Some(&script),
        size: (120, 40),
        ..Start::default()
    });
    pty.until("an engine", |seen| {
        seen.text().contains("LIVE") && seen.text().contains("nothing is probed")
    });

    let probe = "[[probes]]\nname = \"shop\"\nkind = \"tcp\"\naddress = \"127.0.0.1:1\"\n";
    house.config(&format!("{probe}{}", receiver.channel("incidents")));
    pty.signal(Signal::USR1);

    pty.until("the probe", |seen| seen.text().contains("? shop"));
    house.done("update --yes --body hello");
    let post = receiver.post();
    assert!(post.body.ends_with("hello"), "{}", post.body);
    post.take();
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit_code(), 143);
}

#[test]
fn a_folder_that_does_not_answer_holds_up_no_screen() {
    let house = House::declared();
    house.config(&format!("{NO_PROBES}policy = \"policy.toml\"\n"));
    let policy = house.file(".config/warroom/policy.toml", "amends = \"built-in\"\n");
    let mut pty = Pty::real(&house, "", "");
    pty.until("the incident", |seen| seen.text().contains("TIMELINE"));

    // Whoever opens it waits until somebody writes.
    fs::remove_file(&policy).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&policy)
            .status()
            .unwrap()
            .success()
    );
    pty.signal(Signal::USR1);
    pty.send("?");

    pty.until("the keys", |seen| seen.text().contains("arrows scroll"));
    pty.send("\u{1b}");
    fs::write(&policy, "amends = \"built-in\"\n").unwrap();
    pty.until("what was read", |seen| {
        seen.text().contains("the configuration was read again")
    });
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit_code(), 143);
}

#[test]
fn summer_time_begins_on_a_screen_that_is_open() {
    let house = House::declared();
    house.config(NO_PROBES);
    let surroundings = "TZ=CET-1CEST,M3.5.0,M10.5.0/3";

    let mut pty = Pty::real(&house, surroundings, "--now 2026-03-29T00:59:55Z");

    pty.until("winter", |seen| seen.row(0).contains("01:59 local"));
    pty.until("summer", |seen| seen.row(0).contains("03:00 local"));
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit_code(), 143);
}
