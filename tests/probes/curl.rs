//! Next to the real `curl -f`: the same verdict, and the same exit status.

use std::path::PathBuf;

use chrono::TimeDelta;
use tokio::process::Command;
use warroom::domain::probe::{Outcome, Target};

use super::{
    certs::{Authority, self_made, shows},
    impatient, once,
    peers::{End, closing, greeting, nobody, raw, silent, web},
};

#[derive(Default)]
struct Case {
    url: String,
    follow: bool,
    ca_file: Option<PathBuf>,
}

fn at(url: impl std::fmt::Display) -> Case {
    let url = url.to_string();
    Case {
        url,
        ..Case::default()
    }
}

fn following(url: String) -> Case {
    Case {
        follow: true,
        ..at(url)
    }
}

impl Case {
    fn trusting(self, ca_file: PathBuf) -> Self {
        let ca_file = Some(ca_file);
        Self { ca_file, ..self }
    }

    async fn curl(&self) -> u8 {
        let mut curl = Command::new("curl");
        curl.args(["-q", "-s", "-f", "-m", "1", "-o", "/dev/null"]);
        if self.follow {
            curl.args(["-L", "--max-redirs", "10"]);
        }
        if let Some(file) = &self.ca_file {
            curl.arg("--cacert").arg(file);
        }
        let ended = curl.arg(&self.url).status().await;
        let ended = ended.unwrap_or_else(|error| panic!("curl is needed to compare with: {error}"));
        let code = ended.code().expect("curl ends by itself");
        code.try_into().expect("an exit status fits a byte")
    }

    fn target(&self) -> Target {
        Target::Http {
            url: self.url.clone(),
            status: None,
            body: None,
            follow: self.follow,
            headers: Vec::new(),
            ca_file: self.ca_file.clone(),
        }
    }
}

/// Compares all of them, and tells every difference at once.
async fn compare(cases: Vec<Case>) {
    let mut different = Vec::new();
    for case in cases {
        let curl = case.curl().await;
        let ours = once(impatient(case.target())).await;
        let passed = ours.reading.outcome == Outcome::Pass;
        if ours.curl != curl || passed != (curl == 0) {
            different.push(format!("{}: curl {curl}, {ours:?}", case.url));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[tokio::test]
async fn statuses_and_redirects_are_judged_as_curl_does() {
    let web = web().await;
    let mut cases: Vec<Case> = [200, 204, 301, 302, 304, 399, 400, 404, 429, 500, 503]
        .map(|status| at(web.at(&format!("/status/{status}"))))
        .into();
    cases
        .extend(["/to/200", "/to/503", "/loop", "/status/301"].map(|path| following(web.at(path))));
    cases.extend(["/loop", "/hang", "/endless"].map(|path| at(web.at(path))));

    compare(cases).await;
}

#[tokio::test]
async fn broken_answers_are_judged_as_curl_does() {
    let mut cases = Vec::new();
    for (bytes, end) in [
        (&b""[..], End::Close),
        (b"", End::Reset),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            End::Close,
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            End::Reset,
        ),
        (
            b"HTTP/1.1 503 No\r\nContent-Length: 10\r\n\r\nhalf",
            End::Close,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            End::Close,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
            End::Close,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            End::Close,
        ),
        (b"HTTP/1.1 200\r\n\r\nuntil the end", End::Close),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", End::Close),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
            End::Close,
        ),
        (b"HTTP/1.1 2", End::Close),
        (b"HTTP/1.1 200 OK\r\nContent-Le", End::Reset),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", End::Close),
        (b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", End::Close),
        (b"HTTP/1.1 999 Own\r\n\r\n", End::Close),
        (b"HTTP/1.1 2000 Long\r\n\r\n", End::Close),
        (b"HTTP/3.1 200 OK\r\n\r\n", End::Close),
        (b"ICY 200 OK\r\n\r\n", End::Close),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nmore",
            End::Close,
        ),
        (b"<html>no head</html>", End::Close),
        (b"220 mail.example ESMTP\r\n", End::Close),
    ] {
        cases.push(at(format!("http://{}", raw(bytes, end).await)));
    }
    cases.push(at(format!(
        "http://{}",
        greeting(b"SSH-2.0-OpenSSH_9.2\r\n").await
    )));

    compare(cases).await;
}

#[tokio::test]
async fn where_curl_is_not_followed() {
    let cut_in_its_head = raw(b"HTTP/1.1 200 OK\r\nContent-Le", End::Close).await;
    let after_a_blank_line = raw(b"\r\nHTTP/1.1 200 OK\r\n\r\n", End::Close).await;
    for (address, curl, ours) in [(cut_in_its_head, 0, 52), (after_a_blank_line, 1, 0)] {
        let case = at(format!("http://{address}"));

        assert_eq!(case.curl().await, curl);
        assert_eq!(once(impatient(case.target())).await.curl, ours);
    }
}

#[tokio::test]
async fn missing_peers_are_judged_as_curl_does() {
    compare(vec![
        at(format!("http://{}", nobody().await)),
        at(format!("http://{}", silent().await)),
        at(format!("https://{}", silent().await)),
        at(format!("https://{}", nobody().await)),
        at("http://nonexistent.invalid/"),
    ])
    .await;
}

#[tokio::test]
async fn certificates_are_judged_as_curl_does() {
    let authority = Authority::new();
    let month = TimeDelta::days(30);
    let host = "127.0.0.1";
    let trusted = shows(authority.signs(host, month)).await;
    let expired = shows(authority.signs(host, -month)).await;
    let other = shows(authority.signs("other.example", month)).await;
    let through = shows(authority.signs_through(host, month, month)).await;
    let (own, named) = self_made(host);
    let own = shows(own).await;

    compare(vec![
        at(format!("https://{trusted}")).trusting(authority.file()),
        at(format!("https://{through}")).trusting(authority.file()),
        at(format!("https://{own}")).trusting(named.file()),
        at(format!("https://{own}")).trusting(authority.file()),
        at(format!("https://{own}")),
        at(format!("https://{trusted}")),
        at(format!("https://{expired}")).trusting(authority.file()),
        at(format!("https://{other}")).trusting(authority.file()),
        at(format!("http://{trusted}")).trusting(authority.file()),
        at(format!("https://{}", closing().await)),
        at(format!(
            "https://{}",
            greeting(b"SSH-2.0-OpenSSH_9.2\r\n").await
        )),
        at(format!("https://{}", raw(b"", End::Reset).await)),
    ])
    .await;
}
