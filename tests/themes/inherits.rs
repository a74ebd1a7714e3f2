//! Themes that take what they leave out from another one.

use ratatui::style::Color;
use warroom::ui::{
    capability::Depth,
    theme::{Role, Theme, Written},
};

/// Knows `a` to `g`, of which each inherits from the next; `g` is complete.
fn in_a_row(name: &str) -> Option<Written> {
    let text = match name {
        "g" => BASE.to_owned(),
        "round" => "inherits = \"round\"".to_owned(),
        "a" | "b" | "c" | "d" | "e" | "f" => {
            let next = char::from(name.as_bytes()[0] + 1);
            format!("inherits = \"{next}\"")
        }
        _ => return None,
    };
    let file = format!("{name}.toml");
    Some(Written { file, text })
}

const BASE: &str = "minimum = \"16\"\n[palette]\nleaf = \"#00ff00\"\n[surface]\nbase = \"#000000\"\n[text]\nnormal = \"#ffffff\"\n[state]\nok = \"leaf\"\nwarn = \"#ffff00\"\n";

fn inherited(text: &str) -> Theme {
    let (theme, warnings) = Theme::parse_among("mine.toml", text, in_a_row).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    theme
}

fn refused(text: &str) -> String {
    let refused = Theme::parse_among("mine.toml", text, in_a_row);
    refused.expect_err("something is wrong with it").to_string()
}

fn colour(theme: &Theme, role: Role) -> Option<Color> {
    theme.style(role, Depth::True).fg
}

#[test]
fn a_theme_has_everything_of_the_one_it_inherits_from_but_what_it_says() {
    let theme = inherited("name = \"mine\"\ninherits = \"g\"\n[state]\nwarn = \"#ff8800\"\n");

    assert_eq!(theme.name(), "mine");
    assert_eq!(theme.minimum(), Depth::Ansi16);
    assert_eq!(
        colour(&theme, Role::Normal),
        Some(Color::Rgb(255, 255, 255))
    );
    assert_eq!(colour(&theme, Role::Ok), Some(Color::Rgb(0, 255, 0)));
    assert_eq!(colour(&theme, Role::Warn), Some(Color::Rgb(255, 136, 0)));
}

#[test]
fn a_colour_of_the_palette_changes_in_every_role_that_uses_it() {
    let theme = inherited("inherits = \"g\"\n[palette]\nleaf = \"#0088ff\"\n");

    assert_eq!(colour(&theme, Role::Ok), Some(Color::Rgb(0, 136, 255)));
}

#[test]
fn a_theme_of_somebody_inherits_from_those_that_come_with_the_program() {
    let (theme, _) = Theme::parse("mine.toml", "inherits = \"harbor\"").unwrap();

    let harbor = Theme::built_in("harbor").unwrap();
    for role in Role::ALL {
        let style = theme.style(role, Depth::True);
        assert_eq!(style, harbor.style(role, Depth::True), "{role}");
    }
}

#[test]
fn five_in_a_row_are_read_and_six_are_not() {
    inherited("inherits = \"c\"");

    assert_eq!(
        refused("inherits = \"b\""),
        "f.toml:1:12: more than five themes in a row inherit from each other \
         (mine.toml > b.toml > c.toml > d.toml > e.toml > f.toml > g.toml): \
         copy one of them into the next"
    );
}

#[test]
fn what_is_wrong_with_inheriting_is_said_with_its_place() {
    for (text, message) in [
        (
            "inherits = \"harbour\"",
            "mine.toml:1:12: there is no theme \"harbour\" to inherit from: did you mean \"harbor\"?",
        ),
        (
            "inherits = 3",
            "mine.toml:1:12: inherits is 3, and takes text in quotes",
        ),
        (
            "inherits = \"round\"",
            "round.toml:1:12: this theme comes back to itself \
             (mine.toml > round.toml > round.toml): take one `inherits` out",
        ),
    ] {
        assert_eq!(refused(text), message);
    }
}
