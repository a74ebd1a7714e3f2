//! A program that must end with status 0. No shell, no input, no terminal.
//!
//! It runs in a session of its own, so that a program asking for a password
//! finds no terminal to ask on: that is where the screen is drawn. Its whole
//! process group ends with it: what it started in the background does not
//! pile up.

use std::{
    ffi::OsStr,
    os::unix::{ffi::OsStrExt as _, process::ExitStatusExt as _},
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::Child,
    time::timeout,
};

use super::{
    ProbeError,
    sight::{Failure, Saw, Sight, in_words, io_words},
};
use crate::domain::{
    fact::ErrorClass,
    text::{Name, Title},
};

/// How much of each output is kept, in bytes; the rest is read and dropped.
const KEPT: usize = 4096;

/// How long is waited for what an ended program wrote last. Its group is
/// ended by then, so the pipes are closed unless somebody left the group.
pub(super) const LAST_WORDS: Duration = Duration::from_millis(500);

/// Where `setsid` is; asking the kernel for a session takes unsafe code.
const SETSID: [&str; 2] = ["/usr/bin/setsid", "/bin/setsid"];

/// What the manager of services tells this process alone: a program that spoke
/// to it would speak in our name. And who we are to a server.
const OURS: [&str; 7] = [
    "LISTEN_FDNAMES",
    "LISTEN_FDS",
    "LISTEN_PID",
    "NOTIFY_SOCKET",
    "WARROOM_TOKEN",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];
/// How the variables begin that hold addresses and secrets of channels.
const OF_CHANNELS: &[u8] = b"WARROOM_CHANNEL_";

#[derive(Debug)]
pub(super) struct Command {
    program: String,
    arguments: Vec<String>,
    limit: Duration,
}

impl Command {
    pub(super) fn new(probe: &Name, argv: &[String], limit: Duration) -> Result<Self, ProbeError> {
        match argv {
            [program, arguments @ ..] if !program.is_empty() => Ok(Self {
                program: program.clone(),
                arguments: arguments.to_vec(),
                limit,
            }),
            _ => Err(ProbeError::Argv {
                probe: probe.clone(),
            }),
        }
    }

    pub(super) async fn look(&self) -> Saw {
        let child = self.start()?;
        // Also where this future is dropped: the guard ends the group then.
        let mut running = Running::new(child);
        let mut said = Said::default();
        let ended = timeout(self.limit, running.end(&mut said)).await;
        match ended {
            Ok(Ok(status)) => match said.by_setsid(status) {
                Some(why) => Err(self.not_started(&why)),
                None => said.judge(status),
            },
            Ok(Err(error)) => Err(Failure::new(ErrorClass::Connect, 1, io_words(&error))),
            Err(_) => {
                running.kill_and_reap().await;
                Err(said.too_late(self.limit))
            }
        }
    }

    fn start(&self) -> Result<Child, Failure> {
        let mut command = self.apart();
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_ours(name)) {
            command.env_remove(name);
        }
        command
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| self.not_started(&io_words(&error)))
    }

    /// The program in a session of its own; at least in a process group of its
    /// own, where there is no `setsid`. Either has the number of the process.
    fn apart(&self) -> tokio::process::Command {
        let Some(setsid) = SETSID.iter().find(|path| Path::new(path).exists()) else {
            let mut command = tokio::process::Command::new(&self.program);
            command.process_group(0);
            return command;
        };
        let mut command = tokio::process::Command::new(setsid);
        command.arg(&self.program);
        command
    }

    fn not_started(&self, why: &str) -> Failure {
        let detail = format!("{} can't be started: {why}", self.program);
        Failure::new(ErrorClass::Connect, 1, detail)
    }
}

/// Whether a variable is for this process, and not for what it starts.
fn is_ours(name: &OsStr) -> bool {
    OURS.iter().any(|ours| name == *ours) || name.as_bytes().starts_with(OF_CHANNELS)
}

/// A program and everything it started; dropping it ends them all.
struct Running {
    child: Child,
    group: Option<Pid>,
}

impl Running {
    fn new(child: Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            group: id.and_then(Pid::from_raw),
            child,
        }
    }

    /// Its status, once it has ended; what it says goes into `said`.
    async fn end(&mut self, said: &mut Said) -> std::io::Result<ExitStatus> {
        let out = self.child.stdout.take();
        let err = self.child.stderr.take();
        let listen = async { tokio::join!(keep(out, &mut said.out), keep(err, &mut said.err)) };
        tokio::pin!(listen);
        let mut silent = false;
        let status = loop {
            tokio::select! {
                status = self.child.wait() => break status?,
                ((), ()) = &mut listen, if !silent => silent = true,
            }
        };
        self.kill();
        if !silent {
            timeout(LAST_WORDS, listen).await.ok();
        }
        Ok(status)
    }

    fn kill(&mut self) {
        // Once only: the number may be somebody else's later.
        if let Some(group) = self.group.take() {
            // Nobody left in it is what we want.
            kill_process_group(group, Signal::KILL).ok();
        }
    }

    async fn kill_and_reap(&mut self) {
        self.kill();
        // A program stuck in the kernel is left to the runtime to reap.
        timeout(LAST_WORDS / 2, self.child.wait()).await.ok();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads to the end, and keeps the beginning.
async fn keep(from: Option<impl AsyncRead + Unpin>, kept: &mut Vec<u8>) {
    let Some(mut from) = from else {
        return;
    };
    let mut buffer = [0; KEPT];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let room = KEPT - kept.len();
        kept.extend_from_slice(&buffer[..read.min(room)]);
    }
}

/// What a program said, on either output.
#[derive(Debug, Default)]
struct Said {
    out: Vec<u8>,
    err: Vec<u8>,
}

impl Said {
    fn judge(&self, status: ExitStatus) -> Saw {
        let line = self.first_line();
        if status.success() {
            return Ok(Sight::well(line.unwrap_or_else(|| "exit 0".to_owned())));
        }
        let end = match (status.code(), status.signal()) {
            (Some(code), _) => format!("exit {code}"),
            (None, Some(signal)) => format!("ended by signal {signal}"),
            (None, None) => "ended".to_owned(),
        };
        let detail = match line {
            Some(line) => format!("{end}: {line}"),
            None => end,
        };
        Err(Failure::new(ErrorClass::Status, 22, detail))
    }

    /// Why `setsid` could not start the program: `no such file or directory`.
    fn by_setsid(&self, status: ExitStatus) -> Option<String> {
        let line = self.first_line()?;
        let refusal = line.strip_prefix("setsid: ")?;
        let why = refusal.rsplit_once(": ").map_or(refusal, |(_, why)| why);
        matches!(status.code(), Some(126 | 127)).then(|| why.to_lowercase())
    }

    fn too_late(&self, limit: Duration) -> Failure {
        let end = format!("still running after {}", in_words(limit));
        let detail = match self.first_line() {
            Some(line) => format!("{end}: {line}"),
            None => end,
        };
        Failure::new(ErrorClass::Timeout, 28, detail)
    }

    /// The first line that says anything; of the errors, where the output is
    /// silent. Cleaned: it comes from anywhere.
    fn first_line(&self) -> Option<String> {
        [&self.out, &self.err].into_iter().find_map(|bytes| {
            let text = String::from_utf8_lossy(bytes);
            text.lines()
                .map(|line| Title::lossy(line.trim()))
                .find(|line| !line.is_empty())
                .map(|line| line.to_string())
        })
    }
}
