//! Hints for whoever writes an update: what should not stand in public (X3),
//! a time that is over (U5), and characters that were broken on the way.
//!
//! A hint warns and never blocks: it would rather be wrong than late, and the
//! person who writes knows better. One thing is refused, and that is not a hint:
//! an ETA that has passed ([`stale_eta`]).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    span,
    text::Name,
    update::{Audience, Form},
    when,
    zone::Zone,
};

mod encoding;
mod names;
#[cfg(test)]
mod tests;
mod words;

pub use encoding::repaired;

/// What a hint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A guess: `probably`, `we think`.
    Speculation,
    /// A time by which it will be over, promised in public.
    Promise,
    /// The name of a machine of ours.
    Host,
    /// A network address.
    Address,
    /// The key of a ticket or an incident.
    Ticket,
    /// The name of a person.
    Person,
    /// A number that nobody is named for.
    Quantity,
    /// Characters that were read in the wrong encoding.
    Encoding,
    /// An ETA that is over.
    StaleEta,
}

/// The field of the form that a hint is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// `Status:`
    Status,
    /// `Impact:`
    Impact,
    /// `ETA:`
    Eta,
    /// The text below the five lines.
    Body,
}

/// Something to look at again before sending. Its `Display` is a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What it is about.
    pub kind: Kind,
    /// Where it stands.
    pub part: Part,
    /// The words, as they stand there.
    pub found: String,
    /// What they should be, where that is certain.
    pub fix: Option<String>,
}

/// What a hint has to know besides the form.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The time of sending.
    pub now: DateTime<Utc>,
    /// People, by the names that are used for them.
    pub known_people: &'a [Name],
    /// Ends of our own host names, besides `.internal`, `.local` and the like:
    /// `prod.example.com`, with or without a dot before it.
    pub internal_suffixes: &'a [String],
}

/// An ETA that has passed (U5). Its `Display` is a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the ETA was {}, {} ago: set a new one, or say that it is unknown",
    .at.format("%Y-%m-%d %H:%M UTC"),
    span::format(*.ago)
)]
pub struct StaleEta {
    /// When it would have been over.
    pub at: DateTime<Utc>,
    /// How long that is over.
    pub ago: TimeDelta,
}

/// Whether the form's ETA has passed, so that it must not be sent (U5).
///
/// An ETA of this very instant has passed too: nobody will read it in time.
pub fn stale_eta(form: &Form, now: DateTime<Utc>) -> Option<StaleEta> {
    form.eta_at
        .filter(|at| *at <= now)
        .map(|at| StaleEta { at, ago: now - at })
}

/// What to look at again, in the order of the form, each thing once a field.
///
/// Inside the company guesses, names and hosts are welcome; only the ETA and
/// broken characters are looked at.
pub fn hints(form: &Form, audience: Audience, context: &Context<'_>) -> Vec<Hint> {
    let mut hints = Vec::new();
    for (part, text) in [
        (Part::Status, form.status.as_str()),
        (Part::Impact, form.impact.as_str()),
        (Part::Eta, form.eta.as_str()),
        (Part::Body, form.body.as_str()),
    ] {
        let mut found = in_text(text, audience, context);
        if part == Part::Eta {
            found.extend(in_eta(form, audience, context.now));
        }
        for (kind, found, fix) in found {
            let hint = Hint {
                kind,
                part,
                found,
                fix,
            };
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
    }
    hints
}

type Found = (Kind, String, Option<String>);

fn in_text(text: &str, audience: Audience, context: &Context<'_>) -> Vec<Found> {
    let broken = encoding::broken(text)
        .into_iter()
        .map(|(found, fix)| (Kind::Encoding, found, Some(fix)));
    let mut found: Vec<Found> = broken.collect();
    match audience {
        Audience::Internal => {}
        Audience::External => {
            let public = words::find(text)
                .into_iter()
                .chain(names::find(text, context))
                .map(|(kind, words)| (kind, words, None));
            found.extend(public);
        }
    }
    found
}

/// What is wrong with the ETA as such.
fn in_eta(form: &Form, audience: Audience, now: DateTime<Utc>) -> Vec<Found> {
    let text = form.eta.as_str();
    let mut found = Vec::new();
    if stale_eta(form, now).is_some() || (form.eta_at.is_none() && reads_as_past(text, now)) {
        found.push((Kind::StaleEta, text.to_owned(), None));
    }
    match audience {
        Audience::External if form.eta_at.is_some() || words::promises(text) => {
            found.push((Kind::Promise, text.to_owned(), None));
        }
        Audience::External | Audience::Internal => {}
    }
    found
}

/// Whether the text is a time of the clock, and over. A local one may hang
/// anywhere, so it is left alone.
fn reads_as_past(text: &str, now: DateTime<Utc>) -> bool {
    text.contains(':')
        && !text.to_lowercase().contains("local")
        && when::parse_time(text, now, Zone::UTC).is_ok_and(|at| at <= now)
}

impl Kind {
    /// The rule of the process behind it.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Speculation
            | Self::Promise
            | Self::Host
            | Self::Address
            | Self::Ticket
            | Self::Person
            | Self::Quantity => "X3",
            Self::Encoding => "U4",
            Self::StaleEta => "U5",
        }
    }
}

impl Part {
    /// `status`, `impact`, `ETA`, `text`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Impact => "impact",
            Self::Eta => "ETA",
            Self::Body => "text",
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = &self.found;
        match self.kind {
            Kind::Speculation => write!(f, "“{found}” is a guess: say what is known"),
            Kind::Promise if found.is_empty() => {
                f.write_str("an ETA is a promise in public: leave it out")
            }
            Kind::Promise => write!(f, "“{found}” is a promise in public: leave it out"),
            Kind::Host => write!(f, "“{found}” is a machine of ours: name the service"),
            Kind::Address => write!(f, "“{found}” is a network address: leave it out"),
            Kind::Ticket => write!(f, "“{found}” is a ticket that readers can't open"),
            Kind::Person => write!(f, "“{found}” is a person: say “we” or name the team"),
            Kind::Quantity => write!(f, "“{found}”: who measured it? Give the number or none"),
            Kind::Encoding => match &self.fix {
                Some(fix) => write!(f, "“{found}” was read in the wrong encoding: it is “{fix}”"),
                None => write!(f, "“{found}” was read in the wrong encoding"),
            },
            Kind::StaleEta => write!(f, "the ETA “{found}” is over: set a new one"),
        }
    }
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    let word = word.trim_matches(|c: char| "\"'“”‘’„«»‹›()[]{}<>.,;!?…*_`".contains(c));
    // A colon ends a phrase; two of them end an address.
    match word.strip_suffix(':') {
        Some(rest) if !rest.ends_with(':') => bare(rest),
        Some(_) | None => word,
    }
}
