//! What a filter of the timeline looks for.

use super::rows::Line;

/// What is looked for: words, `-words`, `who:ana`, `kind:probe`; all in small
/// letters, since they are found in any.
pub(super) struct Filter {
    terms: Vec<(bool, Term)>,
}

enum Term {
    Who(String),
    Kind(String),
    Word(String),
}

impl Filter {
    pub(super) fn new(text: &str) -> Self {
        let terms = text
            .split_whitespace()
            .map(|word| {
                let (wanted, word) = word
                    .strip_prefix('-')
                    .map_or((true, word), |rest| (false, rest));
                let term = match word.split_once(':') {
                    Some(("who", name)) => Term::Who(name.to_lowercase()),
                    Some(("kind", name)) => Term::Kind(name.to_lowercase()),
                    Some(_) | None => Term::Word(word.to_lowercase()),
                };
                (wanted, term)
            })
            .collect();
        Self { terms }
    }

    pub(super) fn matches(&self, line: &Line) -> bool {
        self.terms.iter().all(|(wanted, term)| {
            *wanted
                == match term {
                    Term::Who(name) => has(&line.who, name),
                    Term::Kind(name) => {
                        has(&line.kind, name) || (name == "probe" && line.health.is_some())
                    }
                    Term::Word(word) => {
                        has(&line.text, word) || has(&line.kind, word) || has(&line.who, word)
                    }
                }
        })
    }
}

/// Whether `part`, in small letters, is in `text`, in any.
fn has(text: &str, part: &str) -> bool {
    if !text.is_ascii() {
        return text.to_lowercase().contains(part);
    }
    part.is_empty()
        || text
            .as_bytes()
            .windows(part.len())
            .any(|some| some.eq_ignore_ascii_case(part.as_bytes()))
}
