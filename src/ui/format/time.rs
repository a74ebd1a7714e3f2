//! Lengths of time and times of day.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::zone::Zone;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Below this a deadline shows its seconds.
const SECONDS_MATTER: i64 = 10 * MINUTE;

/// What is left until a deadline; from zero on, what it is overdue by.
///
/// `2d 04h`, `3h07`, `13m`, `07:22`; overdue `+03:10`, `+1h07`.
pub fn countdown(left: TimeDelta) -> String {
    let sign = if left <= TimeDelta::zero() { "+" } else { "" };
    let seconds = left.num_seconds().unsigned_abs().cast_signed();
    let text = match seconds {
        ..SECONDS_MATTER => format!("{:02}:{:02}", seconds / MINUTE, seconds % MINUTE),
        SECONDS_MATTER..HOUR => format!("{}m", seconds / MINUTE),
        HOUR.. => coarse(seconds),
    };
    format!("{sign}{text}")
}

/// How long something has been going on: `0:52:38`, from a day on `2d 04h`.
pub fn elapsed(span: TimeDelta) -> String {
    let seconds = whole_seconds(span);
    if seconds >= DAY {
        return coarse(seconds);
    }
    format!(
        "{}:{:02}:{:02}",
        seconds / HOUR,
        seconds / MINUTE % 60,
        seconds % MINUTE
    )
}

/// Hours and minutes: `0:52`, `4:00`; from ten hours on, where that reads as
/// minutes and seconds, `39h23`.
pub fn hours(span: TimeDelta) -> String {
    let seconds = whole_seconds(span);
    let (hours, minutes) = (seconds / HOUR, seconds / MINUTE % 60);
    let sign = if hours < 10 { ':' } else { 'h' };
    format!("{hours}{sign}{minutes:02}")
}

/// A length of time in few columns: `42s`, `1m40`, `15m`, `3h20`, `4h`, `11d 04h`.
pub fn short(span: TimeDelta) -> String {
    let seconds = whole_seconds(span);
    match (seconds, seconds % MINUTE, seconds / MINUTE % 60) {
        (..MINUTE, rest, _) => format!("{rest}s"),
        (MINUTE..HOUR, 0, minutes) => format!("{minutes}m"),
        (MINUTE..HOUR, rest, minutes) => format!("{minutes}m{rest:02}"),
        (HOUR..DAY, _, 0) => format!("{}h", seconds / HOUR),
        (HOUR.., ..) => coarse(seconds),
    }
}

/// `behind` or `ahead of`: how a clock stands to one that is so far ahead of it.
pub fn behind_or_ahead(offset: TimeDelta) -> &'static str {
    if offset > TimeDelta::zero() {
        "behind"
    } else {
        "ahead of"
    }
}

/// How old a value is: `2s`, `41s`, `4m31s`, `1h07`, `2d 04h`.
pub fn age(span: TimeDelta) -> String {
    let seconds = whole_seconds(span);
    match seconds {
        ..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m{:02}s", seconds / MINUTE, seconds % MINUTE),
        HOUR.. => coarse(seconds),
    }
}

/// How old a value is, in steps that seldom change: `2s`, `5s`, `10s`, `30s`,
/// `1m`, `4m`, `1h07`. For slow lines; [`age`] elsewhere.
///
/// A value is at least as old as its step says; below two seconds it is `0s`.
pub fn age_in_steps(span: TimeDelta) -> String {
    let seconds = whole_seconds(span);
    match seconds {
        ..2 => "0s".to_owned(),
        2..5 => "2s".to_owned(),
        5..10 => "5s".to_owned(),
        10..30 => "10s".to_owned(),
        30..MINUTE => "30s".to_owned(),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR.. => coarse(seconds),
    }
}

/// How long an answer took: `38ms`, `1.84s`, `31.2s`, `120s`.
pub fn took(span: Duration) -> String {
    match rounded_millis(span) {
        millis @ ..1000 => format!("{millis}ms"),
        _ => took_seconds(span),
    }
}

/// The same in seconds throughout, to compare: `0.41s`, `1.84s`, `31.2s`.
pub fn took_seconds(span: Duration) -> String {
    let millis = rounded_millis(span);
    let hundredths = (millis + 5) / 10;
    let tenths = (millis + 50) / 100;
    match millis {
        ..9_995 => format!("{}.{:02}s", hundredths / 100, hundredths % 100),
        9_995..99_950 => format!("{}.{}s", tenths / 10, tenths % 10),
        99_950.. => format!("{}s", (millis + 500) / 1000),
    }
}

/// `14:07:00Z`.
pub fn clock(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%SZ").to_string()
}

/// `14:07Z`.
pub fn clock_minutes(at: DateTime<Utc>) -> String {
    at.format("%H:%MZ").to_string()
}

/// [`clock_minutes`], behind its day where that is another one than `now`'s.
pub fn clock_on_day(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let clock = clock_minutes(at);
    if at.date_naive() == now.date_naive() {
        clock
    } else {
        format!("{} {clock}", day(at))
    }
}

/// `13:29`, and of another day than `now`'s also that: `Mon 13:29` within six days,
/// else `01-27 13:29`.
pub fn time_on_day(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let days = (at.date_naive() - now.date_naive()).num_days();
    match days {
        0 => time_minutes(at),
        -6..=6 => at.format("%a %H:%M").to_string(),
        _ => at.format("%m-%d %H:%M").to_string(),
    }
}

/// [`clock_minutes`] on a slow line, [`clock`] elsewhere.
pub fn clock_of(at: DateTime<Utc>, slow: bool) -> String {
    if slow { clock_minutes(at) } else { clock(at) }
}

/// `14:03:11`, for columns whose heading says that they are UTC.
pub fn time(at: DateTime<Utc>) -> String {
    at.format("%H:%M:%S").to_string()
}

/// `13:29`, for columns whose heading says that they are UTC.
pub fn time_minutes(at: DateTime<Utc>) -> String {
    at.format("%H:%M").to_string()
}

/// `2026-01-11`.
pub fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// `Thu 22 Jan 2026`.
pub fn day_long(at: DateTime<Utc>) -> String {
    at.format("%a %d %b %Y").to_string()
}

/// `15:07`, in a zone.
pub fn local(at: DateTime<Utc>, zone: Zone) -> String {
    zone.at(at).format("%H:%M").to_string()
}

/// `3h07`, `2d 04h`.
fn coarse(seconds: i64) -> String {
    if seconds >= DAY {
        return format!("{}d {:02}h", seconds / DAY, seconds / HOUR % 24);
    }
    format!("{}h{:02}", seconds / HOUR, seconds / MINUTE % 60)
}

/// What has not begun yet has lasted for nothing.
fn whole_seconds(span: TimeDelta) -> i64 {
    span.num_seconds().max(0)
}

fn rounded_millis(span: Duration) -> u128 {
    (span.as_micros() + 500) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hms(hours: i64, minutes: i64, seconds: i64) -> TimeDelta {
        TimeDelta::seconds(hours * HOUR + minutes * MINUTE + seconds)
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn precision_follows_urgency() {
        for (left, shown) in [
            (hms(268, 0, 0), "11d 04h"),
            (hms(24, 0, 0), "1d 00h"),
            (hms(23, 59, 59), "23h59"),
            (hms(3, 7, 22), "3h07"),
            (hms(1, 7, 22), "1h07"),
            (hms(1, 0, 0), "1h00"),
            (hms(0, 59, 59), "59m"),
            (hms(0, 13, 0), "13m"),
            (hms(0, 10, 0), "10m"),
            (hms(0, 9, 59), "09:59"),
            (hms(0, 7, 22), "07:22"),
            (hms(0, 5, 18), "05:18"),
            (hms(0, 0, 1), "00:01"),
            (TimeDelta::milliseconds(500), "00:00"),
            (TimeDelta::zero(), "+00:00"),
            (hms(0, 0, -41), "+00:41"),
            (hms(0, -3, -10), "+03:10"),
            (hms(0, -13, -59), "+13m"),
            (hms(-1, -7, 0), "+1h07"),
            (hms(-52, 0, 0), "+2d 04h"),
        ] {
            assert_eq!(countdown(left), shown, "{left}");
        }
    }

    #[test]
    fn a_deadline_at_the_end_of_time_is_no_panic() {
        assert!(countdown(TimeDelta::MAX).ends_with('h'));
        assert!(countdown(TimeDelta::MIN).starts_with('+'));
        assert!(elapsed(TimeDelta::MAX).ends_with('h'));
    }

    #[test]
    fn elapsed_time_shows_its_seconds_for_a_day() {
        for (span, shown) in [
            (hms(0, 52, 38), "0:52:38"),
            (hms(0, 0, 0), "0:00:00"),
            (hms(23, 59, 59), "23:59:59"),
            (hms(268, 0, 0), "11d 04h"),
            (hms(0, 0, -5), "0:00:00"),
        ] {
            assert_eq!(elapsed(span), shown);
        }
        assert_eq!(hours(hms(0, 52, 38)), "0:52");
        assert_eq!(hours(hms(4, 0, 0)), "4:00");
        assert_eq!(hours(hms(39, 23, 0)), "39h23");
    }

    #[test]
    fn lengths_take_few_columns() {
        for (span, shown) in [
            (hms(0, 0, 42), "42s"),
            (hms(0, 1, 40), "1m40"),
            (hms(0, 1, 47), "1m47"),
            (hms(0, 4, 31), "4m31"),
            (hms(0, 15, 0), "15m"),
            (hms(0, 30, 5), "30m05"),
            (hms(3, 20, 0), "3h20"),
            (hms(2, 5, 0), "2h05"),
            (hms(4, 0, 0), "4h"),
            (hms(268, 0, 0), "11d 04h"),
        ] {
            assert_eq!(short(span), shown);
        }
    }

    #[test]
    fn ages_are_exact_or_go_in_steps() {
        for (span, exact, step) in [
            (hms(0, 0, 0), "0s", "0s"),
            (hms(0, 0, 2), "2s", "2s"),
            (hms(0, 0, 3), "3s", "2s"),
            (hms(0, 0, 9), "9s", "5s"),
            (hms(0, 0, 29), "29s", "10s"),
            (hms(0, 0, 41), "41s", "30s"),
            (hms(0, 1, 0), "1m00s", "1m"),
            (hms(0, 4, 31), "4m31s", "4m"),
            (hms(0, 9, 12), "9m12s", "9m"),
            (hms(1, 7, 0), "1h07", "1h07"),
            (hms(52, 0, 0), "2d 04h", "2d 04h"),
            (hms(0, 0, -3), "0s", "0s"),
        ] {
            assert_eq!(age(span), exact);
            assert_eq!(age_in_steps(span), step);
        }
    }

    #[test]
    fn latencies_keep_three_digits() {
        for (micros, shown) in [
            (0, "0ms"),
            (38_000, "38ms"),
            (410_000, "410ms"),
            (999_400, "999ms"),
            (999_600, "1.00s"),
            (1_840_000, "1.84s"),
            (9_994_000, "9.99s"),
            (9_995_000, "10.0s"),
            (31_200_000, "31.2s"),
            (99_949_000, "99.9s"),
            (99_950_000, "100s"),
            (120_000_000, "120s"),
        ] {
            assert_eq!(took(Duration::from_micros(micros)), shown, "{micros}");
        }
        assert_eq!(took_seconds(Duration::from_millis(410)), "0.41s");
        assert_eq!(took_seconds(Duration::from_secs(1)), "1.00s");
        assert_eq!(took_seconds(Duration::ZERO), "0.00s");
    }

    #[test]
    fn clocks_say_that_they_are_utc() {
        let now = at("2026-01-22T14:07:00Z");

        assert_eq!(clock(now), "14:07:00Z");
        assert_eq!(clock_minutes(now), "14:07Z");
        assert_eq!(clock_of(now, true), "14:07Z");
        assert_eq!(time(now), "14:07:00");
        assert_eq!(time_minutes(now), "14:07");
        assert_eq!(day(now), "2026-01-22");
        let on_day = |at_: &str| time_on_day(at(at_), now);
        assert_eq!(on_day("2026-01-22T17:00:00Z"), "17:00");
        assert_eq!(on_day("2026-01-23T09:15:00Z"), "Fri 09:15");
        assert_eq!(on_day("2026-01-21T09:15:00Z"), "Wed 09:15");
        assert_eq!(on_day("2026-02-02T09:15:00Z"), "02-02 09:15");
        assert_eq!(day_long(now), "Thu 22 Jan 2026");
        assert_eq!(local(now, "Europe/Berlin".parse().unwrap()), "15:07");
    }
}
