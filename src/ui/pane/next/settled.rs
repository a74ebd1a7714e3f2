//! Clocks that do not run any more, and how they ended.

use super::{ESCALATE, Row};
use crate::{
    domain::{
        duty::{Promise, Settled, Standing, settled},
        incident::Incident,
    },
    ui::{format, glyph::Glyph, theme::Role},
};

/// What was late first.
pub(super) fn rows(incident: &Incident) -> impl Iterator<Item = Row> {
    let mut settled: Vec<Settled> = settled(incident).into_iter().filter(is_said).collect();
    settled.sort_by_key(rank);
    settled.into_iter().map(|clock| row(&clock))
}

/// The ladder says how its steps ended; a first notice in time goes on as the
/// clock of the next update.
const fn is_said(clock: &Settled) -> bool {
    match (&clock.what, &clock.standing) {
        (Promise::Escalate(..), _) => false,
        (Promise::FirstNotice, standing) => matches!(standing, Standing::Missed { .. }),
        (Promise::Respond | Promise::Resolve | Promise::External | Promise::Retrospective, _) => {
            true
        }
    }
}

/// What was late first, what was never owed last.
const fn rank(clock: &Settled) -> u8 {
    match clock.standing {
        Standing::Missed { .. } => 0,
        Standing::Met { .. } | Standing::Held(_) => 1,
        Standing::NotApplicable(_) => 2,
    }
}

fn row(clock: &Settled) -> Row {
    let word = match &clock.what {
        Promise::Respond => "ACK",
        Promise::Resolve => "RESOLVE",
        Promise::Escalate(..) => ESCALATE,
        Promise::FirstNotice => "UPDATE",
        Promise::External => "EXTERNAL",
        Promise::Retrospective => "RETRO",
    };
    let first = if clock.what == Promise::FirstNotice {
        "first notice, "
    } else {
        ""
    };
    let (glyph, what, value, role) = match &clock.standing {
        Standing::Met { by, took, of, .. } => {
            let of = of.map(|of| format!(" of {}", format::short(of)));
            let took = format!("in {}{}", format::short(*took), of.unwrap_or_default());
            (Glyph::Done, by_whom(first, by, &took), "done", Role::Kept)
        }
        Standing::Missed { by, took, of, .. } => {
            let of = of.map(|of| format!(", target {}", format::short(of)));
            let took = format!("in {}{}", format::short(*took), of.unwrap_or_default());
            (
                Glyph::Overdue,
                by_whom(first, by, &took),
                "late",
                Role::Warn,
            )
        }
        Standing::Held(until) => {
            let what = format!("held until {}", format::clock_minutes(*until));
            (Glyph::Off, vec![what], "held", Role::Muted)
        }
        Standing::NotApplicable(why) => (Glyph::Off, vec![why.clone()], "off", Role::Off),
    };
    Row {
        glyph: Some(glyph),
        word,
        what,
        value: value.to_owned(),
        role,
        used: None,
        owed: false,
    }
}

/// `first notice, ana, in 1m40 of 15m`: how long it took goes last.
fn by_whom(first: &str, by: &str, took: &str) -> Vec<String> {
    let short = vec![format!("{first}{took}"), took.to_owned()];
    if by.is_empty() {
        return short;
    }
    [vec![format!("{first}{by}, {took}")], short].concat()
}
