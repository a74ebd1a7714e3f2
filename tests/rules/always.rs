//! What holds for any history, however odd: properties of the fold, of what
//! is owed, and of what is stored.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::{prelude::*, test_runner::FileFailurePersistence};
use uuid::Uuid;
use warroom::domain::{
    duty::{duties, settled},
    entry::{Entry, EntryId, IncidentId, ReplicaId, Via},
    escalation, external,
    fact::{
        ActionKind, Declaration, ErrorClass, Fact, Health, ProbeChange, Role, Skip, StepId, Update,
    },
    incident::Incident,
    intents::{Circumstances, intents},
    phase::Phase,
    policy::Policy,
    retrospective,
    severity::Severity,
    text::{Address, Name, Prose, Title},
    update::{Audience, Form},
};

use super::room::{REACHABLE, at};

/// Few names, so that facts are about each other.
const ENTRIES: u128 = 40;

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z ]{0,12}", "\\PC{0,30}", "(\\PC|[\\x00-\\x1f]){0,30}"]
}

fn title() -> impl Strategy<Value = Title> {
    text().prop_map(|raw| Title::lossy(&raw))
}

fn prose() -> impl Strategy<Value = Prose> {
    text().prop_map(|raw| Prose::lossy(&raw))
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        Just("ada"),
        Just("bo"),
        Just("grace"),
        Just("pager"),
        Just("")
    ]
    .prop_map(Name::lossy)
}

/// Mostly around an afternoon; now and then beyond all calendars.
fn time() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![
        20 => (-100_000_i64..400_000).prop_map(|s| at("14:00") + TimeDelta::seconds(s)),
        1 => Just(DateTime::<Utc>::MAX_UTC),
        1 => Just(DateTime::<Utc>::MIN_UTC),
    ]
}

fn entry_id() -> impl Strategy<Value = EntryId> {
    (1..=ENTRIES).prop_map(|id| EntryId(Uuid::from_u128(id)))
}

fn level() -> impl Strategy<Value = Severity> {
    proptest::sample::select(Severity::ALL.to_vec())
}

fn step() -> impl Strategy<Value = StepId> {
    (
        proptest::sample::select(vec!["page", "management", "gone"]),
        0..5_usize,
    )
        .prop_map(|(ladder, index)| StepId {
            ladder: ladder.to_owned(),
            index,
        })
}

fn policy_text() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "",
        REACHABLE,
        "broken =",
        "amends = \"built-in\"\nladder = []\n",
    ])
    .prop_map(ToOwned::to_owned)
}

fn form() -> impl Strategy<Value = Form> {
    (title(), title(), proptest::option::of(time()), prose()).prop_map(
        |(status, impact, next, body)| Form {
            status,
            impact,
            eta: "soon".into(),
            eta_at: next,
            next,
            body,
        },
    )
}

fn update() -> impl Strategy<Value = Update> {
    (
        any::<bool>(),
        form(),
        proptest::collection::vec(name(), 0..3),
        any::<bool>(),
        proptest::option::of(entry_id()),
    )
        .prop_map(|(outside, form, channels, last, draft)| Update {
            audience: if outside {
                Audience::External
            } else {
                Audience::Internal
            },
            form,
            channels,
            last,
            draft,
        })
}

fn declaration() -> impl Strategy<Value = Declaration> {
    (
        title(),
        proptest::option::of(level()),
        proptest::option::of(time()),
        proptest::option::of(time()),
        policy_text(),
        any::<(bool, bool)>(),
    )
        .prop_map(
            |(title, severity, alert_at, reported_at, policy, flags)| Declaration {
                title,
                severity,
                alert_at,
                reported_at,
                policy,
                drill: flags.0,
                private: flags.1,
                ..Declaration::default()
            },
        )
}

fn health() -> impl Strategy<Value = Health> {
    proptest::sample::select(vec![
        Health::Up,
        Health::Degraded,
        Health::Down,
        Health::Unknown,
        Health::Stale,
    ])
}

fn unknown() -> impl Strategy<Value = Fact> {
    ("[a-z_]{1,12}", json()).prop_filter_map("a kind of ours", |(kind, body)| {
        let fact = Fact::read(&format!("x_{kind}"), &body).ok()?;
        matches!(fact, Fact::Unknown(_)).then_some(fact)
    })
}

/// JSON with odd spacing, odd numbers, repeated keys.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("-0.10e+3".to_owned()),
        Just("123456789012345678901234567890".to_owned()),
        Just(r#""\u00e9\/ \ud83d\udea8""#.to_owned()),
        Just("\"é 🚨\"".to_owned()),
        Just("true".to_owned()),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let space = || "[ \t\n\r]{0,3}";
        let items = (proptest::collection::vec(inner.clone(), 0..4), space());
        let pairs = (proptest::collection::vec(inner, 0..4), space());
        prop_oneof![
            items.prop_map(|(all, gap)| format!(
                "[{gap}{}{gap}]",
                all.join(&format!("{gap},{gap}"))
            )),
            pairs.prop_map(|(all, gap)| {
                let all: Vec<_> = all
                    .iter()
                    .map(|value| format!("\"k\"{gap}:{gap}{value}"))
                    .collect();
                format!("{{{gap}{}{gap}}}", all.join(&format!("{gap},")))
            }),
        ]
    })
}

/// Any fact of an incident that goes on.
fn fact() -> BoxedStrategy<Fact> {
    prop_oneof![
        people_facts(),
        ladder_facts(),
        words_facts(),
        after_facts(),
        past_facts()
    ]
    .boxed()
}

fn people_facts() -> BoxedStrategy<Fact> {
    prop_oneof![
        Just(Fact::Acknowledged {}),
        (level(), prose()).prop_map(|(to, reason)| Fact::SeverityChanged { to, reason }),
        proptest::sample::select(vec![
            Phase::Triage,
            Phase::Identified,
            Phase::Fixing,
            Phase::Monitoring,
            Phase::Closed
        ])
        .prop_map(|phase| Fact::PhaseEntered {
            phase,
            rollback: None
        }),
        Just(Fact::ImpactStarted {}),
        Just(Fact::Mitigated {}),
        (
            proptest::collection::vec(title(), 0..3),
            proptest::option::of(prose())
        )
            .prop_map(|(unmet, reason)| Fact::Resolved { unmet, reason }),
        prose().prop_map(|reason| Fact::Reopened { reason }),
        Just(Fact::Closed {}),
        prose().prop_map(|reason| Fact::Cancelled { reason }),
        any::<u8>().prop_map(|id| Fact::Merged {
            into: IncidentId(Uuid::from_u128(id.into()))
        }),
        (proptest::option::of(time()), proptest::option::of(level())).prop_map(
            |(alert_at, highest)| Fact::Absorbed {
                from: IncidentId(Uuid::from_u128(9)),
                alert_at,
                fired: vec![
                    "management/0".to_owned(),
                    "odd".to_owned(),
                    "page/x".to_owned()
                ],
                highest,
            }
        ),
        (proptest::sample::select(Role::ALL.to_vec()), name())
            .prop_map(|(role, person)| Fact::RoleGiven { role, person }),
        (proptest::sample::select(Role::ALL.to_vec()), name())
            .prop_map(|(role, person)| Fact::RoleLeft { role, person }),
        name().prop_map(|person| Fact::Joined { person }),
        declaration().prop_map(|declaration| Fact::Declared(Box::new(declaration))),
    ]
    .boxed()
}

#[expect(
    clippy::too_many_lines,
    reason = "one strategy per fact, each a few lines"
)]
fn ladder_facts() -> BoxedStrategy<Fact> {
    let skips = vec![
        Skip::NotApplicable,
        Skip::Unreachable,
        Skip::Overtaken,
        Skip::ByHand,
    ];
    prop_oneof![
        (step(), 0..3_u32, name(), -90..9000_i64, any::<bool>()).prop_map(
            |(step, round, target, late_s, by_hand)| Fact::Escalated {
                step,
                round,
                via: vec![target.clone()],
                target,
                late_s,
                by_hand
            }
        ),
        (step(), name(), proptest::sample::select(skips), prose()).prop_map(
            |(step, target, why, reason)| Fact::StepSkipped {
                step,
                target,
                why,
                reason
            }
        ),
        (step(), any::<bool>()).prop_map(|(step, go)| Fact::StepConfirmed { step, go }),
        (time(), prose()).prop_map(|(until, reason)| Fact::Held { until, reason }),
        Just(Fact::HoldEnded {}),
        (name(), prose()).prop_map(|(person, text)| Fact::Paged {
            via: vec![person.clone()],
            person,
            text
        }),
        policy_text().prop_map(|policy| Fact::PolicyAdopted { policy }),
        (name(), title()).prop_map(|(fingerprint, name)| Fact::AlertFired {
            fingerprint,
            name,
            source: "prometheus".into()
        }),
        name().prop_map(|fingerprint| Fact::AlertCleared { fingerprint }),
        (
            name(),
            health(),
            health(),
            any::<bool>(),
            proptest::option::of(time())
        )
            .prop_map(|(probe, from, to, counts, since)| {
                Fact::ProbeChanged(Box::new(ProbeChange {
                    probe,
                    from,
                    to,
                    class: Some(ErrorClass::Timeout),
                    detail: "slow".into(),
                    vantage: "bastion".into(),
                    counts,
                    since,
                }))
            }),
        (time(), time()).prop_map(|(from, to)| Fact::OutageAdded {
            from,
            to,
            reason: "".into()
        }),
        (time(), time()).prop_map(|(from, to)| Fact::OutageStruck {
            from,
            to,
            reason: "".into()
        }),
    ]
    .boxed()
}

fn words_facts() -> BoxedStrategy<Fact> {
    prop_oneof![
        (proptest::option::of(title()), proptest::option::of(name())).prop_map(
            |(title, service)| Fact::Described {
                impact: title.clone(),
                title,
                service
            }
        ),
        prose().prop_map(|text| Fact::Noted { text }),
        (name(), prose(), time()).prop_map(|(of, what, by)| Fact::Asked { of, what, by }),
        (entry_id(), prose()).prop_map(|(ask, text)| Fact::Answered { ask, text }),
        (entry_id(), any::<bool>()).prop_map(|(entry, on)| Fact::Pinned { entry, on }),
        (name(), text()).prop_map(|(name, url)| Fact::Linked {
            name,
            url: Address::lossy(&url)
        }),
        (title(), any::<bool>()).prop_map(|(item, done)| Fact::Ticked { item, done }),
        update().prop_map(|update| Fact::UpdateSent(Box::new(update))),
        prose().prop_map(|reason| Fact::LongRunning { reason }),
        form().prop_map(|form| Fact::ExternalDrafted { form }),
        entry_id().prop_map(|draft| Fact::ExternalApproved { draft }),
        (entry_id(), name(), title()).prop_map(|(of, channel, key)| Fact::Delivered {
            of,
            channel,
            key,
            note: "".into()
        }),
        (entry_id(), name(), title()).prop_map(|(of, channel, why)| Fact::Undelivered {
            of,
            channel,
            key: "k".into(),
            why
        }),
    ]
    .boxed()
}

fn after_facts() -> BoxedStrategy<Fact> {
    let kinds = ActionKind::ALL.to_vec();
    prop_oneof![
        any::<bool>().prop_map(|recurs| Fact::RecurrenceSaid { recurs, of: None }),
        any::<bool>().prop_map(|new| Fact::FailureModeSaid { new }),
        time().prop_map(|at| Fact::RetrospectiveScheduled { at }),
        (proptest::collection::vec(name(), 0..3), prose())
            .prop_map(|(attendees, notes)| Fact::RetrospectiveHeld { attendees, notes }),
        (title(), prose()).prop_map(|(role, reason)| Fact::RetrospectiveWaived { role, reason }),
        prose().prop_map(|text| Fact::FactorAdded { text }),
        (
            proptest::sample::select(kinds),
            prose(),
            proptest::option::of(name())
        )
            .prop_map(|(kind, what, owner)| Fact::ActionAdded {
                kind,
                what,
                owner,
                due: "2026-02-01".parse().ok()
            }),
        (entry_id(), proptest::option::of(any::<bool>())).prop_map(|(action, done)| {
            Fact::ActionChanged {
                action,
                owner: None,
                due: None,
                done,
            }
        }),
        unknown(),
    ]
    .boxed()
}

fn past_facts() -> BoxedStrategy<Fact> {
    prop_oneof![
        (entry_id(), prose()).prop_map(|(entry, reason)| Fact::Retracted { entry, reason }),
        (entry_id(), time(), prose()).prop_map(|(entry, at, reason)| Fact::Corrected {
            entry,
            at,
            reason
        }),
    ]
    .boxed()
}

fn entry() -> impl Strategy<Value = Entry> {
    (entry_id(), time(), name(), 0..3_u128, 0..ENTRIES, fact()).prop_map(
        |(id, time, by, replica, base, fact)| Entry {
            id,
            seq: u64::try_from(id.0.as_u128()).ok(),
            incident: incident_id(),
            at: time,
            recorded_at: at("14:00") + TimeDelta::seconds(1),
            by,
            via: if replica == 0 {
                Via::Engine
            } else {
                Via::Console
            },
            replica: ReplicaId(Uuid::from_u128(replica)),
            base: u64::try_from(base).unwrap_or(0),
            fact,
        },
    )
}

fn incident_id() -> IncidentId {
    IncidentId(Uuid::from_u128(1000))
}

fn opened(declaration: Declaration, time: DateTime<Utc>) -> Incident {
    let entry = Entry {
        id: EntryId(Uuid::from_u128(1)),
        seq: Some(1),
        incident: incident_id(),
        at: time,
        recorded_at: time,
        by: "ada".into(),
        via: Via::Console,
        replica: ReplicaId(Uuid::from_u128(1)),
        base: 0,
        fact: Fact::Declared(Box::new(declaration)),
    };
    Incident::open(entry.into(), 1, Vec::new()).expect("it declares one")
}

/// An incident with any history.
fn history() -> impl Strategy<Value = Incident> {
    (
        declaration(),
        time(),
        proptest::collection::vec(entry(), 0..30),
    )
        .prop_map(|(declaration, time, entries)| {
            let mut incident = opened(declaration, time);
            for entry in entries {
                incident.apply(entry.into());
            }
            incident
        })
}

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
        settled(&incident);
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

        let decided = incident.decide(&command);

        prop_assert!(decided.is_ok_and(|facts| !facts.is_empty()) || incident.decide(&command).is_err());
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
            fact: Fact::Acknowledged {},
        }.into());

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
        let around = Circumstances { label: Some("INC-1"), now: at("14:30") };

        for entry in entries {
            prop_assert_eq!(intents(&incident, &entry, around), Vec::new());
            incident.apply(entry.clone().into());
            prop_assert_eq!(intents(&incident, &entry, around), Vec::new());
        }
    }

    #[test]
    fn no_two_messages_of_an_entry_have_one_key(incident in history(), entry in entry()) {
        let around = Circumstances { label: None, now: at("14:30") };

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

/// What is owed to people on ladders that an acknowledgement does not stop.
fn owed_to_managers(incident: &Incident) -> Vec<(String, DateTime<Utc>)> {
    duties(incident)
        .into_iter()
        .filter_map(|due| match due.duty {
            warroom::domain::duty::Duty::Escalate { step, .. } if step.ladder != "page" => {
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
