//! Telling the public (X).

use warroom::domain::{
    duty::Promise,
    escalation, external,
    fact::{Declaration, Fact, Fate, Health, Role, Update},
    intents::{HOLD_OUTSIDE, intents},
    severity::Severity,
    update::{Audience, Form},
};

use super::room::*;

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

/// The same, through a channel.
pub fn on_the_status_page(draft: warroom::domain::entry::EntryId) -> Fact {
    let mut fact = public(draft);
    if let Fact::UpdateSent(update) = &mut fact {
        update.channels = vec!["status page".into()];
    }
    fact
}

pub fn drafted() -> Fact {
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
    room.does(at("14:04"), "bo", Fact::ExternalApproved { draft });
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
fn x2_who_is_alone_approves_and_with_another_one_present_nobody_their_own_words() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.does(at("14:01"), "ada", Fact::Acknowledged {});
    let draft = room.does(at("14:02"), "ada", drafted());
    let approve = Fact::ExternalApproved { draft };
    assert!(room.asks(at("14:02"), "ada", approve.clone()).is_ok());

    room.comes(at("14:02"), "bo");
    let refusal = room.refusal(at("14:03"), "ada", approve.clone());

    assert!(refusal.contains("somebody else"), "{refusal}");
    assert!(room.asks(at("14:05"), "bo", approve).is_ok());
}

#[test]
fn x2_what_the_commander_wrote_anybody_else_approves() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let leads = Fact::RoleGiven {
        role: Role::Commander,
        person: "ada".into(),
    };
    room.does(at("14:01"), "ada", leads);
    room.comes(at("14:02"), "bo");
    let draft = room.does(at("14:02"), "ada", drafted());
    let approve = Fact::ExternalApproved { draft };

    assert!(room.asks(at("14:03"), "ada", approve.clone()).is_err());
    assert!(room.asks(at("14:03"), "bo", approve).is_ok());
}

#[test]
fn x2_who_wrote_it_stays_its_author_whoever_brings_it_back() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    room.comes(at("14:01"), "ada");
    room.comes(at("14:01"), "eve");
    room.comes(at("14:01"), "bo");
    let draft = room.happens(at("14:02"), "ada (sent by eve)", drafted());
    let approve = Fact::ExternalApproved { draft };

    for (person, may) in [("ada", false), ("eve", false), ("bo", true)] {
        let asked = room.asks(at("14:03"), person, approve.clone());
        assert_eq!(asked.is_ok(), may, "{person}: {asked:?}");
    }
}

#[test]
fn x2_an_approval_of_ones_own_words_publishes_nothing() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    room.comes(at("14:02"), "bo");
    // As a program that asks for less would record it.
    room.happens(at("14:03"), "ada", Fact::ExternalApproved { draft });

    let refusal = room.refusal(at("14:04"), "bo", public(draft));

    assert!(refusal.contains("somebody else approves"), "{refusal}");
    room.happens(at("14:05"), "bo", Fact::ExternalApproved { draft });
    assert!(room.asks(at("14:06"), "ada", public(draft)).is_ok());
}

#[test]
fn x2_nothing_leaves_for_outside_that_was_not_approved_whoever_records_it() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    let fact = on_the_status_page(draft);
    let entry = room.entry(at("14:05"), "ada", fact);

    let around = at("14:05");
    assert_eq!(intents(room.incident(), &entry, around), []);
}

#[test]
fn x2_where_the_policy_asks_for_one_person_one_is_enough() {
    let one = format!("{REACHABLE}\n[external]\ntwo_people = false\n");
    let mut room = Room::under(&one, Severity::P1, at("14:00"));
    room.comes(at("14:02"), "bo");
    let draft = room.does(at("14:02"), "ada", drafted());

    room.does(at("14:03"), "ada", Fact::ExternalApproved { draft });

    assert!(room.asks(at("14:04"), "ada", public(draft)).is_ok());
}

#[test]
fn x2_a_policy_adopted_later_frees_nobody_from_being_two() {
    let one = format!("{REACHABLE}\n[external]\ntwo_people = false\n");
    let mut room = Room::reachable(Severity::P1, at("14:00"));
    room.comes(at("14:01"), "bo");
    let draft = room.does(at("14:02"), "ada", drafted());

    room.happens(at("14:03"), "ada", Fact::PolicyAdopted { policy: one });

    let approve = Fact::ExternalApproved { draft };
    assert!(room.asks(at("14:04"), "ada", approve.clone()).is_err());
    assert!(room.asks(at("14:04"), "bo", approve).is_ok());
}

#[test]
fn x2_a_policy_adopted_later_may_ask_for_two() {
    let one = format!("{REACHABLE}\n[external]\ntwo_people = false\n");
    let mut room = Room::under(&one, Severity::P1, at("14:00"));
    room.comes(at("14:01"), "bo");

    let policy = REACHABLE.to_owned();
    room.does(at("14:02"), "ada", Fact::PolicyAdopted { policy });

    assert!(external::asks_for_two(room.incident()));
}

#[test]
fn x2_the_approval_of_a_draft_is_none_of_a_newer_one() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });
    let other = Form {
        body: "db-7 lost a table.".into(),
        ..for_outside()
    };
    let newer = Fact::ExternalDrafted {
        form: other.clone(),
    };
    room.does(at("14:04"), "ada", newer);

    let refusal = room.refusal(
        at("14:05"),
        "ada",
        sent(Update {
            audience: Audience::External,
            draft: Some(draft),
            form: other,
            ..update(None)
        }),
    );

    assert!(refusal.contains("newer draft"), "{refusal}");
    let older = room.refusal(at("14:05"), "ada", public(draft));
    assert!(older.contains("newer draft"), "{older}");
}

#[test]
fn x2_outside_nobody_reads_a_title_or_a_severity() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });
    let fact = on_the_status_page(draft);
    let entry = room.entry(at("14:05"), "ada", fact);

    let leaves = intents(room.incident(), &entry, at("14:05"));

    let form = for_outside();
    let approved = format!("{}: {}", form.status, form.impact);
    assert_eq!(leaves[0].subject.to_string(), approved);
}

#[test]
fn x1_what_the_public_hears_too_late_is_late_by_the_rest() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });

    room.does(at("14:12"), "ada", public(draft));

    let standing = standing(room.incident(), &Promise::External).unwrap();
    assert_eq!(standing.late(), Some(minutes(7)));
}

#[test]
fn x1_the_hold_of_the_tool_makes_nobody_late() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    let approval = room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });
    let fact = on_the_status_page(draft);
    let of = room.does(at("14:04:50"), "ada", fact);
    let mut stopped = room.board.clone();
    assert_eq!(owed(room.incident(), "external"), Some(at("14:05:50")));

    let delivered = Fact::Delivered {
        of,
        channel: "status page".into(),
        key: "k".into(),
        note: "".into(),
    };
    room.happens(at("14:05:21"), "engine", delivered);
    // And where the approval is taken back nothing of it is on its way.
    let reason = "no".into();
    let back = Fact::Retracted {
        entry: approval,
        reason,
    };
    stopped.apply(room.entry(at("14:05"), "bo", back));

    let standing = standing(room.incident(), &Promise::External).unwrap();
    assert_eq!(standing.late(), None);
    let stopped = stopped.get(room.id).unwrap();
    assert_eq!(owed(stopped, "external"), Some(at("14:05")));
}

#[test]
fn x2_the_public_is_told_nothing_twice() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });
    let of = room.does(at("14:05"), "ada", on_the_status_page(draft));

    let again = room.refusal(at("14:05:10"), "bo", on_the_status_page(draft));

    assert!(again.contains("ada published this text at"), "{again}");
    // By hand it goes elsewhere, and there, too, once.
    room.does(at("14:06"), "bo", public(draft));
    room.refusal(at("14:07"), "ada", public(draft));
    // What nobody got may be said again.
    let called_off = Fact::Undelivered {
        of,
        channel: "status page".into(),
        key: "k".into(),
        why: "not yet".into(),
        fate: Fate::CalledOff,
    };
    room.does(at("14:07"), "ada", called_off);
    room.does(at("14:08"), "ada", on_the_status_page(draft));
}

#[test]
fn x2_who_was_told_that_it_is_wrong_is_told_that_it_is_over() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });
    room.does(at("14:05"), "ada", public(draft));
    assert_eq!(owed(room.incident(), "final external"), None);

    let resolved = Fact::Resolved {
        unmet: Vec::new(),
        reason: Some("the page loads".into()),
    };
    room.does(at("14:30"), "ada", resolved);

    assert_eq!(owed(room.incident(), "final external"), Some(at("15:00")));
    assert!(standing(room.incident(), &Promise::External).is_some());
    let draft = room.does(at("14:32"), "ada", drafted());
    room.does(at("14:33"), "bo", Fact::ExternalApproved { draft });
    let mut over = public(draft);
    if let Fact::UpdateSent(update) = &mut over {
        update.last = true;
    }
    room.does(at("14:34"), "ada", over);
    assert_eq!(owed(room.incident(), "final external"), None);
}

#[test]
fn x2_what_is_published_can_be_taken_back_for_half_a_minute() {
    let mut room = Room::alerted(Severity::P1, at("14:00"));
    let draft = room.does(at("14:02"), "ada", drafted());
    room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });
    let fact = on_the_status_page(draft);
    let entry = room.entry(at("14:05"), "ada", fact);

    let told = intents(room.incident(), &entry, at("14:05"));

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
        room.does(at("14:03"), "bo", Fact::ExternalApproved { draft });

        assert!(
            room.refusal(at("14:05"), "ada", public(draft))
                .contains("(X4)")
        );
    }
}

#[test]
fn x4_an_update_of_a_drill_is_recorded_and_its_cadence_goes_on() {
    let drill = Declaration {
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
fn x4_a_page_about_a_private_incident_is_refused_with_the_number_to_call() {
    let declaration = Declaration {
        private: true,
        policy: REACHABLE.replace("person = \"bo\"", "person = \"bo\"\nphone = \"+49 1\""),
        ..alert(Severity::P1, at("14:00"))
    };
    let room = Room::declared(declaration, at("14:00"));

    let page = Fact::Paged {
        person: "bo".into(),
        text: "come".into(),
        via: vec!["pager".into()],
    };

    let why = room.refusal(at("14:01"), "ada", page);
    assert!(why.contains("call bo (+49 1) yourself"), "{why}");
}

#[test]
fn x4_no_engine_climbs_the_ladder_of_a_private_incident_and_its_steps_stay_open() {
    let declaration = Declaration {
        private: true,
        policy: REACHABLE.to_owned(),
        ..alert(Severity::P1, at("14:00"))
    };
    let room = Room::declared(declaration, at("14:00"));
    let incident = room.incident();

    assert!(!escalation::climbs_by_itself(incident));
    assert_eq!(owed(incident, "Team Lead"), Some(at("14:15")));
    assert_eq!(owed(incident, "Initial responder"), None);
}
