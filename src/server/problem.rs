//! Saying no over HTTP: problem+json (RFC 9457) with a stable code. The codes
//! and what they mean are in [`crate::wire::code`].

use std::fmt::Display;

use axum::{
    extract::rejection::{BytesRejection, PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    domain::{entry::Seq, text::Title},
    store::StoreError,
    wire::{self, Code},
};

/// A refusal, on its way to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    /// What happened here, and the way out; clean.
    detail: Title,
    epoch: Option<String>,
    head: Option<Seq>,
}

impl Problem {
    /// A refusal that says what happened here, and the way out.
    pub fn new(code: Code, detail: impl Display) -> Self {
        Self {
            code,
            // It may quote what the client sent.
            detail: Title::lossy(&detail.to_string()),
            epoch: None,
            head: None,
        }
    }

    /// The history and the head that the server has, so that the client knows
    /// from where to go on.
    #[must_use]
    pub fn at(mut self, epoch: &str, head: Seq) -> Self {
        self.epoch = Some(epoch.to_owned());
        self.head = Some(head);
        self
    }

    /// Which one it is.
    pub const fn code(&self) -> Code {
        self.code
    }

    fn json(&self) -> wire::Problem {
        wire::Problem {
            r#type: format!("urn:warroom:{}", self.code.word()),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            code: self.code.word().to_owned(),
            detail: self.detail.to_string(),
            epoch: self.epoch.clone(),
            head: self.head,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self.json()).expect("a problem has only text and numbers");
        let json = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, json)], body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.code.retry_after() {
            headers.insert(header::RETRY_AFTER, fastrand::u32(seconds).into());
        }
        if status == StatusCode::UNAUTHORIZED {
            let bearer = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, bearer);
        }
        response
    }
}

impl From<PathRejection> for Problem {
    fn from(error: PathRejection) -> Self {
        Self::new(Code::Malformed, error)
    }
}

impl From<QueryRejection> for Problem {
    fn from(error: QueryRejection) -> Self {
        Self::new(Code::Malformed, error)
    }
}

impl From<BytesRejection> for Problem {
    /// A body that is too long, or that ended before its end: then nobody is
    /// there to read this.
    fn from(_: BytesRejection) -> Self {
        let way_out = "a post has at most a megabyte: send it in parts";
        Self::new(Code::TooLarge, way_out)
    }
}

impl From<StoreError> for Problem {
    /// What the log could not do, without the paths of this host: those are
    /// for its own log.
    fn from(error: StoreError) -> Self {
        let (code, detail) = told(&error);
        if matches!(code, Code::Internal | Code::DbDown) {
            tracing::error!(%error, cause = ?std::error::Error::source(&error), "the log");
        }
        match error {
            StoreError::NoDelivery { .. }
            | StoreError::NotNow { .. }
            | StoreError::TakenBack { .. } => Self::new(code, error),
            _ => Self::new(code, detail),
        }
    }
}

const fn told(error: &StoreError) -> (Code, &'static str) {
    match error {
        StoreError::DiskFull { .. } => (
            Code::DiskFull,
            "nothing was saved; make room on the server and send it again",
        ),
        StoreError::Busy { .. } => (Code::Busy, "nothing was saved; send it again"),
        StoreError::ReadOnly { .. }
        | StoreError::ReadOnlyFolder { .. }
        | StoreError::Given { .. }
        | StoreError::Standby { .. } => (
            Code::ReadOnly,
            "nothing was saved; it can be read, and takes entries once it may be written again",
        ),
        StoreError::Io { .. }
        | StoreError::Database { .. }
        | StoreError::Closed
        | StoreError::Unreachable { .. }
        | StoreError::Unready { .. }
        | StoreError::Lost { .. } => (
            Code::DbDown,
            "nothing was saved that was not answered for; send it again",
        ),
        StoreError::NoDelivery { .. } => (Code::NoDelivery, ""),
        StoreError::NotNow { .. } | StoreError::TakenBack { .. } => (Code::NotNow, ""),
        StoreError::IdReuse { .. } => (Code::IdReuse, "give the new entry an id of its own"),
        StoreError::Unfit { .. } => (Code::Unfit, "its kind or its way is not a short word"),
        StoreError::IsFolder { .. }
        | StoreError::Missing { .. }
        | StoreError::NoFolder { .. }
        | StoreError::Permission { .. }
        | StoreError::ForeignOwned { .. }
        | StoreError::Network { .. }
        | StoreError::NotALog { .. }
        | StoreError::OtherProgram { .. }
        | StoreError::Truncated { .. }
        | StoreError::Gone { .. }
        | StoreError::Damaged { .. }
        | StoreError::Newer { .. }
        | StoreError::OldSqlite { .. }
        | StoreError::LeaseLost
        | StoreError::BadLine { .. }
        | StoreError::MissingFolder { .. }
        | StoreError::CantMake { .. }
        | StoreError::StillToSend { .. }
        | StoreError::IsCopy
        | StoreError::Address
        | StoreError::Login { .. }
        | StoreError::NoDatabase { .. }
        | StoreError::Denied { .. }
        | StoreError::OtherSchema { .. }
        | StoreError::Encoding { .. }
        | StoreError::Encryption { .. }
        | StoreError::NoFile { .. }
        | StoreError::Exists { .. } => (
            Code::Internal,
            "the log needs somebody to look at it: the server's own log says why",
        ),
    }
}
