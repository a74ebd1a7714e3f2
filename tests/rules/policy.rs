//! The policy as a file: what is wrong is said, with its place and the way out.

use std::sync::Arc;

use chrono::NaiveDate;
use warroom::domain::{fact::Fact, policy::Policy, severity::Severity};

use super::room::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// What is said about a file that amends the built-in policy with `text`.
fn wrong(text: &str) -> String {
    Policy::parse("team.toml", &format!("amends = \"built-in\"\n{text}"))
        .expect_err("this is wrong")
        .to_string()
}

/// The built-in policy with one piece of its text replaced.
fn edited(from: &str, to: &str) -> String {
    let text = warroom::domain::policy::BUILT_IN;
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn an_empty_target_says_which_step() {
    let said = wrong(
        "[[ladder]]\nname = \"management\"\nuntil = \"mitigated\"\n[[ladder.step]]\nafter = \"15m\"\ntarget = \" \"\n",
    );

    insta::assert_snapshot!(said, @r#"team.toml: step 1 of the ladder "management" has an empty target: say who is told"#);
}

#[test]
fn overlapping_steps_say_that_offsets_count_from_the_alert() {
    let said = wrong(
        "[[ladder]]\nname = \"management\"\nuntil = \"mitigated\"\nstep = [{ after = \"15m\", target = \"bo\" }, { after = \"15m\", target = \"cy\" }]\n",
    );

    insta::assert_snapshot!(said, @r#"team.toml: steps of the ladder "management" overlap: step 2 (cy) is due at or before step 1 (bo); offsets count from the alert and must grow"#);
}

#[test]
fn a_response_after_the_resolve_is_impossible() {
    let said = wrong("[severity.P1]\nrespond = \"2h\"\n");

    insta::assert_snapshot!(said, @r#"team.toml: P1 must respond within 2h but resolve within 1h: the response comes first"#);
}

#[test]
fn an_unknown_zone_says_what_was_probably_meant() {
    let said = wrong("[calendar]\nzone = \"Europe/Berln\"\n");

    insta::assert_snapshot!(said, @r#"team.toml:3:8: calendar.zone: "Europe/Berln" is not a time zone: did you mean "Europe/Berlin"?"#);
}

#[test]
fn a_negative_duration_says_its_key() {
    let said = wrong("[update]\nevery = \"-30m\"\n");

    insta::assert_snapshot!(said, @r#"team.toml:3:9: update.every: "-30m" is negative: a length of time starts at 0s"#);
}

#[test]
fn an_unknown_severity_says_which_there_are() {
    let said = wrong("[external]\nseverities = [\"P1\", \"P0\"]\n");

    insta::assert_snapshot!(said, @r#"team.toml:3:21: external.severities: found "P0", and it can be P1, P2, P3, P4"#);
}

#[test]
fn a_cadence_of_nothing_is_impossible() {
    assert!(wrong("[update]\nevery = \"0s\"\n").contains("update.every is 0s"));
}

#[test]
fn two_ladders_of_one_name_are_impossible() {
    let text = edited("name = \"page\"", "name = \"management\"");

    let said = Policy::parse("team.toml", &text).unwrap_err().to_string();

    assert!(said.contains("two ladders are called"), "{said}");
}

#[test]
fn only_the_built_in_policy_can_be_amended() {
    let said = Policy::parse("team.toml", "amends = \"ours\"\n")
        .unwrap_err()
        .to_string();

    assert!(said.starts_with("team.toml:1:"), "{said}");
}

#[test]
fn an_unknown_key_is_a_warning_at_its_line() {
    let text = edited("[update]\n", "[update]\nevry = \"10m\"\n");
    let line = text
        .lines()
        .position(|line| line.starts_with("evry"))
        .unwrap()
        + 1;

    let (policy, warnings) = Policy::parse("team.toml", &text).unwrap();

    assert_eq!(policy, *Policy::built_in());
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].line, line);
    assert!(warnings[0].text.contains("evry"), "{}", warnings[0]);
}

#[test]
fn an_unknown_key_of_an_amending_file_is_a_warning_at_its_own_line() {
    let text = "amends = \"built-in\"\n\n[update]\nevry = \"10m\"\n";

    let (_, warnings) = Policy::parse("team.toml", text).unwrap();

    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].line, 4, "{}", warnings[0]);
}

#[test]
fn an_error_of_an_amending_file_is_at_its_own_line() {
    let said = wrong("\n[update]\nplace = \"#ops\"\nevery = \"soon\"\n");

    assert!(said.starts_with("team.toml:5:9: "), "{said}");
}

#[test]
fn an_amending_file_merges_tables_and_replaces_lists() {
    let policy = policy("amends = \"built-in\"\n[external]\nseverities = [\"P1\", \"P2\"]\n");

    assert_eq!(policy.external.severities, [Severity::P1, Severity::P2]);
    assert_eq!(policy.external.downtime, minutes(30));
    assert_eq!(policy.ladders, Policy::built_in().ladders);
}

#[test]
fn the_built_in_policy_reads_without_a_warning() {
    let (_, warnings) = Policy::parse("default.toml", warroom::domain::policy::BUILT_IN).unwrap();

    assert_eq!(warnings, []);
}

#[test]
fn the_built_in_policy_tells_where_it_contradicts_itself() {
    let findings: Vec<String> = Policy::built_in()
        .findings(day("2026-01-20"))
        .into_iter()
        .map(|finding| format!("{}: {}", finding.rule, finding.text))
        .collect();

    insta::assert_snapshot!(findings.join("\n"), @r#"
    G1: phase 3 (Resolve) may last until 4h, longer than P1 may take (1h): the window is a hint, the target counts
    E1: P3 may be answered within 1h, but Team Lead is told after 15m: the ladder follows the document literally
    U1: P3 may take 1d with an update every 30m: that is 48 updates
    E1: P3 is told to engineering team only, but its ladder climbs to VP Engineering
    E4: P4 may be answered on the next business day, but Team Lead is told 15m after the alert: its ladder starts at the response deadline instead, and waits outside business hours
    U1: P4 may take 3d with an update every 30m: that is 144 updates, so they pause outside business hours
    E1: P4 is told to engineering team only, but its ladder climbs to VP Engineering
    E3: CEO is told at 4h and only for P1, which is to be resolved within 1h: only a missed target gets there
    V1: a retrospective is required above 30m, and P1, P2, P3, P4 may take longer than that in time: most incidents will need one
    E7: no contact has a channel: steps are shown when due, for people to carry out by hand
    "#);
}

#[test]
fn a_review_is_overdue_from_the_day_after() {
    let policy = Policy::built_in();
    let overdue = |today| {
        policy
            .findings(day(today))
            .iter()
            .any(|finding| finding.rule == "review")
    };

    assert_eq!(policy.review_due(), day("2026-02-14"));
    assert!(!overdue("2026-02-14"));
    assert!(overdue("2026-02-15"));
}

#[test]
fn e7_a_target_that_cannot_be_reached_is_told_step_by_step() {
    let policy = policy(
        "amends = \"built-in\"\n\
         [contact.\"Team Lead\"]\nperson = \"bo\"\nchannels = [\"pager\"]\n\
         [contact.CEO]\nperson = \"ed\"\n\
         [contact.Janitor]\nperson = \"cy\"\nchannels = [\"pager\"]\n",
    );

    let findings: Vec<String> = policy
        .findings(day("2026-01-20"))
        .into_iter()
        .filter(|finding| finding.rule == "E7")
        .map(|finding| finding.text)
        .collect();

    insta::assert_snapshot!(findings.join("\n"), @r#"
    page/0 tells Initial responder at once, but no [contact."Initial responder"] says who that is: nobody is paged, so somebody has to look
    management/1 tells Engineering Manager after 1h, but no [contact."Engineering Manager"] says who that is: the step is passed over, and the next takes its place
    management/2 tells VP Engineering after 2h, but no [contact."VP Engineering"] says who that is: the step is passed over, and the next takes its place
    management/3 tells CEO after 4h, but ed has no channel: the step is passed over, and the next takes its place
    no step of a ladder tells Janitor (cy): only a page by hand gets there
    "#);
}

#[test]
fn a_policy_in_which_somebody_can_be_reached_does_not_say_that_nobody_can() {
    let rules: Vec<_> = policy(REACHABLE)
        .findings(day("2026-01-20"))
        .iter()
        .map(|finding| finding.rule)
        .collect();

    assert!(!rules.contains(&"E7"), "{rules:?}");
}

/// An amendment with so many ladders, each of so many steps.
fn ladders(ladders: usize, steps: usize) -> String {
    let step = |hour| {
        format!(
            "[[ladder.step]]\nafter = \"{}h\"\ntarget = \"bo\"\n",
            hour + 1
        )
    };
    let steps: String = (0..steps).map(step).collect();
    let ladder = |nr| format!("[[ladder]]\nname = \"{nr}\"\nuntil = \"resolved\"\n{steps}");
    let all: String = (0..ladders).map(ladder).collect();
    format!("amends = \"built-in\"\n{all}")
}

#[test]
fn a_policy_that_an_engine_could_not_keep_up_with_is_no_policy_to_begin_with() {
    let named = ladders(1, 1).replace("name = \"0\"", &format!("name = {:?}", "n".repeat(65)));
    let crowd = format!(
        "amends = \"built-in\"\n[contact.\"Team Lead\"]\nperson = \"bo\"\nchannels = {:?}\n",
        ["pager"; 33]
    );
    for (text, says) in [
        (ladders(17, 1), "17 ladders, and 16 are the most"),
        (ladders(13, 5), "65 steps together, and 64 are the most"),
        (named, "needs a name of one line and 64 characters"),
        (crowd, "names 33 channels, and 32 are the most"),
    ] {
        let said = Policy::parse_new("team.toml", &text)
            .unwrap_err()
            .to_string();

        assert!(said.contains(says), "{said}");
        let in_the_log = Policy::parse("policy in the log", &text);
        assert!(in_the_log.is_ok(), "what was accepted once still counts");
    }
    assert!(Policy::parse_new("team.toml", &ladders(16, 4)).is_ok());
}

#[test]
fn e6_a_policy_that_is_in_force_is_not_adopted_again() {
    let mut room = Room::reachable(Severity::P2, at("14:00"));
    let same = Fact::PolicyAdopted {
        policy: policy(REACHABLE).to_toml(),
    };
    let other = Fact::PolicyAdopted {
        policy: REACHABLE.replace("ed", "fay"),
    };

    let refusal = room.refusal(at("14:05"), "ada", same);
    room.does(at("14:06"), "ada", other.clone());

    assert!(refusal.contains("the policy is the same"), "{refusal}");
    assert!(room.asks(at("14:07"), "ada", other).is_err());
}

#[test]
fn e6_incidents_of_one_policy_share_it_and_others_have_their_own() {
    let zones = ["Asia/Tokyo", "Asia/Seoul", "Asia/Dubai", "Asia/Kabul"];
    let texts = zones.map(|zone| edited("zone = \"UTC\"", &format!("zone = \"{zone}\" # team")));

    for (zone, text) in zones.iter().zip(&texts).cycle().take(12) {
        let policy = Policy::of(text).expect("it can be read");
        assert_eq!(policy.calendar.zone.name(), *zone);
    }
    let is_shared = |_| {
        let both = [&texts[0], &texts[0]].map(|text| Policy::of(text).expect("it can be read"));
        Arc::ptr_eq(&both[0], &both[1])
    };
    assert!((0..9).any(is_shared));
}
