//! Leaving the console.

use super::{Asking, Filled, Refused};
use crate::ui::{
    format,
    msg::Effect,
    sheet::{Gate, Sheet},
};

#[expect(
    clippy::unnecessary_wraps,
    reason = "a form may say why not; this one can always be asked"
)]
/// Says what goes on without this console, and what does not.
pub(super) fn ask(asking: &Asking<'_>) -> Result<Sheet, String> {
    let app = asking.app;
    let active = app.board.active().len();
    let open = app.deliveries.iter().filter(|it| it.state.is_open());
    let waiting = open.count();
    let mut sheet = Sheet::new(asking.action, "LEAVE THE CONSOLE", Gate::Yes, asking.now);
    if active > 0 {
        sheet = sheet.line(format!(
            "{active} active: its entries and drafts are on disk."
        ));
    }
    if waiting > 0 {
        let waiting = format::count(waiting, "message waits", "messages wait");
        sheet = sheet.line(format!("{waiting} to leave, until an engine runs."));
    }
    if app.shared.in_place.is_some() {
        sheet = sheet.line("It pages in the server's place: without it nobody is paged from here.");
    }
    if app.engine.mine {
        sheet = sheet
            .line("This console is the engine: without it nothing is paged by itself.")
            .line("`warroom engine` runs one without a screen.");
    }
    Ok(sheet)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "a form's second half may refuse; this one has no reason to"
)]
pub(super) fn follow(_: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    Ok(vec![Effect::Quit])
}
