//! The screen on the wall: started, watched over by systemd, and what stands
//! there when it has ended.

use std::io::{self, IsTerminal as _};

use clap::Args;
use rustix::termios::tcgetwinsize;

use super::{
    args::Global,
    failure::Exit,
    open::Setup,
    say, screen,
    systemd::{self, Systemd},
};
use crate::{
    clock::Clock,
    config,
    console::wall::Watcher,
    domain::text::one_line,
    ui::{
        capability::{Capability, Wishes},
        format, wall,
    },
};

/// What takes us off whatever the wall left behind, and blanks it.
const BLANK: &str = "\x1b[?2026l\x1b[?1049l\x1b[0m\x1b[?25l\x1b[2J\x1b[H";

/// The screen on the wall: it reads, and no key does anything
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  warroom wall --names
  warroom wall --print-unit > /etc/systemd/system/warroom-wall@.service
  systemctl enable --now warroom-wall@tty1")]
pub struct Wall {
    /// Show names and words of people, not only their roles
    #[arg(long)]
    names: bool,
    /// Print a unit for systemd, and do nothing else
    #[arg(long)]
    print_unit: bool,
    /// Write over the last picture of a wall that has ended, and do nothing
    /// else; the unit does so by itself
    #[arg(long, conflicts_with_all = ["names", "print_unit"])]
    stopped_page: bool,
}

impl Wall {
    /// Shows the wall until it is told to end.
    ///
    /// # Errors
    ///
    /// As [`screen::console`].
    pub async fn run(self, global: Global) -> color_eyre::Result<Exit> {
        if self.print_unit {
            say::data(&systemd::unit(UNIT)?)?;
            return Ok(Exit::Ok);
        }
        if self.stopped_page {
            say::data(&stopped())?;
            return Ok(Exit::Ok);
        }
        let setup = Setup::read(global)?;
        let systemd = Systemd::find(&setup.environment);
        let watcher = Watcher {
            every: systemd.watchdog(),
            say: Box::new(move |word| systemd.say(word)),
        };
        screen::wall(setup, !self.names, watcher).await
    }
}

/// The page, or a sentence where there is no terminal. No configuration is
/// read: it may be why the wall has ended.
fn stopped() -> String {
    let now = Clock::default().now();
    let environment = config::environment();
    // systemd tells this to whatever it runs after the end.
    let why = environment.get("SERVICE_RESULT").map(|why| one_line(why));
    if !io::stdout().is_terminal() {
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        return format!("the wall stopped at {}{why}", format::clock(now));
    }
    let capability = Capability::new(&environment, None, Wishes::default());
    let size = tcgetwinsize(io::stdout()).ok();
    let size = size.map(|size| (size.ws_col, size.ws_row));
    let size = size.filter(|(columns, rows)| *columns > 0 && *rows > 0);
    let rows = wall::stopped(
        size.unwrap_or((80, 24)),
        capability.glyphs,
        why.as_deref(),
        now,
    );
    // The last row has no line break: it would push out the first.
    format!("{BLANK}{}", rows.join("\r\n").trim_end())
}

/// The wall on a console of its own: as its login prompt, and in its place.
const UNIT: &str = "\
# The wall of warroom on a console: warroom-wall@tty1 takes the place of the
# login prompt there. It reads /etc/warroom/wall.toml: `server` and `token_file`
# (a token with `--scope read` is enough), or `workspace` for a log on this host.
#   useradd --system --home-dir /var/lib/warroom-wall warroom-wall
# On the kernel's command line: consoleblank=0 quiet loglevel=1

[Unit]
Description=warroom on the wall, %I
After=systemd-user-sessions.service getty-pre.target network-online.target
Wants=network-online.target
Conflicts=getty@%i.service
Before=getty.target
OnFailure=getty@%i.service
StartLimitIntervalSec=0
ConditionPathExists=/dev/tty0

[Service]
Type=notify
NotifyAccess=main
ExecStart=PROGRAM wall --config /etc/warroom/wall.toml --data-dir /var/lib/warroom-wall
ExecStopPost=PROGRAM wall --stopped-page
WatchdogSec=30
Restart=always
RestartSec=2
StandardInput=tty-force
StandardOutput=tty
StandardError=journal
TTYPath=/dev/%I
TTYReset=yes
TTYVHangup=yes
Environment=TERM=linux LANG=C.UTF-8
UnsetEnvironment=NO_COLOR

User=warroom-wall
StateDirectory=warroom-wall
StateDirectoryMode=0700
UMask=0077
MemoryMax=128M

NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ProtectClock=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes

[Install]
WantedBy=getty.target
";
