//! The course of an incident, from the alert to its end.

use super::{
    Asking, Filled, Refused,
    after::{MODE, MODES, said},
    ask::{one_of, reason, when},
    enabled::goes_on_in,
    resolve_gate,
};
use crate::{
    domain::{fact::Fact, phase::Phase, severity::Severity},
    ui::{
        msg::{Effect, Wish},
        sheet::{Field, Gate, Sheet},
    },
};

/// The phases that are entered by hand.
const PHASES: [Phase; 4] = [
    Phase::Investigating,
    Phase::Identified,
    Phase::Fixing,
    Phase::Monitoring,
];

pub(super) fn ask_acknowledge(asking: &Asking<'_>) -> Result<Sheet, String> {
    let title = format!("ACKNOWLEDGE {{}} AS {}", asking.app.settings.me);
    let sheet = asking.sheet(&title, Gate::Yes)?;
    Ok(sheet.line("Stops the page ladder; the management ladder goes on."))
}

pub(super) fn acknowledge(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    filled.record(Fact::Acknowledged {})
}

pub(super) fn ask_severity(asking: &Asking<'_>) -> Result<Sheet, String> {
    let held = asking.incident()?.severity().unwrap_or(Severity::P1);
    let levels: Vec<String> = Severity::ALL.iter().map(Severity::to_string).collect();
    let mut levels = one_of("Severity", &levels);
    levels.fill(&held.to_string());
    let sheet = asking.sheet("SEVERITY OF {}", Gate::Yes)?;
    Ok(sheet
        .line("Deadlines are computed anew from the alert; afterwards the highest level counts.")
        .field(levels)
        .field(reason("needed to lower it")))
}

pub(super) fn severity(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let to = filled.one_of("Severity", Severity::ALL, Severity::to_string)?;
    let reason = filled.text("Reason")?;
    filled.record(Fact::SeverityChanged { to, reason })
}

pub(super) fn ask_phase(asking: &Asking<'_>) -> Result<Sheet, String> {
    let next = match asking.incident()?.phase() {
        Phase::Triage | Phase::Resolved | Phase::Closed | Phase::Cancelled => Phase::Investigating,
        Phase::Investigating => Phase::Identified,
        Phase::Identified | Phase::Monitoring => Phase::Fixing,
        Phase::Fixing => Phase::Monitoring,
    };
    let sheet = asking.sheet("{} ENTERS A PHASE", Gate::Yes)?;
    Ok(sheet
        .field(Field::choice(
            "Phase",
            next.word(),
            &PHASES.map(Phase::word),
        ))
        .field(Field::text(
            "Rollback",
            "",
            "for fixing: the plan, or none possible",
        )))
}

pub(super) fn phase(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let phase = filled.one_of("Phase", PHASES, |phase| phase.word().to_owned())?;
    let rollback = filled.maybe("Rollback")?;
    filled.record(Fact::PhaseEntered { phase, rollback })
}

pub(super) fn ask_impact(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("WHEN THE IMPACT OF {} BEGAN", Gate::Enter)?;
    Ok(sheet.field(when()))
}

pub(super) fn impact(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    filled.record_at(Fact::ImpactStarted {}, filled.past("When")?)
}

pub(super) fn ask_mitigate(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("THE IMPACT OF {} IS OVER", Gate::Yes)?;
    Ok(sheet
        .line("Stops the management ladder; updates go on.")
        .field(when()))
}

pub(super) fn mitigate(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    filled.record_at(Fact::Mitigated {}, filled.past("When")?)
}

pub(super) fn ask_long(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("{} WILL TAKE LONG", Gate::Enter)?;
    Ok(sheet
        .line("Updates may then be promised later than the policy says.")
        .field(reason("why")))
}

pub(super) fn long(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let reason = filled.text("Reason")?;
    filled.record(Fact::LongRunning { reason })
}

pub(super) fn ask_resolve(asking: &Asking<'_>) -> Result<Sheet, String> {
    let incident = asking.incident()?;
    let open = incident.open_gate(&resolve_gate(asking.app, incident.id, asking.now));
    let mut sheet = asking.guarded("RESOLVE {}")?;
    sheet = if open.is_empty() {
        sheet.line("The gate is closed: everything that was to be checked is.")
    } else {
        open.iter().fold(sheet.line("Still open:"), |sheet, point| {
            sheet.line(format!("  {point}"))
        })
    };
    if let Some(other) = asking.app.board.looks_like(incident) {
        sheet = sheet.line(format!(
            "It looks like {}: {}",
            other.label(),
            other.state().title
        ));
    }
    let hint = if open.is_empty() {
        "not needed"
    } else {
        "needed: the gate is open"
    };
    Ok(sheet
        .field(reason(hint))
        .field(Field::choice(MODE, MODES[0], &MODES)))
}

pub(super) fn resolve(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let id = filled.incident()?.id;
    let mut effects = filled.record(Fact::Resolved {
        unmet: Vec::new(),
        reason: filled.maybe("Reason")?,
    })?;
    let new = said(&filled.value(MODE));
    if let (Some(new), [Effect::Record(wishes)]) = (new, effects.as_mut_slice()) {
        wishes.push(Wish {
            incident: id,
            fact: Fact::FailureModeSaid { new },
            at: filled.now,
        });
    }
    Ok(effects)
}

pub(super) fn ask_reopen(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.guarded("REOPEN {}")?;
    Ok(sheet
        .line("The original deadlines count again.")
        .field(reason("why")))
}

pub(super) fn reopen(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let reason = filled.text("Reason")?;
    filled.record(Fact::Reopened { reason })
}

pub(super) fn ask_cancel(asking: &Asking<'_>) -> Result<Sheet, String> {
    let sheet = asking.sheet("CANCEL {}", Gate::Yes)?;
    Ok(sheet.field(reason("a false alarm, or a duplicate of what")))
}

pub(super) fn cancel(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let reason = filled.text("Reason")?;
    filled.record(Fact::Cancelled { reason })
}

pub(super) fn ask_merge(asking: &Asking<'_>) -> Result<Sheet, String> {
    let incident = asking.incident()?;
    let active = asking.app.board.active();
    let others: Vec<String> = active
        .iter()
        .filter(|other| goes_on_in(incident, other))
        .map(|other| format!("{} {}", other.label(), other.state().title))
        .collect();
    let sheet = asking.guarded("MERGE {} INTO ANOTHER")?;
    Ok(sheet
        .line("Both numbers stay valid; whoever was paged is not paged again.")
        .field(one_of("Into", &others)))
}

pub(super) fn merge(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    let into = filled.value("Into");
    let label = into.split_whitespace().next().unwrap_or_default();
    let target = filled.app.board.find(Some(label));
    let into = target.map_err(|refusal| refusal.sentence)?.id;
    filled.record(Fact::Merged { into })
}
