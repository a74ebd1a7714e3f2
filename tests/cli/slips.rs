//! What was typed wrongly: each command says so, with the exit code that the
//! help names, and records nothing.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

use super::house::House;

const REFUSED: i32 = 1;
const USAGE: i32 = 2;
const NOT_THERE: i32 = 4;

/// Runs each line with `bad` in the place of `?`, and asserts that it ends so,
/// says why in a few words, and leaves the log as it was.
fn records_nothing(bad: &OsStr, lines: &[(&str, i32)]) {
    let house = House::declared();
    let before = house.done("export").out;

    for (line, code) in lines {
        let words = line.split(' ').map(|word| match word {
            "?" => bad,
            word => OsStr::new(word),
        });
        let said = house.run(words);

        assert_eq!(said.code, *code, "{line}: {said:?}");
        assert_eq!(said.out, "", "{line}");
        assert!(!said.err.is_empty(), "{line}");
        assert!(said.err.len() < 10_000, "{line}: {} bytes", said.err.len());
        let acts = |c: char| c.is_control() && c != '\n';
        assert!(!said.err.contains(acts), "{line}: {:?}", said.err);
        assert!(!said.err.contains("panicked"), "{line}: {}", said.err);
    }
    assert_eq!(house.done("export").out, before);
}

#[test]
fn a_flag_that_says_what_it_can_t_is_a_slip_of_usage_and_not_a_finding() {
    records_nothing(
        OsStr::new("blu"),
        &[
            ("--color ? list", USAGE),
            ("--glyphs ? list", USAGE),
            ("--config ? list", NOT_THERE),
        ],
    );
}

#[test]
fn an_incident_that_is_not_there() {
    let verbs = [
        "ack",
        "note x",
        "severity P1 --yes",
        "describe --title x",
        "phase fixing",
        "mitigate",
        "impact-started 14:00",
        "resolve --yes",
        "reopen --yes",
        "cancel --reason x",
        "close",
        "merge 1 --yes",
        "update --body x --yes",
        "long-running x",
        "external draft x",
        "external approve",
        "external publish --yes",
        "ask bo x",
        "answer x",
        "role scribe bo",
        "leave scribe bo",
        "escalate --yes",
        "page bo --yes",
        "skip-step --yes",
        "confirm-step go",
        "hold 10m --reason x --yes",
        "unhold",
        "retract last",
        "pin last",
        "correct last 14:00",
        "link a http://x",
        "tick alert",
        "outage add 14:00 14:05",
        "adopt-policy --yes",
        "retro factor x",
        "retro schedule +1d",
        "retro held",
        "retro waive x",
        "retro action runbook x",
        "retro change 1",
        "retro failure-mode yes",
        "retro recurrence yes",
        "show",
        "timeline",
        "status",
        "deliveries",
    ];
    let lines: Vec<String> = verbs.iter().map(|verb| format!("{verb} -i ?")).collect();
    let lines: Vec<(&str, i32)> = lines.iter().map(|line| (&**line, NOT_THERE)).collect();

    for bad in ["INC-99", "nosuch", "", "99999999999999999999", "\u{1b}[2J"] {
        records_nothing(OsStr::new(bad), &lines);
    }
}

#[test]
fn a_text_that_is_empty() {
    for bad in ["", "  ", "\n"] {
        records_nothing(
            OsStr::new(bad),
            &[
                ("declare ?", REFUSED),
                ("note ?", REFUSED),
                ("describe --title ?", REFUSED),
                ("phase ?", USAGE),
                ("phase fixing --rollback ?", REFUSED),
                ("severity P4 --reason ?", REFUSED),
                ("ask ? x", REFUSED),
                ("ask bo ?", REFUSED),
                ("role ?", USAGE),
                ("role scribe ?", USAGE),
                ("page ? --yes", REFUSED),
                ("escalate ? --yes", NOT_THERE),
                ("skip-step ? --yes", NOT_THERE),
                ("skip-step --reason ? --yes", REFUSED),
                ("confirm-step go ?", NOT_THERE),
                ("hold 10m --reason ? --yes", REFUSED),
                ("long-running ?", REFUSED),
                ("external draft ?", REFUSED),
                ("retract ?", NOT_THERE),
                ("pin ?", NOT_THERE),
                ("link ? http://x", REFUSED),
                ("link x ?", REFUSED),
                ("tick ?", NOT_THERE),
                ("retro factor ?", REFUSED),
                ("retro action runbook ?", REFUSED),
                ("retro action runbook x --owner ?", REFUSED),
                ("retro waive ? --reason x", REFUSED),
                ("retro waive x --reason ?", REFUSED),
                ("note x --as ?", USAGE),
                ("token create ? --scope read", USAGE),
            ],
        );
    }
}

#[test]
fn a_text_that_is_far_too_long() {
    let long = "x".repeat(120_000);
    records_nothing(
        OsStr::new(&long),
        &[
            ("declare ?", REFUSED),
            ("note ?", REFUSED),
            ("describe --impact ?", REFUSED),
            ("describe --service ?", REFUSED),
            ("phase ?", USAGE),
            ("severity ?", USAGE),
            ("ask ? x", REFUSED),
            ("ask bo ?", REFUSED),
            ("role ?", USAGE),
            ("role scribe ?", REFUSED),
            ("page ? --yes", REFUSED),
            ("escalate ? --yes", NOT_THERE),
            ("hold ? --reason x --yes", USAGE),
            ("update --body ? --yes", REFUSED),
            ("external draft ?", REFUSED),
            ("retract ?", NOT_THERE),
            ("link x ?", REFUSED),
            ("tick ?", REFUSED),
            ("retro factor ?", REFUSED),
            ("retro action ? x", USAGE),
            ("note x --as ?", USAGE),
            ("note x --at ?", USAGE),
            ("note x -i ?", NOT_THERE),
            ("probe run ?", NOT_THERE),
            ("theme show ?", NOT_THERE),
            ("runbook show ?", NOT_THERE),
            ("deliveries retry ? --yes", NOT_THERE),
            ("?", USAGE),
        ],
    );
}

#[test]
fn a_time_that_can_t_be() {
    for bad in [
        "25:61",
        "2026-02-30",
        "soon",
        "1e9d",
        "99999999999999h",
        "\u{202e}",
    ] {
        records_nothing(
            OsStr::new(bad),
            &[
                ("note x --at ?", USAGE),
                ("ack --at ?", USAGE),
                ("mitigate --at ?", USAGE),
                ("impact-started ?", USAGE),
                ("declare x --alert-at ?", USAGE),
                ("correct last ?", USAGE),
                ("outage add ? 14:00", USAGE),
                ("hold ? --reason x --yes", USAGE),
                ("ask bo x --within ?", USAGE),
                ("retro schedule ?", USAGE),
                ("policy simulate --severity P1 --alert-at ?", USAGE),
                ("token create bo --scope read --expires ?", USAGE),
                ("sync --wait ?", USAGE),
            ],
        );
    }
}

#[test]
fn a_word_that_is_none_of_those_there_are() {
    for bad in ["nosuch", "\u{1b}]0;x\u{7}", "P9"] {
        records_nothing(
            OsStr::new(bad),
            &[
                ("severity ?", USAGE),
                ("declare x --severity ?", USAGE),
                ("phase ?", USAGE),
                ("role ?", USAGE),
                ("confirm-step ?", USAGE),
                ("outage ? 14:00 14:05", USAGE),
                ("retro action ? x", USAGE),
                ("retro failure-mode ?", USAGE),
                ("token create bo --scope ?", USAGE),
                ("list -o ?", USAGE),
                ("escalate ? --yes", NOT_THERE),
                ("tick ?", NOT_THERE),
                (
                    "sync discard 0198f3a2-7c1e-7d3a-9b54-2f6c1d8e0a11 --yes",
                    NOT_THERE,
                ),
                ("sync discard ? --yes", USAGE),
            ],
        );
    }
}

#[test]
fn an_argument_that_is_no_text() {
    records_nothing(
        OsStr::from_bytes(b"caf\xe9"),
        &[
            ("declare ?", USAGE),
            ("note ?", USAGE),
            ("note x -i ?", USAGE),
            ("note x --at ?", USAGE),
            ("update --body ? --yes", USAGE),
            ("tick ?", USAGE),
            ("retro factor ?", USAGE),
            ("external draft ?", USAGE),
            ("import ?", NOT_THERE),
            ("theme check ?", NOT_THERE),
            ("policy check ?", NOT_THERE),
            ("adopt-policy ? --yes", NOT_THERE),
        ],
    );
}
