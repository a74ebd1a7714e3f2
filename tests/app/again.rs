//! A configuration that was read again, under a screen that goes on.

use chrono::TimeDelta;
use warroom::ui::{
    app::{App, Settings, update},
    keymap::Keymap,
    msg::{LinkSeen, LinkState, Msg, Shared},
};

use crate::screen::fixture::{busy, now, settings};

fn other() -> Settings {
    Settings {
        me: "bo".into(),
        inside: vec!["#other".into()],
        ..settings()
    }
}

/// A console whose server said where it sends, and whom it takes us for.
fn of_a_server() -> App {
    let mut app = busy();
    let state = LinkState::Online {
        latency: TimeDelta::milliseconds(3),
    };
    let link = LinkSeen {
        state,
        ..LinkSeen::default()
    };
    for heard in [
        Shared::Link(link),
        Shared::KnownAs("ada".into()),
        Shared::Channels(vec!["#ops".into()], Vec::new()),
    ] {
        update(&mut app, Msg::Shared(heard), now());
    }
    app
}

#[test]
fn new_channels_are_taken_up() {
    let mut app = busy();

    app.take_up(other(), Keymap::built_in());

    assert_eq!(app.settings.inside, ["#other".into()]);
}

#[test]
fn what_a_server_said_of_itself_counts_on() {
    let mut app = of_a_server();

    app.take_up(other(), Keymap::built_in());

    assert_eq!(app.settings.me, "ada".into());
    assert_eq!(app.settings.inside, ["#ops".into()]);
}
