//! A request over HTTP, judged as `curl -f` judges it.
//!
//! Few things differ. A body longer than [`MOST`] is not read to its end, so
//! one that never ends is no timeout. An answer that ends within its head
//! fails, which curl lets pass. Ten redirects are a loop, where curl follows
//! fifty. And `HTTP_PROXY` counts in capitals too.

mod fault;

use std::sync::Arc;

use reqwest::{
    Response, Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};

use super::{
    ProbeError,
    shared::Slot,
    sight::{Failure, Saw, Sight},
};
use crate::domain::{fact::ErrorClass, text::Name};

/// How much of a body is read, in bytes: a health page is a few hundred.
const MOST: usize = 1 << 20;

#[derive(Debug)]
pub(super) struct Http {
    pub(super) url: Url,
    pub(super) status: Option<u16>,
    pub(super) body: Option<String>,
    pub(super) headers: HeaderMap,
    pub(super) slot: Arc<Slot>,
}

/// An address of a web page.
pub(super) fn read_url(probe: &Name, url: &str) -> Result<Url, ProbeError> {
    let url = Url::parse(url).map_err(|error| ProbeError::Url {
        probe: probe.clone(),
        why: error.to_string(),
    })?;
    match url.scheme() {
        "http" | "https" => Ok(url),
        scheme => Err(ProbeError::Scheme {
            probe: probe.clone(),
            scheme: scheme.to_owned(),
        }),
    }
}

/// The only status that is right.
pub(super) fn read_status(probe: &Name, status: Option<u16>) -> Result<Option<u16>, ProbeError> {
    match status {
        Some(status) if !(100..600).contains(&status) => Err(ProbeError::Status {
            probe: probe.clone(),
            status,
        }),
        Some(_) | None => Ok(status),
    }
}

/// Headers, each written as `Name: value`. A value is never shown.
pub(super) fn read_headers(probe: &Name, headers: &[String]) -> Result<HeaderMap, ProbeError> {
    let mut map = HeaderMap::new();
    for (index, header) in headers.iter().enumerate() {
        let (name, value) = read_header(header).ok_or_else(|| ProbeError::Header {
            probe: probe.clone(),
            place: index + 1,
        })?;
        map.append(name, value);
    }
    Ok(map)
}

fn read_header(header: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = header.split_once(':')?;
    let mut value = HeaderValue::from_str(value.trim()).ok()?;
    value.set_sensitive(true);
    Some((name.trim().parse().ok()?, value))
}

impl Http {
    pub(super) async fn prepare(&self) -> Result<(), Failure> {
        self.slot.client().await.map(drop)
    }

    pub(super) async fn look(&self) -> Saw {
        let request = self.slot.client().await?.get(self.url.clone());
        let answer = request
            .headers(self.headers.clone())
            .send()
            .await
            .map_err(|error| fault::of(&error, self.slot.limit()))?;
        let status = answer.status().as_u16();
        if !self.is_right(status) {
            return Err(self.wrong_status(status));
        }
        // Also where nothing is looked for in it: an answer that ends early
        // is no answer.
        let body = read_body(answer)
            .await
            .map_err(|error| fault::of_body(&error, self.slot.limit()))?;
        self.check_body(&body)?;
        Ok(Sight::well(format!("status {status}")))
    }

    fn is_right(&self, status: u16) -> bool {
        self.status.map_or(status < 400, |right| status == right)
    }

    fn wrong_status(&self, status: u16) -> Failure {
        let detail = match self.status {
            Some(right) => format!("status {status}, not {right}"),
            None => format!("status {status}"),
        };
        Failure::new(ErrorClass::Status, 22, detail)
    }

    fn check_body(&self, body: &[u8]) -> Result<(), Failure> {
        let Some(wanted) = &self.body else {
            return Ok(());
        };
        if String::from_utf8_lossy(body).contains(wanted) {
            return Ok(());
        }
        let place = if body.len() >= MOST {
            "the first MiB of the answer"
        } else {
            "the answer"
        };
        let detail = format!("{wanted:?} is not in {place}");
        Err(Failure::new(ErrorClass::Body, 22, detail))
    }
}

/// The body, or its first [`MOST`] bytes.
async fn read_body(mut answer: Response) -> Result<Vec<u8>, reqwest::Error> {
    let mut body = Vec::new();
    while body.len() < MOST {
        let Some(chunk) = answer.chunk().await? else {
            break;
        };
        body.extend_from_slice(&chunk[..chunk.len().min(MOST - body.len())]);
    }
    Ok(body)
}
