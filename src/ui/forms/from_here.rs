//! Paging from this console, in the place of a server that is away.

use std::collections::BTreeSet;

use super::{Asking, Filled, Refused, ask::word};
use crate::{
    domain::{
        board::Board,
        escalation,
        text::{Name, Text},
    },
    ui::{
        app::App,
        format,
        msg::{Effect, LinkState},
        sheet::Sheet,
    },
};

/// The channels to page by in the server's place, of those that work here.
///
/// # Errors
///
/// Why nobody may, in a sentence.
pub fn pages_by(may_write: bool, works: &[Name]) -> Result<&[Name], String> {
    if !may_write {
        let why = "this token may only read: the server would not hear of a page, and repeat it";
        return Err(why.to_owned());
    }
    if works.is_empty() {
        return Err("phone people: no channel works here ([channels] would name some)".to_owned());
    }
    Ok(works)
}

/// Which of the channels that work `here` the policies of active incidents page
/// by.
///
/// # Errors
///
/// Why nobody can be paged from here, in a sentence.
pub fn over_what(board: &Board, here: &[Name]) -> Result<Vec<Name>, String> {
    let active = board.active();
    let open = active
        .iter()
        .filter(|incident| escalation::next_step(incident).is_some());
    let asked: BTreeSet<&Name> = open
        .flat_map(|incident| incident.policy().contact.values())
        .flat_map(|contact| &contact.channels)
        .collect();
    if asked.is_empty() {
        return Err("nobody is to be paged: no step is left, or none has a channel".to_owned());
    }
    let both = here.iter().filter(|name| asked.contains(name));
    let both: Vec<Name> = both.cloned().collect();
    if both.is_empty() {
        let names: Vec<&str> = asked.iter().map(|name| name.as_str()).collect();
        return Err(format!(
            "the policy pages by {}, and no such channel works here: phone them, the numbers are in PEOPLE",
            names.join(", ")
        ));
    }
    Ok(both)
}

/// As the server last said what the token may do, whatever it said before.
fn channels(app: &App) -> Result<Vec<Name>, String> {
    let may_write = !app.shared.link.read_only;
    over_what(&app.board, pages_by(may_write, &app.settings.works)?)
}

/// Whether this console can page in the server's place, if it is asked to.
pub(super) fn can_page(app: &App) -> bool {
    channels(app).is_ok()
}

pub(super) fn ask(asking: &Asking<'_>) -> Result<Sheet, String> {
    let app = asking.app;
    let channels = channels(app)?;
    let names: Vec<&str> = channels.iter().map(Text::as_str).collect();
    let link = &app.shared.link;
    let since = match &link.state {
        LinkState::Offline { why, .. } if link.answers => return Err(why.to_string()),
        LinkState::Offline { since, .. } => format::time(*since),
        LinkState::Alone | LinkState::Online { .. } => return Err("no server is away".to_owned()),
    };
    let sheet = Sheet::new(asking.action, "PAGE FROM HERE", word("page"), asking.now);
    Ok(sheet
        .line(format!(
            "{} pages, and is out of touch since {since}.",
            link.server
        ))
        .line(format!(
            "Until it answers, this console fires what falls due, by {}.",
            names.join(", ")
        ))
        .line("It does not repeat what was paged from here.")
        .line("If only you are cut off, it pages as well: people may hear it twice."))
}

pub(super) fn follow(filled: &Filled<'_>) -> Result<Vec<Effect>, Refused> {
    channels(filled.app)?;
    Ok(vec![Effect::PageFromHere])
}
