//! The real program, as scripts and people run it: in homes of its own, without
//! a terminal.

pub mod apart;
mod channels;
mod checks;
mod data;
pub mod follow;
pub mod house;
mod looks;
mod prompt;
mod records;
mod schemas;
pub mod sends;
mod slips;

use house::{House, said};

#[test]
fn without_a_terminal_and_without_anything_it_says_how_things_stand() {
    let house = House::new();

    let said = house.say("");

    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out.starts_with("incident: none is active\n"),
        "{said:?}"
    );
    assert!(said.out.contains("\nengine: nobody runs one"), "{said:?}");
    assert_eq!(said.err, "");
}

#[test]
fn without_a_terminal_the_active_incident_is_told_in_lines() {
    let house = House::declared();

    let said = house.say("");

    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines[0], "incident: INC-1 checkout is down");
    assert_eq!(lines[1], "severity: P2 HIGH");
    assert_eq!(lines[2], "phase: Triage; nobody leads");
    assert!(
        lines[3].starts_with("next: acknowledge: P2 target 15m by "),
        "{lines:?}"
    );
}

#[test]
fn without_a_home_a_data_dir_is_enough() {
    let house = House::new();
    let mut command = house.command(["--data-dir"]);
    command
        .arg(house.path().join("data"))
        .args(["declare", "checkout is down"])
        .env_remove("HOME");

    let said = said(command.output().unwrap());

    assert_eq!(said.code, 0, "{said:?}");
    assert!(house.path().join("data/local.db").exists());
}

#[test]
fn help_names_every_exit_code_and_stays_on_stdout() {
    let house = House::new();

    let said = house.say("--help");

    assert_eq!(said.code, 0);
    for code in [
        "  0 ", "  1 ", "  2 ", "  3 ", "  4 ", "  5 ", "  6 ", "  124 ", "  130 ",
    ] {
        assert!(said.out.contains(code), "{code:?} in {}", said.out);
    }
    assert_eq!(said.err, "");
}

#[test]
fn every_command_has_help_of_its_own() {
    let house = House::new();
    let command = warroom::cli::command();

    for verb in command.get_subcommands() {
        let about = verb
            .get_about()
            .map(ToString::to_string)
            .unwrap_or_default();
        assert!(!about.is_empty(), "{} says nothing", verb.get_name());
    }
    assert_eq!(house.say("retro --help").code, 0);
    warroom::cli::command().debug_assert();
}

#[test]
fn a_command_that_is_none_is_a_matter_of_usage() {
    let house = House::new();

    for line in [
        "frobnicate",
        "declare",
        "declare x --severity P9",
        "list -o yaml",
    ] {
        let said = house.say(line);

        assert_eq!(said.code, 2, "{line}: {said:?}");
        assert_eq!(said.out, "", "{line}");
    }
}

#[test]
fn an_argument_that_is_no_text_is_a_matter_of_usage() {
    use std::os::unix::ffi::OsStrExt as _;
    let house = House::new();
    let bytes = std::ffi::OsStr::from_bytes(b"caf\xe9");

    let said = house.run([std::ffi::OsStr::new("declare"), bytes]);

    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(said.out, "");
}

#[test]
fn completions_are_what_the_shell_can_read() {
    let house = House::new();
    let bash = house.file("warroom.bash", &house.done("completions bash").out);

    let checked = std::process::Command::new("bash")
        .arg("-n")
        .arg(&bash)
        .output()
        .unwrap();

    assert!(checked.status.success(), "{checked:?}");
    assert!(
        house
            .done("completions zsh")
            .out
            .starts_with("#compdef warroom")
    );
    assert!(
        house
            .done("completions fish")
            .out
            .contains("complete -c warroom")
    );
}

#[test]
fn the_manual_has_the_exit_codes() {
    let house = House::new();

    let said = house.done("man");

    assert!(said.out.contains(".TH warroom 1"), "{}", said.out);
    assert!(said.out.contains("nobody confirmed it"), "{}", said.out);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let house = House::new();
    let mut child = house.command(["completions", "bash"]).spawn().unwrap();

    drop(child.stdout.take());
    let said = said(child.wait_with_output().unwrap());

    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[test]
fn a_configuration_with_a_mistake_says_where() {
    let house = House::new();
    house.config("bell = 3\n");

    let said = house.done("status");

    let told = "warning: out of order, and left out: ";
    assert!(said.err.starts_with(told), "{said:?}");
    assert!(said.err.contains("config.toml:1:"), "{said:?}");
    assert_eq!(said.err.lines().count(), 1, "{said:?}");
    let checked = house.say("config check -o json");
    assert_eq!(checked.code, 3);
    assert!(checked.out.contains("\"level\": \"error\""), "{checked:?}");
    let doctor = house.say("doctor");
    assert_eq!(doctor.code, 3);
    assert!(doctor.out.contains("config.toml:1:"), "{doctor:?}");
}

#[test]
fn a_mistake_stops_no_command_that_can_do_without() {
    let house = House::declared();
    let broken = "theme = 3\nkeymap = \"keys.toml\"\n[wall]\nnight = \"late\"\n\
                  [[probes]]\nname = \"a\"\nkind = \"htp\"\n";
    house.config(broken);
    house.file(".config/warroom/keys.toml", "nonsense = 3\n");

    house.done("note seen");
    house.done("ack");
    house.done("status");

    let looked = house.say("probe run");
    assert_eq!(looked.code, 1, "{looked:?}");
    assert!(looked.err.contains("config.toml:7:"), "{looked:?}");
    let checked = house.say("config check");
    assert_eq!(checked.code, 3, "{checked:?}");
    for place in [
        "config.toml:1:",
        "config.toml:4:",
        "config.toml:7:",
        "keys.toml:1",
    ] {
        assert!(checked.out.contains(place), "{place}: {checked:?}");
    }
}

#[test]
fn a_mistake_in_what_decides_where_entries_go_stops_them() {
    let house = House::declared();
    house.config("workspace = 3\nbell = 3\n");

    let said = house.say("note seen");

    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("config.toml:1:13: workspace"), "{said:?}");
}

#[test]
fn the_doctor_makes_no_log_and_gives_reasons() {
    let house = House::new();

    let said = house.done("doctor");

    assert!(
        said.out.contains("input or output is not a terminal"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("the first entry makes it"),
        "{}",
        said.out
    );
    assert!(!house.path().join(".local/share/warroom/local.db").exists());
}
