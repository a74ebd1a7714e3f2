//! Updates inside the company (U).

use chrono::TimeDelta;
use warroom::{
    domain::{
        duty::Promise,
        entry::EntryId,
        fact::{Fact, Fate, Update},
        intents::intents,
        severity::Severity,
        update::{Audience, Form, Setting},
    },
    ui::composer::Composer,
};

use super::room::*;

#[test]
fn u1_the_first_notice_is_owed_within_the_response_target_or_half_an_hour() {
    for (level, by) in [
        (Severity::P1, "14:27"),
        (Severity::P2, "14:37"),
        (Severity::P3, "14:52"),
        (Severity::P4, "14:52"),
    ] {
        let room = Room::declared(alert(level, at("14:00")), at("14:22"));

        assert_eq!(
            owed(room.incident(), "first notice"),
            Some(at(by)),
            "{level}"
        );
    }
}

#[test]
fn u1_the_next_one_counts_from_the_last_posted() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));

    room.does(at("14:20"), "ada", sent(update(Some(at("14:50")))));
    assert_eq!(owed(room.incident(), "update"), Some(at("14:50")));
    room.does(at("15:03"), "ada", sent(update(Some(at("15:33")))));

    assert_eq!(owed(room.incident(), "update"), Some(at("15:33")));
    assert_eq!(owed(room.incident(), "first notice"), None);
}

#[test]
fn u1_an_earlier_promise_counts() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));

    room.does(at("14:20"), "ada", sent(update(Some(at("14:35")))));

    assert_eq!(owed(room.incident(), "update"), Some(at("14:35")));
}

#[test]
fn u1_a_later_promise_needs_a_long_running_incident() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let late = sent(update(Some(at("17:00"))));
    let refusal = room.asks(at("14:20"), "ada", late.clone()).unwrap_err();
    assert!(refusal.sentence.contains("`long-running`"), "{refusal}");

    room.does(
        at("14:19"),
        "ada",
        Fact::LongRunning {
            reason: "a restore".into(),
        },
    );
    room.does(at("14:20"), "ada", late);

    assert_eq!(owed(room.incident(), "update"), Some(at("17:00")));
}

#[test]
fn u1_p4_pauses_outside_business_hours() {
    let mut room = Room::alerted(Severity::P4, at("16:50"));
    assert_eq!(
        owed(room.incident(), "first notice"),
        Some(on("2026-01-15", "09:20"))
    );

    room.happens(at("16:55"), "ada", sent(update(None)));

    assert_eq!(
        owed(room.incident(), "update"),
        Some(on("2026-01-15", "09:25"))
    );
}

#[test]
fn u1_a_level_that_keeps_business_hours_pauses_whatever_its_response_target() {
    let text = "amends = \"built-in\"\n[severity.P4]\nrespond = \"4h\"\n";

    let room = Room::under(text, Severity::P4, at("16:50"));

    assert_eq!(
        owed(room.incident(), "first notice"),
        Some(on("2026-01-15", "09:20"))
    );
}

#[test]
fn u1_every_level_can_have_its_own_cadence() {
    let text = "amends = \"built-in\"\n[severity.P1]\nupdate_every = \"15m\"\n";
    let mut room = Room::under(text, Severity::P1, at("14:00"));

    room.happens(at("14:04"), "ada", sent(update(None)));

    assert_eq!(owed(room.incident(), "update"), Some(at("14:19")));
}

#[test]
fn u2_nothing_is_posted_that_no_person_sent() {
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    let entry = room.entry(at("14:10"), "engine", escalated(0, "Team Lead"));

    let told = intents(room.incident(), &entry, at("14:10"));

    assert_eq!(told, []);
    assert_eq!(owed(room.incident(), "first notice"), Some(at("14:05")));
}

fn form(next: &str) -> Form {
    let mut form = update(None).form;
    form.next = Some(instant(next));
    form
}

fn rendered(next: &str, label: Option<&str>, siren: bool) -> String {
    form(next).render(Setting {
        label,
        siren,
        now: at("14:00"),
    })
}

#[test]
fn u4_the_posted_form_is_the_documents_five_lines() {
    assert_eq!(
        rendered("2026-01-14T14:30:00Z", None, true),
        "🚨 INCIDENT UPDATE\n\
         Status: Investigating\n\
         Impact: P2 - High latency on video generation\n\
         ETA: 2 hours\n\
         Next Update: 14:30 UTC"
    );
}

#[test]
fn u4_with_two_incidents_active_line_one_carries_the_id() {
    assert_eq!(
        rendered("2026-01-14T14:30:00Z", Some("INC-142"), true)
            .lines()
            .next(),
        Some("🚨 INCIDENT UPDATE [INC-142]")
    );
}

#[test]
fn u4_another_day_carries_its_date_and_a_plain_place_a_plain_mark() {
    assert_eq!(
        rendered("2026-01-15T00:10:00Z", Some("INC-2"), false),
        "[!] INCIDENT UPDATE [INC-2]\n\
         Status: Investigating\n\
         Impact: P2 - High latency on video generation\n\
         ETA: 2 hours\n\
         Next Update: 2026-01-15 00:10 UTC"
    );
}

#[test]
fn u4_a_body_follows_after_an_empty_line_and_the_last_one_says_so() {
    let mut last = form("2026-01-14T14:30:00Z");
    last.next = None;
    last.body = "The cache was cold.\nIt is warm now.".into();

    let text = last.render(Setting {
        label: None,
        siren: true,
        now: at("14:00"),
    });

    assert_eq!(
        text,
        "🚨 INCIDENT UPDATE\n\
         Status: Investigating\n\
         Impact: P2 - High latency on video generation\n\
         ETA: 2 hours\n\
         Next Update: none, this is the last one\n\
         \n\
         The cache was cold.\n\
         It is warm now."
    );
}

#[test]
fn u4_the_board_labels_updates_from_the_second_active_incident_on() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    assert_eq!(room.board.label_in_updates(room.incident()), None);

    let first = room.id;
    room.declares(alert(Severity::P3, at("14:10")), at("14:10"));

    let label = |id| room.board.label_in_updates(room.board.get(id).unwrap());
    assert_eq!(label(first).as_deref(), Some("INC-1"));
    assert_eq!(label(room.id).as_deref(), Some("INC-2"));
}

#[test]
fn u5_an_eta_that_has_passed_is_not_sent_again() {
    let room = Room::alerted(Severity::P2, at("14:00"));
    let mut stale = update(Some(at("14:50")));
    stale.form.eta_at = Some(at("14:15"));

    let sentence = room.refusal(at("14:20"), "ada", sent(stale));

    assert!(sentence.contains("(U5)"), "{sentence}");
}

#[test]
fn u6_an_update_that_no_channel_took_leaves_the_duty() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let through = Update {
        channels: vec!["slack".into()],
        ..update(Some(at("14:50")))
    };
    let before = owed(room.incident(), "first notice");
    let of = room.does(at("14:20"), "ada", sent(through));
    room.happens(
        at("14:21"),
        "engine",
        Fact::Undelivered {
            of,
            channel: "slack".into(),
            key: "k".into(),
            why: "it answered 500".into(),
            fate: Fate::Failed,
        },
    );
    assert_eq!(owed(room.incident(), "first notice"), before);
    let kept = &room.incident().state().updates[0];
    assert_eq!(kept.update.form.eta.as_str(), "2 hours");
    assert_eq!(kept.not_sent.len(), 1);

    room.happens(
        at("14:25"),
        "engine",
        Fact::Delivered {
            of,
            channel: "slack".into(),
            key: "k".into(),
            note: "".into(),
        },
    );

    assert_eq!(owed(room.incident(), "update"), Some(at("14:50")));
    assert_eq!(room.incident().state().updates[0].not_sent, []);
}

/// That a channel took what `of` sent.
fn delivered(of: EntryId) -> Fact {
    Fact::Delivered {
        of,
        channel: "slack".into(),
        key: "k".into(),
        note: "".into(),
    }
}

#[test]
fn u1_the_hold_of_the_tool_makes_nobody_late_and_a_slow_channel_does() {
    for (took_it, late) in [("14:15:07", None), ("14:20:00", Some(minutes(5)))] {
        let mut room = Room::alerted(Severity::P2, at("14:00"));
        let through = Update {
            channels: vec!["slack".into()],
            ..update(Some(at("14:40")))
        };
        let of = room.does(at("14:14:57"), "ada", sent(through));
        assert_eq!(owed(room.incident(), "first notice"), Some(at("14:15:57")));

        room.happens(at(took_it), "engine", delivered(of));

        let standing = standing(room.incident(), &Promise::FirstNotice).unwrap();
        assert_eq!(standing.late(), late, "{took_it}");
    }
}

#[test]
fn u6_an_update_that_no_channel_took_is_owed_as_before() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let through = Update {
        channels: vec!["slack".into()],
        ..update(Some(at("14:40")))
    };
    let of = room.does(at("14:14:57"), "ada", sent(through));

    let refused = Fact::Undelivered {
        of,
        channel: "slack".into(),
        key: "k".into(),
        why: "it answered 403".into(),
        fate: Fate::Failed,
    };
    room.happens(at("14:15:07"), "engine", refused);

    assert_eq!(owed(room.incident(), "first notice"), Some(at("14:15")));
}

#[test]
fn u6_a_retracted_update_stays_visible_and_no_longer_counts() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let wrong = room.does(at("14:10"), "ada", sent(update(Some(at("14:40")))));

    room.does(
        at("14:12"),
        "ada",
        Fact::Retracted {
            entry: wrong,
            reason: "wrong incident".into(),
        },
    );

    let incident = room.incident();
    assert_eq!(owed(incident, "first notice"), Some(at("14:15")));
    assert!(incident.entry(wrong).is_some());
    assert_eq!(incident.retracted_by(wrong), Some(&name("ada")));
}

#[test]
fn u7_a_severity_or_status_change_does_not_reset_the_clock() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.does(at("14:10"), "ada", sent(update(Some(at("14:40")))));

    room.does(at("14:20"), "ada", severity(Severity::P1, ""));
    room.does(at("14:25"), "ada", Fact::Mitigated {});

    assert_eq!(owed(room.incident(), "update"), Some(at("14:40")));
}

#[test]
fn u7_the_last_duty_is_the_final_update() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.does(at("14:10"), "ada", sent(update(Some(at("14:40")))));
    room.happens(at("14:20"), "ada", resolved());
    assert_eq!(owed(room.incident(), "final update"), Some(at("14:40")));
    assert_eq!(owed(room.incident(), "update"), None);

    room.does(at("14:30"), "ada", sent(update(None)));

    assert_eq!(owed(room.incident(), "final update"), None);
}

#[test]
fn u4_what_was_shown_is_what_is_sent_whatever_happened_meanwhile() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    let one = Update {
        channels: vec!["slack".into()],
        ..update(Some(at("14:50")))
    };
    let named = Update {
        label: Some("INC-7".into()),
        ..one.clone()
    };

    let texts = [one, named].map(|update| {
        let entry = room.entry(at("14:20"), "ada", sent(update));
        // It comes much later, when the promise is for another day.
        let told = intents(room.incident(), &entry, at("14:20") + minutes(1_440));
        told[0].text.lines().next().unwrap().to_owned()
    });

    assert_eq!(texts, ["🚨 INCIDENT UPDATE", "🚨 INCIDENT UPDATE [INC-7]"]);
}

#[test]
fn u1_the_update_that_is_filled_in_may_be_sent_at_any_hour() {
    for clock in ["03:00", "16:50", "18:00", "23:59"] {
        for level in Severity::ALL {
            let room = Room::alerted(level, at(clock));
            let now = at(clock) + TimeDelta::seconds(40);

            let filled_in = Composer::new(room.incident(), Audience::Internal, &[], now);

            let update = filled_in.update(now).unwrap();
            let sent = room.asks(now, "ada", sent(update));
            assert!(sent.is_ok(), "{clock} {level}: {sent:?}");
        }
    }
}

#[test]
fn u1_a_promise_in_another_day_says_which() {
    let room = Room::alerted(Severity::P4, at("18:00"));

    let filled_in = Composer::new(room.incident(), Audience::Internal, &[], at("18:00"));

    assert_eq!(filled_in.next.text(), "2026-01-15 09:30 UTC");
}

#[test]
fn u1_the_next_update_may_be_promised_by_how_long_it_takes() {
    let room = Room::alerted(Severity::P2, at("14:00"));
    let mut typed = Composer::new(room.incident(), Audience::Internal, &[], at("14:05"));

    for text in ["20m", "+20m", "14:25"] {
        typed.next.set(text);

        assert_eq!(
            typed.form(at("14:05")).unwrap().next,
            Some(at("14:25")),
            "{text}"
        );
    }
}

#[test]
fn u3_a_no_change_draft_has_the_last_words_and_the_next_time_and_says_so_once() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let mut last = update(Some(at("14:50")));
    last.form.body = "A node fails.".into();
    room.does(at("14:20"), "ada", sent(last.clone()));

    for (now, next) in [("14:45", "15:15"), ("15:10", "15:40")] {
        let now = at(now);

        let draft = Composer::no_change(room.incident(), &[], now);

        let form = draft.form(now).unwrap();
        assert_eq!(form.status, last.form.status);
        assert_eq!(form.impact, last.form.impact);
        assert_eq!(form.next, Some(at(next)));
        assert_eq!(
            &*form.body,
            "No change since the last update.\nA node fails."
        );
        room.does(now, "ada", sent(draft.update(now).unwrap()));
    }
}
