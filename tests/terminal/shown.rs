//! Which incident the console opens with: the real program.

use rustix::process::Signal;

use super::pty::Pty;
use crate::cli::{house::House, sends::NO_PROBES};

/// Two incidents that are active, and one that is over.
fn three() -> House {
    let house = House::new();
    house.config(NO_PROBES);
    house.done("declare checkout --severity P2 --yes");
    house.done("declare thumbnails --severity P3 --yes");
    house.done("declare printers --severity P3 --yes");
    house.done("-i INC-3 cancel --reason duplicate");
    house
}

#[test]
fn the_incident_that_is_named_is_shown_though_others_are_active() {
    let house = three();
    for (named, title) in [("INC-2", "thumbnails"), ("3", "printers")] {
        let mut pty = Pty::real(&house, "", &format!("-i {named}"));

        pty.until("its title", |seen| seen.row(0).contains(title));

        pty.signal(Signal::TERM);
        assert_eq!(pty.exit_code(), 143);
    }
}

#[test]
fn an_incident_that_is_not_there_ends_it_with_those_that_are() {
    let house = three();
    let mut pty = Pty::real(&house, "", "-i INC-9");

    let why = "there is no incident INC-9: INC-1, INC-2 are active";
    pty.until("the reason", |seen| seen.text().contains(why));

    assert_ne!(pty.exit_code(), 0);
}
