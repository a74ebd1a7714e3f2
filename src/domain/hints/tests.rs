use proptest::prelude::*;

use super::*;

fn now() -> DateTime<Utc> {
    "2026-01-22T14:00:00Z".parse().expect("the test wrote it")
}

fn in_body(body: &str, audience: Audience) -> Vec<Hint> {
    let form = Form {
        body: body.into(),
        ..Form::default()
    };
    let people = ["ada".into(), "grace".into(), "Bo Lindqvist".into()];
    let context = Context {
        now: now(),
        known_people: &people,
        internal_suffixes: &[".prod.example.com".to_owned()],
    };
    hints(&form, audience, &context)
}

/// What is found in a public text, as `kind: words`.
fn public(body: &str) -> Vec<(Kind, String)> {
    in_body(body, Audience::External)
        .into_iter()
        .map(|hint| (hint.kind, hint.found))
        .collect()
}

fn with_eta(eta: &str, eta_at: Option<&str>, audience: Audience) -> Vec<Kind> {
    let form = Form {
        eta: eta.into(),
        eta_at: eta_at.map(|at| at.parse().expect("the test wrote it")),
        ..Form::default()
    };
    let context = Context {
        now: now(),
        known_people: &[],
        internal_suffixes: &[],
    };
    hints(&form, audience, &context)
        .into_iter()
        .map(|hint| hint.kind)
        .collect()
}

#[test]
fn x3_what_should_not_be_public_is_found() {
    use Kind::{Address, Host, Person, Promise, Quantity, Speculation, Ticket};
    for (body, kind, found) in [
        ("This is probably a bad disk.", Speculation, "probably"),
        ("We think it is DNS", Speculation, "We think"),
        ("It looks like a\nloop", Speculation, "looks like"),
        ("Maybe, maybe not", Speculation, "Maybe"),
        ("Fixed within the hour.", Promise, "within the hour"),
        ("Back in about 20 minutes", Promise, "in about 20 minutes"),
        ("Recovery in 30m.", Promise, "in 30m"),
        ("All will be restored soon", Promise, "will be restored"),
        ("It ends by 14:30 UTC", Promise, "by 14:30"),
        ("Node render-2 is slow", Host, "render-2"),
        ("Both render-1/render-2 hang", Host, "render-2"),
        ("on web-prod-03:", Host, "web-prod-03"),
        ("see db01", Host, "db01"),
        ("at queue.corp.", Host, "queue.corp"),
        ("open http://render:8080/x", Host, "render"),
        ("curl http://localhost:8080/health", Host, "localhost"),
        (
            "https://api.prod.example.com/v1",
            Host,
            "api.prod.example.com",
        ),
        ("the host (10.0.3.7:5432)", Address, "10.0.3.7"),
        ("net 10.1.0.0/16", Address, "10.1.0.0"),
        ("at ::1 only", Address, "::1"),
        ("at [fe80::1]:80.", Address, "fe80::1"),
        ("http://[2001:db8::7]:8080/", Address, "2001:db8::7"),
        ("Tracked as OPS-12.", Ticket, "OPS-12"),
        ("[INC-142] again", Ticket, "INC-142"),
        ("https://tickets.example.com/browse/AB2-7", Ticket, "AB2-7"),
        ("ada is on it", Person, "ada"),
        ("Ada's fix works", Person, "Ada"),
        ("ask @grace!", Person, "grace"),
        ("Thanks to bo lindqvist", Person, "bo lindqvist"),
        ("Lindqvist found it", Person, "Lindqvist"),
        ("about four times slower", Quantity, "about four times"),
        ("~300 users", Quantity, "~300"),
        ("Roughly 20% of calls fail", Quantity, "Roughly 20% of"),
    ] {
        let hints = public(body);

        assert!(
            hints.contains(&(kind, found.to_owned())),
            "{body:?}: {hints:?}"
        );
    }
}

#[test]
fn x3_honest_sentences_are_left_alone() {
    for body in [
        "",
        "Some requests to the video service fail.",
        "We rolled back to version 4.18.2.",
        "Version 4.18.2.1 has the fix",
        "Users could not log in between 14:00 and 14:18 UTC.",
        "You may see HTTP-500 or HTTP 503 errors.",
        "It hit us-east-1, eu-west-2 and ap-southeast-1.",
        "Exports in UTF-8, signed with SHA-256, dates as ISO-8601.",
        "A COVID-19 page and the top-10 list load again.",
        "The grace period is unchanged.",
        "The service was down for 33 minutes.",
        "It was resolved in 20 minutes.",
        "In the last 2 hours 412 requests failed.",
        "It fails in 3 regions.",
        "We will post the next update within 30 minutes, by 15:00 UTC.",
        "About half, measured at the load balancer, failed.",
        "It began around 14:30.",
        "See https://status.example.com/incidents/7 and/or TCP/IP help",
        "Write to support@example.com: we read it.",
        "MP4 and H264 uploads, IPv6, OAuth2, log4j, k8s, x86-64 work.",
        "CVE-2026-1234 does not apply; the mid-2025 release is safe.",
        "From 14:30:00 on: normal. Ratio 3:1 :: fine",
        "P1-2 targets of Q1-2026",
        "Das „MENÜ“ lädt wieder, ça va bien, até amanhã.",
        "The internal cause and the local corp are words.",
    ] {
        assert_eq!(public(body), [], "{body:?}");
    }
}

#[test]
fn inside_the_company_people_may_guess_and_name() {
    let body = "ada thinks it is probably render-2 (10.0.3.7), see OPS-12, about 4 times";

    assert_eq!(in_body(body, Audience::Internal), []);
}

#[test]
fn a_thing_is_said_once_a_field() {
    assert_eq!(public("probably this. probably that.").len(), 1);
}

#[test]
fn every_field_is_read() {
    let form = Form {
        status: "Investigating OPS-1".into(),
        impact: "P2 - probably OPS-2".into(),
        eta: "OPS-3".into(),
        body: "OPS-4".into(),
        ..Form::default()
    };
    let context = Context {
        now: now(),
        known_people: &[],
        internal_suffixes: &[],
    };

    let parts: Vec<_> = hints(&form, Audience::External, &context)
        .into_iter()
        .filter(|hint| hint.kind == Kind::Ticket)
        .map(|hint| (hint.part.word(), hint.found))
        .collect();

    assert_eq!(
        parts,
        [
            ("status", "OPS-1".to_owned()),
            ("impact", "OPS-2".to_owned()),
            ("ETA", "OPS-3".to_owned()),
            ("text", "OPS-4".to_owned())
        ]
    );
}

#[test]
fn x3_an_eta_is_a_promise_in_public_only() {
    for (eta, eta_at, promised) in [
        ("2 hours", None, true),
        ("", Some("2026-01-22T16:00:00Z"), true),
        ("unknown", None, false),
        ("Not known yet.", None, false),
        ("", None, false),
    ] {
        let public = with_eta(eta, eta_at, Audience::External);
        assert_eq!(public.contains(&Kind::Promise), promised, "{eta:?}");
        assert_eq!(with_eta(eta, eta_at, Audience::Internal), [], "{eta:?}");
    }
}

#[test]
fn u5_a_past_eta_is_stale() {
    let form = |eta_at: &str| Form {
        eta_at: eta_at.parse().ok(),
        ..Form::default()
    };

    let stale = stale_eta(&form("2026-01-22T13:48:00Z"), now()).expect("it is over");

    assert_eq!(
        stale.to_string(),
        "the ETA was 2026-01-22 13:48 UTC, 12m ago: set a new one, or say that it is unknown"
    );
    assert!(stale_eta(&form("2026-01-22T14:00:00Z"), now()).is_some());
    assert_eq!(stale_eta(&form("2026-01-22T14:00:01Z"), now()), None);
    assert_eq!(stale_eta(&Form::default(), now()), None);
}

#[test]
fn u5_a_past_eta_is_hinted_at_however_it_was_written() {
    for (eta, eta_at, stale) in [
        ("2 hours", Some("2026-01-22T13:00:00Z"), true),
        ("13:30 UTC", None, true),
        ("2026-01-22 13:30", None, true),
        ("14:30 UTC", None, false),
        ("13:30 local", None, false),
        ("13:30 UTC", Some("2026-01-22T15:00:00Z"), false),
        ("2 hours", None, false),
        ("now", None, false),
    ] {
        let found = with_eta(eta, eta_at, Audience::Internal);
        assert_eq!(found.contains(&Kind::StaleEta), stale, "{eta:?}");
    }
}

#[test]
fn a_broken_siren_is_found_and_can_be_mended() {
    let body = "ðŸš¨ INCIDENT UPDATE: donâ€™t retry, cafÃ© is 20 Â°C â€“ ok";

    let found: Vec<_> = in_body(body, Audience::Internal)
        .into_iter()
        .map(|hint| (hint.kind.rule(), hint.found, hint.fix.unwrap_or_default()))
        .collect();

    let pair = |found: &str, fix: &str| ("U4", found.to_owned(), fix.to_owned());
    assert_eq!(
        found,
        [
            pair("ðŸš¨", "🚨"),
            pair("â€™", "’"),
            pair("Ã©", "é"),
            pair("Â°", "°"),
            pair("â€“", "–")
        ]
    );
    assert_eq!(
        repaired(body),
        "🚨 INCIDENT UPDATE: don’t retry, café is 20 °C – ok"
    );
    assert_eq!(
        repaired("🚨 ça, âge, „MENÜ“, MANHÃ”"),
        "🚨 ça, âge, „MENÜ“, MANHÃ”"
    );
}

#[test]
fn a_hint_is_a_sentence_with_its_rule() {
    let hints = in_body("render-2 probably", Audience::External);

    let said: Vec<_> = hints
        .iter()
        .map(|hint| format!("{} {hint}", hint.kind.rule()))
        .collect();

    assert_eq!(
        said,
        [
            "X3 “probably” is a guess: say what is known",
            "X3 “render-2” is a machine of ours: name the service"
        ]
    );
}

proptest! {
    #[test]
    fn any_text_is_read(body in "\\PC{0,80}|[a-z0-9:./@\\[\\]\\-~ ðŸš¨Ãâ€]{0,80}") {
        for audience in [Audience::Internal, Audience::External] {
            for hint in in_body(&body, audience) {
                prop_assert!(!hint.to_string().is_empty());
            }
        }
    }

    #[test]
    fn what_was_broken_is_mended(whole in "[a-zéèüöñ’“–🚨🔥 ]{0,20}") {
        let high = |byte: u8| char::from_u32(match byte {
            0x80 => 0x20ac, 0x8e => 0x17d, 0x9f => 0x178, 0x9a => 0x161, 0x99 => 0x2122,
            0x93 => 0x201c, 0x94 => 0x201d, 0x9c => 0x153, 0x91 => 0x2018, 0x92 => 0x2019,
            byte => u32::from(byte),
        });
        let broken: String = whole.bytes().filter_map(high).collect();

        prop_assert_eq!(repaired(&broken), whole);
    }
}
