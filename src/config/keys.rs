//! Every key there is: which words a variable or a flag can set, what holds if
//! nobody says anything, and what an unknown key was probably meant to be.

use toml::{Table, Value};

use super::{ConfigError, file::File};
use crate::domain::located;

/// A key that a variable and a flag can set as well as a file.
pub(super) struct Key {
    /// As in a file: `wall.distance_m`.
    pub(super) name: &'static str,
    kind: Kind,
    /// What is shown as its value if nobody set it.
    pub(super) default: &'static str,
}

enum Kind {
    Text,
    Bool,
    Number,
    List,
}

const fn key(name: &'static str, kind: Kind, default: &'static str) -> Key {
    Key {
        name,
        kind,
        default,
    }
}

pub(super) const KEYS: [Key; 20] = [
    key("actor", Kind::Text, "(the user's name)"),
    key("bell", Kind::Bool, "true"),
    key("ca_file", Kind::Text, "(the system's)"),
    key("color", Kind::Text, "auto"),
    key("glyphs", Kind::Text, "auto"),
    key("keymap", Kind::Text, "(built in)"),
    key("mouse", Kind::Bool, "false"),
    key("policy", Kind::Text, "(built in)"),
    key("runbooks", Kind::Text, super::RUNBOOKS),
    key("server", Kind::Text, "(none: the local file)"),
    key("slow", Kind::Bool, "(as the line is)"),
    key("theme", Kind::Text, "{ dark = harbor, light = daylight }"),
    key("themes", Kind::Text, "(themes beside the configuration)"),
    key("token_file", Kind::Text, "(none)"),
    key(
        "updates.channels",
        Kind::List,
        "(incidents, or the only one)",
    ),
    key("updates.public", Kind::List, "(none: by hand)"),
    key("wall.distance_m", Kind::Number, "8"),
    key("wall.night", Kind::Text, "(always bright)"),
    key("wall.panel_inch", Kind::Number, "55"),
    key("workspace", Kind::Text, super::WORKSPACE),
];

/// Every word that can be a key anywhere, for "did you mean".
pub(super) const WORDS: &[&str] = &[
    "actor",
    "bell",
    "color",
    "glyphs",
    "keymap",
    "mouse",
    "policy",
    "runbooks",
    "server",
    "token_file",
    "slow",
    "theme",
    "themes",
    "workspace",
    "updates",
    "public",
    "channels",
    "wall",
    "distance_m",
    "panel_inch",
    "night",
    "links",
    "dashboards",
    "probes",
    "dark",
    "light",
    "kind",
    "url",
    "url_file",
    "secret_file",
    "format",
    "resend_safe",
    "ca_file",
    "name",
    "every",
    "timeout",
    "failures",
    "successes",
    "control",
    "counts",
    "status",
    "body",
    "follow",
    "headers",
    "address",
    "host",
    "expect",
    "argv",
    "path",
    "warn",
    "warn_percent",
];

/// The variable that sets `key`: `WARROOM_WALL__DISTANCE_M`.
pub(super) fn variable(key: &str) -> String {
    format!("WARROOM_{}", key.replace('.', "__").to_uppercase())
}

/// The one of our variables that was probably meant by `name`; `None` if none
/// is near. What all of them begin with says nothing about nearness.
pub(super) fn meant(name: &str, prefix: &str, ours: &[String]) -> Option<String> {
    let bare = |name: &str| name.strip_prefix(prefix).map(str::to_lowercase);
    let known: Vec<String> = ours.iter().filter_map(|name| bare(name)).collect();
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let found = located::closest(&bare(name)?, &known)?;
    Some(format!("{prefix}{}", found.to_uppercase()))
}

/// What a file would say that sets `name` to `raw`; `from` is the variable or
/// the flag it came from.
pub(super) fn as_file(name: &str, raw: &str, from: &str) -> Result<File, ConfigError> {
    let wrong = |message: String, hint: Option<String>| ConfigError::Value {
        from: from.to_owned(),
        message,
        hint,
    };
    let Some(key) = KEYS.iter().find(|key| key.name == name) else {
        let names: Vec<_> = KEYS.iter().map(|key| key.name).collect();
        let hint = located::closest(name, &names).map(|meant| format!("did you mean {meant:?}?"));
        return Err(wrong(format!("there is no key {name:?} to set here"), hint));
    };
    let value = key.kind.read(raw).ok_or_else(|| {
        wrong(
            format!("found {raw:?}, and {} belongs here", key.kind.word()),
            None,
        )
    })?;
    nested(name, value).try_into().map_err(|error| {
        let said = located::from_toml("", "", error);
        let message = said.message.trim_start_matches(&format!("{name}: "));
        wrong(message.to_owned(), said.hint)
    })
}

/// `wall.distance_m = 5` as tables in tables.
fn nested(name: &str, value: Value) -> Value {
    name.rsplit('.').fold(value, |inner, key| {
        Value::Table(Table::from_iter([(key.to_owned(), inner)]))
    })
}

impl Kind {
    fn read(&self, raw: &str) -> Option<Value> {
        let raw = raw.trim();
        match self {
            Self::Text => Some(Value::String(raw.to_owned())),
            Self::Bool => match raw.to_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Some(Value::Boolean(true)),
                "false" | "no" | "off" | "0" => Some(Value::Boolean(false)),
                _ => None,
            },
            Self::Number => raw.parse().ok().map(Value::Float),
            Self::List => Some(Value::Array(
                raw.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| Value::String(item.to_owned()))
                    .collect(),
            )),
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::List => "a list such as a,b",
        }
    }
}
