//! Any fact of an incident that goes on.

use proptest::prelude::*;
use uuid::Uuid;
use warroom::domain::{
    entry::IncidentId,
    fact::{ActionKind, ErrorClass, Fact, Fate, ProbeChange, Role, Skip},
    phase::Phase,
    text::Address,
};

use super::*;

/// Any fact of an incident that goes on.
pub fn fact() -> BoxedStrategy<Fact> {
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
                targets: Vec::new(),
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
            why,
            fate: Fate::Failed,
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
