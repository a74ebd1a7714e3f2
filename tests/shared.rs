//! The shared backend keeps its promises, whatever happens to it and to the
//! way to it: the real program, on real files and a real `PostgreSQL`.

mod anew;
mod backend;
mod changed;
mod copy;
mod denied;
mod differing;
mod disk;
mod doctor;
mod first;
mod garbage;
mod given;
mod houses;
mod in_place;
mod kills;
mod late;
mod odd;
mod outbox;
mod proxy;
mod put_back;
mod reach;
mod refused;
mod restored;
mod set;
mod standing;
mod three;
mod ways;

use std::time::Duration;

/// How long a test waits for what must happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_secs(30);
