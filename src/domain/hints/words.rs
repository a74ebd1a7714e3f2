//! Guesses, promises and numbers out of the air.

use super::{Kind, bare};
use crate::domain::span;

/// Words and phrases that say that it is not known. Not among them: `may` and
/// `could`, which also say what is so ("users could not log in").
const GUESSES: [&str; 28] = [
    "probably",
    "possibly",
    "perhaps",
    "maybe",
    "might",
    "presumably",
    "supposedly",
    "apparently",
    "seemingly",
    "seems",
    "seem",
    "likely",
    "unlikely",
    "hopefully",
    "suspect",
    "suspected",
    "assume",
    "assuming",
    "guess",
    "we think",
    "i think",
    "we believe",
    "i believe",
    "could be",
    "may be caused",
    "may have been",
    "looks like",
    "appears to",
];

const ABOUT: [&str; 9] = [
    "about",
    "around",
    "roughly",
    "approximately",
    "approx",
    "circa",
    "nearly",
    "almost",
    "some",
];

const NUMBERS: [&str; 26] = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "ninety",
    "hundred",
    "hundreds",
    "thousand",
    "thousands",
    "dozen",
    "dozens",
    "half",
    "twice",
    "million",
];

/// Words that name where a number comes from.
const SOURCES: [&str; 8] = [
    "according",
    "measured",
    "counted",
    "dashboard",
    "dashboards",
    "metrics",
    "logs",
    "source:",
];

const UNITS: [&str; 13] = [
    "m", "min", "mins", "minute", "minutes", "h", "hr", "hrs", "hour", "hours", "day", "days",
    "week",
];

/// Words between `within` and its number.
const FILLERS: [&str; 9] = [
    "the",
    "next",
    "about",
    "around",
    "approximately",
    "roughly",
    "another",
    "few",
    "of",
];

const OVER: [&str; 9] = [
    "fixed",
    "resolved",
    "restored",
    "repaired",
    "back",
    "available",
    "online",
    "normal",
    "solved",
];

/// Fields that promise nothing although they are not empty.
const NO_PROMISE: [&str; 14] = [
    "unknown",
    "none",
    "n/a",
    "na",
    "tbd",
    "-",
    "–",
    "—",
    "?",
    "not known",
    "not known yet",
    "to be determined",
    "no eta",
    "resolved",
];

/// What sounds like a guess, a promise, or a number that nobody measured.
pub(super) fn find(text: &str) -> Vec<(Kind, String)> {
    sentences(text)
        .iter()
        .flat_map(|words| in_sentence(words))
        .collect()
}

/// Whether the ETA's text is one.
pub(super) fn promises(eta: &str) -> bool {
    let eta = eta.trim().trim_end_matches('.').to_lowercase();
    !eta.is_empty() && !NO_PROMISE.contains(&eta.as_str())
}

/// A word as it stands, and as it is compared.
struct Word<'a> {
    shown: &'a str,
    lower: String,
}

fn sentences(text: &str) -> Vec<Vec<Word<'_>>> {
    let mut sentences = vec![Vec::new()];
    for line in text.lines() {
        for raw in line.split_whitespace() {
            let shown = bare(raw);
            let lower = shown.to_lowercase().replace('’', "'");
            if let Some(sentence) = sentences.last_mut().filter(|_| !shown.is_empty()) {
                sentence.push(Word { shown, lower });
            }
            if raw.ends_with(['.', '!', '?', ';']) {
                sentences.push(Vec::new());
            }
        }
        sentences.push(Vec::new());
    }
    sentences
}

fn in_sentence(words: &[Word<'_>]) -> Vec<(Kind, String)> {
    let says = |known: &[&str]| {
        words
            .iter()
            .any(|word| known.contains(&word.lower.as_str()))
    };
    let sourced = says(&SOURCES);
    // When the next update comes may be promised, and what is over is no promise.
    let no_promise = says(&["update", "updates", "was", "were", "took", "lasted"]);
    let mut found = Vec::new();
    for at in 0..words.len() {
        let rest = &words[at..];
        if let Some(length) = guess(rest) {
            found.push((Kind::Speculation, shown(rest, length)));
        }
        if let Some(length) = quantity(rest).filter(|_| !sourced) {
            found.push((Kind::Quantity, shown(rest, length)));
        }
        if let Some(length) = promise(rest).filter(|_| !no_promise) {
            found.push((Kind::Promise, shown(rest, length)));
        }
    }
    found
}

fn shown(words: &[Word<'_>], length: usize) -> String {
    let words: Vec<&str> = words.iter().take(length).map(|word| word.shown).collect();
    words.join(" ")
}

/// How many words of a guess the sentence begins with.
fn guess(words: &[Word<'_>]) -> Option<usize> {
    GUESSES.iter().find_map(|guess| {
        let parts: Vec<&str> = guess.split(' ').collect();
        let begins = words.len() >= parts.len()
            && words
                .iter()
                .zip(&parts)
                .all(|(word, part)| word.lower == *part);
        begins.then_some(parts.len())
    })
}

/// `about four times`, `~300`, `roughly 20%`; a time of day is none.
fn quantity(words: &[Word<'_>]) -> Option<usize> {
    let word = &words.first()?.lower;
    if let Some(number) = word.strip_prefix(['~', '≈']) {
        return is_number(number).then_some(1);
    }
    let number = &words
        .get(1)
        .filter(|_| ABOUT.contains(&word.as_str()))?
        .lower;
    is_number(number).then(|| words.len().min(3))
}

fn is_number(word: &str) -> bool {
    NUMBERS.contains(&word)
        || (word.starts_with(|c: char| c.is_ascii_digit()) && !word.contains([':', '-']))
}

/// `within the hour`, `in about 20 minutes`, `by 14:30`, `will be fixed`.
fn promise(words: &[Word<'_>]) -> Option<usize> {
    let lower = |at: usize| words.get(at).map(|word| word.lower.as_str());
    match (lower(0)?, lower(1)?) {
        ("will", "be") => OVER.contains(&lower(2)?).then_some(3),
        ("by", when) => {
            let clock = when.contains(':') && when.starts_with(|c: char| c.is_ascii_digit());
            let soon = ["tomorrow", "tonight", "noon", "midnight"].contains(&when);
            (clock || soon).then_some(2)
        }
        ("within", _) => duration(words, false),
        ("in", _) => duration(words, true),
        (_, _) => None,
    }
}

/// How many words long `within …` is, if it ends in a length of time.
fn duration(words: &[Word<'_>], needs_number: bool) -> Option<usize> {
    let mut counted = !needs_number;
    for (at, word) in words.iter().enumerate().skip(1).take(6) {
        let word = word.lower.as_str();
        if span::parse(word).is_ok() {
            return Some(at + 1);
        }
        if UNITS.contains(&word) {
            return counted.then_some(at + 1);
        }
        let number = is_number(word) || ["a", "an", "one", "few", "couple"].contains(&word);
        if !number && !FILLERS.contains(&word) {
            return None;
        }
        counted |= number;
    }
    None
}
