//! The timeline's rows, and what a filter leaves of them.

use std::{borrow::Cow, cmp::Reverse, sync::Arc};

use chrono::{DateTime, Utc};

use super::{App, Pane, filter::Filter, words::line};
use crate::{
    domain::{
        board::Board,
        entry::{Entry, EntryId, IncidentId},
        fact::{Fact, Health},
        incident::Incident,
    },
    ui::theme::Role,
};

/// One row of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The entry.
    pub entry: EntryId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who: a person, `engine`, `probe`.
    pub who: String,
    /// What kind: `note`, `update 2`, `down`.
    pub kind: String,
    /// How much the kind stands out, where nothing became of it since.
    pub tone: Role,
    /// The state that the kind stands for, on a probe's row.
    pub health: Option<Health>,
    /// The words.
    pub text: String,
    /// It was taken back.
    pub retracted: bool,
    /// What overtook it, for which it has no effect.
    pub overtaken: Option<EntryId>,
    /// It is pinned.
    pub pinned: bool,
    /// Why it was not there when what stands above it happened.
    pub mark: Option<Mark>,
}

/// Why a row stands among older ones than it came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It happened well before it was recorded.
    BackDated,
    /// Whoever recorded it was out of touch.
    Late,
}

impl Line {
    /// The row as one quotes it.
    pub fn in_words(&self) -> String {
        format!(
            "{}  {}  {}",
            self.at.format("%H:%M:%SZ"),
            self.who,
            self.text
        )
    }
}

/// The rows that the filter leaves, pinned first, then newest first.
///
/// Every one of them is made: for a part of them, see [`Rows`].
pub fn timeline(app: &App) -> Vec<Line> {
    Rows::of(app).iter().collect()
}

/// The timeline's rows before they are made: made is only what is asked for,
/// since an incident may have a hundred thousand entries, and a screen has few.
#[derive(Debug)]
pub struct Rows<'a> {
    /// The incident, and the places of its entries in the order of the rows.
    of: Option<(&'a Incident, Cow<'a, Order>)>,
    board: &'a Board,
}

impl<'a> Rows<'a> {
    /// The rows of the incident on the screen.
    pub fn of(app: &'a App) -> Self {
        let order = |incident| {
            let filter = app.filters.get(&Pane::Timeline).map(String::as_str);
            match &app.order {
                Some(order) if order.serves(incident, filter) => (incident, Cow::Borrowed(order)),
                Some(_) | None => (
                    incident,
                    Cow::Owned(Order::new(&app.board, incident, filter)),
                ),
            }
        };
        Self {
            of: app.incident().map(order),
            board: &app.board,
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.of.as_ref().map_or(0, |(_, order)| order.len())
    }

    /// Whether there is none: no incident, or the filter leaves nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One of them, if there are as many.
    pub fn get(&self, row: usize) -> Option<Line> {
        let (incident, order) = self.of.as_ref()?;
        let entry = incident.entries().get(order.place(row)?)?;
        Some(line(self.board, incident, entry))
    }

    /// The entry of one of them.
    pub fn entry(&self, row: usize) -> Option<EntryId> {
        let (incident, order) = self.of.as_ref()?;
        let entry = incident.entries().get(order.place(row)?)?;
        Some(entry.id)
    }

    /// The row of an entry; `None` where a filter leaves it out.
    pub fn row_of(&self, entry: EntryId) -> Option<usize> {
        let (incident, order) = self.of.as_ref()?;
        order.row(incident.place(entry)?)
    }

    /// All of them, each made when its turn comes.
    pub fn iter(&self) -> impl Iterator<Item = Line> {
        (0..self.len()).map_while(|row| self.get(row))
    }
}

/// In which order the entries of an incident are rows.
#[derive(Debug, Clone)]
pub(super) struct Order {
    incident: IncidentId,
    filter: Option<String>,
    /// How many entries there were, and the last of them: one that is not sent
    /// yet makes room for those that come meanwhile.
    entries: (usize, Option<EntryId>),
    /// The places of pinned entries, what happened last first.
    pinned: Vec<usize>,
    /// The places of the other ones, what happened last first.
    others: Vec<usize>,
}

impl Order {
    /// The order now; looks at every entry.
    pub(super) fn new(board: &Board, incident: &Incident, filter: Option<&str>) -> Self {
        let pins = &incident.state().pins;
        let mut pinned: Vec<usize> = pins.iter().filter_map(|pin| incident.place(*pin)).collect();
        pinned.sort_unstable();
        pinned.dedup();
        let entries = incident.entries();
        let asked = filter.map(Filter::new);
        let fits = |place: &usize| {
            let entry = entries.get(*place);
            entry.is_some_and(|entry| match &asked {
                Some(filter) => filter.matches(&line(board, incident, entry)),
                None => !is_said_elsewhere(incident, entry),
            })
        };
        pinned.retain(fits);
        let mut others: Vec<usize> = (0..entries.len())
            .filter(|place| pinned.binary_search(place).is_err())
            .filter(fits)
            .collect();
        // By the time that the row shows; of two at one time, what came last.
        let happened =
            |place: &usize| Reverse((entries.get(*place).map(|it| incident.at(it)), *place));
        pinned.sort_by_cached_key(happened);
        others.sort_by_cached_key(happened);
        Self {
            incident: incident.id,
            filter: filter.map(ToOwned::to_owned),
            entries: extent(incident),
            pinned,
            others,
        }
    }

    /// Whether it is the order of these rows, as the incident is now: only an
    /// entry changes what its rows say.
    pub(super) fn serves(&self, incident: &Incident, filter: Option<&str>) -> bool {
        self.incident == incident.id
            && self.entries == extent(incident)
            && self.filter.as_deref() == filter
    }

    fn len(&self) -> usize {
        self.pinned.len() + self.others.len()
    }

    /// The row of the entry at that place.
    fn row(&self, place: usize) -> Option<usize> {
        let mut rows = self.pinned.iter().chain(&self.others);
        rows.position(|other| *other == place)
    }

    /// Where the entry of that row is among the incident's.
    fn place(&self, row: usize) -> Option<usize> {
        match row.checked_sub(self.pinned.len()) {
            None => self.pinned.get(row).copied(),
            Some(row) => self.others.get(row).copied(),
        }
    }
}

fn extent(incident: &Incident) -> (usize, Option<EntryId>) {
    let entries = incident.entries();
    (entries.len(), entries.last().map(|last| last.id))
}

/// An update's own row says which channels took it, and a page's that it was
/// paged; `kind:sent` shows when.
fn is_said_elsewhere(incident: &Incident, entry: &Entry) -> bool {
    let Fact::Delivered { of, note, .. } = &entry.fact else {
        return false;
    };
    let of_page = |of: &Arc<Entry>| matches!(of.fact, Fact::Escalated { .. } | Fact::Paged { .. });
    if note.is_empty() && incident.entry(*of).is_some_and(of_page) {
        return true;
    }
    let state = incident.state();
    let mut sent = state.updates.iter().chain(&state.external.published);
    sent.any(|sent| sent.entry == *of)
}
