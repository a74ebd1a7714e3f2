//! A copy that pages while its server is away, and a server that hears of it.

use serde_json::Value;

use super::backend::{Backend, synced};
use crate::{
    cli::house::House,
    edge::served::Served,
    faults::{
        engines::{escalated, furnish, overdue},
        receiver::Receiver,
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
fn in_place(client: &House) -> Served {
    Served::spawn(&mut client.command(["engine", "--page-from-here", "--yes"]))
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
    page.take();
    while escalated(&client).is_empty() {}
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
    let (mut backend, client) = paging(&receiver);
    backend.start();
    synced(&client);
    backend.kill();
    overdue(client.command::<[&str; 0]>([]));
    let mut standing_in = in_place(&client);
    // It hears nothing, and does not know whether it arrived.
    drop(receiver.post());

    backend.start();

    assert_eq!(standing_in.ended(), Some(0), "{}", standing_in.said());
    let text = "Escalated to Engineering Manager";
    let next = loop {
        let next = receiver.post();
        // It may have tried again meanwhile.
        if !next.body.contains("Escalated to Team Lead") {
            break next;
        }
    };
    assert!(next.body.contains(text), "{}", next.body);
    assert!(!next.body.contains("Sent by"), "{}", next.body);
    next.take();
    let deliveries = client.json("deliveries");
    assert_eq!(deliveries[0]["state"], "dead", "{deliveries}");
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
