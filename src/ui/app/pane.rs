//! The parts of the screen.

/// A part of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pane {
    /// What is owed, nearest first.
    Next,
    /// Probes.
    Health,
    /// What happened.
    Timeline,
    /// The update being written.
    Update,
    /// Who is told when.
    Ladder,
    /// Who does what.
    People,
    /// Checklists and the retrospective.
    Phase,
    /// The runbook's steps.
    Runbook,
    /// Deliveries.
    Outbox,
    /// Where to look.
    Links,
}

impl Pane {
    /// Every pane, in the order of the Tab key.
    pub const ALL: [Self; 10] = [
        Self::Next,
        Self::Health,
        Self::Timeline,
        Self::Update,
        Self::Ladder,
        Self::People,
        Self::Phase,
        Self::Runbook,
        Self::Outbox,
        Self::Links,
    ];

    /// `NEXT`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Next => "NEXT",
            Self::Health => "HEALTH",
            Self::Timeline => "TIMELINE",
            Self::Update => "UPDATE",
            Self::Ladder => "LADDER",
            Self::People => "PEOPLE",
            Self::Phase => "PHASE",
            Self::Runbook => "RUNBOOK",
            Self::Outbox => "OUTBOX",
            Self::Links => "LINKS",
        }
    }

    /// The digit that goes there.
    pub const fn digit(self) -> char {
        match self {
            Self::Next => '1',
            Self::Health => '2',
            Self::Timeline => '3',
            Self::Update => '4',
            Self::Ladder => '5',
            Self::People => '6',
            Self::Phase => '7',
            Self::Runbook => '8',
            Self::Outbox => '9',
            Self::Links => '0',
        }
    }
}
