//! What stands where. Below each row of words stand its roles, by letter.

use super::fixture::{busy, now, quiet, screen};
use warroom::ui::{app::App, capability::Tier, theme::lettered};

fn shown(app: &App, size: (u16, u16), tier: Tier) -> String {
    let (columns, rows) = size;
    format!(
        "{columns}x{rows}\n{}",
        lettered(&screen(app, size, tier, now()))
    )
}

macro_rules! sizes {
    ($($name:ident: $columns:literal x $rows:literal $tier:ident;)*) => {
        $(#[test]
        fn $name() {
            insta::assert_snapshot!(shown(&busy(), ($columns, $rows), Tier::$tier));
        })*
    };
}

sizes! {
    at_80x24: 80 x 24 Rich;
    at_120x40: 120 x 40 Rich;
    at_200x60: 200 x 60 Rich;
    at_60x20: 60 x 20 Rich;
    at_40x8: 40 x 8 Rich;
    at_40x1: 40 x 1 Rich;
    at_1x1: 1 x 1 Rich;
    at_80x24_ascii: 80 x 24 Ascii;
    at_120x40_ascii: 120 x 40 Ascii;
    at_200x60_ascii: 200 x 60 Ascii;
    at_60x20_ascii: 60 x 20 Ascii;
    at_40x8_ascii: 40 x 8 Ascii;
    at_40x1_ascii: 40 x 1 Ascii;
    at_80x24_console: 80 x 24 Console;
}

#[test]
fn quiet_at_80x24() {
    insta::assert_snapshot!(shown(&quiet(), (80, 24), Tier::Rich));
}
