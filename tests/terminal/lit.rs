//! A wall that hangs on a text console stays lit.

use super::pty::Pty;
use crate::cli::{house::House, sends::NO_PROBES};

/// As `setterm --blank 0 --powerdown 0` writes it.
const LIT: &str = "\u{1b}[9;0]\u{1b}[14;0]";

#[test]
fn only_a_wall_on_a_text_console_keeps_it_from_going_dark() {
    let house = House::declared();
    house.config(NO_PROBES);
    for (verb, term, lit) in [
        ("wall", "linux", true),
        ("wall", "xterm-256color", false),
        ("", "linux", false),
    ] {
        let mut pty = Pty::real(&house, &format!("TERM={term}"), verb);

        pty.until("the incident", |seen| {
            seen.text().contains("checkout is down") && (!lit || seen.raw_text().contains(LIT))
        });

        pty.until("the rest", |seen| seen.raw_text().contains(LIT) == lit);
    }
}
