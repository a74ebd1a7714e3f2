use proptest::prelude::*;

use super::*;

/// Minutes after two o'clock.
fn min(minutes: i64) -> DateTime<Utc> {
    "2026-01-22T14:00:00Z"
        .parse::<DateTime<Utc>>()
        .expect("the test wrote it")
        + TimeDelta::minutes(minutes)
}

fn down(spans: &[(i64, i64)]) -> Ledger {
    let mut ledger = Ledger::default();
    for (from, to) in spans {
        ledger.open("api", min(*from));
        ledger.close("api", min(*to));
    }
    ledger
}

fn minutes(count: i64) -> TimeDelta {
    TimeDelta::minutes(count)
}

#[test]
fn x1_two_outages_add_up_and_cross_in_the_second() {
    let ledger = down(&[(0, 18), (25, 40)]);

    assert_eq!(ledger.total(min(60)), minutes(33));
    assert_eq!(ledger.crosses(minutes(30)), Some(min(37)));
    assert_eq!(ledger.crosses(minutes(20)), Some(min(27)));
}

#[test]
fn x1_exactly_the_limit_is_not_more_than_the_limit() {
    let mut ledger = down(&[(0, 30)]);
    assert_eq!(ledger.crosses(minutes(30)), None);

    // The next second of downtime is the one that crosses.
    ledger.open("api", min(50));
    assert_eq!(ledger.crosses(minutes(30)), Some(min(50)));
    ledger.add(min(30), min(30) + TimeDelta::seconds(1));
    assert_eq!(ledger.crosses(minutes(30)), Some(min(30)));
}

#[test]
fn while_an_outage_lasts_its_crossing_lies_ahead() {
    let mut ledger = Ledger::default();
    ledger.open("api", min(0));

    assert_eq!(ledger.crosses(minutes(30)), Some(min(30)));
    assert_eq!(ledger.crosses(TimeDelta::MAX), None);
    assert_eq!(ledger.total(min(7)), minutes(7));
    assert!(ledger.is_down(min(7)));

    ledger.close("api", min(12));
    assert_eq!(ledger.crosses(minutes(30)), None);
    assert!(!ledger.is_down(min(12)));
}

#[test]
fn what_two_probes_see_at_once_counts_once() {
    let mut ledger = Ledger::default();
    for (source, from, to) in [("api", 0, 10), ("web", 5, 15), ("cdn", 15, 16)] {
        ledger.open(source, min(from));
        ledger.close(source, min(to));
    }

    assert_eq!(ledger.total(min(60)), minutes(16));
    assert_eq!(
        ledger.intervals(),
        [Outage {
            from: min(0),
            to: Some(min(16))
        }]
    );
}

#[test]
fn a_person_adds_and_strikes() {
    let mut ledger = down(&[(0, 30)]);
    ledger.open("web", min(50));

    ledger.strike(min(10), min(20));
    ledger.add(min(40), min(45));
    ledger.strike(min(44), min(55));

    assert_eq!(
        ledger.intervals(),
        [
            Outage {
                from: min(0),
                to: Some(min(10))
            },
            Outage {
                from: min(20),
                to: Some(min(30))
            },
            Outage {
                from: min(40),
                to: Some(min(44))
            },
            Outage {
                from: min(55),
                to: None
            },
        ]
    );
    assert_eq!(ledger.total(min(60)), minutes(29));
}

#[test]
fn what_makes_no_sense_changes_nothing() {
    let mut ledger = Ledger::default();

    ledger.close("api", min(5));
    ledger.add(min(20), min(10));
    ledger.add(min(20), min(20));
    ledger.strike(min(30), min(0));
    assert_eq!(ledger.intervals(), []);

    ledger.open("api", min(10));
    ledger.open("api", min(12));
    ledger.close("api", min(15));
    ledger.close("api", min(18));
    assert_eq!(ledger.total(min(60)), minutes(5));
}

#[test]
fn down_and_up_at_one_instant_leaves_it_as_it_was() {
    let mut ledger = Ledger::default();
    ledger.open("api", min(0));
    ledger.close("api", min(0));
    assert_eq!(ledger.intervals(), []);

    ledger.open("web", min(10));
    ledger.close("web", min(20));
    ledger.open("web", min(20));
    ledger.close("web", min(25));
    assert_eq!(ledger.total(min(60)), minutes(15));
}

#[test]
fn h2_only_being_down_counts_and_only_for_probes_that_count() {
    let change = |to, counts| ProbeChange {
        probe: "api".into(),
        from: Health::Up,
        to,
        class: None,
        detail: "".into(),
        vantage: "bastion".into(),
        counts,
        since: None,
    };
    let mut ledger = Ledger::default();

    ledger.observe(&change(Health::Down, false), min(0));
    ledger.observe(&change(Health::Degraded, true), min(0));
    ledger.observe(&change(Health::Down, true), min(10));
    ledger.observe(&change(Health::Unknown, true), min(14));

    assert_eq!(ledger.total(min(60)), minutes(4));
}

#[derive(Debug, Clone, Copy)]
enum Call {
    Open(u8, i64),
    Close(u8, i64),
    Add(i64, i64),
    Strike(i64, i64),
}

fn any_call() -> impl Strategy<Value = Call> {
    let at = 0_i64..120;
    prop_oneof![
        (0_u8..3, at.clone()).prop_map(|(source, at)| Call::Open(source, at)),
        (0_u8..3, at.clone()).prop_map(|(source, at)| Call::Close(source, at)),
        (at.clone(), at.clone()).prop_map(|(from, to)| Call::Add(from, to)),
        (at.clone(), at).prop_map(|(from, to)| Call::Strike(from, to)),
    ]
}

fn ledger_of(calls: &[Call]) -> Ledger {
    let mut ledger = Ledger::default();
    for call in calls {
        match *call {
            Call::Open(source, at) => ledger.open(&source.to_string(), min(at)),
            Call::Close(source, at) => ledger.close(&source.to_string(), min(at)),
            Call::Add(from, to) => ledger.add(min(from), min(to)),
            Call::Strike(from, to) => ledger.strike(min(from), min(to)),
        }
    }
    ledger
}

fn any_calls() -> impl Strategy<Value = Vec<Call>> {
    proptest::collection::vec(any_call(), 0..24)
}

proptest! {
    #[test]
    fn the_order_of_telling_does_not_matter(
        (calls, shuffled) in any_calls().prop_flat_map(|calls| {
            (Just(calls.clone()), Just(calls).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(ledger_of(&calls).intervals(), ledger_of(&shuffled).intervals());
    }

    #[test]
    fn the_total_is_within_the_hull_and_the_outages_apart(calls in any_calls()) {
        let ledger = ledger_of(&calls);
        let outages = ledger.intervals();

        for pair in outages.windows(2) {
            prop_assert!(pair[0].to.is_some_and(|to| to < pair[1].from));
        }
        let hull = outages.first().map_or(TimeDelta::zero(), |first| min(200) - first.from);
        prop_assert!(ledger.total(min(200)) <= hull);
    }

    #[test]
    fn what_is_struck_is_gone(calls in any_calls(), from in 0_i64..120, length in 1_i64..60) {
        let mut ledger = ledger_of(&calls);

        ledger.strike(min(from), min(from + length));
        ledger.add(min(from), min(from + length));

        for minute in from..from + length {
            prop_assert!(!ledger.is_down(min(minute)));
        }
    }

    #[test]
    fn the_crossing_is_where_the_total_reaches_the_limit(calls in any_calls(), limit in 0_i64..90) {
        let ledger = ledger_of(&calls);

        match ledger.crosses(minutes(limit)) {
            Some(at) => {
                prop_assert_eq!(ledger.total(at), minutes(limit));
                prop_assert!(ledger.total(at + minutes(1)) > minutes(limit));
            }
            None => prop_assert!(ledger.total(min(10_000)) <= minutes(limit)),
        }
    }
}
