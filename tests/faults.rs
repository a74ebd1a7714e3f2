//! What goes wrong: processes that are killed at any moment, posts that end in
//! the middle, engines that follow one another. The real program on one log.

/// Tells a figure of the run, for whoever looks at it with `--no-capture`.
macro_rules! say {
    ($($text:tt)*) => { $crate::faults::tell(&format!($($text)*)) };
}

pub mod console;
pub mod engines;
pub mod kills;
mod posts;
pub mod process;
mod reading;
pub mod receiver;
mod set_back;
mod sharing;
mod stopped;
mod wall;

use std::time::Duration;

use self::kills::number;
use crate::cli::house::House;

/// How long a test waits for what must happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(30);

/// The host probes its built-in targets otherwise.
pub const NO_PROBES: &str = "probes = []\n";

/// The choices of a run: told, so that a red one can be made again by saying
/// `WARROOM_SEED`.
pub fn random() -> fastrand::Rng {
    let seed = number("WARROOM_SEED").unwrap_or_else(|| fastrand::u64(..));
    say!("WARROOM_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
pub fn tell(text: &str) {
    println!("{text}");
}

/// A house with an incident, where nothing is probed.
fn quiet_house() -> House {
    let house = House::new();
    house.config(NO_PROBES);
    house.run(["declare", "checkout is down", "--severity", "P2"]);
    house
}
