//! The signs in the environment, and what follows from each.

use super::{Depth, Environment, Plain, Profile, Tier, Wishes};

/// The environment, read once.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one sign; several hold at once"
)]
pub(super) struct Seen<'a> {
    environment: &'a Environment,
    pub(super) term: &'a str,
    serial: bool,
    pub(super) linux: bool,
    pub(super) mosh: bool,
    pub(super) tmux: bool,
    pub(super) screen: bool,
    ssh: bool,
}

impl<'a> Seen<'a> {
    pub(super) fn new(environment: &'a Environment, tty: &str) -> Self {
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

    pub(super) fn dumb(&self) -> bool {
        matches!(self.term, "" | "dumb" | "unknown")
    }

    /// The name of a terminal that knows no operating system commands.
    pub(super) fn bare(&self) -> Option<&'static str> {
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

    pub(super) fn plain(&self, is_tty: bool, wishes: Wishes) -> Option<Plain> {
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

    pub(super) fn profile(&self, wishes: Wishes) -> (Profile, String) {
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

    pub(super) fn depth(&self, wishes: Wishes) -> (Depth, String) {
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

    pub(super) fn glyphs(&self, wishes: Wishes) -> (Tier, String) {
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
