//! The encoder, read back by a terminal: what it writes is what is seen.

use proptest::prelude::*;
use ratatui::{
    buffer::{Buffer, CellWidth as _},
    layout::{Position, Rect},
    style::{Color, Modifier, Style},
};
use warroom::{
    console::terminal::Encoder,
    ui::capability::{Depth, Tier},
};

const SYMBOLS: [&str; 14] = [
    " ",
    " ",
    " ",
    "a",
    "b",
    "Z",
    "│",
    "█",
    "●",
    "界",
    "한",
    "e\u{301}",
    "\u{1b}",
    "♻\u{fe0f}",
];

fn color() -> impl Strategy<Value = Color> {
    prop_oneof![
        4 => Just(Color::Reset),
        2 => prop_oneof![Just(Color::Red), Just(Color::Gray), Just(Color::LightCyan), Just(Color::White)],
        1 => any::<u8>().prop_map(Color::Indexed),
        1 => any::<[u8; 3]>().prop_map(|[r, g, b]| Color::Rgb(r, g, b)),
    ]
}

fn style() -> impl Strategy<Value = Style> {
    (color(), color(), 0_u16..64).prop_map(|(fg, bg, bits)| {
        // The reading terminal knows bold or dim, not both at once.
        let bits = if bits < 32 && bits & 3 != 3 { bits } else { 0 };
        let chosen = [
            Modifier::BOLD,
            Modifier::DIM,
            Modifier::ITALIC,
            Modifier::UNDERLINED,
            Modifier::REVERSED,
        ];
        let on = chosen
            .iter()
            .enumerate()
            .filter(|(at, _)| bits & (1 << at) != 0);
        let modifier = on.fold(Modifier::empty(), |all, (_, one)| all | *one);
        Style::new().fg(fg).bg(bg).add_modifier(modifier)
    })
}

/// Screens of one size, each made from the one before by a few writes.
fn screens() -> impl Strategy<Value = Vec<Buffer>> {
    let write = (
        any::<u16>(),
        any::<u16>(),
        prop::sample::select(&SYMBOLS[..]),
        1_u16..12,
        style(),
    );
    let frame = prop::collection::vec(write, 0..12);
    (1_u16..40, 1_u16..12, prop::collection::vec(frame, 1..6)).prop_map(
        |(width, height, frames)| {
            let mut screen = Buffer::empty(Rect::new(0, 0, width, height));
            let mut all = Vec::new();
            for writes in frames {
                for (x, y, symbol, length, style) in writes {
                    for step in 0..length {
                        let at = ((x % width + step).min(width - 1), y % height);
                        screen[at].reset();
                        screen[at].set_symbol(symbol).set_style(style);
                    }
                }
                all.push(screen.clone());
            }
            all
        },
    )
}

fn terminal(screen: &Buffer) -> vt100::Parser {
    vt100::Parser::new(size(screen.area.height), size(screen.area.width), 0)
}

fn size(cells: u16) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(cells).expect("screens have cells")
}

/// What is wrong on the terminal; `None` where it shows `wanted` at full depth.
fn wrong(terminal: &vt100::Parser, wanted: &Buffer) -> Option<String> {
    for y in 0..wanted.area.height {
        let mut x = 0;
        while x < wanted.area.width {
            let cell = &wanted[(x, y)];
            let got = terminal.screen().cell(y, x)?;
            let wide = cell.symbol().len() > 1 && cell.symbol().cell_width() == 2;
            let fits = !wide || x + 1 < wanted.area.width;
            let symbol = if fits && !cell.symbol().contains('\u{1b}') {
                cell.symbol()
            } else {
                " "
            };
            let shown = if got.has_contents() {
                got.contents()
            } else {
                " "
            };
            if shown != symbol || !same_look(got, cell, symbol) {
                return Some(format!("at {x},{y}: {shown:?}, wanted {cell:?}; {got:?}"));
            }
            x += if wide && fits { 2 } else { 1 };
        }
    }
    None
}

fn same_look(got: &vt100::Cell, wanted: &ratatui::buffer::Cell, symbol: &str) -> bool {
    let has = |modifier| wanted.modifier.contains(modifier);
    let seen = has(Modifier::UNDERLINED) == got.underline()
        && has(Modifier::REVERSED) == got.inverse()
        && same_color(got.bgcolor(), wanted.bg);
    let blank = symbol == " "
        && !wanted
            .modifier
            .intersects(Modifier::UNDERLINED | Modifier::REVERSED);
    seen && (blank
        || has(Modifier::BOLD) == got.bold()
            && has(Modifier::DIM) == got.dim()
            && has(Modifier::ITALIC) == got.italic()
            && same_color(got.fgcolor(), wanted.fg))
}

fn same_color(got: vt100::Color, wanted: Color) -> bool {
    let expected = match wanted {
        Color::Reset => vt100::Color::Default,
        Color::Red => vt100::Color::Idx(1),
        Color::Gray => vt100::Color::Idx(7),
        Color::LightCyan => vt100::Color::Idx(14),
        Color::White => vt100::Color::Idx(15),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        other => panic!("{other:?} is not in the test"),
    };
    got == expected
}

/// Every frame's bytes, one after the other from an unknown terminal.
fn bytes_at(depth: Depth, tier: Tier, screens: &[Buffer]) -> Vec<u8> {
    let mut encoder = Encoder::new(depth, tier);
    let mut out = Vec::new();
    let mut shown = None;
    for screen in screens {
        encoder.encode(shown, screen, None, &mut out);
        shown = Some(screen);
    }
    out
}

/// The parameters of every "select graphic rendition" in `bytes`.
fn renditions(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.split("\u{1b}[")
        .skip(1)
        .filter_map(|rest| rest.split_once('m'))
        .map(|(codes, _)| codes.to_owned())
        .filter(|codes| codes.chars().all(|c| c.is_ascii_digit() || c == ';'))
        .collect()
}

proptest! {
    #[test]
    fn the_terminal_shows_what_was_drawn(screens in screens(), cursor in any::<Option<(u16, u16)>>()) {
        let mut terminal = terminal(&screens[0]);
        let mut encoder = Encoder::new(Depth::True, Tier::Rich);
        let mut shown = None;
        for screen in &screens {
            let at = cursor.map(|(x, y)| Position::new(x % screen.area.width, y % screen.area.height));
            let mut out = Vec::new();
            encoder.encode(shown, screen, at, &mut out);
            terminal.process(&out);
            prop_assert_eq!(wrong(&terminal, screen), None, "{}", String::from_utf8_lossy(&out).escape_debug());
            prop_assert_eq!(terminal.screen().hide_cursor(), at.is_none());
            if let Some(at) = at {
                prop_assert_eq!(terminal.screen().cursor_position(), (at.y, at.x));
            }
            shown = Some(screen);
        }
    }

    #[test]
    fn an_unchanged_screen_costs_nothing(screens in screens()) {
        let mut encoder = Encoder::new(Depth::Ansi256, Tier::Rich);
        let (mut first, mut second) = (Vec::new(), Vec::new());

        encoder.encode(None, &screens[0], None, &mut first);
        encoder.encode(Some(&screens[0]), &screens[0], None, &mut second);

        prop_assert_eq!(second.len(), 0);
    }

    #[test]
    fn t6_each_depth_writes_only_its_own_colours(screens in screens()) {
        let plain = ["", "0", "1", "2", "3", "4", "7", "22", "23", "24", "27"];
        for codes in renditions(&bytes_at(Depth::Mono, Tier::Rich, &screens)) {
            prop_assert!(codes.split(';').all(|code| plain.contains(&code)), "mono wrote {}", codes);
        }
        for codes in renditions(&bytes_at(Depth::Ansi16, Tier::Rich, &screens)) {
            prop_assert!(codes.split(';').all(|code| code != "38" && code != "48"), "16 wrote {}", codes);
        }
        for codes in renditions(&bytes_at(Depth::Ansi256, Tier::Rich, &screens)) {
            prop_assert!(!format!(";{codes}").contains("8;2;"), "256 wrote {}", codes);
        }
    }

    #[test]
    fn o9_nothing_scrolls_inserts_or_deletes(screens in screens()) {
        let bytes = bytes_at(Depth::True, Tier::Ascii, &screens);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        for rest in text.split("\u{1b}[").skip(1) {
            let last = rest.chars().find(char::is_ascii_alphabetic);
            prop_assert!(matches!(last, Some('m' | 'H' | 'A' | 'B' | 'C' | 'D' | 'J' | 'l')), "{:?}", rest);
        }
        prop_assert_eq!(text.matches("\u{1b}[2J").count(), 1);
    }
}

#[test]
fn o9_the_ascii_tier_leaves_the_last_corner_blank() {
    let mut screen = Buffer::empty(Rect::new(0, 0, 4, 2));
    screen.set_string(0, 1, "####", Style::new().reversed());
    let mut terminal = terminal(&screen);

    terminal.process(&bytes_at(Depth::Mono, Tier::Ascii, &[screen]));

    assert_eq!(terminal.screen().contents(), "\n###");
}

#[test]
fn one_typed_letter_costs_a_few_bytes() {
    let before = Buffer::empty(Rect::new(0, 0, 80, 24));
    let mut after = before.clone();
    after[(10, 20)].set_symbol("x");
    let mut encoder = Encoder::new(Depth::True, Tier::Rich);
    let mut out = Vec::new();
    encoder.encode(None, &before, Some(Position::new(10, 20)), &mut out);
    out.clear();

    encoder.encode(Some(&before), &after, Some(Position::new(11, 20)), &mut out);

    assert_eq!(out, b"x");
}

#[test]
fn a_colour_that_can_not_be_shown_is_no_change() {
    let before = Buffer::with_lines(["down"]);
    let mut after = before.clone();
    after.set_style(after.area, Style::new().fg(Color::Rgb(240, 101, 91)));
    let mut encoder = Encoder::new(Depth::Ansi16, Tier::Rich);
    let mut out = Vec::new();
    encoder.encode(None, &before, None, &mut out);
    out.clear();

    encoder.encode(Some(&before), &after, None, &mut out);

    assert!(out.is_empty());
}

#[test]
fn t5_mono_keeps_weight_and_reverse() {
    let style = Style::new()
        .fg(Color::Red)
        .bg(Color::Blue)
        .bold()
        .reversed();
    let mut screen = Buffer::empty(Rect::new(0, 0, 10, 1));
    screen.set_string(0, 0, "P1", style);

    let bytes = bytes_at(Depth::Mono, Tier::Rich, &[screen]);

    assert_eq!(renditions(&bytes), ["", "1;7"]);
}
