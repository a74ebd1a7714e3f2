//! From which other theme a theme takes what it leaves out.

use super::{
    Theme,
    error::{Place, ThemeError, did_you_mean},
    file,
};

/// More themes than this in a row are a mistake, or a riddle for the next reader.
const DEEPEST: usize = 5;

/// A theme as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What errors call it.
    pub file: String,
    /// The whole of it.
    pub text: String,
}

impl Written {
    /// One of the themes that come with the program.
    pub fn built_in(name: &str) -> Option<Self> {
        Theme::source(name).map(|text| Self {
            file: name.to_owned(),
            text: text.to_owned(),
        })
    }

    /// The same, and which there are where there is none of that name.
    ///
    /// # Errors
    ///
    /// [`ThemeError::Unknown`].
    pub fn known(name: &str) -> Result<Self, ThemeError> {
        Self::built_in(name).ok_or_else(|| ThemeError::Unknown {
            name: name.to_owned(),
            hint: did_you_mean(name, Theme::names()),
            known: Theme::names().collect::<Vec<_>>().join(", "),
        })
    }
}

/// The theme after everything that it inherits from, the root first.
pub(super) fn chain(
    own: Written,
    find: impl Fn(&str) -> Option<Written>,
) -> Result<Vec<Written>, ThemeError> {
    let mut chain = vec![own];
    while let Some((name, at)) = file::inherits(&chain[chain.len() - 1])? {
        let next = find(&name).ok_or_else(|| ThemeError::NoParent {
            at: at.clone(),
            hint: did_you_mean(&name, Theme::names()),
            name,
        })?;
        check(&chain, &next, at)?;
        chain.push(next);
    }
    chain.reverse();
    Ok(chain)
}

fn check(chain: &[Written], next: &Written, at: Place) -> Result<(), ThemeError> {
    let files = chain.iter().chain([next]).map(|theme| theme.file.as_str());
    let path = files.collect::<Vec<_>>().join(" > ");
    if chain.contains(next) {
        Err(ThemeError::Round { at, path })
    } else if chain.len() > DEEPEST {
        Err(ThemeError::Deep { at, path })
    } else {
        Ok(())
    }
}
