//! Colours by meaning: a theme gives each [`Role`] a look, and knows no widget.
//!
//! A theme is a TOML file:
//!
//! ```toml
//! name     = "mine"
//! kind     = "dark"            # dark | light, for the automatic choice
//! inherits = "harbor"          # takes from there what is left out here
//! minimum  = "16"              # none | 16 | 256 | true: the lowest depth its author looked at
//!
//! [palette]                    # names are free
//! ink = "#d6dae0"
//! sea = "#6cb6ff"
//!
//! [surface]
//! base = { bg = "#12161c", ansi16 = "default" }
//!
//! [text]
//! normal = "ink"
//! muted  = { fg = "#98a2b0", ansi256 = 247, ansi16 = "default", dim = true }
//!
//! [state]
//! bad = { fg = "#f0655b", ansi16 = "bright-red", bold = true }
//! off = "text.muted"           # in everything as another role
//!
//! [deadline]
//! over = { fg = "state.bad", bold = true, reverse = true }   # only its colour
//! ```
//!
//! A colour is a name of `[palette]`, `#rrggbb`, one of the terminal's own
//! (`red`, `bright-blue`, `default`), or the colour of another role. A role is a
//! colour, another role, or a table of `fg`, `bg`, `bold`, `dim`, `italic`,
//! `underline`, `reverse`, `ansi256` and `ansi16`. The last two stand in for
//! `fg` (for `bg` where there is no `fg`) on terminals with fewer colours:
//! without `ansi256` the nearest is taken; without `ansi16` nothing is guessed,
//! the role loses its colour and keeps its attributes.
//!
//! Only `surface.base` and `text.normal` have to be there. Every other role
//! that is left out takes the look of the next in its chain, such as
//! `deadline.soon` → `state.warn` → `text.strong` → `text.normal`, with the
//! attributes that keep its meaning (`severity.p1` stays reversed).
//!
//! A theme that inherits has everything of the other one, and says only what is
//! different: a role, or a colour of the palette by its name, which then changes
//! in every role that uses it. Five in a row are the most. What has no effect is
//! a [`Warning`].

mod colour;
mod error;
mod file;
mod inherit;
mod letters;
mod resolve;
mod role;
mod schema;
mod sight;
mod words;

use ratatui::style::Style;

use self::resolve::Look;
pub use self::{
    colour::shown,
    error::{Place, ThemeError, Warning},
    inherit::Written,
    letters::{lettered, role_letter},
    role::{NoSuchRole, Role},
    schema::schema,
};
use crate::ui::capability::Depth;

/// The themes that come with the program, the default first.
const BUILT_IN: [(&str, &str); 10] = [
    ("harbor", include_str!("../../themes/harbor.toml")),
    ("daylight", include_str!("../../themes/daylight.toml")),
    (
        "contrast-dark",
        include_str!("../../themes/contrast-dark.toml"),
    ),
    (
        "contrast-light",
        include_str!("../../themes/contrast-light.toml"),
    ),
    ("signal", include_str!("../../themes/signal.toml")),
    (
        "signal-light",
        include_str!("../../themes/signal-light.toml"),
    ),
    ("mono", include_str!("../../themes/mono.toml")),
    ("terminal", include_str!("../../themes/terminal.toml")),
    ("wall", include_str!("../../themes/wall.toml")),
    ("wall-night", include_str!("../../themes/wall-night.toml")),
];

/// A look for every role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    name: String,
    light: bool,
    minimum: Depth,
    looks: [Look; Role::ALL.len()],
}

impl Theme {
    /// Reads a theme; `file` is what its errors call it. It can inherit from
    /// those that come with the program.
    ///
    /// # Errors
    ///
    /// Says what was found, where, and what would be right.
    pub fn parse(file: &str, text: &str) -> Result<(Self, Vec<Warning>), ThemeError> {
        Self::parse_among(file, text, Written::built_in)
    }

    /// The same, where `find` knows the themes to inherit from by name.
    ///
    /// # Errors
    ///
    /// As [`Theme::parse`].
    pub fn parse_among(
        file: &str,
        text: &str,
        find: impl Fn(&str) -> Option<Written>,
    ) -> Result<(Self, Vec<Warning>), ThemeError> {
        let own = Written {
            file: file.to_owned(),
            text: text.to_owned(),
        };
        let sheet = file::read(&inherit::chain(own, find)?)?;
        let looks = resolve::looks(&sheet, |role| header_of(file, text, role))?;
        let theme = Self {
            name: sheet.name.unwrap_or_else(|| file.to_owned()),
            light: sheet.light,
            minimum: sheet.minimum,
            looks,
        };
        Ok((theme, sheet.warnings))
    }

    /// One of the themes that come with the program.
    ///
    /// # Errors
    ///
    /// Names those that there are.
    pub fn built_in(name: &str) -> Result<Self, ThemeError> {
        let Written { file, text } = Written::known(name)?;
        Self::parse(&file, &text).map(|(theme, _)| theme)
    }

    /// The names of the themes that come with the program, the default first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The text of a theme that comes with the program, to copy and change.
    pub fn source(name: &str) -> Option<&'static str> {
        BUILT_IN
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, text)| *text)
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is dark on light.
    pub const fn is_light(&self) -> bool {
        self.light
    }

    /// The lowest depth its author looked at.
    pub const fn minimum(&self) -> Depth {
        self.minimum
    }

    /// How a role looks on a terminal of this depth.
    ///
    /// Never more colours than the depth has; none at all on [`Depth::Mono`],
    /// where attributes stay.
    pub fn style(&self, role: Role, depth: Depth) -> Style {
        let look = self.looks[role as usize];
        let style = Style::new().add_modifier(look.adds);
        let style = match look.fg.and_then(|ink| ink.at(depth)) {
            Some(color) => style.fg(color),
            None => style,
        };
        match look.bg.and_then(|ink| ink.at(depth)) {
            Some(color) => style.bg(color),
            None => style,
        }
    }
}

impl Default for Theme {
    /// `harbor`.
    fn default() -> Self {
        Self::built_in("harbor").expect("every built-in theme is read by a test")
    }
}

/// Where a missing role belongs: below its group, or at the start of the file.
fn header_of(file: &str, text: &str, role: Role) -> Place {
    let group = role.word().split('.').next().unwrap_or_default();
    let at = text.find(&format!("[{group}]")).unwrap_or(0);
    Place::of(file, text, at)
}
