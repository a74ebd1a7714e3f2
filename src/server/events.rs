//! The log over HTTP: taking entries in, and telling of them.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{
        Query, State,
        rejection::{BytesRejection, QueryRejection},
    },
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};

use super::{
    Caller, Problem, Room, Shared, Workspace,
    accept::{Offer, Order},
    auth, draining, feed,
    openapi::Refused,
};
use crate::{
    domain::{entry::sent_by, text::Name},
    journal,
    store::RawEntry,
    wire::{self, Code, Follow, Item, Page, Post, Posted, time::is_a_time},
};

/// Takes entries in.
///
/// Answered once everything is on disk: an entry that is `appended` or
/// `duplicate` survives whatever happens. Sending the same again is answered
/// with `duplicate`. The entries of one post are taken in their order; one that
/// is rejected does not keep the others out.
#[utoipa::path(
    post,
    path = "/v1/ws/{ws}/events",
    operation_id = "post_events",
    params(("ws" = String, Path, description = "The workspace")),
    request_body = Post,
    responses((status = 200, description = "What became of each entry", body = Posted), Refused),
    security(("token" = ["write"]))
)]
pub(super) async fn post(
    Extension(workspace): Extension<Arc<Workspace>>,
    Extension(caller): Extension<Arc<Caller>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Posted>, Problem> {
    plain_json(&headers)?;
    let body = body?;
    // It comes as slowly as its sender likes.
    caller.still()?;
    let post: Post =
        serde_json::from_slice(&body).map_err(|error| Problem::new(Code::Malformed, error))?;
    if post.events.len() > wire::ENTRIES {
        return Err(Problem::new(
            Code::TooManyEntries,
            "a post has at most 500 entries: send it in parts",
        ));
    }
    let sent_at = post.sent_at.unwrap_or(workspace.room.clock.now());
    if !is_a_time(sent_at) {
        return Err(Problem::new(
            Code::Malformed,
            "sent_at is not between the years 1970 and 9999: set the clock of this host",
        ));
    }
    let items = post
        .events
        .into_iter()
        .map(|entry| checked(entry, &caller.name, sent_at))
        .collect();
    let order = Order {
        items,
        on_conflict: post.on_conflict,
        given_up: post.given_up,
        revoked: caller.revoked.clone(),
    };
    let results = workspace.writer.post(order, body.len()).await?;
    let epoch = workspace.room.feed.epoch();
    Ok(Json(Posted { results, epoch }))
}

fn plain_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    let coded = headers.contains_key(header::CONTENT_ENCODING);
    if kind.eq_ignore_ascii_case("application/json") && !coded {
        return Ok(());
    }
    Err(Problem::new(
        Code::UnsupportedMediaType,
        "send `Content-Type: application/json`, not compressed",
    ))
}

/// An entry as it is looked at, and why it may not be stored, if so.
fn checked(entry: wire::Entry, caller: &Name, sent_at: DateTime<Utc>) -> Offer {
    let refused = unfit(&entry);
    let (told, rseq) = (entry.told, entry.rseq);
    let mut row = journal::from_wire(entry);
    row.seq = None;
    row.by = author(&row, told, caller);
    Offer {
        // Both end within the calendar, or it is not taken.
        waited: sent_at.signed_duration_since(row.recorded_at),
        row,
        told,
        rseq,
        refused,
    }
}

/// Why an entry may not be stored, whatever is there already.
fn unfit(entry: &wire::Entry) -> Option<Item> {
    let no = |code, detail| Some(Item::rejected(entry.id, code, detail));
    if entry.v != wire::VERSION {
        return no(
            Code::NewerVersion,
            "this server knows version 1 of the outer fields: update it",
        );
    }
    let body = entry.body.get();
    if body.len() > wire::BODY {
        return no(
            Code::EntryTooLarge,
            "its body has at most 64 KiB: shorten it",
        );
    }
    if depth(body) > wire::DEPTH {
        return no(Code::TooDeep, "its lists and objects lie more than 32 deep");
    }
    if !(is_a_time(entry.at) && is_a_time(entry.recorded_at)) {
        return no(
            Code::Unfit,
            "its time is not between the years 1970 and 9999",
        );
    }
    if !entry.told && (entry.via == "engine" || entry.id.is_computed()) {
        // Their ids follow from what they are: a forged one would stand in the
        // way of a page.
        return no(
            Code::Unfit,
            "only the server's own engine records so; give it an id of its own",
        );
    }
    None
}

/// Who recorded it: whoever the token names, but for what no person does. What
/// was recorded before keeps its name, and says who handed it in.
fn author(row: &RawEntry, told: bool, caller: &Name) -> Name {
    if !told || row.by == *caller || row.by.is_empty() {
        return caller.clone();
    }
    sent_by(&row.by, caller)
}

/// How deep lists and objects lie in each other, in text that is JSON.
fn depth(json: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => now += 1,
            b']' | b'}' if !in_string => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

/// The entries after a number; waits for the next one, if asked to.
///
/// Empty when the wait was in vain: ask again, with the same number. A client
/// that finds another `epoch`, or a `head` below its own number, reads the log
/// again from the last entry that both have.
#[utoipa::path(
    get,
    path = "/v1/ws/{ws}/events",
    operation_id = "follow_events",
    params(("ws" = String, Path, description = "The workspace"), Follow),
    responses((status = 200, description = "Entries, in order, without gaps", body = Page<wire::Entry>), Refused),
    security(("token" = ["read"]))
)]
pub(super) async fn follow(
    State(server): State<Shared>,
    Extension(workspace): Extension<Arc<Workspace>>,
    Extension(caller): Extension<Arc<Caller>>,
    asked: Result<Query<Follow>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(asked) = asked?;
    let room = &workspace.room;
    agrees(room, &asked).await?;
    if let Some(console) = asked.console {
        let now = tokio::time::Instant::now();
        room.watching.saw(console, &caller.name, now);
    }
    let mut head = room.feed.watch();
    let wait = Duration::from_secs(asked.wait.min(wire::WAIT_S).into());
    let news = head.wait_for(|head| *head > asked.after);
    tokio::select! {
        biased;
        () = caller.revoked.cancelled() => return Err(auth::ended()),
        () = server.drain.cancelled() => return Err(draining()),
        _ = tokio::time::timeout(wait, news) => {}
    }
    // The history may have become another one meanwhile.
    agrees(room, &asked).await?;
    let most = asked.limit.unwrap_or(u32::MAX);
    let page = feed::page(room, asked.after, most).await?;
    let json = [(header::CONTENT_TYPE, "application/json")];
    Ok((json, page).into_response())
}

/// Whether the client's number is one of this history.
async fn agrees(room: &Room, asked: &Follow) -> Result<(), Problem> {
    let feed = &room.feed;
    let no = |code, way_out: &str| Err(Problem::new(code, way_out).at(&feed.epoch(), feed.head()));
    if asked
        .epoch
        .as_ref()
        .is_some_and(|theirs| !feed.is_of(theirs))
    {
        let way_out = "read the log again from the last entry that both have";
        return no(Code::EpochChanged, way_out);
    }
    if asked.after > feed.head() {
        // It may be ahead of what was read here, but not of the log.
        feed.refresh(&room.log).await?;
    }
    if asked.after > feed.head() {
        let way_out = "the server lost what came after its head: send it what it lacks";
        return no(Code::CursorAhead, way_out);
    }
    if is_another(room, asked).await? {
        let way_out = "another entry has that number here: read the log again from the last entry that both have";
        return no(Code::EpochChanged, way_out);
    }
    Ok(())
}

/// Whether what has the client's number here, or lies before it, is something
/// else than the client has.
async fn is_another(room: &Room, asked: &Follow) -> Result<bool, Problem> {
    if asked.after == 0 || (asked.last.is_none() && asked.total.is_none()) {
        return Ok(asked.last.is_some());
    }
    let Some(mark) = room.feed.at(&room.log, asked.after).await? else {
        return Ok(true);
    };
    let other_id = asked.last.is_some_and(|last| last != mark.id);
    let other_total = asked
        .total
        .as_ref()
        .is_some_and(|total| *total != mark.total);
    Ok(other_id || other_total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_what_lies_in_each_other_and_not_in_strings() {
        for (json, deep) in [
            ("1", 0),
            ("{}", 1),
            (r#"[[],[{}],{"a":1}]"#, 3),
            (r#"{"a":"[[[[\"{{"}"#, 1),
            (r#""\\""#, 0),
            (r#"["\\",[1]]"#, 2),
        ] {
            assert_eq!(depth(json), deep, "{json}");
        }
    }
}
