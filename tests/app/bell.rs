//! The bell: when it rings, and when it does not.

use chrono::TimeDelta;
use warroom::{
    domain::{entry::IncidentId, fact::Fact, severity::Severity},
    ui::{
        app::{App, update},
        msg::{Effect, Msg},
    },
};

use crate::screen::fixture::{INCIDENT, Log, at, blank, busy, declaration, now, press};

/// U2: the bell rings as a duty falls due, then after 5 and 10 minutes, then
/// every 10.
#[test]
fn the_bell_rings_as_an_update_falls_due_and_after_5_and_10_minutes() {
    let mut app = busy();
    // The last step before the update fired long ago, so that only the update rings.
    app.board = {
        let mut log = crate::screen::fixture::incident_log();
        log.add(INCIDENT, at("14:06:00"), "ana", Fact::Mitigated {});
        let mut board = warroom::domain::board::Board::default();
        log.entries()
            .into_iter()
            .for_each(|entry| board.apply(entry));
        board
    };

    let mut rung = Vec::new();
    for second in 0..45 * 60 {
        let when = at("14:07:00") + TimeDelta::seconds(second);
        if update(&mut app, Msg::Tick, when).contains(&Effect::Bell) {
            rung.push((when - at("14:20:00")).num_minutes());
        }
    }

    // The promise and the rule fall due two seconds apart; both are at 14:20.
    assert_eq!(rung, [-5, -1, 0, 5, 10, 20, 30]);
}

/// U2: a duty that falls due right after another one rings, too.
#[test]
fn the_bell_rings_for_a_second_duty_within_the_minute_as_soon_as_it_may() {
    let mut app = blank();
    let mut log = Log::default();
    for (number, clock) in [(1, "14:00:00"), (2, "14:00:30")] {
        let incident = IncidentId(uuid::Uuid::from_u128(number));
        let mut declared = declaration("Down", Severity::P1, at(clock));
        declared.drill = true;
        let declared = Fact::Declared(Box::new(declared));
        log.add(incident, at(clock), "bo", declared);
        log.add(incident, at(clock), "bo", Fact::Acknowledged {});
        log.add(incident, at(clock), "bo", Fact::Mitigated {});
    }
    update(&mut app, Msg::Entries(log.entries()), now());
    let mut dues: Vec<_> = app.duties().iter().map(|(_, due)| due.by).collect();
    dues.truncate(2);
    let first = dues[0];
    assert_eq!(dues, [first, first + TimeDelta::seconds(30)]);

    let mut rung = Vec::new();
    for second in 0..120 {
        let when = first + TimeDelta::seconds(second);
        if update(&mut app, Msg::Tick, when).contains(&Effect::Bell) {
            rung.push(second);
        }
    }

    assert_eq!(rung, [0, 60]);
}

#[test]
fn a_snoozed_bell_is_quiet_for_ten_minutes() {
    let mut app = busy();
    press(&mut app, "x", at("14:13:00"));

    let rings =
        |app: &mut App, clock: &str| update(app, Msg::Tick, at(clock)).contains(&Effect::Bell);

    assert!(!rings(&mut app, "14:14:22"));
    assert!(rings(&mut app, "14:25:30"));
}
