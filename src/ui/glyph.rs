//! The characters the screen is made of, in three tiers. Shape, word, weight
//! and position carry every meaning; colour only repeats it.
//!
//! A glyph is one column wide in every tier, so that a layout never depends on
//! the terminal's font. The console tier keeps to code page 437, which every
//! console font has; the ascii tier to what a serial line carries.

use crate::ui::capability::Tier;

/// A character with a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// As it should be.
    Ok,
    /// Slow, or due soon.
    Slow,
    /// Down.
    Down,
    /// Stale or unknown.
    Stale,
    /// Off: nothing is asked of it.
    Off,
    /// Not applicable.
    NotApplicable,
    /// Done, kept.
    Done,
    /// The current step.
    Current,
    /// Overdue.
    Overdue,
    /// The left edge of a badge.
    BadgeLeft,
    /// The right edge of a badge.
    BadgeRight,
    /// A rule.
    Rule,
    /// The rule of the focused pane.
    FocusRule,
    /// The line between two columns.
    Divider,
    /// A rule from which a divider goes down.
    JointDown,
    /// The same on a focused rule.
    FocusJointDown,
    /// A rule that a divider comes down to.
    JointUp,
    /// The same on a focused rule.
    FocusJointUp,
    /// A rule that a divider crosses.
    Cross,
    /// The same on a focused rule.
    FocusCross,
    /// A divider from which a rule goes to the right.
    JointRight,
    /// The same with a focused rule.
    FocusJointRight,
    /// A divider from which a rule goes to the left.
    JointLeft,
    /// The same with a focused rule.
    FocusJointLeft,
    /// A box's corner.
    TopLeft,
    /// A box's corner.
    TopRight,
    /// A box's corner.
    BottomLeft,
    /// A box's corner.
    BottomRight,
    /// The filled part of a bar or a meter.
    Full,
    /// The empty part of a bar or a meter.
    Empty,
    /// The limit in a chart.
    Limit,
    /// Where text was cut.
    Ellipsis,
    /// Between words that stand side by side.
    Dot,
    /// Where text goes in.
    Caret,
    /// The tip of a time line.
    Arrow,
    /// A heartbeat that has come.
    Beat,
    /// A heartbeat that is awaited.
    NoBeat,
    /// The arrow key up.
    ArrowUp,
    /// The arrow key down.
    ArrowDown,
}

impl Glyph {
    /// Every glyph.
    pub const ALL: [Self; 39] = [
        Self::Ok,
        Self::Slow,
        Self::Down,
        Self::Stale,
        Self::Off,
        Self::NotApplicable,
        Self::Done,
        Self::Current,
        Self::Overdue,
        Self::BadgeLeft,
        Self::BadgeRight,
        Self::Rule,
        Self::FocusRule,
        Self::Divider,
        Self::JointDown,
        Self::FocusJointDown,
        Self::JointUp,
        Self::FocusJointUp,
        Self::Cross,
        Self::FocusCross,
        Self::JointRight,
        Self::FocusJointRight,
        Self::JointLeft,
        Self::FocusJointLeft,
        Self::TopLeft,
        Self::TopRight,
        Self::BottomLeft,
        Self::BottomRight,
        Self::Full,
        Self::Empty,
        Self::Limit,
        Self::Ellipsis,
        Self::Dot,
        Self::Caret,
        Self::Arrow,
        Self::Beat,
        Self::NoBeat,
        Self::ArrowUp,
        Self::ArrowDown,
    ];

    /// The glyphs that say how something is; apart by shape alone in every
    /// tier, but for [`Self::Off`] and [`Self::NotApplicable`], whose words
    /// tell them apart in ascii.
    pub const STATES: [Self; 9] = [
        Self::Ok,
        Self::Slow,
        Self::Down,
        Self::Stale,
        Self::Off,
        Self::NotApplicable,
        Self::Done,
        Self::Current,
        Self::Overdue,
    ];

    /// The character for a tier.
    pub const fn at(self, tier: Tier) -> char {
        let (rich, console, ascii) = self.row();
        match tier {
            Tier::Rich => rich,
            Tier::Console => console,
            Tier::Ascii => ascii,
        }
    }

    /// The word beside a state; empty for what is no state or needs no word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Slow => "SLOW",
            Self::Down => "DOWN",
            Self::Stale => "STALE",
            Self::Off => "off",
            Self::NotApplicable => "n/a",
            Self::Done => "done",
            Self::Current
            | Self::Overdue
            | Self::BadgeLeft
            | Self::BadgeRight
            | Self::Rule
            | Self::FocusRule
            | Self::Divider
            | Self::JointDown
            | Self::FocusJointDown
            | Self::JointUp
            | Self::FocusJointUp
            | Self::Cross
            | Self::FocusCross
            | Self::JointRight
            | Self::FocusJointRight
            | Self::JointLeft
            | Self::FocusJointLeft
            | Self::TopLeft
            | Self::TopRight
            | Self::BottomLeft
            | Self::BottomRight
            | Self::Full
            | Self::Empty
            | Self::Limit
            | Self::Ellipsis
            | Self::Dot
            | Self::Caret
            | Self::Arrow
            | Self::Beat
            | Self::NoBeat
            | Self::ArrowUp
            | Self::ArrowDown => "",
        }
    }

    /// Rich, console, ascii.
    const fn row(self) -> (char, char, char) {
        match self {
            Self::Ok => ('●', '•', '+'),
            Self::Slow => ('▲', '▲', '^'),
            Self::Down => ('✖', '■', 'X'),
            Self::Stale => ('?', '?', '?'),
            Self::Off => ('·', '·', '-'),
            Self::NotApplicable => ('-', '-', '-'),
            Self::Done => ('✓', '√', '*'),
            Self::Current => ('▸', '►', '>'),
            Self::Overdue => ('!', '!', '!'),
            Self::BadgeLeft => ('▌', '▌', '['),
            Self::BadgeRight => ('▐', '▐', ']'),
            Self::Rule => ('─', '─', '-'),
            Self::FocusRule => ('━', '═', '='),
            Self::Divider => ('│', '│', '|'),
            Self::JointDown => ('┬', '┬', '+'),
            Self::FocusJointDown => ('┯', '╤', '+'),
            Self::JointUp => ('┴', '┴', '+'),
            Self::FocusJointUp => ('┷', '╧', '+'),
            Self::Cross => ('┼', '┼', '+'),
            Self::FocusCross => ('┿', '╪', '+'),
            Self::JointRight => ('├', '├', '+'),
            Self::FocusJointRight => ('┝', '╞', '+'),
            Self::JointLeft => ('┤', '┤', '+'),
            Self::FocusJointLeft => ('┥', '╡', '+'),
            Self::TopLeft => ('┌', '┌', '+'),
            Self::TopRight => ('┐', '┐', '+'),
            Self::BottomLeft => ('└', '└', '+'),
            Self::BottomRight => ('┘', '┘', '+'),
            Self::Full => ('█', '█', '#'),
            Self::Empty => ('░', '░', '.'),
            Self::Limit => ('┄', '-', '-'),
            Self::Ellipsis => ('…', '~', '~'),
            Self::Dot => ('·', '·', '-'),
            Self::Caret => ('▏', '│', '|'),
            Self::Arrow => ('▸', '►', '>'),
            Self::Beat => ('▪', '■', '#'),
            Self::NoBeat => ('▫', '·', '.'),
            Self::ArrowUp => ('↑', '↑', '^'),
            Self::ArrowDown => ('↓', '↓', 'v'),
        }
    }
}

/// The heights of a sparkline, the lowest first.
pub const fn levels(tier: Tier) -> &'static [char] {
    match tier {
        Tier::Rich => &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
        Tier::Console => &['·', '░', '▒', '▓', '█'],
        Tier::Ascii => &['_', ',', '.', '-', '=', '+', '*', '#'],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use unicode_width::UnicodeWidthChar as _;

    use super::*;

    const TIERS: [Tier; 3] = [Tier::Rich, Tier::Console, Tier::Ascii];

    /// Code page 437 from `0x01`, without the space.
    const CP437: &str = "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼\
        !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
        abcdefghijklmnopqrstuvwxyz{|}~⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
        áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
        αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■";

    fn all(tier: Tier) -> impl Iterator<Item = char> {
        let glyphs = Glyph::ALL.into_iter().map(move |glyph| glyph.at(tier));
        glyphs.chain(levels(tier).iter().copied())
    }

    #[test]
    fn every_glyph_is_one_column_wide_in_every_tier() {
        for tier in TIERS {
            for glyph in all(tier) {
                assert_eq!(glyph.width(), Some(1), "{glyph} of {tier:?}");
            }
        }
    }

    #[test]
    fn the_console_tier_keeps_to_code_page_437() {
        assert_eq!(CP437.chars().count(), 253);

        for glyph in all(Tier::Console) {
            assert!(CP437.contains(glyph), "{glyph}");
        }
    }

    #[test]
    fn the_ascii_tier_keeps_below_0x80() {
        assert!(all(Tier::Ascii).all(|glyph| glyph.is_ascii_graphic()));
    }

    #[test]
    fn every_glyph_is_listed_once() {
        let listed: HashSet<Glyph> = Glyph::ALL.into_iter().collect();

        assert_eq!(listed.len(), Glyph::ALL.len());
    }

    #[test]
    fn every_pair_of_states_is_apart_by_characters_alone() {
        for tier in TIERS {
            for (place, one) in Glyph::STATES.into_iter().enumerate() {
                for other in &Glyph::STATES[..place] {
                    let apart = one.at(tier) != other.at(tier) || one.word() != other.word();
                    assert!(apart, "{one:?} and {other:?} of {tier:?}");
                }
            }
        }
    }

    #[test]
    fn only_off_and_not_applicable_need_their_words() {
        for tier in TIERS {
            let shapes: HashSet<char> = Glyph::STATES
                .into_iter()
                .filter(|state| *state != Glyph::NotApplicable)
                .map(|state| state.at(tier))
                .collect();

            assert_eq!(shapes.len(), Glyph::STATES.len() - 1, "{tier:?}");
        }
    }

    #[test]
    fn the_heights_of_a_sparkline_differ() {
        for tier in TIERS {
            let heights: HashSet<char> = levels(tier).iter().copied().collect();
            assert_eq!(heights.len(), levels(tier).len(), "{tier:?}");
        }
    }
}
