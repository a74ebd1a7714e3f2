//! What systemd is told of us, and the units that it starts us by.

use std::{
    io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixDatagram},
    },
    time::Duration,
};

use color_eyre::eyre::WrapErr as _;

use crate::config::Environment;

/// The system's manager, where it started us and wants to hear of us.
#[derive(Debug)]
pub(super) struct Systemd {
    ear: Option<(UnixDatagram, SocketAddr)>,
    /// How long it waits for a sign of life before it starts us again.
    watchdog: Option<Duration>,
}

impl Systemd {
    /// As the variables say.
    pub(super) fn find(environment: &Environment) -> Self {
        let ear = environment.get("NOTIFY_SOCKET").and_then(|name| {
            let found = address(name).and_then(|to| Ok((UnixDatagram::unbound()?, to)));
            found
                .inspect_err(|error| tracing::warn!(%error, "NOTIFY_SOCKET"))
                .ok()
        });
        let micros = environment.get("WATCHDOG_USEC");
        let micros = micros.and_then(|text| text.parse().ok());
        Self {
            ear,
            watchdog: micros.filter(|some| *some > 0).map(Duration::from_micros),
        }
    }

    /// Tells it, where there is one.
    pub(super) fn say(&self, word: &str) {
        if let Some((socket, to)) = &self.ear
            && let Err(error) = socket.send_to_addr(word.as_bytes(), to)
        {
            tracing::warn!(%error, "telling systemd");
        }
    }

    /// Whether it started us, and wants to hear of us.
    pub(super) const fn listens(&self) -> bool {
        self.ear.is_some()
    }

    /// How long it waits for a sign of life before it starts us again; `None`
    /// if it does not.
    pub(super) const fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }
}

/// A name that begins with `@` is in no folder.
fn address(name: &str) -> io::Result<SocketAddr> {
    match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    }
}

/// The text of a unit, with this program in place of `PROGRAM`.
pub(super) fn unit(text: &str) -> color_eyre::Result<String> {
    let program = std::env::current_exe().wrap_err("finding this program")?;
    // A specifier and a variable would otherwise begin with these.
    let program = program.display().to_string();
    let program = program.replace('%', "%%").replace('$', "$$");
    Ok(text.replace("PROGRAM", &format!("\"{program}\"")))
}
