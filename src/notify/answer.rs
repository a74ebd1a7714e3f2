//! What an answer, or the lack of one, means for the message.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::{
    Response, StatusCode, Url,
    header::{HeaderMap, RETRY_AFTER},
};

use crate::domain::{
    notice::Outcome,
    secret::Secret,
    text::{self, Title, cause},
};

/// As much of an answer is read: an explanation is at its beginning.
const EXCERPT: usize = 8 * 1024;
/// A piece of an address that is as long as this is taken for a secret.
const TELLING: usize = 12;
/// Where providers write the name of a request, for their support.
const PROVIDER_IDS: [&str; 3] = ["x-slack-req-id", "x-request-id", "request-id"];

/// Covers what must not be shown in what the other side says.
pub(super) struct Mask(Vec<String>);

impl Mask {
    /// Covers the address, whatever in it could be a token, and the signing secret.
    pub(super) fn new(address: &Url, secret: Option<&Secret>) -> Self {
        let mut hidden = vec![
            address.to_string(),
            address.as_str().trim_end_matches('/').into(),
        ];
        hidden.extend(address.password().map(str::to_owned));
        hidden.extend(secret.map(|secret| secret.reveal().to_owned()));
        hidden.extend(address.query().map(str::to_owned));
        hidden.extend(address.query_pairs().map(|(_, value)| value.into_owned()));
        let telling = |piece: &&str| {
            piece.len() >= TELLING || piece.len() >= 4 && piece.bytes().any(|b| b.is_ascii_digit())
        };
        hidden.push(address.path().to_owned());
        hidden.extend(address.path().split('/').filter(telling).map(str::to_owned));
        hidden.retain(|piece| piece.len() > 1);
        hidden.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
        Self(hidden)
    }

    /// `raw` with dots for everything hidden.
    pub(super) fn cover(&self, raw: &str) -> String {
        self.0.iter().fold(raw.to_owned(), |text, hidden| {
            text.replace(hidden, Secret::DOTS)
        })
    }
}

/// Nothing arrived, and nobody said when to try again.
pub(super) fn not_sent(why: &str) -> Outcome {
    Outcome::NotSent {
        why: Title::lossy(why),
        retry_after: None,
    }
}

/// What the answer means. An answer that says "taken" is not read further:
/// whatever is wrong with the rest of it, the message is there.
pub(super) async fn judge(response: Response, mask: &Mask, now: DateTime<Utc>) -> Outcome {
    let status = response.status();
    if status.is_success() {
        return Outcome::Sent(provider_id(response.headers(), mask));
    }
    if status.is_redirection() {
        return Outcome::Refused(Title::lossy(&format!(
            "it answered a redirect ({}), which is not followed: write down the address it leads to",
            in_words(status)
        )));
    }
    let retry_after = retry_after(response.headers(), now);
    let said = mask.cover(&excerpt(response).await);
    let status_text = in_words(status);
    let why = match plain(&said).as_str() {
        "" => Title::lossy(&format!("it answered {status_text}")),
        said => Title::lossy(&format!("it answered {status_text}: {said}")),
    };
    match status.as_u16() {
        408 | 420 | 429 | 503 => Outcome::NotSent { why, retry_after },
        400..=499 => Outcome::Refused(why),
        _ => Outcome::Uncertain(why),
    }
}

/// What it means that there is no answer. Only what failed while connecting
/// has surely not arrived.
pub(super) fn judge_failure(error: reqwest::Error, mask: &Mask) -> Outcome {
    let error = error.without_url();
    let cause = mask.cover(&cause(&error));
    if error.is_connect() {
        let why = match (error.is_timeout(), error.is_dns()) {
            (true, _) => "no connection in time".to_owned(),
            (false, true) => format!("the name of the host was not found: {cause}"),
            (false, false) => format!("no connection: {cause}"),
        };
        return not_sent(&why);
    }
    if error.is_builder() {
        return Outcome::Refused(Title::lossy(&format!("it can't be asked: {cause}")));
    }
    let why = if error.is_timeout() {
        "it was sent, and no answer came in time".to_owned()
    } else {
        format!("it was sent, and the connection broke before the answer: {cause}")
    };
    Outcome::Uncertain(Title::lossy(&why))
}

/// `404 Not Found`; of a status without a name the number alone.
fn in_words(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

fn provider_id(headers: &HeaderMap, mask: &Mask) -> Title {
    PROVIDER_IDS
        .iter()
        .find_map(|name| headers.get(*name)?.to_str().ok())
        .map(|id| Title::lossy(&mask.cover(id)))
        .unwrap_or_default()
}

/// The wait an answer asks for, in seconds or as a date in any of HTTP's three
/// forms; `None` if it asks for none, or can't be read.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = DateTime::parse_from_rfc2822(value)
        .map(|date| date.to_utc())
        .or_else(|_| {
            NaiveDateTime::parse_from_str(value, "%A, %d-%b-%y %H:%M:%S GMT")
                .or_else(|_| NaiveDateTime::parse_from_str(value, "%a %b %e %H:%M:%S %Y"))
                .map(|date| date.and_utc())
        })
        .ok()?;
    // A date that has passed asks for no wait.
    Some((date - now).to_std().unwrap_or_default())
}

/// The beginning of the answer. If the rest does not come, what came will do.
async fn excerpt(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < EXCERPT
        && let Ok(Some(chunk)) = response.chunk().await
    {
        let fitting = chunk.len().min(EXCERPT - bytes.len());
        bytes.extend_from_slice(&chunk[..fitting]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `said` in one line; of a page of HTML its words alone.
fn plain(said: &str) -> String {
    let words = if said.trim_start().starts_with('<') {
        without_tags(said)
    } else {
        said.to_owned()
    };
    text::one_line(&words)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn without_tags(page: &str) -> String {
    let mut words = String::new();
    for piece in page.split('<').skip(1) {
        if let Some((tag, after)) = piece.split_once('>')
            && !tag.starts_with("style")
            && !tag.starts_with("script")
        {
            words.push_str(after);
            words.push(' ');
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<u64> {
        let now = DateTime::from_timestamp(784_111_777, 0).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_read_in_seconds_and_in_all_forms_of_a_date() {
        for (value, seconds) in [
            ("2", Some(2)),
            ("0", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun Nov  6 08:50:37 1994", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(wait(value), seconds, "{value:?}");
        }
    }

    #[test]
    fn an_address_is_covered_wherever_it_is_repeated() {
        let address =
            Url::parse("https://h.example/services/T0AB/B0CD/abcdefghijklmnop?sig=s3cr3t").unwrap();
        let mask = Mask::new(&address, Some(&Secret::new("signing")));

        let covered = mask.cover(&format!(
            "{address} /services/T0AB/B0CD/abcdefghijklmnop T0AB abcdefghijklmnop s3cr3t signing no_service"
        ));

        assert_eq!(covered, "•••• •••• •••• •••• •••• •••• no_service");
    }

    #[test]
    fn a_page_is_reduced_to_its_words() {
        assert_eq!(
            plain("<html><style>b{}</style>\n<title>404 Not Found</title>\n<h1>nginx</h1>"),
            "404 Not Found nginx"
        );
        assert_eq!(plain("a < b\r\n\x1b[31mred"), "a < b ·red");
    }
}
