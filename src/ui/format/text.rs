//! Text in columns. What is counted is columns of the screen, not characters:
//! `漢` takes two, a combining accent none, and no letter is ever cut in half.

use std::fmt::Display;

use ratatui::buffer::CellWidth as _;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::ui::{capability::Tier, glyph::Glyph};

/// Where text stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Align {
    /// At the left: words.
    #[default]
    Left,
    /// At the right: numbers.
    Right,
    /// In the middle; a column that is over goes to the right.
    Centre,
}

/// The columns that text takes on the screen.
pub fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.chars().count();
    }
    letters(text).map(|(_, columns)| columns).sum()
}

/// Text of at most `columns`; where it is longer, it ends with `…` (`~` in ascii).
pub fn truncate(text: &str, columns: usize, tier: Tier) -> String {
    if text.len() <= columns && is_plain(text) {
        return text.to_owned();
    }
    if width(text) <= columns {
        return letters(text).map(|(letter, _)| letter).collect();
    }
    if columns == 0 {
        return String::new();
    }
    let mut left = columns - 1;
    let mut out = String::new();
    for (letter, columns) in letters(text) {
        if columns > left {
            break;
        }
        left -= columns;
        out.push_str(letter);
    }
    out.push(Glyph::Ellipsis.at(tier));
    out
}

/// Text of exactly `columns`: cut where it is longer, filled up where it is shorter.
pub fn fit(text: &str, columns: usize, align: Align, tier: Tier) -> String {
    let text = truncate(text, columns, tier);
    let spare = columns.saturating_sub(width(&text));
    let before = match align {
        Align::Left => 0,
        Align::Right => spare,
        Align::Centre => spare / 2,
    };
    format!("{}{text}{}", " ".repeat(before), " ".repeat(spare - before))
}

/// `1 entry`, `2 entries`.
pub fn count<N>(count: N, one: &str, many: &str) -> String
where
    N: Copy + Display + PartialEq + From<u8>,
{
    let word = if count == N::from(1) { one } else { many };
    format!("{count} {word}")
}

/// Whether each character is for sure a letter of one column, whatever stands
/// beside it: most text is, and our rules and bars, and need not be taken apart.
pub(in crate::ui) fn is_plain(text: &str) -> bool {
    text.chars().all(|c| {
        matches!(c,
            ' '..='~' | '·' | '…' | '\u{2500}'..='\u{259f}' | '\u{2800}'..='\u{28ff}')
    })
}

/// The letters that a screen shows, with their columns: no control characters,
/// and nothing that takes no column by itself.
pub(in crate::ui) fn letters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true)
        .filter(|letter| !letter.contains(char::is_control))
        .map(|letter| (letter, usize::from(letter.cell_width())))
        .filter(|(_, columns)| *columns > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_plain_takes_one_column_each() {
        let plain: String = (' '..'\u{3000}')
            .filter(|c| is_plain(&c.to_string()))
            .collect();

        let taken_apart: Vec<(&str, usize)> = letters(&plain).collect();

        assert_eq!(taken_apart.len(), plain.chars().count());
        assert!(taken_apart.iter().all(|(_, columns)| *columns == 1));
    }

    #[test]
    fn columns_are_counted_not_characters() {
        for (text, columns) in [
            ("", 0),
            ("ana", 3),
            ("漢字", 4),
            ("e\u{301}", 1),
            ("\u{1112}\u{1161}\u{11ab}", 2),
            ("👩\u{200d}🚀", 2),
            ("a\tb\x1b", 2),
        ] {
            assert_eq!(width(text), columns, "{text:?}");
        }
    }

    #[test]
    fn long_text_says_that_it_was_cut() {
        let title = "High latency on video generation";

        assert_eq!(truncate(title, 25, Tier::Rich), "High latency on video ge…");
        assert_eq!(
            truncate(title, 25, Tier::Ascii),
            "High latency on video ge~"
        );
        assert_eq!(truncate(title, 32, Tier::Rich), title);
        assert_eq!(truncate(title, 1, Tier::Rich), "…");
        assert_eq!(truncate(title, 0, Tier::Rich), "");
    }

    #[test]
    fn a_wide_letter_is_left_out_whole() {
        assert_eq!(truncate("漢字漢字", 4, Tier::Rich), "漢…");
        assert_eq!(fit("漢字漢字", 4, Align::Left, Tier::Rich), "漢… ");
        assert_eq!(fit("漢字", 1, Align::Right, Tier::Rich), "…");
    }

    #[test]
    fn numbers_stand_at_the_right() {
        assert_eq!(fit("13m", 5, Align::Right, Tier::Rich), "  13m");
        assert_eq!(fit("ok", 5, Align::Left, Tier::Rich), "ok   ");
        assert_eq!(fit("ok", 5, Align::Centre, Tier::Rich), " ok  ");
    }

    proptest! {
        #[test]
        fn a_column_never_changes_its_width(text in "\\PC*|.*|[漢e\u{301}👩\u{200d}🚀ﾞ\u{1112}\u{1161}]*", columns in 0_usize..40) {
            for align in [Align::Left, Align::Right, Align::Centre] {
                let fitted = fit(&text, columns, align, Tier::Rich);
                prop_assert_eq!(width(&fitted), columns, "{:?}", fitted);
            }
        }
    }
}
