//! Which gate a sheet has, and when it may be passed: both follow from trying
//! out what the sheet says now.

use chrono::{DateTime, Utc};

use super::{
    Refused,
    ask::{gate_of, word},
    carried_out, follow,
    reach::{reached, says},
    renew, waits,
};
use crate::{
    domain::{incident::Incident, severity::Severity},
    ui::{
        action::Action,
        app::App,
        msg::Effect,
        sheet::{Gate, Sheet},
    },
};

/// Prepares a sheet that is about to be shown.
///
/// # Errors
///
/// Why it can't be so, where there is no field to mend it in.
pub(super) fn look_ahead(app: &App, sheet: &mut Sheet, now: DateTime<Utc>) -> Result<(), String> {
    match try_out(app, sheet, now) {
        Err(refused) if sheet.fields.is_empty() => Err(refused.why),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Looks at a sheet whose field number `left` was just filled in: what can't
/// be read is said there and then, and nobody comes to the gate with it.
pub fn check(app: &App, sheet: &mut Sheet, left: usize, now: DateTime<Utc>) {
    let Err(refused) = try_out(app, sheet, now) else {
        return;
    };
    let label = sheet.fields.get(left).map(|field| field.label);
    let is_about_it = label.is_some() && refused.field == label;
    if sheet.at != left && (is_about_it || sheet.is_at_gate()) {
        sheet.refuse(refused.field, refused.why);
    }
}

/// Carries out a sheet that was just confirmed. `None` keeps it open: it says
/// why it can't be so, or asks for the gate that it needs by now.
pub fn confirm(app: &mut App, sheet: &mut Sheet, now: DateTime<Utc>) -> Option<Vec<Effect>> {
    let passed = sheet.gate.clone();
    if renew(app, sheet, now) {
        sheet.ask_again("what is open has changed: read it again, then confirm".to_owned());
        return None;
    }
    match follow(app, sheet, now) {
        Err(Refused { field, why }) => {
            sheet.refuse(field, why);
            None
        }
        Ok(effects) => {
            regate(app, sheet, &effects, now);
            if let (Gate::Word(word), true) = (&sheet.gate, sheet.gate != passed) {
                let why = format!("this reaches people by now: type the word {word}");
                sheet.ask_again(why);
                return None;
            }
            Some(carried_out(app, effects))
        }
    }
}

/// Shows what follows from the sheet as it is filled in now.
fn try_out(app: &App, sheet: &mut Sheet, now: DateTime<Utc>) -> Result<(), Refused> {
    super::update::quote(app, sheet, now);
    let tried = follow(app, sheet, now);
    let likely = match &tried {
        Ok(effects) => effects.clone(),
        Err(_) => follow(app, &as_if_filled(sheet), now).unwrap_or_default(),
    };
    if matches!(sheet.action, Action::Escalate | Action::Page) {
        sheet.quote = says(app, tried.as_deref().unwrap_or_default(), now);
    }
    regate(app, sheet, &likely, now);
    tried.map(|_| ())
}

/// The sheet with something in each field: whom it reaches is said before it
/// is complete.
fn as_if_filled(sheet: &Sheet) -> Sheet {
    let mut filled = sheet.clone();
    for field in filled.fields.iter_mut().filter(|it| it.value.is_empty()) {
        field.fill("?");
    }
    filled
}

/// Sets the gate that the sheet needs: a word where `effects` reach anybody.
fn regate(app: &App, sheet: &mut Sheet, effects: &[Effect], now: DateTime<Utc>) {
    let names = reached(app, effects, now).join(", ");
    let has_word = matches!(sheet.least, Gate::Word(_));
    let declares = sheet.action == Action::Declare;
    let whom = match (declares, names.is_empty()) {
        (true, true) => Some("Nobody is paged by declaring.".to_owned()),
        (true, false) => Some(format!("Pages at once: {names}")),
        (false, false) if !has_word => Some(format!("Pages sooner because of this: {names}")),
        (false, _) => None,
    };
    let waits = has_word || !names.is_empty();
    let waits = waits.then(|| waits::lines(app, sheet.action));
    sheet.reaches = whom
        .into_iter()
        .chain(waits.into_iter().flatten())
        .collect();
    sheet.gate = match raised(app, sheet) {
        Some(level) => word(&level.to_string().to_lowercase()),
        None if has_word || names.is_empty() => sheet.least.clone(),
        None => gate_of(Action::Page),
    };
}

/// The level that the sheet raises the severity to: whoever is told of it is
/// reached by people, where no ladder does it.
fn raised(app: &App, sheet: &Sheet) -> Option<Severity> {
    if sheet.action != Action::Severity {
        return None;
    }
    let incident = sheet.incident.and_then(|id| app.board.get(id));
    let held = incident.and_then(Incident::severity);
    let chosen: Severity = sheet.value("Severity").parse().ok()?;
    held.is_none_or(|held| chosen > held).then_some(chosen)
}
