//! By which time all count who work on one log. Rows of it say when something
//! is due, in the time of whoever wrote them: who begins after the clock of this
//! host was set has to go on by the same.

use crate::{
    clock::{Clock, Line, start_id, uptime},
    domain::span::CLOCK_OFF,
    store::{CountsBy, Log, StoreError},
};

/// Begins to count as the others do.
///
/// # Errors
///
/// When the log can't be read.
pub async fn begin_as_others(log: &Log, clock: Clock) -> Result<(), StoreError> {
    count_as_others(log, clock).await?;
    if !log.is_a_file() {
        clock.begin_anew();
    }
    Ok(())
}

/// Goes on to count as the others do: on a host, by the time of the engine that
/// has something to count down; beyond it, by the clock of the database.
///
/// # Errors
///
/// When the log can't be read.
pub async fn count_as_others(log: &Log, clock: Clock) -> Result<(), StoreError> {
    if !log.is_a_file() {
        let asked = uptime();
        let theirs = log.time(clock.now()).await?;
        // An answer that took longer says too little.
        if uptime() - asked <= CLOCK_OFF {
            clock.refer_to(theirs);
        }
        return Ok(());
    }
    let here = start_id();
    let by = log.counts_by().await?;
    match by.filter(|by| Some(&by.host_start) == here.as_ref()) {
        Some(by) => clock.resume(Line {
            start: by.at,
            left: by.left,
        }),
        None => {
            clock.follow_back();
        }
    }
    Ok(())
}

/// The time of `clock`, as others on this host can go on by it; `None` where
/// there is none such.
pub fn counts_by(clock: Clock) -> Option<CountsBy> {
    let (host_start, line) = (start_id()?, clock.line()?);
    Some(CountsBy {
        host_start,
        at: line.start,
        left: line.left,
    })
}
