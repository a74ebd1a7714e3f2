//! Whether a name resolves, as programs on this host would resolve it.

use std::net::IpAddr;

use super::{
    ProbeError, Shared,
    connect::{is_host, look_up},
    sight::{Failure, Saw, Sight},
};
use crate::domain::{fact::ErrorClass, text::Name};

#[derive(Debug)]
pub(super) struct Dns {
    pub(super) name: String,
    pub(super) expect: Option<IpAddr>,
    pub(super) shared: Shared,
}

/// A name to look up.
pub(super) fn read_name(probe: &Name, name: &str) -> Result<String, ProbeError> {
    if is_host(name) {
        return Ok(name.to_owned());
    }
    Err(ProbeError::LookUp {
        probe: probe.clone(),
        name: name.to_owned(),
    })
}

/// The address that must be among the answers.
pub(super) fn read_expect(
    probe: &Name,
    expect: Option<&str>,
) -> Result<Option<IpAddr>, ProbeError> {
    let Some(expect) = expect else {
        return Ok(None);
    };
    let address = expect.parse().map_err(|_| ProbeError::Expect {
        probe: probe.clone(),
        expect: expect.to_owned(),
    })?;
    Ok(Some(address))
}

impl Dns {
    pub(super) async fn look(&self) -> Saw {
        let found = look_up(self.shared.lookups(), &self.name, 0).await?;
        let addresses: Vec<IpAddr> = found.iter().map(std::net::SocketAddr::ip).collect();
        let answer = in_words(&addresses);
        match self.expect {
            Some(expect) if !addresses.contains(&expect) => Err(Failure::new(
                ErrorClass::Body,
                6,
                format!("{answer}, not {expect}"),
            )),
            Some(_) | None => Ok(Sight::well(answer)),
        }
    }
}

/// `192.0.2.7`, or `192.0.2.7 and 3 more`.
fn in_words(addresses: &[IpAddr]) -> String {
    match addresses {
        [] => "nothing".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
