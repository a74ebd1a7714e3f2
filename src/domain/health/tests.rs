mod panel;

use proptest::prelude::*;

use super::*;
use crate::domain::{
    fact::{ErrorClass, ProbeChange},
    probe::Target,
    text::Name,
};

/// Seconds after noon.
fn sec(seconds: i64) -> DateTime<Utc> {
    "2026-01-22T12:00:00Z"
        .parse::<DateTime<Utc>>()
        .expect("the test wrote it")
        + TimeDelta::seconds(seconds)
}

fn spec(name: &str) -> Spec {
    Spec {
        name: name.into(),
        target: Target::Http {
            url: "http://localhost:8080/health".to_owned(),
            status: None,
            body: None,
            follow: false,
            headers: Vec::new(),
            ca_file: None,
        },
        every: TimeDelta::seconds(10),
        timeout: TimeDelta::seconds(5),
        slow: None,
        failures: 3,
        successes: 2,
        control: false,
        counts: None,
    }
}

fn control(name: &str) -> Spec {
    Spec {
        control: true,
        ..spec(name)
    }
}

fn reading(seconds: i64, outcome: Outcome) -> Reading {
    Reading {
        at: sec(seconds),
        outcome,
        took: Some(Duration::from_millis(40)),
        detail: "status 503".into(),
        system: None,
    }
}

/// `.` is a pass, `w` a warning, `x` a failure.
fn outcome(letter: char) -> Outcome {
    match letter {
        '.' => Outcome::Pass,
        'w' => Outcome::Warn,
        'x' => Outcome::Fail(ErrorClass::Status),
        other => unreachable!("the test wrote {other}"),
    }
}

/// A letter per state after each reading: `u`nknown, `U`p, `W`arning, `D`own.
fn letter(state: Health) -> char {
    match state {
        Health::Up => 'U',
        Health::Degraded => 'W',
        Health::Down => 'D',
        Health::Unknown => 'u',
        Health::Stale => 's',
    }
}

/// Readings every ten seconds, and the state after each.
fn states(watch: &mut Watch, letters: &str) -> String {
    (0..)
        .zip(letters.chars())
        .map(|(index, found)| {
            watch.observe(&reading(index * 10, outcome(found)), Link::Up);
            letter(watch.state(sec(index * 10)))
        })
        .collect()
}

#[test]
fn h1_three_failures_in_a_row_bring_it_down_and_two_answers_up() {
    for (readings, expected) in [
        (".xxx..", "UUUDDU"),
        (".xx.xx.xx.", "UUUUUUUUUU"),
        (".xxx.x..", "UUUDDDDU"),
        // From unknown one answer is enough, but failures need their count.
        ("xxx", "uuD"),
        ("xx.", "uuU"),
        ("w", "W"),
        // Slow answers: as many as it takes to come up.
        (".w.w", "UUUU"),
        (".ww.w..", "UUWWWWU"),
        (".wxw", "UUUU"),
        // It answers: whether well or slowly, it is not down.
        (".xxx.w", "UUUDDW"),
        (".xxxw.", "UUUDDU"),
        // And on, until it answers well twice.
        (".xxx.w..", "UUUDDWWU"),
    ] {
        assert_eq!(
            states(&mut Watch::new(&spec("api")), readings),
            expected,
            "{readings}"
        );
    }
}

#[test]
fn a_change_names_the_state_left_and_the_state_entered_once() {
    let mut watch = Watch::new(&spec("api"));

    let turns: Vec<_> = (0..5)
        .filter_map(|index| watch.observe(&reading(index * 10, outcome('x')), Link::Up))
        .collect();

    assert_eq!(turns, [(Health::Unknown, Health::Down)]);
    assert_eq!(watch.since(), Some(sec(0)));
    assert_eq!(watch.failing_since(), Some(sec(0)));
    assert_eq!(watch.passes(), 0);
}

#[test]
fn a_state_began_with_the_first_of_the_readings_that_led_to_it() {
    let mut watch = Watch::new(&spec("api"));

    // Down by the readings at 20, 30 and 40, up by those at 70 and 80.
    states(&mut watch, "..xxx");
    assert_eq!(watch.since(), Some(sec(20)));
    for (seconds, found) in [(50, '.'), (60, 'x'), (70, '.'), (80, 'w')] {
        watch.observe(&reading(seconds, outcome(found)), Link::Up);
    }

    assert_eq!(watch.state(sec(80)), Health::Degraded);
    assert_eq!(watch.since(), Some(sec(70)));
}

#[test]
fn h1_a_hosts_load_that_swings_about_its_limit_is_no_change() {
    let mut watch = Watch::new(&Spec {
        target: Target::System {
            path: "/".into(),
            warn_percent: 90,
        },
        ..spec("host")
    });
    let swings = format!(".{}", "wwwwww......".repeat(20));

    assert!(!states(&mut watch, &swings).contains('W'));
    let steady = states(&mut watch, &"w".repeat(31));

    assert_eq!(steady.find('W'), Some(30));
}

#[test]
fn a_count_of_zero_is_a_count_of_one() {
    let mut watch = Watch::new(&Spec {
        failures: 0,
        successes: 0,
        ..spec("api")
    });

    assert_eq!(states(&mut watch, ".x.w"), "UDUW");
}

#[test]
fn silence_for_three_intervals_and_a_timeout_is_stale() {
    let mut watch = Watch::new(&spec("api"));
    assert_eq!(watch.state(sec(1000)), Health::Unknown, "never known");
    assert_eq!(watch.age(sec(1000)), None);

    watch.observe(&reading(0, Outcome::Pass), Link::Up);

    assert_eq!(watch.state(sec(35)), Health::Up);
    assert_eq!(watch.state(sec(36)), Health::Stale);
    assert_eq!(watch.age(sec(36)), Some(TimeDelta::seconds(36)));
    assert_eq!(
        watch.age(sec(-5)),
        Some(TimeDelta::zero()),
        "the clock was set back"
    );
}

#[test]
fn failures_before_a_long_silence_do_not_count_after_it() {
    let mut watch = Watch::new(&spec("api"));
    states(&mut watch, ".xx");

    watch.observe(&reading(3600, outcome('x')), Link::Up);

    assert_eq!(watch.state(sec(3600)), Health::Up);
    assert_eq!(watch.failing_since(), Some(sec(3600)));
}

#[test]
fn the_slowest_twentieth_is_left_out_of_p95() {
    let mut watch = Watch::new(&spec("api"));
    assert_eq!(watch.p95(), None);

    for millis in 1..=100 {
        let took = Some(Duration::from_millis(millis));
        let slow = Reading {
            took,
            ..reading(0, Outcome::Pass)
        };
        watch.observe(&slow, Link::Up);
    }
    watch.observe(&reading(0, outcome('x')), Link::Up);

    assert_eq!(watch.p95(), Some(Duration::from_millis(95)));
}

#[test]
fn the_newest_samples_are_kept() {
    let mut watch = Watch::new(&spec("api"));

    for index in 0..300 {
        watch.observe(&reading(index * 10, Outcome::Pass), Link::Up);
    }

    assert_eq!(watch.samples().count(), SAMPLES);
    assert_eq!(watch.samples().next_back().map(|s| s.at), Some(sec(2990)));
    assert_eq!(watch.passes(), 300);
}

proptest! {
    #[test]
    fn a_target_that_flaps_below_the_thresholds_never_changes(
        runs in proptest::collection::vec((1_usize..20, 0_usize..3, 0_usize..2), 1..40),
    ) {
        let mut letters = String::new();
        for (passes, fails, warns) in runs {
            letters += &".".repeat(passes);
            letters += &"x".repeat(fails);
            letters += &"w".repeat(warns);
        }

        let states = states(&mut Watch::new(&spec("api")), &letters);

        prop_assert!(states.chars().all(|state| state == 'U'), "{letters}");
    }
}
