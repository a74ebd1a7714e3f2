//! Every way in which the server says no, under a word that never changes.
//!
//! | code | status | title | passes | retry after |
//! |---|---|---|---|---|
//! | `malformed` | 400 | the request can't be understood | no | - |
//! | `too_deep` | 400 | the JSON is too deep | no | - |
//! | `unauthenticated` | 401 | no valid token | no | - |
//! | `forbidden` | 403 | the token does not allow it | no | - |
//! | `foreign_workspace` | 403 | the token is for another workspace | no | - |
//! | `not_found` | 404 | there is no such address | no | - |
//! | `no_workspace` | 404 | there is no such workspace | no | - |
//! | `no_incident` | 404 | there is no such incident | no | - |
//! | `no_delivery` | 404 | there is no such delivery | no | - |
//! | `method_not_allowed` | 405 | the address takes another method | no | - |
//! | `too_slow` | 408 | the request took too long | yes | 1-3 s |
//! | `cursor_ahead` | 409 | the client knows more than the server | no | - |
//! | `epoch_changed` | 409 | the server has another history | no | - |
//! | `id_reuse` | 409 | the id is in use for something else | no | - |
//! | `forked` | 409 | two copies of the log have the same name | no | - |
//! | `superseded` | 409 | something newer overtook it | no | - |
//! | `not_now` | 409 | its state does not allow it | no | - |
//! | `too_large` | 413 | the request is too large | no | - |
//! | `entry_too_large` | 413 | the entry is too large | no | - |
//! | `too_many_entries` | 413 | there are too many entries | no | - |
//! | `unsupported_media_type` | 415 | the body is not plain JSON | no | - |
//! | `unfit` | 422 | the entry can't be stored | no | - |
//! | `newer_version` | 422 | a newer program made the entry | no | - |
//! | `rate_limited` | 429 | too many requests | yes | 1-3 s |
//! | `internal` | 500 | the server went wrong | no | - |
//! | `busy` | 503 | the server has too much to do | yes | 1-3 s |
//! | `db_down` | 503 | the database can't be reached | yes | 1-5 s |
//! | `read_only` | 503 | the database takes no entries now | yes | 1-5 s |
//! | `disk_full` | 503 | the disk is full | yes | 10-30 s |
//! | `draining` | 503 | the server is about to end | yes | 1-5 s |
//! | `not_ready` | 503 | the server can't be relied on now | yes | 1-5 s |
//!
//! What passes may be sent again as it is, not before the seconds in
//! `Retry-After`: a random number between the two, so that a thousand clients
//! do not come back in one moment.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $status:literal, $title:literal $(, $retry:expr)?;)*) => {
        /// A way in which the server says no.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every one, by status.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$name),*];

            /// The word that never changes.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The same in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Between how many seconds it may pass; `None` where sending the
            /// same again is of no use.
            pub const fn retry_after(self) -> Option<RangeInclusive<u32>> {
                match self { $(Self::$name => codes!(@retry $($retry)?),)* }
            }
        }
    };
    (@retry) => { None };
    (@retry $retry:expr) => { Some($retry) };
}

codes! {
    /// No JSON, or of another shape.
    Malformed = "malformed", 400, "the request can't be understood";
    /// Lists in lists in lists.
    TooDeep = "too_deep", 400, "the JSON is too deep";
    /// None, unknown, expired or revoked.
    Unauthenticated = "unauthenticated", 401, "no valid token";
    /// Without the scope.
    Forbidden = "forbidden", 403, "the token does not allow it";
    /// A token is for one workspace.
    ForeignWorkspace = "foreign_workspace", 403, "the token is for another workspace";
    /// No route.
    NotFound = "not_found", 404, "there is no such address";
    /// The token's workspace is not served here.
    NoWorkspace = "no_workspace", 404, "there is no such workspace";
    /// Neither number nor id.
    NoIncident = "no_incident", 404, "there is no such incident";
    /// No such key.
    NoDelivery = "no_delivery", 404, "there is no such delivery";
    /// A route, but not for this method.
    MethodNotAllowed = "method_not_allowed", 405, "the address takes another method";
    /// Its body did not come to its end.
    TooSlow = "too_slow", 408, "the request took too long", 1..=3;
    /// The server lost a tail, or it is another one.
    CursorAhead = "cursor_ahead", 409, "the client knows more than the server";
    /// The database was made anew or restored.
    EpochChanged = "epoch_changed", 409, "the server has another history";
    /// Other bytes under a known id.
    IdReuse = "id_reuse", 409, "the id is in use for something else";
    /// What it calls its own count is another entry's.
    Forked = "forked", 409, "two copies of the log have the same name";
    /// Somebody was first.
    Superseded = "superseded", 409, "something newer overtook it";
    /// A delivery that is on the wire, sent or taken back.
    NotNow = "not_now", 409, "its state does not allow it";
    /// More than a megabyte.
    TooLarge = "too_large", 413, "the request is too large";
    /// More than 64 KiB of body.
    EntryTooLarge = "entry_too_large", 413, "the entry is too large";
    /// More than 500.
    TooManyEntries = "too_many_entries", 413, "there are too many entries";
    /// Another type, or compressed.
    UnsupportedMediaType = "unsupported_media_type", 415, "the body is not plain JSON";
    /// A field that the log can't hold.
    Unfit = "unfit", 422, "the entry can't be stored";
    /// Outer fields of a version that this server does not know.
    NewerVersion = "newer_version", 422, "a newer program made the entry";
    /// More than its share.
    RateLimited = "rate_limited", 429, "too many requests", 1..=3;
    /// A fault of ours, or a damaged log.
    Internal = "internal", 500, "the server went wrong";
    /// Too much waits, or another process holds the lock.
    Busy = "busy", 503, "the server has too much to do", 1..=3;
    /// Nothing was saved.
    DbDown = "db_down", 503, "the database can't be reached", 1..=5;
    /// A standby, or a read-only file system.
    ReadOnly = "read_only", 503, "the database takes no entries now", 1..=5;
    /// Nothing was saved.
    DiskFull = "disk_full", 503, "the disk is full", 10..=30;
    /// Another one, or this one again, takes over.
    Draining = "draining", 503, "the server is about to end", 1..=5;
    /// The detail has every reason.
    NotReady = "not_ready", 503, "the server can't be relied on now", 1..=5;
}

impl Code {
    /// Whether the same request may succeed later.
    pub const fn may_pass(self) -> bool {
        self.retry_after().is_some()
    }

    /// The code of that word; `None` for one of a newer server.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A code as the table at the top of this file has it.
    fn row(code: Code) -> String {
        let (passes, retry) = match code.retry_after() {
            Some(range) => ("yes", format!("{}-{} s", range.start(), range.end())),
            None => ("no", "-".to_owned()),
        };
        let (word, status, title) = (code.word(), code.status(), code.title());
        format!("//! | `{word}` | {status} | {title} | {passes} | {retry} |")
    }

    #[test]
    fn the_table_in_the_documentation_is_the_one_in_the_code() {
        let documented: Vec<&str> = include_str!("code.rs")
            .lines()
            .filter(|line| line.starts_with("//! | `"))
            .collect();

        assert_eq!(documented, Code::ALL.map(row));
    }

    #[test]
    fn the_word_is_what_is_written() {
        for code in Code::ALL {
            assert_eq!(serde_json::json!(code), code.word());
            assert_eq!(Code::from_word(code.word()), Some(code));
        }
        assert_eq!(Code::from_word("unheard_of"), None);
    }
}
