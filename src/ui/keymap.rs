//! Which key means which action. Data: the built-in file, and a team's file
//! merged over it.

use std::{collections::BTreeMap, fmt, ops::Range, str::FromStr};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use toml::de::DeTable;

use super::action::{Action, Group, UnknownAction};
use crate::domain::located::{self, Located, Warning};

/// The built-in keys.
pub const BUILT_IN: &str = include_str!("keymap.toml");

/// A key with its modifiers; Shift is already in the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    ctrl: bool,
    alt: bool,
}

/// What a key file gets wrong: each with its place. There is one at least.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", first_of(.0))]
pub struct KeymapError(pub Vec<Located>);

/// The first of several mistakes, and how many more there are.
fn first_of(all: &[Located]) -> String {
    let first = all.first().map(ToString::to_string).unwrap_or_default();
    match all.len().saturating_sub(1) {
        0 => first,
        more => format!("{first} (and {more} more: `warroom config check` lists them)"),
    }
}

/// Keys and their actions.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    keys: Vec<(Group, Key, Action)>,
}

type File = BTreeMap<String, BTreeMap<String, String>>;

impl Keymap {
    /// The built-in keys alone.
    ///
    /// # Panics
    ///
    /// Never: a test reads them.
    pub fn built_in() -> Self {
        let mut map = Self { keys: Vec::new() };
        map.merge("built-in keys", BUILT_IN)
            .expect("the built-in keys are tested");
        map
    }

    /// Merges a file over these keys; `""` takes a key away.
    ///
    /// # Errors
    ///
    /// Says which keys are unknown, or mean two things at once.
    pub fn merge(&mut self, file: &str, text: &str) -> Result<Vec<Warning>, KeymapError> {
        let read = located::parse::<File>(file, text);
        let (tables, mut warnings) = read.map_err(|error| KeymapError(vec![*error]))?;
        let mut wrong = Vec::new();
        for (word, keys) in &tables {
            let Some(group) = group(word) else {
                let at = written(text, word, |_| false);
                wrong.push(Located::at(
                    file,
                    text,
                    at,
                    format!("[{word}]: {}", no_group()),
                ));
                continue;
            };
            for (key, action) in keys {
                if let Err(problem) = self.set(group, key, action) {
                    let at = written(text, word, |known| known == key);
                    wrong.push(Located::at(
                        file,
                        text,
                        at,
                        format!("[{word}] {key:?}: {problem}"),
                    ));
                }
            }
        }
        wrong.extend(self.conflicts().map(|(group, key, problem)| {
            let word = group.word();
            let at = written(text, word, |known| known.parse() == Ok(key));
            let key = key.to_string();
            Located::at(file, text, at, format!("[{word}] {key:?}: {problem}"))
        }));
        if wrong.is_empty() {
            warnings.extend(self.without_key().map(|text| Warning {
                file: file.to_owned(),
                line: 0,
                text,
            }));
            Ok(warnings)
        } else {
            wrong.sort_by_key(|one| (one.line, one.column));
            Err(KeymapError(wrong))
        }
    }

    fn set(&mut self, group: Group, key: &str, action: &str) -> Result<(), String> {
        let key: Key = key.parse()?;
        if let Some(means) = key.everywhere(action) {
            return Err(format!(
                "it {means} everywhere, also while text is typed: give {action:?} another key"
            ));
        }
        self.keys
            .retain(|(known, other, _)| *known != group || *other != key);
        if !action.is_empty() {
            let action: Action = action
                .parse()
                .map_err(|error: UnknownAction| error.to_string())?;
            if (action.group() == Group::Composer) != (group == Group::Composer) {
                return Err(format!("{action} belongs into [{}]", action.group().word()));
            }
            self.keys.push((group, key, action));
        }
        Ok(())
    }

    /// What leads to every other action, or out of it, and has no key any more.
    fn without_key(&self) -> impl Iterator<Item = String> {
        let needed = [Action::Help, Action::Palette, Action::Back];
        let lost = needed.into_iter().filter(|it| self.key_of(*it).is_none());
        lost.map(|action| format!("no key means {action:?} any more", action = action.word()))
    }

    /// Two groups that count at the same time give one key two meanings.
    fn conflicts(&self) -> impl Iterator<Item = (Group, Key, String)> {
        let keys = self.keys.iter().enumerate();
        keys.filter_map(|(place, (group, key, action))| {
            let (other_group, _, other) = self.keys[..place].iter().find(|(other, same, _)| {
                same == key && (*other == Group::Composer) == (*group == Group::Composer)
            })?;
            let problem = format!(
                "it means {other} in [{}] and {action} in [{}]: give one another key",
                other_group.word(),
                group.word()
            );
            Some((*group, *key, problem))
        })
    }

    /// What the key asks for; in the composer, or elsewhere.
    pub fn action(&self, event: KeyEvent, in_composer: bool) -> Option<Action> {
        let key = Key::of(event);
        let found = |composer: bool| {
            self.keys
                .iter()
                .find(|(group, known, _)| *known == key && (*group == Group::Composer) == composer)
                .map(|(_, _, action)| *action)
        };
        found(in_composer)
    }

    /// The first key of an action, as people write it.
    pub fn key_of(&self, action: Action) -> Option<String> {
        self.keys
            .iter()
            .find(|(_, _, known)| *known == action)
            .map(|(_, key, _)| key.to_string())
    }

    /// Every key of an action.
    pub fn keys_of(&self, action: Action) -> Vec<String> {
        self.keys
            .iter()
            .filter(|(_, _, known)| *known == action)
            .map(|(_, key, _)| key.to_string())
            .collect()
    }
}

fn group(word: &str) -> Option<Group> {
    Group::ALL.into_iter().find(|group| group.word() == word)
}

fn no_group() -> String {
    let words: Vec<&str> = Group::ALL.iter().map(|group| group.word()).collect();
    format!("there is no such table: one of {}", words.join(", "))
}

/// Where the key of a group is written that `is_meant`; the group where there
/// is none, and the start without that.
fn written(text: &str, group: &str, is_meant: impl Fn(&str) -> bool) -> Range<usize> {
    let Ok(root) = DeTable::parse(text) else {
        return 0..0;
    };
    let mut groups = root.get_ref().iter();
    let Some((name, keys)) = groups.find(|(name, _)| name.get_ref() == group) else {
        return 0..0;
    };
    let mut keys = keys.get_ref().as_table().into_iter().flatten();
    let key = keys.find(|(key, _)| is_meant(key.get_ref()));
    key.map_or(name.span(), |(key, _)| key.span())
}

impl Key {
    /// The key of an event.
    pub fn of(event: KeyEvent) -> Self {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        let code = match event.code {
            KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            code => code,
        };
        Self { code, ctrl, alt }
    }

    /// What it does whatever a file says, unless `action` is just that.
    fn everywhere(self, action: &str) -> Option<&'static str> {
        let (own, means) = match self.code {
            KeyCode::Char('c') => ("", "cancels and quits"),
            KeyCode::Char('l') => (Action::Redraw.word(), "redraws"),
            KeyCode::Char('z') => (Action::Suspend.word(), "suspends"),
            _ => return None,
        };
        (self.ctrl && action != own).then_some(means)
    }
}

const NAMED: [(&str, KeyCode); 16] = [
    ("esc", KeyCode::Esc),
    ("enter", KeyCode::Enter),
    ("tab", KeyCode::Tab),
    ("backtab", KeyCode::BackTab),
    ("space", KeyCode::Char(' ')),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("f1", KeyCode::F(1)),
];

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (ctrl, rest) = text
            .strip_prefix("ctrl-")
            .map_or((false, text), |rest| (true, rest));
        let (alt, rest) = rest
            .strip_prefix("alt-")
            .map_or((false, rest), |rest| (true, rest));
        let by_name = NAMED
            .iter()
            .find(|(name, _)| *name == rest)
            .map(|(_, code)| *code);
        let mut chars = rest.chars();
        let single = match (chars.next(), chars.next()) {
            (Some(c), None) => Some(KeyCode::Char(c)),
            _ => None,
        };
        let found = by_name.or(single).ok_or_else(|| {
            let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
            format!(
                "not a key: one character, or one of {}, with ctrl- or alt- before it",
                names.join(", ")
            )
        })?;
        Ok(Self {
            code: found,
            ctrl,
            alt,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = NAMED.iter().find(|(_, code)| *code == self.code);
        let text = match (name, self.code) {
            (
                Some((name, KeyCode::Esc | KeyCode::Tab | KeyCode::Enter | KeyCode::Char(' '))),
                _,
            ) => {
                let mut letters = name.chars();
                letters
                    .next()
                    .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
                    .unwrap_or_default()
            }
            (_, KeyCode::BackTab) => "Shift-Tab".to_owned(),
            (_, KeyCode::F(number)) => format!("F{number}"),
            (Some((name, _)), _) => (*name).to_owned(),
            (None, KeyCode::Char(c)) if self.ctrl => c.to_ascii_uppercase().to_string(),
            (None, KeyCode::Char(c)) => c.to_string(),
            (None, other) => format!("{other:?}"),
        };
        let ctrl = if self.ctrl { "^" } else { "" };
        let alt = if self.alt { "Alt-" } else { "" };
        f.pad(&format!("{ctrl}{alt}{text}"))
    }
}
