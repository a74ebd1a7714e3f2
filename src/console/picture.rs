//! How the state comes onto the terminal.

use chrono::{DateTime, Utc};
use color_eyre::eyre::WrapErr as _;
use ratatui::{Terminal, backend::Backend};

use super::Setup;
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

    pub(super) fn draw<B>(
        &self,
        app: &App,
        now: DateTime<Utc>,
        terminal: &mut Terminal<B>,
    ) -> color_eyre::Result<()>
    where
        B: Backend<Error: Send + Sync + 'static>,
    {
        let look = Look {
            theme: &self.theme,
            depth: self.capability.depth,
            tier: self.capability.glyphs,
            slow: self.is_slow(),
        };
        terminal
            .draw(|frame| view::draw(app, look, now, frame))
            .wrap_err("drawing the screen")?;
        Ok(())
    }
}
