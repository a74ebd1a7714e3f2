//! Whether the picture is the state of now.

use chrono::{DateTime, TimeDelta, Utc};

use super::Wall;
use crate::ui::pane::header;

/// Without a beat for this long, the header says so.
const LATE: TimeDelta = TimeDelta::seconds(10);
/// Without a beat for this long, nothing on the wall is to be trusted.
const LOST: TimeDelta = TimeDelta::seconds(30);
/// So long a wall that has just started waits for its first beat.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);
/// A clock that is off by more than this is worth a word (W14).
const SKEW: TimeDelta = TimeDelta::seconds(5);

/// How the engine's heart beats, seen from the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// It was seen within the last ten seconds.
    Live,
    /// It was seen a while ago, or its server does not answer: how long ago.
    Late(TimeDelta),
    /// It stopped: when it was seen last.
    Lost(DateTime<Utc>),
    /// It was never seen, and the wall has only just started.
    Starting,
    /// It was never seen.
    Never,
}

impl Beat {
    pub(super) fn of(wall: &Wall, now: DateTime<Utc>) -> Self {
        let Some(seen) = seen(wall) else {
            return if now - wall.started < PATIENCE {
                Self::Starting
            } else {
                Self::Never
            };
        };
        let age = now - seen;
        if age > LOST {
            Self::Lost(seen)
        } else if age > LATE || header::offline(&wall.app) {
            Self::Late(age)
        } else {
            Self::Live
        }
    }
}

/// When the last beat was, by this clock.
///
/// The first beat may be an old one that was read from disk, so its own time
/// counts. From the second on the engine lives, and its clock may be off: then
/// it counts when the beat came.
fn seen(wall: &Wall) -> Option<DateTime<Utc>> {
    let ticked_at = wall.app.engine.ticked_at?;
    match wall.last_beat {
        Some(came) if wall.beats > 1 => Some(came),
        Some(came) => Some(ticked_at.min(came)),
        None => Some(ticked_at),
    }
}

/// By how much the engine's clock and ours differ; `None` within five seconds.
/// A beat comes later than it was, by way of a server by seconds: only then is
/// its clock behind.
pub(super) fn skew(wall: &Wall) -> Option<TimeDelta> {
    let ahead = wall.app.engine.ticked_at? - wall.last_beat?;
    let differs = ahead > SKEW || ahead < -(SKEW + LATE);
    (wall.beats > 1 && differs).then_some(ahead.abs())
}
