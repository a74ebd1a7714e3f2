//! The words of a theme file, besides its roles and its colours.

use ratatui::style::Modifier;

use crate::ui::capability::Depth;

/// What a role's table may say.
pub(super) const KEYS: [&str; 9] = [
    "fg",
    "bg",
    "bold",
    "dim",
    "italic",
    "underline",
    "reverse",
    "ansi256",
    "ansi16",
];

/// The keys that are true or false.
pub(super) const ATTRIBUTES: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// The words that a key takes, and how to say so.
pub(super) struct Choice<T: 'static> {
    /// Each word with its meaning.
    pub words: &'static [(&'static str, T)],
    /// The same for an error.
    pub takes: &'static str,
}

/// What `kind` takes; whether it is light.
pub(super) const KINDS: Choice<bool> = Choice {
    words: &[("dark", false), ("light", true)],
    takes: "\"dark\" or \"light\"",
};

/// What `minimum` takes.
pub(super) const DEPTHS: Choice<Depth> = Choice {
    words: &[
        ("none", Depth::Mono),
        ("16", Depth::Ansi16),
        ("256", Depth::Ansi256),
        ("true", Depth::True),
    ],
    takes: "\"none\", \"16\", \"256\" or \"true\"",
};
