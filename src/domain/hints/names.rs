//! What only we can make sense of: machines, addresses, tickets, people.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{Context, Kind, bare};
use crate::domain::text::Name;

/// Ends of names that no public resolver knows.
const INTERNAL: [&str; 8] = [
    "internal",
    "local",
    "localhost",
    "localdomain",
    "corp",
    "lan",
    "intranet",
    "home.arpa",
];

/// Words before a number that make neither a machine nor a ticket: `HTTP-500`,
/// `UTF-8`, `top-10`, `us-east-1`.
const NUMBERED: [&str; 58] = [
    "aes", "arm", "x86", "chapter", "class", "code", "cop", "covid", "cve", "day", "error", "gpt",
    "grade", "h", "http", "https", "ipv", "iso", "layer", "level", "md", "mid", "mp", "option",
    "page", "part", "phase", "pkcs", "plan", "plus", "post", "pre", "priority", "rfc", "round",
    "section", "sev", "severity", "sha", "stage", "status", "step", "sub", "tier", "tls", "top",
    "type", "under", "utf", "version", "week", "zone", "central", "east", "north", "south", "west",
    "over",
];

/// Names that are also words; they count as names with a capital letter.
const WORDS_TOO: [&str; 30] = [
    "april", "art", "august", "bill", "chase", "chip", "dean", "drew", "faith", "frank", "gene",
    "grace", "grant", "hope", "iris", "jack", "joy", "june", "mark", "may", "miles", "page", "pat",
    "ray", "rich", "rob", "rose", "sue", "summer", "will",
];

/// Machines, addresses, tickets and people in the text.
pub(super) fn find(text: &str, context: &Context<'_>) -> Vec<(Kind, String)> {
    let words: Vec<&str> = text.split_whitespace().map(bare).collect();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let version = before.is_some_and(|before| is_version_word(before));
        for host in hosts(word) {
            if is_address(host.name) && !version {
                found.push((Kind::Address, host.name.to_owned()));
            } else if host.is_internal(context.internal_suffixes) {
                found.push((Kind::Host, host.name.to_owned()));
            }
        }
        let tickets = word.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        found.extend(
            tickets
                .filter(|part| is_ticket(part))
                .map(|part| (Kind::Ticket, part.to_owned())),
        );
    }
    let people = context.known_people.iter();
    found.extend(people.filter_map(|name| Some((Kind::Person, person(&words, name)?))));
    found
}

/// What may be a host, without scheme, port, path and network length.
struct Host<'a> {
    name: &'a str,
    /// It stood in a URL, so it is one for certain.
    certain: bool,
}

fn hosts(word: &str) -> Vec<Host<'_>> {
    if let Some((_, rest)) = word.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        return vec![Host {
            name: without_port(authority),
            certain: true,
        }];
    }
    word.split('/')
        .map(|part| Host {
            name: without_port(part),
            certain: false,
        })
        .collect()
}

fn without_port(authority: &str) -> &str {
    let host = authority.rsplit('@').next().unwrap_or(authority);
    // `[::1]:8080`; the first bracket may be gone with the marks around.
    if let Some((inside, _)) = host.trim_start_matches('[').split_once(']') {
        return inside;
    }
    let host = host.split('%').next().unwrap_or(host);
    host.split_once(':')
        .filter(|(_, port)| !port.contains(':'))
        .map_or(host, |(name, _)| name)
}

fn is_version_word(word: &str) -> bool {
    ["version", "release", "build", "v"].contains(&word.to_lowercase().as_str())
}

fn is_address(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok() || (host != "::" && host.parse::<Ipv6Addr>().is_ok())
}

impl Host<'_> {
    fn is_internal(&self, suffixes: &[String]) -> bool {
        let name = self.name.to_lowercase();
        let under = |suffix: &str| {
            let suffix = suffix.trim_start_matches('.').to_lowercase();
            name.strip_suffix(suffix.as_str())
                .is_some_and(|rest| !suffix.is_empty() && rest.len() > 1 && rest.ends_with('.'))
        };
        name == "localhost"
            || INTERNAL.iter().any(|suffix| under(suffix))
            || suffixes.iter().any(|suffix| under(suffix))
            || (self.certain && !name.is_empty() && !name.contains('.') && !is_address(&name))
            || is_machine(self.name)
    }
}

/// `render-2`, `web-prod-03`, `db01`: in small letters, with a number at the
/// end, and not a word that people number.
fn is_machine(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(plain) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return false;
    }
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &name[stem.len()..];
    if let Some(stem) = stem.strip_suffix('-') {
        return (1..=3).contains(&number.len()) && stem.len() >= 2 && !is_numbered(stem);
    }
    let letters = stem.len() >= 2 && stem.chars().all(|c| c.is_ascii_lowercase());
    letters && (2..=3).contains(&number.len()) && number.starts_with('0')
}

/// Whether the last word of the stem is one that people number. Regions of a
/// cloud end in a direction, or in two (`southeast`).
fn is_numbered(stem: &str) -> bool {
    let stem = stem.to_lowercase();
    let last = stem.rsplit('-').next().unwrap_or(&stem);
    let direction = ["east", "west"]
        .iter()
        .find_map(|end| last.strip_suffix(end));
    NUMBERED.contains(&last) || direction.is_some_and(|rest| ["north", "south"].contains(&rest))
}

/// `OPS-12`: capitals, a hyphen, a number.
fn is_ticket(part: &str) -> bool {
    let Some((project, number)) = part.split_once('-') else {
        return false;
    };
    let capitals = project.chars().filter(char::is_ascii_uppercase).count();
    capitals >= 2
        && (2..=10).contains(&project.len())
        && project.starts_with(|c: char| c.is_ascii_uppercase())
        && project
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && (1..=6).contains(&number.len())
        && number.chars().all(|c| c.is_ascii_digit())
        && !is_numbered(project)
}

/// The person's name as it stands in the text: all of it, or with a capital the
/// first or the last part alone.
fn person(words: &[&str], name: &Name) -> Option<String> {
    let parts: Vec<&str> = name.split_whitespace().collect();
    let whole = words.windows(parts.len().max(1)).find(|window| {
        let equal = |(word, part): (&&str, &&str)| same(owner(word), part);
        !parts.is_empty() && window.iter().zip(&parts).all(equal)
    });
    if let Some(window) = whole.filter(|window| parts.len() > 1 || is_name(window.first())) {
        let window: Vec<&str> = window.iter().map(|word| owner(word)).collect();
        return Some(window.join(" "));
    }
    let [first, .., last] = parts.as_slice() else {
        return None;
    };
    let alone = |word: &&&str| {
        let word = owner(word);
        let known = [first, last].into_iter().any(|part| same(word, part));
        known && word.chars().count() > 2 && word.starts_with(char::is_uppercase)
    };
    words.iter().find(alone).map(|word| owner(word).to_owned())
}

/// Whether a word that equals a name is meant as one.
fn is_name(word: Option<&&str>) -> bool {
    word.is_some_and(|word| {
        let name = owner(word);
        let capital = name.starts_with(char::is_uppercase) || word.starts_with('@');
        name.chars().count() > 1 && (capital || !WORDS_TOO.contains(&name.to_lowercase().as_str()))
    })
}

/// The word without `@` before and `'s` after it.
fn owner(word: &str) -> &str {
    let word = word.trim_start_matches('@');
    word.strip_suffix("'s")
        .or_else(|| word.strip_suffix("’s"))
        .unwrap_or(word)
}

/// Whether two words are the same but for capitals.
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
