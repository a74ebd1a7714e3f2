//! What a piece of the screen means. Panes ask for a role, never for a colour.

use std::{fmt, str::FromStr};

use ratatui::style::Modifier;

use crate::domain::severity::Severity;

/// A meaning that a theme gives a look to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `surface.base`: behind everything.
    Base,
    /// `surface.raised`: behind sheets.
    Raised,
    /// `text.normal`: what is read.
    Normal,
    /// `text.strong`: what is read first.
    Strong,
    /// `text.muted`: what is there when looked for.
    Muted,
    /// `text.rule`: rules and dividers.
    Rule,
    /// `accent.focus`: where I am.
    Focus,
    /// `accent.key`: a key I may press.
    Key,
    /// `accent.link`: something to follow.
    Link,
    /// `accent.select`: the selected row.
    Select,
    /// `state.ok`: as it should be.
    Ok,
    /// `state.warn`: slow, or due soon.
    Warn,
    /// `state.bad`: down.
    Bad,
    /// `state.stale`: nobody knows.
    Stale,
    /// `state.off`: not applicable.
    Off,
    /// `deadline.calm`: far away.
    Calm,
    /// `deadline.soon`: the last part of its time.
    Soon,
    /// `deadline.over`: overdue.
    Over,
    /// `deadline.kept`: met.
    Kept,
    /// `severity.p1`.
    P1,
    /// `severity.p2`.
    P2,
    /// `severity.p3`.
    P3,
    /// `severity.p4`.
    P4,
    /// `link_state.live`: connected.
    Live,
    /// `link_state.slow`: connected, and late.
    Slow,
    /// `link_state.offline`: not connected.
    Offline,
    /// `link_state.drill`: nothing of this is real.
    Drill,
    /// `wall.title`: the big title of the wall.
    WallTitle,
}

/// Where a role that a theme leaves out gets its look from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fallback {
    /// The role that stands in.
    pub to: Role,
    /// What is added, so that the meaning survives without colour.
    pub adds: Modifier,
}

impl Role {
    /// Every role, in the order of the theme file.
    pub const ALL: [Self; 28] = [
        Self::Base,
        Self::Raised,
        Self::Normal,
        Self::Strong,
        Self::Muted,
        Self::Rule,
        Self::Focus,
        Self::Key,
        Self::Link,
        Self::Select,
        Self::Ok,
        Self::Warn,
        Self::Bad,
        Self::Stale,
        Self::Off,
        Self::Calm,
        Self::Soon,
        Self::Over,
        Self::Kept,
        Self::P1,
        Self::P2,
        Self::P3,
        Self::P4,
        Self::Live,
        Self::Slow,
        Self::Offline,
        Self::Drill,
        Self::WallTitle,
    ];

    /// Its word in a theme file: `state.ok`.
    pub const fn word(self) -> &'static str {
        self.names().0
    }

    /// Its letter in a snapshot of the screen; unique.
    pub const fn letter(self) -> char {
        self.names().1
    }

    const fn names(self) -> (&'static str, char) {
        match self {
            Self::Base => ("surface.base", '.'),
            Self::Raised => ("surface.raised", ':'),
            Self::Normal => ("text.normal", 't'),
            Self::Strong => ("text.strong", 'T'),
            Self::Muted => ("text.muted", 'm'),
            Self::Rule => ("text.rule", '-'),
            Self::Focus => ("accent.focus", 'f'),
            Self::Key => ("accent.key", 'k'),
            Self::Link => ("accent.link", 'l'),
            Self::Select => ("accent.select", 'x'),
            Self::Ok => ("state.ok", 'o'),
            Self::Warn => ("state.warn", 'w'),
            Self::Bad => ("state.bad", 'b'),
            Self::Stale => ("state.stale", 's'),
            Self::Off => ("state.off", 'n'),
            Self::Calm => ("deadline.calm", 'c'),
            Self::Soon => ("deadline.soon", 'd'),
            Self::Over => ("deadline.over", 'D'),
            Self::Kept => ("deadline.kept", 'v'),
            Self::P1 => ("severity.p1", '1'),
            Self::P2 => ("severity.p2", '2'),
            Self::P3 => ("severity.p3", '3'),
            Self::P4 => ("severity.p4", '4'),
            Self::Live => ("link_state.live", 'L'),
            Self::Slow => ("link_state.slow", 'W'),
            Self::Offline => ("link_state.offline", 'O'),
            Self::Drill => ("link_state.drill", 'R'),
            Self::WallTitle => ("wall.title", 'H'),
        }
    }

    /// The role of a severity.
    pub const fn severity(severity: Severity) -> Self {
        match severity {
            Severity::P1 => Self::P1,
            Severity::P2 => Self::P2,
            Severity::P3 => Self::P3,
            Severity::P4 => Self::P4,
        }
    }

    /// Whether it colours what is behind the text.
    pub const fn is_surface(self) -> bool {
        matches!(self, Self::Base | Self::Raised)
    }

    /// What to write for a role that nobody stands in for.
    pub(super) const fn example(self) -> &'static str {
        if self.is_surface() {
            "[surface] base = { bg = \"#12161c\", ansi16 = \"default\" }"
        } else {
            "[text] normal = { fg = \"#d6dae0\", ansi16 = \"default\" }"
        }
    }

    /// Who stands in where a theme leaves this out; `None` where nobody does.
    pub(super) const fn fallback(self) -> Option<Fallback> {
        let shout = Modifier::BOLD.union(Modifier::REVERSED);
        let (to, adds) = match self {
            Self::Base | Self::Normal => return None,
            Self::Raised => (Self::Base, Modifier::empty()),
            Self::Strong => (Self::Normal, Modifier::BOLD),
            Self::Muted => (Self::Normal, Modifier::DIM),
            Self::Rule => (Self::Muted, Modifier::empty()),
            Self::Focus => (Self::Strong, Modifier::empty()),
            Self::Key => (Self::Focus, Modifier::BOLD),
            Self::Link => (Self::Focus, Modifier::UNDERLINED),
            Self::Select => (Self::Normal, Modifier::REVERSED),
            Self::Ok => (Self::Normal, Modifier::empty()),
            Self::Warn | Self::Bad => (Self::Strong, Modifier::empty()),
            Self::Stale => (Self::Muted, Modifier::ITALIC),
            Self::Off => (Self::Muted, Modifier::empty()),
            Self::Calm => (Self::Normal, Modifier::empty()),
            Self::Soon => (Self::Warn, Modifier::empty()),
            Self::Over => (Self::Bad, shout),
            Self::Kept => (Self::Ok, Modifier::empty()),
            Self::P1 => (Self::Bad, shout),
            Self::P2 => (Self::Warn, shout),
            Self::P3 => (Self::Focus, Modifier::BOLD),
            Self::P4 => (Self::Muted, Modifier::empty()),
            Self::Live => (Self::Ok, Modifier::empty()),
            Self::Slow => (Self::Warn, Modifier::empty()),
            Self::Offline => (Self::Bad, shout),
            Self::Drill => (Self::Focus, shout),
            Self::WallTitle => (Self::Strong, Modifier::empty()),
        };
        Some(Fallback { to, adds })
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A word that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such role")]
pub struct NoSuchRole;

impl FromStr for Role {
    type Err = NoSuchRole;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.word() == word)
            .ok_or(NoSuchRole)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_role_has_its_place_its_word_and_its_letter() {
        let letters: HashSet<char> = Role::ALL.into_iter().map(Role::letter).collect();

        assert_eq!(letters.len(), Role::ALL.len());
        for (place, role) in Role::ALL.into_iter().enumerate() {
            assert_eq!(role as usize, place, "{role}");
            assert_eq!(role.word().parse(), Ok(role));
        }
    }

    #[test]
    fn every_chain_of_fallbacks_ends_at_the_text_or_the_surface() {
        for role in Role::ALL {
            let mut at = role;
            let mut steps = 0;
            while let Some(next) = at.fallback() {
                at = next.to;
                steps += 1;
                assert!(steps < Role::ALL.len(), "{role} goes round");
            }
            assert!(matches!(at, Role::Base | Role::Normal), "{role}");
        }
    }
}
