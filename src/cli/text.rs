//! Text that somebody typed, or that comes from stdin or a file: bounded, clean.

use std::{fs, io, io::Read as _, path::Path};

use super::failure::Failure;
use crate::domain::text::Text;

/// The most that is read from stdin as one text; more fits into no field.
const TEXT: u64 = 1 << 20;
/// The most that is read of a file that people write.
const FILE: u64 = 1 << 20;

/// The text of a file that somebody wrote.
///
/// # Errors
///
/// When it is not there, too large, or no text.
pub fn read_file(file: &Path) -> color_eyre::Result<String> {
    let name = file.display();
    let opened = fs::File::open(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Failure::not_found(format!("there is no file {name}")),
        _ => Failure::refused(format!("{name} can't be read: {error}")),
    })?;
    let mut text = String::new();
    opened
        .take(FILE + 1)
        .read_to_string(&mut text)
        .map_err(|error| Failure::refused(format!("{name} can't be read: {error}")))?;
    if text.len() as u64 > FILE {
        let sentence =
            format!("{name} is larger than {FILE} bytes: that is not a file of this kind");
        return Err(Failure::refused(sentence).into());
    }
    Ok(text)
}

/// Text that somebody typed, where it fits; `-` is all of stdin.
///
/// # Errors
///
/// When it is too long, or no text.
pub fn typed<const MAX: usize, const LINES: bool>(
    what: &str,
    text: &str,
) -> Result<Text<MAX, LINES>, Failure> {
    let read;
    let text = if text == "-" {
        read = from_stdin(what)?;
        read.trim_end()
    } else {
        text
    };
    Text::typed(text).map_err(|error| Failure::refused(format!("{what}: {error}")))
}

/// [`typed`], of text that may be absent.
///
/// # Errors
///
/// As [`typed`].
pub fn maybe<const MAX: usize, const LINES: bool>(
    what: &str,
    text: Option<&str>,
) -> Result<Text<MAX, LINES>, Failure> {
    text.map_or_else(|| Ok(Text::default()), |text| typed(what, text))
}

fn from_stdin(what: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(TEXT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::refused(format!("{what}: stdin can't be read: {error}")))?;
    if bytes.len() as u64 > TEXT {
        return Err(Failure::refused(format!(
            "{what}: more than {TEXT} bytes came from stdin, and no text is that long: shorten it"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|_| Failure::refused(format!("{what}: stdin is not UTF-8 text")))
}
