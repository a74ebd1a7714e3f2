//! Folding entries that are in memory.

use super::{
    history::{self, Raw},
    rounds::{self, Goal, Rounds},
};

/// Entries that come in one by one, per round.
const LIVE: u32 = 1_000;

/// Measures all of it.
pub fn measure() {
    let lines = history::lines(400_000);
    let fold = |count: usize, rounds| {
        let lines = &lines[..count];
        Rounds::take(rounds, || history::board(lines), || Raw::of(lines))
    };
    let few = fold(10_000, 9);
    let some = fold(100_000, 9);
    let many = fold(400_000, 3);
    rounds::times("fold, 10,000 entries, each", &few, 10_000, &Goal(1.3, 1.0));
    rounds::times(
        "fold, 100,000 entries, each",
        &some,
        100_000,
        &Goal(1.3, 1.0),
    );
    rounds::times(
        "fold, 400,000 entries, each",
        &many,
        400_000,
        &Goal(1.3, 1.0),
    );
    let growth = |many: f64, few: f64| many / few / 40.0;
    rounds::amounts(
        "  each of 400,000 to each of 10,000",
        growth(many.ours(), few.ours()),
        growth(many.floor(), few.floor()),
        "x",
        &Goal(1.5, 1.0),
    );
    live(&lines[..100_000]);
}

/// One more onto what is open already.
fn live(lines: &[String]) {
    let (mut board, mut raw) = (history::board(lines), Raw::of(lines));
    let end = u64::try_from(lines.len()).unwrap_or(0);
    let news: Vec<Vec<String>> = (0..=15)
        .map(|round| end + u64::from(LIVE) * round)
        .map(|from| {
            (from + 1..=from + u64::from(LIVE))
                .map(history::line)
                .collect()
        })
        .collect();
    let (mut ours, mut floor) = (news.iter(), news.iter());
    let taken = Rounds::take(
        news.len() - 1,
        || {
            for line in ours.next().into_iter().flatten() {
                board.apply(history::entry(line));
            }
        },
        || {
            for line in floor.next().into_iter().flatten() {
                raw.apply(line);
            }
        },
    );
    rounds::times("one live entry onto 100,000", &taken, LIVE, &Goal(3.0, 1.5));
}
