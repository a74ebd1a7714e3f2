//! Letters that are read from across the room.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    text::Line,
    widgets::Widget as _,
};
use tui_big_text::{BigText, PixelSize};

use super::{Paint, put};
use crate::ui::{
    capability::Tier,
    format::{Align, fit, letters},
};

/// How big letters are. A screen of 50 rows on a 55-inch panel is read from
/// 2 m; four rows of it from 10 m, eight from 20 m.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// Four rows, four columns a letter: titles.
    Small,
    /// Four rows, eight columns a letter: numbers.
    Wide,
    /// Eight rows, eight columns a letter: the nearest deadline.
    Tall,
}

impl Size {
    /// Rows of a letter.
    pub const fn rows(self) -> u16 {
        match self {
            Self::Small | Self::Wide => 4,
            Self::Tall => 8,
        }
    }

    /// Columns of a letter.
    pub const fn columns(self) -> u16 {
        match self {
            Self::Small => 4,
            Self::Wide | Self::Tall => 8,
        }
    }

    /// The columns of a text.
    pub fn width(self, text: &str) -> u16 {
        let letters = u16::try_from(letters(text).count()).unwrap_or(u16::MAX);
        letters.saturating_mul(self.columns())
    }

    /// This size and those below it, the largest first.
    const fn down(self) -> &'static [Self] {
        match self {
            Self::Small => &[Self::Small],
            Self::Wide => &[Self::Wide, Self::Small],
            Self::Tall => &[Self::Tall, Self::Wide, Self::Small],
        }
    }

    const fn pixels(self) -> PixelSize {
        match self {
            Self::Small => PixelSize::Quadrant,
            Self::Wide => PixelSize::HalfHeight,
            Self::Tall => PixelSize::Full,
        }
    }
}

/// One line of big letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Big<'a> {
    /// What is said.
    pub text: &'a str,
    /// How big, at most.
    pub size: Size,
    /// Where it stands in its area.
    pub align: Align,
    /// Its look.
    pub style: Style,
}

impl Big<'_> {
    /// Draws it at the top of `area`, as big as it fits; as plain bold text
    /// where nothing bigger does. A big letter is never cut.
    pub fn draw(&self, paint: Paint<'_>, buffer: &mut Buffer, area: Rect) {
        let area = area.intersection(buffer.area);
        let fits = |size: &&Size| size.width(self.text) <= area.width && size.rows() <= area.height;
        if let Some(size) = self.size.down().iter().find(fits) {
            self.letters(*size, paint.tier, buffer, area);
            return;
        }
        let text = fit(self.text, usize::from(area.width), self.align, paint.tier);
        put(buffer, area, &text, self.style.add_modifier(Modifier::BOLD));
    }

    fn letters(&self, size: Size, tier: Tier, buffer: &mut Buffer, area: Rect) {
        let wide = size.width(self.text);
        let spare = area.width - wide;
        let before = match self.align {
            Align::Left => 0,
            Align::Right => spare,
            Align::Centre => spare / 2,
        };
        let drawn = drawn(self.text, size);
        for at in drawn.area.positions() {
            let pixel = drawn[at].symbol().chars().next().unwrap_or(' ');
            let cell = &mut buffer[(area.x + before + at.x, area.y + at.y)];
            cell.set_char(shaped(pixel, tier)).set_style(self.style);
        }
    }
}

/// The letters as the rich tier shows them.
fn drawn(text: &str, size: Size) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.width(text), size.rows()));
    let text: String = letters(text).map(|(letter, _)| letter).collect();
    BigText::builder()
        .pixel_size(size.pixels())
        .lines(vec![Line::from(text)])
        .build()
        .render(buffer.area, &mut buffer);
    buffer
}

/// A block element as near as a tier's font comes to it. Code page 437 has
/// halves but no quarters.
const fn shaped(pixel: char, tier: Tier) -> char {
    match tier {
        Tier::Rich => pixel,
        Tier::Console => match pixel {
            '▘' | '▝' => '▀',
            '▖' | '▗' => '▄',
            '▛' | '▜' | '▙' | '▟' | '▚' | '▞' => '█',
            half => half,
        },
        Tier::Ascii => match pixel {
            '█' | '▛' | '▜' | '▙' | '▟' | '▚' | '▞' | '▌' | '▐' => '#',
            '▀' | '▘' | '▝' => '"',
            '▄' | '▖' | '▗' => ',',
            _ => ' ',
        },
    }
}
