//! What may be passed with a `y`, and what takes the word; and that no way back
//! throws away what was typed.

use crossterm::event::KeyCode;
use warroom::{
    domain::{entry::EntryId, fact::Fact},
    ui::{
        app::{App, Mode, Pane, timeline, update},
        capability::Tier,
        msg::{Effect, Msg, Order, Shared},
        sheet::{Gate, Sheet},
        theme::lettered,
    },
};

use super::{facts, resolved};
use crate::screen::fixture::{INCIDENT, at, busy, console, incident_log, key, now, press, screen};

fn sheet(app: &App) -> &Sheet {
    let Mode::Sheet(sheet) = &app.mode else {
        panic!("nothing is asked: {:?}", app.toast);
    };
    sheet
}

/// The incident of the mock-ups, and what was recorded since.
fn since(more: Vec<Fact>) -> (App, EntryId) {
    let mut log = incident_log();
    let mut last = EntryId(uuid::Uuid::nil());
    for fact in more {
        last = log.add(INCIDENT, at("14:06:30"), "ana", fact);
    }
    (console(&log, true), last)
}

fn held() -> Fact {
    Fact::Held {
        until: at("15:00:00"),
        reason: "the fix is rolling out".into(),
    }
}

fn go_to(app: &mut App, entry: EntryId) {
    let row = timeline(app).iter().position(|line| line.entry == entry);
    app.focus = Pane::Timeline;
    app.rows.insert(Pane::Timeline, row.unwrap());
}

#[test]
fn taking_back_a_hold_takes_the_word_since_it_pages_sooner() {
    let (mut app, hold) = since(vec![held()]);
    go_to(&mut app, hold);

    let (yes, later) = press(&mut app, ":retract\n\ny\n", now());
    let asked = sheet(&app).clone();
    let (word, _) = press(&mut app, "\x1b\npage\n", later);

    assert_eq!(facts(&yes), []);
    assert_eq!(asked.gate, Gate::Word("page".to_owned()));
    assert!(asked.reaches.concat().contains("Engineering Manager"));
    assert!(matches!(facts(&word)[..], [Fact::Retracted { entry, .. }] if entry == hold));
}

#[test]
fn taking_back_an_acknowledgement_takes_the_word() {
    let mut app = busy();
    let ack = app.incident().unwrap().entries();
    let ack = ack.iter().find(|entry| entry.fact == Fact::Acknowledged {});
    let ack = ack.unwrap().id;
    go_to(&mut app, ack);

    let (yes, _) = press(&mut app, ":retract\n\ny\n", now());

    assert_eq!(facts(&yes), []);
    assert_eq!(sheet(&app).gate, Gate::Word("page".to_owned()));
}

#[test]
fn taking_back_a_note_takes_a_y() {
    let (mut app, note) = since(vec![Fact::Noted { text: "a".into() }]);
    go_to(&mut app, note);

    let (yes, _) = press(&mut app, ":retract\n\ny", now());

    assert!(matches!(facts(&yes)[..], [Fact::Retracted { .. }]));
}

#[test]
fn taking_an_update_back_stops_what_has_not_left_of_it() {
    let mut app = busy();
    let sent = app.incident().unwrap().state().updates[1].entry;
    go_to(&mut app, sent);

    let (effects, _) = press(&mut app, ":retract\n\ny", now());

    assert!(effects.contains(&Effect::Deliver(Order::Recall(sent))));
}

#[test]
fn one_key_does_not_undo_what_keeps_people_from_being_paged() {
    for fact in [held(), Fact::Mitigated {}] {
        let (mut app, last) = since(vec![fact.clone()]);
        update(&mut app, Msg::Recorded(vec![last]), now());

        let (effects, _) = press(&mut app, "u", now());

        assert_eq!(effects, [], "{fact:?}");
        assert_eq!(sheet(&app).entry, Some(last), "{fact:?}");
        assert!(matches!(sheet(&app).gate, Gate::Word(_)), "{fact:?}");
    }
}

#[test]
fn letting_a_step_go_that_was_called_off_takes_the_word() {
    let step = warroom::domain::fact::StepId {
        ladder: "management".to_owned(),
        index: 1,
    };
    let called_off = |go| Fact::StepConfirmed {
        step: step.clone(),
        go,
    };
    let (mut app, last) = since(vec![called_off(false)]);
    go_to(&mut app, last);

    press(&mut app, ":retract\n\n", now());

    assert!(matches!(sheet(&app).gate, Gate::Word(_)));
}

#[test]
fn what_pages_somebody_only_by_the_time_of_the_y_asks_for_the_word_then() {
    let mut log = incident_log();
    log.add(INCIDENT, at("13:20:00"), "bo", Fact::Acknowledged {});
    let acks: Vec<EntryId> = log
        .entries()
        .iter()
        .filter(|entry| entry.incident == INCIDENT && entry.fact == Fact::Acknowledged {})
        .map(|entry| entry.id)
        .collect();
    let mut app = console(&log, true);
    go_to(&mut app, acks[0]);
    let (_, later) = press(&mut app, ":retract\n\n", now());
    let before = sheet(&app).gate.clone();
    let reason = "by mistake".into();
    let entry = acks[1];
    log.add(INCIDENT, later, "bo", Fact::Retracted { entry, reason });
    let new = log.entries().pop();
    update(&mut app, Msg::Entries(new.into_iter().collect()), later);

    let (yes, _) = press(&mut app, "y", later);

    assert_eq!(before, Gate::Yes);
    assert_eq!(facts(&yes), []);
    assert_eq!(sheet(&app).gate, Gate::Word("page".to_owned()));
}

#[test]
fn a_declaration_says_whom_it_pages_before_anything_is_typed() {
    let mut app = busy();

    press(&mut app, "n", now());

    assert!(matches!(sheet(&app).gate, Gate::Word(_)));
    assert_eq!(
        sheet(&app).reaches.first().map(String::as_str),
        Some("Pages at once: Initial responder")
    );
}

#[test]
fn enter_at_a_y_gate_loses_nothing_and_n_goes_back_to_the_fields() {
    let mut app = busy();

    let (effects, later) = press(&mut app, "S>\nit got better\n\n", now());
    let at_gate = sheet(&app).is_at_gate();
    let (more, later) = press(&mut app, "n", later);
    let back = sheet(&app).clone();
    let (done, _) = press(&mut app, " at last\ny", later);

    assert_eq!((facts(&effects), facts(&more)), (vec![], vec![]));
    assert!(at_gate && !back.is_at_gate());
    assert_eq!(back.value("Reason"), "it got better");
    let [Fact::SeverityChanged { reason, .. }] = &facts(&done)[..] else {
        panic!("{done:?}");
    };
    assert_eq!(reason.as_str(), "it got better at last");
}

#[test]
fn esc_goes_one_step_back_from_a_gate_and_then_out() {
    let mut app = busy();

    press(&mut app, "H20m\nwhy\nho\x1b", now());
    let back = sheet(&app).clone();
    press(&mut app, "\x1b", now());

    assert_eq!(back.value("For"), "20m");
    assert!(!back.is_at_gate() && back.typed.is_empty());
    assert!(matches!(app.mode, Mode::Browse));
}

#[test]
fn what_can_not_be_read_is_said_when_its_field_is_left() {
    let mut app = busy();

    let (_, later) = press(&mut app, "Hsoon\n", now());
    let refused = sheet(&app).clone();
    update(&mut app, key(KeyCode::Backspace), later);
    let typing = sheet(&app).clone();

    assert_eq!(refused.at, 0);
    assert!(refused.error.unwrap().contains("soon"));
    assert_eq!(typing.error, None);
}

#[test]
fn nobody_comes_to_a_gate_with_something_missing() {
    let mut app = busy();

    press(&mut app, "S>\n\n", now());

    assert!(!sheet(&app).is_at_gate());
    assert_eq!(sheet(&app).fields[sheet(&app).at].label, "Reason");
    assert!(sheet(&app).error.as_ref().unwrap().contains("S4"));
}

#[test]
fn typing_into_a_suggestion_replaces_it_and_an_arrow_keeps_it() {
    let mut app = busy();

    let (_, later) = press(&mut app, "H5m", now());
    let replaced = sheet(&app).value("For");
    press(&mut app, "\x1bH<5", later);

    assert_eq!(replaced, "5m");
    assert_eq!(sheet(&app).value("For"), "105m");
}

#[test]
fn text_pasted_into_a_field_keeps_the_blank_at_its_end() {
    let mut app = busy();
    let (_, later) = press(&mut app, "a", now());

    update(&mut app, Msg::Paste("see ".to_owned()), later);
    let (noted, _) = press(&mut app, "this\n\n", later);

    assert_eq!(
        facts(&noted),
        [Fact::Noted {
            text: "see this".into()
        }]
    );
}

#[test]
fn what_was_asked_of_an_open_incident_is_refused_once_it_is_over() {
    let mut app = busy();
    let (_, later) = press(&mut app, "S>\nit got better\n", now());
    let mut log = incident_log();
    let before = log.entries().len();
    let reason = Some("by hand".into());
    let over = Fact::Resolved {
        unmet: Vec::new(),
        reason,
    };
    log.add(INCIDENT, at("14:06:59"), "bo", over);
    update(
        &mut app,
        Msg::Entries(log.entries().split_off(before)),
        later,
    );

    let (effects, _) = press(&mut app, "y", later);

    assert_eq!(facts(&effects), []);
    assert!(sheet(&app).error.as_ref().unwrap().contains("over"));
}

#[test]
fn what_stands_before_closing_is_said_at_once_and_nobody_closes_it_so() {
    let (mut app, _) = since(vec![resolved()]);
    app.shown = Some(INCIDENT);

    press(&mut app, "e", now());

    let lines = sheet(&app).lines.join(" ");
    assert!(lines.contains("whether the failure mode is new"), "{lines}");
    let (effects, _) = press(&mut app, "\ny", now());
    assert_eq!(facts(&effects), []);
}

#[test]
fn once_an_incident_is_over_its_footer_offers_what_comes_after() {
    let (mut app, _) = since(vec![resolved()]);
    app.shown = Some(INCIDENT);

    let drawn = lettered(&screen(&app, (80, 24), Tier::Rich, now()));

    let keys = "c compose  b retro  :failure-mode  i action item";
    assert!(drawn.contains(keys), "{drawn}");
}

#[test]
fn nobody_opens_the_approval_of_their_own_words_and_the_reason_is_said() {
    let form = warroom::domain::update::Form {
        status: "Investigating".into(),
        impact: "videos take minutes".into(),
        body: "We are working on it.".into(),
        ..Default::default()
    };
    let worse = Fact::SeverityChanged {
        to: warroom::domain::severity::Severity::P1,
        reason: "nothing renders".into(),
    };
    let (mut app, _) = since(vec![worse, Fact::ExternalDrafted { form }]);

    press(&mut app, ":approve\n", now());

    assert!(matches!(app.mode, Mode::Browse));
    let said = &app.toast.as_ref().unwrap().text;
    assert!(said.contains("somebody else"), "{said}");
    for size in [(120, 40), (80, 24)] {
        let drawn = lettered(&screen(&app, size, Tier::Rich, now()));
        assert!(drawn.contains("wait for approval"), "{drawn}");
    }
    press(&mut app, ":approve", now());
    let drawn = lettered(&screen(&app, (80, 24), Tier::Rich, now()));
    assert!(drawn.contains("approve           ap"), "{drawn}");
}

#[test]
fn whose_words_they_are_is_for_the_name_that_the_server_knows() {
    let form = warroom::domain::update::Form {
        body: "We are working on it.".into(),
        ..Default::default()
    };
    let (mut app, _) = since(vec![Fact::ExternalDrafted { form }]);
    app.settings.me = "ana on the laptop".into();
    let known_as = Shared::KnownAs("ana".into());

    update(&mut app, Msg::Shared(known_as), now());
    press(&mut app, ":approve\n", now());

    let said = &app.toast.as_ref().unwrap().text;
    assert!(said.contains("somebody else"), "{said}");
}

#[test]
fn a_sheet_without_fields_that_can_not_be_is_not_opened() {
    let mut app = busy();

    let (effects, _) = press(&mut app, "A", now());

    assert_eq!(effects, Vec::<Effect>::new());
    assert!(matches!(app.mode, Mode::Browse));
    assert!(app.toast.as_ref().unwrap().text.contains("already"));
}

#[test]
fn why_no_step_can_be_fired_by_hand_is_said_as_it_is() {
    let (mut app, _) = since(vec![held()]);

    press(&mut app, "E", now());

    let said = super::toast(&app);
    assert!(said.contains("the ladder is held"), "{said}");
    assert!(!said.contains("no step is left"), "{said}");
}
