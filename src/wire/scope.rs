//! What a token allows, said once for whoever grants and whoever asks.

/// What a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// To see everything of the workspace: enough for a wall.
    Read,
    /// To record, and to change deliveries; and to read.
    Write,
    /// All of it.
    Admin,
    /// To post alerts, and nothing else.
    Hook,
}

impl Scope {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Admin, Self::Hook];

    /// `read`, `write`, `admin`, `hook`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
            Self::Hook => "hook",
        }
    }

    /// The scope of that word; `None` for one of a newer program.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }

    /// Whether it is enough where `wanted` is asked for.
    pub const fn allows(self, wanted: Self) -> bool {
        match self {
            Self::Admin => true,
            Self::Write => matches!(wanted, Self::Write | Self::Read),
            Self::Read => matches!(wanted, Self::Read),
            Self::Hook => matches!(wanted, Self::Hook),
        }
    }
}

/// Whether one of these words is enough where `wanted` is asked for. A word of a
/// newer program is enough for nothing.
pub fn allow(words: &[String], wanted: Scope) -> bool {
    let scopes = words.iter().filter_map(|word| Scope::from_word(word));
    scopes.into_iter().any(|scope| scope.allows(wanted))
}
