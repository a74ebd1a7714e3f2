//! What goes on in another incident than the one on the screen: whoever looks
//! at one must not miss that another is worse, or what is owed there.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::{
    board::Board,
    duty::{Due, duties},
    entry::IncidentId,
    incident::Incident,
    leaving::is_leaving,
};

/// The worst open incident, where it is worse than the one on the screen; `None`
/// where that is the worst itself. A drill never counts beside what is real.
pub fn worse_elsewhere(board: &Board, shown: IncidentId) -> Option<&Incident> {
    let open = board.open();
    let worst = *open.first()?;
    let here = board.get(shown)?;
    let weight = |it: &Incident| {
        let is_open = open.iter().any(|known| known.id == it.id);
        (is_open, !it.state().drill, it.assumed_severity())
    };
    let counts = here.state().drill || !worst.state().drill;
    (counts && weight(worst) > weight(here)).then_some(worst)
}

/// The worst duty of the other open incidents: of what is overdue that of the
/// worst level, else what is due next; `None` where nothing is owed there. A
/// drill never counts beside what is real.
pub fn worst_elsewhere(
    board: &Board,
    shown: IncidentId,
    now: DateTime<Utc>,
) -> Option<(&Incident, Due)> {
    let all = board.open();
    let here_is_real = board.get(shown).is_some_and(|it| !it.state().drill);
    let others = all.into_iter().filter(|it| it.id != shown);
    let counted = others.filter(|it| !(here_is_real && it.state().drill));
    let owed = counted.flat_map(|incident| {
        let dues = duties(incident).into_iter();
        let urgent = dues.filter(|due| due.duty.is_urgent());
        let waits = urgent.filter(|due| !is_leaving(incident, &due.duty, now));
        waits.map(move |due| (incident, due))
    });
    owed.min_by_key(|(incident, due)| {
        let overdue = (due.by <= now).then(|| Reverse(incident.assumed_severity()));
        let drill = incident.state().drill;
        (drill, overdue.is_none(), overdue, due.by)
    })
}
