//! The wall: the war room for people who stand metres away. It shows, and takes
//! nothing: no key reaches it, and nothing it sees is recorded.
//!
//! Size follows distance. What must be read from eight metres has at least
//! four rows of fifty: the title, the severity, the nearest clocks, and every
//! probe that is not well. What is well stays small.
//!
//! It is never stale without saying so. The engine's beats move the dots at
//! the bottom; without a beat for ten seconds it says so in the header, and
//! after thirty it shows NO DATA in the biggest letters there are.

mod beat;
mod clocks;
mod frame;
mod health;
mod incident;
mod latest;
mod lost;
mod message;
mod page;
mod quiet;
mod small;
mod stopped;

use chrono::{DateTime, TimeDelta, Utc};
use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    app::{self, App},
    canvas::Canvas,
    layout::Size,
    msg::Msg,
    theme::Role,
    view::{self, Look},
};
use crate::domain::{night::Night, text::one_line};

pub use beat::Beat;
use page::Pages;
pub use stopped::stopped;

/// The wall's state.
#[derive(Debug, Clone)]
pub struct Wall {
    /// What the log and the probes say.
    pub app: App,
    /// When it was started.
    pub started: DateTime<Utc>,
    /// Nobody's name and nobody's words are shown, only roles (W18).
    pub redact: bool,
    /// Why there is no data, as the last failure said.
    pub reason: Option<String>,
    /// Whether somebody keeps this host's clock right; `None` if nobody knows (W14).
    pub synchronised: Option<bool>,
    pages: Pages,
    beats: u64,
    last_beat: Option<DateTime<Utc>>,
}

impl Wall {
    /// A wall on which nothing is shown yet. Names are left out until `redact`
    /// is set to false.
    pub fn new(app: App, now: DateTime<Utc>) -> Self {
        let mut wall = Self {
            app,
            started: now,
            redact: true,
            reason: None,
            synchronised: None,
            pages: Pages::default(),
            beats: 0,
            last_beat: None,
        };
        wall.turn(now);
        wall
    }

    /// Whether this host's clock is kept right, as far as anybody knows; and as
    /// the server's is.
    pub fn trusts_clock(&self) -> bool {
        self.synchronised != Some(false) && !self.app.shared.link.clock_is_off()
    }

    /// Whether what is shown is the state of now.
    pub fn beat(&self, now: DateTime<Utc>) -> Beat {
        Beat::of(self, now)
    }

    /// Whether the dimmer theme is in place (W17): at night, unless there is
    /// something that nobody may miss.
    pub fn is_dim(&self, night: Night, now: DateTime<Utc>) -> bool {
        let local = now + TimeDelta::seconds(self.app.local_offset_s.into());
        let open = self.app.board.open();
        let is_quiet = !open.into_iter().any(page::is_worst);
        let is_live = !matches!(self.beat(now), Beat::Lost(_) | Beat::Never);
        night.holds(local.time()) && is_quiet && is_live
    }

    /// How many beats of the engine were seen; moves the dots.
    pub const fn beats(&self) -> u64 {
        self.beats
    }

    /// Shows the page whose turn it is.
    fn turn(&mut self, now: DateTime<Utc>) {
        self.pages.turn(&self.app.board, now);
        self.app.shown = self.pages.shown();
    }
}

/// What a message changes on the wall. Keys and pasted text change nothing,
/// and nothing ever leaves (W1).
pub fn update(wall: &mut Wall, msg: Msg, now: DateTime<Utc>) {
    match msg {
        Msg::Key(_)
        | Msg::Paste(_)
        | Msg::Lines(_)
        | Msg::Edited(_)
        | Msg::Drafts(_)
        | Msg::DraftSaved(_) => {
            return;
        }
        Msg::Recorded(_) | Msg::Told(_) | Msg::Policy(..) | Msg::Away(_) | Msg::Tick => {}
        Msg::Failed(why) => wall.reason = Some(one_line(&why)),
        Msg::Engine(seen) => {
            if seen.ticked_at.is_some() && seen.ticked_at != wall.app.engine.ticked_at {
                wall.beats += 1;
                wall.last_beat = Some(now);
                wall.reason = None;
            }
            wall.app.engine = seen;
        }
        Msg::DraftSent(_)
        | Msg::Entries(_)
        | Msg::Shared(_)
        | Msg::Reading(..)
        | Msg::Deliveries(_)
        | Msg::Read(_)
        | Msg::Stepped(_)
        | Msg::Runbooks(_) => {
            // What would be recorded is for a console to record.
            drop(app::update(&mut wall.app, msg, now));
        }
    }
    wall.turn(now);
}

/// Draws the wall as it is at `now`, over whatever `buffer` holds. No cursor
/// is to be seen on it.
pub fn draw(wall: &Wall, look: Look<'_>, now: DateTime<Utc>, buffer: &mut Buffer) {
    let screen = buffer.area;
    let size = Size::of(screen);
    // The console's picture has names in it; a single line has none.
    if size < Size::Small && (!wall.redact || size == Size::Line) {
        view::draw(&wall.app, look, now, buffer);
        let mut canvas = Canvas::new(buffer, screen, look.into());
        small::draw(wall, &mut canvas, now);
        canvas.in_tier();
        return;
    }
    let mut canvas = Canvas::new(buffer, screen, look.into());
    canvas.clear(Role::Base);
    page(
        wall,
        &mut canvas.part(shifted(screen, wall.started, now)),
        now,
    );
    canvas.in_tier();
}

fn page(wall: &Wall, canvas: &mut Canvas<'_, '_>, now: DateTime<Utc>) {
    match (wall.beat(now), wall.app.incident()) {
        (Beat::Lost(seen), _) => lost::draw(wall, Some(seen), canvas, now),
        (Beat::Never, _) => lost::draw(wall, None, canvas, now),
        (Beat::Live | Beat::Late(_) | Beat::Starting, Some(shown)) => {
            incident::draw(wall, shown, canvas, now);
        }
        (Beat::Live | Beat::Late(_) | Beat::Starting, None) => quiet::draw(wall, canvas, now),
    }
}

/// Minutes that the picture stays where it is.
const SHIFT_MINUTES: i64 = 10;

/// The part of the screen that is drawn on: it moves by a cell every ten
/// minutes over a grid of three by two, so that nothing burns in (W8).
fn shifted(screen: Rect, started: DateTime<Utc>, now: DateTime<Utc>) -> Rect {
    let step = (now - started).num_minutes().max(0) / SHIFT_MINUTES % 6;
    let step = u16::try_from(step).unwrap_or(0);
    Rect {
        x: screen.x + step % 3,
        y: screen.y + step / 3,
        width: screen.width.saturating_sub(2),
        height: screen.height.saturating_sub(1),
    }
    .intersection(screen)
}
