//! Clients that the server does not let in: what they say of it, and how often.

use std::{fs, os::unix::fs::PermissionsExt as _};

use super::backend::Backend;
use crate::cli::house::House;

/// Gives a client a token that the server never made.
fn with_a_wrong_token(client: &House) {
    let wrong = format!("warroom_{}", "0".repeat(64));
    let file = client.file("token", &wrong);
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_token_that_opens_nothing_is_told_of_once() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    client.done("declare down --severity P2 --yes");
    with_a_wrong_token(&client);

    let said = client.say("note seen");

    assert_eq!(said.code, 3, "{said:?}");
    assert_eq!(said.err.matches("not sent: ").count(), 1, "{said:?}");
    assert_eq!(said.err.matches("was revoked").count(), 1, "{said:?}");
}

#[test]
fn a_copy_that_got_nothing_says_so_and_why_in_one_line() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    with_a_wrong_token(&client);

    let empty = client.file("empty.db", "").display().to_string();
    for line in ["list", &format!("list --db {empty}")] {
        let said = client.say(line);

        assert_eq!(said.code, 1, "{said:?}");
        assert_eq!(said.err.lines().count(), 1, "{said:?}");
        let told = "nothing of this workspace is here yet, and the server gave nothing: ";
        assert!(said.err.contains(told), "{said:?}");
        assert!(said.err.contains("token"), "{said:?}");
    }
}

#[test]
fn x2_who_approves_is_the_name_of_the_token_and_not_the_one_that_was_asked_for() {
    let mut backend = Backend::on_a_file();
    // The user of both is called ada; their tokens tell them apart.
    let [ada, bo] = ["ada", "bo"].map(|who| backend.client(who));
    backend.start();
    ada.done("declare down --severity P1 --yes");
    ada.done("role commander");
    bo.done("note here");
    ada.run(["external", "draft", "Payments are slow."]);

    let own = ada.say("external approve");
    let in_another_name = ada.say("external approve --as bo");
    let unapproved = ada.say("external publish --yes");

    for said in [own, in_another_name] {
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.err.contains("its author can't approve it"), "{said:?}");
    }
    assert_eq!(unapproved.code, 1, "{unapproved:?}");
    bo.done("external approve");
    ada.done("external publish --yes");
    let log = backend.agree(&[ada, bo]);
    assert_eq!(log.matches(r#""kind":"external_approved""#).count(), 1);
}
