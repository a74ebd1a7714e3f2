//! What is done about a delivery that waits for a person.

use warroom::{
    domain::notice::{Delivery, DeliveryState, Purpose},
    ui::{
        app::{App, Mode, update},
        capability::Tier,
        msg::{Effect, Msg, Order},
    },
};

use super::toast;
use crate::screen::fixture::{busy, delivery, now, press, quiet_log, words_on};

/// The outbox of the mock-ups' console, with these.
fn outbox(deliveries: Vec<Delivery>) -> App {
    let mut app = busy();
    update(&mut app, Msg::Deliveries(deliveries), now());
    press(&mut app, "9", now());
    app
}

/// News for the public that came late, and never left.
fn held() -> Delivery {
    let mut held = delivery("news", DeliveryState::Uncertain);
    held.attempts = 0;
    held.intent.purpose = Purpose::Public;
    held.intent.channel = "status page".into();
    held.last_error = "it came 9m late".into();
    held
}

#[test]
fn the_outbox_names_the_keys_for_what_waits_there() {
    let dead = outbox(vec![delivery("page", DeliveryState::Dead)]);
    let held = outbox(vec![held()]);
    let sent = outbox(vec![delivery("page", DeliveryState::Sent)]);

    let keys = |app: &App| {
        let screen = words_on(app, (80, 24), Tier::Rich, now());
        screen.lines().last().unwrap_or_default().to_owned()
    };
    let (dead, held, sent) = (keys(&dead), keys(&held), keys(&sent));
    assert!(dead.contains("T send again  X cancel"), "{dead}");
    assert!(held.contains("T confirm  X cancel"), "{held}");
    assert!(!sent.contains("X cancel"), "{sent}");
}

#[test]
fn held_news_for_the_public_is_confirmed_by_the_word_public() {
    let mut app = outbox(vec![held()]);

    let (_, later) = press(&mut app, "T", now());
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("nothing is asked: {}", toast(&app));
    };
    let (title, lines) = (sheet.title.clone(), sheet.lines.join("\n"));
    let (by_send, later) = press(&mut app, "send\n", later);
    let (_, later) = press(&mut app, "\x1bT", later);
    let (by_public, _) = press(&mut app, "public\n", later);

    assert_eq!(title, "CONFIRM HELD PUBLIC NEWS");
    assert!(lines.contains("outside the company"), "{lines}");
    assert!(lines.contains("it came 9m late"), "{lines}");
    assert_eq!(by_send, []);
    assert_eq!(by_public, [Effect::Deliver(Order::Retry("news".into()))]);
}

#[test]
fn what_is_sent_is_not_sent_again() {
    let mut app = outbox(vec![delivery("page", DeliveryState::Sent)]);

    let (effects, _) = press(&mut app, "T", now());

    assert_eq!(effects, []);
    assert!(toast(&app).contains("it is sent"), "{}", toast(&app));
}

#[test]
fn what_is_sent_about_another_incident_says_about_which() {
    let mut other = delivery("page", DeliveryState::Sent);
    other.intent.incident = quiet_log().entries()[0].incident;
    let mut app = outbox(vec![other, delivery("ours", DeliveryState::Sent)]);
    press(&mut app, "z", now());

    let screen = words_on(&app, (80, 24), Tier::Rich, now());

    let label = app
        .board
        .get(app.deliveries[0].intent.incident)
        .unwrap()
        .label();
    assert_eq!(
        screen.matches(&format!("{label}: sent")).count(),
        1,
        "{screen}"
    );
}
