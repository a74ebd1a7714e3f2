//! What the doctor says of a server: every line with its way out.

use serde_json::Value;
use tokio::time::Instant;

use super::{PATIENCE, backend::Backend};
use crate::{
    cli::house::House,
    faults::{NO_PROBES, receiver::Receiver},
};

/// The doctor's exit code, and what it says of the server, as `level value (why)`.
fn said(client: &House) -> (i32, impl Fn(&str) -> String) {
    let said = client.say("doctor -o json");
    let lines: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{said:?}"));
    let find = move |what: &str| {
        let mut lines = lines.as_array().unwrap().iter();
        let found = lines.find(|line| line["about"] == "server" && line["what"] == what);
        found.map_or_else(String::new, |line| {
            let text = |key: &str| line[key].as_str().unwrap().to_owned();
            format!("{} {} ({})", text("level"), text("value"), text("why"))
        })
    };
    (said.code, find)
}

/// Waits until a server that has just begun tells who runs its engine.
fn engine_is_seen(client: &House) {
    let end = Instant::now() + PATIENCE;
    while client.json("status")["engine"].is_null() {
        assert!(Instant::now() < end, "nobody runs an engine");
    }
}

#[test]
fn a_server_that_is_well_is_told_line_by_line() {
    let receiver = Receiver::start();
    let mut backend = Backend::on_a_file();
    let channel = receiver.channel("incidents");
    backend.house.config(&format!("{NO_PROBES}{channel}"));
    let client = backend.client("ada");
    backend.start();
    client.done("declare down --severity P2");

    engine_is_seen(&client);
    let (code, about) = said(&client);

    assert_eq!(code, 0, "{}", client.say("doctor").out);
    let address = format!("ok http://{} ()", backend.address());
    assert_eq!(about("address"), address);
    assert_eq!(about("TLS"), "ok none (nothing leaves this host)");
    assert!(
        about("answer").starts_with("ok after "),
        "{}",
        about("answer")
    );
    let ours = env!("CARGO_PKG_VERSION");
    assert_eq!(about("version"), format!("ok {ours} ()"));
    assert_eq!(about("clock"), "ok as this one ()");
    let token = about("token");
    assert!(
        token.starts_with("ok of ada, may write, until 20"),
        "{token}"
    );
    assert_eq!(about("workspace"), "ok prod ()");
    assert_eq!(about("entries"), "ok 1 entry (all of them are here)");
    assert_eq!(about("unsent"), "ok nothing ()");
    let engine = about("engine");
    assert!(engine.starts_with("ok ada on "), "{engine}");
    assert_eq!(about("channels"), "ok incidents ()");
    let out = client.done("doctor").out;
    assert!(!out.contains("start `warroom engine`"), "{out}");
}

#[test]
fn a_server_that_is_away_is_an_error() {
    let backend = Backend::on_a_file();
    let client = backend.client("ada");

    let (code, about) = said(&client);

    assert_eq!(code, 3);
    let answer = about("answer");
    assert!(
        answer.starts_with("error ") && answer.contains("can't be reached"),
        "{answer}"
    );
}

#[test]
fn a_token_that_is_revoked_is_an_error_with_the_way_to_another() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.done("token revoke ada");
    backend.start();

    let (code, about) = said(&client);

    assert_eq!(code, 3);
    let token = about("token");
    assert!(token.contains("(unauthenticated)"), "{token}");
    assert!(token.contains("warroom token create"), "{token}");
}

#[test]
fn a_token_that_only_reads_is_a_warning_and_another_workspace_an_error() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    let made = backend.done("token create wall --scope read --expires 3d");
    let reads = made.out.trim_end();
    backend.start();
    client.done("declare down --severity P2");
    engine_is_seen(&client);
    let mut wall = client.command(["doctor"]);
    let mut other = client.command(["doctor", "--workspace", "stage"]);

    let wall = crate::cli::house::said(wall.env("WARROOM_TOKEN", reads).output().unwrap());
    let other = crate::cli::house::said(other.output().unwrap());

    assert_eq!(wall.code, 0, "{wall:?}");
    assert!(
        wall.out.contains("warning: of wall, may read, until "),
        "{wall:?}"
    );
    assert_eq!(other.code, 3, "{other:?}");
    assert!(
        other.out.contains("the configuration says stage"),
        "{other:?}"
    );
    assert!(
        !format!("{wall:?}{other:?}").contains("warroom_"),
        "a token is shown"
    );
}

#[test]
fn a_wall_is_told_of_a_token_that_may_more_than_read() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    let made = backend.done("token create wall --scope read");
    backend.start();
    let ask = |token: Option<&str>| {
        let mut command = client.command(["doctor", "--wall"]);
        command.envs(token.map(|token| ("WARROOM_TOKEN", token)));
        crate::cli::house::said(command.output().unwrap()).out
    };

    let writes = ask(None);
    let reads = ask(Some(made.out.trim_end()));

    let told = "warning: of ada, may write";
    assert!(writes.contains(told), "{writes}");
    assert!(reads.contains("  of wall, may read"), "{reads}");
    for what in ["size", "colours", "blanking", "clock", "watched"] {
        let mut lines = reads.lines();
        assert!(
            lines.any(|line| line.starts_with(&format!("wall      {what} "))),
            "{what}: {reads}"
        );
    }
}

#[test]
fn what_waits_here_is_a_warning() {
    let mut backend = Backend::on_a_file();
    let client = backend.client("ada");
    backend.start();
    client.done("declare down --severity P2");
    backend.kill();
    client.done("note alone");
    backend.start();

    let (_, about) = said(&client);

    assert!(
        about("unsent").starts_with("warning 1 entry ("),
        "{}",
        about("unsent")
    );
}
