//! Who may speak to a server: tokens are made, shown once, and taken back.

use serde_json::{Value, json};

use super::served::{Served, house, token};
use crate::cli::house::House;

#[test]
fn a_token_is_all_of_stdout_and_opens_what_its_scope_says() {
    let house = house();
    let (reads, hook) = (
        token(&house, "wall", "read"),
        token(&house, "grafana", "hook"),
    );
    let served = Served::start(&house, "");

    assert_eq!(reads.len(), 72, "{reads:?}");
    assert_eq!(served.get("/metrics", Some(&reads)).status, 200);
    assert_eq!(served.get("/metrics", Some(&hook)).code(), "forbidden");
    let without = served.get("/metrics", None);
    assert_eq!(without.code(), "unauthenticated");
    assert_eq!(without.header("www-authenticate"), Some("Bearer"));
}

#[test]
fn the_list_never_has_a_token() {
    let house = house();
    let secret = token(&house, "ada", "read,write");

    let table = house.done("token list").out;
    let json = house.json("token list");

    assert!(table.contains("ada   read,write  holds"), "{table}");
    assert_eq!(json[0]["scopes"], serde_json::json!(["read", "write"]));
    let random = secret.trim_start_matches("warroom_");
    assert!(!table.contains(random) && !json.to_string().contains(random));
    let log = std::fs::read(house.path().join(".local/share/warroom/local.db")).unwrap();
    let log = String::from_utf8_lossy(&log).into_owned();
    assert!(!log.contains(random), "the log has the token itself");
}

#[test]
fn a_token_made_while_the_server_runs_opens_and_one_taken_back_does_not() {
    let house = house();
    let served = Served::start(&house, "");

    let secret = token(&house, "ada", "read");
    served.until("/metrics", Some(&secret), 200);
    let said = house.done("token revoke ada");

    assert!(said.out.contains("of ada is revoked"), "{said:?}");
    let refused = served.until("/metrics", Some(&secret), 401);
    assert_eq!(refused.code(), "unauthenticated");
    assert!(house.done("token list").out.contains("revoked"));
}

#[test]
fn one_of_two_tokens_of_a_name_is_taken_back_by_its_id() {
    let house = house();
    let (old, new) = (token(&house, "ada", "read"), token(&house, "ada", "read"));
    let served = Served::start(&house, "");
    let list = house.json("token list");
    let ids: Vec<&str> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();

    let first = house.done(&format!("token revoke {}", ids[0]));

    assert_eq!(first.out.lines().count(), 1, "{first:?}");
    let statuses = || [&old, &new].map(|one| served.get("/metrics", Some(one)).status);
    let one_is_left = |[old, new]: [u16; 2]| (old == 200) != (new == 200);
    while !one_is_left(statuses()) {}
}

#[test]
fn a_token_that_ran_out_opens_nothing() {
    let house = house();
    let made = house.done("token create ada --scope read --expires 1h --now 2026-01-22T12:00:00Z");
    let served = Served::start(&house, "");

    let answer = served.get("/metrics", Some(made.out.trim_end()));

    assert_eq!(answer.code(), "unauthenticated");
    assert!(house.done("token list").out.contains("expired"));
}

#[test]
fn a_token_of_another_log_opens_nothing_here() {
    let (house, other) = (house(), house());
    let foreign = token(&other, "ada", "admin");
    let served = Served::start(&house, "");

    let answer = served.get("/metrics", Some(&foreign));

    assert_eq!(answer.status, 401, "{answer:?}");
}

#[test]
fn tokens_survive_a_kill() {
    let house = house();
    let secret = token(&house, "ada", "read");
    let mut served = Served::start(&house, "");
    assert_eq!(served.get("/metrics", Some(&secret)).status, 200);

    served.kill();
    let served = Served::start(&house, "");

    assert_eq!(served.get("/metrics", Some(&secret)).status, 200);
    house.done("verify");
}

#[test]
fn no_token_is_ever_in_what_the_server_says() {
    let house = house();
    let (good, bad) = (token(&house, "ada", "write"), "warroom_0123canary");
    let mut command = house.command(["serve", "--listen", "127.0.0.1:0", "-vv"]);
    command.env("WARROOM_LOG", "trace");
    let mut served = Served::with(command);

    for token in [&*good, bad] {
        let answer = served.get("/metrics", Some(token));
        assert!(!answer.body.contains(token), "{answer:?}");
        served.get(&format!("/metrics?token={token}"), Some(token));
    }
    served.end();

    let said = served.said();
    assert!(said.contains("DEBUG") || said.contains("TRACE"), "{said}");
    assert!(!said.contains("canary"), "{said}");
    assert!(
        !said.contains(good.trim_start_matches("warroom_")),
        "{said}"
    );
}

#[test]
fn what_can_not_be_a_token_is_refused_with_the_way_out() {
    let house = house();

    for (line, word) in [
        (
            "token create ada --scope fly",
            "take read, write, admin or hook",
        ),
        ("token create engine --scope write", "take another one"),
        (
            "token create ada --scope read --expires soon",
            "write a number and a unit",
        ),
        ("token create ada", "--scope"),
    ] {
        let said = house.say(line);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{line}: {said:?}");
        assert!(said.err.contains(word), "{line}: {said:?}");
    }
    let said = house.say("token revoke nobody");
    assert_eq!(said.code, 4, "{said:?}");
}

/// A house whose logs are these workspaces', with a token for ada in each.
fn serving(workspaces: &[&str]) -> House {
    let house = House::new();
    for workspace in workspaces {
        house.done(&format!(
            "token create ada --scope read --workspace {workspace}"
        ));
    }
    house
}

#[test]
fn without_a_name_the_only_workspace_that_is_here_is_meant() {
    let house = serving(&["prod"]);

    house.done("token create bo --scope read");
    let list = house.json("token list");
    let revoked = house.done("token revoke ada");

    assert_eq!(list[0]["workspace"], "prod", "{list}");
    assert_eq!(list[1]["workspace"], "prod", "{list}");
    assert!(revoked.out.contains("of ada is revoked"), "{revoked:?}");
    let other = house.path().join(".local/share/warroom/local.db");
    assert!(!other.exists(), "a log that nobody named was begun");
}

#[test]
fn of_several_workspaces_all_tokens_are_listed_and_none_is_guessed_at() {
    let house = serving(&["prod", "test"]);
    house.done("token create bo --scope read --workspace test");

    let list = house.json("token list");
    let both = house.say("token revoke ada");
    let create = house.say("token create cy --scope read");
    house.done("token revoke bo");
    house.done(&format!("token revoke {}", list[0]["id"].as_str().unwrap()));

    assert_eq!(list.as_array().unwrap().len(), 3, "{list}");
    for said in [both, create] {
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.err.contains("--workspace (prod, test)"), "{said:?}");
    }
    let holds = |one: &&Value| one["holds"] == true;
    let left = house.json("token list");
    let left: Vec<&Value> = left.as_array().unwrap().iter().filter(holds).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(
        (&left[0]["name"], &left[0]["workspace"]),
        (&json!("ada"), &json!("test"))
    );
}

#[test]
fn the_workspace_of_the_configuration_is_meant_before_what_lies_here() {
    let house = serving(&["prod"]);
    house.config("workspace = \"staging\"\n");

    let said = house.say("token list");

    assert_eq!(said.code, 4, "{said:?}");
    assert!(said.err.contains("staging.db"), "{said:?}");
}
