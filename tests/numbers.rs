//! What it costs, each number beside a floor measured in the same run.
//!
//! `cargo bench` prints one table. A floor is the least that a program doing the
//! same could cost: bare serde, bare `SQLite`, bare ratatui. Only the ratios
//! mean anything; times are those of the machine. Rounds of both take turns,
//! and the middle round counts.

#[path = "numbers/fold.rs"]
mod fold;
#[path = "numbers/history.rs"]
mod history;
#[path = "numbers/log.rs"]
mod log;
#[path = "numbers/rounds.rs"]
mod rounds;
#[path = "numbers/screen.rs"]
mod screen;
#[path = "numbers/wire.rs"]
mod wire;

use rounds::Table;

fn main() {
    // `cargo test --all-targets` runs this too, and is not asking for numbers.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut table = Table::new();
    fold::measure(&mut table);
    log::measure(&mut table);
    screen::measure(&mut table);
}
