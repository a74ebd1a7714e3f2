//! The time, and new ids. The one place that reads the system's clock; below
//! the loops, time is an argument.

use chrono::{DateTime, DurationRound as _, Local, TimeDelta, Utc};
use uuid::Uuid;

/// Where the time comes from.
#[derive(Debug, Clone, Copy, Default)]
pub enum Clock {
    /// The system's.
    #[default]
    System,
    /// The system's, moved: for tests on a real terminal (`--now`).
    Shifted(TimeDelta),
}

impl Clock {
    /// A clock that says `now` now, and goes on from there.
    pub fn starting_at(now: DateTime<Utc>) -> Self {
        Self::Shifted(now - system_now())
    }

    /// The time, to the millisecond: the log keeps no more.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            Self::System => system_now(),
            Self::Shifted(by) => system_now() + *by,
        };
        now.duration_trunc(TimeDelta::milliseconds(1))
            .unwrap_or(now)
    }

    /// How far the host's own time is east of UTC now, in seconds.
    pub fn local_offset_s(&self) -> i32 {
        let now = self.now().with_timezone(&Local);
        now.offset().local_minus_utc()
    }

    /// A new id, ordered by time.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}
