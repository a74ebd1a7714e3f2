//! Entries between the log and the wire, with their bodies as they are.

use serde_json::value::RawValue;

use crate::{store::RawEntry, wire};

/// An entry as it goes over the wire; `None` where its body is no JSON.
pub fn to_wire(row: RawEntry) -> Option<wire::Entry> {
    Some(wire::Entry {
        id: row.id,
        seq: row.seq,
        incident: row.incident,
        kind: row.kind,
        v: wire::VERSION,
        at: row.at,
        recorded_at: row.recorded_at,
        by: row.by,
        via: row.via,
        replica: row.replica,
        rseq: None,
        base: row.base,
        told: false,
        body: RawValue::from_string(row.body).ok()?,
    })
}

/// An entry as it came over the wire.
pub fn from_wire(entry: wire::Entry) -> RawEntry {
    RawEntry {
        id: entry.id,
        seq: entry.seq,
        incident: entry.incident,
        kind: entry.kind,
        at: entry.at,
        recorded_at: entry.recorded_at,
        by: entry.by,
        via: entry.via,
        replica: entry.replica,
        base: entry.base,
        body: String::from(Box::<str>::from(entry.body)),
    }
    .settled()
}
