//! A part that can't be used is left out, and everything else holds.

use super::*;

/// Where each mistake is, in the order in which they are told.
fn places(home: &Home) -> Vec<String> {
    let config = home.good();
    let told = config.mistakes().map(ToString::to_string);
    told.map(|told| {
        let told = home.short(&told);
        told.split(": ").take(2).collect::<Vec<_>>().join(" ")
    })
    .collect()
}

#[test]
fn many_mistakes_leave_out_one_part_each() {
    let home = Home::with(
        r#"actor = "grace"
bell = 3
color = "vanilla"
mouse = true
[wall]
distance_m = "far"
panel_inch = 43
[links]
docs = "https://docs.example"
grafana = "grafana.example"
[channels.ops]
kind = "slak"
[channels.log]
kind = "webhook"
url = "http://localhost/"
[[probes]]
name = "a"
kind = "htp"
[[probes]]
name = "b"
kind = "system"
[[probes]]
name = "c"
kind = "tcp"
address = "localhost"
[[probes]]
name = "d"
kind = "system"
every = 5
"#,
    );

    let config = home.good();

    assert_eq!(
        places(&home),
        [
            "config.toml:2:8 bell",
            "config.toml:3:9 color",
            "config.toml:18:8 probes.kind",
            "config.toml:29:9 probes.every",
            "config.toml:6:14 wall.distance_m",
            "config.toml:25:1 probes[1].address",
            "config.toml:10:1 links.grafana",
            "config.toml:12:8 channels.ops.kind",
        ]
    );
    assert_eq!((config.bell, config.mouse), (true, true));
    assert_eq!(config.actor.as_str(), "grace");
    assert_eq!(config.wall.distance_m.to_string(), "8");
    assert_eq!(config.wall.panel_inch.to_string(), "43");
    assert_eq!(config.links.len(), 1);
    let probes: Vec<&str> = config.probes.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(probes, ["b"]);
    assert!(config.channels[&Name::from("log")].is_ok());
    assert_eq!(home.origin("bell"), "true (default)");
    assert_eq!(home.origin("wall.distance_m"), "8 (default)");
}

#[test]
fn what_the_user_gets_wrong_is_as_the_host_says() {
    let home = Home::with("glyphs = 3\n");
    home.write("system.toml", "glyphs = \"ascii\"\n");

    assert_eq!(home.good().glyphs, Glyphs::Ascii);
    assert_eq!(home.origin("glyphs"), "ascii (system.toml:1)");
}

#[test]
fn without_its_probes_a_host_does_not_look_at_others() {
    for text in ["probes = 3", "[[probes]]\nname = \"a\""] {
        let config = Home::with(text).good();

        assert!(config.probes.is_empty(), "{text}: {:?}", config.probes);
        assert_eq!(config.mistakes().count(), 1, "{text}");
    }
}

#[test]
fn updates_never_go_elsewhere_than_was_meant() {
    let ops = "[channels.ops]\nkind = \"webhook\"\nurl = \"http://localhost/\"\n";
    for (text, expected) in [
        ("updates = 3\n", vec![]),
        ("updates.channels = \"oops\"\n", vec![]),
        (
            "updates.channels = [\"oops\", \"ops\"]\n",
            vec!["oops", "ops"],
        ),
        ("updates.public = [\"oops\"]\n", vec!["ops"]),
    ] {
        let config = Home::with(&format!("{text}{ops}")).good();

        assert_eq!(config.updates, names(&expected), "{text}");
        assert_eq!(config.mistakes().count(), 1, "{text}");
        let unknown = config.channels.get(&Name::from("oops"));
        assert!(unknown.is_none_or(Result::is_err), "{text}");
    }
}

#[test]
fn a_value_of_a_variable_that_can_not_be_used_is_not_shown_as_if_it_were() {
    let home = Home::with("bell = false").set("WARROOM_BELL", "maybe");

    assert!(!home.good().bell);
    assert_eq!(home.origin("bell"), "false (config.toml:1)");
}
