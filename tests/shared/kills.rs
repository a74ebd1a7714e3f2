//! The oracle with a server: whatever is killed whenever, what somebody was
//! told to be saved is in the one log, once, and everybody has that log.

use std::sync::Mutex;

use super::backend::{Backend, synced};
use crate::faults::kills::Fire;

fn survives(mut backend: Backend) {
    let houses = ["ada", "bo", "grace"].map(|who| backend.client(who));
    backend.start();
    houses[0].done("declare down --severity P2");
    for house in &houses {
        synced(house);
    }
    let fire = Fire::new(houses.into());
    let backend = Mutex::new(backend);

    let kills = fire.burn(|| {
        let mut backend = backend.lock().unwrap();
        backend.kill();
        backend.start();
    });

    let backend = backend.into_inner().unwrap();
    let log = backend.agree(fire.houses());
    fire.check(kills, &log);
}

#[test]
fn i1_what_was_saved_survives_kill_9_of_anything_on_a_file() {
    survives(Backend::on_a_file());
}

#[test]
fn i1_what_was_saved_survives_kill_9_of_anything_on_postgres() {
    survives(Backend::on_postgres());
}
