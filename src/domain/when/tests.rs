use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Zone {
    name.parse().expect("the test wrote it")
}

fn utc(text: &str) -> DateTime<Utc> {
    text.parse().expect("the test wrote it")
}

/// A Thursday, 14:00 UTC, 15:00 in Berlin.
fn now() -> DateTime<Utc> {
    utc("2026-01-22T14:00:00Z")
}

fn read(text: &str) -> Result<DateTime<Utc>, TimeError> {
    parse_time(text, now(), zone("Europe/Berlin"))
}

#[test]
fn people_type_times_in_many_ways() {
    for (text, at) in [
        ("14:30", "2026-01-22T14:30:00Z"),
        (" 14:30Z ", "2026-01-22T14:30:00Z"),
        ("14:30 UTC", "2026-01-22T14:30:00Z"),
        ("14:30utc", "2026-01-22T14:30:00Z"),
        ("9:05", "2026-01-22T09:05:00Z"),
        ("14:30:15", "2026-01-22T14:30:15Z"),
        ("14:30 local", "2026-01-22T13:30:00Z"),
        ("14:30+02:00", "2026-01-22T12:30:00Z"),
        ("14:30 -05:00", "2026-01-22T19:30:00Z"),
        ("2026-01-23 09:00", "2026-01-23T09:00:00Z"),
        ("2026-01-23 09:00 local", "2026-01-23T08:00:00Z"),
        ("2026-01-23 09:00-05:00", "2026-01-23T14:00:00Z"),
        ("2026-01-23T09:00:00.5Z", "2026-01-23T09:00:00.5Z"),
        ("2026-01-23t09:00:00+01:00", "2026-01-23T08:00:00Z"),
        ("tomorrow 09:00", "2026-01-23T09:00:00Z"),
        ("Yesterday  23:10", "2026-01-21T23:10:00Z"),
        ("today 01:00", "2026-01-22T01:00:00Z"),
        ("+30m", "2026-01-22T14:30:00Z"),
        ("in 1h 30m", "2026-01-22T15:30:00Z"),
        ("-10m", "2026-01-22T13:50:00Z"),
        ("10m ago", "2026-01-22T13:50:00Z"),
        ("now", "2026-01-22T14:00:00Z"),
    ] {
        assert_eq!(read(text), Ok(utc(at)), "{text:?}");
    }
}

#[test]
fn a_time_of_day_is_todays_or_the_one_beside_it() {
    let late = utc("2026-01-22T23:50:00Z");
    let early = utc("2026-01-22T00:10:00Z");
    let zone = Zone::UTC;

    for (found, at) in [
        (parse_time("00:10", late, zone), "2026-01-23T00:10:00Z"),
        (parse_time("11:50", late, zone), "2026-01-22T11:50:00Z"),
        (parse_time("11:49", late, zone), "2026-01-23T11:49:00Z"),
        (parse_time("23:50", early, zone), "2026-01-22T23:50:00Z"),
        (parse_past("23:50", early, zone), "2026-01-21T23:50:00Z"),
        (parse_past("00:20", early, zone), "2026-01-22T00:20:00Z"),
        (parse_past("00:10", late, zone), "2026-01-22T00:10:00Z"),
    ] {
        assert_eq!(found, Ok(utc(at)));
    }
}

#[test]
fn todays_date_is_the_places_own() {
    // 23:30 UTC is 08:30 tomorrow in Tokyo.
    let now = utc("2026-01-22T23:30:00Z");

    assert_eq!(
        parse_time("09:00 local", now, zone("Asia/Tokyo")),
        Ok(utc("2026-01-23T00:00:00Z"))
    );
    assert_eq!(
        parse_time("tomorrow 09:00 local", now, zone("Asia/Tokyo")),
        Ok(utc("2026-01-24T00:00:00Z"))
    );
}

#[test]
fn t4_a_time_shown_twice_is_asked_back_and_an_offset_answers() {
    let now = utc("2026-10-24T22:00:00Z");

    let error = parse_time("02:30 local", now, zone("Europe/Berlin")).unwrap_err();

    assert!(matches!(error, TimeError::Ambiguous(_)));
    for (offered, at) in [
        ("2026-10-25 02:30+02:00", "2026-10-25T00:30:00Z"),
        ("2026-10-25 02:30+01:00", "2026-10-25T01:30:00Z"),
    ] {
        assert!(error.to_string().contains(offered), "{error}");
        assert_eq!(parse_time(offered, now, zone("Europe/Berlin")), Ok(utc(at)));
    }
}

#[test]
fn t4_a_time_that_does_not_exist_moves_on() {
    let now = utc("2026-03-29T00:00:00Z");

    assert_eq!(
        parse_time("02:30 local", now, zone("Europe/Berlin")),
        Ok(utc("2026-03-29T01:00:00Z"))
    );
}

#[test]
fn what_is_no_time_says_what_would_be_right() {
    for (text, said) in [
        ("25:61", "there is no time 25:61: hours go to 23"),
        ("24:00", "there is no time 24:00"),
        ("23:59:60", "there is no time 23:59:60"),
        ("2026-02-31 10:00", "there is no day 2026-02-31"),
        ("2026-13-01", "there is no day 2026-13-01"),
        (
            "2026-01-22",
            "2026-01-22 needs a time of day as well, such as 2026-01-22 14:30",
        ),
        ("30m", "is 30m ahead or over? Write +30m or 30m ago"),
        ("+30", "\"30\" is not a length of time"),
        ("+99999999999d", "is longer than a hundred years"),
        (
            "half past",
            "\"half past\" is not a time: write 14:30 (UTC)",
        ),
        ("", "\"\" is not a time"),
        ("14.30", "is not a time"),
        ("1430", "is not a time"),
        ("14:30 PST", "\"14:30 PST\" is not a time"),
        ("14:30 pm", "is not a time"),
        ("2026-01-22 soon", "is not a time"),
        ("tomorrow", "is not a time"),
        ("tonight 20:00", "is not a time"),
        ("in 10m ago", "is not a time"),
        ("99999-01-01 10:00", "there is no day 99999-01-01"),
        ("14:30+99:00", "is not a time"),
        ("१४:३०", "is not a time"),
        ("é+02:00", "is not a time"),
    ] {
        let error = read(text).expect_err(text).to_string();

        assert!(error.contains(said), "{text:?}: {error}");
    }
}

#[test]
fn the_ends_of_time_are_answered_too() {
    for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        for text in [
            "14:30",
            "14:30 local",
            "00:00+23:59",
            "23:59-23:59",
            "tomorrow 10:00",
            "now",
        ] {
            parse_time(text, now, zone("Asia/Tokyo")).expect(text);
            parse_past(text, now, zone("America/New_York")).expect(text);
        }
    }
    let last = utc("9999-12-31T00:00:00Z");
    assert_eq!(
        parse_time("+1d", last, Zone::UTC),
        Err(TimeError::TooFar("+1d".to_owned()))
    );
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,24}|[0-9:+\\-tzZ. a-z]{0,24}", seconds in any::<u32>()) {
        let now = DateTime::from_timestamp(i64::from(seconds), 0).expect("in range");

        let read = parse_time(&text, now, zone("Australia/Lord_Howe"));

        if let Err(error) = read {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn a_time_as_it_is_shown_is_read_back(seconds in 0_i64..4_000_000_000, off in -43_000_i64..43_000) {
        let at = DateTime::from_timestamp(seconds, 0).expect("in range");
        let now = at + TimeDelta::seconds(off);
        let zone = zone("America/New_York");

        prop_assert_eq!(parse_time(&at.to_rfc3339(), now, zone), Ok(at));
        let shown = zone.at(at).to_rfc3339();
        prop_assert_eq!(parse_time(&shown, now, zone), Ok(at));
    }
}
