//! What goes wrong: processes that are killed at any moment, posts that end in
//! the middle, engines that follow one another. The real program on one log.

mod console;
mod engines;
mod kills;
mod posts;
mod process;
mod receiver;
mod sharing;

use std::time::Duration;

use crate::cli::house::House;

/// How long a test waits for what must happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(3);

/// The host probes its built-in targets otherwise.
const NO_PROBES: &str = "probes = []\n";

/// A house with an incident, where nothing is probed.
fn quiet_house() -> House {
    let house = House::new();
    house.config(NO_PROBES);
    house.run(["declare", "checkout is down", "--severity", "P2"]);
    house
}
