//! Below the probes of a middling screen: the runbook and the links, which
//! have panes of their own on a large one.

use crate::{
    domain::runbook::Line,
    ui::{
        app::{App, links, runbook, runbook_item},
        canvas::Canvas,
        msg::Runbook,
        theme::Role,
    },
};

/// Draws them from row `y` on, as far as there are rows.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_, '_>, y: u16) {
    let Some(incident) = app.incident() else {
        return;
    };
    let done = |book: &Runbook, line: &Line| {
        let item = runbook_item(book, line)?;
        Some(incident.state().ticks.contains_key(&item))
    };
    let book = runbook(app).map(|book| {
        let steps = book.lines.iter().filter_map(|line| done(book, line));
        let (steps, ticked) = steps.fold((0, 0), |(all, ticked), done| {
            (all + 1, ticked + usize::from(done))
        });
        format!("{}   {ticked} of {steps} steps done", book.file)
    });
    let links: Vec<String> = links(app)
        .into_iter()
        .filter(|(_, _, url)| !url.is_empty())
        .filter_map(|(letter, name, _)| Some(format!("g{} {name}", letter?)))
        .collect();
    let links = (!links.is_empty()).then(|| links.join("   "));
    let rows = [("runbook", book), ("links", links)];
    let rows = rows
        .into_iter()
        .filter_map(|(word, text)| Some((word, text?)));
    for (y, (word, text)) in (y..canvas.height()).zip(rows) {
        canvas.text(3, y, Role::Muted, word);
        let room = canvas.width().saturating_sub(14);
        canvas.clipped(13, y, Role::Normal, &text, room);
    }
}
