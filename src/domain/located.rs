//! What is wrong with a file a person wrote, and where: file, line, column,
//! what was found, what would be right.
//!
//! Reads TOML text into a value. What can't be understood is an error; what is
//! merely unknown is a warning, so that a file for a newer program still
//! works. Nothing is opened here: the text is an argument.

use std::{borrow::Cow, fmt, ops::Range};

use serde::de::DeserializeOwned;
use serde_ignored::Path;
use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};

use super::text;

mod sparing;
#[cfg(test)]
mod tests;

pub use sparing::{Spared, Sparing};

/// The longest message in characters: a value of a megabyte is not repeated.
const MESSAGE: usize = 300;

/// Something wrong at a place in a file. Lines and columns count from 1,
/// columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The file, as the person knows it.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// What was found, and what belongs there.
    pub message: String,
    /// The way out, where one is known: `did you mean "dark"?`
    pub hint: Option<String>,
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, .. } = self;
        write!(f, "{file}:{line}:{}: {}", self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Located {}

impl Located {
    /// An error at the start of `span`, which counts bytes of `text`.
    pub fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let (line, column) = locate(text, span);
        Self {
            file: text::one_line(file),
            line,
            column,
            message: message.into(),
            hint: None,
        }
    }

    /// The same, with the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Something odd at a place in a file, which is used nevertheless.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file, as the person knows it.
    pub file: String,
    /// The line, from 1; 0 where there are none, as in a variable.
    pub line: usize,
    /// What is odd, and what would be right.
    pub text: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.text),
            line => write!(f, "{}:{line}: {}", self.file, self.text),
        }
    }
}

/// Line and column of the start of `span` in `text`, both from 1; the column
/// in characters. A span behind the end is the end.
pub fn locate(text: &str, span: Range<usize>) -> (usize, usize) {
    Lines::of(text).locate(span)
}

/// Where the lines of a text begin, for whoever asks for many places in it.
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t str,
    /// In bytes, in order; the first is 0.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    /// Reads the text once.
    pub fn of(text: &'t str) -> Self {
        let later = text.match_indices('\n').map(|(newline, _)| newline + 1);
        let starts = std::iter::once(0).chain(later).collect();
        Self { text, starts }
    }

    /// As [`locate`].
    pub fn locate(&self, span: Range<usize>) -> (usize, usize) {
        let at = self.text.floor_char_boundary(span.start);
        let line = self.starts.partition_point(|start| *start <= at);
        let column = self.text[self.starts[line - 1]..at].chars().count() + 1;
        (line, column)
    }
}

/// Reads `text` as TOML. Keys that `T` does not know are warnings.
///
/// # Errors
///
/// [`Located`] at the first place that can't be understood.
pub fn parse<T: DeserializeOwned>(
    file: &str,
    text: &str,
) -> Result<(T, Vec<Warning>), Box<Located>> {
    parse_knowing(file, text, &[])
}

/// As [`parse`]; an unknown key is compared with the `known` ones, so that the
/// warning can ask "did you mean".
///
/// # Errors
///
/// As [`parse`].
pub fn parse_knowing<T: DeserializeOwned>(
    file: &str,
    text: &str,
    known: &[&str],
) -> Result<(T, Vec<Warning>), Box<Located>> {
    let root = root(file, text)?;
    read(file, text, &root, known).map_err(|error| Box::new(from_toml(file, text, error)))
}

/// As [`parse`], for a text that says only what differs from `base`: tables are
/// merged, everything else is replaced. Keys of `without` are not for `T`.
/// Places are those of `text`.
///
/// # Errors
///
/// As [`parse`]. `base` is expected to be right.
pub fn parse_over<T: DeserializeOwned>(
    file: &str,
    text: &str,
    base: &str,
    without: &[&str],
) -> Result<(T, Vec<Warning>), Box<Located>> {
    let over = root(file, text)?;
    let span = over.span();
    let mut whole: DeTable<'_> = root(file, base)?.into_inner();
    merge(&mut whole, over.into_inner());
    for key in without {
        whole.remove(&Spanned::new(0..0, Cow::Borrowed(*key)));
    }
    let whole = Spanned::new(span, whole);
    read(file, text, &whole, &[]).map_err(|error| Box::new(from_toml(file, text, error)))
}

/// Puts what `over` says into `base`, with its places.
fn merge<'a>(base: &mut DeTable<'a>, over: DeTable<'a>) {
    for (key, value) in over {
        let span = value.span();
        let old = base.remove(&key).map(Spanned::into_inner);
        let inner = match (old, value.into_inner()) {
            (Some(DeValue::Table(mut old)), DeValue::Table(new)) => {
                merge(&mut old, new);
                DeValue::Table(old)
            }
            (_, new) => new,
        };
        base.insert(key, Spanned::new(span, inner));
    }
}

fn root<'a>(file: &str, text: &'a str) -> Result<Spanned<DeTable<'a>>, Box<Located>> {
    DeTable::parse(text).map_err(|error| Box::new(from_toml(file, text, error)))
}

fn read<T: DeserializeOwned>(
    file: &str,
    text: &str,
    root: &Spanned<DeTable<'_>>,
    known: &[&str],
) -> Result<(T, Vec<Warning>), toml::de::Error> {
    let deserializer = toml::Deserializer::from(root.clone());
    let mut unknown = Vec::new();
    let value = serde_ignored::deserialize(deserializer, |path| unknown.push(steps(&path)))?;
    let mut warnings: Vec<Warning> = unknown
        .iter()
        .map(|path| Warning {
            file: text::one_line(file),
            line: locate(text, span_of(root, path).unwrap_or_default()).0,
            text: unknown_key(path, known),
        })
        .collect();
    warnings.sort_by_key(|warning| warning.line);
    Ok((value, warnings))
}

/// What a toml error says, with its place in `text` and in our words.
pub fn from_toml(file: &str, text: &str, mut error: toml::de::Error) -> Located {
    let span = error.span().unwrap_or_default();
    let raw = error.message().to_owned();
    // Without its input the error prints no excerpt (which could show a
    // secret) but the path of keys, which it tells nowhere else.
    error.set_input(None);
    let full = error.to_string();
    let key = full
        .strip_prefix(&raw)
        .and_then(|rest| rest.trim().strip_prefix("in `"))
        .and_then(|rest| rest.strip_suffix('`'));
    let (message, hint) = reword(&raw);
    let message = match key {
        Some(key) => format!("{key}: {message}"),
        None => message,
    };
    let mut located = Located::at(file, text, span, shortened(&message));
    located.hint = hint;
    located
}

/// The one of `known` that was probably meant by `word`; `None` if none is near.
pub fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    // A third of the letters may be wrong: "servity" is "severity", "x" is nothing.
    let most = (word.chars().count() / 3).clamp(1, 3);
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), *candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A message of serde, as a person would say it, and the way out.
fn reword(raw: &str) -> (String, Option<String>) {
    if let Some(rest) = raw.strip_prefix("unknown variant `")
        && let Some((found, expected)) = rest.rsplit_once("`, expected ")
    {
        let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let message = format!("found {found:?}, and it can be {}", known.join(", "));
        return (message, did_you_mean(found, &known));
    }
    if let Some(rest) = raw.strip_prefix("missing field `") {
        return (
            format!("the key {} is missing", rest.trim_end_matches('`')),
            None,
        );
    }
    let found = raw
        .strip_prefix("invalid type: ")
        .or_else(|| raw.strip_prefix("invalid value: "));
    if let Some(rest) = found
        && let Some((found, expected)) = rest.rsplit_once(", expected ")
    {
        let message = format!("found {}, and {} belongs here", kind(found), kind(expected));
        return (message, None);
    }
    (raw.to_owned(), None)
}

/// What serde calls a kind of value, as a person who writes TOML calls it.
fn kind(word: &str) -> String {
    let plain = match word {
        "a string" | "string" | "a borrowed string" | "path string" => "text in quotes",
        "a boolean" => "true or false",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "sequence" | "a sequence" => "a list such as [\"a\", \"b\"]",
        "map" | "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => return plain_value(other),
    };
    plain.to_owned()
}

/// Serde says that it found an "integer 5" where somebody wrote a 5.
fn plain_value(found: &str) -> String {
    match found.split_once(" `") {
        Some(("integer" | "floating point" | "boolean", value)) => {
            value.trim_end_matches('`').to_owned()
        }
        Some(_) | None => found.replacen("string \"", "the text \"", 1),
    }
}

fn did_you_mean(word: &str, known: &[&str]) -> Option<String> {
    closest(word, known).map(|meant| format!("did you mean {meant:?}?"))
}

fn shortened(message: &str) -> String {
    let clean = text::one_line(message);
    if clean.chars().count() <= MESSAGE {
        return clean;
    }
    let mut cut: String = clean.chars().take(MESSAGE).collect();
    cut.push('…');
    cut
}

/// One step from a table or an array to what is inside.
enum Step {
    Key(String),
    Index(usize),
}

fn steps(path: &Path<'_>) -> Vec<Step> {
    let (parent, step) = match path {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Some(Step::Index(*index))),
        Path::Map { parent, key } => (parent, Some(Step::Key(key.clone()))),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => (parent, None),
    };
    let mut all = steps(parent);
    all.extend(step);
    all
}

/// Where the last key of `path` is written; `None` if it is not there.
fn span_of(root: &Spanned<DeTable<'_>>, path: &[Step]) -> Option<Range<usize>> {
    let mut table = Some(root.get_ref());
    let mut array = None;
    let mut span = None;
    for step in path {
        let value = match step {
            Step::Key(name) => {
                let (key, value) = table?.iter().find(|(key, _)| key.get_ref() == name)?;
                span = Some(key.span());
                value
            }
            Step::Index(index) => {
                let value = array.and_then(|array: &DeArray<'_>| array.get(*index))?;
                span = Some(value.span());
                value
            }
        };
        table = value.get_ref().as_table();
        array = value.get_ref().as_array();
    }
    span
}

fn unknown_key(path: &[Step], known: &[&str]) -> String {
    let whole: String = path
        .iter()
        .enumerate()
        .map(|(depth, step)| match step {
            Step::Key(name) if depth == 0 => name.clone(),
            Step::Key(name) => format!(".{name}"),
            Step::Index(index) => format!("[{index}]"),
        })
        .collect();
    let last = match path.last() {
        Some(Step::Key(name)) => name.as_str(),
        Some(Step::Index(_)) | None => "",
    };
    let unknown = shortened(&format!("the key {whole} is unknown and ignored"));
    match did_you_mean(last, known) {
        Some(hint) => format!("{unknown}; {hint}"),
        None => unknown,
    }
}
