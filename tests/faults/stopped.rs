//! A console that a shell stops.

use super::{console::Console, quiet_house};

/// What it says when it ran the engine.
const WARNING: &str = "nobody is paged and nothing is delivered until `fg`";

#[test]
fn a_console_that_runs_the_engine_is_not_stopped_in_silence() {
    let house = quiet_house();
    let mut console = Console::at_a_shell(&house, "ada");
    console
        .until("engine", |seen| seen.text().contains("LIVE"))
        .expect("it runs");

    console.send("\u{1a}").expect("a terminal");
    console
        .until("warning", |seen| seen.text().contains(WARNING))
        .expect("a shell");

    console.send("fg\r").expect("a terminal");
    console
        .until("room again", |seen| seen.text().contains("TIMELINE"))
        .expect("it goes on");
}
