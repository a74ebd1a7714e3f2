//! Every theme can be read, and its states can be told apart, also by the
//! colour-blind; on terminals with all colours, and with 256.
//!
//! Colour blindness is simulated with the matrices for full severity of G. M.
//! Machado, M. M. Oliveira and L. A. F. Fernandes, "A Physiologically-based
//! Model for Simulation of Color Vision Deficiency", IEEE Transactions on
//! Visualization and Computer Graphics 15(6), 2009, on linear light.

use std::fmt::Write as _;

use palette::{
    IntoColor as _, Lab, LinSrgb, Srgb,
    color_difference::{Ciede2000 as _, Wcag21RelativeContrast as _},
};
use ratatui::style::{Color, Modifier, Style};
use warroom::ui::{
    capability::Depth,
    theme::{Role, Theme, shown},
};

use super::theme;

type Matrix = [[f64; 3]; 3];

/// Machado 2009, table 1, severity 1.0.
const BLINDNESS: [(&str, Matrix); 3] = [
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

/// What a theme promises: contrasts to one, and differences in CIEDE2000.
struct Targets {
    theme: &'static str,
    text: f64,
    muted: f64,
    state: f64,
    rule: f64,
    badge: f64,
    apart: f64,
    apart_blind: f64,
}

/// A theme that is read at arm's length.
const fn near(theme: &'static str, apart_blind: f64) -> Targets {
    Targets {
        theme,
        text: 7.0,
        muted: 4.5,
        state: 4.5,
        rule: 3.0,
        badge: 4.5,
        apart: 15.0,
        apart_blind,
    }
}

/// A theme for low vision.
const fn contrast(theme: &'static str, state: f64) -> Targets {
    Targets {
        theme,
        text: 15.0,
        muted: 10.0,
        state,
        rule: 7.0,
        badge: 7.0,
        apart: 15.0,
        apart_blind: 8.0,
    }
}

/// A theme that is read from metres away. At night it is dimmer.
const fn wall(theme: &'static str) -> Targets {
    Targets {
        theme,
        text: 12.0,
        muted: 7.0,
        state: 7.0,
        rule: 4.5,
        badge: 7.0,
        apart: 15.0,
        apart_blind: 10.0,
    }
}

/// `mono` and `terminal` are missing: their colours are the terminal's own.
const TARGETS: [Targets; 8] = [
    near("harbor", 8.0),
    near("daylight", 8.0),
    contrast("contrast-dark", 9.0),
    contrast("contrast-light", 7.0),
    near("signal", 13.0),
    near("signal-light", 13.0),
    wall("wall"),
    wall("wall-night"),
];

const TEXT: [Role; 2] = [Role::Normal, Role::Strong];
const ACCENTS: [Role; 3] = [Role::Focus, Role::Key, Role::Link];
const STATES: [Role; 4] = [Role::Ok, Role::Warn, Role::Bad, Role::Stale];

fn rgb(color: Option<Color>) -> Srgb<f64> {
    let (r, g, b) = match color {
        Some(Color::Rgb(r, g, b)) => (r, g, b),
        Some(Color::Indexed(index)) => shown(index).expect("one of the 240 that are known"),
        other => panic!("{other:?} has no known look"),
    };
    Srgb::new(r, g, b).into_format()
}

fn seen(color: Srgb<f64>, by: &Matrix) -> Srgb<f64> {
    let light = color.into_linear();
    let [r, g, b] = by.map(|row| {
        (row[0] * light.red + row[1] * light.green + row[2] * light.blue).clamp(0.0, 1.0)
    });
    Srgb::from_linear(LinSrgb::new(r, g, b))
}

fn difference(one: Srgb<f64>, other: Srgb<f64>) -> f64 {
    let lab = |color: Srgb<f64>| -> Lab<_, f64> { color.into_color() };
    lab(one).difference(lab(other))
}

/// Collects what misses its target, so that one run shows all of it.
struct Checks {
    theme: &'static str,
    depth: Depth,
    failures: String,
}

impl Checks {
    fn at_least(&mut self, pair: &str, value: f64, target: f64) {
        if value < target {
            let Self { theme, depth, .. } = self;
            writeln!(
                self.failures,
                "{theme} at {depth:?}: {pair} is {value:.2}, target {target}"
            )
            .expect("a string takes everything");
        }
    }
}

fn foreground(style: Style) -> Srgb<f64> {
    rgb(style.fg)
}

fn check_contrast(theme: &Theme, targets: &Targets, checks: &mut Checks) {
    let depth = checks.depth;
    for (surface, on) in [(Role::Base, "base"), (Role::Raised, "raised")] {
        let back = rgb(theme.style(surface, depth).bg);
        let mut pairs: Vec<(Role, f64)> = TEXT.map(|role| (role, targets.text)).to_vec();
        pairs.push((Role::Muted, targets.muted));
        if surface == Role::Base {
            pairs.push((Role::Rule, targets.rule));
        }
        pairs.extend(
            STATES
                .into_iter()
                .chain(ACCENTS)
                .map(|role| (role, targets.state)),
        );
        for (role, target) in pairs {
            // Sheets are made of text; a state on one has to be readable, no more.
            let state = STATES.contains(&role) || ACCENTS.contains(&role);
            let target = if surface == Role::Raised && state {
                4.5
            } else {
                target
            };
            let value = foreground(theme.style(role, depth)).relative_contrast(back);
            checks.at_least(&format!("{role} on {on}"), value, target);
        }
    }
}

fn check_badges(theme: &Theme, targets: &Targets, checks: &mut Checks) {
    let base = rgb(theme.style(Role::Base, checks.depth).bg);
    for role in Role::ALL {
        let style = theme.style(role, checks.depth);
        if !style.add_modifier.contains(Modifier::REVERSED) || style.fg.is_none() {
            continue;
        }
        // Reversed, the surface is the text and the role's colour is behind it.
        let value = foreground(style).relative_contrast(style.bg.map_or(base, |bg| rgb(Some(bg))));
        checks.at_least(
            &format!("text on the badge of {role}"),
            value,
            targets.badge,
        );
    }
}

fn check_apart(theme: &Theme, targets: &Targets, checks: &mut Checks) {
    for (place, one) in STATES.into_iter().enumerate() {
        for other in &STATES[..place] {
            let a = foreground(theme.style(one, checks.depth));
            let b = foreground(theme.style(*other, checks.depth));
            let pair = format!("{one} from {other}");
            checks.at_least(&pair, difference(a, b), targets.apart);
            for (name, matrix) in &BLINDNESS {
                let value = difference(seen(a, matrix), seen(b, matrix));
                checks.at_least(&format!("{pair} with {name}"), value, targets.apart_blind);
            }
        }
    }
}

#[test]
fn every_theme_can_be_read_and_its_states_told_apart() {
    let mut failures = String::new();
    for targets in &TARGETS {
        let theme = theme(targets.theme);
        for depth in [Depth::True, Depth::Ansi256] {
            let mut checks = Checks {
                theme: targets.theme,
                depth,
                failures: String::new(),
            };
            check_contrast(&theme, targets, &mut checks);
            check_badges(&theme, targets, &mut checks);
            check_apart(&theme, targets, &mut checks);
            failures += &checks.failures;
        }
    }

    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_checked_theme_is_built_in_and_the_rest_has_no_colours_of_its_own() {
    for name in Theme::names() {
        let theme = theme(name);
        let own = Role::ALL.into_iter().any(|role| {
            let style = theme.style(role, Depth::True);
            [style.fg, style.bg]
                .into_iter()
                .any(|color| matches!(color, Some(Color::Rgb(..))))
        });
        assert_eq!(
            own,
            TARGETS.iter().any(|targets| targets.theme == name),
            "{name}"
        );
    }
}
