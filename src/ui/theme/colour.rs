//! Colours as theme files write them, and what is left of them on terminals
//! that show fewer.

use ratatui::style::Color;

use crate::ui::capability::Depth;

/// A colour as a theme file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colour {
    /// `#rrggbb`.
    Rgb(u8, u8, u8),
    /// One that the terminal names: `bright-blue`, or `default`.
    Named(Named),
}

/// A colour that the terminal's user chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// What the terminal shows without being asked.
    Default,
    /// One of the sixteen, by number.
    Ansi(u8),
}

/// What the terminal's own colour is called.
const DEFAULT: &str = "default";

/// The names of the sixteen, by number.
const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// The same sixteen as ratatui knows them.
const COLORS: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

impl Named {
    /// Reads `bright-blue` or `default`; `None` if the terminal has no such name.
    pub fn parse(word: &str) -> Option<Self> {
        if word == DEFAULT {
            return Some(Self::Default);
        }
        let number = NAMES.iter().position(|name| *name == word)?;
        u8::try_from(number).ok().map(Self::Ansi)
    }

    /// Everything that is read, in order.
    pub fn words() -> impl Iterator<Item = &'static str> {
        std::iter::once(DEFAULT).chain(NAMES)
    }

    fn color(self) -> Color {
        match self {
            Self::Default => Color::Reset,
            Self::Ansi(number) => COLORS[usize::from(number % 16)],
        }
    }
}

impl Colour {
    /// Reads `#rrggbb` or a name of the terminal's; `None` if it is neither.
    pub fn parse(word: &str) -> Option<Self> {
        let Some(digits) = word.strip_prefix('#') else {
            return Named::parse(word).map(Self::Named);
        };
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self::Rgb(part(0)?, part(2)?, part(4)?))
    }
}

/// A colour with its stand-ins for terminals that show fewer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ink {
    /// As it is meant.
    pub exact: Colour,
    /// Of the 256; the nearest where the theme names none.
    pub ansi256: Option<u8>,
    /// Of the 16; nothing is guessed where the theme names none.
    pub ansi16: Option<Named>,
}

impl Ink {
    /// With the nearest of the 256 named: it is looked for once, not whenever
    /// something is drawn.
    pub fn with_nearest(self) -> Self {
        let nearest = match self.exact {
            Colour::Rgb(r, g, b) => Some(nearest(r, g, b)),
            Colour::Named(_) => None,
        };
        Self {
            ansi256: self.ansi256.or(nearest),
            ..self
        }
    }

    /// What to ask the terminal for; `None` where it keeps its own colour.
    pub fn at(self, depth: Depth) -> Option<Color> {
        match (depth, self.exact) {
            (Depth::Mono, _) => None,
            (Depth::Ansi16, Colour::Rgb(..)) => self.ansi16.map(Named::color),
            (Depth::Ansi16 | Depth::Ansi256 | Depth::True, Colour::Named(named)) => Some(
                self.ansi16
                    .filter(|_| depth == Depth::Ansi16)
                    .unwrap_or(named)
                    .color(),
            ),
            (Depth::Ansi256, Colour::Rgb(r, g, b)) => Some(Color::Indexed(
                self.ansi256.unwrap_or_else(|| nearest(r, g, b)),
            )),
            (Depth::True, Colour::Rgb(r, g, b)) => Some(Color::Rgb(r, g, b)),
        }
    }
}

/// The steps of the 6 × 6 × 6 cube of the 256 colours.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// What terminals show for a number of the 256, from 16 on.
///
/// The sixteen below are the user's own; nobody knows how they look.
pub fn shown(index: u8) -> Option<(u8, u8, u8)> {
    match index {
        0..16 => None,
        16..232 => {
            let step = |by: u8| STEPS[usize::from((index - 16) / by % 6)];
            Some((step(36), step(6), step(1)))
        }
        232.. => {
            let grey = 8 + (index - 232) * 10;
            Some((grey, grey, grey))
        }
    }
}

/// The number of the 256 that is nearest, without the user's own sixteen.
fn nearest(red: u8, green: u8, blue: u8) -> u8 {
    let apart = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    (16..=u8::MAX)
        .min_by_key(|index| {
            let there = shown(*index).unwrap_or_default();
            apart(red, there.0) + apart(green, there.1) + apart(blue, there.2)
        })
        .unwrap_or(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_six_hexadecimal_digits_or_a_terminal_s_name() {
        assert_eq!(
            Colour::parse("#12161c"),
            Some(Colour::Rgb(0x12, 0x16, 0x1c))
        );
        assert_eq!(
            Colour::parse("bright-blue"),
            Some(Colour::Named(Named::Ansi(12)))
        );
        assert_eq!(
            Colour::parse("default"),
            Some(Colour::Named(Named::Default))
        );
        for wrong in [
            "", "#", "#123", "#12161", "#12161cc", "#12161é", "#+2161c", "teal",
        ] {
            assert_eq!(Colour::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn the_nearest_of_the_256_is_itself_where_it_is_one() {
        for index in 16..=u8::MAX {
            let (r, g, b) = shown(index).expect("from 16 on all are known");
            let found = nearest(r, g, b);
            assert_eq!(shown(found), Some((r, g, b)), "{index}");
        }
    }

    #[test]
    fn at_depth_16_nothing_is_guessed() {
        let ink = Ink {
            exact: Colour::Rgb(255, 0, 0),
            ansi256: None,
            ansi16: None,
        };

        assert_eq!(ink.at(Depth::True), Some(Color::Rgb(255, 0, 0)));
        assert_eq!(ink.at(Depth::Ansi256), Some(Color::Indexed(196)));
        assert_eq!(ink.at(Depth::Ansi16), None);
        assert_eq!(ink.at(Depth::Mono), None);
    }
}
