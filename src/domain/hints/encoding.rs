//! Text that was UTF-8 and was read as Windows-1252: `ðŸš¨` for 🚨.

/// The characters that Windows-1252 has at 0x80 to 0x9f.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Each broken run, and what it was.
pub(super) fn broken(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut joins = false;
    for piece in pieces(text) {
        match piece {
            Piece::Broken(raw, meant) if joins => {
                let (run, fix) = found.last_mut().expect("it joins the one before");
                run.push_str(raw);
                fix.push(meant);
            }
            Piece::Broken(raw, meant) => found.push((raw.to_owned(), meant.to_string())),
            Piece::Whole(_) => {}
        }
        joins = matches!(piece, Piece::Broken(..));
    }
    found
}

/// The text as it was before it was broken; the same text where nothing is.
pub fn repaired(text: &str) -> String {
    pieces(text)
        .map(|piece| match piece {
            Piece::Broken(_, meant) => meant,
            Piece::Whole(c) => c,
        })
        .collect()
}

#[derive(Clone, Copy)]
enum Piece<'a> {
    Whole(char),
    /// The characters as they stand, and the one that was meant.
    Broken(&'a str, char),
}

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (piece, length) = match meant(rest) {
            Some((meant, length)) => (Piece::Broken(&rest[..length], meant), length),
            None => (Piece::Whole(first), first.len_utf8()),
        };
        rest = &rest[length..];
        Some(piece)
    })
}

/// The character that `text` begins with in a broken form, and the length of
/// that form in bytes.
///
/// Only what begins with `Â`, `Ã`, `â` or `ð` is taken for broken: accents,
/// punctuation and emoji. Other beginnings are letters that a quotation mark
/// may follow: “MENÜ” is whole.
fn meant(text: &str) -> Option<(char, usize)> {
    let length = match text.chars().next()? {
        'Â' | 'Ã' => 2,
        'â' => 3,
        'ð' => 4,
        _ => return None,
    };
    let form: String = text.chars().take(length).collect();
    let bytes: Vec<u8> = form.chars().map(byte).collect::<Option<_>>()?;
    if length == 2 && (0x91..=0x97).contains(bytes.get(1)?) {
        return None;
    }
    let meant = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((meant, form.len()))
}

fn byte(c: char) -> Option<u8> {
    let high = HIGH.iter().position(|known| *known == c);
    match high {
        Some(place) => u8::try_from(0x80 + place).ok(),
        None => u8::try_from(u32::from(c)).ok(),
    }
}
