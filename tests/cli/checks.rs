//! What the commands that check find, and what can be ticked.

use super::house::House;

/// Writes a file beside the configuration.
fn beside(house: &House, name: &str, text: &str) {
    house.file(&format!(".config/warroom/{name}"), text);
}

#[test]
fn an_item_that_is_in_no_checklist_is_not_ticked() {
    let house = House::declared();
    house.config("runbooks = \"runbooks\"\n");
    beside(&house, "runbooks/db.md", "# Failover\n\n- one\n- two\n");
    let before = house.done("timeline").out;

    for (item, way_out) in [
        ("nosuch", "there are alert, ticket"),
        ("verify.helth", "did you mean verify.health?"),
        (
            "runbook:db.md#3",
            "there are runbook:db.md#1 to runbook:db.md#2",
        ),
        (
            "runbook:db.md",
            "there are runbook:db.md#1 to runbook:db.md#2",
        ),
        ("runbook:no.md#1", "`warroom runbook list` shows them"),
        (
            "runbook:../config.toml#1",
            "`warroom runbook list` shows them",
        ),
    ] {
        let said = house.run(["tick", item]);

        assert_eq!(said.code, 4, "{item}: {said:?}");
        assert!(said.err.contains(way_out), "{item}: {said:?}");
    }
    assert_eq!(house.done("timeline").out, before);
    house.done("tick verify.health");
    house.run(["tick", "runbook:db.md#2"]);
    assert!(house.done("timeline").out.contains("db.md"));
}

#[test]
fn a_step_of_a_runbook_that_is_elsewhere_is_unticked_nevertheless() {
    let house = House::declared();
    house.config("runbooks = \"runbooks\"\n");
    beside(&house, "runbooks/db.md", "# Failover\n\n- one\n");
    house.done("tick runbook:db.md#1");

    house.config("runbooks = \"/nowhere\"\n");

    house.done("tick runbook:db.md#1 --undo");
}

#[test]
fn a_theme_is_checked_by_its_name_or_its_file() {
    let house = House::new();
    beside(
        &house,
        "themes/mine.toml",
        "inherits = \"harbor\"\n[rolls]\nx = \"red\"\n",
    );

    let built_in = house.say("theme check harbor");
    let own = house.say("theme check mine");
    let strict = house.say("theme check mine --strict");
    let nowhere = house.say("theme check harbr");

    assert_eq!(built_in.code, 0, "{built_in:?}");
    assert_eq!(own.code, 0, "{own:?}");
    assert!(own.out.contains("mine.toml:2:"), "{own:?}");
    assert_eq!(strict.code, 3, "{strict:?}");
    assert_eq!(nowhere.code, 4, "{nowhere:?}");
    assert!(
        nowhere.err.contains("did you mean \"harbor\"?"),
        "{nowhere:?}"
    );
}

#[test]
fn a_workspace_that_can_be_no_file_is_found_before_it_is_opened() {
    let house = House::new();
    house.config("workspace = \"a/b\"\n");

    let said = house.say("config check");

    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.out.contains("\"a/b\" can't be the name"), "{said:?}");
}

#[test]
fn doctor_and_check_find_every_mistake_in_keys_and_themes() {
    let house = House::new();
    house.config("keymap = \"keys.toml\"\ntheme = { dark = \"mine\", light = \"gone\" }\n");
    let keys = "[people]\n\"x\" = \"resolv\"\n[nobody]\n\"y\" = \"resolve\"\n[everywhere]\n\"ctr-q\" = \"help\"\n";
    beside(&house, "keys.toml", keys);
    beside(
        &house,
        "themes/mine.toml",
        "inherits = \"harbor\"\n[rolls]\nx = \"red\"\n",
    );

    for verb in ["config check", "doctor"] {
        let said = house.say(verb);

        assert_eq!(said.code, 3, "{verb}: {said:?}");
        for place in [
            "keys.toml:2:1: [people] \"x\"",
            "keys.toml:3:2: [nobody]",
            "keys.toml:6:1: [everywhere] \"ctr-q\"",
            "mine.toml:2:2: [rolls]",
            "there is no theme \"gone\"",
        ] {
            assert!(said.out.contains(place), "{verb}, {place}: {said:?}");
        }
    }
}

#[test]
fn every_mistake_of_a_theme_is_found() {
    let house = House::new();
    house.config("theme = \"mine\"\n");
    let wrong =
        "inherits = \"harbor\"\n[state]\nok = \"inc\"\nbad = 3\n[text]\nmuted = \"no.role\"\n";
    beside(&house, "themes/mine.toml", wrong);

    for line in ["theme check mine", "config check", "doctor"] {
        let said = house.say(line);

        assert_eq!(said.code, 3, "{line}: {said:?}");
        for place in ["mine.toml:3:6: ", "mine.toml:4:7: ", "mine.toml:6:9: "] {
            assert!(said.out.contains(place), "{line}, {place}: {said:?}");
        }
    }
}

#[test]
fn what_has_no_effect_in_a_theme_alone_is_a_warning() {
    let house = House::new();
    house.config("theme = \"mine\"\n");
    beside(
        &house,
        "themes/mine.toml",
        "inherits = \"harbor\"\n[rolls]\nx = \"red\"\n",
    );

    for (line, code) in [
        ("config check", 0),
        ("config check --strict", 3),
        ("doctor", 0),
    ] {
        let said = house.say(line);

        assert_eq!(said.code, code, "{line}: {said:?}");
        assert!(
            said.out.contains("mine.toml:2:2: [rolls]"),
            "{line}: {said:?}"
        );
    }
}
