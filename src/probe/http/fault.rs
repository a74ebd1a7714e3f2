//! What went wrong with a request, from the causes of the client's error: its
//! own text names the address, which may hold a secret.

use std::{error::Error, io, time::Duration};

use super::super::{
    shared::NoAddress,
    sight::{Failure, io_words},
};
use crate::{
    domain::fact::ErrorClass,
    tls::{cause, causes},
};

/// Why no answer came, or not even a connection.
pub(super) fn of(error: &reqwest::Error, limit: Duration) -> Failure {
    if error.is_redirect() {
        return Failure::new(ErrorClass::Status, 47, "redirects for ever");
    }
    if let Some(found) = look_up_or_tls(error) {
        return found;
    }
    match innermost_io(error) {
        Some(io) if error.is_connect() => connecting(io, limit),
        Some(io) => broken_off(io, limit),
        None if error.is_timeout() => Failure::no_answer(limit),
        None => answering(error),
    }
}

/// Why an answer did not come to its end.
pub(super) fn of_body(error: &reqwest::Error, limit: Duration) -> Failure {
    let early = cause::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message);
    match innermost_io(error) {
        Some(io) if io.kind() == io::ErrorKind::UnexpectedEof => ended_early(),
        Some(io) => broken_off(io, limit),
        None if early => ended_early(),
        None if error.is_timeout() => Failure::no_answer(limit),
        None => Failure::new(ErrorClass::Body, 56, "answer garbled"),
    }
}

fn look_up_or_tls(error: &reqwest::Error) -> Option<Failure> {
    if let Some(NoAddress(detail)) = cause(error) {
        return Some(Failure::new(ErrorClass::Dns, 6, detail.clone()));
    }
    cause::<rustls::Error>(error).map(Failure::tls)
}

/// A connection could not be made; the end of a stream is that of a handshake.
fn connecting(error: &io::Error, limit: Duration) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe => Failure::new(
            ErrorClass::Tls,
            35,
            "no TLS handshake: the connection was closed",
        ),
        io::ErrorKind::ConnectionReset => Failure::new(
            ErrorClass::Tls,
            35,
            "no TLS handshake: the connection was reset",
        ),
        _ => Failure::connect(error, limit),
    }
}

/// The connection broke while asking or answering.
fn broken_off(error: &io::Error, limit: Duration) -> Failure {
    if error.kind() == io::ErrorKind::TimedOut {
        return Failure::no_answer(limit);
    }
    Failure::new(ErrorClass::Connect, 56, io_words(error))
}

/// The answer, or its absence, was not HTTP.
fn answering(error: &reqwest::Error) -> Failure {
    let faults: Vec<&hyper::Error> = causes(error)
        .filter_map(|cause| cause.downcast_ref())
        .collect();
    if faults.is_empty() {
        return Failure::new(ErrorClass::Connect, 56, "the request could not be made");
    }
    if faults.iter().any(|fault| is_odd(fault)) {
        return Failure::new(ErrorClass::Body, 8, "the head of the answer is broken");
    }
    // Something was said, be it before we asked, as SSH does.
    if faults.iter().any(|fault| !is_silence(fault)) {
        return Failure::new(ErrorClass::Body, 1, "not HTTP");
    }
    Failure::new(ErrorClass::Connect, 52, "closed without an answer")
}

/// Whether it began as HTTP. That it is about a header, only its text tells.
fn is_odd(fault: &hyper::Error) -> bool {
    let words = fault.to_string();
    fault.is_parse() && (words.contains("header") || words.contains("content-length"))
}

fn is_silence(fault: &hyper::Error) -> bool {
    fault.is_incomplete_message() || fault.is_canceled() || fault.is_closed()
}

fn ended_early() -> Failure {
    Failure::new(ErrorClass::Body, 18, "answer ended early")
}

/// The I/O error itself: on its way up it is wrapped in others.
fn innermost_io<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a io::Error> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref())
        .last()
}
