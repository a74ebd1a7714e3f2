//! What a wall says of itself, and of an incident that may not be over.

use chrono::TimeDelta;
use warroom::{
    domain::{fact::Fact, severity::Severity},
    ui::{
        capability::Tier,
        msg::{LinkSeen, LinkState, Msg, Shared},
        wall::{self, Wall},
    },
};

use super::{
    fixture::{INCIDENT, Log, at, busy, console, incident_log, now, quiet},
    walls::{USUAL, shown, wall_of},
};

const SIZES: [(u16, u16); 3] = [USUAL, (120, 40), (80, 24)];

fn screen(wall: &Wall, size: (u16, u16)) -> String {
    shown(wall, size, Tier::Rich, now())
}

fn lost(wall: &mut Wall, refused: bool) {
    let link = LinkSeen {
        state: LinkState::Offline {
            since: at("14:05:18"),
            why: "connection refused".into(),
            refused,
        },
        ..LinkSeen::default()
    };
    wall::update(wall, Msg::Shared(Shared::Link(link)), now());
}

#[test]
fn a_wall_says_that_its_server_does_not_answer_and_why() {
    for app in [busy(), quiet()] {
        let mut wall = wall_of(app);
        let before = SIZES.map(|size| screen(&wall, size));
        lost(&mut wall, false);

        for (size, before) in SIZES.into_iter().zip(before) {
            let after = screen(&wall, size);
            let said = "the server does not answer since 14:05Z: connection refused";
            assert!(after.contains(said), "{after}");
            assert!(!before.contains("does not answer"), "{before}");
        }
        lost(&mut wall, true);
        assert!(screen(&wall, USUAL).contains("refuses this token"));
    }
}

#[test]
fn what_went_wrong_once_goes_by_itself_since_nobody_presses_a_key() {
    let mut wall = wall_of(busy());
    wall.app.warn("everything stays as it was: line 3", now());

    let later = now() + TimeDelta::seconds(61);

    assert!(screen(&wall, USUAL).contains("everything stays as it was"));
    let gone = shown(&wall, USUAL, Tier::Rich, later);
    assert!(!gone.contains("everything stays as it was"), "{gone}");
}

#[test]
fn an_incident_of_which_it_is_disputed_whether_it_is_over_has_a_page() {
    let mut log: Log = incident_log();
    let base = log.entries().len() as u64;
    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: Some("verified by hand".into()),
    };
    log.add(INCIDENT, at("14:05:00"), "ana", resolved);
    let over = console(&log, false);
    let worse = Fact::SeverityChanged {
        to: Severity::P1,
        reason: "all regions".into(),
    };
    log.apart(base, "14:04:50", "bo", worse);
    let disputed = console(&log, false);

    assert!(!screen(&wall_of(over), USUAL).contains("High latency"));
    let page = screen(&wall_of(disputed), USUAL);
    assert!(page.contains("INC-2"), "{page}");
    assert!(page.contains("is it over?"), "{page}");
}
