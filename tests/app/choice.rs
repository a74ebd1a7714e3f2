//! The chosen row stays with what it is about, whatever arrives.

use warroom::{
    domain::{
        entry::IncidentId,
        fact::{Declaration, Fact},
        notice::DeliveryState,
        severity::Severity,
    },
    ui::{
        app::{Mode, Pane, timeline, update},
        msg::Msg,
    },
};

use super::facts;
use crate::screen::fixture::{
    INCIDENT, Log, at, busy, declaration, delivery, incident_log, now, press,
};

/// The log of the mock-ups' incident, and a note that arrives now.
fn arriving() -> Msg {
    let mut log = incident_log();
    let before = log.entries().len();
    let text = "render-3 is slow, too".into();
    log.add(INCIDENT, at("14:06:59"), "kai", Fact::Noted { text });
    Msg::Entries(log.entries().split_off(before))
}

#[test]
fn the_chosen_entry_stays_chosen_when_another_arrives() {
    for down in ["", "j", "jjj"] {
        let mut app = busy();
        press(&mut app, &format!("3{down}"), now());
        let chosen = timeline(&app)[app.row(Pane::Timeline)].entry;

        update(&mut app, arriving(), now());
        let (pinned, _) = press(&mut app, " ", now());

        let [Fact::Pinned { entry, on: true }] = facts(&pinned)[..] else {
            panic!("{pinned:?}");
        };
        assert_eq!(entry, chosen, "{down:?}");
    }
}

#[test]
fn the_newest_entry_is_first_for_somebody_in_another_pane() {
    let mut app = busy();

    update(&mut app, arriving(), now());

    assert_eq!(app.row(Pane::Timeline), 0);
}

#[test]
fn the_chosen_delivery_stays_chosen_when_another_comes_before_it() {
    let mut app = busy();
    let old = delivery("INC-2/old", DeliveryState::Dead);
    let new = delivery("INC-2/new", DeliveryState::Dead);
    update(&mut app, Msg::Deliveries(vec![old.clone()]), now());
    press(&mut app, "9", now());

    update(&mut app, Msg::Deliveries(vec![new, old.clone()]), now());
    press(&mut app, ":drop\n", now());

    let Mode::Sheet(sheet) = &app.mode else {
        panic!("nothing was asked");
    };
    assert_eq!(sheet.delivery, Some(old.intent.key));
}

#[test]
fn the_chosen_incident_of_the_history_stays_chosen_when_one_is_declared() {
    let mut app = busy();
    press(&mut app, "hj", now());
    let id = IncidentId(uuid::Uuid::from_u128(9));
    let mut log = Log::default();
    let declared: Declaration = declaration("Down", Severity::P1, now());
    log.add(id, now(), "bo", Fact::Declared(Box::new(declared)));

    update(&mut app, Msg::Entries(log.entries()), now());
    press(&mut app, "\n", now());

    let shown = app.incident().unwrap().state().title.as_str();
    assert_eq!(shown, "Slow thumbnails");
}
