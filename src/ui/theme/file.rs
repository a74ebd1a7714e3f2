//! A theme file as it is written: read, with every place kept, but not yet
//! followed from role to role.

use std::{collections::BTreeMap, ops::Range};

use ratatui::style::Modifier;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Role,
    colour::{Colour, Ink, Named},
    error::{Place, ThemeError, Warning, did_you_mean},
    inherit::Written,
    words::{ATTRIBUTES, Choice, DEPTHS, KEYS, KINDS},
};
use crate::ui::capability::Depth;

/// What a file says, role by role.
#[derive(Debug)]
pub(super) struct Sheet {
    /// `name`, where it is given.
    pub name: Option<String>,
    /// `kind = "light"`.
    pub light: bool,
    /// `minimum`.
    pub minimum: Depth,
    /// What each role that is there is to look like.
    pub entries: BTreeMap<Role, Entry>,
    /// What has no effect.
    pub warnings: Vec<Warning>,
}

/// One role's line.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where its value starts.
    pub at: Place,
    /// What it says.
    pub spec: Spec,
}

/// What a role is to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spec {
    /// As another role, in everything.
    As(Role),
    /// Its own look.
    Own {
        /// The foreground.
        fg: Option<Source>,
        /// The background.
        bg: Option<Source>,
        /// Bold and the like.
        adds: Modifier,
    },
}

/// Where a colour comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// It is written down.
    Ink(Ink),
    /// It is the colour of another role, with what replaces its stand-ins.
    Of(Role, Option<u8>, Option<Named>),
}

type Item<'a> = Spanned<DeValue<'a>>;

/// Reads a theme with everything that it inherits from, the root first: what a
/// later file says holds, and its palette gives the earlier ones their colours.
///
/// # Errors
///
/// What is wrong, with its place and what would be right.
pub(super) fn read(chain: &[Written]) -> Result<Sheet, ThemeError> {
    let mut palette = BTreeMap::new();
    for written in chain {
        let mut reader = Reader::of(written, &mut palette);
        if let Some(own) = table(written)?.get_ref().get("palette") {
            reader.palette(own)?;
        }
    }
    let mut sheet = Sheet {
        name: None,
        light: false,
        minimum: Depth::Mono,
        entries: BTreeMap::new(),
        warnings: Vec::new(),
    };
    let mut wrong = Vec::new();
    for written in chain {
        let reader = Reader::of(written, &mut palette);
        wrong.extend(reader.sheet(table(written)?.get_ref(), &mut sheet));
    }
    match ThemeError::of(wrong) {
        Some(wrong) => Err(wrong),
        None => Ok(sheet),
    }
}

/// The theme that it inherits from, and where it says so.
///
/// # Errors
///
/// When the file is no TOML, or names no theme.
pub(super) fn inherits(written: &Written) -> Result<Option<(String, Place)>, ThemeError> {
    let root = table(written)?;
    let Some(value) = root.get_ref().get("inherits") else {
        return Ok(None);
    };
    let mut palette = BTreeMap::new();
    let reader = Reader::of(written, &mut palette);
    let name = reader.word("inherits", value)?.to_owned();
    Ok(Some((name, reader.at(value))))
}

fn table(written: &Written) -> Result<Spanned<DeTable<'_>>, ThemeError> {
    let Written { file, text } = written;
    DeTable::parse(text).map_err(|error| ThemeError::Syntax {
        at: Place::of(file, text, error.span().map_or(0, |span| span.start)),
        what: error.message().lines().collect::<Vec<_>>().join("; "),
    })
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    palette: &'a mut BTreeMap<String, Colour>,
    warnings: Vec<Warning>,
    /// What is wrong so far.
    wrong: Vec<ThemeError>,
}

impl<'a> Reader<'a> {
    fn of(written: &'a Written, palette: &'a mut BTreeMap<String, Colour>) -> Self {
        Self {
            file: &written.file,
            text: &written.text,
            palette,
            warnings: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// Puts what this file says over what is in `sheet`; answers what of it
    /// can't be meant so.
    fn sheet(mut self, root: &DeTable<'_>, sheet: &mut Sheet) -> Vec<ThemeError> {
        sheet.name = None;
        for (key, value) in root {
            if let Err(wrong) = self.key(key.get_ref(), key.span(), value, sheet) {
                self.wrong.push(wrong);
            }
        }
        self.warnings
            .sort_by_key(|warning| (warning.at.line, warning.at.column));
        sheet.warnings.append(&mut self.warnings);
        self.wrong
    }

    fn key(
        &mut self,
        key: &str,
        span: Range<usize>,
        value: &Item<'_>,
        sheet: &mut Sheet,
    ) -> Result<(), ThemeError> {
        match key {
            "palette" | "inherits" => {}
            "name" => sheet.name = Some(self.word("name", value)?.to_owned()),
            "kind" => sheet.light = self.one_of("kind", value, &KINDS)?,
            "minimum" => sheet.minimum = self.one_of("minimum", value, &DEPTHS)?,
            group => self.group(group, span, value, &mut sheet.entries)?,
        }
        Ok(())
    }

    fn palette(&mut self, value: &Item<'_>) -> Result<(), ThemeError> {
        for (key, value) in self.table("palette", value)? {
            let name = key.get_ref();
            let by = format!("palette.{name}");
            let word = self.word(&by, value)?;
            let colour = Colour::parse(word).ok_or_else(|| ThemeError::Colour {
                at: self.at(value),
                by,
                colour: word.to_owned(),
                hint: String::new(),
            })?;
            self.palette.insert(name.to_string(), colour);
        }
        Ok(())
    }

    fn group(
        &mut self,
        group: &str,
        span: Range<usize>,
        value: &Item<'_>,
        entries: &mut BTreeMap<Role, Entry>,
    ) -> Result<(), ThemeError> {
        let groups = Role::ALL.map(|role| role.word().split('.').next().unwrap_or_default());
        if !groups.contains(&group) {
            let hint = did_you_mean(group, groups);
            self.warn(
                span,
                format!("[{group}] is no group of roles and has no effect{hint}"),
            );
            return Ok(());
        }
        for (key, value) in self.table(group, value)? {
            let word = format!("{group}.{}", key.get_ref());
            let Ok(role) = word.parse::<Role>() else {
                let hint = did_you_mean(&word, Role::ALL.map(Role::word));
                self.warn(
                    key.span(),
                    format!("{word} is no role and has no effect{hint}"),
                );
                continue;
            };
            let at = self.at(value);
            match self.spec(role, value) {
                Ok(spec) => drop(entries.insert(role, Entry { at, spec })),
                Err(wrong) => self.wrong.push(wrong),
            }
        }
        Ok(())
    }

    fn spec(&mut self, role: Role, value: &Item<'_>) -> Result<Spec, ThemeError> {
        if let Some(word) = value.get_ref().as_str() {
            return self.short(role, word, value);
        }
        let Some(table) = value.get_ref().as_table() else {
            return Err(self.wrong(
                role.word(),
                value,
                "a colour, another role, or { fg, bg, … }",
            ));
        };
        self.warn_of_unknown_keys(role, table);
        let ansi256 = table
            .get("ansi256")
            .map(|v| self.index(role, v))
            .transpose()?;
        let ansi16 = table
            .get("ansi16")
            .map(|v| self.named(role, v))
            .transpose()?;
        let mut fg = table.get("fg").map(|v| self.source(role, v)).transpose()?;
        let mut bg = table.get("bg").map(|v| self.source(role, v)).transpose()?;
        if let Some(source) = fg.as_mut().or(bg.as_mut()) {
            source.stand_in(ansi256, ansi16);
        }
        Ok(Spec::Own {
            fg,
            bg,
            adds: self.attributes(role, table)?,
        })
    }

    /// `ok = "#8fdcb0"`, `ok = "mint"` or `off = "text.muted"`.
    fn short(&self, role: Role, word: &str, value: &Item<'_>) -> Result<Spec, ThemeError> {
        Ok(match self.source_of(role, word, value)? {
            Source::Of(other, ..) => Spec::As(other),
            ink @ Source::Ink(_) if role.is_surface() => Spec::Own {
                fg: None,
                bg: Some(ink),
                adds: Modifier::empty(),
            },
            ink @ Source::Ink(_) => Spec::Own {
                fg: Some(ink),
                bg: None,
                adds: Modifier::empty(),
            },
        })
    }

    fn source(&self, role: Role, value: &Item<'_>) -> Result<Source, ThemeError> {
        let word = self.word(role.word(), value)?;
        self.source_of(role, word, value)
    }

    fn source_of(&self, role: Role, word: &str, value: &Item<'_>) -> Result<Source, ThemeError> {
        if let Some(colour) = self
            .palette
            .get(word)
            .copied()
            .or_else(|| Colour::parse(word))
        {
            return Ok(Source::Ink(Ink {
                exact: colour,
                ansi256: None,
                ansi16: None,
            }));
        }
        if word.contains('.') {
            return word
                .parse()
                .map(|other| Source::Of(other, None, None))
                .map_err(|_| ThemeError::Reference {
                    at: self.at(value),
                    role,
                    named: word.to_owned(),
                    hint: did_you_mean(word, Role::ALL.map(Role::word)),
                });
        }
        Err(ThemeError::Colour {
            at: self.at(value),
            by: role.to_string(),
            colour: word.to_owned(),
            hint: did_you_mean(word, self.palette.keys().map(String::as_str)),
        })
    }

    fn attributes(&self, role: Role, table: &DeTable<'_>) -> Result<Modifier, ThemeError> {
        let mut adds = Modifier::empty();
        for (key, modifier) in ATTRIBUTES {
            let Some(value) = table.get(key) else {
                continue;
            };
            let on = value
                .get_ref()
                .as_bool()
                .ok_or_else(|| self.wrong(&format!("{role}.{key}"), value, "true or false"))?;
            adds.set(modifier, on);
        }
        Ok(adds)
    }

    fn index(&self, role: Role, value: &Item<'_>) -> Result<u8, ThemeError> {
        let number = value.get_ref().as_integer().filter(|n| n.radix() == 10);
        number.and_then(|n| n.as_str().parse().ok()).ok_or_else(|| {
            self.wrong(
                &format!("{role}.ansi256"),
                value,
                "a whole number from 0 to 255",
            )
        })
    }

    fn named(&self, role: Role, value: &Item<'_>) -> Result<Named, ThemeError> {
        value
            .get_ref()
            .as_str()
            .and_then(Named::parse)
            .ok_or_else(|| {
                self.wrong(
                    &format!("{role}.ansi16"),
                    value,
                    "\"default\" or a terminal's colour such as \"red\" or \"bright-blue\"",
                )
            })
    }

    fn one_of<T: Copy>(
        &self,
        key: &str,
        value: &Item<'_>,
        choice: &Choice<T>,
    ) -> Result<T, ThemeError> {
        let word = value.get_ref().as_str();
        choice
            .words
            .iter()
            .find(|(name, _)| Some(*name) == word)
            .map(|(_, meaning)| *meaning)
            .ok_or_else(|| self.wrong(key, value, choice.takes))
    }

    fn word<'v>(&self, key: &str, value: &'v Item<'_>) -> Result<&'v str, ThemeError> {
        value
            .get_ref()
            .as_str()
            .ok_or_else(|| self.wrong(key, value, "text in quotes"))
    }

    fn table<'v, 't>(&self, key: &str, value: &'v Item<'t>) -> Result<&'v DeTable<'t>, ThemeError> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong(key, value, "a table, as in [state]"))
    }

    fn wrong(&self, key: &str, value: &Item<'_>, takes: &'static str) -> ThemeError {
        let found = match value.get_ref().as_str() {
            Some(text) => format!("{text:?}"),
            None => self
                .text
                .get(value.span())
                .unwrap_or("something else")
                .to_owned(),
        };
        ThemeError::Value {
            at: self.at(value),
            key: key.to_owned(),
            found,
            takes,
        }
    }

    fn warn_of_unknown_keys(&mut self, role: Role, table: &DeTable<'_>) {
        for key in table
            .keys()
            .filter(|key| !KEYS.contains(&key.get_ref().as_ref()))
        {
            let name = key.get_ref();
            let hint = did_you_mean(name, KEYS);
            self.warn(
                key.span(),
                format!("{role} knows no {name:?}; it has no effect{hint}"),
            );
        }
    }

    fn warn(&mut self, span: Range<usize>, what: String) {
        let at = Place::of(self.file, self.text, span.start);
        self.warnings.push(Warning { at, what });
    }

    fn at(&self, value: &Item<'_>) -> Place {
        Place::of(self.file, self.text, value.span().start)
    }
}

impl Source {
    fn stand_in(&mut self, ansi256: Option<u8>, ansi16: Option<Named>) {
        match self {
            Self::Ink(ink) => {
                ink.ansi256 = ansi256;
                ink.ansi16 = ansi16;
            }
            Self::Of(_, own256, own16) => {
                *own256 = ansi256;
                *own16 = ansi16;
            }
        }
    }
}
