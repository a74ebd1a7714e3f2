//! The time, and new ids. The one place that reads the system's clock; below
//! the loops, time is an argument.

mod steady;

use std::{
    fs,
    process::Stdio,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, DurationRound as _, Local, TimeDelta, Utc};
use ring::rand::{SecureRandom as _, SystemRandom};
use rustix::time::{ClockId, clock_gettime};
use tokio::{process::Command, time::timeout};
use uuid::Uuid;

pub use self::steady::Line;
use self::steady::Steady;
use crate::domain::span::CLOCK_OFF;

/// How long the answer may take that tells whether the clock is kept right.
const ANSWER: Duration = Duration::from_secs(5);

/// Where the time comes from.
#[derive(Debug, Clone, Copy, Default)]
pub enum Clock {
    /// The system's, but for its jumps: whoever sets it moves no countdown
    /// back, and fires nothing at once.
    #[default]
    System,
    /// The system's, moved: for tests on a real terminal (`--now`).
    Shifted(TimeDelta),
    /// Another's, which said this when this host started; nobody who sets the
    /// system's moves it.
    SinceStart(DateTime<Utc>),
    /// The system's, moved, until it is led: then a server's, which said this
    /// when this host started, as all who hold it were told last. Nobody who
    /// sets the system's moves it any more.
    Led(TimeDelta, &'static Lead),
}

impl Clock {
    /// A clock that says `now` now, and goes on from there.
    pub fn starting_at(now: DateTime<Utc>) -> Self {
        Self::Shifted(now - steady_now())
    }

    /// What another clock that says `now` said when this host started.
    pub fn at_start(now: DateTime<Utc>) -> DateTime<Utc> {
        now.checked_sub_signed(uptime()).unwrap_or(now)
    }

    /// The same, so far ahead of it; of one that is led, the host's own is.
    #[must_use]
    pub fn ahead(self, by: TimeDelta) -> Self {
        match self {
            Self::System => Self::Shifted(by),
            Self::SinceStart(at) => Self::SinceStart(at.checked_add_signed(by).unwrap_or(at)),
            Self::Shifted(already) => Self::Shifted(already.checked_add(&by).unwrap_or_default()),
            Self::Led(..) => self.host().ahead(by),
        }
    }

    /// The same, which [`Clock::lead`] leads from now on: deadlines are the
    /// server's, and so is the time by which they are kept.
    #[must_use]
    pub fn led(self) -> Self {
        let by = match self {
            Self::System => TimeDelta::zero(),
            Self::Shifted(by) => by,
            Self::SinceStart(_) | Self::Led(..) => return self,
        };
        // A few bytes for each start of the program, which asks from all sides.
        Self::Led(by, Box::leak(Box::default()))
    }

    /// Says what the server's says now. What is not worth a word moves nothing:
    /// it changes with each answer.
    pub fn lead(&self, theirs: DateTime<Utc>) {
        let Self::Led(_, lead) = self else { return };
        let is_off = |ours: DateTime<Utc>| (theirs - ours).abs() > CLOCK_OFF;
        if lead.start().is_none() || is_off(self.now()) {
            let host = self.host().now();
            // From here on even a right one may be set.
            lead.set(Self::at_start(if is_off(host) { theirs } else { host }));
        }
    }

    /// The host's own, which nobody leads.
    #[must_use]
    pub const fn host(self) -> Self {
        match self {
            Self::Led(by, _) => Self::Shifted(by),
            Self::System | Self::Shifted(_) | Self::SinceStart(_) => self,
        }
    }

    /// How far it is led away from the host's own, by a server or by whoever
    /// else counts on the same log, in whole seconds; zero where the host's is
    /// as good.
    pub fn led_by(&self) -> TimeDelta {
        let by = match self {
            Self::Led(..) => self.now() - self.host().now(),
            Self::System => self.now() - system_now(),
            Self::Shifted(_) | Self::SinceStart(_) => TimeDelta::zero(),
        };
        if by.abs() > CLOCK_OFF {
            steady::in_seconds(by)
        } else {
            TimeDelta::zero()
        }
    }

    /// The time, to the millisecond: the log keeps no more.
    pub fn now(&self) -> DateTime<Utc> {
        let (from, by) = match self {
            Self::System => (steady_now(), TimeDelta::zero()),
            Self::Shifted(by) => (steady_now(), *by),
            Self::SinceStart(at) => (*at, uptime()),
            Self::Led(by, lead) => match lead.start() {
                Some(at) => (at, uptime()),
                None => (steady_now(), *by),
            },
        };
        // Beyond the calendar there is no better time than that.
        let now = from.checked_add_signed(by).unwrap_or(from);
        now.duration_trunc(TimeDelta::milliseconds(1))
            .unwrap_or(now)
    }

    /// How far the system's clock was set from the time that counts here, while
    /// it is not gone by; `None` while the two agree.
    pub fn stepped(&self) -> Option<TimeDelta> {
        match self {
            Self::System | Self::Shifted(_) | Self::Led(..) => {
                with_steady(|steady| steady.stepped(reference_now(), uptime()))
            }
            Self::SinceStart(_) => None,
        }
    }

    /// By which line the host's own time goes on, as this process counts;
    /// `None` of a clock that is not the host's.
    pub fn line(&self) -> Option<Line> {
        self.is_the_hosts()
            .then(|| with_steady(|steady| steady.line()))
    }

    /// Goes on as another process of this host does: two that begin on either
    /// side of a clock's being set count by one time all the same.
    pub fn resume(&self, line: Line) {
        if self.is_the_hosts() {
            with_steady(|steady| steady.resume(line, reference_now(), uptime()));
        }
    }

    /// Begins with what the clock that it follows says now, whatever was
    /// counted by before.
    pub fn begin_anew(&self) {
        self.resume(Line {
            start: Self::at_start(reference_now()),
            left: None,
        });
    }

    /// Follows the system's clock where it was set back: for whoever counts
    /// nothing down. Answers whether it was.
    pub fn follow_back(&self) -> bool {
        self.is_the_hosts() && with_steady(|steady| steady.follow_back(reference_now(), uptime()))
    }

    /// Counts by another host's clock in place of this one's, as all do who
    /// share what it keeps: it says `theirs` now.
    pub fn refer_to(&self, theirs: DateTime<Utc>) {
        let off = theirs - system_now();
        if !self.is_the_hosts() {
            return;
        }
        let is_off = off.abs() > CLOCK_OFF;
        let off = if is_off { off.num_milliseconds() } else { 0 };
        REFERENCE.store(off, Ordering::Relaxed);
    }

    const fn is_the_hosts(&self) -> bool {
        matches!(self, Self::System)
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

/// What a server's clock said when this host started, as it is known now.
#[derive(Debug)]
pub struct Lead(AtomicI64);

/// It is not known; no calendar has that millisecond.
const UNKNOWN: i64 = i64::MIN;

impl Lead {
    fn start(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::Relaxed))
    }

    fn set(&self, at: DateTime<Utc>) {
        self.0.store(at.timestamp_millis(), Ordering::Relaxed);
    }
}

impl Default for Lead {
    fn default() -> Self {
        Self(AtomicI64::new(UNKNOWN))
    }
}

/// How long ago [`Clock::new_id`] made an id, by the system's clock alone: it
/// wrote that down in it. `None` of one that was made otherwise.
pub fn age(id: Uuid) -> Option<TimeDelta> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    let made = DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)?;
    Some(system_now() - made)
}

/// Sixteen random bytes, as a number that nobody guesses.
///
/// # Panics
///
/// When the system has no random numbers: no name would be safe then.
pub fn random() -> u128 {
    let mut bytes = [0; 16];
    SystemRandom::new()
        .fill(&mut bytes)
        .expect("the system has random numbers");
    u128::from_be_bytes(bytes)
}

/// How long this host runs, also while it slept.
pub fn uptime() -> TimeDelta {
    let since = clock_gettime(ClockId::Boottime);
    let nanos = u32::try_from(since.tv_nsec).unwrap_or_default();
    TimeDelta::new(since.tv_sec, nanos).unwrap_or_default()
}

/// The name of this start of the host, another one after each; `None` where
/// the system gives it none.
pub fn start_id() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let id = Uuid::parse_str(id.trim()).ok()?;
    // A container may have an uptime of its own.
    let whose = fs::read_link("/proc/self/ns/time").unwrap_or_default();
    Some(format!("{id} {}", whose.display()))
}

/// Whether somebody keeps the system's clock right, as `timedatectl` says;
/// `None` where it has no answer.
///
/// It is asked since the kernel's own answer is behind a call that only unsafe
/// code can make, and since it knows every service that sets the clock.
pub async fn synchronised() -> Option<bool> {
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        // It would speak to whoever watches over us.
        .env_remove("NOTIFY_SOCKET")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    match timeout(ANSWER, asked).await.ok()?.ok()?.stdout.trim_ascii() {
        b"yes" => Some(true),
        b"no" => Some(false),
        _ => None,
    }
}

/// The one time that all of this program counts by: two of them would fire
/// what the other still counts down to.
static STEADY: Mutex<Option<Steady>> = Mutex::new(None);

fn with_steady<T>(ask: impl FnOnce(&mut Steady) -> T) -> T {
    let mut known = STEADY.lock().unwrap_or_else(PoisonError::into_inner);
    ask(known.get_or_insert_with(|| Steady::new(reference_now(), uptime())))
}

fn steady_now() -> DateTime<Utc> {
    with_steady(|steady| steady.now(reference_now(), uptime()))
}

/// How many milliseconds the clock that it follows is ahead of the system's.
static REFERENCE: AtomicI64 = AtomicI64::new(0);

fn reference_now() -> DateTime<Utc> {
    let ahead = TimeDelta::try_milliseconds(REFERENCE.load(Ordering::Relaxed));
    let system = system_now();
    let now = system.checked_add_signed(ahead.unwrap_or_default());
    now.unwrap_or(system)
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_clock_goes_however_far_it_is_moved(moved in any::<[i64; 2]>()) {
            let by = |millis| TimeDelta::try_milliseconds(millis).unwrap_or(TimeDelta::MAX);

            let clock = Clock::System.ahead(by(moved[0])).ahead(by(moved[1]));

            prop_assert!(clock.now() <= DateTime::<Utc>::MAX_UTC);
        }
    }

    fn is_about(at: DateTime<Utc>, expected: DateTime<Utc>) -> bool {
        (at - expected).abs() < CLOCK_OFF
    }

    #[test]
    fn all_copies_of_a_led_clock_go_by_the_servers() {
        let clock = Clock::System.led();
        let copy = clock;
        let theirs = clock.now() + TimeDelta::hours(1);

        clock.lead(theirs);

        assert!(is_about(copy.now(), theirs), "{}", copy.now());
        assert_eq!(copy.led_by(), TimeDelta::hours(1));
    }

    #[test]
    fn a_clock_is_not_led_by_what_is_not_worth_a_word() {
        let clock = Clock::System.led();

        clock.lead(clock.now() + TimeDelta::seconds(1));

        assert_eq!(clock.led_by(), TimeDelta::zero());
        assert!(clock.now() - clock.host().now() < TimeDelta::seconds(1));
    }

    #[test]
    fn a_clock_that_was_led_is_not_moved_by_who_sets_the_hosts() {
        let clock = Clock::System.led();
        let right = clock.now();
        clock.lead(right);
        let Clock::Led(_, lead) = clock else {
            panic!("{clock:?} is not led");
        };

        let set = Clock::Led(TimeDelta::seconds(150), lead);

        assert!(is_about(set.now(), right), "{}", set.now());
        assert_eq!(set.led_by(), TimeDelta::seconds(-150));
    }

    #[test]
    fn an_id_tells_how_old_it_is_whatever_the_clock_is_led_by() {
        let clock = Clock::System.led();
        clock.lead(clock.now() + TimeDelta::hours(1));

        let age = age(clock.new_id()).unwrap();

        assert!(age.abs() < CLOCK_OFF, "{age}");
        assert_eq!(super::age(Uuid::from_u128(7)), None);
    }

    #[test]
    fn a_clock_at_the_end_of_the_calendar_goes_on() {
        for at in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
            let clock = Clock::starting_at(at).ahead(TimeDelta::seconds(-1));

            for by in [TimeDelta::MAX, TimeDelta::MIN] {
                let now = clock.ahead(by).now();
                assert!(DateTime::<Utc>::MIN_UTC < now && now < DateTime::<Utc>::MAX_UTC);
            }
        }
    }
}
