//! Who is at the other end of a Unix socket, as the system says.

use std::{
    io,
    process::{Output, Stdio},
    time::Duration,
};

use tokio::{net::UnixStream, process::Command, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Caller, HEAD};
use crate::{
    domain::{entry::ENGINE, text::Name},
    server::Scope,
};

/// Where this host's own users are listed.
const USERS: &str = "/etc/passwd";

/// The user at the other end, who may write.
pub(super) async fn caller(stream: &UnixStream, workspace: Name) -> io::Result<Caller> {
    let uid = stream.peer_cred()?.uid();
    Ok(Caller {
        name: person(name(uid).await),
        workspace,
        scopes: [Scope::Write].into_iter().collect(),
        expires_at: None,
        // Whoever may open the socket may speak on it.
        revoked: CancellationToken::new(),
    })
}

/// The same name, unless the engine has it: nobody records under that.
fn person(name: Name) -> Name {
    if *name == *ENGINE {
        return Name::lossy(&format!("user {name}"));
    }
    name
}

/// The user's name, or their number where nobody knows a name.
async fn name(uid: u32) -> Name {
    let listed = tokio::fs::read_to_string(USERS).await.ok();
    let found = match listed.as_deref().and_then(|text| named(text, uid)) {
        Some(name) => Some(name),
        None => asked(uid).await,
    };
    found.unwrap_or_else(|| Name::lossy(&format!("uid {uid}")))
}

/// Users of a directory service are only known to the system's own library.
async fn asked(uid: u32) -> Option<Name> {
    let mut getent = Command::new("getent");
    getent.args(["passwd", &uid.to_string()]);
    let output = answer(getent, HEAD).await?;
    named(&String::from_utf8_lossy(&output.stdout), uid)
}

/// What it prints; `None` where it can't be started or takes longer than
/// `limit`: a directory service that hangs must not keep the seat of whoever is
/// at the socket.
async fn answer(mut program: Command, limit: Duration) -> Option<Output> {
    let asked = program.stdin(Stdio::null()).kill_on_drop(true).output();
    timeout(limit, asked).await.ok()?.ok()
}

/// The name with that number, among lines as in `passwd(5)`.
fn named(lines: &str, uid: u32) -> Option<Name> {
    lines.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid) && !name.is_empty()).then(|| Name::lossy(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_is_at_the_other_end_writes_under_their_own_name() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let id = std::process::Command::new("id")
            .arg("-un")
            .output()
            .unwrap();
        let me = String::from_utf8(id.stdout).unwrap();

        let caller = caller(&ours, "prod".into()).await.unwrap();

        assert_eq!(&*caller.name, me.trim());
        assert_eq!(&*caller.workspace, "prod");
        assert!(caller.may(Scope::Write).is_ok() && caller.may(Scope::Admin).is_err());
    }

    #[tokio::test]
    async fn a_directory_service_that_hangs_is_not_waited_for() {
        let mut hangs = Command::new("sleep");
        hangs.arg("infinity");

        assert!(answer(hangs, Duration::from_millis(10)).await.is_none());
    }

    #[test]
    fn a_user_is_found_by_number() {
        let lines =
            "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n:x:7:7::/:\n";

        assert_eq!(named(lines, 1000).as_deref(), Some("ada"));
        assert_eq!(named(lines, 7), None);
        assert_eq!(named(lines, 100), None);
    }
}
