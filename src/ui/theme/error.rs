//! What can be wrong with a theme file, and where.

use std::fmt;

use super::Role;

/// A place in a file, for an editor to jump to: `file:line:column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it was given.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl Place {
    /// Where byte `at` of the text is.
    pub(super) fn of(file: &str, text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Why a theme can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// The file is no TOML.
    #[error("{at}: this is not TOML: {what}")]
    Syntax {
        /// Where.
        at: Place,
        /// What the parser says.
        what: String,
    },
    /// A value of the wrong kind.
    #[error("{at}: {key} is {found}, and takes {takes}")]
    Value {
        /// Where.
        at: Place,
        /// Which key.
        key: String,
        /// What was found.
        found: String,
        /// What would be right.
        takes: &'static str,
    },
    /// A colour that nobody knows.
    #[error(
        "{at}: {by} asks for the colour {colour:?}, which is not in [palette], not a terminal colour and not #rrggbb{hint}"
    )]
    Colour {
        /// Where.
        at: Place,
        /// The role, or the entry of the palette.
        by: String,
        /// The colour asked for.
        colour: String,
        /// `: did you mean "sea"?`, or nothing.
        hint: String,
    },
    /// A reference to a role that isn't there.
    #[error("{at}: {role} points to {named:?}, and there is no such role{hint}")]
    Reference {
        /// Where.
        at: Place,
        /// The role that points.
        role: Role,
        /// Where it points to.
        named: String,
        /// `: did you mean state.bad?`, or nothing.
        hint: String,
    },
    /// Roles that point at each other for ever.
    #[error("{at}: {role} never comes to a colour ({path}): give one of them its own")]
    Cycle {
        /// Where.
        at: Place,
        /// The role that comes back to itself.
        role: Role,
        /// `state.ok > state.warn > state.ok`.
        path: String,
    },
    /// The theme to inherit from is nowhere.
    #[error("{at}: there is no theme {name:?} to inherit from{hint}")]
    NoParent {
        /// Where it is asked for.
        at: Place,
        /// The theme asked for.
        name: String,
        /// `: did you mean "harbor"?`, or nothing.
        hint: String,
    },
    /// Themes that inherit from each other for ever.
    #[error("{at}: this theme comes back to itself ({path}): take one `inherits` out")]
    Round {
        /// Where the round closes.
        at: Place,
        /// `mine.toml > yours.toml > mine.toml`.
        path: String,
    },
    /// Too many themes in a row.
    #[error(
        "{at}: more than five themes in a row inherit from each other ({path}): copy one of them into the next"
    )]
    Deep {
        /// Where it becomes too many.
        at: Place,
        /// The themes in a row.
        path: String,
    },
    /// A role that is left out and has nobody to stand in.
    #[error("{at}: {role} is not set, and no other role stands in for it: add {example}")]
    Missing {
        /// Where it belongs.
        at: Place,
        /// The role.
        role: Role,
        /// What to add.
        example: &'static str,
    },
    /// More than one mistake, each with its place.
    #[error("{} (and {} more: `warroom theme check` lists them)", .0[0], .0.len() - 1)]
    Several(Vec<Self>),
    /// No built-in theme has this name.
    #[error("there is no theme {name:?}{hint} (built in: {known})")]
    Unknown {
        /// The name asked for.
        name: String,
        /// `: did you mean "harbor"?`, or nothing.
        hint: String,
        /// All that there are.
        known: String,
    },
}

impl ThemeError {
    /// One error for all of them; `None` where there is none.
    pub(super) fn of(mut all: Vec<Self>) -> Option<Self> {
        match all.len() {
            0 | 1 => all.pop(),
            _ => Some(Self::Several(all)),
        }
    }

    /// Every mistake by itself.
    pub fn each(&self) -> &[Self] {
        match self {
            Self::Several(all) => all,
            Self::Syntax { .. }
            | Self::Value { .. }
            | Self::Colour { .. }
            | Self::Reference { .. }
            | Self::Cycle { .. }
            | Self::NoParent { .. }
            | Self::Round { .. }
            | Self::Deep { .. }
            | Self::Missing { .. }
            | Self::Unknown { .. } => std::slice::from_ref(self),
        }
    }
}

/// Something in a theme file that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub at: Place,
    /// What has no effect, and why.
    pub what: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// `: did you mean …?` for the nearest of the known words, or nothing.
pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(candidate, word), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| format!(": did you mean {candidate:?}?"))
        .unwrap_or_default()
}
