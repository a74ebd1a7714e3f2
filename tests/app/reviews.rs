//! What a review says before an update leaves.

use warroom::{
    domain::{
        fact::{Fact, Update},
        phase::Phase,
        severity::Severity,
        update::Audience,
    },
    ui::{
        app::{App, Mode, update},
        capability::Tier,
        msg::{EngineSeen, Msg},
        sheet::Sheet,
        theme::lettered,
    },
};

use super::facts;
use crate::screen::fixture::{INCIDENT, at, busy, ctrl, incident_log, now, press, screen};

fn sheet(app: &App) -> &Sheet {
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("no review: {:?}", app.toast);
    };
    sheet
}

/// A console with a draft on which `meanwhile` arrives.
fn drafted(meanwhile: Vec<(&str, Fact)>) -> App {
    let mut app = busy();
    press(&mut app, "c\t\t\t\t\trolling back\x1b", now());
    let mut log = incident_log();
    let before = log.entries().len();
    for (by, fact) in meanwhile {
        log.add(INCIDENT, at("14:07:30"), by, fact);
    }
    let new = log.entries().split_off(before);
    update(&mut app, Msg::Entries(new), at("14:07:30"));
    app
}

fn raised() -> Fact {
    Fact::SeverityChanged {
        to: Severity::P1,
        reason: "all regions".into(),
    }
}

#[test]
fn a_draft_from_before_a_change_of_severity_is_offered_the_new_one() {
    let mut app = drafted(vec![("bo", raised())]);

    let (_, later) = press(&mut app, "c\x12", at("14:08:00"));
    let asked = sheet(&app).clone();
    let (sent, _) = press(&mut app, "\nsend\n", later);

    let said = "The severity is P1 by now, the draft says P2.";
    assert!(asked.lines.iter().any(|line| line == said), "{asked:?}");
    assert!(asked.quote.unwrap().contains("Impact: P1 - "));
    let [Fact::UpdateSent(update)] = &facts(&sent)[..] else {
        panic!("{sent:?}");
    };
    assert!(update.form.impact.starts_with("P1 - "));
}

#[test]
fn the_review_quotes_the_draft_as_it_was_where_that_is_chosen() {
    let fixing = Fact::PhaseEntered {
        phase: Phase::Fixing,
        rollback: Some("4.18.1".into()),
    };
    let mut app = drafted(vec![("bo", fixing)]);

    press(&mut app, "c\x12", at("14:08:00"));
    let fresh = sheet(&app).quote.clone().unwrap();
    press(&mut app, ">", at("14:08:10"));

    assert!(fresh.contains("Status: Fixing"), "{fresh}");
    let quote = sheet(&app).quote.as_ref().unwrap();
    assert!(quote.contains("Status: Investigating"), "{quote}");
}

#[test]
fn a_status_that_a_person_wrote_is_theirs() {
    let mut app = busy();

    press(&mut app, "c!\x12", now());

    assert!(sheet(&app).fields.is_empty());
}

#[test]
fn the_review_says_which_update_was_sent_meanwhile_and_by_whom() {
    let first = incident_log().entries();
    let form = first.iter().find_map(|entry| match &entry.fact {
        Fact::UpdateSent(update) => Some(update.form.clone()),
        _ => None,
    });
    let theirs = Fact::UpdateSent(Box::new(Update {
        audience: Audience::Internal,
        form: form.unwrap(),
        channels: vec!["#incidents".into()],
        label: None,
        last: false,
        draft: None,
    }));
    let mut app = drafted(vec![("bo", theirs)]);

    press(&mut app, "c\x12", at("14:08:00"));

    let lines = sheet(&app).lines.join("\n");
    assert!(
        lines.contains("Update 3 was sent meanwhile, by bo at 14:07Z"),
        "{lines}"
    );
    assert!(sheet(&app).title.starts_with("SEND UPDATE 4"));
}

#[test]
fn what_is_said_of_a_saved_draft_goes_with_the_composer() {
    let mut app = busy();
    let engine = EngineSeen {
        holder: Some("ana on bastion".into()),
        mine: true,
        ticked_at: Some(now()),
    };
    update(&mut app, Msg::Engine(engine), now());
    let (_, later) = press(&mut app, "c\t\t\t\t\trolling back", now());
    update(&mut app, Msg::DraftSaved(later), later);

    let drawn = |app: &App| lettered(&screen(app, (80, 24), Tier::Rich, later));
    let open = drawn(&app);
    update(&mut app, ctrl('c'), later);
    press(&mut app, "\x1b", later);
    let left = drawn(&app);

    assert!(open.contains("draft saved 14:07"), "{open}");
    assert!(!left.contains("draft saved"), "{left}");
}

#[test]
fn what_is_inserted_begins_on_a_line_of_its_own() {
    let mut app = busy();
    let (_, later) = press(&mut app, "c\t\t\t\t\trolling back", now());

    update(&mut app, ctrl('t'), later);

    let body = app.composer.as_ref().unwrap().body.text();
    assert!(body.starts_with("rolling back\n"), "{body}");
}
