//! Where the panes are, at each size of the screen.

use ratatui::layout::Rect;

use super::{
    app::{App, Mode, Pane},
    pane,
};

/// How much fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// One line.
    Line,
    /// What, next, worst.
    Tiny,
    /// One column with tabs, from 60×20.
    Narrow,
    /// Two columns, the composer folded, from 80×24.
    Small,
    /// Two columns with the ladder and the composer's fields, from 120×36.
    Medium,
    /// Three columns, from 200×50.
    Large,
}

impl Size {
    /// What fits on `screen`.
    pub const fn of(screen: Rect) -> Self {
        match (screen.width, screen.height) {
            (_, 0 | 1) => Self::Line,
            (200.., 50..) => Self::Large,
            (120.., 36..) => Self::Medium,
            (80.., 24..) => Self::Small,
            (60.., 20..) => Self::Narrow,
            _ => Self::Tiny,
        }
    }
}

/// A pane on the screen: its rule, and what is below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub pane: Pane,
    /// Its title row.
    pub rule: Rect,
    /// Its rows.
    pub body: Rect,
}

/// A part of a large screen that takes no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The readings of this host.
    Host,
    /// What changed around the incident.
    Changes,
    /// Earlier incidents that are alike.
    Similar,
    /// What this console said and noticed.
    Log,
}

/// Where everything is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Areas {
    /// How much fits.
    pub size: Size,
    /// The first two rows.
    pub header: Rect,
    /// The panes, in reading order.
    pub panes: Vec<Place>,
    /// What takes no keys: each with its title row, and the rows below it.
    pub sides: Vec<(Side, Rect, Rect)>,
    /// Vertical lines between them.
    pub dividers: Vec<Rect>,
    /// The message row.
    pub toast: Rect,
    /// The keys row.
    pub footer: Rect,
}

impl Areas {
    /// The rows between header and message.
    pub fn middle(&self) -> Rect {
        let top = self.header.bottom();
        Rect {
            y: top,
            height: self.toast.y.saturating_sub(top),
            ..self.header
        }
    }

    /// Whether the pane is on the screen.
    pub fn has(&self, pane: Pane) -> bool {
        self.panes.iter().any(|place| place.pane == pane)
    }

    /// Whether that part is on the screen.
    pub fn has_side(&self, side: Side) -> bool {
        self.sides.iter().any(|(known, ..)| *known == side)
    }

    /// Every title row.
    pub fn rules(&self) -> impl Iterator<Item = Rect> + Clone {
        let panes = self.panes.iter().map(|place| place.rule);
        panes.chain(self.sides.iter().map(|(_, rule, _)| *rule))
    }

    fn side(&mut self, side: Side, area: Rect) {
        let (rule, body) = ruled(area);
        self.sides.push((side, rule, body));
    }
}

/// Where everything is on `screen`.
pub fn areas(app: &App, screen: Rect) -> Areas {
    let size = Size::of(screen);
    let row = |y: u16, height: u16| {
        Rect {
            y: screen.y + y,
            height,
            ..screen
        }
        .intersection(screen)
    };
    let header = row(0, if size <= Size::Tiny { 1 } else { 2 });
    let toast = row(screen.height.saturating_sub(2), 1);
    let footer = row(screen.height.saturating_sub(1), 1);
    let mut areas = Areas {
        size,
        header,
        panes: Vec::new(),
        sides: Vec::new(),
        dividers: Vec::new(),
        toast,
        footer,
    };
    let middle = areas.middle();
    if app.zoomed || size == Size::Narrow || matches!(app.mode, Mode::Compose) {
        let pane = if matches!(app.mode, Mode::Compose) {
            Pane::Update
        } else {
            app.focus
        };
        let place = place(pane, middle);
        if matches!(app.mode, Mode::Compose) {
            areas.dividers.extend(pane::composer::divider(place.body));
        }
        areas.panes.push(place);
        return areas;
    }
    match size {
        Size::Line | Size::Tiny | Size::Narrow => {}
        Size::Small => small(app, middle, &mut areas),
        Size::Medium => medium(app, middle, &mut areas),
        Size::Large => large(app, middle, &mut areas),
    }
    areas
}

fn place(pane: Pane, area: Rect) -> Place {
    let (rule, body) = ruled(area);
    Place { pane, rule, body }
}

/// The first row of `area`, and the rows below it.
fn ruled(area: Rect) -> (Rect, Rect) {
    let rule = Rect {
        height: area.height.min(1),
        ..area
    };
    let body = Rect {
        y: rule.bottom(),
        height: area.height.saturating_sub(1),
        ..area
    };
    (rule, body)
}

/// Cuts `rows` off the top of `area`.
fn cut(area: &mut Rect, rows: u16) -> Rect {
    let top = Rect {
        height: rows.min(area.height),
        ..*area
    };
    area.y = top.bottom();
    area.height -= top.height;
    top
}

/// Splits `area` at `column`, with a divider there.
fn split(area: Rect, column: u16, areas: &mut Areas) -> (Rect, Rect) {
    let column = column.min(area.width.saturating_sub(1));
    let left = Rect {
        width: column,
        ..area
    };
    let line = Rect {
        x: area.x + column,
        width: 1,
        ..area
    };
    let right = Rect {
        x: line.right(),
        width: area.width - column - 1,
        ..area
    };
    areas.dividers.push(line);
    (left, right)
}

/// The pane that takes a place on a small screen: the focused one, if it would
/// not be seen otherwise.
fn guest(app: &App, usual: Pane, seen: &[Pane]) -> Pane {
    if seen.contains(&app.focus) {
        usual
    } else {
        app.focus
    }
}

fn small(app: &App, mut area: Rect, areas: &mut Areas) {
    const SEEN: [Pane; 4] = [Pane::Next, Pane::Health, Pane::Timeline, Pane::Update];
    // NEXT keeps its rows; what is above 24 rows goes to both halves.
    let extra = area.height.saturating_sub(20);
    let top = cut(&mut area, 8 + extra / 3);
    let (left, right) = split(top, 40 + (area.width - 80) / 3, areas);
    let update = Rect {
        y: area.bottom().saturating_sub(2),
        height: 2,
        ..area
    };
    area.height = area.height.saturating_sub(2);
    areas.panes.push(place(Pane::Next, left));
    areas.panes.push(place(Pane::Health, right));
    areas
        .panes
        .push(place(guest(app, Pane::Timeline, &SEEN), area));
    areas.panes.push(place(Pane::Update, update));
}

fn medium(app: &App, mut area: Rect, areas: &mut Areas) {
    const SEEN: [Pane; 5] = [
        Pane::Next,
        Pane::Health,
        Pane::Ladder,
        Pane::Timeline,
        Pane::Update,
    ];
    let extra = area.height.saturating_sub(36);
    let top = cut(&mut area, 13 + extra / 3);
    let (mut left, right) = split(top, 47 + (area.width - 120) / 3, areas);
    let next = cut(&mut left, 8 + extra / 6);
    let update = Rect {
        y: area.bottom().saturating_sub(10),
        height: 10,
        ..area
    };
    area.height = area.height.saturating_sub(10);
    areas.panes.push(place(Pane::Next, next));
    areas.panes.push(place(Pane::Health, right));
    areas.panes.push(place(Pane::Ladder, left));
    areas
        .panes
        .push(place(guest(app, Pane::Timeline, &SEEN), area));
    areas.panes.push(place(Pane::Update, update));
}

fn large(app: &App, area: Rect, areas: &mut Areas) {
    let side = 47 + (area.width - 200) / 4;
    let (left, rest) = split(area, side, areas);
    let (middle, right) = split(rest, rest.width - 71 - (area.width - 200) / 4, areas);
    let extra = area.height.saturating_sub(56);
    large_left(app, left, extra, areas);
    large_middle(middle, extra, areas);
    large_right(app, right, extra, areas);
}

/// The ladder has rows for its steps, and for the line of time below them.
fn large_left(app: &App, mut left: Rect, extra: u16, areas: &mut Areas) {
    let steps = app.incident().map_or(0, |it| it.policy().steps().count());
    let ladder = u16::try_from(steps + 6).unwrap_or(12).clamp(9, 12);
    for (pane, rows) in [
        (Pane::Next, 9 + extra / 4),
        (Pane::Ladder, ladder),
        (Pane::People, 7),
        (Pane::Phase, 12 + extra / 4),
        (Pane::Runbook, 10 + extra / 4),
    ] {
        areas.panes.push(place(pane, cut(&mut left, rows)));
    }
    areas.panes.push(place(Pane::Links, left));
}

fn large_middle(mut middle: Rect, extra: u16, areas: &mut Areas) {
    let timeline = cut(&mut middle, 22 + extra / 2);
    areas.panes.push(place(Pane::Timeline, timeline));
    areas.side(Side::Log, cut(&mut middle, 8 + extra / 4));
    areas.panes.push(place(Pane::Update, middle));
}

/// The parts below HEALTH have their rows, and HEALTH the rest: charts are the
/// first that a lower screen can do without.
fn large_right(app: &App, mut right: Rect, extra: u16, areas: &mut Areas) {
    let some = app.incident().is_some();
    let below = [
        (Side::Host, 4, pane::host::is_probed(app)),
        (Side::Changes, 9 + extra / 4, some),
        (Side::Similar, 5, some),
    ];
    let below = below.into_iter().filter(|(.., there)| *there);
    let outbox = 8 + extra / 4;
    let kept: u16 = below.clone().map(|(_, rows, _)| rows).sum();
    let health = right.height.saturating_sub(kept + outbox);
    let health = place(Pane::Health, cut(&mut right, health));
    areas.panes.push(health);
    for (side, rows, _) in below {
        areas.side(side, cut(&mut right, rows));
    }
    areas.panes.push(place(Pane::Outbox, right));
}
