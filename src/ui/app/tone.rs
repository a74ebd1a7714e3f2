//! How much an entry stands out among the others.

use crate::{domain::fact::Fact, ui::theme::Role};

/// The role of its kind, whatever became of it since.
pub(super) const fn tone(fact: &Fact) -> Role {
    match fact {
        Fact::Undelivered { .. } => Role::Bad,
        Fact::SeverityChanged { .. }
        | Fact::Reopened { .. }
        | Fact::Escalated { .. }
        | Fact::Held { .. }
        | Fact::HoldEnded {} => Role::Warn,
        Fact::Mitigated {} | Fact::Resolved { .. } | Fact::Closed {} => Role::Ok,
        Fact::Declared(_)
        | Fact::Acknowledged {}
        | Fact::Described { .. }
        | Fact::PhaseEntered { .. }
        | Fact::ImpactStarted {}
        | Fact::Cancelled { .. }
        | Fact::Merged { .. }
        | Fact::Absorbed { .. }
        | Fact::RoleGiven { .. }
        | Fact::RoleLeft { .. }
        | Fact::Joined { .. }
        | Fact::Noted { .. }
        | Fact::Asked { .. }
        | Fact::Answered { .. }
        | Fact::Pinned { .. }
        | Fact::Linked { .. }
        | Fact::Ticked { .. }
        | Fact::Corrected { .. }
        | Fact::Retracted { .. }
        | Fact::UpdateSent(_)
        | Fact::LongRunning { .. }
        | Fact::ExternalDrafted { .. }
        | Fact::ExternalApproved { .. }
        | Fact::Delivered { .. }
        | Fact::StepSkipped { .. }
        | Fact::StepConfirmed { .. }
        | Fact::Paged { .. }
        | Fact::PolicyAdopted { .. }
        | Fact::AlertFired { .. }
        | Fact::AlertCleared { .. }
        | Fact::ProbeChanged(_)
        | Fact::OutageAdded { .. }
        | Fact::OutageStruck { .. }
        | Fact::RecurrenceSaid { .. }
        | Fact::FailureModeSaid { .. }
        | Fact::RetrospectiveScheduled { .. }
        | Fact::RetrospectiveHeld { .. }
        | Fact::RetrospectiveWaived { .. }
        | Fact::FactorAdded { .. }
        | Fact::ActionAdded { .. }
        | Fact::ActionChanged { .. }
        | Fact::Unknown(_) => Role::Normal,
    }
}
