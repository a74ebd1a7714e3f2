//! Paging from this host while the server is away, without a screen.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    confirm,
    engine::{channels, owner, stop_on_signals, tell},
    failure::{Exit, Failure},
    open::known_of_server,
    room::Room,
    say,
    touch::in_touch_during,
};
use crate::{
    console::in_place::{page, stands_in_the_way},
    domain::text::Name,
    engine::Engine,
    notify::Channels,
    sync::{Replica, Seen},
    ui::{
        forms::{over_what, pages_by},
        msg::{EngineSeen, LinkState},
    },
};

/// How long handing in what was paged may take, once the server answers.
const HAND_IN: Duration = Duration::from_secs(10);

/// The channels of the configuration that work here.
pub fn works(channels: &Channels) -> Vec<Name> {
    let work = channels.iter().filter(|(_, channel)| channel.is_ok());
    work.map(|(name, _)| name.clone()).collect()
}

/// Pages from here until the server answers, or until SIGTERM.
///
/// # Errors
///
/// When there is no server, it answers, or nobody could be paged from here.
pub async fn run(room: &Room) -> color_eyre::Result<Exit> {
    let log = room.log()?;
    let Some(sync) = &room.sync else {
        let text = "there is no server in whose place to page: `warroom engine` pages";
        return Err(Failure::usage(text).into());
    };
    let known = known_of_server(log).await?.unwrap_or_default();
    let works = works(&channels(&room.setup.config));
    let here = pages_by(known.may_write(), &works);
    here.and_then(|here| over_what(&room.board, here))
        .map_err(Failure::refused)?;
    let what = format!(
        "this pages in the place of {}, until it answers; if only this host is cut off, it pages as well",
        sync.server()
    );
    confirm::word(room.global(), "page", &what)?;
    let stop = CancellationToken::new();
    stop_on_signals(&stop)?;
    let (seen, link) = watch::channel(Seen::default());
    let work = stand_in(room, sync, link, &stop);
    Box::pin(in_touch_during(Some(sync), &seen, work)).await
}

async fn stand_in(
    room: &Room,
    sync: &Replica,
    mut link: watch::Receiver<Seen>,
    stop: &CancellationToken,
) -> color_eyre::Result<Exit> {
    let known = |seen: &Seen| seen.link.state != LinkState::Alone;
    tokio::select! {
        seen = link.wait_for(known) => if let Some(why) = stands_in_the_way(&seen?.clone()) {
            let text = format!("{why}: it pages, and nothing was sent from here");
            return Err(Failure::refused(text).into());
        },
        () = stop.cancelled() => return Ok(Exit::Ok),
    }
    let (setup, log) = (&room.setup, room.log()?);
    let engine = Engine::new(
        log.clone(),
        setup.clock,
        owner(setup),
        channels(&setup.config),
    );
    let engine = engine.in_place_of_server();
    let (seen, told) = watch::channel(EngineSeen::default());
    let teller = tokio::spawn(tell(setup.global.quiet, told));
    let said = async |text: String| say::aside(&text);
    let ended = page(&engine, sync, link.clone(), &seen, stop, said).await;
    drop(seen);
    teller.await?;
    ended?;
    let handed_in = !stop.is_cancelled() && sync.wait(HAND_IN).await.is_ok_and(|all| all);
    let server = sync.server();
    say::note(
        &setup.global,
        &if handed_in {
            format!("{server} answers again: it pages, and knows what was paged from here")
        } else {
            let why = stands_in_the_way(&link.borrow());
            let why = why.map(|why| format!("{why}; ")).unwrap_or_default();
            format!(
                "{why}nobody is paged from here any more; {server} has not heard of all of it yet: `warroom sync`"
            )
        },
    );
    Ok(Exit::Ok)
}
