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
            body: intent.text.as_str().to_owned(),
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

/// A body for an incoming webhook of Slack: the message as it is, with the
/// three characters escaped that could become a link or a mention.
///
/// Slack knows no keys, so a repeated page tells its reader: a second alarm
/// must not be taken for a second incident.
pub(super) fn slack(intent: &Intent, maybe_repeat: bool) -> Payload {
    let mut text = intent.text.as_str().to_owned();
    match intent.purpose {
        Purpose::Page if maybe_repeat => {
            text.push_str("\n(possible repeat, reference ");
            text.push_str(&intent.key);
            text.push(')');
        }
        Purpose::Page | Purpose::Update | Purpose::LateNotice | Purpose::Public => {}
    }
    Payload {
        content_type: JSON,
        body: json!({ "text": escape(&text) }).to_string(),
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
