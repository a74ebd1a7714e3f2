//! What widgets draw, in characters: the designed screens' own rows, and, for
//! any area and any text, nothing outside of it.

mod bounds;
mod large;
mod rules;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::{
    buffer::{Buffer, Cell, CellWidth as _},
    layout::Rect,
    style::{Modifier, Style},
    text::Line,
};
use warroom::{
    domain::severity::Severity,
    ui::{
        capability::{Depth, Tier},
        format,
        glyph::Glyph,
        theme::{Role, Theme, lettered},
        widget::{
            Column, Paint, Rule, Spark, bar, bar_text, meter_text, put_line, row, severity_badge,
            severity_text, sheet, sheet_rule, spread,
        },
    },
};

const TIERS: [Tier; 3] = [Tier::Rich, Tier::Console, Tier::Ascii];

fn paint(theme: &Theme, tier: Tier) -> Paint<'_> {
    Paint {
        theme,
        depth: Depth::Ansi256,
        tier,
        slow: false,
    }
}

/// The rows as a terminal shows them: what a wide letter covers is not shown.
fn rows(buffer: &Buffer) -> Vec<String> {
    let columns = usize::from(buffer.area.width).max(1);
    buffer.content.chunks(columns).map(shown).collect()
}

fn shown(row: &[Cell]) -> String {
    let mut covered = 0;
    let mut text = String::new();
    for cell in row {
        if covered == 0 {
            text.push_str(cell.symbol());
            covered = cell.symbol().cell_width();
        }
        covered = covered.saturating_sub(1);
    }
    text
}

/// What is drawn into a fresh area at a tier.
fn drawn(
    (width, height): (u16, u16),
    tier: Tier,
    draw: impl Fn(Paint<'_>, &mut Buffer, Rect),
) -> Vec<String> {
    let theme = Theme::roles();
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    draw(
        paint(&theme, tier),
        &mut buffer,
        Rect::new(0, 0, width, height),
    );
    rows(&buffer)
}

fn one(width: u16, tier: Tier, draw: impl Fn(Paint<'_>, &mut Buffer, Rect)) -> String {
    drawn((width, 1), tier, draw).remove(0)
}

/// Samples from the heights 1 to 8 of a sparkline; 0 is a gap.
fn samples(heights: &[u8]) -> Vec<Option<f64>> {
    heights
        .iter()
        .map(|height| (*height > 0).then(|| f64::from(*height) / 8.0))
        .collect()
}

#[test]
fn the_header_says_how_bad_it_is() {
    for (tier, header) in [
        (
            Tier::Rich,
            "▌P2 HIGH▐ ███░  INC-2043  High latency on video generation    ● LIVE  14:07:00Z ",
        ),
        (
            Tier::Ascii,
            "[P2 HIGH] ###.  INC-2043  High latency on video generation    + LIVE  14:07:00Z ",
        ),
    ] {
        let badge = severity_text(Severity::P2, tier);
        let meter = meter_text(Severity::P2, tier);
        let left = Line::from(format!(
            "{badge} {meter}  INC-2043  High latency on video generation"
        ));
        let right = Line::from(format!("{} LIVE  14:07:00Z ", Glyph::Ok.at(tier)));

        let shown = one(80, tier, |paint, buffer, area| {
            spread(paint, buffer, area, &left, &right);
        });

        assert_eq!(shown, header);
    }
}

#[test]
fn a_title_is_cut_before_a_state_is() {
    let left = Line::from("▌P2 HIGH▐ ███░  INC-2043  High latency on video generation");
    let right = Line::from("▌✖ OFFLINE 1:42▐  14:09:04Z ");

    let shown = one(80, Tier::Rich, |paint, buffer, area| {
        spread(paint, buffer, area, &left, &right);
    });

    assert_eq!(
        shown,
        "▌P2 HIGH▐ ███░  INC-2043  High latency on video ge… ▌✖ OFFLINE 1:42▐  14:09:04Z "
    );
}

#[test]
fn a_wide_letter_is_cut_whole() {
    for (width, shown) in [
        (15, "漢字漢字漢字 1Z"),
        (14, "漢字漢字漢… 1Z"),
        (13, "漢字漢字…  1Z"),
        (4, "… 1Z"),
        (3, " 1Z"),
        (2, "1Z"),
        (1, "1"),
    ] {
        let found = one(width, Tier::Rich, |paint, buffer, area| {
            spread(
                paint,
                buffer,
                area,
                &Line::from("漢字漢字漢字"),
                &Line::from("1Z"),
            );
        });

        assert_eq!(found, shown);
    }
}

#[test]
fn a_severity_is_as_loud_as_it_is_bad() {
    for (severity, text, meter, ascii) in [
        (Severity::P1, "▌P1 CRITICAL▐", "████", "####"),
        (Severity::P2, "▌P2 HIGH▐", "███░", "###."),
        (Severity::P3, "▌P3 MEDIUM▐", "██░░", "##.."),
        (Severity::P4, "▌P4 LOW▐", "█░░░", "#..."),
    ] {
        assert_eq!(severity_text(severity, Tier::Rich), text);
        assert_eq!(meter_text(severity, Tier::Rich), meter);
        assert_eq!(meter_text(severity, Tier::Console), meter);
        assert_eq!(meter_text(severity, Tier::Ascii), ascii);
    }
}

#[test]
fn a_badge_is_reversed_with_its_edges() {
    let theme = Theme::built_in("mono").unwrap();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));

    let area = buffer.area;

    let taken = severity_badge(paint(&theme, Tier::Rich), &mut buffer, area, Severity::P2);

    assert_eq!(taken, 9);
    let reversed: Vec<bool> = buffer
        .content
        .iter()
        .map(|cell| cell.modifier.contains(Modifier::REVERSED))
        .collect();
    assert_eq!(reversed, [[true; 9].as_slice(), &[false; 3]].concat());
}
/// Turned over, a full block has the colour of the ground.
#[test]
fn the_bar_of_what_is_overdue_is_seen() {
    for name in ["mono", "harbor", "wall"] {
        let theme = Theme::built_in(name).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let area = buffer.area;

        bar(
            paint(&theme, Tier::Rich),
            &mut buffer,
            area,
            1.0,
            Role::Over,
        );

        let unseen = |cell: &Cell| cell.modifier.contains(Modifier::REVERSED);
        assert!(!buffer.content.iter().any(unseen), "{name}");
    }
}

#[test]
fn a_bar_shows_what_is_over() {
    let step = TimeDelta::minutes(45).as_seconds_f64();
    let over = |left: TimeDelta| 1.0 - left.as_seconds_f64() / step;
    for (columns, left, filled) in [
        (37, TimeDelta::seconds(442), 31),
        (43, TimeDelta::seconds(442), 36),
        (56, TimeDelta::seconds(442), 47),
        (37, TimeDelta::seconds(318), 33),
        (76, TimeDelta::seconds(108), 73),
        (10, TimeDelta::seconds(1), 9),
        (10, TimeDelta::zero(), 10),
        (10, TimeDelta::seconds(-60), 10),
        (10, TimeDelta::seconds(2700), 0),
    ] {
        let shown = bar_text(over(left), columns, Tier::Rich);
        assert_eq!(shown.matches('█').count(), filled, "{shown}");
        assert_eq!(format::width(&shown), usize::from(columns));
    }
    assert_eq!(bar_text(0.81, 10, Tier::Rich), "████████░░");
    assert_eq!(bar_text(0.64, 16, Tier::Rich), "██████████░░░░░░");
    assert_eq!(bar_text(f64::NAN, 4, Tier::Ascii), "....");
    assert_eq!(
        bar_text(over(TimeDelta::seconds(442)), 37, Tier::Ascii),
        "###############################......"
    );
}

#[test]
fn a_sparkline_leaves_gaps_where_nothing_was_seen() {
    for (heights, rich, ascii) in [
        ([2, 2, 3, 5, 7, 7, 8, 7], "▂▂▃▅▇▇█▇", ",,.=**#*"),
        ([3, 2, 2, 2, 3, 3, 2, 8], "▃▂▂▂▃▃▂█", ".,,,..,#"),
        ([5, 5, 5, 2, 0, 0, 0, 0], "▅▅▅▂    ", "===,    "),
    ] {
        let samples = samples(&heights);
        let spark = Spark {
            samples: &samples,
            limit: Some(1.0),
        };

        assert_eq!(spark.text(8, Tier::Rich), rich);
        assert_eq!(spark.text(8, Tier::Ascii), ascii);
        assert_eq!(
            spark.text(4, Tier::Rich),
            rich.chars().skip(4).collect::<String>()
        );
        assert_eq!(spark.text(10, Tier::Rich), format!("  {rich}"));
    }
}

#[test]
fn a_steady_value_is_a_low_line_and_its_noise_no_drama() {
    let steady: Vec<Option<f64>> = [38.0, 41.0, 36.0, 40.0, 38.0, 44.0].map(Some).to_vec();
    let doubled: Vec<Option<f64>> = [38.0, 38.0, 38.0, 80.0, 150.0].map(Some).to_vec();
    let text = |samples: &[Option<f64>]| {
        Spark {
            samples,
            limit: None,
        }
        .text(6, Tier::Rich)
    };

    assert_eq!(text(&steady), "▂▂▂▂▂▂");
    assert_eq!(text(&doubled), " ▂▂▂▄▆");
    assert_eq!(
        text(&[
            Some(0.0),
            Some(f64::NAN),
            Some(f64::INFINITY),
            Some(-1.0),
            None
        ]),
        " ▁  ▁ "
    );
    assert_eq!(text(&[]), "      ");
}

#[test]
fn a_row_s_columns_never_jump() {
    let columns = [
        Column::words(1).after(0),
        Column::words(9),
        Column::rest(),
        Column::numbers(6).after(0),
    ];
    let plain = Style::new();
    let next = |texts: [&str; 4]| {
        one(39, Tier::Rich, |paint, buffer, area| {
            row(
                paint,
                buffer,
                area,
                &columns,
                &texts.map(|text| (text, plain)),
            );
        })
    };

    for (texts, shown) in [
        (
            ["▲", "ESCALATE", "Engineering Manager", "07:22"],
            "▲ ESCALATE  Engineering Manager   07:22",
        ),
        (
            [" ", "UPDATE", "#incidents", "13m"],
            "  UPDATE    #incidents              13m",
        ),
        (
            [" ", "RESOLVE", "P2 target 4h", "3h07"],
            "  RESOLVE   P2 target 4h           3h07",
        ),
        (
            ["✓", "ACK", "bo, in 1m40 of 15m", "done"],
            "✓ ACK       bo, in 1m40 of 15m     done",
        ),
        (
            [" ", "ESCALATE", "Vice President of Engineering", "1h07"],
            "  ESCALATE  Vice President of En…  1h07",
        ),
    ] {
        assert_eq!(next(texts).trim_end(), shown.trim_end(), "{texts:?}");
    }
}

#[test]
fn a_probe_s_row_is_the_designed_one() {
    let columns = [
        Column::words(1),
        Column::words(14),
        Column::words(5),
        Column::numbers(6),
        Column::words(8),
    ];
    let heights = samples(&[2, 2, 3, 5, 7, 7, 8, 7]);
    let spark = Spark {
        samples: &heights,
        limit: Some(1.0),
    }
    .text(8, Tier::Rich);
    let took = format::took(std::time::Duration::from_millis(1840));
    let texts = ["▲", "api /health", "SLOW", &took, &spark].map(|text| (text, Style::new()));

    let shown = one(39, Tier::Rich, |paint, buffer, area| {
        row(paint, buffer, area, &columns, &texts);
    });

    assert_eq!(shown, " ▲ api /health    SLOW   1.84s ▂▂▃▅▇▇█▇");
}

#[test]
fn a_sheet_quotes_exactly() {
    let shown = drawn((74, 4), Tier::Rich, |paint, buffer, area| {
        let inside = sheet(paint, buffer, area, "exactly this text");
        put_line(
            buffer,
            inside,
            &Line::from("Investigating: Video generation is unavailable"),
        );
    });

    assert_eq!(
        shown,
        [
            "┌ exactly this text ─────────────────────────────────────────────────────┐",
            "│ Investigating: Video generation is unavailable                         │",
            "│                                                                        │",
            "└────────────────────────────────────────────────────────────────────────┘",
        ]
    );
}

#[test]
fn a_sheet_has_sections_and_hides_what_is_behind() {
    let shown = drawn((16, 4), Tier::Ascii, |paint, buffer, area| {
        buffer.set_string(0, 1, "漢字漢字漢字漢字", Style::new());
        let area = Rect {
            x: 3,
            width: 13,
            ..area
        };
        sheet(paint, buffer, area, "Keys");
        sheet_rule(paint, buffer, Rect { y: 2, ..area }, "");
    });

    assert_eq!(
        shown,
        [
            "   + Keys -----+",
            "漢 |           |",
            "   +-----------+",
            "   +-----------+",
        ]
    );
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("tests write instants that are")
}

#[test]
fn a_screen_s_roles_can_be_read_below_its_words() {
    let theme = Theme::roles();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 22, 2));
    let area = buffer.area;
    let paint = paint(&theme, Tier::Rich);

    Rule {
        number: Some(2),
        title: "HEALTH",
        right: "1 ok",
        ..Rule::default()
    }
    .draw(paint, &mut buffer, area);
    bar(
        paint,
        &mut buffer,
        Rect {
            y: 1,
            height: 1,
            ..area
        },
        0.5,
        Role::Soon,
    );

    assert_eq!(
        lettered(&buffer),
        "─2 HEALTH ───── 1 ok ─\n-ttttttttt-----mmmmmm-\n███████████░░░░░░░░░░░\nddddddddddd-----------\n"
    );
}
