use chrono::{NaiveTime, TimeZone as _, Weekday};
use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Zone {
    name.parse().expect("the test wrote it")
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("the test wrote it")
}

fn naive(text: &str) -> NaiveDateTime {
    text.parse().expect("the test wrote it")
}

fn calendar(text: &str) -> Calendar {
    toml::from_str(text).expect("the test wrote it")
}

fn new_york() -> Calendar {
    calendar(
        r#"
        zone = "America/New_York"
        holidays = [2026-01-01, "2026-01-19"]
        "#,
    )
}

fn berlin() -> Calendar {
    calendar(r#"zone = "Europe/Berlin""#)
}

fn shut() -> Calendar {
    let first = utc("2026-01-01T00:00:00Z").date_naive();
    Calendar {
        holidays: first.iter_days().take(12 * 366).collect(),
        ..Calendar::default()
    }
}

#[test]
fn s5_the_next_business_day_skips_weekends_and_holidays() {
    for (calendar, at, due) in [
        // Friday evening, and Monday is a holiday.
        (new_york(), "2026-01-16T23:30:00Z", "2026-01-20T22:00:00Z"),
        // Monday 08:00, before opening, counts as Monday.
        (new_york(), "2026-01-12T13:00:00Z", "2026-01-13T22:00:00Z"),
        // Summer time begins at the weekend between.
        (berlin(), "2026-03-27T15:00:00Z", "2026-03-30T15:00:00Z"),
        (berlin(), "2026-03-28T10:00:00Z", "2026-03-30T15:00:00Z"),
        (berlin(), "2026-10-23T15:00:00Z", "2026-10-26T16:00:00Z"),
        // 00:30 on Tuesday in Berlin is still Monday in UTC.
        (berlin(), "2026-07-06T22:30:00Z", "2026-07-08T15:00:00Z"),
    ] {
        assert_eq!(calendar.end_of_next_business_day(utc(at)), utc(due), "{at}");
    }
}

#[test]
fn business_hours_open_with_the_first_minute_and_close_with_the_last() {
    let berlin = berlin();

    for (at, open) in [
        ("2026-01-16T07:59:59Z", false),
        ("2026-01-16T08:00:00Z", true),
        ("2026-01-16T15:59:59Z", true),
        ("2026-01-16T16:00:00Z", false),
        ("2026-01-17T12:00:00Z", false),
    ] {
        assert_eq!(berlin.is_open(utc(at)), open, "{at}");
    }
    assert!(!new_york().is_open(utc("2026-01-19T17:00:00Z")));
}

#[test]
fn a_pause_ends_with_the_next_opening_and_an_open_door_has_none() {
    let berlin = berlin();
    let monday = utc("2026-01-19T08:00:00Z");

    assert_eq!(berlin.paused_until(utc("2026-01-16T12:00:00Z")), None);
    assert_eq!(
        berlin.paused_until(utc("2026-01-16T16:00:00Z")),
        Some(monday)
    );
    assert_eq!(berlin.next_opening(utc("2026-01-16T12:00:00Z")), monday);
    assert_eq!(
        berlin.next_opening(utc("2026-01-19T07:00:00Z")),
        monday,
        "this morning's"
    );
}

#[test]
fn business_time_is_counted_while_the_door_is_open() {
    let berlin = berlin();

    for (at, span, due) in [
        // From Friday noon: three hours left today, one on Monday.
        ("2026-01-16T13:00:00Z", 4, "2026-01-19T09:00:00Z"),
        ("2026-01-16T13:00:00Z", 3, "2026-01-16T16:00:00Z"),
        ("2026-01-17T13:00:00Z", 1, "2026-01-19T09:00:00Z"),
        ("2026-01-16T05:00:00Z", 8, "2026-01-16T16:00:00Z"),
        // Over the beginning of summer time: the same hours on the wall.
        ("2026-03-27T15:00:00Z", 2, "2026-03-30T08:00:00Z"),
        ("2026-01-16T20:00:00Z", 0, "2026-01-16T20:00:00Z"),
        ("2026-01-16T20:00:00Z", -5, "2026-01-16T20:00:00Z"),
    ] {
        assert_eq!(
            berlin.add_business(utc(at), TimeDelta::hours(span)),
            utc(due),
            "{at} and {span} h"
        );
    }
}

#[test]
fn a_team_that_never_sleeps_counts_elapsed_time() {
    let always = calendar(
        r#"
        zone = "Europe/Berlin"
        week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        hours = "00:00-24:00"
        "#,
    );
    let before = utc("2026-03-28T22:00:00Z");

    assert!(always.is_open(utc("2026-03-28T22:59:59Z")));
    assert_eq!(
        always.add_business(before, TimeDelta::days(2)),
        before + TimeDelta::days(2)
    );
    assert!(!always.is_weekend(before));
}

#[test]
fn the_weekend_is_what_the_team_never_works() {
    let dubai = calendar(
        r#"
        zone = "Asia/Dubai"
        week = ["sun", "mon", "tue", "wed", "thu"]
        "#,
    );

    assert!(berlin().is_weekend(utc("2026-01-18T20:00:00Z")));
    assert!(!dubai.is_weekend(utc("2026-01-18T10:00:00Z")));
    assert!(dubai.is_weekend(utc("2026-01-16T10:00:00Z")));
    assert!(!new_york().is_weekend(utc("2026-01-19T17:00:00Z")));
}

#[test]
fn t4_a_local_time_that_does_not_exist_moves_to_the_first_that_does() {
    for (zone, local, at) in [
        (
            zone("Europe/Berlin"),
            "2026-03-29T02:30:00",
            "2026-03-29T01:00:00Z",
        ),
        (
            zone("Europe/Berlin"),
            "2026-03-29T02:00:00",
            "2026-03-29T01:00:00Z",
        ),
        (
            zone("Europe/Berlin"),
            "2026-03-29T01:59:59",
            "2026-03-29T00:59:59Z",
        ),
        (
            zone("Europe/Berlin"),
            "2026-03-29T03:00:00",
            "2026-03-29T01:00:00Z",
        ),
        // Half an hour is missing.
        (
            zone("Australia/Lord_Howe"),
            "2026-10-04T02:10:00",
            "2026-10-03T15:30:00Z",
        ),
        // A whole day is missing.
        (
            zone("Pacific/Apia"),
            "2011-12-30T12:00:00",
            "2011-12-30T10:00:00Z",
        ),
    ] {
        assert_eq!(resolve_local(zone, naive(local)), Ok(utc(at)), "{local}");
    }
}

#[test]
fn t4_a_local_time_shown_twice_names_both() {
    for (zone, local, earlier, later) in [
        (
            zone("Europe/Berlin"),
            "2026-10-25T02:30:00",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
        ),
        (
            zone("America/New_York"),
            "2026-11-01T01:00:00",
            "2026-11-01T05:00:00Z",
            "2026-11-01T06:00:00Z",
        ),
        (
            zone("Australia/Lord_Howe"),
            "2026-04-05T01:45:00",
            "2026-04-04T14:45:00Z",
            "2026-04-04T15:15:00Z",
        ),
    ] {
        let twice = resolve_local(zone, naive(local)).expect_err("it is shown twice");

        assert_eq!(twice.earlier.to_utc(), utc(earlier));
        assert_eq!(twice.later.to_utc(), utc(later));
    }
}

#[test]
fn t4_the_question_for_an_offset_offers_both() {
    let twice = resolve_local(zone("Europe/Berlin"), naive("2026-10-25T02:30:00"))
        .expect_err("it is shown twice");

    assert_eq!(
        twice.to_string(),
        "2026-10-25 02:30 is shown twice in Europe/Berlin, because the clocks are turned back: \
         write 2026-10-25 02:30+02:00 (the earlier one) or 2026-10-25 02:30+01:00 (the later one)"
    );
}

#[test]
fn hours_shown_twice_are_worked_twice() {
    let night = Calendar {
        zone: zone("Europe/Berlin"),
        week: Week::new([Weekday::Sun]).unwrap(),
        hours: "02:00-02:30".parse().unwrap(),
        ..Calendar::default()
    };

    assert!(night.is_open(utc("2026-10-25T00:00:00Z")));
    assert!(night.is_open(utc("2026-10-25T01:29:00Z")));
    assert!(!night.is_open(utc("2026-03-29T01:00:00Z")), "it is missing");
}

#[test]
fn without_a_business_day_the_search_ends() {
    let at = utc("2026-01-16T12:00:00Z");
    let end = at + Days::new(MOST_DAYS);
    let shut = shut();

    assert!(!shut.is_open(at));
    assert_eq!(shut.next_opening(at), end);
    assert_eq!(shut.paused_until(at), Some(end));
    assert_eq!(shut.end_of_next_business_day(at), end);
    assert_eq!(
        shut.add_business(at, TimeDelta::hours(1)),
        end + TimeDelta::hours(1)
    );
}

#[test]
fn the_first_and_the_last_instant_are_answered_too() {
    for calendar in [berlin(), new_york(), shut()] {
        for at in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            calendar.is_open(at);
            calendar.is_weekend(at);
            calendar.paused_until(at);
            calendar.end_of_next_business_day(at);
            calendar.add_business(at, TimeDelta::MAX);
            calendar.add_business(at, TimeDelta::MIN);
            let resolved = calendar.resolve_local(at.naive_utc());
            assert!(resolved.is_ok(), "{at}");
        }
    }
}

#[test]
fn summer_time_is_known_far_into_the_century() {
    assert_eq!(
        resolve_local(zone("Europe/Berlin"), naive("2090-07-01T09:00:00")),
        Ok(utc("2090-07-01T07:00:00Z"))
    );
}

#[test]
fn a_calendar_is_written_as_it_is_read() {
    let odd = calendar(
        r#"
        zone = "Australia/Lord_Howe"
        week = ["Wednesday", "mon", "SUN"]
        hours = "22:30 - 24:00"
        holidays = ["2026-12-25", 2026-01-26]
        "#,
    );

    let text = toml::to_string(&odd).unwrap();

    assert_eq!(
        text,
        "zone = \"Australia/Lord_Howe\"\nweek = [\"mon\", \"wed\", \"sun\"]\n\
         hours = \"22:30-24:00\"\nholidays = [\"2026-01-26\", \"2026-12-25\"]\n"
    );
    assert_eq!(calendar(&text), odd);
    assert_eq!(calendar(""), Calendar::default());
    let json = serde_json::to_string(&odd).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&json).unwrap(), odd);
}

#[test]
fn what_cannot_be_read_says_what_would_be_right() {
    for (text, said) in [
        (
            r#"zone = "Europe/Berlni""#,
            r#""Europe/Berlni" is not a time zone: did you mean "Europe/Berlin"?"#,
        ),
        (
            r#"zone = "new york""#,
            r#"did you mean "America/New_York"?"#,
        ),
        (
            r#"zone = "europe/berlin""#,
            r#"did you mean "Europe/Berlin"?"#,
        ),
        (r#"zone = "qqqqqq""#, "write its IANA name, such as"),
        (
            r#"week = ["mon", "tues day"]"#,
            r#""tues day" is not a weekday: write mon"#,
        ),
        (
            "week = []",
            "the working week is empty: name at least one day",
        ),
        (
            r#"hours = "17:00-09:00""#,
            r#"working hours of "17:00-09:00" close before they open"#,
        ),
        (r#"hours = "09:00-09:00""#, "close before they open"),
        (
            r#"hours = "09:00""#,
            r#""09:00" are not working hours: write opening and closing"#,
        ),
        (
            r#"hours = "09:00-25:00""#,
            r#""09:00-25:00" are not working hours"#,
        ),
        (
            r#"holidays = ["2026-02-30"]"#,
            r#""2026-02-30" is not a date: write year, month and day, such as 2026-01-19"#,
        ),
        (
            "holidays = [2026-01-19T10:00:00]",
            r#""2026-01-19T10:00:00" is not a date"#,
        ),
        ("holidays = [20260119]", "a date such as 2026-01-19"),
        ("holidays = [{ day = 1 }]", "holidays"),
    ] {
        let error = toml::from_str::<Calendar>(text).unwrap_err().to_string();

        assert!(error.contains(said), "{text}: {error}");
        assert!(error.contains("line 1"), "{text}: {error}");
    }
}

#[test]
fn hours_keep_their_ends() {
    let hours: Hours = "08:15-24:00".parse().unwrap();

    assert_eq!(hours.open(), NaiveTime::from_hms_opt(8, 15, 0).unwrap());
    assert_eq!(hours.close(), NaiveTime::MIN);
    assert_eq!(hours.to_string(), "08:15-24:00");
}

fn any_zone() -> impl Strategy<Value = Zone> {
    proptest::sample::select(Zone::names().map(zone).collect::<Vec<_>>())
}

fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    // 1970 to 2100.
    (0_i64..4_102_444_800).prop_map(|s| Utc.timestamp_opt(s, 0).single().expect("in range"))
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    let days = proptest::collection::vec(0_u8..7, 1..7);
    (any_zone(), days, 0_u32..23, 1_u32..24).prop_map(|(zone, days, open, length)| {
        let hour = |hour: u32| NaiveTime::from_hms_opt(hour % 24, 0, 0).expect("an hour");
        Calendar {
            zone,
            week: Week::new(days.into_iter().filter_map(|day| day.try_into().ok())).unwrap(),
            hours: Hours::new(hour(open), hour((open + length).min(24))).unwrap(),
            holidays: BTreeSet::new(),
        }
    })
}

proptest! {
    #[test]
    fn a_resolved_local_time_shows_as_itself_or_later(zone in any_zone(), at in any_instant()) {
        let shown = at.naive_utc();

        match resolve_local(zone, shown) {
            Ok(at) => prop_assert!(zone.at(at).naive_local() >= shown),
            Err(twice) => {
                prop_assert!(twice.earlier < twice.later);
                prop_assert_eq!(twice.earlier.naive_local(), shown);
                prop_assert_eq!(twice.later.naive_local(), shown);
            }
        }
    }

    #[test]
    fn business_time_never_runs_ahead_of_time(
        calendar in any_calendar(), at in any_instant(), minutes in 0_i64..20_000,
    ) {
        let span = TimeDelta::minutes(minutes);

        let due = calendar.add_business(at, span);

        prop_assert!(due >= at + span);
        prop_assert!(due <= calendar.add_business(at, span + TimeDelta::minutes(1)));
    }

    #[test]
    fn business_time_adds_up(
        calendar in any_calendar(), at in any_instant(), one in 1_i64..5_000, two in 1_i64..5_000,
    ) {
        let (one, two) = (TimeDelta::minutes(one), TimeDelta::minutes(two));

        let in_steps = calendar.add_business(calendar.add_business(at, one), two);

        prop_assert_eq!(in_steps, calendar.add_business(at, one + two));
    }

    #[test]
    fn a_pause_ends_in_an_open_door(calendar in any_calendar(), at in any_instant()) {
        match calendar.paused_until(at) {
            None => prop_assert!(calendar.is_open(at)),
            Some(until) => {
                prop_assert!(until > at);
                prop_assert!(calendar.is_open(until));
            }
        }
        prop_assert!(calendar.end_of_next_business_day(at) > at);
    }
}
