//! Updates that do not leave: what their author sees of that.

use warroom::{
    domain::{
        fact::{Fact, Fate, Update},
        update::{Audience, Form},
    },
    ui::{
        app::{App, Rows, update},
        msg::Msg,
    },
};

use crate::screen::fixture::{INCIDENT, Log, at, busy, incident_log, now};

/// A console whose user said something to a channel; and what became of it.
fn after(fate: Fate, by: &str, why: &str) -> App {
    let mut app = busy();
    let mut log = incident_log();
    let me = app.settings.me.to_string();
    let said = Update {
        label: None,
        audience: Audience::Internal,
        form: Form::default(),
        channels: vec!["board".into()],
        last: false,
        draft: None,
    };
    let sent = Fact::UpdateSent(Box::new(said));
    let of = log.add(INCIDENT, at("14:06:50"), &me, sent);
    let told = Fact::Undelivered {
        of,
        channel: "board".into(),
        key: "k".into(),
        why: why.into(),
        fate,
    };
    app.started = at("14:06:00");
    comes(&mut app, &log);
    log.add(INCIDENT, at("14:06:58"), by, told);
    comes(&mut app, &log);
    app
}

/// The last entry of the log comes.
fn comes(app: &mut App, log: &Log) {
    let last = log.entries().pop().unwrap();
    update(app, Msg::Entries(vec![last]), now());
}

fn says(app: &App, text: &str) -> bool {
    Rows::of(app).iter().any(|row| row.text.contains(text))
}

#[test]
fn an_update_that_somebody_called_off_says_so_in_its_row_and_to_its_author() {
    let app = after(Fate::CalledOff, "bo", "cancelled");

    assert!(says(&app, "called off by bo: board"));
    let told = app.toast.as_ref().unwrap();
    assert!(
        told.text.ends_with("your update to board: cancelled by bo"),
        "{}",
        told.text
    );
}

#[test]
fn an_update_that_is_held_is_not_on_its_way() {
    let app = after(Fate::Held, "engine", "held: confirm to publish");

    assert!(!says(&app, "on its way"));
    let told = app.toast.as_ref().unwrap();
    assert!(
        told.text.contains("held: confirm to publish"),
        "{}",
        told.text
    );
}
