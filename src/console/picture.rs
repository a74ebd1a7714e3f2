//! How the state comes onto the terminal.

use chrono::{DateTime, Utc};

use super::{Setup, terminal::Screen};
use crate::ui::{
    app::App,
    capability::{Capability, Profile},
    theme::Theme,
    view::{self, Look},
};

/// How the state is drawn.
pub(super) struct Picture {
    pub(super) theme: Theme,
    capability: Capability,
}

impl Picture {
    pub(super) fn of(setup: &Setup) -> Self {
        Self {
            theme: setup.theme.clone(),
            capability: setup.capability.clone(),
        }
    }

    pub(super) fn is_slow(&self) -> bool {
        matches!(self.capability.profile, Profile::Slow | Profile::Serial)
    }

    pub(super) fn draw(&self, app: &App, now: DateTime<Utc>, screen: &mut Screen) {
        let look = Look {
            theme: &self.theme,
            depth: self.capability.depth,
            tier: self.capability.glyphs,
            slow: self.is_slow(),
        };
        screen.draw(|cells| view::draw(app, look, now, cells));
    }
}
