//! Commands that look: they make nothing, and say what is there.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use super::house::House;

#[test]
fn whoever_only_looks_begins_no_log() {
    for (line, code) in [
        ("", 0),
        ("status", 0),
        ("list", 0),
        ("deliveries", 0),
        ("probe list", 0),
        ("show", 4),
        ("timeline", 4),
        ("export", 4),
        ("verify", 4),
        ("note seen", 4),
    ] {
        let house = House::new();

        let said = house.say(line);

        assert_eq!(said.code, code, "{line}: {said:?}");
        let made: Vec<_> = fs::read_dir(house.path()).unwrap().collect();
        assert!(made.is_empty(), "{line} made {made:?}");
    }
}

#[test]
fn a_file_that_was_empty_is_told() {
    let house = House::new();
    let file = house.file("log.db", "");
    let db = file.to_str().unwrap();

    let looked = house.run(["list", "--db", db]);
    let declared = house.run(["declare", "x", "--db", db]);
    let again = house.run(["list", "--db", db]);

    assert_eq!(looked.code, 4, "{looked:?}");
    assert_eq!(declared.code, 0, "{declared:?}");
    assert!(
        declared
            .err
            .contains("the file was empty: a new log was begun in it"),
        "{declared:?}"
    );
    assert!(!again.err.contains("was empty"), "{again:?}");
}

#[test]
fn a_deadline_of_another_day_carries_its_date() {
    let house = House::new();
    let now = "--now 2026-11-23T12:00:00Z";
    house.done(&format!(
        "declare x --severity P1 --alert-at 2025-10-19T12:00Z --yes {now}"
    ));

    let said = house.done(&format!("status {now}"));

    let next = said
        .out
        .lines()
        .find(|line| line.starts_with("next: acknowledge"));
    let next = next.unwrap_or_else(|| panic!("{said:?}"));
    assert!(
        next.contains("by 2025-10-19 12:05Z, overdue by 399d"),
        "{next}"
    );
}

#[test]
fn the_status_of_one_incident_is_of_that_one() {
    let house = House::declared();
    house.done("declare second --severity P3");

    let said = house.done("status --incident 2");
    let all = house.json("status");
    let one = house.json("status --incident 2");

    assert!(!said.out.contains("INC-1"), "{said:?}");
    assert!(said.out.contains("incident: INC-2 second"), "{said:?}");
    assert_eq!(all["incidents"].as_array().unwrap().len(), 2);
    assert_eq!(one["incidents"].as_array().unwrap().len(), 1);
}

#[test]
fn without_a_terminal_there_is_none_to_mend() {
    let said = House::new().say("reset");

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("no terminal"), "{said:?}");
    assert!(!said.err.contains("os error"), "{said:?}");
}

#[test]
fn an_alert_that_nobody_raised_is_none() {
    let house = House::new();

    let said = house.run(["declare", "x", "--severity", "P3", "--alert-at", "none"]);

    assert_eq!(said.code, 0, "{said:?}");
    let milestones = &house.json("show")["milestones"];
    assert!(milestones["alert"].is_null(), "{milestones}");
    assert!(milestones["reported"].is_string(), "{milestones}");
}

#[test]
fn an_incident_is_shown_with_what_was_learnt() {
    let house = House::declared();
    house.run(["retro", "factor", "the pool was too small"]);
    let action = ["retro", "action", "monitoring", "alert on the pool"];
    house.run(action.iter().chain(&["--owner", "bo"]));

    let said = house.done("show");

    assert!(
        said.out.contains("factor      the pool was too small\n"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("action      improve monitoring: alert on the pool (bo)"),
        "{}",
        said.out
    );
}

#[test]
fn no_delivery_is_said_aside() {
    let house = House::declared();

    let said = house.done("deliveries");

    assert_eq!(said.out, "");
    assert!(
        said.err.starts_with("nothing waits or went wrong"),
        "{said:?}"
    );
    assert_eq!(house.json("deliveries"), serde_json::json!([]));
}

#[test]
fn the_deliveries_of_an_incident_are_the_unfinished_ones_as_well() {
    let house = House::new();
    house.config(
        "probes = []\n[channels.chat]\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/\"\n",
    );
    for title in ["one", "two"] {
        house.done(&format!("declare {title} --severity P3"));
        let incident = if title == "one" { "1" } else { "2" };
        house.done(&format!(
            "update --incident {incident} --body down --to chat --yes"
        ));
    }
    let first = house.json("deliveries --incident 1");
    let key = first[0]["key"].as_str().unwrap();

    house.done(&format!("deliveries mark-sent {key}"));

    let count = |line: &str| house.json(line).as_array().unwrap().len();
    assert_eq!(count("deliveries --incident 1"), 0);
    assert_eq!(count("deliveries --incident 1 --all"), 1);
    assert_eq!(count("deliveries"), 1);
    assert_eq!(count("deliveries --all"), 2);
}

#[test]
fn a_copy_to_nowhere_names_the_folder_that_is_missing() {
    let house = House::declared();
    let nowhere = house.path().join("nope");

    let said = house.run(["backup".as_ref(), nowhere.join("x").as_os_str()]);

    assert_eq!(said.code, 1, "{said:?}");
    let told = format!("there is no folder {}: make it", nowhere.display());
    assert!(said.err.contains(&told), "{said:?}");
}

#[test]
fn help_is_a_command_as_well() {
    let house = House::new();

    let asked = house.done("help ack");

    assert_eq!(asked.out, house.done("ack --help").out);
}

#[test]
fn every_command_shows_how_it_is_called_and_it_can_be_called_so() {
    let command = warroom::cli::command();
    for verb in command.get_subcommands() {
        let name = verb.get_name();
        let help = verb.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        let mut calls = help
            .lines()
            .filter_map(|line| line.strip_prefix("  warroom "));

        let example = calls.clone().find(|call| call.starts_with(name));

        assert!(example.is_some(), "{name} has no example");
        for call in calls.by_ref() {
            let matched = warroom::cli::command().try_get_matches_from(words(call));
            assert!(matched.is_ok(), "{call}: {:?}", matched.err());
        }
    }
}

/// A call as a shell takes it apart, up to where it goes on with another.
fn words(call: &str) -> Vec<String> {
    let call = call.split(['|', '>', '&']).next().unwrap();
    let script = format!("printf '%s\\n' warroom {call}");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_program_that_probes_gets_nothing_that_is_for_us_alone() {
    let house = House::new();
    house.config(
        "[[probes]]\nname = \"own\"\nkind = \"command\"\nargv = [\"sh\", \"-c\", \"echo $(env); false\"]\n",
    );
    let mut command = house.command(["probe", "run", "-o", "json"]);
    for ours in [
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "WATCHDOG_PID",
        "LISTEN_FDS",
        "WARROOM_TOKEN",
        "WARROOM_CHANNEL_OPS_URL",
    ] {
        command.env(ours, "c4n4ry");
    }

    let said = super::house::said(command.env("THEIRS", "kept").output().unwrap());

    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.out.contains("THEIRS=kept"), "{said:?}");
    assert!(!said.out.contains("c4n4ry"), "{said:?}");
}

#[test]
fn a_theme_that_is_not_there_is_found_before_the_night() {
    let house = House::new();
    house.config("theme = \"nope\"\n");

    let said = house.say("config check");

    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.out.contains("nope"), "{said:?}");
}

#[test]
fn a_server_that_is_away_is_told_of_once() {
    let house = House::new();
    let config = "server = \"http://127.0.0.1:1\"\ntoken_file = \"token\"\n";
    house.file(".config/warroom/config.toml", config);
    let token = house.file(".config/warroom/token", "secret");
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();

    let said = house.say("declare down --severity P3");

    assert_eq!(said.err.matches("offline:").count(), 1, "{said:?}");
}
