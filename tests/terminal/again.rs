//! A screen that reads its configuration again: the real program.

use rustix::process::Signal;

use super::pty::Pty;
use crate::cli::{house::House, sends::NO_PROBES};

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
