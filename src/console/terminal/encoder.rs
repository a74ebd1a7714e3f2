//! From two screens to the bytes that turn the one into the other.
//!
//! Bytes are dear on a slow line, so only changed cells and changed attributes
//! are sent, moves are as short as they can be, and an unchanged screen costs
//! nothing. No scrolling, no inserting, no clearing but for a full repaint.

use ratatui::{
    buffer::{Buffer, Cell, CellWidth as _},
    layout::Position,
    style::Modifier,
};

use crate::ui::capability::{Depth, Tier};

use self::look::Look;

mod look;
mod travel;

/// Sets every cell to the terminal's own colours, and the cursor to the corner.
const BLANK: &[u8] = b"\x1b[m\x1b[H\x1b[2J";
/// How many unchanged cells are written again rather than jumped over.
const JUMP: usize = 4;

/// Knows what the terminal's pen and cursor are, and writes what must change.
///
/// Its memory follows the bytes it has produced: all of them must be sent, or
/// [`forget`](Self::forget) called.
#[derive(Debug)]
pub struct Encoder {
    depth: Depth,
    tier: Tier,
    /// How the next character would look; unknown after [`Self::forget`].
    pen: Option<Look>,
    /// Where the next character would go; `None` where we can't be sure.
    at: Option<(u16, u16)>,
    /// Whether the cursor is shown; `None` where we can't be sure.
    cursor: Option<bool>,
}

impl Encoder {
    /// For a terminal of which nothing is known yet.
    pub fn new(depth: Depth, tier: Tier) -> Self {
        Self {
            depth,
            tier,
            pen: None,
            at: None,
            cursor: None,
        }
    }

    /// Trusts nothing any more: somebody else may have written meanwhile.
    pub fn forget(&mut self) {
        (self.pen, self.at, self.cursor) = (None, None, None);
    }

    /// Appends to `out` what makes a terminal that shows `shown` show `wanted`.
    ///
    /// Without `shown`, or where its size differs, everything is painted anew.
    /// The cursor stands at `cursor` in the end, and is hidden where absent.
    pub fn encode(
        &mut self,
        shown: Option<&Buffer>,
        wanted: &Buffer,
        cursor: Option<Position>,
        out: &mut Vec<u8>,
    ) {
        let shown = shown.filter(|shown| shown.area == wanted.area && self.pen.is_some());
        if shown.is_none() {
            out.extend_from_slice(BLANK);
            self.pen = Some(Look::default());
            self.at = Some((0, 0));
        }
        for y in 0..wanted.area.height {
            if shown.is_some_and(|shown| are_same(cells(shown, y), cells(wanted, y))) {
                continue;
            }
            let new = self.row(wanted, y);
            match shown {
                Some(shown) => self.write_row(y, &self.row(shown, y), &new, out),
                None => self.write_row(y, &blanks(wanted.area.width), &new, out),
            }
        }
        self.place_cursor(cursor, wanted, out);
    }

    /// One row as the terminal will show it: what it can't show is left out.
    fn row<'a>(&self, buffer: &'a Buffer, y: u16) -> Vec<Slot<'a>> {
        let width = usize::from(buffer.area.width);
        let mut slots = Vec::with_capacity(width);
        for cell in cells(buffer, y) {
            if slots.last().is_some_and(Slot::covers_next) {
                slots.push(Slot::COVERED);
                continue;
            }
            let (symbol, wide) = drawable(cell.symbol(), width - slots.len());
            let look = Look::of(cell, self.depth).seen_on(symbol);
            slots.push(Slot { symbol, wide, look });
        }
        let last = y + 1 == buffer.area.height;
        if let (true, Tier::Ascii, Some(corner)) = (last, self.tier, slots.last_mut()) {
            // The one cell that may scroll a terminal without our autowrap setting.
            *corner = Slot::BLANK;
        }
        slots
    }

    fn write_row(&mut self, y: u16, old: &[Slot<'_>], new: &[Slot<'_>], out: &mut Vec<u8>) {
        for (x, slot) in new.iter().enumerate() {
            if slot.is_covered() || old.get(x..x + slot.columns()) == new.get(x..x + slot.columns())
            {
                continue;
            }
            self.reach(x, y, new, out);
            self.write(slot, out);
            if x + slot.columns() >= new.len() {
                self.at = None;
            }
        }
    }

    /// Gets to the cell, over unchanged ones where writing them is shorter.
    fn reach(&mut self, x: usize, y: u16, row: &[Slot<'_>], out: &mut Vec<u8>) {
        let target = (column(x), y);
        if self.at == Some(target) {
            return;
        }
        let steps = travel::shortest(self.at, target);
        if let Some((from, here)) = self.at
            && here == y
            && let Some(gap) = row.get(usize::from(from)..x)
            && gap.len() <= JUMP.min(steps.len())
            && gap
                .iter()
                .all(|slot| slot.symbol.len() == 1 && self.pen_serves(slot))
        {
            for slot in gap {
                out.extend_from_slice(slot.symbol.as_bytes());
            }
        } else {
            out.extend_from_slice(&steps);
        }
        self.at = Some(target);
    }

    fn pen_serves(&self, slot: &Slot<'_>) -> bool {
        self.pen
            .is_some_and(|pen| pen.seen_on(slot.symbol) == slot.look)
    }

    /// Writes where the cursor is, and moves our idea of it on.
    fn write(&mut self, slot: &Slot<'_>, out: &mut Vec<u8>) {
        if !self.pen_serves(slot) {
            let pen = self.pen.unwrap_or_default();
            pen.change_to(slot.look, out);
            self.pen = Some(slot.look);
        }
        let several = slot.symbol.chars().nth(1).is_some();
        if several && slot.wide {
            // Terminals disagree about how wide this is: both cells are ours.
            out.extend_from_slice(b"  \x08\x08");
        }
        out.extend_from_slice(slot.symbol.as_bytes());
        let right = self.at.map(|(x, y)| (x + column(slot.columns()), y));
        self.at = right.filter(|_| !several);
    }

    fn place_cursor(&mut self, cursor: Option<Position>, screen: &Buffer, out: &mut Vec<u8>) {
        let inside = cursor.filter(|at| screen.area.contains(*at));
        if let Some(at) = inside {
            let target = (at.x, at.y);
            if self.at != Some(target) {
                out.extend_from_slice(&travel::shortest(self.at, target));
                self.at = Some(target);
            }
        }
        let show = inside.is_some();
        if self.cursor != Some(show) {
            out.extend_from_slice(if show { b"\x1b[?25h" } else { b"\x1b[?25l" });
            self.cursor = Some(show);
        }
    }
}

/// One column of a row: a symbol, or the right half of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot<'a> {
    symbol: &'a str,
    wide: bool,
    look: Look,
}

impl Slot<'_> {
    const BLANK: Self = Slot {
        symbol: " ",
        wide: false,
        look: Look::DEFAULT,
    };
    const COVERED: Self = Slot {
        symbol: "",
        wide: false,
        look: Look::DEFAULT,
    };

    fn is_covered(&self) -> bool {
        self.symbol.is_empty()
    }

    fn covers_next(&self) -> bool {
        self.wide
    }

    fn columns(&self) -> usize {
        if self.wide { 2 } else { 1 }
    }
}

fn cells(buffer: &Buffer, y: u16) -> &[Cell] {
    let width = usize::from(buffer.area.width);
    let from = usize::from(y) * width;
    buffer.content.get(from..from + width).unwrap_or_default()
}

/// Whether two rows show the same. Most rows of most frames do, so this looks
/// at a symbol of one byte without a call for it.
fn are_same(shown: &[Cell], wanted: &[Cell]) -> bool {
    let mut pairs = shown.iter().zip(wanted);
    shown.len() == wanted.len() && pairs.all(|(shown, wanted)| is_same(shown, wanted))
}

/// Whether two cells show the same.
fn is_same(shown: &Cell, wanted: &Cell) -> bool {
    let same_symbol = match (shown.symbol().as_bytes(), wanted.symbol().as_bytes()) {
        ([shown], [wanted]) => shown == wanted,
        (shown, wanted) => shown == wanted,
    };
    same_symbol
        && shown.fg == wanted.fg
        && shown.bg == wanted.bg
        && shown.modifier == wanted.modifier
}

fn blanks(width: u16) -> Vec<Slot<'static>> {
    vec![Slot::BLANK; usize::from(width)]
}

/// The symbol and whether it takes two columns; a blank for what has no width,
/// does not fit in `room` columns, or would act on the terminal.
fn drawable(symbol: &str, room: usize) -> (&str, bool) {
    if symbol.len() == 1 && !symbol.as_bytes()[0].is_ascii_control() {
        return (symbol, false);
    }
    if symbol.chars().any(acts) {
        return (" ", false);
    }
    match symbol.cell_width() {
        1 => (symbol, false),
        2 if room >= 2 => (symbol, true),
        _ => (" ", false),
    }
}

/// Controls and bidirectional overrides: never in a cell, whoever put it there.
fn acts(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

fn column(x: usize) -> u16 {
    u16::try_from(x).unwrap_or(u16::MAX)
}

/// The attributes a terminal of any depth is asked for; blinking is not one.
const ATTRIBUTES: Modifier = Modifier::BOLD
    .union(Modifier::DIM)
    .union(Modifier::ITALIC)
    .union(Modifier::UNDERLINED)
    .union(Modifier::REVERSED)
    .union(Modifier::HIDDEN)
    .union(Modifier::CROSSED_OUT);
