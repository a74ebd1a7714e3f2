//! A server that is away while a step is due: who pages is said, and the word
//! lets this console do it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use warroom::{
    domain::{fact::Fact, notice::DeliveryState},
    ui::{
        app::{App, Mode, update},
        capability::Tier,
        msg::{Effect, EngineSeen, LinkSeen, LinkState, Msg, Shared},
    },
};

use super::toast;
use crate::screen::fixture::{INCIDENT, busy, delivery, incident_log, now, press, words_on};

fn link(app: &mut App, state: LinkState) {
    let link = LinkSeen {
        server: "warroom.example".into(),
        state,
        ..LinkSeen::default()
    };
    update(app, Msg::Shared(Shared::Link(link)), now());
}

/// The console of the mock-ups, two minutes after the server was last heard.
pub fn away() -> App {
    let mut app = busy();
    let away = LinkState::Offline {
        since: now() - TimeDelta::minutes(2),
        why: "connection refused".into(),
        refused: false,
    };
    link(&mut app, away);
    app
}

/// The same, while it pages itself.
pub fn standing_in() -> App {
    let mut app = away();
    let engine = EngineSeen {
        holder: Some("ana on desk-1".into()),
        mine: true,
        ticked_at: Some(now()),
    };
    update(&mut app, Msg::Shared(Shared::InPlace(Some(engine))), now());
    app
}

#[test]
fn the_word_lets_this_console_page_while_the_server_is_away() {
    let mut app = away();

    let (asked, later) = press(&mut app, "Fy\n", now());
    let (paged, _) = press(&mut app, "\x1b\x1bFpage\n", later);

    assert_eq!(asked, []);
    assert_eq!(paged, [Effect::PageFromHere], "{}", toast(&app));
}

#[test]
fn nobody_is_asked_for_the_word_where_no_channel_leads_to_anybody() {
    let mut elsewhere = away();
    elsewhere.settings.works = vec!["carrier-pigeon".into()];
    let mut none = away();
    none.settings.works = Vec::new();

    for app in [&mut elsewhere, &mut none] {
        let (effects, _) = press(app, "F", now());

        assert_eq!(effects, []);
        assert!(matches!(app.mode, Mode::Browse));
        assert!(toast(app).contains("channel"), "{}", toast(app));
    }
}

#[test]
fn nobody_pages_in_the_place_of_a_server_that_says_no() {
    let mut app = busy();
    let link = LinkSeen {
        state: LinkState::Offline {
            since: now(),
            why: "warroom.example said no: the token was revoked".into(),
            refused: false,
        },
        answers: true,
        ..LinkSeen::default()
    };
    update(&mut app, Msg::Shared(Shared::Link(link)), now());

    let (effects, _) = press(&mut app, "F", now());

    assert_eq!(effects, []);
    assert!(matches!(app.mode, Mode::Browse));
    assert!(toast(&app).contains("says no"), "{}", toast(&app));
    let screen = words_on(&app, (120, 40), Tier::Rich, now());
    assert!(screen.contains("says no to this console"), "{screen}");
    assert!(!screen.contains("F pages from here"), "{screen}");
}

#[test]
fn a_server_that_answers_pages_alone() {
    let mut app = away();
    let online = LinkState::Online {
        latency: TimeDelta::milliseconds(3),
    };
    link(&mut app, online);

    press(&mut app, "F", now());

    assert!(
        toast(&app).contains("the server answers"),
        "{}",
        toast(&app)
    );
}

#[test]
fn people_names_who_has_the_room_open() {
    let mut app = busy();
    let names = vec![("ana".into(), 1), ("bo".into(), 2)];

    update(&mut app, Msg::Shared(Shared::Watching(names)), now());
    press(&mut app, "6z", now());

    let shown = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(
        shown.contains("watching    ana, bo (2 consoles)"),
        "{shown}"
    );
}

#[test]
fn what_left_from_here_is_told_apart_and_stays_when_the_server_tells_of_its_own() {
    let mut app = standing_in();
    let ours = delivery("ours", DeliveryState::Sent);
    let theirs = delivery("theirs", DeliveryState::Sent);

    update(&mut app, Msg::Shared(Shared::FromHere(vec![ours])), now());
    update(&mut app, Msg::Deliveries(vec![theirs]), now());
    press(&mut app, "9z", now());

    assert_eq!(app.deliveries.len(), 2);
    let shown = words_on(&app, (120, 40), Tier::Rich, now());
    assert_eq!(shown.matches("from here:").count(), 1, "{shown}");
}

/// A page by hand that waits for the server, as the console keeps it.
fn paged_by_hand(app: &mut App) {
    let mut log = incident_log();
    let paged = Fact::Paged {
        person: "mia".into(),
        via: vec!["pager".into()],
        text: "come".into(),
    };
    log.add(INCIDENT, now() - TimeDelta::seconds(18), "ana", paged);
    let mut page = log.entries().pop().unwrap();
    page.seq = None;
    update(
        app,
        Msg::Shared(Shared::Unsent(vec![page], BTreeMap::new())),
        now(),
    );
}

#[test]
fn a_page_by_hand_says_who_sends_it() {
    let (mut server, mut here) = (away(), standing_in());
    paged_by_hand(&mut server);
    paged_by_hand(&mut here);
    let mut nowhere = here.clone();
    nowhere.settings.works = vec!["carrier-pigeon".into()];

    let [server, here, nowhere] =
        [&server, &here, &nowhere].map(|app| words_on(app, (120, 40), Tier::Rich, now()));

    assert!(server.contains("mia: waits for the server"), "{server}");
    assert!(
        here.contains("mia: nobody yet, this console") || here.contains("mia: paged from here"),
        "{here}"
    );
    assert!(nowhere.contains("mia: waits for the server"), "{nowhere}");
}

#[test]
fn whether_this_console_may_page_follows_what_the_server_said_last() {
    let mut app = away();
    let told = |app: &mut App, read_only| {
        let mut link = app.shared.link.clone();
        link.read_only = read_only;
        update(app, Msg::Shared(Shared::Link(link)), now());
    };

    told(&mut app, true);
    let (_, later) = press(&mut app, "F", now());
    let refused = toast(&app).to_owned();
    told(&mut app, false);
    press(&mut app, "F", later);

    assert!(refused.contains("may only read"), "{refused}");
    assert!(matches!(app.mode, Mode::Sheet(_)), "{}", toast(&app));
}

#[test]
fn while_nobody_can_be_paged_the_list_says_whom_to_phone() {
    let mut app = away();
    let footer = words_on(&app, (80, 24), Tier::Rich, now());
    press(&mut app, "w", now());

    let list = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(footer.contains("w phone list"), "{footer}");
    let row = list
        .lines()
        .find(|line| line.starts_with("▸ Engineering Manager"));
    let row = row.unwrap_or_default();
    assert!(
        row.contains("mia") && row.contains("+49 30 5550 102"),
        "{list}"
    );
    assert!(list.contains("no number in the policy"), "{list}");
}

#[test]
fn a_policy_that_differs_from_the_servers_is_said_with_the_way_to_adopt_it() {
    let mut app = away();
    let same = words_on(&app, (120, 40), Tier::Rich, now());

    app.policy = Some(warroom::domain::policy::Policy::built_in());

    let other = words_on(&app, (120, 60), Tier::Rich, now());
    assert!(!same.contains(":adopt-policy"), "{same}");
    assert!(
        other.contains("POLICY") && other.contains(":adopt-policy"),
        "{other}"
    );
}
