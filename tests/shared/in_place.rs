//! A copy that pages while its server is away, and a server that hears of it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use chrono::TimeDelta;
use serde_json::Value;
use warroom::clock::Clock;

use super::backend::{Backend, ahead, synced};
use crate::{
    cli::house::{House, said},
    edge::served::Served,
    faults::{
        engines::{escalated, furnish, overdue},
        receiver::{Post, Receiver},
    },
};

/// A server and somebody's house, from which both can page two people.
fn paging(receiver: &Receiver) -> (Backend, House) {
    let backend = Backend::on_a_file();
    let config = "workspace = \"prod\"\n";
    furnish(&backend.house, receiver, config);
    let client = House::new();
    let leads = backend.leads(&client, backend.address(), "ada");
    furnish(&client, receiver, &leads);
    (backend, client)
}

/// The same, with the server away, and an incident of which nothing is due.
pub fn cut_off(receiver: &Receiver) -> (Backend, House) {
    let (mut backend, client) = paging(receiver);
    backend.start();
    declared(&client, "1s ago");
    synced(&client);
    backend.kill();
    (backend, client)
}

/// The same, with the server away, and a page that is due.
pub fn away(receiver: &Receiver) -> (Backend, House) {
    let (mut backend, client) = paging(receiver);
    backend.start();
    synced(&client);
    backend.kill();
    overdue(client.command::<[&str; 0]>([]));
    (backend, client)
}

/// Declares an incident whose alert was raised so long ago.
fn declared(house: &House, since: &str) {
    let line = [
        "declare",
        "slow",
        "--severity",
        "P2",
        "--alert-at",
        since,
        "--yes",
    ];
    let said = house.run(line);
    assert_eq!(said.code, 0, "{said:?}");
}

/// Pages from the house until its server answers.
pub fn in_place(client: &House) -> Served {
    Served::spawn(&mut client.command(["engine", "--page-from-here", "--yes"]))
}

/// The page of the second step. Who pages in the server's place may have tried
/// the first one again meanwhile.
fn after_the_first(receiver: &Receiver) -> Post {
    loop {
        let next = receiver.post();
        if !next.body.contains("Escalated to Team Lead") {
            return next;
        }
    }
}

/// The server pages for all that is due at once: what comes is of an incident
/// that is new, and of no other.
fn pages_for_no_other(client: &House, receiver: &Receiver) {
    overdue(client.command::<[&str; 0]>([]));
    let next = receiver.post();
    assert!(next.body.contains("checkout is down"), "{}", next.body);
    next.take();
    assert!(receiver.other().is_none());
}

/// The entries of a kind.
fn of_kind(log: &str, kind: &str) -> Vec<Value> {
    let entries = log.lines().map(|line| serde_json::from_str(line).unwrap());
    entries
        .filter(|entry: &Value| entry["kind"] == kind)
        .collect()
}

#[test]
fn what_was_paged_from_a_copy_is_told_of_and_not_repeated_by_the_server() {
    let receiver = Receiver::start();
    let (mut backend, client) = paging(&receiver);
    backend.start();
    // Its first step is due in ten seconds.
    declared(&client, "890s ago");
    synced(&client);
    backend.kill();

    let mut standing_in = in_place(&client);
    let page = receiver.post();
    assert!(
        page.body.contains("Escalated to Team Lead"),
        "{}",
        page.body
    );
    assert!(page.body.contains("Sent by engine on "), "{}", page.body);
    // Its server may have sent the same before it went away.
    assert!(page.body.contains("possible repeat"), "{}", page.body);
    page.take();
    while escalated(&client).is_empty() {}
    let status = client.done("status").out;
    assert!(
        status.contains(" pages from here, in the server's place"),
        "{status}"
    );
    let deliveries = client.json("deliveries --all");
    assert_eq!(deliveries[0]["maybe_repeat"], true, "{deliveries}");
    backend.start();

    // It ends by itself, and had handed in what it did.
    assert_eq!(standing_in.ended(), Some(0), "{}", standing_in.said());
    assert!(
        standing_in.said().contains("answers again"),
        "{}",
        standing_in.said()
    );
    // The server fires for all of them at once: this one's page is the only one.
    overdue(client.command::<[&str; 0]>([]));
    let next = receiver.post();
    assert!(next.body.contains("checkout is down"), "{}", next.body);
    // It fell due while copies may have paged.
    assert!(next.body.contains("possible repeat"), "{}", next.body);
    next.take();
    assert!(receiver.other().is_none());
    let log = backend.agree(&[client]);
    let fired = of_kind(&log, "escalated");
    assert_eq!(fired.len(), 2, "{log}");
    let by = fired[0]["by"].as_str().unwrap();
    assert!(
        by.starts_with("engine on ") && by.ends_with("(sent by ada)"),
        "{by}"
    );
    let delivered = &of_kind(&log, "delivered")[0]["body"]["note"];
    assert!(
        delivered.as_str().unwrap().starts_with("by engine on "),
        "{delivered}"
    );
}

#[test]
fn a_page_that_did_not_leave_a_copy_lets_the_server_page_the_next_one() {
    let receiver = Receiver::start();
    let (mut backend, client) = away(&receiver);
    let mut standing_in = in_place(&client);
    // It hears nothing, and does not know whether it arrived.
    drop(receiver.post());

    backend.start();

    assert_eq!(standing_in.ended(), Some(0), "{}", standing_in.said());
    let text = "Escalated to Engineering Manager";
    let next = after_the_first(&receiver);
    assert!(next.body.contains(text), "{}", next.body);
    assert!(!next.body.contains("Sent by"), "{}", next.body);
    next.take();
    let deliveries = client.json("deliveries");
    // The server's own may still be on the wire beside it.
    let dead = |one: &Value| one["state"] == "dead";
    assert!(
        deliveries.as_array().unwrap().iter().any(dead),
        "{deliveries}"
    );
}

#[test]
fn nobody_pages_from_here_while_the_server_answers_or_nothing_leads_out() {
    let receiver = Receiver::start();
    let (mut backend, client) = paging(&receiver);
    let bare = backend.client("bo");
    backend.start();
    declared(&client, "1s ago");
    let line = "engine --page-from-here --yes";

    let answered = client.run(line.split_whitespace());
    assert_eq!(answered.code, 1, "{answered:?}");
    assert!(answered.err.contains("answers: it pages"), "{answered:?}");

    synced(&bare);
    backend.kill();
    let said = bare.run(line.split_whitespace());
    assert!(said.err.contains("no channel works here"), "{said:?}");
    assert_eq!(said.code, 1, "{said:?}");
    let unconfirmed = client.run(["engine", "--page-from-here"]);
    assert!(unconfirmed.err.contains("add --yes"), "{unconfirmed:?}");
}

#[test]
fn a_token_that_may_only_read_pages_nobody_from_here() {
    let receiver = Receiver::start();
    let (mut backend, client) = paging(&receiver);
    let made = backend.done("token create wall --scope read");
    client.file("token", made.out.trim_end());
    let writer = backend.client("bo");
    backend.start();
    declared(&writer, "1s ago");
    synced(&client);
    backend.kill();

    let said = client.run(["engine", "--page-from-here", "--yes"]);

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("may only read"), "{said:?}");
}

#[test]
fn whose_token_was_revoked_pages_nobody_in_the_place_of_a_server_that_lives() {
    let receiver = Receiver::start();
    let (mut backend, client) = paging(&receiver);
    backend.start();
    declared(&client, "1s ago");
    synced(&client);
    backend.done("token revoke ada");
    while client.say("sync --wait 1s").code == 0 {}

    let said = client.run(["engine", "--page-from-here", "--yes"]);

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("was revoked"), "{said:?}");
    assert!(said.err.contains("it pages"), "{said:?}");
}

#[test]
fn who_stands_in_ends_where_the_server_is_back_and_says_no() {
    let receiver = Receiver::start();
    let (mut backend, client) = away(&receiver);
    let mut standing_in = in_place(&client);
    receiver.post().take();

    backend.done("token revoke ada");
    backend.start();

    assert_eq!(standing_in.ended(), Some(0), "{}", standing_in.said());
    let said = standing_in.said();
    assert!(said.contains("was revoked"), "{said}");
    assert!(
        said.contains("nobody is paged from here any more"),
        "{said}"
    );
}

#[test]
fn a_page_of_a_copy_that_was_killed_is_repeated_by_the_server_and_says_so() {
    let receiver = Receiver::start();
    let (mut backend, client) = away(&receiver);
    let mut standing_in = in_place(&client);
    // It ends before it hears whether anybody got it.
    let page = receiver.post();
    standing_in.kill();
    backend.start();
    synced(&client);
    backend.kill();

    backend.start_ahead(TimeDelta::seconds(61));

    let again = receiver.post();
    let text = "Escalated to Team Lead";
    assert!(again.body.contains(text), "{}", again.body);
    assert!(again.body.contains("possible repeat"), "{}", again.body);
    assert!(!again.body.contains("Sent by"), "{}", again.body);
    // The incident had no number then; the rest of the key says which page.
    let which = |id: &str| id.split_once('/').unwrap().1.to_owned();
    assert_eq!(which(&again.id), which(&page.id));
    again.take();
    while of_kind(&backend.done("export").out, "delivered").is_empty() {}
    let log = backend.done("export").out;
    assert_eq!(of_kind(&log, "escalated").len(), 1, "{log}");
    let delivered = &of_kind(&log, "delivered")[0]["body"]["note"];
    assert_eq!(delivered, "possible repeat");
}

#[test]
fn who_stands_in_ends_as_soon_as_the_server_is_back_with_another_history() {
    let receiver = Receiver::start();
    let (mut backend, client) = away(&receiver);
    let standing_in = in_place(&client);
    // It goes on trying for an hour.
    drop(receiver.post());

    backend.done("restore --new-epoch");
    backend.start();

    let said = standing_in.says("127.0.0.1");
    assert!(said.contains("answers again"), "{said}");
    synced(&client);
    // The server was told, and pages the next one.
    let next = after_the_first(&receiver);
    let text = "Escalated to Engineering Manager";
    assert!(next.body.contains(text), "{}", next.body);
}

#[test]
fn who_stands_in_pages_by_the_clock_of_the_server() {
    let receiver = Receiver::start();
    let (mut backend, client) = paging(&receiver);
    backend.start();
    declared(&client, "885s ago");
    let day = TimeDelta::days(1);
    let line = ["sync", "--wait", "30s"].map(str::to_owned);
    assert_eq!(client.run(line.iter().chain(&ahead(day))).code, 0);
    backend.kill();

    let mut line = client.command(["engine", "--page-from-here", "--yes"]);
    let _standing_in = Served::spawn(line.args(ahead(day)));

    // Not the highest, whose step is due hours later.
    let page = receiver.post();
    let text = "Escalated to Team Lead. ";
    assert!(page.body.contains(text), "{}", page.body);
    page.take();
}

#[test]
fn a_clock_that_is_set_while_the_server_is_away_moves_no_step() {
    let receiver = Receiver::start();
    let (mut backend, client) = paging(&receiver);
    backend.start();
    declared(&client, "885s ago");
    synced(&client);
    backend.kill();

    let mut line = client.command(["engine", "--page-from-here", "--yes"]);
    let standing_in = Served::spawn(line.args(ahead(TimeDelta::days(1))));

    // Not the highest, whose step is due hours later.
    let page = receiver.post();
    let text = "Escalated to Team Lead. ";
    assert!(page.body.contains(text), "{}", page.body);
    page.take();
    let said = standing_in.says("this host");
    assert!(said.contains("was set 1d ahead since"), "{said}");
}

#[test]
fn a_page_asked_for_out_of_touch_is_nobodys_yet_and_says_how_late_it_leaves() {
    let receiver = Receiver::start();
    let (mut backend, client) = paging(&receiver);
    let ago = |minutes, line: &[&str]| {
        let now = (Clock::System.now() - TimeDelta::minutes(minutes)).to_rfc3339();
        let mut command = client.command(line);
        said(command.args(["--yes", "--now", &now]).output().unwrap())
    };
    backend.start();
    ago(10, &["declare", "slow", "--severity", "P2"]);
    synced(&client);
    backend.kill();

    let asked = ago(3, &["escalate"]);
    let told = ago(3, &["update", "--to", "pager", "--body", "we look"]);

    assert!(asked.out.contains("NOBODY IS PAGED YET"), "{asked:?}");
    assert!(!asked.out.contains("to pager"), "nothing leaves: {asked:?}");
    assert!(told.out.contains("waits for the server: pager"), "{told:?}");
    let status = client.done("status").out;
    let next = "next: NOBODY IS PAGED YET: Team Lead waits for the server since";
    assert!(status.contains(next), "{status}");
    backend.start();
    synced(&client);
    let page = receiver.post();
    let text = "Escalated to Team Lead (3 min late)";
    assert!(page.body.contains(text), "{}", page.body);
    // Somebody may have stood in for the server meanwhile.
    assert!(page.body.contains("possible repeat"), "{}", page.body);
    page.take();
    let status = client.done("status").out;
    assert!(!status.contains("NOBODY"), "{status}");
}

#[test]
fn a_page_asked_for_out_of_touch_leaves_from_who_stands_in() {
    let receiver = Receiver::start();
    let (_backend, client) = cut_off(&receiver);
    let then = (Clock::System.now() - TimeDelta::seconds(150)).to_rfc3339();
    client.done(&format!("escalate --yes --now {then}"));

    let _standing_in = in_place(&client);

    let page = receiver.post();
    assert!(
        page.body.contains("Escalated to Team Lead (2 min late)"),
        "{}",
        page.body
    );
    page.take();
}

/// Waits until the house knows that its page was taken.
fn told(house: &House) {
    let is_it = |entry: &Value| entry["kind"] == "delivered";
    while !house.json("timeline").as_array().unwrap().iter().any(is_it) {}
}

#[test]
fn a_page_by_hand_that_left_from_here_is_not_repeated_by_the_server() {
    let receiver = Receiver::start();
    let (mut backend, client) = cut_off(&receiver);
    let mut standing_in = in_place(&client);
    client.done("escalate --yes");

    // At once: nobody else has it.
    let page = receiver.post();
    let text = "Escalated to Team Lead";
    assert!(page.body.contains(text), "{}", page.body);
    page.take();
    told(&client);
    backend.start();

    assert_eq!(standing_in.ended(), Some(0), "{}", standing_in.said());
    pages_for_no_other(&client, &receiver);
    let log = backend.agree(&[client]);
    let by_hand = &of_kind(&log, "escalated")[0];
    assert_eq!(by_hand["by"], "ada", "{log}");
}

#[test]
fn a_page_of_what_was_over_before_the_server_heard_of_it_does_not_leave() {
    let receiver = Receiver::start();
    let (mut backend, client) = cut_off(&receiver);
    client.done("escalate --yes");
    client.done("resolve --reason undone --yes");

    backend.start();
    synced(&client);

    pages_for_no_other(&client, &receiver);
    let deliveries = client.json("deliveries --all");
    let first = &deliveries[0];
    assert_eq!(first["state"], "cancelled", "{deliveries}");
    assert_eq!(first["last_error"], "it was over before that left");
}

#[test]
fn a_page_that_a_person_asked_for_says_who_and_not_that_the_server_is_away() {
    let receiver = Receiver::start();
    let (mut backend, client) = paging(&receiver);
    backend.start();
    declared(&client, "1s ago");

    client.done("escalate --yes");

    let page = receiver.post();
    assert!(page.body.contains("Asked for by ada."), "{}", page.body);
    assert!(!page.body.contains("away"), "{}", page.body);
    page.take();
}

/// Answers in the server's place that it is busy for five minutes, until it is
/// told to end.
fn busy(listener: TcpListener, ends: Arc<AtomicBool>) -> thread::JoinHandle<()> {
    let why = r#"{"type": "busy", "title": "busy", "status": 503, "code": "busy", "detail": "come back"}"#;
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 300\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{why}",
        why.len()
    );
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            if ends.load(Ordering::Relaxed) {
                return;
            }
            let mut stream = stream;
            let asked = BufReader::new(&stream).lines().map_while(Result::ok);
            asked.take_while(|line| !line.is_empty()).for_each(drop);
            stream.write_all(answer.as_bytes()).ok();
        }
    })
}

#[test]
fn who_stands_in_looks_for_the_server_once_a_second_whatever_it_was_asked_for() {
    let receiver = Receiver::start();
    let (mut backend, client) = away(&receiver);
    let ends = Arc::new(AtomicBool::new(false));
    let stands_before = TcpListener::bind(backend.address()).unwrap();
    let busy = busy(stands_before, Arc::clone(&ends));
    let standing_in = in_place(&client);
    receiver.post().take();

    ends.store(true, Ordering::Relaxed);
    drop(TcpStream::connect(backend.address()));
    busy.join().unwrap();
    backend.start();

    let said = standing_in.says("127.0.0.1");
    assert!(said.contains("answers again"), "{said}");
}
