//! Any value, any fact, any history: what properties are tried with.

mod facts;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;
use warroom::domain::{
    entry::{Entry, EntryId, IncidentId, ReplicaId, Via},
    fact::{Declaration, Fact, Health, StepId, Update},
    incident::Incident,
    severity::Severity,
    text::{Name, Prose, Title},
    update::{Audience, Form},
};

use super::room::{REACHABLE, at};

pub use facts::fact;

/// Few names, so that facts are about each other.
const ENTRIES: u128 = 40;

pub fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z ]{0,12}", "\\PC{0,30}", "(\\PC|[\\x00-\\x1f]){0,30}"]
}

pub fn title() -> impl Strategy<Value = Title> {
    text().prop_map(|raw| Title::lossy(&raw))
}

pub fn prose() -> impl Strategy<Value = Prose> {
    text().prop_map(|raw| Prose::lossy(&raw))
}

pub fn name() -> impl Strategy<Value = Name> {
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
pub fn time() -> impl Strategy<Value = DateTime<Utc>> {
    prop_oneof![
        20 => (-100_000_i64..400_000).prop_map(|s| at("14:00") + TimeDelta::seconds(s)),
        1 => Just(DateTime::<Utc>::MAX_UTC),
        1 => Just(DateTime::<Utc>::MIN_UTC),
    ]
}

pub fn entry_id() -> impl Strategy<Value = EntryId> {
    (1..=ENTRIES).prop_map(|id| EntryId(Uuid::from_u128(id)))
}

pub fn level() -> impl Strategy<Value = Severity> {
    proptest::sample::select(Severity::ALL.to_vec())
}

pub fn step() -> impl Strategy<Value = StepId> {
    (
        proptest::sample::select(vec!["page", "management", "gone"]),
        0..5_usize,
    )
        .prop_map(|(ladder, index)| StepId {
            ladder: ladder.to_owned(),
            index,
        })
}

pub fn policy_text() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "",
        REACHABLE,
        "broken =",
        "amends = \"built-in\"\nladder = []\n",
    ])
    .prop_map(ToOwned::to_owned)
}

pub fn form() -> impl Strategy<Value = Form> {
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

pub fn update() -> impl Strategy<Value = Update> {
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
            label: None,
            last,
            draft,
        })
}

pub fn declaration() -> impl Strategy<Value = Declaration> {
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

pub fn health() -> impl Strategy<Value = Health> {
    proptest::sample::select(vec![
        Health::Up,
        Health::Degraded,
        Health::Down,
        Health::Unknown,
        Health::Stale,
    ])
}

pub fn unknown() -> impl Strategy<Value = Fact> {
    ("[a-z_]{1,12}", json()).prop_filter_map("a kind of ours", |(kind, body)| {
        let fact = Fact::read(&format!("x_{kind}"), &body).ok()?;
        matches!(fact, Fact::Unknown(_)).then_some(fact)
    })
}

/// JSON with odd spacing, odd numbers, repeated keys.
pub fn json() -> impl Strategy<Value = String> {
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

pub fn entry() -> impl Strategy<Value = Entry> {
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
            came_as: None,
        },
    )
}

pub fn incident_id() -> IncidentId {
    IncidentId(Uuid::from_u128(1000))
}

pub fn opened(declaration: Declaration, time: DateTime<Utc>) -> Incident {
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
        came_as: None,
    };
    Incident::open(entry.into(), Some(1), Vec::new()).expect("it declares one")
}

/// An incident with any history.
pub fn history() -> impl Strategy<Value = Incident> {
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
