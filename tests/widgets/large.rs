//! What is read from across the room: charts and big letters.

use ratatui::style::Style;
use warroom::ui::{
    capability::Tier,
    format::Align,
    widget::{Big, Chart, Size},
};

use super::{TIERS, drawn, instant, one};

#[test]
fn a_chart_shows_a_value_against_its_limit() {
    let values = [0.2, 0.2, 0.4, 0.8, 1.2, 1.6, 1.8, 1.84].map(Some);
    let chart = Chart {
        title: "latency of api /health, 60 min",
        samples: &values,
        limit: Some(1.0),
        span: (
            instant("2026-01-22T13:07:00Z"),
            instant("2026-01-22T14:07:00Z"),
        ),
        label: |value| format!("{value:.1}s"),
    };

    let shown = drawn((45, 7), Tier::Rich, |paint, buffer, area| {
        chart.draw(paint, buffer, area);
    });

    assert_eq!(
        shown,
        [
            "latency of api /health, 60 min     limit 1.0s",
            "2.0s                               ▄▄▄▄▄▅▅▅▅▅",
            "                              ███████████████",
            "1.0s ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄████████████████████",
            "                    █████████████████████████",
            "0.0s ▄▄▄▄▄▄▄▄▄▄██████████████████████████████",
            "     13:07     13:22     13:37          14:07",
        ]
    );
}

#[test]
fn big_letters_are_as_designed() {
    let big = |text, size, tier, area| {
        drawn(area, tier, |paint, buffer, area| {
            Big {
                text,
                size,
                align: Align::Left,
                style: Style::new(),
            }
            .draw(paint, buffer, area);
        })
    };

    assert_eq!(
        big("01:48", Size::Wide, Tier::Rich, (40, 4)),
        [
            "▄█▀▀▀█▄  ▄██      ▄▄      ▄███  ▄█▀▀█▄  ",
            "██ ▄███   ██      ▀▀    ▄█▀ ██  ▀█▄▄█▀  ",
            "███▀ ██   ██      ▄▄    ▀▀▀▀██▀ ██  ██  ",
            " ▀▀▀▀▀  ▀▀▀▀▀▀    ▀▀       ▀▀▀▀  ▀▀▀▀   ",
        ]
    );
    assert_eq!(
        big("P2", Size::Tall, Tier::Rich, (16, 8)),
        [
            "██████   ████   ",
            " ██  ██ ██  ██  ",
            " ██  ██     ██  ",
            " █████    ███   ",
            " ██      ██     ",
            " ██     ██  ██  ",
            "████    ██████  ",
            "                ",
        ]
    );
    assert_eq!(
        big("14:07", Size::Small, Tier::Rich, (20, 4)),
        [
            "▗█   ▟█  ▄  ▟▀▜▖█▀█ ",
            " █  ▟▘█  ▀  █▗█▌ ▗▛ ",
            " █  ▀▀█▘ ▄  █▛▐▌ █  ",
            "▀▀▀  ▝▀▘ ▀  ▝▀▀  ▀  "
        ]
    );
}

#[test]
fn what_is_too_big_gets_smaller_before_it_is_cut() {
    let big = |area| {
        let shown = drawn(area, Tier::Rich, |paint, buffer, area| {
            Big {
                text: "07:22",
                size: Size::Tall,
                align: Align::Centre,
                style: Style::new(),
            }
            .draw(paint, buffer, area);
        });
        shown.iter().filter(|row| !row.trim().is_empty()).count()
    };

    assert_eq!(big((40, 8)), 7);
    assert_eq!(big((40, 7)), 4);
    assert_eq!(big((39, 8)), 4);
    assert_eq!(big((19, 8)), 1);
    assert_eq!(
        one(9, Tier::Rich, |paint, buffer, area| {
            Big {
                text: "07:22",
                size: Size::Tall,
                align: Align::Centre,
                style: Style::new(),
            }
            .draw(paint, buffer, area);
        }),
        "  07:22  "
    );
}

#[test]
fn every_tier_has_big_letters_of_the_same_size() {
    let big = |size, tier| {
        drawn((40, 8), tier, |paint, buffer, area| {
            Big {
                text: "4:07",
                size,
                align: Align::Right,
                style: Style::new(),
            }
            .draw(paint, buffer, area);
        })
    };

    assert_eq!(
        big(Size::Wide, Tier::Ascii)[..4],
        [
            "          ,###    ,,    ,#\"\"\"#, ##\"\"##  ",
            "        ,#\" ##    \"\"    ## ,###    ,#\"  ",
            "        \"\"\"\"##\"   ,,    ###\" ##   ##    ",
            "           \"\"\"\"   \"\"     \"\"\"\"\"    \"\"    ",
        ]
    );
    for size in [Size::Small, Size::Wide, Size::Tall] {
        for tier in TIERS {
            let used = big(size, tier)
                .iter()
                .filter(|row| !row.trim().is_empty())
                .count();
            assert!((size.rows() - 1..=size.rows()).contains(&u16::try_from(used).unwrap()));
        }
        assert_eq!(size.width("14:07"), 5 * size.columns());
    }
}
