//! Load, memory and disk of this host, counted as `uptime`, `free` and `df`
//! count them: a number that differs from theirs is a number nobody trusts.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
};

use super::{
    aside::Aside,
    sight::{Failure, Saw, Sight, io_words},
};
use crate::domain::{fact::ErrorClass, probe::System};

#[derive(Debug)]
pub(super) struct Host {
    path: PathBuf,
    warn_percent: u8,
    /// One thread: a file system that hangs holds this one, and no more.
    aside: Aside,
}

impl Host {
    pub(super) fn new(path: &Path, warn_percent: u8) -> Self {
        Self {
            path: path.to_owned(),
            warn_percent,
            aside: Aside::new(1),
        }
    }

    pub(super) async fn look(&self) -> Saw {
        let path = self.path.clone();
        let read = self.aside.run(move || measure(&path)).await;
        let system = read.and_then(|system| system).map_err(|error| {
            let detail = format!("{}: {}", self.path.display(), io_words(&error));
            Failure::new(ErrorClass::Body, 1, detail)
        })?;
        Ok(self.judge(system))
    }

    fn judge(&self, system: System) -> Sight {
        let shares = [
            ("disk", u64::from(system.disk_percent())),
            ("memory", u64::from(system.memory_percent())),
            ("load", u64::from(system.load_percent())),
        ];
        let over: Vec<String> = shares
            .iter()
            .filter(|(_, share)| *share >= u64::from(self.warn_percent))
            .map(|(what, share)| format!("{what} {share} %"))
            .collect();
        let detail = if over.is_empty() {
            format!(
                "load {:.2} on {}, memory {} %, disk {} %",
                system.load[0],
                system.cores,
                system.memory_percent(),
                system.disk_percent()
            )
        } else {
            over.join(", ")
        };
        Sight {
            warn: !over.is_empty(),
            detail,
            system: Some(system),
        }
    }
}

fn measure(path: &Path) -> io::Result<System> {
    let unreadable = |file: &str| io::Error::other(format!("{file} can't be understood"));
    let load = load(&fs::read_to_string("/proc/loadavg")?);
    let memory = memory(&fs::read_to_string("/proc/meminfo")?);
    Ok(System {
        load: load.ok_or_else(|| unreadable("/proc/loadavg"))?,
        cores: thread::available_parallelism()
            .map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX)),
        memory: memory.ok_or_else(|| unreadable("/proc/meminfo"))?,
        disk: disk(path)?,
    })
}

/// The three averages from `/proc/loadavg`.
fn load(text: &str) -> Option<[f64; 3]> {
    let mut words = text.split_whitespace().map(|word| word.parse().ok());
    Some([words.next()??, words.next()??, words.next()??])
}

/// Bytes in use and in all from `/proc/meminfo`. What programs could have at
/// once is not in use, as `free` says since procps 4.
fn memory(text: &str) -> Option<(u64, u64)> {
    let kib = |name: &str| -> Option<u64> {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    };
    let total = kib("MemTotal:")?;
    let available = kib("MemAvailable:")?;
    Some((total.saturating_sub(available) * 1024, total * 1024))
}

/// Bytes in use, and in use or free for everybody. What is kept back for root
/// is in neither: with it, a full disk would not look full.
fn disk(path: &Path) -> io::Result<(u64, u64)> {
    let found = rustix::fs::statvfs(path)?;
    let used = found.f_blocks.saturating_sub(found.f_bfree);
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Ok((bytes(used), bytes(used.saturating_add(found.f_bavail))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_programs_could_have_is_not_in_use() {
        let text = "MemTotal:  4000 kB\nMemFree:   100 kB\nMemAvailable:  3000 kB\nCached: 9 kB\n";

        assert_eq!(memory(text), Some((1000 * 1024, 4000 * 1024)));
        assert_eq!(memory("MemTotal: 4000 kB\n"), None);
        assert_eq!(memory("MemTotal: many\nMemAvailable: 1 kB\n"), None);
    }

    #[test]
    fn the_load_is_the_first_three_numbers() {
        assert_eq!(load("0.50 1.25 2.00 1/234 5678\n"), Some([0.5, 1.25, 2.0]));
        assert_eq!(load("0.50 1.25"), None);
    }

    #[test]
    fn what_is_over_its_share_is_named() {
        let host = Host::new(Path::new("/"), 90);
        let system = System {
            load: [1.9, 0.0, 0.0],
            cores: 2,
            memory: (10, 100),
            disk: (899, 1000),
        };

        let sight = host.judge(system);

        assert!(sight.warn);
        assert_eq!(sight.detail, "disk 90 %, load 95 %");
    }
}
