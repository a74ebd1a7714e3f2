//! What a client without channels sends: it leaves through the server's.

use super::backend::Backend;
use crate::{
    cli::house::{House, said},
    faults::{NO_PROBES, receiver::Receiver},
};

/// A server with these channels, and a client that has none; both know of an
/// incident.
fn furnished(channels: &str) -> (Backend, House) {
    let mut backend = Backend::on_a_file();
    backend.house.config(&format!("{NO_PROBES}{channels}"));
    let client = backend.client("ada");
    backend.start();
    client.done("declare down --severity P2");
    (backend, client)
}

#[test]
fn an_update_leaves_through_the_servers_channel_byte_for_byte_and_is_waited_for() {
    let receiver = Receiver::start();
    let (_backend, client) = furnished(&receiver.channel("incidents"));
    let mut command = client.command(["update", "--yes", "--wait", "30s", "--body"]);
    let command = command.arg("A bad \"deploy\".\n¡Ñandú! 🚀");

    let waits = command.spawn().unwrap();
    let post = receiver.post();
    let body = post.body.clone();
    post.take();
    let said = said(waits.wait_with_output().unwrap());

    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(body, said.err.trim_end(), "what was shown is what was sent");
    assert!(body.ends_with("A bad \"deploy\".\n¡Ñandú! 🚀"), "{body:?}");
}

#[test]
fn a_channel_of_the_server_that_refuses_is_told_with_its_reason() {
    let receiver = Receiver::start();
    let (_backend, client) = furnished(&receiver.channel("incidents"));
    let command = &mut client.command("update --yes --wait 30s".split(' '));

    let waits = command.spawn().unwrap();
    receiver.post().refuse();
    let said = said(waits.wait_with_output().unwrap());

    assert_eq!(said.code, 1, "{said:?}");
    let why = "0 of 1 channel took it: incidents dead (";
    assert!(
        said.err.contains(why) && said.err.contains("403"),
        "{said:?}"
    );
}

#[test]
fn what_the_server_has_not_heard_of_is_not_delivered() {
    let receiver = Receiver::start();
    let (mut backend, client) = furnished(&receiver.channel("incidents"));
    backend.kill();

    let said = client.say("update --yes --wait 1s");
    let deliveries = client.say("deliveries --all");

    assert_eq!(said.code, 124, "{said:?}");
    assert!(said.err.contains("`warroom sync`"), "{said:?}");
    assert_eq!(deliveries.code, 1, "nobody knows them: {deliveries:?}");
}

#[test]
fn only_channels_of_the_server_can_be_named() {
    let receivers = [Receiver::start(), Receiver::start()];
    let [incidents, team] = &receivers;
    let (_backend, client) = furnished(&format!(
        "updates.channels = [\"incidents\"]\n{}{}",
        incidents.channel("incidents"),
        team.channel("team")
    ));

    let unknown = client.say("update --yes --to nowhere");
    client.done("update --yes --to team");

    assert_eq!(unknown.code, 4, "{unknown:?}");
    let known = "there is no channel nowhere: the server has incidents, team";
    assert!(unknown.err.contains(known), "{unknown:?}");
    let deliveries = client.json("deliveries --all");
    assert_eq!(deliveries[0]["channel"], "team", "{deliveries}");
    assert_eq!(deliveries.as_array().unwrap().len(), 1, "{deliveries}");
}

#[test]
fn a_name_that_the_token_overrules_is_told() {
    let (_backend, client) = furnished("");

    let other = client.done("note hello --as bo");
    let same = client.done("note hello --as ada");

    let why = "recorded as ada: the server takes the name from the token";
    assert!(other.err.contains(why), "{other:?}");
    assert_eq!(same.err, "");
    assert_eq!(client.json("timeline --kind noted")[0]["by"], "ada");
}

#[test]
fn a_client_declares_by_the_servers_policy_and_the_contacts_in_it_are_paged() {
    let receiver = Receiver::start();
    let mut backend = Backend::on_a_file();
    let policy = "amends = \"built-in\"\n[contact.\"Initial responder\"]\nperson = \"bo\"\nchannels = [\"pager\"]\n";
    let policy = backend.house.file("policy.toml", policy);
    let pager = receiver.channel("pager");
    let config = format!("policy = {policy:?}\n{NO_PROBES}{pager}");
    backend.house.config(&config);
    let client = backend.client("ada");
    backend.start();

    client.done("declare down --severity P2 --yes");

    let page = receiver.post();
    assert!(page.body.contains("down"), "{}", page.body);
    page.take();
}

#[test]
fn who_acts_on_a_copy_is_whom_the_token_names() {
    let mut backend = Backend::on_a_file();
    backend.house.config(NO_PROBES);
    let grace = backend.client("grace");
    backend.start();
    grace.done("declare down --severity P2");

    grace.done("role commander");

    assert_eq!(grace.json("show")["commander"], "grace");
}

#[test]
fn channels_of_a_client_do_not_lead_its_updates_away() {
    let receiver = Receiver::start();
    let mut backend = Backend::on_a_file();
    let channel = receiver.channel("incidents");
    backend.house.config(&format!("{NO_PROBES}{channel}"));
    let client = House::new();
    let leads = backend.leads(&client, backend.address(), "ada");
    client.config(&format!("{leads}{NO_PROBES}{}", receiver.channel("pager")));
    backend.start();
    client.done("declare down --severity P2");

    client.done("update --yes");

    assert_eq!(client.json("deliveries --all")[0]["channel"], "incidents");
}
