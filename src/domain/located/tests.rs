use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Colour {
    Dark,
    Light,
    Mono,
}

#[derive(Debug, Deserialize)]
struct Lamp {
    colour: Option<Colour>,
    #[serde(default)]
    watts: u8,
    #[serde(default)]
    rooms: BTreeMap<String, Room>,
    #[serde(default)]
    plugs: Vec<Room>,
}

#[derive(Debug, Deserialize)]
struct Room {
    floor: u8,
}

fn error(text: &str) -> String {
    parse::<Lamp>("lamp.toml", text).unwrap_err().to_string()
}

#[test]
fn an_error_says_where_what_was_found_and_what_belongs_there() {
    for (text, said) in [
        (
            "watts = 5\ncolour = \"drak\"",
            "lamp.toml:2:10: colour: found \"drak\", and it can be dark, light, mono; did you mean \"dark\"?",
        ),
        (
            "colour = \"purple\"",
            "lamp.toml:1:10: colour: found \"purple\", and it can be dark, light, mono",
        ),
        (
            "watts = \"5\"",
            "lamp.toml:1:9: watts: found the text \"5\", and a whole number from 0 to 255 belongs here",
        ),
        (
            "watts = 256",
            "lamp.toml:1:9: watts: found 256, and a whole number from 0 to 255 belongs here",
        ),
        (
            "[rooms.hall]\n",
            "lamp.toml:1:1: rooms.hall: the key floor is missing",
        ),
        (
            "é = \"ü\" x",
            "lamp.toml:1:9: unexpected key or value, expected newline, `#`",
        ),
        ("watts = 1\nwatts = 2", "lamp.toml:2:1: duplicate key"),
        (
            "colour = \"a\x07\"",
            "lamp.toml:1:12: invalid basic string, expected non-double-quote visible characters, `\\`",
        ),
    ] {
        assert_eq!(error(text), said, "{text:?}");
    }
}

#[test]
fn an_unknown_key_is_a_warning_with_its_line_and_the_likely_word() {
    let text = "wats = 5\n\n[rooms.hall]\nfloor = 1\n colr = \"x\"\n[[plugs]]\nfloor=1\n[[plugs]]\nfloor=2\nflor=3\n";

    let (lamp, warnings) =
        parse_knowing::<Lamp>("lamp.toml", text, &["watts", "floor", "colour"]).unwrap();

    assert_eq!((lamp.watts, lamp.rooms["hall"].floor), (0, 1));
    assert_eq!(
        warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "lamp.toml:1: the key wats is unknown and ignored; did you mean \"watts\"?",
            "lamp.toml:5: the key rooms.hall.colr is unknown and ignored",
            "lamp.toml:10: the key plugs[1].flor is unknown and ignored; did you mean \"floor\"?",
        ]
    );
}

#[test]
fn a_hostile_value_neither_floods_nor_reaches_the_terminal() {
    let long = format!("colour = \"{}\"", "x".repeat(1_000_000));

    assert!(error(&long).chars().count() < 400);
    assert!(!error("colour = \"\\u001b[2J\"").contains('\u{1b}'));
}

#[test]
fn nothing_at_all_is_a_file_without_keys() {
    let (lamp, warnings) = parse::<Lamp>("lamp.toml", "\u{feff}\r\n# only a comment").unwrap();

    assert!(lamp.colour.is_none() && lamp.plugs.is_empty());
    assert_eq!(warnings, []);
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_strange_for_an_answer(text in "[\\[\\]={}\"'#a-cé\u{1b}\n .0-9]*", at in 0_usize..99) {
        let _answer = parse::<Lamp>("lamp.toml", &text);
        let (line, column) = locate(&text, at..at);

        proptest::prop_assert!(line >= 1 && column >= 1);
    }
}
