//! The server as a unit of systemd, and its signs of life.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::{
    cli::systemd::Systemd,
    server::{Server, health},
};

/// Gives a sign of life twice in each time that systemd waits for one, but only
/// while the engine goes round and the log takes entries.
pub(super) async fn watch(systemd: Arc<Systemd>, server: Arc<Server>, stop: CancellationToken) {
    let Some(every) = systemd.watchdog() else {
        return;
    };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(every / 2) => {}
        }
        match health::well(&server).await {
            Ok(()) => systemd.say("WATCHDOG=1"),
            Err(reasons) => tracing::warn!(?reasons, "no sign of life for systemd"),
        }
    }
}

/// A unit that gives the server no more than it needs.
pub(super) const UNIT: &str = "\
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
