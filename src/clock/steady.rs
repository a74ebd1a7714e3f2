//! A time that does not jump with the system's clock (T5): it goes on with the
//! host's uptime, and follows the clock where that is only kept right.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::span::CLOCK_OFF;

/// How long a clock that was set ahead is doubted. A hand that slipped is seen
/// and mended by then; a host that was paused wakes so, and everything due
/// meanwhile has to be told after all: silence is worse than a page too early.
const DOUBTED: TimeDelta = TimeDelta::seconds(60);

/// A time that goes on by the host's uptime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What it was when the host started.
    pub start: DateTime<Utc>,
    /// What the time was then that was left when a clock that was set ahead was
    /// believed; `None` where none was.
    pub left: Option<DateTime<Utc>>,
}

impl Line {
    /// The line of a clock that says `system` at that uptime.
    fn of(system: DateTime<Utc>, uptime: TimeDelta) -> Self {
        Self {
            start: system.checked_sub_signed(uptime).unwrap_or(system),
            left: None,
        }
    }

    /// The same, but the one that was left where the clock is at that again: it
    /// had slipped, and was mended.
    fn mended_by(self, system: DateTime<Utc>, uptime: TimeDelta) -> Self {
        let there = Self::of(system, uptime);
        let is_mended = |left: DateTime<Utc>| (there.start - left).abs() <= CLOCK_OFF;
        if self.left.is_some_and(is_mended) {
            there
        } else {
            self
        }
    }
}

/// What goes on steadily beside the system's clock.
#[derive(Debug)]
pub(super) struct Steady {
    /// By which it goes on.
    line: Line,
    /// Since when the clock says something else, in uptime.
    apart: Option<TimeDelta>,
}

impl Steady {
    /// Begins with what the clock says at that uptime.
    pub(super) fn new(system: DateTime<Utc>, uptime: TimeDelta) -> Self {
        Self {
            line: Line::of(system, uptime),
            apart: None,
        }
    }

    /// Goes on as another process does that began earlier on this host, unless
    /// its time slipped and was mended. Two who are as good as one stay as they
    /// are, and both know what was left.
    pub(super) fn resume(&mut self, line: Line, system: DateTime<Utc>, uptime: TimeDelta) {
        let line = line.mended_by(system, uptime);
        if (line.start - self.line.start).abs() <= CLOCK_OFF {
            self.line.left = self.line.left.or(line.left);
        } else {
            *self = Self { line, apart: None };
            let is_off = (system - self.ours(uptime)).abs() > CLOCK_OFF;
            self.apart = is_off.then_some(uptime);
        }
    }

    /// By which line it goes on.
    pub(super) const fn line(&self) -> Line {
        self.line
    }

    /// Follows a clock that was set back, for nothing is counted down by this
    /// time; answers whether it was.
    pub(super) fn follow_back(&mut self, system: DateTime<Utc>, uptime: TimeDelta) -> bool {
        let is_behind = self.ours(uptime) - system > CLOCK_OFF;
        if is_behind {
            *self = Self::new(system, uptime);
        }
        is_behind
    }

    /// The time. A clock that is set back is not followed: what was a minute
    /// away is still a minute away. One that is set ahead is, after a while; and
    /// one that goes back from there to where it was had slipped, and is mended.
    pub(super) fn now(&mut self, system: DateTime<Utc>, uptime: TimeDelta) -> DateTime<Utc> {
        self.mend(system, uptime);
        let ours = self.ours(uptime);
        let off = system - ours;
        let mut left = self.line.left;
        if off.abs() > CLOCK_OFF {
            if self.apart.is_none() {
                tracing::warn!(seconds = off.num_seconds(), "this host's clock was set");
            }
            let since = *self.apart.get_or_insert(uptime);
            let is_believed = off > TimeDelta::zero() && uptime - since >= DOUBTED;
            if !is_believed {
                return ours;
            }
            left = Some(self.line.start);
        }
        *self = Self::new(system, uptime);
        self.line.left = left;
        system
    }

    /// Goes back with a clock that slipped ahead, was believed, and is mended:
    /// nothing is late by it, and all that was early is mended too.
    fn mend(&mut self, system: DateTime<Utc>, uptime: TimeDelta) {
        let line = self.line.mended_by(system, uptime);
        if line != self.line {
            let seconds = (self.line.start - line.start).num_seconds();
            tracing::warn!(
                seconds,
                "this host's clock had slipped ahead, and is right again"
            );
            *self = Self { line, apart: None };
        }
    }

    /// How far the clock is from the time that counts: ahead of it, or behind.
    pub(super) fn stepped(&self, system: DateTime<Utc>, uptime: TimeDelta) -> Option<TimeDelta> {
        // The two are not read in the same moment.
        self.apart.map(|_| in_seconds(system - self.ours(uptime)))
    }

    fn ours(&self, uptime: TimeDelta) -> DateTime<Utc> {
        let start = self.line.start;
        start.checked_add_signed(uptime).unwrap_or(start)
    }
}

/// The same in whole seconds, the nearest.
pub(super) fn in_seconds(span: TimeDelta) -> TimeDelta {
    let millis = span.num_milliseconds();
    TimeDelta::try_seconds((millis + 500 * millis.signum()) / 1000).unwrap_or(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host that was started at noon, and what its clock says `up` seconds
    /// later where it was set by so many.
    fn clock(up: i64, set: i64) -> (DateTime<Utc>, TimeDelta) {
        let noon: DateTime<Utc> = "2026-01-14T12:00:00Z".parse().expect("a time");
        let up = TimeDelta::seconds(up);
        (noon + up + TimeDelta::seconds(set), up)
    }

    fn seconds(steady: &mut Steady, up: i64, set: i64) -> i64 {
        let (noon, _) = clock(0, 0);
        let (system, uptime) = clock(up, set);
        (steady.now(system, uptime) - noon).num_seconds()
    }

    fn from_noon() -> Steady {
        let (system, uptime) = clock(0, 0);
        Steady::new(system, uptime)
    }

    #[test]
    fn t5_a_clock_that_is_set_back_takes_no_countdown_with_it() {
        let mut steady = from_noon();

        let seen = [5, 65, 3665].map(|up| seconds(&mut steady, up, -3600));

        assert_eq!(seen, [5, 65, 3665]);
        let (system, uptime) = clock(3666, -3600);
        let off = steady.stepped(system, uptime);
        assert_eq!(off, Some(TimeDelta::seconds(-3600)));
    }

    #[test]
    fn t5_nothing_falls_due_by_a_clock_that_is_set_ahead_for_less_than_a_minute() {
        let mut steady = from_noon();

        let set = [5, 64].map(|up| seconds(&mut steady, up, 7200));
        let mended = seconds(&mut steady, 66, 0);

        assert_eq!((set, mended), ([5, 64], 66));
        let (system, uptime) = clock(67, 0);
        assert_eq!(steady.stepped(system, uptime), None);
    }

    #[test]
    fn e9_a_clock_that_stays_ahead_is_believed_since_the_host_may_have_been_paused() {
        let mut steady = from_noon();

        let seen = [5, 65].map(|up| seconds(&mut steady, up, 7200));

        assert_eq!(seen, [5, 7265]);
        let (system, uptime) = clock(66, 7200);
        assert_eq!(steady.stepped(system, uptime), None);
    }

    #[test]
    fn t5_who_begins_after_a_clock_was_set_goes_on_as_those_who_began_before() {
        let before = from_noon();
        for set in [-3600, 7200] {
            let (system, uptime) = clock(5, set);
            let mut steady = Steady::new(system, uptime);

            steady.resume(before.line(), system, uptime);

            let off = steady.stepped(system, uptime);
            assert_eq!(off, Some(TimeDelta::seconds(set)));
            let seen = [6, 64].map(|up| seconds(&mut steady, up, set));
            assert_eq!(seen, [6, 64], "{set}");
        }
    }

    #[test]
    fn t5_a_slip_that_was_believed_is_over_as_soon_as_it_is_mended() {
        let mut steady = from_noon();
        let slipped = [5, 65].map(|up| seconds(&mut steady, up, 7200));

        let elsewhere = seconds(&mut steady, 66, 3600);
        let mended = [67, 68].map(|up| seconds(&mut steady, up, 1));

        assert_eq!((slipped, elsewhere), ([5, 7265], 7266));
        assert_eq!(mended, [68, 69]);
        let (system, uptime) = clock(69, 1);
        assert_eq!(steady.stepped(system, uptime), None);
    }

    #[test]
    fn t5_a_slip_is_known_to_those_who_begin_after_it() {
        let mut before = from_noon();
        let _ = [5, 65].map(|up| seconds(&mut before, up, 7200));
        for begun in [0, 7200] {
            let (system, uptime) = clock(66, begun);
            let mut steady = Steady::new(system, uptime);

            steady.resume(before.line(), system, uptime);

            assert_eq!(seconds(&mut steady, 67, begun), 67 + begun);
            assert_eq!(seconds(&mut steady, 68, 0), 68, "{begun}");
        }
    }

    #[test]
    fn a_slip_that_was_mended_is_over_once_nothing_is_counted_down() {
        let mut steady = from_noon();
        let slipped = [5, 70].map(|up| seconds(&mut steady, up, 7200));

        let mended = [71, 72].map(|up| {
            let (system, uptime) = clock(up, 0);
            steady.follow_back(system, uptime)
        });

        assert_eq!((slipped, mended), ([5, 7270], [true, false]));
        assert_eq!(seconds(&mut steady, 73, 0), 73);
        let (system, uptime) = clock(74, 7200);
        assert!(!steady.follow_back(system, uptime), "that one is ahead");
    }

    #[test]
    fn a_clock_that_is_kept_right_is_followed_without_a_word() {
        let mut steady = from_noon();

        let seen = [(5, 1), (6, 2), (7, 1)].map(|(up, set)| seconds(&mut steady, up, set));

        assert_eq!(seen, [6, 8, 8]);
        let (system, uptime) = clock(8, 1);
        assert_eq!(steady.stepped(system, uptime), None);
    }
}
