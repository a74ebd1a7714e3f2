//! That all of what is sent can be read before it is, whatever the size.

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use warroom::ui::{
    app::{App, update},
    capability::Tier,
};

use super::fixture::{busy, key, now, press, words_on};

/// A console with the review of an update of `words` numbered words open.
fn review(words: usize) -> App {
    let mut app = busy();
    let body: Vec<String> = (1..=words).map(|word| format!("word{word}")).collect();
    let keys = format!("c\t\t\t\t\t{}\x12", body.join(" "));
    press(&mut app, &keys, now() - TimeDelta::hours(1));
    app
}

#[test]
fn every_word_of_an_update_is_read_before_it_is_sent_also_on_the_smallest_screen() {
    for size in [(40, 8), (60, 20), (80, 24)] {
        let mut app = review(120);
        let mut read = String::new();
        for page in 0..60 {
            read.push_str(&words_on(&app, size, Tier::Rich, now()));
            update(
                &mut app,
                key(KeyCode::PageDown),
                now() + TimeDelta::seconds(page),
            );
        }

        for word in [
            "Status: Investigating",
            "word1 ",
            "word60 ",
            "word119",
            "word120",
        ] {
            assert!(read.contains(word), "{size:?} {word}\n{read}");
        }
        let screen = words_on(&app, size, Tier::Rich, now());
        assert!(screen.contains("the end; PgUp goes back"), "{screen}");
        assert!(screen.contains("Type the word"), "{screen}");
    }
}

#[test]
fn what_is_cut_says_how_to_read_on() {
    let app = review(120);

    let screen = words_on(&app, (40, 8), Tier::Rich, now());

    assert!(screen.contains("PgDn:"), "{screen}");
}

#[test]
fn a_letter_that_the_terminal_lacks_is_named_where_it_is_sent() {
    for (keys, size) in [("c", (120, 40)), ("c\x12", (80, 24)), ("c\x12", (120, 40))] {
        let mut app = busy();
        press(&mut app, keys, now() - TimeDelta::minutes(1));

        for tier in [Tier::Ascii, Tier::Console] {
            let screen = words_on(&app, size, tier, now());

            assert!(screen.contains("[!] INCIDENT UPDATE"), "{screen}");
            assert!(screen.contains("U+1F6A8"), "{screen}");
        }
    }
}

#[test]
fn the_field_that_is_typed_in_is_seen_at_every_size() {
    for size in [(40, 1), (40, 2), (40, 8), (60, 20), (80, 24)] {
        let mut app = busy();
        press(
            &mut app,
            "c\t\t\t\t\tRolling back",
            now() - TimeDelta::minutes(1),
        );

        let screen = words_on(&app, size, Tier::Rich, now());

        assert!(screen.contains("Rolling back"), "{size:?}\n{screen}");
    }
}

#[test]
fn on_sixty_columns_the_composer_prints_nothing_over_anything() {
    let mut app = busy();
    press(
        &mut app,
        "c\t\t\t\t\tRolling back",
        now() - TimeDelta::minutes(1),
    );
    let saved = warroom::ui::msg::Msg::DraftSaved(now());
    update(&mut app, saved, now());

    let screen = words_on(&app, (60, 20), Tier::Rich, now());

    assert!(screen.contains("[ P2 - videos take minutes  "), "{screen}");
    assert!(screen.contains("[x] #incidents  [x] eng-mgmt"), "{screen}");
    assert!(screen.contains("  draft saved 14:07:00"), "{screen}");
}
