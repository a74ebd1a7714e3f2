//! What of a theme is hard to see: told to whoever checks it, and used as it is.

use ratatui::style::{Color, Modifier};

use super::{Role, Theme};
use crate::ui::capability::Depth;

/// How much brighter one of the two has to be at the least, to be read (WCAG).
const READABLE: [(Role, f64); 9] = [
    (Role::Normal, 7.0),
    (Role::Strong, 7.0),
    (Role::Muted, 4.5),
    (Role::Rule, 3.0),
    (Role::Focus, 4.5),
    (Role::Ok, 4.5),
    (Role::Warn, 4.5),
    (Role::Bad, 4.5),
    (Role::Stale, 4.5),
];

impl Theme {
    /// What can hardly be read, and states that look like plain text; nothing
    /// of a theme whose colours the terminal chooses.
    pub fn hard_to_see(&self) -> Vec<String> {
        let style = |role| self.style(role, Depth::True);
        let Some(surface) = style(Role::Base).bg.and_then(luminance) else {
            return Vec::new();
        };
        let plain = [Role::Normal, Role::Strong].map(|role| style(role).fg);
        let mut found = Vec::new();
        for (role, least) in READABLE {
            let fg = style(role).fg;
            let is_reversed = style(role).add_modifier.contains(Modifier::REVERSED);
            let is_bad = matches!(role, Role::Warn | Role::Bad);
            if is_bad && !is_reversed && plain.contains(&fg) {
                found.push(format!("{role} looks like plain text: give it a colour"));
            }
            let contrast = fg.and_then(luminance).map(|it| contrast(it, surface));
            if let Some(contrast) = contrast.filter(|it| *it < least) {
                found.push(format!(
                    "{role} is hard to read on surface.base: {contrast:.1} to 1, and it should be {least} to 1"
                ));
            }
        }
        found
    }
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// How bright a colour is, from 0 to 1; `None` where the terminal says.
fn luminance(color: Color) -> Option<f64> {
    let Color::Rgb(red, green, blue) = color else {
        return None;
    };
    let [red, green, blue] = [red, green, blue].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    Some(0.2126 * red + 0.7152 * green + 0.0722 * blue)
}
