//! A theme for tests: it shows which role each cell was drawn with.
//!
//! A snapshot of a screen shows words, not colours. Drawn with
//! [`Theme::roles`], [`lettered`] prints below each row of words a row of
//! letters, one for each role ([`Role::letter`]).

use ratatui::{
    buffer::Buffer,
    layout::Position,
    style::{Color, Modifier, Style},
};

use super::{
    Role, Theme,
    colour::{Colour, Ink},
    resolve::Look,
};
use crate::ui::capability::Depth;

/// The colour number of the first role; above the sixteen that have names.
const FIRST: u8 = 100;

impl Theme {
    /// A theme in which every role has a colour of its own, and nothing else.
    pub fn roles() -> Self {
        let looks = Role::ALL.map(|role| {
            let number = FIRST + role as u8;
            let ink = Ink {
                exact: Colour::Rgb(number, number, number),
                ansi256: Some(number),
                ansi16: None,
            };
            let (fg, bg) = if role.is_surface() {
                (None, Some(ink))
            } else {
                (Some(ink), None)
            };
            Look {
                fg,
                bg,
                adds: Modifier::empty(),
            }
        });
        Self {
            name: "roles".to_owned(),
            light: false,
            minimum: Depth::Ansi256,
            looks,
        }
    }
}

/// The letter of the role that [`Theme::roles`] drew a cell with; a space if none did.
pub fn role_letter(style: Style) -> char {
    [style.fg, style.bg]
        .into_iter()
        .flatten()
        .find_map(role_of)
        .map_or(' ', Role::letter)
}

fn role_of(color: Color) -> Option<Role> {
    let (Color::Indexed(number) | Color::Rgb(number, ..)) = color else {
        return None;
    };
    let place = number.checked_sub(FIRST)?;
    Role::ALL.get(usize::from(place)).copied()
}

/// The screen for a snapshot: each row of words, and below it its roles.
pub fn lettered(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut out = String::new();
    for y in area.top()..area.bottom() {
        let cells = || (area.left()..area.right()).filter_map(|x| buffer.cell(Position { x, y }));
        let words: String = cells().map(ratatui::buffer::Cell::symbol).collect();
        let roles: String = cells().map(|cell| role_letter(cell.style())).collect();
        out.push_str(words.trim_end());
        out.push('\n');
        out.push_str(roles.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn each_role_comes_back_as_its_letter() {
        let theme = Theme::roles();

        for role in Role::ALL {
            for depth in [Depth::Ansi256, Depth::True] {
                assert_eq!(
                    role_letter(theme.style(role, depth)),
                    role.letter(),
                    "{role}"
                );
            }
        }
        assert_eq!(role_letter(Style::new()), ' ');
    }

    #[test]
    fn letters_stand_below_the_words() {
        let theme = Theme::roles();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer.set_style(buffer.area, theme.style(Role::Base, Depth::Ansi256));
        buffer.set_string(0, 0, "DOWN", theme.style(Role::Bad, Depth::Ansi256));

        assert_eq!(lettered(&buffer), "DOWN\nbbbb..\n");
    }
}
