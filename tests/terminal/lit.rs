//! A wall that hangs on a text console stays lit.

use super::pty::{Pty, Start};
use crate::cli::{house::House, sends::NO_PROBES};

/// As `setterm --blank 0 --powerdown 0` writes it.
const LIT: &str = "\u{1b}[9;0]\u{1b}[14;0]";

#[test]
fn only_a_wall_on_a_text_console_keeps_it_from_going_dark() {
    let house = House::declared();
    house.config(NO_PROBES);
    let (program, home) = (env!("CARGO_BIN_EXE_warroom"), house.path().display());
    for (verb, term, lit) in [
        ("wall", "linux", true),
        ("wall", "xterm-256color", false),
        ("", "linux", false),
    ] {
        let script = format!(
            "printf %s $$ >LOG.pid; HOME={home} USER=ada TERM={term} exec {program} {verb}"
        );
        let mut pty = Pty::start(&Start {
            script: Some(&script),
            size: (120, 40),
            ..Start::default()
        });

        pty.until("the incident", |seen| {
            seen.text().contains("checkout is down") && (!lit || seen.raw_text().contains(LIT))
        });

        pty.until("the rest", |seen| seen.raw_text().contains(LIT) == lit);
    }
}
