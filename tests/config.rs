//! What a person can write down, and what they are told when it is wrong.

mod files;
mod mistakes;
mod parts;

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use chrono::TimeDelta;
use tempfile::TempDir;
use warroom::{
    config::{Color, Config, ConfigError, Environment, Flags, Glyphs, Paths, Wall},
    domain::{
        channel::{self, Format, Kind},
        notice::Purpose,
        probe::Target,
        text::Name,
    },
};

/// A home of its own: a user's file, a host's file, variables and flags.
struct Home {
    folder: TempDir,
    environment: Environment,
    flags: Flags,
}

impl Home {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            environment: Environment::from([("USER".to_owned(), "ada".to_owned())]),
            flags: Flags::default(),
        }
    }

    fn with(text: &str) -> Self {
        let home = Self::new();
        home.write("config.toml", text);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    fn write_secret(&self, name: &str, text: &str, mode: u32) {
        self.write(name, text);
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn flag(mut self, key: &str, value: &str) -> Self {
        self.flags.set.push((key.to_owned(), value.to_owned()));
        self
    }

    fn load(&self) -> Result<Config, ConfigError> {
        let flags = Flags {
            config: self.flags.config.clone(),
            data_dir: Some(self.path("data")),
            set: self.flags.set.clone(),
        };
        let mut paths = Paths::below(None, &flags, &self.environment)?;
        paths.system_config = self.path("system.toml");
        if paths.config.is_none() {
            paths.config = Some(self.path("config.toml"));
        }
        Config::load(&paths, &flags, &self.environment)
    }

    fn good(&self) -> Config {
        self.load().unwrap_or_else(|error| panic!("{error}"))
    }

    /// What stops everything, with names of files as they are in this home.
    fn stop(&self) -> String {
        self.short(&self.load().unwrap_err().to_string())
    }

    /// The only mistake, while all else holds; likewise.
    fn error(&self) -> String {
        let config = self.good();
        let mistakes: Vec<String> = config.mistakes().map(ToString::to_string).collect();
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        self.short(&mistakes[0])
    }

    /// Why the channel `ops` is out of order, while all else holds; likewise.
    fn fault(&self) -> String {
        let config = self.good();
        let ops = config.channels[&Name::from("ops")].as_ref();
        self.short(&ops.unwrap_err().to_string())
    }

    fn channel(&self, name: &str) -> channel::Spec {
        let config = self.good();
        let spec = config.channels[&Name::from(name)].as_ref();
        spec.unwrap_or_else(|error| panic!("{error}")).clone()
    }

    fn warnings(&self) -> Vec<String> {
        self.good()
            .warnings()
            .iter()
            .map(|warning| self.short(&warning.to_string()))
            .collect()
    }

    fn origin(&self, key: &str) -> String {
        let config = self.good();
        let found = config.origins().iter().find(|origin| origin.key == key);
        let origin = found.unwrap_or_else(|| panic!("{key} is not listed"));
        self.short(&format!("{} ({})", origin.value, origin.from))
    }

    fn short(&self, text: &str) -> String {
        text.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn names(names: &[&str]) -> Vec<Name> {
    names.iter().copied().map(Name::from).collect()
}

#[test]
fn without_any_file_everything_has_a_default() {
    let config = Home::new().good();

    assert_eq!(config.actor.as_str(), "ada");
    assert_eq!(config.workspace.as_str(), "local");
    assert_eq!(config.theme.dark.as_str(), "harbor");
    assert_eq!(config.theme.light.as_str(), "daylight");
    assert_eq!((config.color, config.glyphs), (Color::Auto, Glyphs::Auto));
    assert_eq!(
        (config.bell, config.mouse, config.slow),
        (true, false, None)
    );
    assert_eq!(config.runbooks, PathBuf::from("/docs/runbooks"));
    assert_eq!((&config.policy, &config.keymap), (&None, &None));
    assert_eq!(
        config.wall,
        Wall {
            distance_m: 8.0,
            panel_inch: 55.0,
            night: None,
        }
    );
    assert!(config.channels.is_empty() && config.updates.is_empty());
    assert_eq!(config.warnings(), []);
}

#[test]
fn h3_the_built_in_probes_are_the_documents() {
    let probes = Home::new().good().probes;

    assert!(
        matches!(&probes[0].target, Target::Http { url, status: None, .. } if url == "http://localhost:8080/health")
    );
    assert!(matches!(&probes[1].target, Target::System { .. }));
    assert_eq!(probes.len(), 2);
}

#[test]
fn a_file_sets_what_it_says_and_leaves_the_rest() {
    let home = Home::with(
        r#"
        actor = "grace"
        theme = "mono"
        color = "256"
        glyphs = "ascii"
        policy = "team/policy.toml"
        keymap = "/etc/keys.toml"
        slow = true
        [wall]
        panel_inch = 43
        night = "20:00-07:00"
        [links]
        grafana = "https://grafana.example/?a=b#c"
        [[probes]]
        name = "api"
        kind = "http"
        url = "http://localhost:8080/health"
        every = "1m"
        slow = "2s"
        [[probes]]
        name = "dns"
        kind = "dns"
        host = "api.example"
        control = true
        [[probes]]
        name = "web"
        kind = "tls"
        address = "[::1]:443"
        "#,
    );

    let config = home.good();

    assert_eq!(config.actor.as_str(), "grace");
    assert_eq!(config.theme.dark, config.theme.light);
    assert_eq!(
        (config.color, config.glyphs),
        (Color::Ansi256, Glyphs::Ascii)
    );
    assert_eq!(config.policy, Some(home.path("team/policy.toml")));
    assert_eq!(config.keymap, Some("/etc/keys.toml".into()));
    assert_eq!(config.themes, Some(home.path("themes")));
    assert_eq!(config.slow, Some(true));
    assert_eq!(config.wall.distance_m.to_string(), "8");
    assert_eq!(config.wall.panel_inch.to_string(), "43");
    assert_eq!(config.wall.night, "20:00-07:00".parse().ok());
    assert_eq!(
        config.links[&Name::from("grafana")].as_str(),
        "https://grafana.example/?a=b#c"
    );
    assert_eq!(config.probes[0].every, TimeDelta::minutes(1));
    assert_eq!(config.probes[0].slow, Some(TimeDelta::seconds(2)));
    assert!(matches!(&config.probes[1].target, Target::Dns { host, .. } if host == "api.example"));
    assert!(config.probes[1].control);
    assert!(
        matches!(&config.probes[2].target, Target::Tls { warn, .. } if *warn == TimeDelta::days(14))
    );
    assert_eq!(config.warnings(), []);
}

#[test]
fn a_flag_goes_before_a_variable_that_before_the_user_and_that_before_the_host() {
    let keys = "theme = \"host\"\ncolor = \"16\"\nactor = \"host\"\nworkspace = \"host\"";
    let home = Home::with("theme = \"user\"\ncolor = \"256\"\nactor = \"user\"")
        .set("WARROOM_THEME", "variable")
        .set("WARROOM_COLOR", "none")
        .flag("theme", "flag");
    home.write("system.toml", keys);

    for (key, origin) in [
        ("theme", "flag (flag --theme)"),
        ("color", "none (environment WARROOM_COLOR)"),
        ("actor", "user (config.toml:3)"),
        ("workspace", "host (system.toml:4)"),
        ("bell", "true (default)"),
        (
            "probes",
            "(http://localhost:8080/health, and this host) (default)",
        ),
    ] {
        assert_eq!(home.origin(key), origin);
    }
    let config = home.good();
    assert_eq!(config.theme.dark.as_str(), "flag");
    assert_eq!(config.color, Color::None);
    assert_eq!(config.actor.as_str(), "user");
    assert_eq!(config.workspace.as_str(), "host");
}

#[test]
fn a_variable_and_a_flag_can_set_every_simple_key() {
    let home = Home::with("[channels.a]\nkind=\"webhook\"\nurl=\"http://localhost/\"\n[channels.b]\nkind=\"webhook\"\nurl=\"http://localhost/\"")
        .set("WARROOM_WALL__DISTANCE_M", "2.5")
        .set("WARROOM_BELL", "off")
        .set("WARROOM_UPDATES__CHANNELS", "a, b")
        .set("WARROOM_POLICY", "~/policy.toml")
        .set("HOME", "/home/ada")
        .set("WARROOM_MOUSE", "")
        .flag("mouse", "yes");

    let config = home.good();

    assert_eq!(config.wall.distance_m.to_string(), "2.5");
    assert_eq!((config.bell, config.mouse), (false, true));
    assert_eq!(config.updates, names(&["a", "b"]));
    assert_eq!(config.policy, Some("/home/ada/policy.toml".into()));
}

#[test]
fn the_users_probes_replace_the_hosts_and_channels_are_put_together() {
    let home = Home::with(
        "probes = []\n[channels.ops]\nurl = \"http://localhost/user\"\n[channels.own]\nkind = \"webhook\"\nurl = \"http://localhost/own\"",
    );
    home.write(
        "system.toml",
        "[channels.ops]\nkind = \"webhook\"\nformat = \"text\"\nurl_file = \"/nowhere\"\n[[probes]]\nname = \"p\"\nkind = \"system\"",
    );

    let config = home.good();

    assert!(config.probes.is_empty());
    let ops = home.channel("ops");
    assert_eq!((ops.kind, ops.format), (Kind::Webhook, Format::Text));
    assert_eq!(ops.url.reveal(), "http://localhost/user");
    assert_eq!(config.channels.len(), 2);
    assert!(
        !config
            .origins()
            .iter()
            .any(|origin| origin.key.starts_with("probes["))
    );
}

#[test]
fn updates_go_to_the_documents_channel_or_the_only_one() {
    let one =
        |name: &str| format!("[channels.{name}]\nkind=\"webhook\"\nurl=\"http://localhost/\"\n");
    for (channels, expected, warned) in [
        (vec!["a"], vec!["a"], false),
        (vec!["a", "incidents", "z"], vec!["incidents"], false),
        (vec!["a", "b"], vec![], true),
    ] {
        let home = Home::with(&channels.iter().map(|name| one(name)).collect::<String>());

        let config = home.good();

        assert_eq!(config.updates, names(&expected), "{channels:?}");
        assert_eq!(!config.warnings().is_empty(), warned, "{channels:?}");
    }
}

#[test]
fn x2_no_update_inside_goes_where_the_public_reads() {
    let one =
        |name: &str| format!("[channels.{name}]\nkind=\"webhook\"\nurl=\"http://localhost/\"\n");
    for (channels, updates, expected, warned) in [
        (vec!["a"], "public = [\"a\"]", vec![], false),
        (vec!["incidents"], "public = [\"incidents\"]", vec![], false),
        (vec!["a", "b"], "public = [\"b\"]", vec!["a"], false),
        (
            vec!["a", "b"],
            "public = [\"b\"]\nchannels = [\"a\", \"b\"]",
            vec!["a"],
            true,
        ),
    ] {
        let channels: String = channels.into_iter().map(one).collect();
        let home = Home::with(&format!("{channels}[updates]\n{updates}\n"));

        let config = home.good();

        assert_eq!(config.updates, names(&expected), "{updates}");
        let warned_of = format!("{:?}", config.warnings());
        assert_eq!(warned_of.contains("b is in updates.public as well"), warned);
    }
}

#[test]
fn only_what_can_be_repeated_without_harm_is_resent() {
    let home = Home::with(
        "[channels.w]\nkind=\"webhook\"\nurl=\"http://localhost/\"\n[channels.s]\nkind=\"slack\"",
    )
    .set("WARROOM_CHANNEL_S_URL", "https://hooks.example/x");

    let channels = home.good().channels;

    let resent = |name: &str, purpose| {
        channels[&Name::from(name)]
            .as_ref()
            .unwrap()
            .resends(purpose)
    };
    for (purpose, webhook, slack) in [
        (Purpose::Page, true, true),
        (Purpose::Update, true, false),
        (Purpose::LateNotice, true, false),
        (Purpose::Public, false, false),
    ] {
        assert_eq!(
            (resent("w", purpose), resent("s", purpose)),
            (webhook, slack)
        );
    }
}
