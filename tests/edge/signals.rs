//! What a server does when it is told to end, or to read again.

use std::io::Write as _;

use rustix::process::Signal;
use sqlx::{Connection as _, SqliteConnection};

use super::{
    ask::answer,
    served::{Served, house},
};
use crate::{cli::house::House, faults::receiver::Receiver};

#[test]
fn sigterm_and_sigint_end_it_well() {
    let house = house();
    for signal in [Signal::TERM, Signal::INT] {
        let mut served = Served::start(&house, "");
        served.says("the engine runs");

        served.signal(signal);

        assert_eq!(served.ended(), Some(0), "{}", served.said());
        assert!(served.said().contains("as it was told to"));
    }
    // The lease was given back, so a second one need not wait for it.
    assert!(house.done("status").out.contains("engine: nobody runs one"));
}

#[tokio::test]
async fn a_request_that_runs_is_answered_before_the_end() {
    let house = house();
    let mut served = Served::start(&house, "");
    served.says("the engine runs");
    let path = house.path().join(".local/share/warroom/local.db");
    let url = format!("sqlite://{}", path.display());
    let mut other = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let mut waiting = served.connect();
    waiting
        .write_all(b"GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    // Whoever came later was answered, so this one is being served.
    for _ in 0..20 {
        assert_eq!(served.get("/healthz", None).status, 200);
    }

    served.signal(Signal::TERM);
    let ended = answer(&mut waiting);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();

    assert_eq!(ended.code(), "not_ready", "{ended:?}");
    assert!(ended.body.contains("about to end"), "{ended:?}");
    assert_eq!(served.ended(), Some(0), "{}", served.said());
}

#[test]
fn a_broken_configuration_leaves_everything_as_it_was() {
    let house = house();
    let served = Served::start(&house, "");
    served.until("/readyz", None, 200);

    house.config("probes = []\nbell = 3\n");
    served.signal(Signal::HUP);
    let said = served.says("warroom: everything stays as it was");

    assert!(said.contains("config.toml:2:"), "{said}");
    assert_eq!(served.get("/readyz", None).status, 200);
    house.config("probes = []\nworkspace = \"other\"\n");
    served.signal(Signal::HUP);
    let said = served.says("warroom: everything stays as it was");
    assert!(said.contains("start the server again"), "{said}");
    house.config("probes = []\nbell = false\n");
    served.signal(Signal::HUP);
    served.says("the configuration was read again");
    served.until("/readyz", None, 200);
}

#[test]
fn an_engine_reads_its_configuration_again_and_delivers_by_it() {
    let receiver = Receiver::start();
    let house = House::declared();
    house.config("probes = []\n");
    let engine = Served::spawn(&mut house.command(["engine"]));
    engine.says("the engine runs");

    house.config("probes = []\nbell = 3\n");
    engine.signal(Signal::USR1);
    let said = engine.says("warroom: everything stays as it was");
    house.config(&format!("probes = []\n{}", receiver.channel("incidents")));
    engine.signal(Signal::USR1);
    engine.says("the configuration was read again");
    house.done("update --yes --body hello");

    assert!(said.contains("config.toml:2:"), "{said}");
    let post = receiver.post();
    assert!(post.body.ends_with("hello"), "{}", post.body);
    post.take();
}

#[test]
fn two_servers_on_one_log_share_one_engine() {
    let house = house();
    let mut first = Served::start(&house, "");
    first.says("the engine runs");
    let second = Served::start(&house, "");
    second.says("the engine waits");
    assert_eq!(second.until("/readyz", None, 200).status, 200);

    first.kill();

    second.says("the engine runs");
}
