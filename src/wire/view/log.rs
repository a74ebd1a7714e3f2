//! Entries and deliveries, as `-o json` writes them.

use chrono::{DateTime, Utc};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use serde_json::{
    json,
    value::{RawValue, to_raw_value},
};
use utoipa::ToSchema;

use crate::{
    domain::{
        board::Board,
        entry::{Entry, EntryId, IncidentId, Via},
        fact::Health,
        incident::Incident,
        notice::{Delivery, DeliveryState, Purpose},
        policy::Policy,
        text::{Name, Prose, Title, hex},
    },
    ui::app::{Line, line},
};

/// An entry of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Happened {
    #[schema(value_type = String, format = "uuid")]
    pub id: EntryId,
    pub seq: Option<u64>,
    #[schema(value_type = String, format = "uuid")]
    pub incident: IncidentId,
    pub at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    #[schema(value_type = String)]
    pub by: Name,
    #[schema(value_type = String)]
    pub via: Via,
    pub kind: String,
    /// The entry in words, as the console shows it.
    pub text: String,
    /// The fact's fields; of a policy the name, the date and the sum.
    #[schema(value_type = Value)]
    pub body: Box<RawValue>,
    pub retracted: bool,
    /// What overtook it, for which it has no effect.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub superseded_by: Option<EntryId>,
    pub pinned: bool,
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub struct Sending<'a> {
    #[schema(value_type = String)]
    pub key: &'a Title,
    #[schema(value_type = String)]
    pub channel: &'a Name,
    #[schema(value_type = String, format = "uuid")]
    pub incident: IncidentId,
    #[schema(value_type = String, format = "uuid")]
    pub origin: EntryId,
    #[schema(value_type = String)]
    pub purpose: Purpose,
    #[schema(value_type = String)]
    pub state: DeliveryState,
    pub attempts: u32,
    pub next_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    pub maybe_repeat: bool,
    #[schema(value_type = Option<String>)]
    pub last_error: Option<&'a Title>,
    #[schema(value_type = String)]
    pub subject: &'a Title,
    #[schema(value_type = String)]
    pub text: &'a Prose,
}

/// A probe's state, as the log tells.
#[derive(Debug, Serialize, ToSchema)]
pub struct Seen<'a> {
    #[schema(value_type = String)]
    pub probe: &'a Name,
    #[schema(value_type = String)]
    pub state: Health,
    pub since: DateTime<Utc>,
}

/// An entry, with its words.
pub fn happened(board: &Board, incident: &Incident, entry: &Entry) -> Happened {
    let Line {
        at,
        text,
        retracted,
        overtaken,
        pinned,
        ..
    } = line(board, incident, entry);
    let (kind, body) = entry.write();
    let body = match entry.fact.policy() {
        Some(policy) => in_brief(&body, policy).unwrap_or(body),
        None => body,
    };
    Happened {
        id: entry.id,
        seq: entry.seq,
        incident: entry.incident,
        at,
        recorded_at: entry.recorded_at,
        by: entry.by.clone(),
        via: entry.via.clone(),
        kind,
        text,
        body,
        retracted,
        superseded_by: overtaken,
        pinned,
    }
}

/// A body with its policy in brief: whole it is three hundred lines, and in
/// the export for whoever wants them.
fn in_brief(body: &RawValue, text: &str) -> serde_json::Result<Box<RawValue>> {
    let mut body: serde_json::Map<String, serde_json::Value> = serde_json::from_str(body.get())?;
    let known = Policy::parse("policy", text).ok();
    let known = known.as_ref().map(|(policy, _)| policy);
    let brief = json!({
        "name": known.map(|policy| &policy.name),
        "updated": known.map(|policy| policy.updated),
        "sha256": hex(digest(&SHA256, text.as_bytes()).as_ref()),
    });
    body.insert("policy".to_owned(), brief);
    to_raw_value(&body)
}

/// A delivery.
pub fn sending(delivery: &Delivery) -> Sending<'_> {
    let intent = &delivery.intent;
    Sending {
        key: &intent.key,
        channel: &intent.channel,
        incident: intent.incident,
        origin: intent.origin,
        purpose: intent.purpose,
        state: delivery.state,
        attempts: delivery.attempts,
        next_at: delivery.next_at,
        created_at: delivery.created_at,
        sent_at: delivery.sent_at,
        maybe_repeat: delivery.may_be_repeat(),
        last_error: Some(&delivery.last_error).filter(|error| !error.is_empty()),
        subject: &intent.subject,
        text: &intent.text,
    }
}
