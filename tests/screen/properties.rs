//! What always holds, whatever the size and whatever the keys.

use chrono::TimeDelta;
use proptest::{prelude::*, sample::select};
use ratatui::buffer::Cell;
use warroom::ui::{
    action::{Action, Group},
    app::{App, Mode, Pane},
    capability::Tier,
    keymap::Keymap,
    theme::lettered,
};

use super::fixture::{blank, busy, cases, now, press, quiet, screen};

/// A console in each of its modes, by the keys that lead there.
const MODES: [&str; 17] = [
    "", "c", "S", "R", "E", "?", ":", ":sev", "/", "h", "n", "3\n", "5z", "2z", "g", "C\x12", "0",
];

fn app_in(place: usize, is_quiet: bool) -> App {
    let mut app = if is_quiet { quiet() } else { busy() };
    press(&mut app, MODES[place], now() - TimeDelta::minutes(1));
    app
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn any_size_and_any_mode_is_drawn_and_drawing_changes_nothing(
        columns in 1_u16..=220,
        rows in 1_u16..=70,
        mode in 0..MODES.len(),
        is_quiet: bool,
        tier in select(vec![Tier::Rich, Tier::Console, Tier::Ascii]),
    ) {
        let app = app_in(mode, is_quiet);
        let before = format!("{app:?}");

        let drawn = screen(&app, (columns, rows), tier, now());

        prop_assert_eq!(drawn.area.width, columns);
        prop_assert_eq!(format!("{app:?}"), before);
        if tier == Tier::Ascii {
            // What is sent is quoted as it is; all else is ours.
            let ours = |cell: &&Cell| !cell.symbol().is_ascii() && cell.symbol() != "🚨";
            let strange = drawn.content.iter().find(ours);
            prop_assert!(strange.is_none(), "{:?}", strange);
        }
    }

    #[test]
    fn an_empty_console_is_drawn_at_any_size(columns in 1_u16..=220, rows in 1_u16..=70) {
        let drawn = screen(&blank(), (columns, rows), Tier::Rich, now());

        prop_assert_eq!(drawn.area.height, rows);
    }
}

#[test]
fn every_action_is_found_in_the_palette() {
    // Those of the composer have keys there, where a colon is text.
    let elsewhere = |action: &&Action| action.group() != Group::Composer;
    for action in Action::ALL.iter().filter(elsewhere) {
        let mut app = busy();

        press(&mut app, &format!(":{}", action.word()), now());

        let drawn = lettered(&screen(&app, (120, 40), Tier::Rich, now()));
        assert!(drawn.contains(action.title()), "{action}\n{drawn}");
    }
}

#[test]
fn one_key_with_two_meanings_is_refused() {
    let mut keys = Keymap::built_in();

    let refused = keys.merge("keys.toml", "[people]\n\"a\" = \"resolve\"\n");

    let sentence = refused.unwrap_err().to_string();
    assert!(
        sentence.contains("note") && sentence.contains("resolve"),
        "{sentence}"
    );
}

#[test]
fn keys_that_count_everywhere_are_nobodys() {
    for (line, is_refused) in [
        ("\"ctrl-c\" = \"copy\"", true),
        ("\"ctrl-l\" = \"copy\"", true),
        ("\"ctrl-z\" = \"\"", true),
        ("\"ctrl-l\" = \"redraw\"", false),
        ("\"alt-c\" = \"copy\"", false),
    ] {
        let mut keys = Keymap::built_in();

        let read = keys.merge("keys.toml", &format!("[everywhere]\n{line}\n"));

        assert_eq!(read.is_err(), is_refused, "{line}: {read:?}");
        if let Err(wrong) = read {
            let sentence = wrong.to_string();
            assert!(sentence.starts_with("keys.toml:2:"), "{sentence}");
            assert!(sentence.contains("everywhere, also while"), "{sentence}");
        }
    }
}

#[test]
fn a_file_that_takes_the_way_out_away_is_told_so() {
    let mut keys = Keymap::built_in();
    let taken = ["?", "f1", "ctrl-g", ":", "q"].map(|key| format!("{key:?} = \"\"\n"));

    let odd = keys.merge("keys.toml", &format!("[everywhere]\n{}", taken.concat()));

    let odd: Vec<String> = odd.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        odd,
        [
            "keys.toml: no key means \"help\" any more",
            "keys.toml: no key means \"command\" any more",
        ]
    );
}

#[test]
fn what_reaches_people_always_asks_also_on_a_key_of_a_team() {
    for word in ["escalate", "severity", "resolve", "hold", "page"] {
        let mut app = busy();
        let file = format!("[people]\n\"B\" = \"{word}\"\n");
        app.keymap.merge("keys.toml", &file).unwrap();

        let (effects, _) = press(&mut app, "B", now());

        assert!(effects.is_empty(), "{word}");
        assert!(matches!(app.mode, Mode::Sheet(_)), "{word}");
    }
}

#[test]
fn every_pane_is_reached_by_tab() {
    let mut app = busy();
    let mut seen = vec![app.focus];

    for _ in 1..Pane::ALL.len() {
        press(&mut app, "\t", now());
        seen.push(app.focus);
    }

    assert_eq!(seen, Pane::ALL);
}
