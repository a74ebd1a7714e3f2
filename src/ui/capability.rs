//! What this terminal can show, told from the environment alone.
//!
//! The terminal is asked nothing: a query costs a round trip, and some never
//! answer. Every decision keeps its reason, and `warroom doctor` prints them.
//! This module reads neither the environment nor the terminal; it is handed
//! both as values.

use std::{collections::BTreeMap, fmt};

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

/// The environment, read once.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one sign; several hold at once"
)]
struct Seen<'a> {
    environment: &'a Environment,
    term: &'a str,
    serial: bool,
    linux: bool,
    mosh: bool,
    tmux: bool,
    screen: bool,
    ssh: bool,
}

impl<'a> Seen<'a> {
    fn new(environment: &'a Environment, tty: &str) -> Self {
        let set = |name: &str| environment.get(name).is_some_and(|value| !value.is_empty());
        let term = environment.get("TERM").map_or("", |term| term.trim());
        let tmux = set("TMUX");
        Self {
            environment,
            term,
            serial: is_serial(tty),
            linux: term == "linux" || term.starts_with("linux-"),
            mosh: environment.keys().any(|name| name.starts_with("MOSH_")),
            tmux,
            screen: !tmux && (term.starts_with("screen") || set("STY")),
            ssh: set("SSH_CONNECTION") || set("SSH_TTY"),
        }
    }

    /// The variable's value; `None` where it is unset or empty.
    fn value(&self, name: &str) -> Option<&'a str> {
        let value = self.environment.get(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    fn dumb(&self) -> bool {
        matches!(self.term, "" | "dumb" | "unknown")
    }

    /// The name of a terminal that knows no operating system commands.
    fn bare(&self) -> Option<&'static str> {
        if self.serial {
            return Some("serial");
        }
        if self.linux {
            return Some("linux");
        }
        // Hardware, or what says it is: an unknown sequence is printed there.
        let old = self.term.starts_with("vt") || self.term.starts_with("ansi");
        old.then_some("an old terminal")
    }

    fn plain(&self, is_tty: bool, wishes: Wishes) -> Option<Plain> {
        if wishes.plain {
            return Some(Plain::Asked);
        }
        if !is_tty {
            return Some(Plain::NotATerminal);
        }
        if self.term.is_empty() {
            return Some(Plain::NoTerm);
        }
        self.dumb().then_some(Plain::Dumb)
    }

    fn profile(&self, wishes: Wishes) -> (Profile, String) {
        if self.serial {
            return (Profile::Serial, "the terminal is a serial line".into());
        }
        if wishes.slow {
            return (Profile::Slow, "--slow".into());
        }
        if self.mosh {
            return (Profile::Slow, "mosh".into());
        }
        if self.ssh {
            return (Profile::Ssh, "SSH_CONNECTION or SSH_TTY is set".into());
        }
        (Profile::Local, "no sign of a link".into())
    }

    fn depth(&self, wishes: Wishes) -> (Depth, String) {
        if let Some(depth) = wishes.color {
            return (depth, "--color or the configuration".into());
        }
        if self.value("NO_COLOR").is_some() {
            return (Depth::Mono, "NO_COLOR".into());
        }
        if let Some(forced) = self.forced_depth() {
            return forced;
        }
        self.found_depth()
    }

    /// What `FORCE_COLOR` or `CLICOLOR_FORCE` ask for: a number is a depth,
    /// anything else "some colour, whatever there is".
    fn forced_depth(&self) -> Option<(Depth, String)> {
        let (found, why) = self.found_depth();
        let at_least = found.max(Depth::Ansi16);
        if let Some(force) = self.value("FORCE_COLOR") {
            let depth = match force {
                "0" | "false" => Depth::Mono,
                "1" => Depth::Ansi16,
                "2" => Depth::Ansi256,
                "3" => Depth::True,
                _ => at_least,
            };
            return Some((depth, format!("FORCE_COLOR is {force:?}; {why}")));
        }
        let force = self.value("CLICOLOR_FORCE").filter(|force| *force != "0")?;
        Some((at_least, format!("CLICOLOR_FORCE is {force:?}; {why}")))
    }

    /// What the terminal's name says, within what lies between it and us.
    fn found_depth(&self) -> (Depth, String) {
        let by_term = depth_of_term(self.term);
        let colorterm = self.value("COLORTERM").unwrap_or_default();
        let says_true = matches!(colorterm, "truecolor" | "24bit");
        if self.serial {
            return (by_term.min(Depth::Ansi16), "a serial line".into());
        }
        if self.linux {
            return (Depth::Ansi16, "the text console has 16".into());
        }
        if self.screen {
            return (
                by_term.min(Depth::Ansi256),
                format!("screen, TERM is {:?}", self.term),
            );
        }
        if self.mosh {
            let best = if says_true { Depth::Ansi256 } else { by_term };
            return (best.min(Depth::Ansi256), "mosh, 256 at most".into());
        }
        if says_true && !self.dumb() {
            return (Depth::True, format!("COLORTERM is {colorterm:?}"));
        }
        (by_term, format!("TERM is {:?}", self.term))
    }

    fn glyphs(&self, wishes: Wishes) -> (Tier, String) {
        if let Some(tier) = wishes.glyphs {
            return (tier, "--glyphs or the configuration".into());
        }
        let locale = self.locale();
        if !is_utf8(locale) {
            return (Tier::Ascii, format!("the locale {locale:?} is not UTF-8"));
        }
        if self.linux {
            return (Tier::Console, "the text console's font is small".into());
        }
        if self.serial {
            return (Tier::Ascii, "a serial line".into());
        }
        if ["zh", "ja", "ko"]
            .iter()
            .any(|language| locale.starts_with(language))
        {
            return (Tier::Ascii, format!("frames may be two wide in {locale:?}"));
        }
        (Tier::Rich, format!("the locale is {locale:?}"))
    }

    fn locale(&self) -> &'a str {
        let first = ["LC_ALL", "LC_CTYPE", "LANG"];
        first
            .iter()
            .find_map(|name| self.value(name))
            .unwrap_or("C")
    }
}

fn is_serial(tty: &str) -> bool {
    ["/dev/ttyS", "/dev/ttyAMA", "/dev/ttyUSB", "/dev/ttyACM"]
        .iter()
        .any(|prefix| tty.starts_with(prefix))
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// A table of names, not terminfo: a bastion rarely knows the newest terminals.
fn depth_of_term(term: &str) -> Depth {
    /// All of these have had 256 colours since their first release.
    const MODERN: [&str; 8] = [
        "xterm-ghostty",
        "xterm-kitty",
        "alacritty",
        "foot",
        "wezterm",
        "contour",
        "rio",
        "iterm",
    ];
    const NO_COLOUR: [&str; 8] = [
        "vt52", "vt100", "vt102", "vt220", "vt320", "vt420", "ansi-m", "hp",
    ];
    if matches!(term, "" | "dumb" | "unknown") {
        return Depth::Mono;
    }
    if term.ends_with("-direct") {
        return Depth::True;
    }
    if term.contains("256color") || MODERN.iter().any(|name| term.starts_with(name)) {
        return Depth::Ansi256;
    }
    let plain = NO_COLOUR.iter().any(|name| {
        term.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    });
    if plain || term.ends_with("-m") || term.ends_with("-mono") {
        return Depth::Mono;
    }
    Depth::Ansi16
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
