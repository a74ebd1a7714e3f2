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

    let said = client.done("note seen");

    assert_eq!(said.err.matches("not sent: ").count(), 1, "{said:?}");
    assert_eq!(said.err.lines().count(), 1, "{said:?}");
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
