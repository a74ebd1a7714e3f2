//! How many probes are in which state, also of those that were known and are
//! not any more.

use chrono::{DateTime, Utc};

use super::{is_system, seen::targets};
use crate::{
    domain::health::Counts,
    ui::{app::App, format},
};

/// All targets by state, also those of other hosts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counted {
    /// How they are.
    pub now: Counts,
    /// How those were of which nobody knows that: they are not in `now`.
    pub was: Counts,
}

impl Counted {
    /// So many targets.
    pub const fn all(&self) -> usize {
        self.now.up + self.not_well()
    }

    /// So many that are not known to be well.
    pub const fn not_well(&self) -> usize {
        let Self { now, was } = self;
        let unknown = now.unknown + now.stale + was.up + was.degraded + was.down;
        now.degraded + now.down + unknown
    }

    /// The same without how those were of which nobody knows it now.
    fn without_was(mut self) -> Self {
        let was = std::mem::take(&mut self.was);
        self.now.unknown += was.up + was.degraded + was.down;
        self
    }

    /// `3 ok · 1 slow · 1 down`, with the words for what is unknown and stale.
    ///
    /// Beside what is known stands what was in trouble when it was seen last;
    /// where nothing is known, `was` stands before all of it.
    fn words(&self, [unknown, stale]: [&str; 2], between: &str) -> String {
        let Self { now, was } = self;
        // One sign for both is said once.
        let (never, silent) = if unknown == stale {
            (now.unknown + now.stale, 0)
        } else {
            (now.unknown, now.stale)
        };
        let known = now.up + now.degraded + now.down > 0;
        let told = was.up + was.degraded + was.down > 0;
        let parts = if known {
            vec![
                (now.up, "ok"),
                (now.degraded, "slow"),
                (now.down, "down"),
                (was.degraded, "was slow"),
                (was.down, "was down"),
                (never + was.up, unknown),
                (silent, stale),
            ]
        } else {
            vec![
                (was.up, "ok"),
                (was.degraded, "slow"),
                (was.down, "down"),
                (never, unknown),
                (silent, stale),
            ]
        };
        let parts: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        if parts.is_empty() {
            return "no probe".to_owned();
        }
        let before = if told && !known { "was " } else { "" };
        format!("{before}{}", parts.join(between))
    }
}

/// Counts them.
pub fn counted(app: &App, now: DateTime<Utc>) -> Counted {
    let mut counted = Counted::default();
    for seen in targets(app, now) {
        match seen.was(now) {
            Some(known) => counted.was.add(known.state),
            None => counted.now.add(seen.state(now)),
        }
    }
    for watch in app.panel.targets().filter(|watch| is_system(watch)) {
        counted.now.add(watch.state(now));
    }
    counted
}

/// `3 ok · 1 slow · 1 down · 1 stale`, as they were when all was seen last.
pub fn last_counts(app: &App, seen: DateTime<Utc>) -> String {
    let counts = counts(app, seen);
    counts.trim_start_matches("was ").to_owned()
}

/// `3 ok · 1 slow · 1 down · 1 stale`, for the rule.
pub fn counts(app: &App, now: DateTime<Utc>) -> String {
    counted(app, now).words(["unknown", "stale"], " · ")
}

/// The same in few columns: `3 ok  1 slow  1 down  1 ?`, with a blank each, or
/// without how those were that are not known.
pub fn short_counts(app: &App, columns: u16, now: DateTime<Utc>) -> String {
    let counted = counted(app, now);
    let [wide, close] = ["  ", " "].map(|between| counted.words(["?", "?"], between));
    let closest = close.replace("down", "dn");
    let bare = counted.without_was().words(["?", "?"], " ");
    let ways = [wide, close, closest, bare.replace("down", "dn")];
    format::fitting(&ways, columns).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_is_said_before_all_of_it_or_beside_what_is_known() {
        let was = Counts {
            up: 3,
            degraded: 1,
            down: 1,
            ..Counts::default()
        };
        let offline = Counted {
            was,
            ..Counted::default()
        };
        let words = |counted: Counted| counted.words(["?", "?"], " ");
        assert_eq!(words(offline), "was 3 ok 1 slow 1 down");

        let now = Counts {
            up: 2,
            stale: 1,
            ..Counts::default()
        };
        let both = Counted { now, was };
        assert_eq!(words(both), "2 ok 1 was slow 1 was down 4 ?");
        assert_eq!(words(both.without_was()), "2 ok 6 ?");
        assert_eq!((both.all(), both.not_well()), (8, 6));
        assert_eq!(words(Counted::default()), "no probe");
    }
}
