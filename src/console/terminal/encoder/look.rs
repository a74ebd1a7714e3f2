//! How a character looks, within what the terminal can show.

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};

use super::ATTRIBUTES;
use crate::ui::capability::Depth;

/// Attributes that show on a blank as well.
const ON_BLANKS: Modifier = Modifier::UNDERLINED
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT);

/// A colour as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Ink {
    /// The terminal's own.
    #[default]
    Own,
    /// One of the sixteen.
    Named(u8),
    /// One of the 256.
    Indexed(u8),
    /// Red, green, blue.
    Mixed(u8, u8, u8),
}

/// Colours and attributes, as the terminal is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Look {
    front: Ink,
    back: Ink,
    attributes: Modifier,
}

impl Look {
    /// The terminal's own colours and no attribute.
    pub(super) const DEFAULT: Self = Self {
        front: Ink::Own,
        back: Ink::Own,
        attributes: Modifier::empty(),
    };

    /// The cell's look within `depth`.
    pub(super) fn of(cell: &Cell, depth: Depth) -> Self {
        Self {
            front: Ink::of(cell.fg, depth),
            back: Ink::of(cell.bg, depth),
            attributes: cell.modifier & ATTRIBUTES,
        }
    }

    /// What of this is seen on `symbol`: a blank has no front and no weight.
    pub(super) fn seen_on(self, symbol: &str) -> Self {
        if symbol == " " && !self.attributes.intersects(ON_BLANKS) {
            return Self {
                front: Ink::Own,
                attributes: Modifier::empty(),
                ..self
            };
        }
        self
    }

    /// Appends the shorter of "these differ" and "from the start".
    pub(super) fn change_to(self, to: Self, out: &mut Vec<u8>) {
        let anew = Self::DEFAULT.differences(to);
        let step = self.differences(to);
        let chosen = match (anew.is_empty(), anew.len() + 2 < step.len()) {
            (true, _) => String::new(),
            (false, true) => format!("0;{anew}"),
            (false, false) => step,
        };
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(chosen.as_bytes());
        out.push(b'm');
    }

    fn differences(self, to: Self) -> String {
        let mut codes = String::new();
        let mut gone = self.attributes - to.attributes;
        let mut come = to.attributes - self.attributes;
        let weight = Modifier::BOLD | Modifier::DIM;
        if gone.intersects(weight) {
            // 22 ends both, so the one that stays is asked for again.
            push(&mut codes, "22");
            gone -= weight;
            come |= to.attributes & weight;
        }
        for (attribute, on, off) in SWITCHES {
            if gone.contains(attribute) {
                push(&mut codes, off);
            }
            if come.contains(attribute) {
                push(&mut codes, on);
            }
        }
        if self.front != to.front {
            to.front.push(&mut codes, 30);
        }
        if self.back != to.back {
            to.back.push(&mut codes, 40);
        }
        codes
    }
}

/// Attribute, code that begins it, code that ends it.
const SWITCHES: [(Modifier, &str, &str); 7] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::HIDDEN, "8", "28"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

impl Ink {
    fn of(color: Color, depth: Depth) -> Self {
        match (depth, color) {
            (Depth::Mono, _) | (_, Color::Reset) => Self::Own,
            (_, Color::Indexed(index @ 0..16)) => Self::Named(index),
            (Depth::Ansi16, Color::Indexed(_) | Color::Rgb(..)) => Self::Own,
            (_, Color::Indexed(index)) => Self::Indexed(index),
            (Depth::Ansi256, Color::Rgb(red, green, blue)) => {
                Self::Indexed(nearest(red, green, blue))
            }
            (_, Color::Rgb(red, green, blue)) => Self::Mixed(red, green, blue),
            (_, Color::Black) => Self::Named(0),
            (_, Color::Red) => Self::Named(1),
            (_, Color::Green) => Self::Named(2),
            (_, Color::Yellow) => Self::Named(3),
            (_, Color::Blue) => Self::Named(4),
            (_, Color::Magenta) => Self::Named(5),
            (_, Color::Cyan) => Self::Named(6),
            (_, Color::Gray) => Self::Named(7),
            (_, Color::DarkGray) => Self::Named(8),
            (_, Color::LightRed) => Self::Named(9),
            (_, Color::LightGreen) => Self::Named(10),
            (_, Color::LightYellow) => Self::Named(11),
            (_, Color::LightBlue) => Self::Named(12),
            (_, Color::LightMagenta) => Self::Named(13),
            (_, Color::LightCyan) => Self::Named(14),
            (_, Color::White) => Self::Named(15),
        }
    }

    /// `ground` is 30 for the front and 40 for the back.
    fn push(self, codes: &mut String, ground: u8) {
        let code = match self {
            Self::Own => (ground + 9).to_string(),
            Self::Named(index @ 0..8) => (ground + index).to_string(),
            Self::Named(index) => (ground + 60 - 8 + index).to_string(),
            Self::Indexed(index) => format!("{};5;{index}", ground + 8),
            Self::Mixed(red, green, blue) => format!("{};2;{red};{green};{blue}", ground + 8),
        };
        push(codes, &code);
    }
}

fn push(codes: &mut String, code: &str) {
    if !codes.is_empty() {
        codes.push(';');
    }
    codes.push_str(code);
}

/// The nearest of the 240 fixed colours; the first 16 are the user's.
fn nearest(red: u8, green: u8, blue: u8) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let level = |wanted: u8| {
        (0_u8..6)
            .min_by_key(|at| LEVELS[usize::from(*at)].abs_diff(wanted))
            .unwrap_or(0)
    };
    let (r, g, b) = (level(red), level(green), level(blue));
    let cube = [
        LEVELS[usize::from(r)],
        LEVELS[usize::from(g)],
        LEVELS[usize::from(b)],
    ];
    let mean = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
    let step = u8::try_from((mean.saturating_sub(3) / 10).min(23)).unwrap_or(23);
    let grey = 8 + 10 * step;
    let far = |found: [u8; 3]| -> u32 {
        let squares = found.iter().zip([red, green, blue]);
        squares
            .map(|(one, other)| u32::from(one.abs_diff(other)).pow(2))
            .sum()
    };
    if far([grey; 3]) < far(cube) {
        232 + step
    } else {
        16 + 36 * r + 6 * g + b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_lands_on_its_nearest_fixed_neighbour() {
        assert_eq!(nearest(0, 0, 0), 16);
        assert_eq!(nearest(255, 255, 255), 231);
        assert_eq!(nearest(95, 135, 175), 67);
        assert_eq!(nearest(8, 8, 8), 232);
        assert_eq!(nearest(120, 121, 119), 243);
    }

    #[test]
    fn ending_bold_keeps_dim() {
        let both = Look {
            attributes: Modifier::BOLD | Modifier::DIM,
            ..Look::DEFAULT
        };
        let dim = Look {
            attributes: Modifier::DIM,
            front: Ink::Named(1),
            back: Ink::Named(2),
        };
        let both = Look {
            front: Ink::Named(1),
            back: Ink::Named(2),
            ..both
        };
        let mut out = Vec::new();

        both.change_to(dim, &mut out);

        assert_eq!(out, b"\x1b[22;2m");
    }
}
