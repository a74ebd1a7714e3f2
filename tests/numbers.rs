//! What it costs, each number beside a floor measured in the same run.
//!
//! `cargo bench` prints one table (`cargo bench -- fold`, `log`, `screen` or
//! `backend` a part of it). A floor is the least that a program doing the
//! same could cost: bare serde, bare `SQLite`, bare ratatui. Only the ratios
//! mean anything; times are those of the machine. Rounds of both take turns,
//! and the middle round counts.

#[path = "numbers/backend/mod.rs"]
mod backend;
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

fn main() {
    if backend::serve_floor() {
        return;
    }
    // `cargo test --all-targets` runs this too, and is not asking for numbers.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let all: [(&str, fn()); 4] = [
        ("fold", fold::measure),
        ("log", log::measure),
        ("screen", screen::measure),
        ("backend", backend::measure),
    ];
    rounds::head();
    for (name, measure) in all {
        if asked.is_empty() || asked.iter().any(|part| part == name) {
            measure();
        }
    }
}
