//! The bytes of a message: what a person reads, in the wrapping of the channel.

use serde_json::json;

use crate::domain::{
    channel::Format,
    notice::{Intent, Purpose},
};

const JSON: &str = "application/json; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// A body and what it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) content_type: &'static str,
    pub(super) body: String,
}

/// A webhook's body. `timestamp` is when the message was meant to leave, so
/// that a repeat carries the same.
pub(super) fn webhook(intent: &Intent, maybe_repeat: bool, format: Format) -> Payload {
    match format {
        Format::Text => Payload {
            content_type: TEXT,
            body: text(intent, maybe_repeat),
        },
        Format::Json => Payload {
            content_type: JSON,
            body: json!({
                "type": format!("warroom.{}", purpose(intent.purpose)),
                "timestamp": intent.not_before,
                "data": {
                    "key": intent.key,
                    "incident": intent.incident,
                    "subject": intent.subject,
                    "text": intent.text,
                    "maybe_repeat": maybe_repeat,
                },
            })
            .to_string(),
        },
    }
}

/// A body for an incoming webhook of Slack: the message, with the three
/// characters escaped that could become a link or a mention.
pub(super) fn slack(intent: &Intent, maybe_repeat: bool) -> Payload {
    let text = text(intent, maybe_repeat);
    Payload {
        content_type: JSON,
        body: json!({ "text": escape(&text) }).to_string(),
    }
}

/// The words alone. Nothing else tells their reader of a repeat, and a second
/// alarm must not be taken for a second incident: so a page says it. What is
/// no page stays as it was written.
fn text(intent: &Intent, maybe_repeat: bool) -> String {
    let text = intent.text.as_str();
    match intent.purpose {
        Purpose::Page if maybe_repeat => {
            format!("{text}\n(possible repeat, reference {})", intent.key)
        }
        Purpose::Page | Purpose::Update | Purpose::LateNotice | Purpose::Public => text.to_owned(),
    }
}

const fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Page => "page",
        Purpose::Update => "update",
        Purpose::LateNotice => "late_notice",
        Purpose::Public => "public",
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
