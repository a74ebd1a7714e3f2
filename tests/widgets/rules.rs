//! Rules: what a pane's title says, and how dividers meet it.

use ratatui::layout::{Position, Rect};
use warroom::ui::{
    capability::Tier,
    format,
    widget::{Joint, Rule, joint, tabs},
};

use super::one;

const NEXT: Rule<'_> = Rule {
    number: Some(1),
    title: "NEXT",
    note: "",
    right: "",
    focused: true,
};

const HEALTH: Rule<'_> = Rule {
    number: Some(2),
    title: "HEALTH",
    note: "",
    right: "3 ok  1 slow  1 down  1 ?",
    focused: false,
};

/// Two rules side by side, with a divider at column 40.
fn two_rules(left: Rule<'_>, right: Rule<'_>, tier: Tier) -> String {
    one(80, tier, |paint, buffer, area| {
        left.draw(paint, buffer, Rect { width: 40, ..area });
        right.draw(
            paint,
            buffer,
            Rect {
                x: 41,
                width: 39,
                ..area
            },
        );
        joint(paint, buffer, Position { x: 40, y: 0 }, Joint::Down);
    })
}

#[test]
fn the_rule_of_the_focused_pane_is_heavy() {
    for (tier, shown) in [
        (
            Tier::Rich,
            "━1▌NEXT▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┯─2 HEALTH ─ 3 ok  1 slow  1 down  1 ? ─",
        ),
        (
            Tier::Console,
            "═1▌NEXT▐════════════════════════════════╤─2 HEALTH ─ 3 ok  1 slow  1 down  1 ? ─",
        ),
        (
            Tier::Ascii,
            "=1[NEXT]================================+-2 HEALTH - 3 ok  1 slow  1 down  1 ? -",
        ),
    ] {
        assert_eq!(two_rules(NEXT, HEALTH, tier), shown);
    }
    let quiet = Rule {
        note: "by this computer's clock",
        ..NEXT
    };
    let was = Rule {
        right: "was 3 ok 1 slow 1 dn",
        ..HEALTH
    };
    assert_eq!(
        two_rules(quiet, was, Tier::Rich),
        "━1▌NEXT▐ by this computer's clock ━━━━━━┯─2 HEALTH ────── was 3 ok 1 slow 1 dn ─"
    );
}

#[test]
fn a_rule_says_what_its_pane_holds() {
    let rule = |number, title, note, right| Rule {
        number,
        title,
        note,
        right,
        focused: false,
    };
    for (rule, shown) in [
        (
            rule(Some(4), "UPDATE", "draft 3, not sent", "next due 14:20Z"),
            "─4 UPDATE  draft 3, not sent ───────────────────────────────── next due 14:20Z ─",
        ),
        (
            rule(None, "", "preview: #incidents", ""),
            "─ preview: #incidents ──────────────────────────────────────────────────────────",
        ),
        (
            rule(None, "SIMILAR", "", ""),
            "─SIMILAR ───────────────────────────────────────────────────────────────────────",
        ),
        (
            Rule {
                focused: true,
                ..rule(Some(5), "LADDER", "", "zoomed · z to go back")
            },
            "━5▌LADDER▐━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ zoomed · z to go back ━",
        ),
        (
            Rule {
                focused: true,
                ..rule(None, "SEND TO CUSTOMERS", "update 4", "")
            },
            "━▌SEND TO CUSTOMERS▐ update 4 ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━",
        ),
    ] {
        assert_eq!(
            one(80, Tier::Rich, |paint, buffer, area| rule
                .draw(paint, buffer, area)),
            shown
        );
    }
}

#[test]
fn a_divider_comes_up_to_a_rule_but_not_into_its_words() {
    let timeline = Rule {
        number: Some(3),
        title: "TIMELINE",
        note: "",
        right: "14 entries · newest first",
        focused: false,
    };
    let with_divider_at = |x| {
        one(80, Tier::Rich, |paint, buffer, area| {
            timeline.draw(paint, buffer, area);
            joint(paint, buffer, Position { x, y: 0 }, Joint::Up);
        })
    };

    assert_eq!(
        with_divider_at(40),
        "─3 TIMELINE ────────────────────────────┴─────────── 14 entries · newest first ─"
    );
    assert_eq!(
        with_divider_at(60),
        "─3 TIMELINE ──────────────────────────────────────── 14 entries · newest first ─"
    );
}

#[test]
fn what_does_not_fit_on_a_rule_goes_in_order() {
    let rule = Rule {
        note: "draft 3",
        right: "14:20Z",
        title: "UPDATE",
        number: Some(4),
        focused: false,
    };
    for (width, shown) in [
        (30, "─4 UPDATE  draft 3 ── 14:20Z ─"),
        (28, "─4 UPDATE ───────── 14:20Z ─"),
        (19, "─4 UPDATE ─────────"),
        (8, "─4 UP… ─"),
        (3, "─4 "),
        (1, "─"),
    ] {
        let found = one(width, Tier::Rich, |paint, buffer, area| {
            rule.draw(paint, buffer, area);
        });
        assert_eq!(format::width(&found), usize::from(width));
        if width > 3 {
            assert_eq!(found, shown);
        }
    }
}

#[test]
fn narrow_screens_have_tabs() {
    let titles = ["1 NEXT", "2 HEALTH", "3 TIMELINE", "4 UPDATE", "5 LADDER"];
    for (tier, focused, shown) in [
        (
            Tier::Rich,
            0,
            "━[1 NEXT]━━2 HEALTH──3 TIMELINE──4 UPDATE──5 LADDER─────────",
        ),
        (
            Tier::Ascii,
            0,
            "=[1 NEXT]==2 HEALTH--3 TIMELINE--4 UPDATE--5 LADDER---------",
        ),
        (
            Tier::Rich,
            1,
            "─1 NEXT━━[2 HEALTH]━━3 TIMELINE──4 UPDATE──5 LADDER─────────",
        ),
        (
            Tier::Rich,
            4,
            "─1 NEXT──2 HEALTH──3 TIMELINE──4 UPDATE━━[5 LADDER]━━───────",
        ),
    ] {
        assert_eq!(
            one(60, tier, |paint, buffer, area| tabs(
                paint, buffer, area, &titles, focused
            )),
            shown
        );
    }
}
