//! Why a probe can't be made. Addresses and header values are left out: they
//! may hold a secret.

use std::{io, path::PathBuf};

use crate::domain::text::Name;

/// A probe that asks for something that can't be.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The URL can't be read.
    #[error(
        "the url of the probe {probe} can't be read ({why}): write it as http://localhost:8080/health"
    )]
    Url {
        /// Which probe.
        probe: Name,
        /// What is wrong with it.
        why: String,
    },
    /// Not HTTP.
    #[error(
        "the url of the probe {probe} starts with {scheme:?}: http:// and https:// can be probed"
    )]
    Scheme {
        /// Which probe.
        probe: Name,
        /// What was found before the first colon.
        scheme: String,
    },
    /// No HTTP status.
    #[error("the probe {probe} expects the status {status}: a status is between 100 and 599")]
    Status {
        /// Which probe.
        probe: Name,
        /// What was found.
        status: u16,
    },
    /// A header that can't be sent.
    #[error("header {place} of the probe {probe} can't be sent: write it as \"Name: value\"")]
    Header {
        /// Which probe.
        probe: Name,
        /// Which one, counted from 1: the text itself may be a secret.
        place: usize,
    },
    /// The CA file can't be read.
    #[error("the ca_file {} of the probe {probe} can't be read", path.display())]
    CaFile {
        /// Which probe.
        probe: Name,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The CA file is no help.
    #[error(
        "the ca_file {} of the probe {probe} holds no usable certificate: it must be PEM, with -----BEGIN CERTIFICATE-----",
        path.display()
    )]
    NoCertificate {
        /// Which probe.
        probe: Name,
        /// The file.
        path: PathBuf,
    },
    /// Not a host and a port.
    #[error("the probe {probe} has the address {address:?}: write it as host:port, or [::1]:port")]
    Address {
        /// Which probe.
        probe: Name,
        /// What was found.
        address: String,
    },
    /// Not a name that can be looked up.
    #[error(
        "the probe {probe} looks up the name {name:?}: write it as db.example.com, without a port"
    )]
    LookUp {
        /// Which probe.
        probe: Name,
        /// What was found.
        name: String,
    },
    /// Not an IP address.
    #[error("the probe {probe} expects {expect:?}, which is not an IP address, such as 192.0.2.7")]
    Expect {
        /// Which probe.
        probe: Name,
        /// What was found.
        expect: String,
    },
    /// No program.
    #[error(
        "the probe {probe} names no program: write argv = [\"/usr/bin/program\", \"argument\"]"
    )]
    Argv {
        /// Which probe.
        probe: Name,
    },
    /// No time to look.
    #[error("the probe {probe} has a timeout of 0s: give it at least one second")]
    NoTime {
        /// Which probe.
        probe: Name,
    },
}
