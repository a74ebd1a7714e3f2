//! Where the screen goes when what it shows goes on elsewhere.

use std::collections::BTreeMap;

use uuid::Uuid;
use warroom::{
    domain::{
        entry::IncidentId,
        fact::{Declaration, Fact},
        severity::Severity,
    },
    ui::{
        app::{App, Mode, Rows, update},
        capability::Tier,
        msg::{Effect, Msg, Shared},
    },
};

use crate::screen::fixture::{
    INCIDENT, Log, at, busy, declaration, incident_log, now, press, words_on,
};

const OTHER: IncidentId = IncidentId(Uuid::from_u128(0x2044));

fn two() -> Log {
    let mut log = incident_log();
    let declared = declaration("All renders hang", Severity::P1, at("14:00:00"));
    let declared = Declaration { ..declared };
    log.add(
        OTHER,
        at("14:00:10"),
        "kai",
        Fact::Declared(Box::new(declared)),
    );
    log
}

/// The console of the mock-ups, with another incident; then `facts` arrive.
fn then(app: &mut App, facts: Vec<(IncidentId, Fact)>) {
    let mut log = two();
    let before = log.entries().len();
    for (incident, fact) in facts {
        log.add(incident, at("14:06:00"), "kai", fact);
    }
    let new = log.entries().split_off(before);
    update(app, Msg::Entries(new), now());
}

fn console() -> App {
    let mut app = busy();
    let known = incident_log().entries().len();
    update(
        &mut app,
        Msg::Entries(two().entries().split_off(known)),
        now(),
    );
    app.shown = Some(INCIDENT);
    app
}

#[test]
fn the_screen_follows_a_merge_and_says_so() {
    let mut app = console();

    then(&mut app, vec![(INCIDENT, Fact::Merged { into: OTHER })]);

    assert_eq!(app.shown, Some(OTHER));
    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(screen.contains("was merged into INC-3"), "{screen}");
    assert!(screen.contains("All renders hang"), "{screen}");
}

#[test]
fn the_screen_follows_a_merge_that_no_server_has_numbered_yet() {
    let mut app = console();
    let mut log = two();
    let before = log.entries().len();
    log.add(
        INCIDENT,
        at("14:06:00"),
        "ana",
        Fact::Merged { into: OTHER },
    );
    let mut unsent = log.entries().split_off(before);
    unsent[0].seq = None;

    update(
        &mut app,
        Msg::Shared(Shared::Unsent(unsent, BTreeMap::new())),
        now(),
    );

    assert_eq!(app.shown, Some(OTHER));
}

#[test]
fn a_merged_incident_that_is_looked_up_says_where_it_goes_on() {
    let mut app = console();
    then(&mut app, vec![(INCIDENT, Fact::Merged { into: OTHER })]);

    app.shown = Some(INCIDENT);

    let screen = words_on(&app, (80, 24), Tier::Rich, now());
    assert!(screen.contains("Merged into INC-3"), "{screen}");
}

#[test]
fn of_two_incidents_each_says_which_it_is() {
    let mut app = console();
    let shown = |app: &App| words_on(app, (80, 24), Tier::Rich, now());

    assert!(
        shown(&app).contains("INC-2 ▌P1 INC-3 ]▐"),
        "{}",
        shown(&app)
    );
    app.shown = Some(OTHER);
    assert!(shown(&app).contains("INC-3 (1 of 2)"), "{}", shown(&app));
}

#[test]
fn a_dead_incident_that_is_looked_up_again_stays_on_the_screen() {
    let mut app = console();
    then(&mut app, vec![(INCIDENT, Fact::Merged { into: OTHER })]);
    app.shown = Some(INCIDENT);

    update(&mut app, Msg::Entries(Vec::new()), now());

    assert_eq!(app.shown, Some(INCIDENT));
}

#[test]
fn what_is_being_written_goes_along() {
    let mut app = console();
    press(&mut app, "c\t\t\t\t\trolling back", now());

    then(&mut app, vec![(INCIDENT, Fact::Merged { into: OTHER })]);

    assert!(matches!(app.mode, Mode::Compose));
    let (effects, _) = press(&mut app, "!", now());
    let kept = effects.iter().any(|effect| {
        matches!(effect, Effect::SaveDraft(key, text)
            if key.contains(&OTHER.to_string()) && text.contains("rolling back!"))
    });
    assert!(kept, "{effects:?}");
}

#[test]
fn two_that_were_merged_into_each_other_apart_do_not_hang_the_screen() {
    let mut app = console();

    then(
        &mut app,
        vec![
            (INCIDENT, Fact::Merged { into: OTHER }),
            (OTHER, Fact::Merged { into: INCIDENT }),
        ],
    );

    assert_eq!(app.shown, Some(OTHER));
}

#[test]
fn each_row_of_a_merge_names_the_other_incident() {
    let mut app = console();
    let absorbed = Fact::Absorbed {
        from: INCIDENT,
        alert_at: None,
        fired: Vec::new(),
        targets: Vec::new(),
        highest: None,
    };
    let merged = Fact::Merged { into: OTHER };
    then(&mut app, vec![(INCIDENT, merged), (OTHER, absorbed)]);

    let says = |app: &App, text| Rows::of(app).iter().any(|row| row.text == text);

    assert!(says(&app, "INC-2 goes on here"));
    app.shown = Some(INCIDENT);
    assert!(says(&app, "goes on in INC-3"));
}
