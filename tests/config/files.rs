//! Files that can't be read, secrets, and directories.

use directories::ProjectDirs;

use super::*;

const SLACK: &str = "[channels.ops]\nkind = \"slack\"\nurl_file = \"slack.url\"\n";

#[test]
fn a_file_that_cant_be_read_says_why() {
    let bad = Home::with("");
    bad.write("config.toml", b"actor = \"a\"\ntheme = \"\xff\"");
    assert_eq!(
        bad.stop(),
        "config.toml:2:10: found a byte that is not UTF-8; save the file as UTF-8"
    );

    let folder = Home::new();
    fs::create_dir(folder.path("config.toml")).unwrap();
    assert_eq!(
        folder.stop(),
        "config.toml is not a file: name a file there, or move it away"
    );

    let large = Home::with(&"#".repeat(2_000_000));
    assert_eq!(
        large.stop(),
        "config.toml is larger than 1048576 bytes: that is not a file of this kind"
    );
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let mut named = Home::new();
    named.flags.config = Some(named.path("mine.toml"));
    let variable = Home::new();
    let gone = variable.path("gone.toml");
    let variable = variable.set("WARROOM_CONFIG", gone.to_str().unwrap());

    assert_eq!(
        [named.stop(), variable.stop()],
        [
            "mine.toml does not exist, and --config names it: write the file, or leave that out",
            "gone.toml does not exist, and WARROOM_CONFIG names it: write the file, or leave that out",
        ]
    );
}

#[test]
fn an_empty_file_is_none() {
    for text in ["", "\n", "\u{feff}", "# nothing\r\n"] {
        let config = Home::with(text).good();

        assert_eq!(config.workspace.as_str(), "local", "{text:?}");
    }
}

#[test]
fn a_file_that_nobody_may_read_says_so() {
    let home = Home::new();
    // A file that is there, and that not even the administrator can read.
    std::os::unix::fs::symlink("/proc/self/mem", home.path("config.toml")).unwrap();

    assert_eq!(
        home.stop(),
        "config.toml could not be read: Input/output error (os error 5)"
    );
}

#[test]
fn a_secret_that_others_can_read_stops_its_channel_with_the_command_that_mends_it() {
    for (mode, word) in [
        (0o644, "644"),
        (0o640, "640"),
        (0o604, "604"),
        (0o620, "620"),
    ] {
        let home = Home::with(SLACK);
        home.write_secret("slack.url", "https://hooks.example/c4n4ry\n", mode);

        assert_eq!(
            home.fault(),
            format!(
                "slack.url holds a secret and others can read it (mode {word}): chmod 600 slack.url"
            )
        );
    }
    for mode in [0o600, 0o400] {
        let home = Home::with(SLACK);
        home.write_secret("slack.url", "https://hooks.example/c4n4ry\n", mode);

        let spec = home.channel("ops");

        assert_eq!(spec.url.reveal(), "https://hooks.example/c4n4ry");
    }
}

#[test]
fn a_secret_that_is_none_stops_its_channel() {
    for (secret, said) in [
        ("", "slack.url is empty, and a secret belongs there"),
        (" \n", "slack.url is empty, and a secret belongs there"),
        (
            "one\ntwo",
            "slack.url is not text, and a secret belongs there in one line",
        ),
        (
            "c4n4ry",
            "config.toml:3:1: channels.ops.url_file: the address is not one of http or https; write it as https://host/path",
        ),
    ] {
        let home = Home::with(SLACK);
        home.write_secret("slack.url", secret, 0o600);

        assert_eq!(home.fault(), said);
    }
    let home = Home::with(SLACK);
    assert_eq!(
        home.fault(),
        "slack.url could not be read: No such file or directory (os error 2)"
    );
}

#[test]
fn a_variable_goes_before_the_file_of_a_secret() {
    let home = Home::with(&format!("{SLACK}[channels.on-call]\nkind = \"webhook\""))
        .set("WARROOM_CHANNEL_OPS_URL", "https://hooks.example/c4n4ry")
        .set("WARROOM_CHANNEL_ON_CALL_URL", "https://h.example/c4n4ry")
        .set("WARROOM_CHANNEL_ON_CALL_SECRET", "whsec_c4n4ry");

    let on_call = home.channel("on-call");

    assert_eq!(on_call.url.reveal(), "https://h.example/c4n4ry");
    assert_eq!(on_call.secret.as_ref().unwrap().reveal(), "whsec_c4n4ry");
    assert_eq!(
        home.origin("channels.on-call.secret"),
        "•••• (environment WARROOM_CHANNEL_ON_CALL_SECRET)"
    );
    assert!(!format!("{:?}", home.good()).contains("c4n4ry"));
}

#[test]
fn an_address_and_a_header_are_not_shown() {
    let home = Home::with(
        "[channels.w]\nkind = \"webhook\"\nurl = \"https://h.example/c4n4ry\"\n[[probes]]\nname = \"p\"\nkind = \"http\"\nurl = \"http://localhost/\"\nheaders = [\"Authorization: c4n4ry\"]\n[links]\na = \"https://ada:c4n4ry@h.example/\"",
    );

    let shown = format!("{:?}", home.good().origins());

    assert!(!shown.contains("c4n4ry"), "{shown}");
    assert_eq!(home.origin("channels.w.url"), "•••• (config.toml:3)");
    assert_eq!(
        home.origin("probes[0].url"),
        "http://localhost/ (config.toml:7)"
    );
}

#[test]
fn without_a_home_a_directory_must_be_named() {
    let none = Flags::default();
    let flags = Flags {
        data_dir: Some("/srv/flag".into()),
        ..Flags::default()
    };
    let environment = Environment::from([("WARROOM_DATA_DIR".to_owned(), "/srv/var".to_owned())]);

    assert_eq!(
        Paths::below(None, &none, &Environment::new())
            .unwrap_err()
            .to_string(),
        "this user has no home directory, so there is nowhere to keep the log: set HOME, or name a directory with WARROOM_DATA_DIR or --data-dir"
    );
    let by_variable = Paths::below(None, &none, &environment).unwrap();
    assert_eq!(by_variable.data, PathBuf::from("/srv/var"));
    assert_eq!(by_variable.config, None);
    let by_flag = Paths::below(None, &flags, &environment).unwrap();
    assert_eq!(by_flag.data, PathBuf::from("/srv/flag"));
    assert_eq!(by_flag.state, PathBuf::from("/srv/flag/state"));
    assert_eq!(by_flag.runtime, PathBuf::from("/srv/flag/run"));
}

#[test]
fn with_a_home_the_directories_are_the_usual_ones() {
    let usual = ProjectDirs::from("", "", "warroom").expect("whoever tests has a home");

    let paths = Paths::find(&Flags::default(), &Environment::new()).unwrap();

    assert_eq!(paths.config, Some(usual.config_dir().join("config.toml")));
    assert_eq!(paths.data, usual.data_dir());
    assert_eq!(
        paths.system_config,
        PathBuf::from("/etc/warroom/config.toml")
    );
    let moved = Environment::from([("WARROOM_CONFIG".to_owned(), "/srv/mine.toml".to_owned())]);
    let paths = Paths::find(&Flags::default(), &moved).unwrap();
    assert_eq!(paths.config, Some("/srv/mine.toml".into()));
}
