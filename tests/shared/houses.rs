//! Two houses, each with a server of its own: what is in one never gets into
//! the other because somebody typed the wrong address.

use std::fs;

use super::backend::{Backend, synced};
use crate::{
    cli::house::{House, Said},
    faults::NO_PROBES,
};

/// Two servers that know nothing of each other, each with an incident; and
/// somebody of the first house, who has a token for both.
struct Houses {
    first: Backend,
    second: Backend,
    copy: House,
}

impl Houses {
    fn open() -> Self {
        let mut houses = Self::before_the_first_starts();
        houses.first.start();
        synced(&houses.copy);
        houses
    }

    fn before_the_first_starts() -> Self {
        let [first, mut second] = [Backend::on_a_file(), Backend::on_a_file()];
        let copy = first.client("ada");
        copy.file("second.token", &second.token("ada"));
        let other = second.client("bo");
        second.start();
        copy.done("declare secret --severity P3 --private");
        other.done("declare theirs --severity P3");
        Self {
            first,
            second,
            copy,
        }
    }

    /// Runs it against the second house.
    fn over_there(&self, line: &str) -> Said {
        let token = fs::read_to_string(self.copy.path().join("second.token")).unwrap();
        let mut command = self.copy.command(line.split_whitespace());
        command.arg("--server");
        command.arg(format!("http://{}", self.second.address()));
        command.env("WARROOM_TOKEN", token);
        crate::cli::house::said(command.output().unwrap())
    }
}

#[test]
fn a_copy_of_one_house_gives_nothing_to_another_and_takes_nothing_from_it() {
    let houses = Houses::open();
    let before = houses.second.done("export").out;

    for line in ["list", "note hello", "export"] {
        let said = houses.over_there(line);
        assert_eq!(said.code, 1, "{line}: {said:?}");
        assert!(said.err.contains("has another log"), "{said:?}");
        let of = houses.first.address().to_string();
        assert!(said.err.contains(&format!("belongs to {of}")), "{said:?}");
    }
    let doctor = houses.over_there("doctor");
    assert!(doctor.out.contains("has another log"), "{doctor:?}");
    let waits = houses.over_there("sync --wait 1s");
    assert_ne!(waits.code, 0, "{waits:?}");

    assert_eq!(houses.second.done("export").out, before);
    synced(&houses.copy);
    let log = houses.first.agree(&[houses.copy]);
    assert!(!log.contains("theirs"), "{log}");
}

#[test]
fn a_copy_goes_to_another_house_at_somebodys_word_alone() {
    let houses = Houses::open();

    let asked = houses.over_there("attach");
    assert_eq!(asked.code, 5, "{asked:?}");
    assert!(asked.err.contains("add --yes"), "{asked:?}");
    assert!(!houses.second.done("export").out.contains("secret"));

    let given = houses.over_there("attach --yes");
    assert_eq!(given.code, 0, "{given:?}");
    assert!(houses.second.done("export").out.contains("secret"));
    // It belongs there now.
    let back = houses.copy.say("list");
    assert_eq!(back.code, 1, "{back:?}");
    assert!(back.err.contains("has another log"), "{back:?}");
}

#[test]
fn a_server_that_was_restored_and_moved_is_known_again() {
    let mut backend = Backend::on_a_file();
    let copy = backend.client("ada");
    let kept = backend.house.path().join("kept.db");
    // Nothing was in it yet, so that both have no entry in common afterwards.
    backend.done(&format!("backup {}", kept.display()));
    backend.start();
    copy.done("declare down --severity P3");
    synced(&copy);

    backend.end();
    backend.done(&format!("restore {} --yes", kept.display()));
    backend.moves();
    let leads = backend.leads(&copy, backend.address(), "bo");
    backend.start();

    copy.config(&format!("{leads}{NO_PROBES}"));
    let log = backend.agree(&[copy]);
    assert!(log.contains("declared"), "{log}");
}

#[test]
fn what_waits_for_a_server_that_was_never_reached_goes_to_no_other() {
    let mut houses = Houses::before_the_first_starts();

    let said = houses.over_there("list");

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("has another log"), "{said:?}");
    assert!(!houses.second.done("export").out.contains("secret"));
    houses.first.start();
    let log = houses.first.agree(&[houses.copy]);
    assert!(log.contains("secret"), "{log}");
}
