//! A long incident, as lines of JSON: about 300 bytes each.

use std::{borrow::Cow, collections::HashMap, collections::HashSet};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;
use warroom::domain::{
    board::Board,
    entry::{Entry, EntryId, IncidentId, ReplicaId, Seq, Via},
    fact::Fact,
    text::Name,
};

/// When it began, in milliseconds.
pub const BEGAN: i64 = 1_700_000_000_000;

/// The incident that all of it is about.
pub fn incident() -> IncidentId {
    IncidentId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001))
}

/// The id of the entry at place `seq`.
pub fn id(seq: Seq) -> EntryId {
    let time = 0x0190_0000_0000_u128 + u128::from(seq) * 37;
    let random = u128::from(seq.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 2);
    EntryId(Uuid::from_u128(time << 80 | 7 << 76 | 2 << 62 | random))
}

/// The first `count` entries, a line each.
pub fn lines(count: Seq) -> Vec<String> {
    (1..=count).map(line).collect()
}

/// The entry at place `seq`.
pub fn line(seq: Seq) -> String {
    let (kind, body) = fact(seq);
    format!(
        r#"{{"id":"{}","seq":{seq},"incident":"{}","at":{at},"recorded_at":{at},"by":"user{}","via":"console","replica":"{}","base":{},"kind":"{kind}","body":{body}}}"#,
        id(seq).0,
        incident().0,
        seq % 23,
        Uuid::from_u128(0xabcd << 96 | 4 << 76 | 2 << 62),
        seq - 1,
        at = BEGAN + i64::try_from(seq).unwrap_or(0) * 37,
    )
}

fn fact(seq: Seq) -> (&'static str, String) {
    let plain = "rolled back checkout to build 4711 and watching p99 on the payment gateway";
    let accents = r#"the region \"eu-west-1\" looks fine from the café, next update in 15 minutes"#;
    let text = if seq.is_multiple_of(2) {
        plain
    } else {
        accents
    };
    match seq {
        1 => (
            "declared",
            format!(r#"{{"title":"{plain}","severity":"P2"}}"#),
        ),
        _ => match seq % 10 {
            0 => (
                "severity_changed",
                format!(r#"{{"to":"P{}","reason":"{text}"}}"#, seq % 3 + 1),
            ),
            1 => ("joined", format!(r#"{{"person":"user{}"}}"#, seq % 23)),
            2 | 3 => (
                "ticked",
                format!(
                    r#"{{"item":"runbook:a.md#{}","done":{}}}"#,
                    seq % 500,
                    seq.is_multiple_of(3)
                ),
            ),
            4 | 5 => (
                "probe_changed",
                format!(
                    r#"{{"probe":"checkout-{}","from":"up","to":"{}","detail":"{plain}","vantage":"bastion","counts":false}}"#,
                    seq % 30,
                    if seq.is_multiple_of(7) { "down" } else { "up" },
                ),
            ),
            _ => ("noted", format!(r#"{{"text":"{text}"}}"#)),
        },
    }
}

#[derive(Deserialize)]
struct Line<'a> {
    id: EntryId,
    seq: Seq,
    incident: IncidentId,
    at: i64,
    recorded_at: i64,
    by: Name,
    via: Via,
    replica: ReplicaId,
    base: Seq,
    #[serde(borrow)]
    kind: &'a str,
    #[serde(borrow)]
    body: &'a RawValue,
}

/// A line as the program reads it.
pub fn entry(line: &str) -> Entry {
    let line: Line<'_> = serde_json::from_str(line).expect("it was written above");
    Entry {
        id: line.id,
        seq: Some(line.seq),
        incident: line.incident,
        at: time(line.at),
        recorded_at: time(line.recorded_at),
        by: line.by,
        via: line.via,
        replica: line.replica,
        base: line.base,
        fact: Fact::read(line.kind, line.body.get()).expect("it was written above"),
        came_as: None,
    }
}

/// A time from milliseconds.
pub fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).expect("it is in the calendar")
}

/// All of `lines`, folded by the program.
pub fn board(lines: &[String]) -> Board {
    let mut board = Board::default();
    for line in lines {
        board.apply(entry(line));
    }
    board
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    incident: Cow<'a, str>,
    seq: u64,
    at: i64,
    #[serde(borrow)]
    by: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    body: Body<'a>,
}

/// Every field of every kind that occurs here.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Body<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    to: Cow<'a, str>,
    #[serde(borrow)]
    item: Cow<'a, str>,
    #[serde(borrow)]
    probe: Cow<'a, str>,
    #[serde(borrow)]
    detail: Cow<'a, str>,
    done: bool,
}

/// What a bare program would keep: nothing is cleaned, checked or undoable.
#[derive(Default)]
pub struct Raw {
    seen: HashSet<String>,
    incidents: HashMap<String, RawIncident>,
}

#[derive(Default)]
struct RawIncident {
    timeline: Vec<(u64, i64, String, String, String)>,
    severity: String,
    ticks: HashMap<String, bool>,
    probes: HashMap<String, String>,
    people: HashMap<String, i64>,
}

impl Raw {
    /// All of `lines`, folded.
    pub fn of(lines: &[String]) -> Self {
        let mut raw = Self::default();
        for line in lines {
            raw.apply(line);
        }
        raw
    }

    /// Parses a line and folds it.
    pub fn apply(&mut self, line: &str) {
        let event: Event<'_> = serde_json::from_str(line).expect("it was written above");
        if !self.seen.insert(event.id.into_owned()) {
            return;
        }
        let incident = self
            .incidents
            .entry(event.incident.into_owned())
            .or_default();
        let body = event.body;
        let words = [body.text, body.reason, body.title, body.detail];
        let text = words.into_iter().find(|text| !text.is_empty());
        incident.people.insert(event.by.to_string(), event.at);
        incident.timeline.push((
            event.seq,
            event.at,
            event.by.into_owned(),
            event.kind.to_string(),
            text.unwrap_or_default().into_owned(),
        ));
        match &*event.kind {
            "severity_changed" => incident.severity = body.to.into_owned(),
            "ticked" => drop(incident.ticks.insert(body.item.into_owned(), body.done)),
            "probe_changed" => drop(
                incident
                    .probes
                    .insert(body.probe.into_owned(), body.to.into_owned()),
            ),
            _ => {}
        }
    }
}
