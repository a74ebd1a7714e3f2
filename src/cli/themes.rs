//! Themes by name: the user's own before those that come with the program.

use std::path::{Path, PathBuf};

use super::{failure::Failure, open::Setup, text::read_file};
use crate::ui::theme::{Theme, ThemeError, Warning, Written};

/// The theme of that name.
///
/// # Errors
///
/// When there is none, or when it can't be read or understood.
pub(super) fn named(
    setup: &Setup,
    name: &str,
    warnings: &mut Vec<String>,
) -> color_eyre::Result<Theme> {
    let Some(path) = own(setup, name) else {
        return Ok(Theme::built_in(name)?);
    };
    let text = read_file(&path)?;
    let (theme, found) = parse(setup, &path.display().to_string(), &text)?;
    warnings.extend(found.iter().map(ToString::to_string));
    Ok(theme)
}

/// The text of the theme that somebody means by its file or its name.
///
/// # Errors
///
/// When it is neither, with the names that there are; or can't be read.
pub(super) fn meant(setup: &Setup, theme: &Path) -> color_eyre::Result<Written> {
    let is_file = theme.is_file()
        || theme.components().count() > 1
        || theme.extension().is_some_and(|ending| ending == "toml");
    let name = theme.to_str().filter(|_| !is_file);
    let Some(name) = name else {
        return written(theme);
    };
    if let Some(path) = own(setup, name) {
        return written(&path);
    }
    let unknown = |error: ThemeError| Failure::not_found(error.to_string());
    Ok(Written::known(name).map_err(unknown)?)
}

fn written(path: &Path) -> color_eyre::Result<Written> {
    Ok(Written {
        file: path.display().to_string(),
        text: read_file(path)?,
    })
}

/// Reads a theme that may inherit from the user's own.
///
/// # Errors
///
/// As [`Theme::parse`].
pub(super) fn parse(
    setup: &Setup,
    file: &str,
    text: &str,
) -> Result<(Theme, Vec<Warning>), ThemeError> {
    Theme::parse_among(file, text, |name| {
        let own = own(setup, name).and_then(|path| written(&path).ok());
        own.or_else(|| Written::built_in(name))
    })
}

/// The user's own file of that name. A name with a folder in it is none.
fn own(setup: &Setup, name: &str) -> Option<PathBuf> {
    let folder = setup.config.themes.as_ref()?;
    let path = folder.join(format!("{name}.toml"));
    (!name.contains('/') && path.is_file()).then_some(path)
}
