//! Rounds that take turns, and the table.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// What two programs took, round by round.
pub struct Rounds {
    ours: Vec<f64>,
    floor: Vec<f64>,
}

impl Rounds {
    /// Runs both `rounds` times, after once each for warmth. What they answer
    /// is dropped when the time is taken.
    pub fn take<A, B>(
        rounds: usize,
        mut ours: impl FnMut() -> A,
        mut floor: impl FnMut() -> B,
    ) -> Self {
        let mut all = Self {
            ours: Vec::with_capacity(rounds),
            floor: Vec::with_capacity(rounds),
        };
        drop((black_box(ours()), black_box(floor())));
        for round in 0..rounds {
            if round % 2 == 0 {
                all.ours.push(seconds(&mut ours));
                all.floor.push(seconds(&mut floor));
            } else {
                all.floor.push(seconds(&mut floor));
                all.ours.push(seconds(&mut ours));
            }
        }
        all
    }

    /// The middle round of ours, in seconds.
    pub fn ours(&self) -> f64 {
        quantile(&self.ours, 2)
    }

    /// The middle round of the floor, in seconds.
    pub fn floor(&self) -> f64 {
        quantile(&self.floor, 2)
    }

    /// The lower and the upper quartile of the ratios of each round.
    fn spread(&self) -> (f64, f64) {
        let pairs = self.ours.iter().zip(&self.floor);
        let ratios: Vec<f64> = pairs.map(|(ours, floor)| ours / floor).collect();
        (quantile(&ratios, 1), quantile(&ratios, 3))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this measures, and nothing pauses"
)]
fn seconds<T>(run: &mut impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    let answer = black_box(run());
    let took = start.elapsed();
    drop(answer);
    took.as_secs_f64()
}

/// The value that `quarters` of the values are below.
fn quantile(values: &[f64], quarters: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[(sorted.len() - 1) * quarters / 4]
}

/// What is to hold, and what would be good to have.
pub struct Goal(pub f64, pub f64);

/// Prints the table's head.
pub fn head() {
    print(&[
        "",
        "ours",
        "floor",
        "ratio",
        "quartiles",
        "goal",
        "stretch",
        "",
    ]);
}

/// Prints a row of times; each round did the thing `times`.
pub fn times(what: &str, rounds: &Rounds, times: u32, goal: &Goal) {
    let (low, high) = rounds.spread();
    let one = |seconds: f64| {
        format!(
            "{:.2?}",
            Duration::from_secs_f64(seconds / f64::from(times))
        )
    };
    let (ours, floor) = (rounds.ours(), rounds.floor());
    let spread = format!("{low:.2} to {high:.2}");
    row(what, &one(ours), &one(floor), (ours / floor, &spread), goal);
}

/// Prints a row of other amounts, the same in each round.
pub fn amounts(what: &str, ours: f64, floor: f64, unit: &str, goal: &Goal) {
    let one = |amount: f64| format!("{amount:.2}{unit}");
    row(what, &one(ours), &one(floor), (ours / floor, ""), goal);
}

fn row(what: &str, ours: &str, floor: &str, (ratio, spread): (f64, &str), goal: &Goal) {
    let verdict = if ratio <= goal.1 {
        "stretch"
    } else if ratio <= goal.0 {
        "goal"
    } else {
        "MISSED"
    };
    let ratio = format!("{ratio:.2}");
    let (must, may) = (format!("{:.2}", goal.0), format!("{:.2}", goal.1));
    print(&[what, ours, floor, &ratio, spread, &must, &may, verdict]);
}

#[expect(clippy::print_stdout, reason = "this is what it is for")]
fn print(columns: &[&str; 8]) {
    let [what, ours, floor, ratio, spread, goal, stretch, verdict] = columns;
    println!(
        "{what:<44} {ours:>9} {floor:>9} {ratio:>6} {spread:>13} {goal:>5} {stretch:>7} {verdict}"
    );
}
