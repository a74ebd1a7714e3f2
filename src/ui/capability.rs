//! What this terminal can show, told from the environment alone.
//!
//! The terminal is asked nothing: a query costs a round trip, and some never
//! answer. Every decision keeps its reason, and `warroom doctor` prints them.
//! This module reads neither the environment nor the terminal; it is handed
//! both as values.

use std::{collections::BTreeMap, fmt};

use self::seen::Seen;

mod seen;

/// How many colours may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Depth {
    /// None; bold, dim, italic, underline and reverse remain.
    Mono,
    /// The sixteen named ones, whose look is the user's.
    #[default]
    Ansi16,
    /// The palette of 256.
    Ansi256,
    /// Red, green and blue, 8 bits each.
    True,
}

/// Which characters may be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Tier {
    /// Only bytes below 0x80.
    Ascii,
    /// What code page 437 has, and with it the fonts of text consoles.
    Console,
    /// All our glyphs.
    #[default]
    Rich,
}

/// How dear a byte is on the way to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Profile {
    /// The terminal runs on this machine.
    #[default]
    Local,
    /// Over SSH.
    Ssh,
    /// Over a line known or seen to be slow: clocks and charts move less often.
    Slow,
    /// A serial line; 960 bytes a second is usual.
    Serial,
}

/// Why the screen is not drawn and sentences are printed instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plain {
    /// Somebody asked for it with `--plain`.
    Asked,
    /// Standard input or output is not a terminal.
    NotATerminal,
    /// `TERM` is not set, or empty.
    NoTerm,
    /// `TERM` is `dumb` or `unknown`.
    Dumb,
}

/// What the user asked for, on the command line or in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes {
    /// `--color`; decided from the environment where absent.
    pub color: Option<Depth>,
    /// `--glyphs`; decided from the environment where absent.
    pub glyphs: Option<Tier>,
    /// `--slow`.
    pub slow: bool,
    /// `--plain`.
    pub plain: bool,
}

/// One decision and its reason, for `warroom doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What was decided about: "colour", "glyphs", "line" …
    pub what: &'static str,
    /// What was decided.
    pub decision: String,
    /// From what it follows.
    pub why: String,
}

/// What this terminal can show, and why we think so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a decision of its own; several hold at once"
)]
pub struct Capability {
    /// How many colours may be written.
    pub depth: Depth,
    /// Which characters may be drawn.
    pub glyphs: Tier,
    /// How dear a byte is.
    pub profile: Profile,
    /// Why there is no screen at all; `None` where there is one.
    pub plain: Option<Plain>,
    /// Whether the window's title may be set.
    pub title: bool,
    /// Whether the mouse may be switched on; it starts off.
    pub mouse_allowed: bool,
    /// Whether it is the kernel's own console, which goes dark by itself.
    pub blanks: bool,
    /// Whether frames are fenced with synchronized output. Always false until
    /// somebody asks for it: finding out would need a query.
    pub sync_output: bool,
    /// How long an Esc waits for the rest of a split key, in milliseconds.
    pub esc_wait_ms: u64,
    /// Every decision above, with its reason.
    pub reasons: Vec<Reason>,
}

/// The variables by name, as the program was started with them.
pub type Environment = BTreeMap<String, String>;

/// Milliseconds an Esc waits when the keyboard is on this machine.
const ESC_LOCAL_MS: u64 = 25;
/// Milliseconds an Esc waits over a link that may split a key into packets.
const ESC_FAR_MS: u64 = 100;

impl Capability {
    /// Decides what may be shown.
    ///
    /// `tty` is the name of the terminal's device ("/dev/pts/3"), `None` where
    /// standard input or output is not a terminal.
    pub fn new(environment: &Environment, tty: Option<&str>, wishes: Wishes) -> Self {
        let seen = Seen::new(environment, tty.unwrap_or_default());
        let mut decided = Self {
            plain: seen.plain(tty.is_some(), wishes),
            ..Self::default()
        };
        decided.note_plain(&seen);
        let (profile, why) = seen.profile(wishes);
        decided.profile = profile;
        decided.note("line", profile, why);
        let (depth, why) = seen.depth(wishes);
        decided.depth = depth;
        decided.note("colour", depth, why);
        let (glyphs, why) = seen.glyphs(wishes);
        decided.glyphs = glyphs;
        decided.note("glyphs", glyphs, why);
        decided.decide_the_rest(&seen);
        decided
    }

    /// The same after a write has stalled for more than half a second.
    #[must_use]
    pub fn slowed(mut self) -> Self {
        if self.profile < Profile::Slow {
            self.profile = Profile::Slow;
            self.note("line", Profile::Slow, "a write stalled".into());
        }
        self
    }

    fn decide_the_rest(&mut self, seen: &Seen<'_>) {
        self.blanks = seen.linux;
        let bare = seen.bare();
        self.title = bare.is_none() && !seen.screen && !seen.dumb();
        let why = bare.unwrap_or(if seen.screen { "screen" } else { seen.term });
        self.note("title", yes(self.title), format!("TERM or line is {why:?}"));

        self.mouse_allowed = bare.is_none() && !seen.mosh && !seen.dumb();
        let why = if seen.mosh {
            "mosh"
        } else {
            bare.unwrap_or(seen.term)
        };
        self.note(
            "mouse",
            yes(self.mouse_allowed),
            format!("TERM or line is {why:?}"),
        );

        let far = seen.tmux || seen.screen || seen.mosh || self.profile != Profile::Local;
        self.esc_wait_ms = if far { ESC_FAR_MS } else { ESC_LOCAL_MS };
        let why = if far {
            "keys come through a link or a multiplexer"
        } else {
            "the keyboard is here"
        };
        self.note("esc", format!("{} ms", self.esc_wait_ms), why.into());
        self.note(
            "synchronized output",
            yes(false),
            "the terminal is asked nothing".into(),
        );
    }

    fn note_plain(&mut self, seen: &Seen<'_>) {
        let (decision, why) = match self.plain {
            None => ("drawn", format!("a terminal, TERM is {:?}", seen.term)),
            Some(plain) => ("plain", plain.to_string()),
        };
        self.note("screen", decision, why);
    }

    fn note(&mut self, what: &'static str, decision: impl fmt::Display, why: String) {
        self.reasons.push(Reason {
            what,
            decision: decision.to_string(),
            why,
        });
    }
}

fn yes(allowed: bool) -> &'static str {
    if allowed { "allowed" } else { "off" }
}

impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mono => "mono",
            Self::Ansi16 => "16",
            Self::Ansi256 => "256",
            Self::True => "true",
        })
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ascii => "ascii",
            Self::Console => "console",
            Self::Rich => "rich",
        })
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::Ssh => "ssh",
            Self::Slow => "slow",
            Self::Serial => "serial",
        })
    }
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked => "plain mode was asked for",
            Self::NotATerminal => "input or output is not a terminal",
            Self::NoTerm => "TERM is not set",
            Self::Dumb => "TERM says the terminal can't move its cursor",
        })
    }
}

#[cfg(test)]
mod tests;
