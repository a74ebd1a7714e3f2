//! What keys do to the screen's state, and what leaves it.

mod adopted;
mod again;
mod bell;
mod books;
mod by_key;
mod choice;
mod conflicts;
mod copy;
mod drafts;
mod forms;
mod gates;
mod history;
pub mod in_place;
mod lines;
mod links;
mod merged;
mod newer;
mod outbox;
mod reviews;
mod standing;
mod words;

use chrono::TimeDelta;
use crossterm::event::KeyCode;
use warroom::{
    domain::{
        entry::IncidentId,
        fact::{Fact, Health},
        severity::Severity,
    },
    ui::{
        action::Action,
        app::{App, Mode, Pane, timeline, update},
        msg::{Effect, Msg, Order},
    },
};

use crate::screen::fixture::{
    Log, blank, busy, ctrl, declaration, key, now, press, quiet, untaken,
};

/// The facts that were to be recorded.
pub fn facts(effects: &[Effect]) -> Vec<Fact> {
    let wishes = effects.iter().filter_map(|effect| match effect {
        Effect::Record(wishes) | Effect::Send(wishes, _) => Some(wishes.clone()),
        _ => None,
    });
    wishes.flatten().map(|wish| wish.fact).collect()
}

/// That it is over, though not everything is done.
pub fn resolved() -> Fact {
    Fact::Resolved {
        unmet: Vec::new(),
        reason: Some("by hand".into()),
    }
}

fn toast(app: &App) -> &str {
    app.toast.as_ref().map_or("", |toast| toast.text.as_str())
}

#[test]
fn declaring_what_pages_at_once_takes_the_word_and_records_one_declaration() {
    let mut app = quiet();

    let filled = "nSite is down\n>>\n\n\n\n\n";
    let (asked, _) = press(&mut quiet(), &format!("{filled}y\n"), now());
    let (effects, _) = press(&mut app, &format!("{filled}page\n"), now());

    assert_eq!(facts(&asked), []);
    let facts = facts(&effects);
    let [Fact::Declared(declared)] = facts.as_slice() else {
        panic!("{facts:?}");
    };
    assert_eq!(declared.title.as_str(), "Site is down");
    assert_eq!(declared.severity, Some(Severity::P2));
}

#[test]
fn nothing_is_shown_before_it_is_on_disk() {
    let mut app = untaken();

    let (effects, _) = press(&mut app, "Ay", now());

    assert_eq!(facts(&effects), [Fact::Acknowledged {}]);
    assert!(app.incident().unwrap().state().taken.is_none());
}

#[test]
fn a_note_is_recorded_as_it_was_typed() {
    let mut app = busy();

    let (effects, _) = press(&mut app, "arender-2 is back\n\n", now());

    assert_eq!(
        facts(&effects),
        [Fact::Noted {
            text: "render-2 is back".into()
        }]
    );
}

#[test]
fn an_update_leaves_after_a_review_and_the_word_send() {
    let mut app = busy();

    let (written, later) = press(&mut app, "c\t\t\t\t\trolling back\x12", now());
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("no review")
    };
    let quote = sheet.quote.clone().unwrap_or_default();
    let (sent, _) = press(&mut app, "send\n", later);

    assert_eq!(facts(&written), []);
    assert!(
        quote.starts_with("🚨 INCIDENT UPDATE\nStatus: Investigating\n"),
        "{quote}"
    );
    assert!(quote.ends_with("rolling back"), "{quote}");
    let facts = facts(&sent);
    let [Fact::UpdateSent(update)] = facts.as_slice() else {
        panic!("{facts:?}");
    };
    assert_eq!(update.form.body.as_str(), "rolling back");
    assert_eq!(update.channels.len(), 2);
    assert!(sent.iter().any(|effect| matches!(effect, Effect::Send(..))));
}

#[test]
fn a_wrong_word_sends_nothing_and_keeps_the_sheet() {
    let mut app = busy();

    let (effects, _) = press(&mut app, "c\x12sned\n", now());

    assert_eq!(facts(&effects), []);
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("the sheet is gone")
    };
    assert!(sheet.error.as_ref().unwrap().contains("send"));
}

#[test]
fn a_refusal_keeps_the_sheet_and_what_was_typed() {
    let mut app = busy();

    let (effects, _) = press(&mut app, "Hx\n", now());

    assert_eq!(facts(&effects), []);
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("the sheet is gone")
    };
    assert!(sheet.error.is_some());
    assert_eq!(sheet.value("For"), "x");
}

#[test]
fn a_new_sheet_is_deaf_for_300_milliseconds() {
    let mut app = untaken();
    let soon = now() + TimeDelta::milliseconds(299);
    let later = now() + TimeDelta::milliseconds(300);
    update(&mut app, key(KeyCode::Char('A')), now());

    let ahead = update(&mut app, key(KeyCode::Char('y')), soon);
    let answered = update(&mut app, key(KeyCode::Char('y')), later);

    assert_eq!(facts(&ahead), []);
    assert_eq!(facts(&answered), [Fact::Acknowledged {}]);
}

#[test]
fn pasted_text_never_answers_a_gate() {
    let mut app = busy();
    let (_, later) = press(&mut app, "c\x12", now());
    let later = later + TimeDelta::seconds(1);

    let pasted = update(&mut app, Msg::Paste("send\n".to_owned()), later);
    let (entered, _) = press(&mut app, "\n", later);

    assert_eq!(facts(&pasted), []);
    assert_eq!(facts(&entered), []);
}

#[test]
fn text_pasted_into_the_panes_becomes_a_note_and_no_keys() {
    let mut app = busy();

    let effects = update(&mut app, Msg::Paste("Ry\nq".to_owned()), now());

    let Mode::Sheet(sheet) = &app.mode else {
        panic!("no note was opened")
    };
    assert_eq!(facts(&effects), []);
    assert_eq!(sheet.action, Action::Note);
}

#[test]
fn raising_the_severity_in_the_sheet_asks_for_the_word() {
    let mut app = busy();

    // From P2 up to P1 with an arrow; the sheet opened with a gate of y.
    let (yes, later) = press(&mut app, "S<\n\ny\n", now());
    let Mode::Sheet(_) = &app.mode else {
        panic!("y was enough")
    };
    let (word, _) = press(&mut app, "\x1b\x1bS<\n\np1\n", later);

    assert_eq!(facts(&yes), []);
    assert_eq!(
        facts(&word),
        [Fact::SeverityChanged {
            to: Severity::P1,
            reason: "".into()
        }]
    );
}

#[test]
fn the_last_thing_can_be_taken_back_for_ten_seconds() {
    let recorded = |app: &mut App| {
        let id = app.incident().unwrap().entries().last().unwrap().id;
        update(app, Msg::Recorded(vec![id]), now());
        id
    };
    let mut app = busy();
    let id = recorded(&mut app);
    let mut late = app.clone();

    let in_time = update(
        &mut app,
        key(KeyCode::Char('u')),
        now() + TimeDelta::seconds(10),
    );
    let too_late = update(
        &mut late,
        key(KeyCode::Char('u')),
        now() + TimeDelta::seconds(11),
    );

    assert!(in_time.contains(&Effect::Deliver(Order::Recall(id))));
    assert_eq!(
        facts(&in_time),
        [Fact::Retracted {
            entry: id,
            reason: "undone".into()
        }]
    );
    assert!(too_late.is_empty());
}

#[test]
fn every_change_of_a_draft_is_kept_on_disk() {
    let mut app = busy();

    let (effects, _) = press(&mut app, "c\t\t\t\t\tabc", now());

    let saved: Vec<&String> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SaveDraft(_, text) => Some(text),
            _ => None,
        })
        .collect();
    assert!(saved.len() >= 3, "{saved:?}");
    assert!(saved.last().unwrap().contains("abc"));
}

#[test]
fn leaving_the_composer_keeps_the_words() {
    let mut app = busy();

    press(&mut app, "c\t\t\t\t\tabc\x1bc", now());

    assert_eq!(app.composer.as_ref().unwrap().body.text(), "abc");
}

#[test]
fn a_filter_leaves_what_matches_and_esc_takes_it_away() {
    let mut app = busy();
    let all = timeline(&app).len();

    press(&mut app, "3/kind:probe -who:kai\n", now());
    let filtered = timeline(&app);
    press(&mut app, "\x1b", now());

    assert!(
        filtered
            .iter()
            .all(|line| line.health == Some(Health::Down) || line.health == Some(Health::Degraded))
    );
    assert_eq!(filtered.len(), 2);
    assert_eq!(timeline(&app).len(), all);
}

#[test]
fn space_ticks_a_checklist_and_pins_an_entry() {
    let mut app = busy();

    let (ticked, _) = press(&mut app, "7 ", now());
    let (pinned, _) = press(&mut app, "3 ", now());

    assert!(matches!(
        facts(&ticked).as_slice(),
        [Fact::Ticked { done: true, .. }]
    ));
    assert!(matches!(
        facts(&pinned).as_slice(),
        [Fact::Pinned { on: true, .. }]
    ));
}

#[test]
fn quitting_asks_while_an_incident_is_open() {
    let mut app = busy();

    let (asked, later) = press(&mut app, "q", now());
    let (left, _) = press(&mut app, "y", later);

    assert_eq!(asked, []);
    assert_eq!(left, [Effect::Quit]);
}

#[test]
fn ctrl_c_twice_asks_to_quit_and_once_does_not() {
    let mut app = busy();

    let once = update(&mut app, ctrl('c'), now());
    let hint = toast(&app).to_owned();
    update(&mut app, ctrl('c'), now() + TimeDelta::seconds(1));

    assert_eq!(once, []);
    assert_eq!(hint, "^C again quits");
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("nothing was asked")
    };
    assert_eq!(sheet.action, Action::Quit);
}

#[test]
fn esc_never_quits() {
    for mut app in [busy(), quiet(), blank()] {
        let (effects, _) = press(&mut app, &"\x1b".repeat(12), now());

        assert_eq!(effects, []);
        assert!(matches!(app.mode, Mode::Browse));
    }
}

#[test]
fn ctrl_c_in_the_composer_drops_no_draft() {
    let mut app = busy();
    press(&mut app, "c\t\t\t\t\tabc", now());

    update(&mut app, ctrl('c'), now());

    assert!(matches!(app.mode, Mode::Browse));
    assert_eq!(app.composer.as_ref().unwrap().body.text(), "abc");
}

#[test]
fn an_incident_of_somebody_else_comes_onto_a_quiet_screen() {
    let mut app = quiet();
    let mut log = Log::default();
    let declared = declaration("Down", Severity::P1, now());
    log.add(
        IncidentId(uuid::Uuid::from_u128(9)),
        now(),
        "bo",
        Fact::Declared(Box::new(declared)),
    );

    update(&mut app, Msg::Entries(log.entries()), now());

    assert_eq!(app.incident().unwrap().state().title.as_str(), "Down");
}

#[test]
fn what_can_not_be_done_says_why() {
    let mut app = quiet();

    press(&mut app, "E", now());

    assert!(toast(&app).contains("no incident"), "{}", toast(&app));
    assert_eq!(app.focus, Pane::Next);
}
