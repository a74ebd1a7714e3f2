//! Text that is safe to show: everything that came from elsewhere passes
//! through here once, before it is stored in a fact, drawn, logged or sent.
//!
//! Removed are terminal escape sequences (whole, with their payload), control
//! characters, bidirectional overrides, zero-width and tag characters. Each
//! removed run leaves one `·`, so that a reader sees that something was there.

use std::{
    borrow::Cow,
    error::Error,
    fmt::{self, Write as _},
    ops::Deref,
};

use serde::{Deserialize, Deserializer, Serialize, de::Visitor};

/// What stands where something unsafe was taken out.
const REMOVED: char = '·';
/// What stands at the end of text that was cut.
const CUT: char = '…';

/// A title or a subject: one line, 200 characters.
pub type Title = Text<200, false>;
/// A note, a reason, the body of an update: several lines, 4,000 characters.
pub type Prose = Text<4000, true>;
/// A name of a person, a role's target, a channel, a probe: one line, 64.
pub type Name = Text<64, false>;
/// An address: one line, 2,000 characters.
pub type Address = Text<2000, false>;

/// Clean text of at most `MAX` characters; with line breaks if `LINES`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize, const LINES: bool>(String);

/// Typed text that does not fit; nothing of it was kept or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the text is {found} characters long and at most {most} fit: shorten it, or put the rest into a second note"
)]
pub struct TooLong {
    /// Characters found.
    pub found: usize,
    /// Characters that fit.
    pub most: usize,
}

impl<const MAX: usize, const LINES: bool> Text<MAX, LINES> {
    /// Text from elsewhere: cleaned, and cut with `…` where it is too long.
    pub fn lossy(raw: &str) -> Self {
        // Four bytes a character is the most that can be kept, so a hostile
        // ten megabytes are not walked to their end.
        let mut clean = clean(raw, LINES, MAX + 1);
        if clean.len() > MAX && clean.chars().count() > MAX {
            clean = clean.chars().take(MAX - 1).collect();
            clean.push(CUT);
        }
        Self(clean)
    }

    /// Text a person typed: cleaned, and refused where it is too long.
    ///
    /// # Errors
    ///
    /// [`TooLong`] with both lengths; the caller still has the text.
    pub fn typed(raw: &str) -> Result<Self, TooLong> {
        let found = raw.chars().count();
        if found > MAX {
            return Err(TooLong { found, most: MAX });
        }
        Ok(Self(clean(raw, LINES, MAX)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize, const LINES: bool> From<&str> for Text<MAX, LINES> {
    fn from(raw: &str) -> Self {
        Self::lossy(raw)
    }
}

impl<const MAX: usize, const LINES: bool> Deref for Text<MAX, LINES> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize, const LINES: bool> std::borrow::Borrow<str> for Text<MAX, LINES> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize, const LINES: bool> fmt::Display for Text<MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<const MAX: usize, const LINES: bool> fmt::Debug for Text<MAX, LINES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<'de, const MAX: usize, const LINES: bool> Deserialize<'de> for Text<MAX, LINES> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Raw::<MAX, LINES>)
    }
}

/// Cleans text while it is read, wherever the reader has it.
struct Raw<const MAX: usize, const LINES: bool>;

impl<const MAX: usize, const LINES: bool> Visitor<'_> for Raw<MAX, LINES> {
    type Value = Text<MAX, LINES>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: serde::de::Error>(self, raw: &str) -> Result<Self::Value, E> {
        Ok(Text::lossy(raw))
    }
}

/// `1 entry`, `2 entries`: the one place that knows a plural.
pub fn count<N>(count: N, one: &str, many: &str) -> String
where
    N: Copy + fmt::Display + PartialEq + From<u8>,
{
    let word = if count == N::from(1) { one } else { many };
    format!("{count} {word}")
}

/// Bytes, two hex digits each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// The innermost reason, which is the one that says something; without the
/// number that the system has for it.
pub fn cause(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let said = innermost.to_string();
    match said.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => said,
    }
}

/// `raw` without anything that could act on a terminal, a log or a header;
/// one line, however long.
pub fn one_line(raw: &str) -> String {
    clean(raw, false, usize::MAX)
}

/// The same JSON with every character that acts on a terminal, or can't be
/// seen, written as an escape: whoever reads it as JSON reads the same.
pub fn escaped(json: &str) -> Cow<'_, str> {
    // What else is below a space stands between the words of JSON.
    let acts = |c: char| c >= ' ' && is_unsafe(c);
    if !json.chars().any(acts) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if acts(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("a string takes all text");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Whether nothing would be taken out or put in.
fn is_clean(raw: &str, lines: bool) -> bool {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte);
    raw.bytes().all(plain)
        || raw.chars().all(|c| match c {
            '\n' => lines,
            c if c.is_ascii() => !c.is_ascii_control(),
            c => !is_unsafe(c),
        })
}

/// `raw` cleaned, stopping after `most` characters of output.
fn clean(raw: &str, lines: bool, most: usize) -> String {
    if raw.len() <= most && is_clean(raw, lines) {
        return raw.trim_end().to_owned();
    }
    let mut out = String::with_capacity(raw.len().min(most.saturating_mul(4)).min(1 << 16));
    let mut kept = 0;
    let mut removed = false;
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        if kept >= most {
            break;
        }
        match c {
            '\n' if lines => out.push('\n'),
            '\r' if chars.peek() == Some(&'\n') => continue,
            '\r' if lines => out.push('\n'),
            '\n' | '\r' | '\t' => out.push(' '),
            '\u{1b}' => {
                skip_escape(&mut chars);
                mark(&mut out, &mut removed, &mut kept);
                continue;
            }
            // The one-character forms of the same sequences (C1).
            '\u{9b}' => {
                skip_control_sequence(&mut chars);
                mark(&mut out, &mut removed, &mut kept);
                continue;
            }
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => {
                skip_string(&mut chars);
                mark(&mut out, &mut removed, &mut kept);
                continue;
            }
            c if is_unsafe(c) => {
                mark(&mut out, &mut removed, &mut kept);
                continue;
            }
            c => out.push(c),
        }
        removed = false;
        kept += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

fn mark(out: &mut String, removed: &mut bool, kept: &mut usize) {
    if !*removed {
        out.push(REMOVED);
        *removed = true;
        *kept += 1;
    }
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn skip_escape(chars: &mut Chars<'_>) {
    match chars.next() {
        Some('[') => skip_control_sequence(chars),
        Some(']' | 'P' | 'X' | '^' | '_' | 'k') => skip_string(chars),
        Some(c) if ('\u{20}'..='\u{2f}').contains(&c) => {
            while chars
                .next_if(|c| ('\u{20}'..='\u{2f}').contains(c))
                .is_some()
            {}
            chars.next_if(|c| ('\u{30}'..='\u{7e}').contains(c));
        }
        Some(_) | None => {}
    }
}

fn skip_control_sequence(chars: &mut Chars<'_>) {
    while chars
        .next_if(|c| ('\u{20}'..='\u{3f}').contains(c))
        .is_some()
    {}
    chars.next_if(|c| ('\u{40}'..='\u{7e}').contains(c));
}

/// Skips to the end of an operating-system command; one that never ends stops
/// at the line's end, so that it can't swallow a whole report.
fn skip_string(chars: &mut Chars<'_>) {
    while let Some(c) = chars.next_if(|c| *c != '\n') {
        match c {
            '\u{07}' | '\u{9c}' => return,
            '\u{1b}' => {
                chars.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200c}' | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_goes_with_its_payload() {
        for (raw, shown) in [
            ("a\x1b]52;c;aGk=\x07b", "a·b"),
            ("a\x1b]8;;http://x\x1b\\b", "a·b"),
            ("a\x1b[2Jb", "a·b"),
            ("a\u{9b}31mb", "a·b"),
            ("a\x1bP1$r0m\x1b\\b", "a·b"),
            ("a\u{202e}\u{200b}b", "a·b"),
            ("a\0\x07\x7fb", "a·b"),
            ("a\x1b]0;never ends\nb", "a· b"),
            ("tab\tline\r\nnext", "tab line next"),
        ] {
            assert_eq!(Title::lossy(raw).as_str(), shown, "{raw:?}");
        }
    }

    #[test]
    fn json_keeps_what_it_says_and_has_nothing_in_it_that_acts() {
        let raw = "{\n  \"a\": \"\u{9b}31m\u{202e}\u{7f}\u{e0041} \\u009b é\"\n}";

        let escaped = escaped(raw);

        assert_eq!(
            escaped,
            "{\n  \"a\": \"\\u009b31m\\u202e\\u007f\\udb40\\udc41 \\u009b é\"\n}"
        );
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&escaped), read(raw));
    }

    #[test]
    fn a_note_keeps_its_lines_and_a_title_does_not() {
        assert_eq!(
            Prose::lossy("one\r\ntwo\rthree").as_str(),
            "one\ntwo\nthree"
        );
        assert_eq!(Title::lossy("one\ntwo").as_str(), "one two");
    }

    #[test]
    fn what_is_too_long_is_cut_from_elsewhere_and_refused_from_a_person() {
        let long = "é".repeat(10_000_000);

        assert_eq!(Title::lossy(&long).chars().count(), 200);
        assert!(Title::lossy(&long).ends_with('…'));
        assert_eq!(
            Title::typed(&long),
            Err(TooLong {
                found: 10_000_000,
                most: 200
            })
        );
    }

    proptest::proptest! {
        #[test]
        fn nothing_unsafe_is_left_of_any_text(raw in "\\PC*|[\\x00-\\x1f\u{1b}\u{80}-\u{9f}\\[\\]a-z;]*") {
            let clean = Prose::lossy(&raw);

            proptest::prop_assert!(clean.chars().all(|c| c == '\n' || !is_unsafe(c)));
            proptest::prop_assert_eq!(Prose::lossy(&clean), clean);
        }
    }
}
