//! Follows every role to its colours: through references and, for roles that
//! a file leaves out, through whoever stands in.

use ratatui::style::Modifier;

use super::{
    Role,
    colour::Ink,
    error::{Place, ThemeError},
    file::{Entry, Sheet, Source, Spec},
};

/// How a role looks, before the terminal's depth is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// The foreground; `None` leaves what is there.
    pub fg: Option<Ink>,
    /// The background; `None` leaves what is there.
    pub bg: Option<Ink>,
    /// Bold and the like.
    pub adds: Modifier,
}

/// How every role looks, in the order of [`Role::ALL`].
///
/// # Errors
///
/// [`ThemeError::Cycle`] and [`ThemeError::Missing`].
pub(super) fn looks(
    sheet: &Sheet,
    missing_at: impl Fn(Role) -> Place,
) -> Result<[Look; Role::ALL.len()], ThemeError> {
    let mut looks = [Look {
        fg: None,
        bg: None,
        adds: Modifier::empty(),
    }; Role::ALL.len()];
    for role in Role::ALL {
        let mut walk = Walk {
            sheet,
            missing_at: &missing_at,
            path: Vec::new(),
        };
        looks[role as usize] = walk.look(role)?;
    }
    Ok(looks)
}

struct Walk<'a, F> {
    sheet: &'a Sheet,
    missing_at: &'a F,
    /// The roles on the way here.
    path: Vec<Role>,
}

impl<F: Fn(Role) -> Place> Walk<'_, F> {
    fn look(&mut self, role: Role) -> Result<Look, ThemeError> {
        if self.path.contains(&role) {
            return Err(self.cycle(role));
        }
        self.path.push(role);
        let look = match self.sheet.entries.get(&role) {
            Some(Entry {
                spec: Spec::As(other),
                ..
            }) => self.look(*other)?,
            Some(Entry {
                spec: Spec::Own { fg, bg, adds },
                ..
            }) => Look {
                fg: self.foreground(*fg)?,
                bg: self.background(*bg)?,
                adds: *adds,
            },
            None => self.stand_in(role)?,
        };
        self.path.pop();
        Ok(look)
    }

    fn stand_in(&mut self, role: Role) -> Result<Look, ThemeError> {
        let Some(fallback) = role.fallback() else {
            return Err(ThemeError::Missing {
                at: (self.missing_at)(role),
                role,
                example: role.example(),
            });
        };
        let look = self.look(fallback.to)?;
        Ok(Look {
            adds: look.adds | fallback.adds,
            ..look
        })
    }

    fn foreground(&mut self, source: Option<Source>) -> Result<Option<Ink>, ThemeError> {
        self.ink(source, |look| look.fg)
    }

    fn background(&mut self, source: Option<Source>) -> Result<Option<Ink>, ThemeError> {
        self.ink(source, |look| look.bg.or(look.fg))
    }

    fn ink(
        &mut self,
        source: Option<Source>,
        of: impl Fn(Look) -> Option<Ink>,
    ) -> Result<Option<Ink>, ThemeError> {
        match source {
            None => Ok(None),
            Some(Source::Ink(ink)) => Ok(Some(ink.with_nearest())),
            Some(Source::Of(role, ansi256, ansi16)) => Ok(of(self.look(role)?).map(|ink| Ink {
                ansi256: ansi256.or(ink.ansi256),
                ansi16: ansi16.or(ink.ansi16),
                ..ink
            })),
        }
    }

    fn cycle(&self, role: Role) -> ThemeError {
        let start = self.path.iter().position(|on| *on == role).unwrap_or(0);
        let round = &self.path[start..];
        let words: Vec<&str> = round
            .iter()
            .chain([&role])
            .map(|role| role.word())
            .collect();
        let at = round
            .iter()
            .find_map(|role| self.sheet.entries.get(role))
            .map_or_else(|| (self.missing_at)(role), |entry| entry.at.clone());
        ThemeError::Cycle {
            at,
            role,
            path: words.join(" > "),
        }
    }
}
