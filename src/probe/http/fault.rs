//! What went wrong with a request, from the causes of the client's error: its
//! own text names the address, which may hold a secret.

use std::{error::Error, io, time::Duration};

use super::super::{
    shared::NoAddress,
    sight::{Failure, io_words},
};
use crate::domain::fact::ErrorClass;

/// Why no answer came, or not even a connection.
pub(super) fn of(error: &reqwest::Error, limit: Duration) -> Failure {
    if error.is_redirect() {
        return Failure::new(ErrorClass::Status, 47, "redirects for ever");
    }
    if let Some(found) = look_up_or_tls(error) {
        return found;
    }
    match cause::<io::Error>(error) {
        Some(io) if error.is_connect() => connecting(io, limit),
        Some(io) => broken_off(io, limit),
        None if error.is_timeout() => Failure::no_answer(limit),
        None => answering(error),
    }
}

/// Why an answer did not come to its end.
pub(super) fn of_body(error: &reqwest::Error, limit: Duration) -> Failure {
    let early = cause::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message);
    match cause::<io::Error>(error) {
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
    let Some(fault) = cause::<hyper::Error>(error) else {
        return Failure::new(ErrorClass::Connect, 56, "the request could not be made");
    };
    if fault.is_parse() {
        return Failure::new(ErrorClass::Body, 1, "not HTTP");
    }
    // Incomplete, cancelled, closed: in each case nothing was said.
    Failure::new(ErrorClass::Connect, 52, "closed without an answer")
}

fn ended_early() -> Failure {
    Failure::new(ErrorClass::Body, 18, "answer ended early")
}

/// The first cause of this kind.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = inner(error).or_else(|| error.source());
    }
    None
}

/// What an I/O error was made from: its `source` is one further.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    Some(inner)
}
