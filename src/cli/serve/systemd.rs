//! What systemd is told, and what it is to do.

use std::{
    io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixDatagram},
    },
    path::Path,
    sync::Arc,
    time::Duration,
};

use tokio_util::sync::CancellationToken;

use crate::{
    config::Environment,
    server::{Server, health},
};

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

    /// Gives a sign of life twice in each time that it waits, but only while
    /// the engine goes round and the log takes entries.
    pub(super) async fn watch(self: Arc<Self>, server: Arc<Server>, stop: CancellationToken) {
        let Some(every) = self.watchdog else { return };
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(every / 2) => {}
            }
            match health::well(&server).await {
                Ok(()) => self.say("WATCHDOG=1"),
                Err(reasons) => tracing::warn!(?reasons, "no sign of life for systemd"),
            }
        }
    }
}

/// A name that begins with `@` is in no folder.
fn address(name: &str) -> io::Result<SocketAddr> {
    match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    }
}

/// A unit that starts `program`, and gives it no more than it needs.
pub(super) fn unit(program: &Path) -> String {
    // A specifier and a variable would otherwise begin with these.
    let program = program.display().to_string();
    let program = program.replace('%', "%%").replace('$', "$$");
    UNIT.replace("PROGRAM", &format!("\"{program}\""))
}

const UNIT: &str = "\
# The shared backend of warroom. Its log is /var/lib/warroom/<workspace>.db, its
# configuration /etc/warroom/config.toml. For anything but this host, add to
# ExecStart: --listen 0.0.0.0:7477 --tls-cert FILE --tls-key FILE
#
# A token for somebody, made as the service's own user:
#   systemd-run --pipe --wait --quiet -p DynamicUser=yes -p User=warroom \\
#     -p StateDirectory=warroom warroom --data-dir /var/lib/warroom \\
#     token create ada --scope write

[Unit]
Description=warroom, an incident war room
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0

[Service]
Type=notify
ExecStart=PROGRAM serve --data-dir /var/lib/warroom
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=1
WatchdogSec=60
TimeoutStopSec=30
LimitNOFILE=65536

DynamicUser=yes
User=warroom
StateDirectory=warroom
StateDirectoryMode=0700
RuntimeDirectory=warroom
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
";
