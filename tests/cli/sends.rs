//! What reaches people: nothing by accident, and every byte of it on purpose.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    sync::mpsc,
    time::Duration,
};

use axum::{Router, body::Bytes, routing::post};

use super::house::{House, Running};

/// How long a test waits for what must happen, before it says that it did not.
const PATIENCE: Duration = Duration::from_mins(1);

/// The host probes its built-in targets otherwise.
pub const NO_PROBES: &str = "probes = []\n";

/// A receiver that hands over every body; lives as long as the test.
struct Receiver {
    url: String,
    bodies: mpsc::Receiver<Bytes>,
    _runtime: tokio::runtime::Runtime,
}

impl Receiver {
    fn start() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (tx, bodies) = mpsc::channel();
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let app = Router::new().route(
            "/hook",
            post(move |body: Bytes| async move { tx.send(body).map_or("late", |()| "ok") }),
        );
        runtime.spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            bodies,
            _runtime: runtime,
        }
    }
}

fn channel(name: &str, url: &str) -> String {
    format!("[channels.{name}]\nkind = \"webhook\"\nurl = \"{url}\"\nformat = \"text\"\n")
}

#[test]
fn a_page_that_reaches_nobody_says_whom_to_call() {
    let house = House::declared();

    let said = house.say("page bo --yes");

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("call them yourself"), "{said:?}");
    assert!(!house.done("timeline").out.contains("page"));
}

/// A port that nobody listens on.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

#[test]
fn nothing_that_reaches_people_happens_without_a_word() {
    let house = House::declared();
    house.config(&channel("incidents", &nobody()));

    for line in [
        "update",
        "escalate",
        "severity P1",
        "hold 10m --reason x",
        "resolve --reason x",
        "skip-step --reason x",
    ] {
        let before = house.json("timeline").as_array().unwrap().len();
        let said = house.say(line);

        assert_eq!(said.code, 5, "{line}: {said:?}");
        assert!(said.err.contains("--yes"), "{line}: {said:?}");
        let after = house.json("timeline").as_array().unwrap().len();
        assert_eq!(before, after, "{line} recorded something");
    }
    assert_eq!(house.json("deliveries --all"), serde_json::json!([]));
}

#[test]
fn a_word_on_stdin_is_no_word_on_a_terminal() {
    let house = House::declared();

    let said = house.feed(["severity", "P1"], b"p1\n");

    assert_eq!(said.code, 5, "{said:?}");
}

#[test]
fn lowering_the_severity_reaches_nobody_but_needs_a_reason() {
    let house = House::declared();

    assert_eq!(house.say("severity P3").code, 1);
    house.done("severity P3 --reason smaller");
}

#[test]
fn an_update_without_channels_is_recorded_as_posted_by_hand() {
    let house = House::declared();

    let said = house.done("update");

    assert!(said.out.contains("posted by hand"), "{said:?}");
    assert!(said.err.contains("THIS REACHES NOBODY"), "{said:?}");
    let by_hand = house.done("update --by-hand");
    assert!(!by_hand.err.contains("NOBODY"), "{by_hand:?}");
    assert!(
        said.err.contains("Impact: P2 - checkout is down"),
        "{said:?}"
    );
}

#[test]
fn an_unknown_channel_is_named() {
    let house = House::declared();

    let said = house.say("update --to nowhere --yes");

    assert_eq!(said.code, 4, "{said:?}");
}

#[test]
fn an_update_reaches_its_channel_byte_for_byte() {
    let receiver = Receiver::start();
    let house = House::new();
    house.config(&format!(
        "{NO_PROBES}{}",
        channel("incidents", &receiver.url)
    ));
    house.run([
        "declare",
        "High latency on video generation",
        "--severity",
        "P2",
    ]);

    let said = house.run([
        "update",
        "--eta",
        "2 hours",
        "--body",
        "A bad \"deploy\".\n¡Ñandú! 🚀",
        "--yes",
    ]);
    let engine = Running::new(house.command(["engine"]));
    let body = receiver.bodies.recv_timeout(PATIENCE).unwrap();

    assert_eq!(said.code, 0, "{said:?}");
    let body = String::from_utf8(body.to_vec()).unwrap();
    let shown = said.err.trim_end();
    assert_eq!(body, shown, "what was shown is what was sent");
    assert!(body.starts_with(
        "🚨 INCIDENT UPDATE\nStatus: Investigating\n\
         Impact: P2 - High latency on video generation\nETA: 2 hours\nNext Update: "
    ));
    assert!(
        body.ends_with(" UTC\n\nA bad \"deploy\".\n¡Ñandú! 🚀"),
        "{body:?}"
    );
    assert_eq!(engine.end(), Some(0));
}

#[test]
fn waiting_tells_that_only_some_channels_took_it() {
    let receiver = Receiver::start();
    let refusing = refusing();
    let house = House::new();
    house.config(&format!(
        "{NO_PROBES}updates.channels = [\"good\", \"bad\"]\n{}{}",
        channel("good", &receiver.url),
        channel("bad", &refusing.0),
    ));
    house.run(["declare", "slow", "--severity", "P2"]);
    let engine = Running::new(house.command(["engine"]));

    let said = house.say("update --yes --wait 60s");

    assert_eq!(said.code, 6, "{said:?}");
    assert!(said.err.contains("1 of 2 channels took it"), "{said:?}");
    let deliveries = house.json("deliveries");
    assert_eq!(deliveries[0]["state"], "dead", "{deliveries}");
    assert_eq!(engine.end(), Some(0));
}

/// A receiver that refuses everything for good.
fn refusing() -> (String, tokio::runtime::Runtime) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bind = tokio::net::TcpListener::bind("127.0.0.1:0");
    let listener = runtime.block_on(bind).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let app = Router::new().fallback(|| async { axum::http::StatusCode::FORBIDDEN });
    runtime.spawn(async move { axum::serve(listener, app).await });
    (url, runtime)
}

#[test]
fn waiting_without_an_engine_runs_out_of_time() {
    let house = House::declared();
    house.config(&channel("incidents", &nobody()));

    let said = house.say("update --yes --wait 1s");

    assert_eq!(said.code, 124, "{said:?}");
    assert_eq!(house.json("deliveries")[0]["state"], "queued");
}

#[test]
fn a_delivery_is_taken_back_before_it_leaves() {
    let house = House::declared();
    house.config(&channel("incidents", &nobody()));
    house.done("update --yes");
    let key = house.json("deliveries")[0]["key"]
        .as_str()
        .unwrap()
        .to_owned();

    let retried = house.run(["deliveries", "retry", &key]);
    let cancelled = house.run(["deliveries", "cancel", &key]);
    let again = house.run(["deliveries", "mark-sent", &key]);

    assert_eq!(retried.code, 5, "{retried:?}");
    assert_eq!(cancelled.code, 0, "{cancelled:?}");
    assert_eq!(again.code, 1, "{again:?}");
    assert_eq!(house.json("deliveries"), serde_json::json!([]));
}

#[test]
fn a_second_engine_says_who_runs_the_first() {
    let house = House::declared();
    house.config(NO_PROBES);
    let mut first = Running::new(house.command(["engine"]));
    let mut told = BufReader::new(first.stderr()).lines();
    let line = told.next().unwrap().unwrap();
    assert!(line.starts_with("the engine runs: ada on "), "{line}");

    let mut second = Running::new(house.command(["engine", "--as", "bo"]));
    let waits = BufReader::new(second.stderr())
        .lines()
        .next()
        .unwrap()
        .unwrap();

    assert!(waits.starts_with("the engine waits: ada on "), "{waits}");
    assert!(house.done("").out.contains("engine: ada on "));
    assert_eq!(second.end(), Some(0));
    assert_eq!(first.end(), Some(0));
}

#[test]
fn the_engine_records_what_its_probes_see() {
    let house = House::declared();
    let probe = "name = \"api\"\nkind = \"tcp\"\nfailures = 1\nevery = \"1s\"\ncounts = true\n";
    let address = nobody().replace("http://", "").replace('/', "");
    house.config(&format!("[[probes]]\n{probe}address = \"{address}\"\n"));
    let engine = Running::new(house.command(["engine"]));

    // Ended by the harness if it never happens.
    let down = std::iter::repeat_with(|| house.json("timeline --kind probe_changed"))
        .find(|entries| !entries.as_array().unwrap().is_empty())
        .unwrap();

    assert_eq!(down[0]["via"], "probe");
    assert_eq!(down[0]["body"]["to"], "down");
    assert_eq!(engine.end(), Some(0));
    assert!(house.done("").out.contains("health: api DOWN since "));
}

#[test]
fn a_probe_by_hand_ends_as_curl_would() {
    let house = House::new();
    let url = nobody();
    house.config(&format!(
        "[[probes]]\nname = \"api\"\nkind = \"http\"\nurl = \"{url}\"\n"
    ));

    let said = house.say("probe run");
    let curl = house.say("probe run api --curl-exit -o json");

    assert_eq!(said.code, 3, "{said:?}");
    assert_eq!(curl.code, 7, "{curl:?}");
    let saw: serde_json::Value = serde_json::from_str(&curl.out).unwrap();
    assert_eq!(saw[0]["class"], "connect");
}

#[test]
fn news_for_outside_are_drafted_approved_and_published() {
    let house = House::declared();
    house.done("role commander");
    house.done("note here --as bo");

    let too_soon = house.say("external publish --yes");
    house.run(["external", "draft", "Payments are slow. We are on it."]);
    let unapproved = house.say("external publish --yes");
    let own = house.say("external approve");
    house.done("external approve --as bo");
    let unconfirmed = house.say("external publish");
    let published = house.done("external publish --yes");

    assert_eq!(too_soon.code, 4, "{too_soon:?}");
    assert_eq!(unapproved.code, 1, "{unapproved:?}");
    assert_eq!(own.code, 1, "{own:?}");
    assert!(own.err.contains("somebody else"), "{own:?}");
    assert_eq!(unconfirmed.code, 5, "{unconfirmed:?}");
    assert!(published.out.contains("to the public"), "{published:?}");
    assert_eq!(house.json("show")["published"].as_array().unwrap().len(), 1);
}

#[test]
fn nothing_leaves_a_drill() {
    let house = House::new();
    house.config(&channel("incidents", &nobody()));
    house.run(["declare", "game day", "--drill", "--severity", "P1"]);

    house.done("update");
    house.done("escalate --yes");

    assert_eq!(house.json("deliveries --all"), serde_json::json!([]));
}

#[test]
fn a_private_incident_promises_nothing_that_leaves() {
    let house = House::new();
    house.run([
        "declare",
        "a leak",
        "--private",
        "--severity",
        "P2",
        "--yes",
    ]);

    let said = house.done("status").out;

    let owed = said.lines().filter(|line| {
        line.starts_with("next: first notice") || line.starts_with("next: escalate")
    });
    let owed: Vec<&str> = owed.collect();
    assert!(owed.len() > 1, "{said}");
    assert!(owed.iter().all(|line| line.contains(", by hand")), "{said}");
}

#[test]
fn a_page_that_would_not_leave_is_refused_or_says_so() {
    let house = House::new();
    house.config(&channel("pager", &nobody()));
    house.run([
        "declare",
        "a leak",
        "--private",
        "--severity",
        "P1",
        "--yes",
    ]);
    let private = house.say("page bo come --yes");
    let by_hand = house.say("escalate --yes");
    house.done("resolve --reason x --yes");
    house.run(["declare", "game day", "--drill", "--severity", "P1"]);
    let drill = house.say("escalate --yes");

    assert_eq!(private.code, 1, "{private:?}");
    assert!(
        private
            .err
            .contains("nothing leaves a private incident: call bo"),
        "{private:?}"
    );
    assert!(
        by_hand.err.contains("yourself; this records that you did"),
        "{by_hand:?}"
    );
    assert_eq!(drill.code, 0, "{drill:?}");
    assert!(
        house
            .json("deliveries --all")
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn resolving_says_that_it_ends_the_incident_and_not_that_it_sends() {
    let house = House::declared();

    let said = house.say("resolve --reason x");

    assert_eq!(said.code, 5, "{said:?}");
    assert!(
        said.err
            .contains("this ends INC-1 for everybody: add --yes"),
        "{said:?}"
    );
    assert!(!said.err.contains("reaches people"), "{said:?}");
}
