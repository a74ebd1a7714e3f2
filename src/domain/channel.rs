//! A place that messages go to, as the configuration says it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{notice::Purpose, secret::Secret};

/// One channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// What is behind the address.
    pub kind: Kind,
    /// Where to. Often the address alone lets anybody post, so it is a secret.
    pub url: Secret,
    /// Signs the messages (Standard Webhooks): `whsec_…` in base64, or as it is.
    pub secret: Option<Secret>,
    /// What the body looks like; Slack has its own.
    pub format: Format,
    /// The receiver drops what it has seen under the same key, so a message
    /// that may have arrived can be sent again.
    pub resend_safe: bool,
    /// A PEM file of certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// People outside read it: nothing goes there but news for them.
    pub public: bool,
}

/// What is behind a channel's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Anything that takes a POST; signed as Standard Webhooks are.
    Webhook,
    /// An incoming webhook of Slack.
    Slack,
}

/// The body of a webhook.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// The message with its incident, key and purpose.
    #[default]
    Json,
    /// The message alone, byte for byte.
    Text,
}

impl Kind {
    /// `webhook`, `slack`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Slack => "slack",
        }
    }

    /// Whether receivers of this kind know a repeated key.
    pub const fn is_resend_safe(self) -> bool {
        match self {
            Self::Webhook => true,
            Self::Slack => false,
        }
    }
}

impl Format {
    /// `json`, `text`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
        }
    }
}

impl Spec {
    /// Whether a message for this may go there at all: what is meant for people
    /// inside never goes where the public reads (X2).
    pub const fn carries(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Public => true,
            Purpose::Page | Purpose::Update | Purpose::LateNotice => !self.public,
        }
    }

    /// Whether a message that may have arrived is sent again without asking:
    /// a page always, since a second one beats silence; what people outside
    /// read never; the rest where the receiver knows the key.
    pub const fn resends(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Page => true,
            Purpose::Update | Purpose::LateNotice => self.resend_safe,
            Purpose::Public => false,
        }
    }
}
