//! A console over a log that it may only read.

use std::{path::Path, process::Command};

use portable_pty::CommandBuilder;

use super::{
    console::{Console, WARROOM},
    quiet_house,
};

/// A user for whom permissions hold.
const NOBODY: &str = "65534";

fn run(command: &str, mode: &str, place: &Path) {
    let done = Command::new(command).args(["-R", mode]).arg(place).status();
    assert!(
        done.is_ok_and(|status| status.success()),
        "{command} {mode}"
    );
}

/// What runs it as somebody who may not write there.
fn reader(place: &Path) -> CommandBuilder {
    if !rustix::process::geteuid().is_root() {
        return CommandBuilder::new(WARROOM);
    }
    run("chown", NOBODY, place);
    let mut command = CommandBuilder::new("/usr/bin/setpriv");
    command.args([
        "--reuid",
        NOBODY,
        "--regid",
        NOBODY,
        "--clear-groups",
        WARROOM,
    ]);
    command
}

#[test]
fn a_console_opens_over_a_log_that_it_can_only_read_and_says_why() {
    let house = quiet_house();
    let command = reader(house.path());
    run("chmod", "a-w,a+rX", house.path());

    let console = Console::of(&house, command);
    let opened = console.until("incident", |seen| {
        let text = seen.text();
        text.contains("checkout is down") && text.contains("can only be read")
    });
    run("chmod", "u+w", house.path());

    opened.expect("it stays open");
}
