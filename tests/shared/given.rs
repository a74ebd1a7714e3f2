//! A local log that was given to a server: it can be looked at, and no more.

use super::backend::{Backend, synced};
use crate::cli::house::House;

#[test]
fn a_log_that_was_given_away_says_where_and_takes_nothing_more() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    let old = House::declared();
    let log = old.path().join(".local/share/warroom/local.db");
    let give = || {
        let said = client.run(["attach".as_ref(), log.as_os_str()]);
        assert_eq!(said.code, 0, "{said:?}");
    };
    give();
    let before = old.done("export").out;

    let told = format!(
        "this log was given to {} as its workspace prod",
        backend.address()
    );
    for line in [
        "note late",
        "declare again --severity P3",
        "engine",
        "token create bo --scope read",
        "import /dev/stdin",
    ] {
        let said = old.feed(line.split(' '), before.lines().next().unwrap().as_bytes());
        assert_eq!(said.code, 1, "{line}: {said:?}");
        assert_eq!(said.err.lines().count(), 1, "{line}: {said:?}");
        assert!(said.err.contains(&told), "{line}: {said:?}");
    }
    for line in ["show", "timeline", "status", "verify", "doctor"] {
        assert!([0, 3].contains(&old.say(line).code), "{line}");
    }
    assert_eq!(old.done("export").out, before);
    give();
    assert!(client.done("export").out.contains("checkout is down"));
}

#[test]
fn a_log_is_never_given_to_itself() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    client.done("declare down --severity P2 --yes");
    let own = client.path().join(".local/share/warroom/prod.db");

    let said = client.run(["attach".as_ref(), own.as_os_str()]);

    assert_eq!(said.code, 0, "{said:?}");
    client.done("note on");
    backend.agree(&[client]);
}

#[test]
fn a_name_that_was_mistyped_makes_no_log() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    let nowhere = client.path().join("lokal.db");

    let said = client.run(["attach".as_ref(), nowhere.as_os_str()]);

    assert_eq!(said.code, 4, "{said:?}");
    assert!(!nowhere.exists());
}

#[test]
fn an_incident_that_gets_another_number_is_told_of() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    client.done("declare first --severity P3");
    let apart = House::declared();
    let file = apart.path().join(".local/share/warroom/local.db");

    let said = client.done(&format!("attach {}", file.display()));

    let told = said.err.matches("INC-1 is INC-2 from now on").count();
    assert_eq!(told, 1, "{said:?}");
    assert!(client.done("list").out.contains("INC-2"));
    let again = client.done(&format!("attach {}", file.display()));
    assert!(again.err.contains("0 entries given"), "{again:?}");
}

#[test]
fn a_part_of_a_log_and_then_all_of_it_are_given_to_a_server() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    let apart = House::new();
    apart.done("declare down --severity P3 --as grace");
    let [part, whole] = ["part.db", "whole.db"].map(|name| apart.path().join(name));
    apart.done(&format!("backup {}", part.display()));
    apart.done("note later");
    apart.done(&format!("backup {}", whole.display()));
    client.done(&format!("attach {}", part.display()));
    synced(&client);

    let said = client.done(&format!("attach {}", whole.display()));

    assert!(said.err.contains("1 entry given"), "{said:?}");
    let log = backend.agree(&[client]);
    assert_eq!(log.lines().count(), 2, "{log}");
}

#[test]
fn a_log_that_could_not_be_handed_over_is_still_its_owners() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    let old = House::declared();
    let file = old.path().join(".local/share/warroom/local.db");
    // An entry of that name is there already, and says something else.
    let other = old.done("export").out.replace("checkout is down", "other");
    assert_eq!(client.feed(["import", "-"], other.as_bytes()).code, 0);
    synced(&client);

    let said = client.run(["attach".as_ref(), file.as_os_str()]);

    assert_eq!(said.code, 1, "{said:?}");
    old.done("note on");
}
