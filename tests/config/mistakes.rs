//! What people get wrong, and what they are told.

use super::*;

const SETTINGS: &[(&str, &str)] = &[
    (
        "glyphs = \"asci\"",
        "config.toml:1:10: glyphs: found \"asci\", and it can be auto, rich, console, ascii; did you mean \"ascii\"?",
    ),
    (
        "color = \"vanilla\"",
        "config.toml:1:9: color: found \"vanilla\", and it can be auto, never, none, 16, 256, true",
    ),
    (
        "bell = \"yes\"",
        "config.toml:1:8: bell: found the text \"yes\", and true or false belongs here",
    ),
    (
        "theme = 5",
        "config.toml:1:9: theme: a name such as \"harbor\", or { dark = \"harbor\", light = \"daylight\" }, belongs here",
    ),
    (
        "theme = { dark = \"a\" }",
        "config.toml:1:9: theme: a name such as \"harbor\", or { dark = \"harbor\", light = \"daylight\" }, belongs here",
    ),
    (
        "[wall]\ndistance_m = -1",
        "config.toml:2:1: wall.distance_m: found -1, and 0.3 to 100 belongs here",
    ),
    (
        "[wall]\npanel_inch = nan",
        "config.toml:2:1: wall.panel_inch: found NaN, and 3 to 500 belongs here",
    ),
    (
        "[wall]\nnight = \"late\"",
        "config.toml:2:9: wall.night: hours such as \"20:00-07:00\" belong here",
    ),
    (
        "[links]\ngrafana = \"grafana.example\"",
        "config.toml:2:1: links.grafana: found \"grafana.example\", which is not an address of the web; write it as https://host/path",
    ),
    (
        "[updates]\nchannels = [\"incident\"]\n[channels.incidents]\nkind=\"webhook\"\nurl=\"http://localhost/\"",
        "config.toml:2:1: updates.channels: there is no channel \"incident\"; did you mean \"incidents\"?",
    ),
    (
        "updates.channels = [\"ops\"]",
        "config.toml:1:9: updates.channels: there is no channel \"ops\"; write a section [channels.ops]",
    ),
];

/// What decides who records, and where; or what nothing can be read of.
const NEEDED: &[(&str, &str)] = &[
    (
        "bell = true\nbell = false",
        "config.toml:2:1: duplicate key",
    ),
    (
        "theme = \"harbor",
        "config.toml:1:16: invalid basic string, expected `\"`",
    ),
    (
        "workspace = \"\"",
        "config.toml:1:1: workspace: found nothing, and a name belongs here",
    ),
    (
        "actor = 3",
        "config.toml:1:9: actor: found 3, and text belongs here",
    ),
    (
        "workspace = [\"prod\"]",
        "config.toml:1:13: workspace: found a list such as [\"a\", \"b\"], and text belongs here",
    ),
    (
        "server = \"warroom\"",
        "config.toml:1:1: server: found \"warroom\", which is not the address of a server; write https://host, http://127.0.0.1:7477, or unix:/run/warroom/sock",
    ),
    (
        "bell = 3\ntoken_file = 3",
        "config.toml:2:14: token_file: found 3, and text in quotes belongs here",
    ),
];

const CHANNELS: &[(&str, &str)] = &[
    (
        "[channels.ops]",
        "config.toml:1:11: channels.ops: the key kind is missing; write kind = \"webhook\" or kind = \"slack\"",
    ),
    (
        "[channels.ops]\nkind = \"slack\"",
        "config.toml:1:11: channels.ops: the channel has no address; put it into a file of its own with mode 600 and name that in url_file, or set WARROOM_CHANNEL_OPS_URL",
    ),
    (
        "[channels.ops]\nkind = \"webhook\"",
        "config.toml:1:11: channels.ops: the channel has no address; write url, url_file, or set WARROOM_CHANNEL_OPS_URL",
    ),
    (
        "[channels.ops]\nkind = \"slack\"\nurl = \"https://hooks.example/c4n4ry\"",
        "config.toml:3:1: channels.ops.url: whoever has an address of Slack can post, so it does not belong in this file; put it into a file of its own with mode 600 and name that in url_file, or set WARROOM_CHANNEL_OPS_URL",
    ),
    (
        "[channels.ops]\nkind = \"webhook\"\nurl = \"https://ada:c4n4ry@h.example/\"",
        "config.toml:3:1: channels.ops.url: the address holds a password; put it into a file of its own with mode 600 and name that in url_file, or set WARROOM_CHANNEL_OPS_URL",
    ),
    (
        "[channels.ops]\nkind = \"webhook\"\nurl = \"c4n4ry\"",
        "config.toml:3:1: channels.ops.url: the address is not one of http or https; write it as https://host/path",
    ),
    (
        "[channels.ops]\nkind = \"webhook\"\nurl = \"http://localhost/\"\nurl_file = \"x\"",
        "config.toml:3:1: channels.ops.url: there is a url_file as well; keep url_file, and take url out",
    ),
    (
        "[channels.ops]\nkind = \"webhook\"\nurl = \"http://localhost/\"\nsecret = \"c4n4ry\"",
        "config.toml:4:1: channels.ops.secret: a secret does not belong in this file; put it into a file of its own with mode 600 and name that in secret_file, or set WARROOM_CHANNEL_OPS_SECRET",
    ),
];

const PROBES: &[(&str, &str)] = &[
    (
        "[[probes]]\nkind = \"http\"",
        "config.toml:1:1: probes: the key name is missing",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"htp\"",
        "config.toml:3:8: probes.kind: found \"htp\", and it can be http, tcp, tls, dns, command, system; did you mean \"http\"?",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"http\"",
        "config.toml:1:1: probes[0]: the probe \"a\" needs the key url",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"http\"\nurl = \"localhost:8080\"",
        "config.toml:4:1: probes[0].url: found \"localhost:8080\", which is not an address of the web; write it as http://host:port/path",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"tcp\"\naddress = \"localhost\"",
        "config.toml:4:1: probes[0].address: found \"localhost\", which is not a host and a port; write it as host:443, or [::1]:443",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"system\"\nevery = \"10\"",
        "config.toml:4:9: probes.every: \"10\" is not a length of time: write a number and a unit, such as 15m, 1h30m or 2d",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"system\"\nevery = \"0s\"",
        "config.toml:4:1: probes[0].every: found 0s, and 1s is the least",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"system\"\nfailures = 0",
        "config.toml:4:1: probes[0].failures: found 0, and 1 is the least",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"system\"\nfailures = -1",
        "config.toml:4:12: probes.failures: found -1, and a whole number from 0 belongs here",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"command\"\nargv = []",
        "config.toml:1:1: probes[0]: the probe \"a\" needs the key argv",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"system\"\n[[probes]]\nname = \"a\"\nkind = \"system\"",
        "config.toml:5:1: probes[1].name: another probe is called \"a\" too; give each its own name",
    ),
    (
        "[[probes]]\nname = \"a\"\nkind = \"http\"\nurl = \"http://h/\"\nheaders = [\"c4n4ry\"]",
        "config.toml:5:1: probes[0].headers: number 1 is not a header; write it as \"Accept: application/json\"",
    ),
    (
        "probes = \"none\"",
        "config.toml:1:10: probes: found the text \"none\", and a list such as [\"a\", \"b\"] belongs here",
    ),
];

fn told(table: &[(&str, &str)]) {
    for (text, said) in table {
        let error = Home::with(text).error();

        assert_eq!(&error, said, "{text}");
        assert!(!error.contains("c4n4ry"), "{error}");
    }
}

#[test]
fn a_mistake_in_what_is_needed_stops_everything() {
    for (text, said) in NEEDED {
        assert_eq!(&Home::with(text).stop(), said, "{text}");
    }
}

#[test]
fn a_mistake_in_a_setting_is_told_with_its_place() {
    told(SETTINGS);
}

#[test]
fn a_mistake_in_a_channel_is_told_with_its_place_and_without_its_secret() {
    for (text, said) in CHANNELS {
        let fault = Home::with(text).fault();

        assert_eq!(&fault, said, "{text}");
        assert!(!fault.contains("c4n4ry"), "{fault}");
    }
}

#[test]
fn a_mistake_in_a_probe_is_told_with_its_place() {
    told(PROBES);
}

#[test]
fn a_mistake_in_a_variable_is_told_with_its_name() {
    let slack = Home::with("[channels.ops]\nkind = \"slack\"");
    for (home, said) in [
        (
            Home::new().set("WARROOM_COLOR", "trou"),
            "WARROOM_COLOR: found \"trou\", and it can be auto, never, none, 16, 256, true",
        ),
        (
            Home::new().set("WARROOM_BELL", "maybe"),
            "WARROOM_BELL: found \"maybe\", and true or false belongs here",
        ),
        (
            Home::new().set("WARROOM_WALL__DISTANCE_M", "far"),
            "WARROOM_WALL__DISTANCE_M: found \"far\", and a number belongs here",
        ),
        (
            Home::new().set("WARROOM_WALL__DISTANCE_M", "1000"),
            "WARROOM_WALL__DISTANCE_M: found 1000, and 0.3 to 100 belongs here",
        ),
        (
            Home::new().set("WARROOM_UPDATES__CHANNELS", "ops"),
            "WARROOM_UPDATES__CHANNELS: there is no channel \"ops\"; write a section [channels.ops]",
        ),
    ] {
        assert_eq!(home.error(), said);
    }
    assert_eq!(
        slack.set("WARROOM_CHANNEL_OPS_URL", "c4n4ry").fault(),
        "WARROOM_CHANNEL_OPS_URL: the address is not one of http or https; write it as https://host/path"
    );
}

#[test]
fn a_mistake_in_a_flag_is_told_with_its_name() {
    for (home, said) in [
        (
            Home::new().flag("glyphs", "ascci"),
            "--glyphs: found \"ascci\", and it can be auto, rich, console, ascii; did you mean \"ascii\"?",
        ),
        (
            Home::new().flag("wall.panel_inch", "0"),
            "--wall-panel-inch: found 0, and 3 to 500 belongs here",
        ),
        (
            Home::new().flag("them", "mono"),
            "--them: there is no key \"them\" to set here; did you mean \"theme\"?",
        ),
    ] {
        assert_eq!(home.stop(), said);
    }
}

#[test]
fn what_is_unknown_or_odd_in_a_file_only_warns() {
    for (text, said) in [
        (
            "them = \"mono\"\n[wall]\nflavour = 1",
            vec![
                "config.toml:1: the key them is unknown and ignored; did you mean \"theme\"?",
                "config.toml:3: the key wall.flavour is unknown and ignored",
            ],
        ),
        (
            "[[probes]]\nname = \"a\"\nkind = \"system\"\nevry = \"5s\"",
            vec![
                "config.toml:4: the key probes[0].evry is unknown and ignored; did you mean \"every\"?",
            ],
        ),
        (
            "[channels.ops]\nkind = \"webhook\"\nurl = \"http://h.example/\"\nresend_save = true",
            vec![
                "config.toml:4: the key channels.ops.resend_save is unknown and ignored; did you mean \"resend_safe\"?",
                "config.toml:3: channels.ops.url: goes over the network in the clear; use https",
            ],
        ),
        (
            "[[probes]]\nname = \"a\"\nkind = \"tcp\"\naddress = \"h:1\"\nstatus = 200",
            vec!["config.toml:5: probes[0].status: has no effect on a probe of this kind"],
        ),
    ] {
        assert_eq!(Home::with(text).warnings(), said);
    }
}

#[test]
fn what_has_no_effect_on_a_channel_warns() {
    let slack = Home::with("[channels.ops]\nkind = \"slack\"\nformat = \"text\"")
        .set("WARROOM_CHANNEL_OPS_URL", "http://127.0.0.1:9/")
        .set("WARROOM_CHANNEL_OPS_SECRET", "c4n4ry");

    assert_eq!(
        slack.warnings(),
        [
            "config.toml:3: channels.ops.format: has no effect, Slack has a form of its own",
            "WARROOM_CHANNEL_OPS_SECRET: channels.ops.secret: has no effect, Slack checks no signature",
        ]
    );
}

#[test]
fn a_variable_that_was_meant_for_us_warns() {
    let home = Home::with("[channels.ops]\nkind = \"webhook\"\nurl = \"http://localhost/\"")
        .set("WARROOM_THEEM", "mono")
        .set("WARROOM_LOG", "debug")
        .set("WARROOM_SOMETHING_ELSE", "1")
        .set("WARROOM_FOO", "1")
        .set("WARROOM_CHANNEL_OPPS_URL", "c4n4ry");

    assert_eq!(
        home.warnings(),
        [
            "WARROOM_THEEM: sets nothing; did you mean WARROOM_THEME?",
            "WARROOM_CHANNEL_OPPS_URL: no channel has this name; did you mean WARROOM_CHANNEL_OPS_URL?",
        ]
    );
}
