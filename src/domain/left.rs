//! What is left of an incident that nobody works on any more: the duties after
//! it, its action items, and what people never settled.

use chrono::{DateTime, Utc};

use super::{
    board::Board,
    duty::{Due, Duty, duties},
    incident::{Field, Incident},
};

/// One thing that is left.
#[derive(Debug, Clone, PartialEq)]
pub enum Left {
    /// Owed, by a time.
    Owed(Due),
    /// So many action items are not done (V4).
    Actions(usize),
    /// Two people set that apart from each other, and nobody settled it (I5).
    Conflict(Field),
}

impl Left {
    /// `retrospective`, `2 action items`, `conflict about the title`.
    pub fn words(&self) -> String {
        match self {
            Self::Owed(due) => owed(&due.duty).to_owned(),
            Self::Actions(1) => "1 action item".to_owned(),
            Self::Actions(count) => format!("{count} action items"),
            Self::Conflict(field) => format!("conflict about the {}", field.word()),
        }
    }

    /// When it is due; `None` where nobody said.
    pub const fn by(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Owed(due) => Some(due.by),
            Self::Actions(_) | Self::Conflict(_) => None,
        }
    }
}

const fn owed(duty: &Duty) -> &'static str {
    match duty {
        Duty::Retrospective => "retrospective",
        Duty::FinalUpdate => "last update",
        Duty::External | Duty::FinalExternal => "public update",
        Duty::Answer { .. } => "answer",
        Duty::Settle(_) => "conflict",
        // These end with the work.
        Duty::Respond(_)
        | Duty::Triage
        | Duty::Resolve(_)
        | Duty::Escalate { .. }
        | Duty::HoldEnds
        | Duty::FirstNotice
        | Duty::Update => "duty",
    }
}

/// What is left of `incident`, what is owed soonest first; nothing while
/// somebody works on it.
pub fn left_of(incident: &Incident) -> Vec<Left> {
    if incident.is_active() || incident.state().merged_into.is_some() {
        return Vec::new();
    }
    let settles = |duty: &Duty| matches!(duty, Duty::Settle(_));
    let owed = duties(incident).into_iter();
    let mut left: Vec<Left> = owed
        .filter(|due| !settles(&due.duty))
        .map(Left::Owed)
        .collect();
    let actions = incident.state().retrospective.actions.iter();
    let open = actions.filter(|action| !action.done).count();
    left.extend((open > 0).then_some(Left::Actions(open)));
    left.extend(incident.conflicts().map(|one| Left::Conflict(one.field)));
    left
}

/// Every incident of which something is left, the newest first.
pub fn left_over(board: &Board) -> impl Iterator<Item = (&Incident, Vec<Left>)> {
    let all = board.all().rev();
    all.map(|incident| (incident, left_of(incident)))
        .filter(|(_, left)| !left.is_empty())
}
