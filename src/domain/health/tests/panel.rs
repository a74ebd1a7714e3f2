//! All probes of one host, and what the log hears of them.

use super::*;

fn panel() -> Panel {
    Panel::new(
        "bastion".into(),
        &[spec("api"), control("internet"), spec("web")],
    )
}

/// `api` passes, `web` is down.
fn panel_with_an_outage() -> Panel {
    let mut panel = panel();
    feed(&mut panel, "internet", 0, ".");
    feed(&mut panel, "api", 1, ".");
    feed(&mut panel, "web", 2, "xxx");
    panel
}

fn feed(panel: &mut Panel, name: &str, from: i64, letters: &str) -> Vec<ProbeChange> {
    (0..)
        .zip(letters.chars())
        .flat_map(|(index, found)| {
            panel.observe(&name.into(), &reading(from + index * 10, outcome(found)))
        })
        .collect()
}

#[test]
fn a_change_carries_what_was_seen_and_from_where() {
    let changes = feed(&mut panel(), "web", 0, "xxx");

    assert_eq!(
        changes,
        [ProbeChange {
            probe: "web".into(),
            from: Health::Unknown,
            to: Health::Down,
            class: Some(ErrorClass::Status),
            detail: "status 503".into(),
            vantage: "bastion".into(),
            counts: true,
            since: Some(sec(0)),
        }]
    );
}

#[test]
fn h2_when_the_control_fails_every_target_is_unknown() {
    let mut panel = panel_with_an_outage();

    let changes = feed(&mut panel, "internet", 30, "xxxx");

    let turns: Vec<_> = changes
        .iter()
        .map(|change| (change.probe.as_str(), change.from, change.to))
        .collect();
    assert_eq!(
        turns,
        [
            ("api", Health::Up, Health::Unknown),
            ("web", Health::Down, Health::Unknown)
        ]
    );
    assert!(changes.iter().all(|change| change.class.is_none()));
    assert_eq!(changes[0].detail.as_str(), "this host is offline");
    assert!(panel.offline());
    assert_eq!(
        panel.counts(sec(60)),
        Counts {
            unknown: 2,
            ..Counts::default()
        }
    );
}

#[test]
fn h2_targets_are_unknown_since_the_first_failure_of_the_control() {
    let changes = feed(&mut panel_with_an_outage(), "internet", 30, "xxx");

    assert!(changes.iter().all(|change| change.since == Some(sec(30))));
}

/// What the log says of `probe`, as seen from `vantage`.
fn told(probe: &str, to: Health, vantage: &str) -> ProbeChange {
    ProbeChange {
        probe: probe.into(),
        from: Health::Unknown,
        to,
        class: None,
        detail: "status 503".into(),
        vantage: vantage.into(),
        counts: true,
        since: None,
    }
}

fn turns(changes: &[ProbeChange]) -> Vec<(&str, Health, Health)> {
    changes
        .iter()
        .map(|change| (change.probe.as_str(), change.from, change.to))
        .collect()
}

#[test]
fn a_console_that_starts_during_an_outage_does_not_end_it() {
    let mut panel = panel();
    let log = [told("web", Health::Down, "bastion")];

    feed(&mut panel, "web", 0, "xx");
    assert_eq!(panel.untold(log.iter()), []);
    feed(&mut panel, "web", 20, "x");
    assert_eq!(panel.untold(log.iter()), []);
    feed(&mut panel, "web", 30, "..");

    assert_eq!(
        turns(&panel.untold(log.iter())),
        [("web", Health::Down, Health::Up)]
    );
}

#[test]
fn a_probe_that_is_configured_no_more_is_told_once_as_such() {
    let mut panel = panel();
    feed(&mut panel, "web", 0, ".");
    let mut log = [
        told("old", Health::Down, "bastion"),
        told("web", Health::Up, "bastion"),
    ];

    let untold = panel.untold(log.iter());

    assert_eq!(turns(&untold), [("old", Health::Down, Health::Stale)]);
    assert_eq!(untold[0].detail.as_str(), "no longer probed");
    log[0] = untold[0].clone();
    assert_eq!(panel.untold(log.iter()), []);
}

#[test]
fn h2_an_outage_that_another_host_saw_ends_before_this_one_speaks() {
    let mut panel = panel();
    feed(&mut panel, "web", 0, "xxx");
    let mut log = [told("web", Health::Down, "laptop")];

    let untold = panel.untold(log.iter());
    assert_eq!(turns(&untold), [("web", Health::Down, Health::Stale)]);
    assert_eq!(untold[0].vantage.as_str(), "laptop");
    log[0] = untold[0].clone();
    let untold = panel.untold(log.iter());

    assert_eq!(turns(&untold), [("web", Health::Stale, Health::Down)]);
    assert_eq!(untold[0].vantage.as_str(), "bastion");
}

#[test]
fn the_controls_are_told_apart_from_the_targets() {
    let panel = panel();
    let names = |watches: Vec<&Watch>| -> Vec<String> {
        let names = watches.iter().map(|watch| watch.spec().name.to_string());
        names.collect()
    };

    assert_eq!(names(panel.controls().collect()), ["internet"]);
    assert_eq!(names(panel.targets().collect()), ["api", "web"]);
}

#[test]
fn h2_while_offline_no_reading_says_anything() {
    let mut panel = panel_with_an_outage();
    feed(&mut panel, "internet", 30, "xxx");

    assert_eq!(feed(&mut panel, "api", 60, "xxxx..w"), []);
}

#[test]
fn h2_targets_recover_by_new_readings() {
    let mut panel = panel_with_an_outage();
    feed(&mut panel, "internet", 30, "xxx");

    assert_eq!(feed(&mut panel, "internet", 60, ".."), []);
    let changes = feed(&mut panel, "web", 80, "xx");
    assert!(!panel.offline());
    assert_eq!(changes, [], "counting began anew");
    assert_eq!(feed(&mut panel, "web", 100, "x")[0].to, Health::Down);
    assert_eq!(feed(&mut panel, "api", 100, ".")[0].to, Health::Up);
}

#[test]
fn h2_from_the_first_failure_of_the_control_on_failures_are_not_believed() {
    let mut panel = panel();
    feed(&mut panel, "internet", 0, ".");
    feed(&mut panel, "api", 1, ".xx");

    feed(&mut panel, "internet", 25, "x");
    assert_eq!(panel.link(), Link::Doubtful);
    assert_eq!(feed(&mut panel, "api", 31, "x"), []);

    // A false alarm of the control: the count goes on where it was.
    feed(&mut panel, "internet", 35, ".");
    assert_eq!(feed(&mut panel, "api", 41, "x")[0].to, Health::Down);
}

#[test]
fn one_of_two_controls_is_proof_enough() {
    let mut panel = Panel::new(
        "bastion".into(),
        &[control("one"), control("two"), spec("api")],
    );
    feed(&mut panel, "one", 0, "xxx");
    feed(&mut panel, "two", 0, ".");

    assert_eq!(panel.link(), Link::Up);
    assert_eq!(feed(&mut panel, "api", 30, "xxx")[0].to, Health::Down);
    feed(&mut panel, "two", 60, "xxx");
    assert!(panel.offline());
}

#[test]
fn an_unknown_name_changes_nothing_and_a_name_is_taken_once() {
    let mut panel = Panel::new("bastion".into(), &[spec("api"), control("api")]);

    assert_eq!(feed(&mut panel, "gone", 0, "xxxx"), []);
    assert_eq!(panel.watches().count(), 1);
    assert!(!panel.watch(&"api".into()).unwrap().spec().control);
}

#[test]
fn the_counts_know_stale_from_up() {
    let mut panel = panel_with_an_outage();
    feed(&mut panel, "api", 60, "ww");

    assert_eq!(
        panel.counts(sec(75)),
        Counts {
            degraded: 1,
            stale: 1,
            ..Counts::default()
        }
    );
}

#[test]
fn what_the_log_has_known_for_longer_began_then() {
    let mut panel = panel_with_an_outage();
    let web = "web".into();

    panel.recall([(&told("web", Health::Up, "bastion"), sec(-900))].into_iter());
    assert_eq!(panel.watch(&web).unwrap().since(), Some(sec(2)));
    panel.recall([(&told("web", Health::Down, "bastion"), sec(-600))].into_iter());

    assert_eq!(panel.watch(&web).unwrap().since(), Some(sec(-600)));
}

#[test]
fn what_the_log_calls_down_and_fails_from_the_first_reading_on_is_down() {
    let web = "web".into();
    for (letters, vantage, state) in [
        ("x", "bastion", Health::Down),
        ("x", "", Health::Down),
        ("x", "elsewhere", Health::Unknown),
        (".", "bastion", Health::Up),
        ("", "bastion", Health::Unknown),
    ] {
        let mut panel = panel();
        feed(&mut panel, "web", 0, letters);

        panel.recall([(&told("web", Health::Down, vantage), sec(-300))].into_iter());

        let watch = panel.watch(&web).unwrap();
        assert_eq!(watch.state(sec(1)), state, "{letters} {vantage}");
        if state == Health::Down {
            assert_eq!(watch.since(), Some(sec(-300)));
        }
    }
}

#[test]
fn what_was_known_last_outlives_silence_and_the_loss_of_the_network() {
    let mut panel = panel_with_an_outage();
    let was = |panel: &Panel, name: &str, at| {
        let known = panel.watch(&name.into()).unwrap().was(sec(at));
        known.map(|known| (known.state, known.at))
    };
    assert_eq!(was(&panel, "web", 30), None, "it is known");
    assert_eq!(was(&panel, "web", 900), Some((Health::Down, sec(22))));

    feed(&mut panel, "internet", 30, "xxx");

    assert!(panel.offline());
    assert_eq!(was(&panel, "web", 60), Some((Health::Down, sec(22))));
    assert_eq!(was(&panel, "api", 60), Some((Health::Up, sec(1))));
    assert!(!panel.watch(&"web".into()).unwrap().is_undecided());
}

proptest! {
    #[test]
    fn nothing_goes_down_while_the_control_fails(
        readings in proptest::collection::vec(("api|web|internet", "[.wx]"), 0..200),
    ) {
        let mut panel = panel();
        for (index, (name, found)) in (0..).zip(readings) {
            let failing = panel.link() != Link::Up;
            let name = Name::lossy(&name);
            let found = outcome(found.chars().next().expect("one letter"));

            let changes = panel.observe(&name, &reading(index, found));

            for change in changes {
                prop_assert!(!failing || change.to != Health::Down);
                prop_assert_ne!(change.from, change.to);
            }
            let counts = panel.counts(sec(index));
            prop_assert!(!panel.offline() || counts.unknown == 2);
        }
    }
}

#[test]
fn what_is_probed_in_the_same_way_keeps_what_was_seen_of_it() {
    let mut panel = Panel::new(
        "bastion".into(),
        &[spec("kept"), spec("changed"), spec("gone")],
    );
    for name in ["kept", "changed", "gone"] {
        feed(&mut panel, name, 0, "..");
    }
    let mut other = spec("changed");
    other.every = other.every * 2;

    panel.take_up(&[spec("new"), other, spec("kept")]);

    let seen: Vec<_> = panel
        .watches()
        .map(|watch| (&*watch.spec().name, watch.last().is_some()))
        .collect();
    assert_eq!(seen, [("new", false), ("changed", false), ("kept", true)]);
}
