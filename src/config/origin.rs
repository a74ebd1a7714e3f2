//! Where each value came from, for `config show --origin` and for errors that
//! only show when everything is put together.

use std::{collections::BTreeMap, fmt, ops::Range};

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};
use url::Url;

use super::{ConfigError, keys::KEYS};
use crate::domain::{
    located::{Lines, Located, Warning},
    secret::Secret,
    text,
};

/// As much of a value is shown.
const SHOWN: usize = 100;

/// One key, its value and who set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// As in a file: `wall.distance_m`, `probes[0].url`.
    pub key: String,
    /// As it is shown: secrets are dots.
    pub value: String,
    /// Who set it.
    pub from: Source,
}

/// Who set a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody.
    Default,
    /// A file; line and column count from 1.
    File {
        /// The file.
        file: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// A variable of this name.
    Environment(String),
    /// A flag, such as `--theme`.
    Flag(String),
}

impl Source {
    /// A warning about what was set there.
    pub(super) fn warning(&self, text: String) -> Warning {
        let (file, line) = match self {
            Self::File { file, line, .. } => (file.clone(), *line),
            Self::Environment(name) | Self::Flag(name) => (name.clone(), 0),
            Self::Default => ("configuration".to_owned(), 0),
        };
        Warning { file, line, text }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { file, line, .. } => write!(f, "{file}:{line}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// The origins of all values, and the places of all keys and tables.
#[derive(Debug, Default)]
pub(super) struct Origins {
    values: BTreeMap<String, Origin>,
    places: BTreeMap<String, Source>,
}

impl Origins {
    /// Before anybody said anything.
    pub(super) fn new() -> Self {
        let mut origins = Self::default();
        for key in &KEYS {
            origins.set(key.name, key.default, Source::Default);
        }
        origins
    }

    /// Notes that `key` was set.
    pub(super) fn set(&mut self, key: &str, value: &str, from: Source) {
        let origin = Origin {
            key: key.to_owned(),
            value: shown(key, value),
            from: from.clone(),
        };
        self.values.insert(key.to_owned(), origin);
        self.places.insert(key.to_owned(), from);
    }

    /// Notes that what was set for `key` does not hold.
    pub(super) fn unset(&mut self, key: &str) {
        if let Some(known) = KEYS.iter().find(|known| known.name == key) {
            self.set(key, known.default, Source::Default);
        }
    }

    /// Notes everything that `root` sets, which was read from `text`.
    pub(super) fn add_file(&mut self, file: &str, text: &str, root: &DeTable<'_>) {
        if root.iter().any(|(key, _)| key.get_ref() == "probes") {
            self.values.retain(|key, _| !key.starts_with("probes"));
            self.places.retain(|key, _| !key.starts_with("probes"));
        }
        let (file, lines) = (text::one_line(file), Lines::of(text));
        let from = |span| {
            let (line, column) = lines.locate(span);
            let file = file.clone();
            Source::File { file, line, column }
        };
        self.walk("", root, &from);
    }

    fn walk(&mut self, prefix: &str, table: &DeTable<'_>, from: &impl Fn(Range<usize>) -> Source) {
        for (name, value) in table {
            let name_here = name.get_ref();
            let key = match prefix {
                "" => name_here.to_string(),
                prefix => format!("{prefix}.{name_here}"),
            };
            self.places.insert(key.clone(), from(name.span()));
            match value.get_ref() {
                // A pair of themes is one value, as it is by default.
                DeValue::Table(inner) if key != "theme" => self.walk(&key, inner, from),
                DeValue::Array(array) if array.iter().any(|item| item.get_ref().is_table()) => {
                    self.walk_each(&key, array, from);
                }
                one => self.set(&key, &written(one), from(name.span())),
            }
        }
    }

    fn walk_each(
        &mut self,
        key: &str,
        array: &DeArray<'_>,
        from: &impl Fn(Range<usize>) -> Source,
    ) {
        for (at, item) in array.iter().enumerate() {
            let key = format!("{key}[{at}]");
            self.places.insert(key.clone(), from(item.span()));
            if let DeValue::Table(inner) = item.get_ref() {
                self.walk(&key, inner, from);
            }
        }
    }

    /// Who set `key`; of a key that is not there, who wrote the table it
    /// belongs into.
    pub(super) fn of(&self, key: &str) -> &Source {
        let mut key = key;
        loop {
            if let Some(source) = self.places.get(key) {
                return source;
            }
            match key.rsplit_once('.') {
                Some((table, _)) => key = table,
                None => return &Source::Default,
            }
        }
    }

    /// The keys that are set in the table `table`, and who set them.
    pub(super) fn inside<'a>(
        &'a self,
        table: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Source)> {
        self.values.values().filter_map(move |origin| {
            let key = origin.key.strip_prefix(table)?.strip_prefix('.')?;
            Some((key, &origin.from))
        })
    }

    /// That the value of `key` can't be used, said where it was set.
    pub(super) fn wrong(&self, key: &str, message: String, hint: Option<String>) -> ConfigError {
        match self.of(key).clone() {
            Source::File { file, line, column } => ConfigError::Wrong(Box::new(Located {
                file,
                line,
                column,
                message: format!("{key}: {message}"),
                hint,
            })),
            Source::Environment(from) | Source::Flag(from) => ConfigError::Value {
                from,
                message,
                hint,
            },
            Source::Default => ConfigError::Value {
                from: key.to_owned(),
                message,
                hint,
            },
        }
    }

    /// In the order of their keys.
    pub(super) fn into_list(self) -> Vec<Origin> {
        self.values.into_values().collect()
    }
}

fn written(value: &DeValue<'_>) -> String {
    let list = |items: Vec<String>| items.join(", ");
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(value) => value.to_string(),
        DeValue::Array(array) => format!(
            "[{}]",
            list(array.iter().map(|item| written(item.get_ref())).collect())
        ),
        DeValue::Table(table) => {
            let pair = |(key, value): (&Spanned<_>, &Spanned<_>)| {
                format!("{} = {}", key.get_ref(), written(value.get_ref()))
            };
            format!("{{ {} }}", list(table.iter().map(pair).collect()))
        }
    }
}

/// `value` as it may be shown: an address of a channel lets anybody post, and
/// a header of a probe may hold a token.
fn shown(key: &str, value: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or_default();
    let hidden = match last {
        "secret" | "headers" => true,
        "url" if key.starts_with("channels.") => true,
        _ => Url::parse(value).is_ok_and(|url| url.password().is_some()),
    };
    if hidden {
        return Secret::DOTS.to_owned();
    }
    let clean = text::one_line(value);
    if clean.chars().count() <= SHOWN {
        return clean;
    }
    clean.chars().take(SHOWN).chain(['…']).collect()
}
