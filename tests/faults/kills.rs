//! The oracle: whatever is killed whenever, nothing that was acknowledged is
//! lost, nothing is there twice, and the log is sound.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read as _,
    process::Child,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    console::{Console, Handle, notes},
    process::Process,
    quiet_house, random,
};
use crate::cli::house::House;

const WRITERS: usize = 3;
const CONSOLES: usize = 2;
/// The longest pause between two kills.
const PAUSE_MS: u64 = 250;

/// What was promised so far.
#[derive(Default)]
struct Promises {
    /// Ids of commands that ended with 0.
    commands: BTreeSet<String>,
    /// Ids that were in a console's timeline.
    seen: BTreeSet<String>,
    /// Ids that a console was told to record.
    typed: BTreeSet<String>,
    /// Commands that failed without being killed.
    failures: Vec<String>,
}

/// Houses under fire.
pub struct Fire {
    /// Where it is written: each writer and console has one of them.
    houses: Vec<House>,
    promises: Arc<Mutex<Promises>>,
    next: AtomicU64,
    over: AtomicBool,
    writers: [Mutex<Option<Child>>; WRITERS],
    consoles: [Mutex<Option<Handle>>; CONSOLES],
}

/// An id with a sum, so that half a redrawn row is not taken for another id.
fn id(number: u64) -> String {
    format!(
        "n{number}-{:06x};",
        number.wrapping_mul(0x9E37_79B9) % 0xFF_FFFB
    )
}

fn is_id(text: &str) -> bool {
    let number = text.strip_prefix('n').and_then(|rest| rest.split_once('-'));
    number.is_some_and(|(number, _)| number.parse().map(id).as_deref() == Ok(text))
}

/// The id at the start of a note.
fn first_id(note: &str) -> Option<String> {
    let text = note.split_inclusive(';').next()?;
    is_id(text).then(|| text.to_owned())
}

impl Fire {
    pub fn new(houses: Vec<House>) -> Self {
        Self {
            houses,
            promises: Arc::default(),
            next: AtomicU64::new(1),
            over: AtomicBool::new(false),
            writers: Default::default(),
            consoles: Default::default(),
        }
    }

    fn id(&self) -> String {
        id(self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Writes notes by command, one after the other.
    fn write(&self, house: &House, place: &Mutex<Option<Child>>) {
        while !self.is_over() {
            let id = self.id();
            let command = house.command(["note", &id, "-o", "json"]).spawn();
            *place.lock().unwrap() = Some(command.unwrap());
            let status = loop {
                let ended = place.lock().unwrap().as_mut().unwrap().try_wait();
                match ended.unwrap() {
                    Some(status) => break status,
                    None => thread::park_timeout(Duration::from_millis(2)),
                }
            };
            let mut child = place.lock().unwrap().take().unwrap();
            let (mut out, mut err) = (String::new(), String::new());
            child.stdout.take().unwrap().read_to_string(&mut out).ok();
            child.stderr.take().unwrap().read_to_string(&mut err).ok();
            child.wait().ok();
            let mut promises = self.promises.lock().unwrap();
            match status.code() {
                Some(0) if out.contains(&id) => drop(promises.commands.insert(id)),
                Some(code) => promises.failures.push(format!("{id}: {code}: {err}")),
                None => {}
            }
        }
    }

    /// Types notes on a console, one after the other.
    fn type_on(&self, house: &House, who: &str, place: &Mutex<Option<Handle>>) {
        while !self.is_over() {
            let promises = Arc::clone(&self.promises);
            let mut console = Console::start(house, who, move |screen| {
                let ids = notes(screen).filter_map(first_id);
                promises.lock().unwrap().seen.extend(ids);
            });
            *place.lock().unwrap() = Some(console.handle());
            while !self.is_over() {
                let id = self.id();
                if console.type_note(&id).is_none() {
                    break;
                }
                self.promises.lock().unwrap().typed.insert(id);
            }
            *place.lock().unwrap() = None;
        }
    }

    /// Kills one of them, or what they depend on; whether something was there
    /// to kill.
    fn kill_one(&self, random: &mut fastrand::Rng, other: &mut impl FnMut()) -> bool {
        match random.usize(..10) {
            place @ 0..=4 => match self.writers[place % WRITERS].lock().unwrap().as_mut() {
                Some(child) => child.kill().is_ok(),
                None => false,
            },
            place @ 5..=7 => match *self.consoles[place % CONSOLES].lock().unwrap() {
                Some(handle) => {
                    handle.kill();
                    true
                }
                None => false,
            },
            _ => {
                other();
                true
            }
        }
    }

    /// Kills so often, while all of them write. `other` kills what they depend
    /// on, and starts it again.
    pub fn burn(&self, mut other: impl FnMut()) -> u64 {
        let kills = number("WARROOM_KILLS").unwrap_or(200);
        let mut random = random();
        say!("WARROOM_KILLS={kills}");
        thread::scope(|scope| {
            let over = Over(&self.over);
            for (place, house) in self.writers.iter().zip(self.houses.iter().cycle()) {
                scope.spawn(|| self.write(house, place));
            }
            let who = ["ada", "bo"].into_iter().zip(self.houses.iter().cycle());
            for ((who, house), place) in who.zip(&self.consoles) {
                scope.spawn(move || self.type_on(house, who, place));
            }
            let mut done = 0;
            while done < kills {
                thread::park_timeout(Duration::from_millis(random.u64(..PAUSE_MS)));
                done += u64::from(self.kill_one(&mut random, &mut other));
            }
            drop(over);
            for console in &self.consoles {
                if let Some(console) = *console.lock().unwrap() {
                    console.kill();
                }
            }
        });
        kills
    }

    /// The houses.
    pub fn houses(&self) -> &[House] {
        &self.houses
    }

    /// Whether an exported log holds what was promised, once, without holes.
    pub fn check(&self, kills: u64, export: &str) {
        let (mut found, mut sequence) = (BTreeMap::<String, u64>::new(), Vec::new());
        for line in export.lines() {
            let entry: serde_json::Value = serde_json::from_str(line).unwrap();
            sequence.push(entry["seq"].as_u64().unwrap());
            if let Some(text) = entry["body"]["text"].as_str() {
                *found.entry(text.to_owned()).or_default() += 1;
            }
        }
        let promises = self.promises.lock().unwrap();
        say!(
            "{kills} kills; {} entries; {} notes acknowledged by commands, {} seen on consoles, {} typed there",
            sequence.len(),
            promises.commands.len(),
            promises.seen.len(),
            promises.typed.len()
        );
        let expected: Vec<u64> = (1..).take(sequence.len()).collect();
        assert_eq!(sequence, expected, "the numbers have no holes");
        let told = promises.commands.union(&promises.seen);
        let lost: Vec<&String> = told.filter(|id| !found.contains_key(*id)).collect();
        assert!(lost.is_empty(), "promised and lost: {lost:?}");
        let twice: Vec<_> = found.iter().filter(|(_, count)| **count != 1).collect();
        assert!(twice.is_empty(), "there more than once: {twice:?}");
        assert!(promises.failures.is_empty(), "{:?}", promises.failures);
        assert!(!promises.commands.is_empty() && !promises.seen.is_empty());
        assert!(!promises.typed.is_empty(), "no console took a note");
    }
}

/// A number from the environment, for longer runs and for repeating one.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn engine(house: &House) -> Process {
    let mut command = house.command(["engine", "--quiet"]);
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    Process::new(&mut command)
}

#[test]
fn every_acknowledged_entry_survives_kill_9() {
    let fire = Fire::new(vec![quiet_house()]);
    let house = &fire.houses[0];
    let mut runs = engine(house);

    let kills = fire.burn(|| {
        runs.kill();
        runs = engine(house);
    });

    let verified = house.say("verify");
    assert_eq!(verified.code, 0, "{verified:?}");
    fire.check(kills, &house.done("export").out);
}

/// Tells the others that it is over, even when the test panics.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
