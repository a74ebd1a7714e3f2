//! Reading a policy file: what is wrong, where, and what would be right.

use std::collections::BTreeSet;

use super::{BUILT_IN, Ladder, Policy, Within};
use crate::domain::{
    located::{self, Located, Warning},
    severity::Severity,
};

/// A policy file that can't be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// It can't be read as a policy; says the place.
    #[error(transparent)]
    Unreadable(#[from] Box<Located>),
    /// It reads well and can't be meant so.
    #[error("{file}: {problem}")]
    Impossible {
        /// The file.
        file: String,
        /// What can't be meant, and what would be right.
        problem: String,
    },
}

impl Policy {
    /// Reads a policy. A file that begins with `amends = "built-in"` says only
    /// what differs from the built-in one: tables are merged, lists replaced.
    ///
    /// # Errors
    ///
    /// Says where the file is wrong, what was found, and what would be right.
    pub fn parse(file: &str, text: &str) -> Result<(Self, Vec<Warning>), PolicyError> {
        let (policy, warnings) = if amends(file, text)? {
            located::parse_over::<Self>(file, text, BUILT_IN, &["amends"])
        } else {
            located::parse::<Self>(file, text)
        }?;
        let problem = impossible(&policy);
        problem.map_or(Ok((policy, warnings)), |problem| {
            Err(cannot_be(file, problem))
        })
    }

    /// Reads a policy that is to be used from now on: it must not be larger
    /// than an engine can keep up with.
    ///
    /// # Errors
    ///
    /// As [`Policy::parse`].
    pub fn parse_new(file: &str, text: &str) -> Result<(Self, Vec<Warning>), PolicyError> {
        let (policy, warnings) = Self::parse(file, text)?;
        let problem = policy.too_much();
        problem.map_or(Ok((policy, warnings)), |problem| {
            Err(cannot_be(file, problem))
        })
    }

    /// The whole policy as a file, with what was amended filled in.
    ///
    /// # Panics
    ///
    /// Never: a policy has only text keys.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a policy has only text keys")
    }
}

fn cannot_be(file: &str, problem: String) -> PolicyError {
    let file = file.to_owned();
    PolicyError::Impossible { file, problem }
}

/// Whether the file only says what differs from the built-in policy.
fn amends(file: &str, text: &str) -> Result<bool, Box<Located>> {
    let (table, _) = located::parse::<toml::Table>(file, text)?;
    match table.get("amends") {
        None => Ok(false),
        Some(base) if base.as_str() == Some("built-in") => Ok(true),
        Some(_) => {
            let at = text.find("amends").unwrap_or(0);
            Err(Box::new(Located::at(
                file,
                text,
                at..at + 6,
                "only the built-in policy can be amended: amends = \"built-in\"",
            )))
        }
    }
}

/// What can't be meant, the first of it.
fn impossible(policy: &Policy) -> Option<String> {
    ladder_names(policy)
        .or_else(|| policy.ladders.iter().find_map(ladder))
        .or_else(|| {
            Severity::ALL
                .into_iter()
                .find_map(|severity| targets(policy, severity))
        })
        .or_else(|| contacts(policy))
        .or_else(|| zero(policy))
}

fn ladder_names(policy: &Policy) -> Option<String> {
    let mut seen = BTreeSet::new();
    policy.ladders.iter().find_map(|ladder| {
        (!seen.insert(&ladder.name)).then(|| {
            format!(
                "two ladders are called {:?}: give each its own name",
                ladder.name
            )
        })
    })
}

fn ladder(ladder: &Ladder) -> Option<String> {
    let name = &ladder.name;
    if name.trim().is_empty() || name.contains('/') {
        return Some(format!("the ladder {name:?} needs a name without a slash"));
    }
    if ladder.steps.is_empty() {
        return Some(format!(
            "the ladder {name:?} has no step: add [[ladder.step]] with after and target"
        ));
    }
    for (index, step) in ladder.steps.iter().enumerate() {
        if step.target.trim().is_empty() {
            return Some(format!(
                "step {} of the ladder {name:?} has an empty target: say who is told",
                index + 1
            ));
        }
        if step.severities.as_ref().is_some_and(Vec::is_empty) {
            return Some(format!(
                "step {} of the ladder {name:?} is for no severity: leave severities out for all",
                index + 1
            ));
        }
    }
    ladder.steps.windows(2).enumerate().find_map(|(index, pair)| {
        (pair[1].after <= pair[0].after).then(|| {
            format!(
                "steps of the ladder {name:?} overlap: step {} ({}) is due at or before step {} ({}); offsets count from the alert and must grow",
                index + 2,
                pair[1].target,
                index + 1,
                pair[0].target,
            )
        })
    })
}

fn targets(policy: &Policy, severity: Severity) -> Option<String> {
    let level = policy.level(severity);
    match (level.respond, level.resolve) {
        (Within::Span(respond), Within::Span(resolve)) if respond > resolve => Some(format!(
            "{severity} must respond within {} but resolve within {}: the response comes first",
            level.respond.words(),
            level.resolve.words()
        )),
        (Within::Span(_) | Within::NextBusinessDay, Within::Span(_) | Within::NextBusinessDay) => {
            None
        }
    }
}

fn contacts(policy: &Policy) -> Option<String> {
    policy.contact.iter().find_map(|(target, contact)| {
        contact
            .person
            .trim()
            .is_empty()
            .then(|| format!("[contact.{target:?}] names no person"))
    })
}

fn zero(policy: &Policy) -> Option<String> {
    let rows = [
        ("update.every", policy.update.every),
        ("update.first_within", policy.update.first_within),
        ("triage_budget", policy.triage_budget),
        ("retrospective.within", policy.retrospective.within),
    ];
    let repeats = policy
        .ladders
        .iter()
        .filter_map(|ladder| ladder.repeat)
        .map(|span| ("ladder.repeat", span));
    let own = Severity::ALL
        .into_iter()
        .filter_map(|severity| policy.level(severity).update_every)
        .map(|span| ("update_every", span));
    rows.into_iter()
        .chain(repeats)
        .chain(own)
        .find(|(_, span)| span.num_seconds() < 1)
        .map(|(key, _)| format!("{key} is 0s: it would be due without end"))
}
