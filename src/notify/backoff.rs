//! When a message that did not arrive is tried again, and when it is given up.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::notice::{Delivery, Purpose};

/// No wait of our own choosing is longer, so that a channel that comes back
/// is found within five minutes.
const LONGEST: Duration = Duration::from_mins(5);

/// How long a message is tried: a page that is an hour old wakes somebody for
/// nothing, and the next step of the ladder has long been taken.
pub const fn patience(purpose: Purpose) -> TimeDelta {
    match purpose {
        Purpose::Page => TimeDelta::hours(1),
        Purpose::Update | Purpose::LateNotice | Purpose::Public => TimeDelta::hours(24),
    }
}

/// When `delivery` is tried next; `None` when it is given up.
///
/// `delivery.attempts` counts the try that just failed. The wait is a random
/// share (`jitter`, 0 to 1) of 2 s, 4 s, 8 s … 5 min, so that a hundred
/// messages don't come back together; longer where the channel asked for it.
pub fn next_try(
    delivery: &Delivery,
    now: DateTime<Utc>,
    retry_after: Option<Duration>,
    jitter: f64,
) -> Option<DateTime<Utc>> {
    let doublings = delivery.attempts.saturating_sub(1).min(16);
    let ceiling = Duration::from_secs(2 << doublings).min(LONGEST);
    let share = ceiling.as_secs_f64() * jitter.clamp(0.0, 1.0);
    let own = Duration::try_from_secs_f64(share).unwrap_or(ceiling);
    let wait = TimeDelta::from_std(own.max(retry_after.unwrap_or_default())).ok()?;
    let next = now.checked_add_signed(wait)?;
    let tried_for = next - delivery.created_at;
    (tried_for <= patience(delivery.intent.purpose)).then_some(next)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::{
        entry::{EntryId, IncidentId},
        notice::{DeliveryState, Intent},
    };

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_182_400, 0).unwrap()
    }

    fn failed(purpose: Purpose, attempts: u32) -> Delivery {
        Delivery {
            intent: Intent {
                key: "page:1".into(),
                channel: "incidents".into(),
                incident: IncidentId(Uuid::nil()),
                origin: EntryId(Uuid::nil()),
                purpose,
                not_before: noon(),
                subject: "INC-1".into(),
                text: "down".into(),
                maybe_repeat: false,
            },
            state: DeliveryState::Queued,
            attempts,
            next_at: noon(),
            maybe_repeat: false,
            last_error: "".into(),
            sent_at: None,
            created_at: noon(),
        }
    }

    fn wait(attempts: u32, retry_after: Option<u64>, jitter: f64) -> i64 {
        let delivery = failed(Purpose::Update, attempts);
        let asked = retry_after.map(Duration::from_secs);
        (next_try(&delivery, noon(), asked, jitter).unwrap() - noon()).num_seconds()
    }

    #[test]
    fn the_wait_doubles_up_to_five_minutes() {
        let waits = [1, 2, 3, 4, 8, 9, 40, u32::MAX].map(|attempts| wait(attempts, None, 1.0));

        assert_eq!(waits, [2, 4, 8, 16, 256, 300, 300, 300]);
    }

    #[test]
    fn the_wait_is_a_random_share() {
        assert_eq!(wait(4, None, 0.5), 8);
        assert_eq!(wait(4, None, 0.0), 0);
        assert_eq!(wait(4, None, 7.0), 16);
        assert_eq!(wait(4, None, f64::NAN), 16);
    }

    #[test]
    fn a_channel_that_asks_for_time_gets_it() {
        assert_eq!(wait(1, Some(120), 1.0), 120);
        assert_eq!(wait(4, Some(1), 1.0), 16);
    }

    #[test]
    fn a_page_is_given_up_after_an_hour_and_the_rest_after_a_day() {
        for (purpose, hours) in [
            (Purpose::Page, 1),
            (Purpose::Update, 24),
            (Purpose::LateNotice, 24),
            (Purpose::Public, 24),
        ] {
            let delivery = failed(purpose, 1);
            let end = noon() + TimeDelta::hours(hours);

            let last = next_try(&delivery, end - TimeDelta::seconds(2), None, 1.0);
            let none = next_try(&delivery, end - TimeDelta::seconds(1), None, 1.0);

            assert_eq!((last, none), (Some(end), None), "{purpose:?}");
        }
    }

    #[test]
    fn a_wait_beyond_all_time_is_the_end() {
        let asked = Some(Duration::from_secs(u64::MAX));

        assert_eq!(
            next_try(&failed(Purpose::Page, 1), noon(), asked, 0.5),
            None
        );
    }
}
