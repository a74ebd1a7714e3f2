//! A channel that is out of order: it says so, and stops nothing else.

use std::os::unix::fs::PermissionsExt as _;

use super::{
    house::{House, Running},
    sends::NO_PROBES,
};

const BROKEN: &str = "[channels.incidents]\nkind = \"slack\"\nurl_file = \"slack.url\"\n[updates]\nchannels = [\"incidents\"]\n";

/// A house whose only channel has its secret lying open.
fn open_secret() -> House {
    let house = House::declared();
    house.config(&format!("{NO_PROBES}{BROKEN}"));
    let file = house.file(".config/warroom/slack.url", "https://hooks.example/c4n4ry");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
    house
}

#[test]
fn a_secret_that_lies_open_stops_no_command() {
    let house = open_secret();

    let said = house.done("status");

    assert!(said.out.starts_with("incident: INC-1 "), "{said:?}");
    assert!(
        said.err
            .starts_with("warning: the channel incidents is out of order: "),
        "{said:?}"
    );
    assert!(said.err.contains("chmod 600 "), "{said:?}");
    assert!(!said.err.contains("c4n4ry"), "{said:?}");
    house.done("note seen");
}

#[test]
fn whoever_checks_finds_the_channel_that_is_out_of_order() {
    let house = open_secret();

    for line in ["config check", "doctor"] {
        let said = house.say(line);

        assert_eq!(said.code, 3, "{line}: {said:?}");
        assert!(said.out.contains("error: "), "{line}: {said:?}");
        assert!(said.out.contains("slack.url"), "{line}: {said:?}");
        assert!(!said.out.contains("c4n4ry"), "{line}: {said:?}");
    }
}

#[test]
fn a_delivery_over_a_channel_that_is_out_of_order_says_why() {
    let house = open_secret();
    let engine = Running::new(house.command(["engine"]));

    let said = house.say("update --yes --wait 60s");

    assert_eq!(said.code, 1, "{said:?}");
    let deliveries = house.json("deliveries");
    assert_eq!(deliveries[0]["state"], "dead", "{deliveries}");
    let why = deliveries[0]["last_error"].as_str().unwrap();
    assert!(why.contains("others can read it (mode 644)"), "{why}");
    assert_eq!(engine.end(), Some(0));
}

#[test]
fn a_signing_secret_that_is_none_stops_its_channel_alone() {
    let house = House::new();
    house.config(
        "[channels.incidents]\nkind = \"webhook\"\nurl = \"http://localhost/\"\nsecret_file = \"key\"\n",
    );
    let file = house.file(".config/warroom/key", "whsec_not base64");
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();

    let said = house.say("config check");

    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.out.contains("whsec_"), "{said:?}");
    house.done("status");
}

#[test]
fn a_contact_over_a_channel_that_is_nowhere_is_found() {
    let house = House::new();
    let pager = "[channels.pager]\nkind = \"webhook\"\nurl = \"http://localhost/\"\n";
    house.config(&format!("policy = \"policy.toml\"\n{pager}"));
    let policy = |channels: &str| {
        let contact = format!(
            "amends = \"built-in\"\n[contact.\"Team Lead\"]\nperson = \"bo\"\nchannels = {channels}\n"
        );
        house.file(".config/warroom/policy.toml", &contact);
    };
    for (channels, code, level) in [
        ("[\"pagr\"]", 3, "error [E7]: "),
        ("[\"pager\", \"pagr\"]", 0, "warning [E7]: "),
    ] {
        policy(channels);
        for line in ["config check", "policy check"] {
            let said = house.say(line);

            assert_eq!(said.code, code, "{line}: {said:?}");
            let told = format!("{level}the contact Team Lead names pagr, which");
            assert!(said.out.contains(&told), "{line}: {said:?}");
            assert_eq!(house.say(&format!("{line} --strict")).code, 3, "{line}");
        }
    }
    policy("[\"pager\"]");
    assert!(!house.done("policy check").out.contains("names"));
}

/// Channels inside and outside.
const OUTSIDE: &str = "[channels.pub]\nkind = \"webhook\"\nurl = \"http://127.0.0.1:9/\"\n[updates]\npublic = [\"pub\"]\n";

#[test]
fn x2_a_contact_that_the_public_would_hear_of_is_found() {
    let house = House::new();
    house.config(&format!("policy = \"policy.toml\"\n{OUTSIDE}"));
    let contact =
        "amends = \"built-in\"\n[contact.\"Team Lead\"]\nperson = \"bo\"\nchannels = [\"pub\"]\n";
    house.file(".config/warroom/policy.toml", contact);

    for line in ["config check", "policy check"] {
        let said = house.say(line);

        assert_eq!(said.code, 3, "{line}: {said:?}");
        let told = "error [X2]: the contact Team Lead names pub, which the public reads";
        assert!(said.out.contains(told), "{line}: {said:?}");
    }
    house.run(["declare", "slow", "--severity", "P2", "--yes"]);
    let said = house.say("page bo come --yes");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("pub is a public channel"), "{said:?}");
}

#[test]
fn x2_no_update_inside_is_written_to_a_public_channel_and_none_leaves() {
    let house = House::declared();
    house.config(&format!("{NO_PROBES}{OUTSIDE}"));
    let refused = house.say("update --to pub --yes");
    // As a console records it whose own configuration takes the channel for another.
    let inside = OUTSIDE.replace("public = [", "channels = [");
    house.config(&format!("{NO_PROBES}{inside}"));
    let mut engine = house.command(["engine"]);
    engine.env("WARROOM_UPDATES__PUBLIC", "pub");
    let engine = Running::new(engine);

    let said = house.say("update --yes --wait 60s");

    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(
        refused.err.contains("pub is a public channel"),
        "{refused:?}"
    );
    assert_eq!(said.code, 1, "{said:?}");
    let deliveries = house.json("deliveries");
    assert_eq!(deliveries[0]["state"], "dead", "{deliveries}");
    let why = deliveries[0]["last_error"].as_str().unwrap();
    assert!(why.starts_with("the public reads it"), "{why}");
    assert_eq!(engine.end(), Some(0));
}

#[test]
fn a_simulation_says_of_each_step_whether_anybody_is_paged() {
    let house = House::new();
    let pager = "[channels.pager]\nkind = \"webhook\"\nurl = \"http://localhost/\"\n";
    house.config(&format!("policy = \"policy.toml\"\n{pager}"));
    house.file(
        ".config/warroom/policy.toml",
        "amends = \"built-in\"\n[contact.\"Team Lead\"]\nperson = \"bo\"\nchannels = [\"pager\"]\n",
    );

    let rows = house.json("policy simulate --severity P2");

    let by_hand = |what: &str| {
        let mut rows = rows.as_array().unwrap().iter();
        let row = rows.find(|row| row["what"].as_str().unwrap().ends_with(what));
        let note = row.unwrap_or_else(|| panic!("{what}: {rows:?}"))["note"].clone();
        note.as_str()
            .unwrap()
            .contains("by hand: nobody is paged by the tool")
    };
    assert!(!by_hand(": Team Lead"));
    assert!(by_hand(": Engineering Manager"));
}

#[test]
fn what_is_owed_says_by_hand_of_the_step_alone() {
    let house = House::new();
    let pager = "[channels.pager]\nkind = \"webhook\"\nurl = \"http://localhost/\"\n";
    house.config(&format!("policy = \"policy.toml\"\n{NO_PROBES}{pager}"));
    house.file(
        ".config/warroom/policy.toml",
        "amends = \"built-in\"\n[contact.CEO]\nperson = \"grace\"\nchannels = [\"pager\"]\n",
    );
    house.done("declare down --severity P2 --yes");

    let said = house.done("status");

    assert!(
        said.out.contains("escalate to Team Lead, by hand"),
        "{said:?}"
    );
}

#[test]
fn x2_a_simulation_pages_nobody_over_a_channel_that_the_public_reads() {
    let house = House::new();
    let page = "[channels.page]\nkind = \"webhook\"\nurl = \"http://localhost/\"\n";
    house.config(&format!(
        "policy = \"policy.toml\"\n[updates]\npublic = [\"page\"]\n{page}"
    ));
    house.file(
        ".config/warroom/policy.toml",
        "amends = \"built-in\"\n[contact.\"Team Lead\"]\nperson = \"bo\"\nchannels = [\"page\"]\n",
    );

    let said = house.done("policy simulate --severity P2");

    let step = said.out.lines().find(|line| line.contains(": Team Lead"));
    let step = step.unwrap_or_else(|| panic!("{said:?}"));
    assert!(step.contains("by hand: nobody is paged"), "{step}");
}
