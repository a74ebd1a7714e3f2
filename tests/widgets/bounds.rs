//! No area is too small, too large or too far out, and no text too odd.

use proptest::prelude::*;
use ratatui::{
    buffer::{Buffer, Cell, CellWidth as _},
    layout::{Position, Rect},
    style::Style,
    text::{Line, Span},
};
use warroom::{
    domain::severity::Severity,
    ui::{
        capability::Tier,
        format::Align,
        theme::{Role, Theme},
        widget::{
            Big, Chart, Column, Joint, Paint, Rule, Size, Spark, badge, bar, divider, joint, row,
            severity_badge, sheet, sheet_rule, spread, tabs,
        },
    },
};

use super::{TIERS, drawn, instant, paint};

/// Every widget, each with the same text.
const WIDGETS: [fn(Paint<'_>, &mut Buffer, Rect, &str); 14] = [
    |p, b, a, t| _ = badge(p, b, a, t, p.style(Role::Focus)),
    |p, b, a, _| _ = severity_badge(p, b, a, Severity::P1),
    |p, b, a, t| {
        Rule {
            number: Some(9),
            title: t,
            note: t,
            right: t,
            focused: true,
        }
        .draw(p, b, a);
    },
    |p, b, a, t| {
        Rule {
            number: None,
            title: t,
            note: t,
            right: t,
            focused: false,
        }
        .draw(p, b, a);
    },
    |p, b, a, t| tabs(p, b, a, &[t, "NEXT", t], t.len() % 4),
    |p, b, a, _| divider(p, b, a),
    |p, b, a, t| {
        bar(
            p,
            b,
            a,
            t.bytes().map(f64::from).sum::<f64>() / 2000.0,
            Role::Soon,
        );
    },
    |p, b, a, t| {
        Spark {
            samples: &values(t),
            limit: None,
        }
        .draw(p, b, a);
    },
    |p, b, a, t| {
        let span = (
            instant("2026-01-22T13:07:00Z"),
            instant("2026-01-22T14:07:00Z"),
        );
        Chart {
            title: t,
            samples: &values(t),
            limit: Some(7.0),
            span,
            label: |v| v.to_string(),
        }
        .draw(p, b, a);
    },
    |p, b, a, t| {
        let size = [Size::Small, Size::Wide, Size::Tall][t.len() % 3];
        Big {
            text: t,
            size,
            align: Align::Centre,
            style: Style::new(),
        }
        .draw(p, b, a);
    },
    |p, b, a, t| {
        let inside = sheet(p, b, a, t);
        assert_eq!(
            inside.intersection(a),
            inside,
            "what is inside of a sheet is in its area"
        );
    },
    |p, b, a, t| sheet_rule(p, b, a, t),
    |p, b, a, t| {
        let columns = [
            Column::words(3),
            Column::rest(),
            Column::numbers(5).after(2),
        ];
        row(
            p,
            b,
            a,
            &columns,
            &[(t, Style::new()), (t, Style::new()), (t, Style::new())],
        );
    },
    |p, b, a, t| {
        let line = Line::from(vec![Span::raw(t), Span::raw("|"), Span::raw(t)]);
        spread(p, b, a, &line, &line);
    },
];

fn values(text: &str) -> Vec<Option<f64>> {
    text.chars()
        .map(|c| match c {
            'a' => None,
            'b' => Some(f64::NAN),
            'c' => Some(f64::MAX),
            'd' => Some(-f64::INFINITY),
            other => Some(f64::from(u32::from(other))),
        })
        .collect()
}

#[test]
fn every_widget_bears_the_smallest_areas() {
    for (width, height) in (0..6).flat_map(|width| (0..6).map(move |height| (width, height))) {
        for (tier, text) in TIERS
            .into_iter()
            .flat_map(|tier| ["", "a", "漢字", "07:22"].map(|t| (tier, t)))
        {
            for widget in WIDGETS {
                drawn((width, height), tier, |p, b, a| widget(p, b, a, text));
            }
        }
    }
}

proptest! {
    // 14 widgets in three tiers: the usual 256 would meet each a few times only.
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn no_widget_draws_outside_of_its_area(
        text in "\\PC{0,40}|[a-d\u{1}\u{1b}]{0,30}|[漢e\u{301}👩\u{200d}🚀ﾞ]{0,20}",
        (x, y, width, height) in (0_u16..30, 0_u16..12, 0_u16..70, 0_u16..14),
        tier in 0_usize..3,
        widget in 0..WIDGETS.len(),
    ) {
        let theme = Theme::roles();
        let screen = Rect::new(2, 1, 40, 12);
        let untouched = Cell::new("x");
        let mut buffer = Buffer::filled(screen, untouched.clone());
        let area = Rect { x, y, width, height };

        WIDGETS[widget](paint(&theme, TIERS[tier]), &mut buffer, area, &text);

        for position in screen.positions() {
            let cell = &buffer[position];
            if area.contains(position) {
                let end = position.x + cell.symbol().cell_width();
                prop_assert!(end <= area.right().min(screen.right()), "{:?} hangs over", cell);
            } else {
                prop_assert_eq!(cell, &untouched);
            }
        }
    }

    #[test]
    fn the_lower_tiers_draw_only_what_their_fonts_have(
        text in "[ -~]{0,20}",
        (width, height) in (0_u16..60, 0_u16..12),
        widget in 0..WIDGETS.len(),
    ) {
        for row in drawn((width, height), Tier::Ascii, |p, b, a| WIDGETS[widget](p, b, a, &text)) {
            prop_assert!(row.is_ascii(), "{}", row);
        }
        for row in drawn((width, height), Tier::Console, |p, b, a| WIDGETS[widget](p, b, a, &text)) {
            prop_assert!(row.chars().all(|c| c.is_ascii() || CONSOLE.contains(c)), "{}", row);
        }
    }

    #[test]
    fn joints_are_harmless_anywhere(x in 0_u16..50, y in 0_u16..20) {
        let theme = Theme::roles();
        let mut buffer = Buffer::filled(Rect::new(2, 1, 40, 12), Cell::new("x"));
        let before = buffer.clone();

        joint(paint(&theme, Tier::Rich), &mut buffer, Position { x, y }, Joint::Cross);

        prop_assert_eq!(buffer, before);
    }
}

/// What of code page 437 widgets use.
const CONSOLE: &str = "•▲■√►▌▐─═│┬╤┴╧┼╪├┤┌┐└┘█░▒▓▀▄·";
