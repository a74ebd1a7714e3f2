//! Several consoles and commands on one log see one another.

use std::time::Duration;

use tokio::time::Instant;

use super::{console::Console, quiet_house};

/// Far more than it takes, so that a busy machine fails nothing.
const AT_ONCE: Duration = Duration::from_secs(5);

#[test]
fn a_note_shows_on_every_other_console() {
    let house = quiet_house();
    let mut first = Console::start(&house, "ada", |_| ());
    let second = Console::start(&house, "bo", |_| ());
    first.ready().expect("it runs");
    second.ready().expect("it runs");

    let start = Instant::now();
    house.done("note from-a-command");
    let written = start.elapsed();
    for console in [&first, &second] {
        console.until("note", |seen| seen.has_note("from-a-command"));
    }
    let by_command = start.elapsed();
    first.type_note("from-ada").expect("it runs");
    let start = Instant::now();
    second.until("note", |seen| seen.has_note("from-ada"));
    let by_console = start.elapsed();

    say!(
        "a command's note showed on both consoles after {:?} (the command took {written:?}), \
         a console's on the other after {by_console:?}",
        by_command.saturating_sub(written)
    );
    assert!(
        by_command.saturating_sub(written) < AT_ONCE,
        "{by_command:?}"
    );
    assert!(by_console < AT_ONCE, "{by_console:?}");
    first.until("its own note", |seen| seen.has_note("from-ada"));
    let timeline = house.done("timeline").out;
    assert_eq!(timeline.matches("from-").count(), 2, "{timeline}");
}
