//! Theme files: what is read, what is refused, and that every theme that comes
//! with the program is complete at every depth.

mod colours;
mod inherits;

use ratatui::style::{Color, Modifier, Style};
use warroom::ui::{
    capability::Depth,
    theme::{Role, Theme, ThemeError},
};

const DEPTHS: [Depth; 4] = [Depth::Mono, Depth::Ansi16, Depth::Ansi256, Depth::True];

fn theme(name: &str) -> Theme {
    Theme::built_in(name).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_built_in_theme_is_read_without_a_warning_under_its_own_name() {
    for name in Theme::names() {
        let source = Theme::source(name).expect("every name has a text");

        let (theme, warnings) = Theme::parse(name, source).unwrap();

        assert_eq!(theme.name(), name);
        assert_eq!(theme.is_light(), name.ends_with("light"), "{name}");
        assert!(warnings.is_empty(), "{name}: {warnings:?}");
    }
}

#[test]
fn no_theme_asks_for_more_colours_than_the_terminal_has() {
    for name in Theme::names() {
        let theme = theme(name);
        for (role, depth) in Role::ALL.into_iter().flat_map(|r| DEPTHS.map(|d| (r, d))) {
            let style = theme.style(role, depth);
            for color in [style.fg, style.bg].into_iter().flatten() {
                let fits = match (color, depth) {
                    (_, Depth::Mono) => false,
                    (Color::Rgb(..), depth) => depth == Depth::True,
                    (Color::Indexed(_), depth) => depth == Depth::Ansi256,
                    _named => true,
                };
                assert!(fits, "{name}: {role} at {depth:?} is {color:?}");
            }
        }
    }
}

#[test]
fn without_colour_the_urgent_still_stands_out() {
    let shouted = [
        Role::P1,
        Role::P2,
        Role::Over,
        Role::Offline,
        Role::Drill,
        Role::Select,
    ];
    let quiet = [
        Role::Normal,
        Role::Muted,
        Role::Ok,
        Role::Kept,
        Role::Calm,
        Role::P4,
        Role::Live,
    ];
    for name in Theme::names() {
        let theme = theme(name);
        let reversed = |role| {
            theme
                .style(role, Depth::Mono)
                .add_modifier
                .contains(Modifier::REVERSED)
        };

        assert!(shouted.into_iter().all(reversed), "{name}");
        assert!(!quiet.into_iter().any(reversed), "{name}");
        for role in [Role::Ok, Role::Kept, Role::Live] {
            let style = theme.style(role, Depth::Mono);
            assert!(
                !style.add_modifier.contains(Modifier::BOLD),
                "{name}: {role} is calm"
            );
        }
    }
}

#[test]
fn a_theme_of_surface_text_and_state_is_complete() {
    let text = r##"
        [palette]
        ink = "#d6dae0"
        [surface]
        base = "#12161c"
        [text]
        normal = "ink"
        [state]
        warn = { fg = "#f7cb45", bold = true }
        bad = "#f0655b"
    "##;

    let (theme, warnings) = Theme::parse("small.toml", text).unwrap();

    assert_eq!(warnings, []);
    assert_eq!(
        theme.style(Role::Base, Depth::True).bg,
        Some(Color::Rgb(0x12, 0x16, 0x1c))
    );
    assert_eq!(
        theme.style(Role::Soon, Depth::True),
        theme.style(Role::Warn, Depth::True)
    );
    assert_eq!(
        theme.style(Role::P1, Depth::True),
        Style::new()
            .fg(Color::Rgb(0xf0, 0x65, 0x5b))
            .add_modifier(Modifier::BOLD | Modifier::REVERSED)
    );
    assert_eq!(
        theme.style(Role::Live, Depth::True),
        theme.style(Role::Normal, Depth::True)
    );
}

#[test]
fn at_sixteen_colours_a_role_without_one_keeps_its_attributes() {
    let text = r##"
        [surface]
        base = { bg = "#12161c", ansi16 = "default" }
        [text]
        normal = "#d6dae0"
        [state]
        warn = { fg = "#f7cb45", bold = true }
        bad = { fg = "#f0655b", ansi16 = "bright-red", ansi256 = 203 }
        [severity]
        p1 = { fg = "state.bad", reverse = true }
    "##;

    let (theme, _) = Theme::parse("small.toml", text).unwrap();

    assert_eq!(
        theme.style(Role::Base, Depth::Ansi16),
        Style::new().bg(Color::Reset)
    );
    assert_eq!(
        theme.style(Role::Warn, Depth::Ansi16),
        Style::new().add_modifier(Modifier::BOLD)
    );
    assert_eq!(
        theme.style(Role::P1, Depth::Ansi16),
        Style::new()
            .fg(Color::LightRed)
            .add_modifier(Modifier::REVERSED)
    );
    assert_eq!(
        theme.style(Role::P1, Depth::Ansi256).fg,
        Some(Color::Indexed(203))
    );
}

#[test]
fn what_has_no_effect_is_a_warning_and_the_rest_is_used() {
    let text = "[surface]\nbase = \"#000000\"\n[text]\nnormal = \"#ffffff\"\n[state]\nokay = \"#00ff00\"\nok = { fg = \"#00ff00\", blink = true }\n[statee]\nx = 1\n";

    let (theme, warnings) = Theme::parse("mine.toml", text).unwrap();

    assert_eq!(
        theme.style(Role::Ok, Depth::True).fg,
        Some(Color::Rgb(0, 255, 0))
    );
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "mine.toml:6:1: state.okay is no role and has no effect: did you mean \"state.ok\"?",
            "mine.toml:7:24: state.ok knows no \"blink\"; it has no effect",
            "mine.toml:8:2: [statee] is no group of roles and has no effect: did you mean \"state\"?",
        ]
    );
}

/// A theme that is right but for the given lines.
fn refused(lines: &str) -> String {
    let text = format!(
        "[palette]\nsea = \"#6cb6ff\"\n[surface]\nbase = \"#000000\"\n[text]\nnormal = \"#ffffff\"\n{lines}\n"
    );
    Theme::parse("mine.toml", &text)
        .expect_err("something is wrong with it")
        .to_string()
}

#[test]
fn what_is_wrong_says_where_it_is_and_what_would_be_right() {
    for (lines, message) in [
        (
            "[state]\nok = \"seaa\"",
            "mine.toml:8:6: state.ok asks for the colour \"seaa\", which is not in [palette], not a terminal colour and not #rrggbb: did you mean \"sea\"?",
        ),
        (
            "[state]\nok = { fg = \"#12\" }",
            "mine.toml:8:13: state.ok asks for the colour \"#12\", which is not in [palette], not a terminal colour and not #rrggbb",
        ),
        (
            "[state]\nok = \"state.badd\"",
            "mine.toml:8:6: state.ok points to \"state.badd\", and there is no such role: did you mean \"state.bad\"?",
        ),
        (
            "[state]\nok = \"state.warn\"\nwarn = \"state.ok\"",
            "mine.toml:8:6: state.ok never comes to a colour (state.ok > state.warn > state.ok): give one of them its own",
        ),
        (
            "[state]\nok = 7",
            "mine.toml:8:6: state.ok is 7, and takes a colour, another role, or { fg, bg, … }",
        ),
        (
            "[state]\nok = { ansi256 = 256 }",
            "mine.toml:8:18: state.ok.ansi256 is 256, and takes a whole number from 0 to 255",
        ),
        (
            "[state]\nok = { ansi16 = \"teal\" }",
            "mine.toml:8:17: state.ok.ansi16 is \"teal\", and takes \"default\" or a terminal's colour such as \"red\" or \"bright-blue\"",
        ),
        (
            "[state]\nok = { bold = \"yes\" }",
            "mine.toml:8:15: state.ok.bold is \"yes\", and takes true or false",
        ),
    ] {
        assert_eq!(refused(lines), message);
    }
}

#[test]
fn a_file_that_is_no_theme_says_so() {
    let error = |text| {
        Theme::parse("mine.toml", text)
            .expect_err("it is wrong")
            .to_string()
    };

    assert!(error("[surface\n").starts_with("mine.toml:1:9: this is not TOML: "));
    assert_eq!(
        error("[surface]\nbase = \"#000000\"\n[text]\nmuted = \"#999999\"\n"),
        "mine.toml:3:1: text.normal is not set, and no other role stands in for it: add [text] normal = { fg = \"#d6dae0\", ansi16 = \"default\" }"
    );
    assert_eq!(
        error("kind = \"dim\"\n"),
        "mine.toml:1:8: kind is \"dim\", and takes \"dark\" or \"light\""
    );
    assert_eq!(
        error("[palette]\nsea = \"blueish\"\n"),
        "mine.toml:2:7: palette.sea asks for the colour \"blueish\", which is not in [palette], not a terminal colour and not #rrggbb"
    );
}

#[test]
fn a_cycle_through_a_role_that_stands_in_is_found_too() {
    let text = "[surface]\nbase = \"#000000\"\n[text]\nnormal = \"state.warn\"\n";

    let error = Theme::parse("mine.toml", text).expect_err("it goes round");

    assert!(
        matches!(
            error,
            ThemeError::Cycle {
                role: Role::Normal,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_name_that_nobody_knows_is_answered_with_those_there_are() {
    let error = Theme::built_in("habor")
        .expect_err("there is none")
        .to_string();

    assert!(
        error.starts_with(
            "there is no theme \"habor\": did you mean \"harbor\"? (built in: harbor, daylight,"
        ),
        "{error}"
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\[(surface|text|state|palette|x)\\]\n|(base|normal|ok|warn|fg) ?= ?(\"(#[0-9a-g]{5,7}|state.ok|text.normal|red)\"|\\{ (fg|bg|ansi256|bold) = (1|300|true|\"state.ok\") \\}|1|\\[\\])\n|\\PC{0,3})*") {
        if let Err(error) = Theme::parse("any.toml", &text) {
            proptest::prop_assert!(error.to_string().starts_with("any.toml:"), "{}", error);
        }
    }
}

#[test]
fn a_state_without_a_colour_and_text_that_can_hardly_be_read_are_told() {
    let harbor = Theme::source("harbor").unwrap();
    let without = |start: &str| {
        let lines = harbor.lines().filter(|line| !line.starts_with(start));
        lines.collect::<Vec<_>>().join("\n")
    };
    let hard = |text: &str| Theme::parse("t.toml", text).unwrap().0.hard_to_see();

    let colourless = hard(&without("bad "));
    let dim = hard("[surface]\nbase = { bg = \"#12161c\" }\n[text]\nnormal = \"#22262c\"\n");

    assert!(
        colourless[0].starts_with("state.bad looks like plain text"),
        "{colourless:?}"
    );
    assert!(
        dim.iter()
            .any(|it| it.starts_with("text.normal is hard to read")),
        "{dim:?}"
    );
}

#[test]
fn nothing_of_a_built_in_theme_is_hard_to_see() {
    for name in Theme::names() {
        assert_eq!(theme(name).hard_to_see(), Vec::<String>::new(), "{name}");
    }
}
