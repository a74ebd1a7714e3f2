//! What holds for any history, however odd: properties of the fold, of what
//! is owed, and of what is stored.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{prelude::*, test_runner::FileFailurePersistence};
use uuid::Uuid;
use warroom::domain::{
    duty::{Duty, Promise, duties, held, settled},
    entry::{Entry, EntryId, ReplicaId, Via},
    escalation, external,
    fact::{Declaration, Fact, StepId},
    incident::Incident,
    intents::intents,
    policy::Policy,
    retrospective,
    severity::Severity,
    text::{Prose, Title},
};

use super::{any::*, room::at};

/// Histories that broke a rule once are kept beside this file.
fn config() -> ProptestConfig {
    let beside = FileFailurePersistence::WithSource("regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(beside)),
        ..ProptestConfig::with_cases(256)
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_history_folds_and_its_duties_can_be_told(incident in history(), now in time()) {
        let dues = duties(&incident);

        prop_assert!(dues.windows(2).all(|pair| pair[0].by <= pair[1].by));
        prop_assert!(dues.iter().all(|due| (0.0..=1.0).contains(&due.used(now))));
        for due in &dues {
            due.clock(now);
        }
        let climbing = dues.iter().any(|due| matches!(due.duty, Duty::Escalate { .. }));
        prop_assert!(held(&incident).is_empty() || !climbing);
        for clock in settled(&incident) {
            let step = matches!(clock.what, Promise::Escalate(..));
            let late = clock.standing.late();
            prop_assert!(step || late.is_none_or(|late| late > TimeDelta::zero()));
        }
        escalation::climb(&incident, now, |_| true);
        external::warns_at(&incident);
        retrospective::is_required(&incident, now);
        retrospective::open_before_closing(&incident);
        retrospective::attendees(&incident);
    }

    #[test]
    fn any_fact_may_be_wished_for(incident in history(), entry in entry()) {
        let mut command = warroom::domain::incident::Command::new(entry.fact, entry.by, at("14:30"));
        command.at = entry.at;

        match incident.decide(&command) {
            Ok(facts) => {
                let kinds: Vec<String> = facts.iter().map(|fact| fact.write().0).collect();
                prop_assert_eq!(kinds, [command.fact.write().0]);
            }
            Err(refusal) => prop_assert!(!refusal.sentence.is_empty()),
        }
    }

    #[test]
    fn what_is_only_said_reaches_nobody_and_calls_no_step(
        incident in history(),
        entry in entry(),
        now in time(),
    ) {
        prop_assume!(is_only_said(&entry.fact));
        let around = at("14:30");
        let before = called(&incident, now);
        let mut after = incident.clone();

        prop_assert_eq!(intents(&incident, &entry, around), Vec::new());
        after.apply(entry.clone().into());

        prop_assert_eq!(intents(&after, &entry, around), Vec::new());
        let called = called(&after, now);
        prop_assert!(called.is_subset(&before), "{called:?} after {before:?}");
    }

    #[test]
    fn an_entry_that_is_known_changes_nothing(mut incident in history()) {
        let before = incident.state().clone();
        let known: Vec<_> = incident.entries().to_vec();

        for entry in known.into_iter().rev() {
            incident.apply(entry);
        }

        prop_assert_eq!(incident.state(), &before);
    }

    #[test]
    fn folding_again_gives_the_same_state(incident in history()) {
        let refolded = incident.refolded();

        prop_assert_eq!(refolded.state(), incident.state());
    }

    #[test]
    fn deadlines_never_depend_on_when_notes_arrive(
        declaration in declaration(),
        time in time(),
        entries in proptest::collection::vec(entry(), 0..20),
        notes in proptest::collection::vec((0..20_usize, prose()), 0..10),
    ) {
        let mut bare = opened(declaration.clone(), time);
        let mut noted = opened(declaration, time);
        for (place, entry) in entries.iter().enumerate() {
            for (which, (_, text)) in notes.iter().enumerate().filter(|(_, (at, _))| *at == place) {
                let mut note = entry.clone();
                note.id = EntryId(Uuid::from_u128(5000 + which as u128));
                note.recorded_at += TimeDelta::minutes(7);
                note.fact = Fact::Noted { text: text.clone() };
                noted.apply(note.into());
            }
            bare.apply(entry.clone().into());
            noted.apply(entry.clone().into());
        }

        prop_assert_eq!(duties(&noted), duties(&bare));
    }

    #[test]
    fn acknowledging_never_stops_the_management_ladder(incident in history(), time in time()) {
        let before = owed_to_managers(&incident);
        let mut taken = incident.clone();

        taken.apply(Entry {
            id: EntryId(Uuid::from_u128(7000)),
            seq: None,
            incident: incident.id,
            at: time,
            recorded_at: time,
            by: "hopper".into(),
            via: Via::Console,
            replica: ReplicaId(Uuid::from_u128(1)),
            base: 0,
            fact: Fact::Acknowledged {}, came_as: None, }.into());

        prop_assert_eq!(owed_to_managers(&taken), before);
    }

    #[test]
    fn nothing_leaves_a_drill_or_a_private_incident(
        declaration in declaration(),
        sealed in any::<bool>(),
        entries in proptest::collection::vec(entry(), 0..30),
    ) {
        let sealed = Declaration { drill: sealed, private: !sealed, ..declaration };
        let mut incident = opened(sealed, at("14:00"));
        let around = at("14:30");

        for entry in entries {
            prop_assert_eq!(intents(&incident, &entry, around), Vec::new());
            incident.apply(entry.clone().into());
            prop_assert_eq!(intents(&incident, &entry, around), Vec::new());
        }
    }

    #[test]
    fn no_two_messages_of_an_entry_have_one_key(incident in history(), entry in entry()) {
        let around = at("14:30");

        let told = intents(&incident, &entry, around);

        let mut pairs: Vec<_> = told.iter().map(|one| (one.key.to_string(), one.channel.clone())).collect();
        pairs.sort();
        pairs.dedup();
        let mut keys: Vec<_> = pairs.iter().map(|(key, _)| key).collect();
        keys.dedup();
        prop_assert_eq!(keys.len(), pairs.len());
    }

    #[test]
    fn every_fact_is_read_as_it_was_written(fact in fact()) {
        let (kind, body) = fact.write();

        prop_assert_eq!(Fact::read(&kind, body.get()).unwrap(), fact);
    }

    #[test]
    fn a_known_fact_keeps_the_fields_of_a_newer_program_byte_for_byte(
        entry in entry(),
        more in json(),
        gap in "[ \t]{0,3}",
    ) {
        let (kind, body) = entry.fact.write();
        let rest = body.get().strip_prefix('{').map(str::to_owned);
        prop_assume!(rest.is_some() && !matches!(entry.fact, Fact::Unknown(_)));
        let rest = rest.unwrap_or_default();
        let comma = if rest == "}" { "" } else { "," };
        let whole = format!("{{{gap}\"a newer field\":{gap}{more}{comma}{rest}");

        let (fact, came_as) = Fact::read_whole(&kind, &whole).unwrap();
        prop_assert_eq!(&fact, &entry.fact);
        let (again, kept) = Entry { fact, came_as, ..entry }.write();

        prop_assert_eq!(again, kind);
        prop_assert_eq!(kept.get(), whole.as_str());
    }

    #[test]
    fn a_known_fact_is_written_as_this_program_would(fact in fact()) {
        let (kind, body) = fact.write();

        prop_assert_eq!(Fact::read_whole(&kind, body.get()).unwrap().1, None);
    }

    #[test]
    fn how_an_entry_came_about_is_kept_word_for_word(word in "[a-z]{1,12}( [a-z]{1,12})?") {
        let via = Via::from(word.as_str());

        prop_assert_eq!(via.word(), word.as_str());
        let written = serde_json::to_string(&via).unwrap();
        prop_assert_eq!(&written, &format!("{word:?}"));
        prop_assert_eq!(serde_json::from_str::<Via>(&written).unwrap(), via);
    }

    #[test]
    fn an_unknown_fact_is_kept_byte_for_byte(kind in "\\PC{1,20}", body in json()) {
        let kind = format!("x {kind}");

        let (again, kept) = Fact::read(&kind, &body).unwrap().write();

        prop_assert_eq!(again, kind);
        prop_assert_eq!(kept.get(), body.as_str());
    }

    #[test]
    fn a_known_kind_in_an_unknown_shape_is_kept_too(body in "\\[[ \t\n]{0,3}[1-9]{1,5}[ \t]{0,3}\\]") {
        let (kind, kept) = Fact::read("severity_changed", &body).unwrap().write();

        prop_assert_eq!(kind, "severity_changed");
        prop_assert_eq!(kept.get(), body.as_str());
    }

    #[test]
    fn what_is_no_json_is_no_fact(body in "[a-z{\\[]{1,9}") {
        prop_assume!(!["null", "true", "false"].contains(&body.as_str()));

        prop_assert!(Fact::read("noted", &body).is_err());
    }

    #[test]
    fn text_fits_is_clean_and_stays_as_it_is(raw in "(\\PC|[\\x00-\\x1f\u{1b}\u{7f}-\u{9f}\u{200b}\u{202e}]){0,300}") {
        let title = Title::lossy(&raw);
        let prose = Prose::lossy(&raw);

        prop_assert!(title.chars().count() <= 200);
        prop_assert!(!title.chars().any(char::is_control));
        prop_assert!(!prose.chars().any(|c| c != '\n' && c.is_control()));
        prop_assert_eq!(&Title::lossy(&title), &title);
        prop_assert_eq!(Prose::lossy(&prose), prose);
        if let Ok(typed) = Title::typed(&raw) {
            prop_assert_eq!(typed, title);
        }
    }

    #[test]
    fn a_policy_that_is_read_is_written_and_read_the_same(
        respond in 1..240_i64,
        more in 0..240_i64,
        hours in 1..12_i64,
        first in 1..100_i64,
        gap in 1..100_i64,
        every in 1..100_i64,
        who in "[A-Za-z \"\\\\#=\\[\\]é]{0,20}x",
    ) {
        let quoted = toml::Value::from(who);
        let text = format!(
            "amends = \"built-in\"\n\
             [severity.P2]\nrespond = \"{respond}m\"\nresolve = \"{}m\"\nupdate_every = \"{every}m\"\n\
             [[ladder]]\nname = \"only\"\nuntil = \"resolved\"\nrepeat = \"{every}m\"\n\
             [[ladder.step]]\nafter = \"{first}m\"\ntarget = {quoted}\n\
             [[ladder.step]]\nafter = \"{}m\"\ntarget = \"CEO\"\nseverities = [\"P1\"]\nconfirm = \"ask\"\n\
             [contact.{quoted}]\nperson = \"bo\"\nchannels = [\"pager\"]\n\
             [calendar]\nzone = \"Asia/Kolkata\"\nweek = [\"sun\", \"mon\"]\nhours = \"0{}:30-2{}:15\"\nholidays = [2026-05-01]\n",
            respond + more,
            first + gap,
            hours % 10,
            hours % 4,
        );
        let (policy, warnings) = Policy::parse("team.toml", &text).unwrap();

        let (again, _) = Policy::parse("written.toml", &policy.to_toml()).unwrap();

        prop_assert_eq!(warnings, Vec::new());
        prop_assert_eq!(again, policy);
    }
}

#[test]
fn the_built_in_policy_is_written_and_read_the_same() {
    let policy = Policy::built_in();

    let (again, warnings) = Policy::parse("written.toml", &policy.to_toml()).unwrap();

    assert_eq!(again, *policy);
    assert_eq!(warnings, []);
}

/// Steps that the engine has to do something about.
fn called(incident: &Incident, now: DateTime<Utc>) -> BTreeSet<StepId> {
    let climb = escalation::climb(incident, now, |_| true);
    let fired = climb.fire.into_iter().map(|(step, _)| step);
    fired
        .chain(climb.skip.into_iter().map(|(step, ..)| step))
        .collect()
}

/// Whether a fact only says something: it neither sends nor pages, and moves no
/// clock of a ladder.
fn is_only_said(fact: &Fact) -> bool {
    match fact {
        Fact::UpdateSent(_)
        | Fact::Escalated { .. }
        | Fact::Paged { .. }
        | Fact::StepSkipped { .. }
        | Fact::StepConfirmed { .. }
        | Fact::SeverityChanged { .. }
        // A shorter one than that in force.
        | Fact::Held { .. }
        | Fact::HoldEnded {}
        | Fact::Reopened { .. }
        | Fact::Absorbed { .. }
        | Fact::Corrected { .. }
        | Fact::Retracted { .. }
        | Fact::Delivered { .. }
        | Fact::Undelivered { .. }
        | Fact::PolicyAdopted { .. } => false,
        Fact::Declared(_)
        | Fact::Acknowledged {}
        | Fact::Described { .. }
        | Fact::PhaseEntered { .. }
        | Fact::ImpactStarted {}
        | Fact::Mitigated {}
        | Fact::Resolved { .. }
        | Fact::Closed {}
        | Fact::Cancelled { .. }
        | Fact::Merged { .. }
        | Fact::RoleGiven { .. }
        | Fact::RoleLeft { .. }
        | Fact::Joined { .. }
        | Fact::Noted { .. }
        | Fact::Asked { .. }
        | Fact::Answered { .. }
        | Fact::Pinned { .. }
        | Fact::Linked { .. }
        | Fact::Ticked { .. }
        | Fact::LongRunning { .. }
        | Fact::ExternalDrafted { .. }
        | Fact::ExternalApproved { .. }
        | Fact::AlertFired { .. }
        | Fact::AlertCleared { .. }
        | Fact::ProbeChanged(_)
        | Fact::OutageAdded { .. }
        | Fact::OutageStruck { .. }
        | Fact::RecurrenceSaid { .. }
        | Fact::FailureModeSaid { .. }
        | Fact::RetrospectiveScheduled { .. }
        | Fact::RetrospectiveHeld { .. }
        | Fact::RetrospectiveWaived { .. }
        | Fact::FactorAdded { .. }
        | Fact::ActionAdded { .. }
        | Fact::ActionChanged { .. }
        | Fact::Unknown(_) => true,
    }
}

/// What is owed to people on ladders that an acknowledgement does not stop.
fn owed_to_managers(incident: &Incident) -> Vec<(String, DateTime<Utc>)> {
    duties(incident)
        .into_iter()
        .filter_map(|due| match due.duty {
            Duty::Escalate { step, .. } if step.ladder != "page" => {
                Some((step.to_string(), due.by))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn entries_keep_the_order_of_the_log() {
    let mut ids: Vec<EntryId> = (0..5_u128)
        .rev()
        .map(|count| EntryId(Uuid::from_u128(count)))
        .collect();
    ids.sort_unstable();

    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(Severity::P1 > Severity::P2 && Severity::P3 > Severity::P4);
    let first: Vec<_> = ids.iter().map(ToString::to_string).collect();
    let mut by_text = first.clone();
    by_text.sort();
    assert_eq!(first, by_text);
}
