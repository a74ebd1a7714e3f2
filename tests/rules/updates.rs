//! Updates inside the company (U) and outside (X).

use warroom::domain::{
    duty::{Promise, Standing},
    external,
    fact::{Fact, Health, Role, Update},
    intents::{Circumstances, HOLD_OUTSIDE, intents},
    severity::Severity,
    update::{Audience, Form, Setting},
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
    assert!(refusal.needs_reason, "{refusal}");

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

    let told = intents(
        room.incident(),
        &entry,
        Circumstances {
            label: None,
            now: at("14:10"),
        },
    );

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
        },
    );
    assert_eq!(owed(room.incident(), "first notice"), before);
    let kept = &room.incident().state().updates[0];
    assert_eq!(kept.update.form.eta.as_str(), "2 hours");
    assert_eq!(kept.failed.len(), 1);

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
    assert_eq!(room.incident().state().updates[0].failed, []);
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
fn x1_downtime_is_the_union_of_outages_and_crosses_when_it_is_more_than_the_limit() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    for (from, to) in [("14:00", "14:18"), ("14:25", "14:40")] {
        room.sees(at(from), probe("web", Health::Up, Health::Down));
        room.sees(at(to), probe("web", Health::Down, Health::Up));
    }

    let incident = room.incident();
    assert_eq!(incident.state().ledger.total(at("15:00")), minutes(33));
    assert_eq!(external::required_at(incident), Some(at("14:37")));
    assert_eq!(external::warns_at(incident), Some(at("14:27")));
    assert_eq!(owed(incident, "external"), Some(at("14:42")));
}

#[test]
fn x1_half_an_hour_is_not_enough_and_a_second_more_is() {
    for (to, required) in [("14:30:00", None), ("14:30:01", Some(at("14:30")))] {
        let mut room = Room::alerted(Severity::P2, at("14:00"));

        room.does(
            at("14:40"),
            "ada",
            Fact::OutageAdded {
                from: at("14:00"),
                to: at(to),
                reason: "as users say".into(),
            },
        );

        assert_eq!(external::required_at(room.incident()), required, "{to}");
    }
}

#[test]
fn x1_an_incident_may_be_long_without_downtime() {
    let mut room = Room::alerted(Severity::P2, at("10:00"));
    room.happens(
        at("15:00"),
        "ada",
        Fact::Noted {
            text: "slow".into(),
        },
    );

    assert_eq!(external::required_at(room.incident()), None);
}

#[test]
fn x1_each_vantage_sees_its_own_outage() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let from = |vantage: &str, fact: Fact| match fact {
        Fact::ProbeChanged(mut change) => {
            change.vantage = vantage.into();
            Fact::ProbeChanged(change)
        }
        other => other,
    };

    room.sees(
        at("14:00"),
        from("fra", probe("web", Health::Up, Health::Down)),
    );
    room.sees(
        at("14:01"),
        from("ams", probe("web", Health::Unknown, Health::Up)),
    );

    assert_eq!(
        room.incident().state().ledger.total(at("14:20")),
        minutes(20)
    );
}

#[test]
fn x1_an_outage_that_ends_after_the_resolve_ends() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.sees(at("14:00"), probe("web", Health::Up, Health::Down));
    room.happens(at("14:10"), "ada", resolved());

    room.sees(at("14:12"), probe("web", Health::Down, Health::Up));

    assert_eq!(
        room.incident().state().ledger.total(at("16:00")),
        minutes(12)
    );
    assert_eq!(external::required_at(room.incident()), None);
}

#[test]
fn x1_what_went_down_again_before_the_reopening_counts() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    room.happens(at("14:10"), "ada", resolved());
    room.sees(at("14:20"), probe("web", Health::Up, Health::Down));

    room.happens(
        at("14:25"),
        "ada",
        Fact::Reopened {
            reason: "down again".into(),
        },
    );
    room.sees(at("14:40"), probe("web", Health::Down, Health::Up));

    assert_eq!(
        room.incident().state().ledger.total(at("16:00")),
        minutes(20)
    );
}

#[test]
fn x1_a_probe_that_does_not_count_is_no_outage() {
    let mut room = Room::alerted(Severity::P2, at("14:00"));
    let mut disk = probe("disk", Health::Up, Health::Down);
    if let Fact::ProbeChanged(change) = &mut disk {
        change.counts = false;
    }

    room.sees(at("14:00"), disk);

    assert!(!room.incident().has_open_outage());
    assert_eq!(external::required_at(room.incident()), None);
}

fn public(draft: warroom::domain::entry::EntryId) -> Fact {
    sent(Update {
        audience: Audience::External,
        draft: Some(draft),
        form: for_outside(),
        ..update(None)
    })
}

fn drafted() -> Fact {
    Fact::ExternalDrafted {
        form: for_outside(),
    }
}

fn for_outside() -> Form {
    Form {
        body: "Some videos take longer than usual.".into(),
        ..update(None).form
    }
}

#[test]
fn x2_other_words_than_the_approved_ones_are_not_published() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    room.does(at("14:04"), "ada", Fact::ExternalApproved { draft });
    let other = sent(Update {
        audience: Audience::External,
        draft: Some(draft),
        ..update(None)
    });

    assert!(
        room.refusal(at("14:05"), "ada", other)
            .contains("unchanged (X2)")
    );
}

#[test]
fn x2_drafted_approved_by_the_commander_then_published() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.does(
        at("14:01"),
        "ada",
        Fact::RoleGiven {
            role: Role::Commander,
            person: "ada".into(),
        },
    );
    let draft = room.does(at("14:02"), "bo", drafted());
    assert!(
        room.refusal(at("14:03"), "bo", public(draft))
            .contains("(X2)")
    );
    let approve = Fact::ExternalApproved { draft };
    assert!(
        room.refusal(at("14:03"), "bo", approve.clone())
            .contains("(X2)")
    );

    room.does(at("14:04"), "ada", approve);
    room.does(at("14:05"), "bo", public(draft));

    assert_eq!(owed(room.incident(), "external"), None);
}

#[test]
fn x2_with_two_people_present_author_and_approver_differ() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.does(at("14:01"), "ada", Fact::Acknowledged {});
    let draft = room.does(at("14:02"), "ada", drafted());
    let approve = Fact::ExternalApproved { draft };
    assert!(room.asks(at("14:03"), "ada", approve.clone()).is_ok());

    room.does(at("14:04"), "bo", Fact::Acknowledged {});

    assert!(
        room.refusal(at("14:05"), "ada", approve.clone())
            .contains("(X2)")
    );
    assert!(room.asks(at("14:05"), "bo", approve).is_ok());
}

#[test]
fn x2_what_is_published_can_be_taken_back_for_half_a_minute() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    let mut fact = public(draft);
    if let Fact::UpdateSent(update) = &mut fact {
        update.channels = vec!["status page".into()];
    }
    let entry = room.entry(at("14:05"), "ada", fact);

    let told = intents(
        room.incident(),
        &entry,
        Circumstances {
            label: Some("INC-1"),
            now: at("14:05"),
        },
    );

    assert_eq!(told.len(), 1);
    assert_eq!(told[0].not_before, at("14:05") + HOLD_OUTSIDE);
    assert!(!told[0].text.contains("INC-1"), "{}", told[0].text);
}

#[test]
fn x4_drills_and_private_incidents_publish_nothing_and_owe_nothing_outside() {
    for (drill, private) in [(true, false), (false, true)] {
        let mut declaration = alert(Severity::P1, at("14:00"));
        (declaration.drill, declaration.private) = (drill, private);
        let mut room = Room::declared(declaration, at("14:00"));
        assert_eq!(owed(room.incident(), "external"), None);
        let draft = room.does(at("14:02"), "ada", drafted());
        room.does(at("14:03"), "ada", Fact::ExternalApproved { draft });

        assert!(
            room.refusal(at("14:05"), "ada", public(draft))
                .contains("(X4)")
        );
    }
}

#[test]
fn x4_an_update_of_a_drill_is_recorded_and_its_cadence_goes_on() {
    let drill = warroom::domain::fact::Declaration {
        drill: true,
        ..alert(Severity::P2, at("14:00"))
    };
    let mut room = Room::declared(drill, at("14:00"));

    room.does(
        at("14:10"),
        "ada",
        sent(Update {
            channels: vec!["#incidents".into()],
            ..update(Some(at("14:40")))
        }),
    );

    assert_eq!(owed(room.incident(), "update"), Some(at("14:40")));
}

#[test]
fn x4_nothing_unseals_a_drill() {
    let mut declaration = alert(Severity::P1, at("14:00"));
    declaration.drill = true;
    let mut room = Room::declared(declaration, at("14:00"));
    let first = room.incident().entries()[0].id;

    room.happens(
        at("14:01"),
        "bo",
        Fact::Retracted {
            entry: first,
            reason: "".into(),
        },
    );
    assert!(room.incident().is_sealed());
    room.happens(
        at("14:02"),
        "bo",
        Fact::Declared(Box::new(alert(Severity::P1, at("14:00")))),
    );

    assert!(room.incident().is_sealed());
}

#[test]
fn u1_a_first_notice_is_met_or_missed_against_the_severity_of_its_time() {
    for (posted, missed) in [("14:10", false), ("14:16", true)] {
        let mut room = Room::alerted(Severity::P2, at("14:00"));
        room.does(at(posted), "ada", sent(update(Some(at("14:40")))));
        room.does(at("14:20"), "ada", severity(Severity::P1, "worse"));

        let standing = standing(room.incident(), &Promise::FirstNotice);

        let was_missed = matches!(standing, Some(Standing::Missed { .. }));
        assert_eq!(was_missed, missed, "{posted}: {standing:?}");
    }
}

#[test]
fn x1_news_for_outside_that_came_late_were_missed() {
    for (published, missed) in [("14:04", false), ("14:30", true)] {
        let mut room = Room::alerted(Severity::P1, at("14:00"));
        let news = Update {
            audience: Audience::External,
            ..update(None)
        };
        room.happens(at(published), "ada", sent(news));

        let standing = standing(room.incident(), &Promise::External);

        let was_missed = matches!(standing, Some(Standing::Missed { .. }));
        assert_eq!(was_missed, missed, "{published}: {standing:?}");
    }
}
