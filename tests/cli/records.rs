//! What is recorded, refused, exported and imported.

use super::house::{House, said};

#[test]
fn what_one_process_writes_another_lists() {
    let house = House::declared();

    house.run(["note", "rolled the canary back", "--as", "bo"]);

    let timeline = house.json("timeline");
    let last = timeline.as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["text"], "rolled the canary back");
    assert_eq!(last["by"], "bo");
    assert_eq!(last["via"], "cli");
}

#[test]
fn many_processes_at_once_lose_nothing() {
    let house = House::declared();

    let children: Vec<_> = (0..8)
        .map(|n| {
            house
                .command(["note", &format!("note {n}")])
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let said = said(child.wait_with_output().unwrap());
        assert_eq!(said.code, 0, "{said:?}");
    }

    let timeline = house.json("timeline --kind noted");
    assert_eq!(timeline.as_array().unwrap().len(), 8);
}

#[test]
fn list_and_status_say_of_what_nothing_leaves() {
    let house = House::new();
    house.run(["declare", "game day", "--drill", "-s", "P3"]);
    house.run(["declare", "a leak", "--private", "-s", "P3"]);

    for command in ["list", "status"] {
        let said = house.say(command).out;

        assert!(said.contains("DRILL game day"), "{said}");
        assert!(said.contains("PRIVATE a leak"), "{said}");
    }
}

#[test]
fn a_quiet_declaration_prints_its_name_alone() {
    let house = House::new();

    let said = house.run(["declare", "checkout is down", "-q"]);

    assert_eq!(said.out, "INC-1\n");
    assert_eq!(said.err, "");
}

#[test]
fn a_refusal_is_one_sentence_on_stderr() {
    let house = House::declared();

    let said = house.say("reopen --reason hasty --yes");

    assert_eq!(said.code, 1);
    assert_eq!(said.out, "");
    assert_eq!(
        said.err,
        "warroom: INC-1 is not resolved: there is nothing to reopen\n"
    );
}

#[test]
fn what_is_not_there_has_its_own_code() {
    let house = House::new();

    assert_eq!(house.say("ack").code, 4);
    assert_eq!(house.say("show INC-7").code, 4);
    assert_eq!(house.say("deliveries cancel nothing").code, 4);
    assert_eq!(house.say("import /nowhere/log.jsonl").code, 4);
    assert_eq!(house.say("probe run nothing").code, 4);
}

#[test]
fn a_log_that_was_named_and_is_not_there_is_a_slip() {
    let house = House::new();
    let log = house.path().join("typo.db");

    let said = house.run(["--db".as_ref(), log.as_os_str(), "list".as_ref()]);

    assert_eq!(said.code, 4, "{said:?}");
    assert!(!log.exists());
}

#[test]
fn with_two_incidents_one_has_to_be_named() {
    let house = House::declared();
    house.run(["declare", "search is slow"]);

    let said = house.say("ack");
    let named = house.say("ack -i 2");

    assert_eq!(said.code, 2);
    assert!(said.err.contains("INC-2, INC-1 are active"), "{said:?}");
    assert_eq!(named.code, 0, "{named:?}");
}

#[test]
fn a_text_that_does_not_fit_is_refused_whole() {
    let house = House::new();
    let ten_megabytes = vec![b'x'; 10 << 20];

    let said = house.feed(["declare", "-"], &ten_megabytes);
    let longer = house.run(["declare", &"x".repeat(201)]);

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("shorten it"), "{said:?}");
    assert_eq!(longer.code, 1, "{longer:?}");
    assert!(longer.err.contains("201"), "{longer:?}");
    assert_eq!(house.json("list --all"), serde_json::json!([]));
}

#[test]
fn a_note_may_come_from_stdin() {
    let house = House::declared();

    let said = house.feed(["note", "-"], "first line\nsecond ünïcödé\n".as_bytes());
    let no_text = house.feed(["note", "-"], b"caf\xe9");

    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(no_text.code, 1, "{no_text:?}");
    let timeline = house.json("timeline --kind noted");
    assert_eq!(timeline[0]["body"]["text"], "first line\nsecond ünïcödé");
}

#[test]
fn impossible_times_are_refused() {
    let house = House::declared();

    for (line, code) in [
        (vec!["note", "x", "--at", "25:61"], 2),
        (vec!["note", "x", "--at", "2026-02-30 12:00"], 2),
        (vec!["note", "x", "--at", "yesterday-ish"], 2),
        (vec!["note", "x", "--at", "+2h"], 1),
        (vec!["mitigate", "--at", "2001-01-01 00:00"], 1),
        (vec!["outage", "add", "14:10", "14:00"], 1),
    ] {
        let said = house.run(&line);

        assert_eq!(said.code, code, "{line:?}: {said:?}");
        assert_eq!(said.out, "", "{line:?}");
    }
}

#[test]
fn an_entry_says_when_it_happened() {
    let house = House::new();
    let at = ["--now", "2026-01-22T14:00:00Z"];
    house.run(["declare", "slow", "--severity", "P2"].iter().chain(&at));

    let said = house.run([
        "ack",
        "--now",
        "2026-01-22T14:07:00Z",
        "--at",
        "2m ago",
        "-o",
        "json",
    ]);

    let done: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let at = done["entries"][0]["at"].as_str().unwrap();
    assert!(at.starts_with("2026-01-22T14:05:0"), "{at}");
}

#[test]
fn an_entry_is_taken_back_by_its_number_or_as_the_last() {
    let house = House::declared();
    house.run(["note", "wrong"]);

    let back = house.say("retract last");
    let again = house.say("retract #99");

    assert_eq!(back.code, 0, "{back:?}");
    assert_eq!(again.code, 4, "{again:?}");
    assert_eq!(house.json("timeline")[1]["retracted"], true);
}

#[test]
fn an_incident_goes_its_whole_way() {
    let house = House::declared();

    house.done("ack");
    house.done("role commander");
    house.done("phase identified");
    assert_eq!(
        house.say("phase fixing").code,
        1,
        "a fix asks for a rollback plan"
    );
    house.run(["phase", "fixing", "--rollback", "none possible"]);
    house.done("mitigate");
    assert_eq!(house.say("resolve --yes").code, 1, "the gate is open");
    let resolved = house.done("resolve --yes --reason checked --new-failure-mode no");
    house.done("update --last");
    house.done("retro waive VP --reason drill");
    house.run([
        "retro",
        "action",
        "preventive",
        "alert on lag",
        "--owner",
        "bo",
    ]);
    house.done("close");

    assert!(resolved.out.contains("resolved"), "{resolved:?}");
    let shown = house.json("show 1");
    assert_eq!(shown["phase"], "closed");
    assert_eq!(shown["active"], false);
    assert_eq!(shown["retrospective"]["actions"][0]["owner"], "bo");
}

#[test]
fn export_and_import_come_round_and_change_nothing_twice() {
    let house = House::declared();
    house.run(["note", "one"]);
    let other = House::new();
    let exported = house.done("export").out;

    let first = other.feed(["import", "-", "-o", "json"], exported.as_bytes());
    let second = other.feed(["import", "-", "-o", "json"], exported.as_bytes());

    let count = |text: &str| -> serde_json::Value { serde_json::from_str(text).unwrap() };
    assert_eq!(count(&first.out)["added"], 2, "{first:?}");
    assert_eq!(count(&second.out)["added"], 0, "{second:?}");
    assert_eq!(count(&second.out)["known"], 2);
    assert_eq!(other.done("export").out, exported);
    assert_eq!(other.json("show")["id"], house.json("show")["id"]);
}

#[test]
fn an_import_of_nonsense_imports_nothing() {
    let house = House::declared();
    let mut lines = house.done("export").out;
    lines.push_str("{\"not\": \"an entry\"}\n");
    let other = House::new();

    let said = other.feed(["import", "-"], lines.as_bytes());

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("line 2"), "{said:?}");
    assert_eq!(other.done("export").out, "");
}

#[test]
fn a_backup_is_a_log_and_never_replaces_a_file() {
    let house = House::declared();
    let to = house.path().join("copy.db");

    let first = house.run(["backup".as_ref(), to.as_os_str()]);
    let second = house.run(["backup".as_ref(), to.as_os_str()]);
    let there = house.run([
        "--db".as_ref(),
        to.as_os_str(),
        "list".as_ref(),
        "-q".as_ref(),
    ]);

    assert_eq!(first.code, 0, "{first:?}");
    assert_eq!(second.code, 1, "{second:?}");
    assert!(there.out.contains("checkout is down"), "{there:?}");
}

#[test]
fn a_backup_is_put_back_and_the_log_that_was_there_is_kept() {
    let house = House::declared();
    let to = house.path().join("copy.db");
    house.run(["backup".as_ref(), to.as_os_str()]);
    house.done("note later");

    let said = house.run(["restore".as_ref(), to.as_os_str()]);

    assert_eq!(said.code, 0, "{said:?}");
    let timeline = house.done("timeline").out;
    assert!(!timeline.contains("later"), "{timeline}");
    assert_eq!(house.run(["verify"]).code, 0);
    let kept = files_below(house.path())
        .iter()
        .any(|file| file.to_string_lossy().contains(".db.before-"));
    assert!(kept, "{:?}", files_below(house.path()));
}

#[test]
fn what_acts_on_a_terminal_reaches_it_in_no_output() {
    let house = House::declared();
    house.done("note hello");
    let log = house
        .done("export")
        .out
        .replace("hello", "\u{9b}31m\u{202e}pwn")
        // What nobody here understands is shown as it is stored.
        .replace("\"noted\"", "\"weird\"");
    let other = House::new();
    assert_eq!(other.feed(["import", "-"], log.as_bytes()).code, 0);

    for line in ["export", "timeline -o json", "timeline", "show -o json"] {
        let out = other.done(line).out;
        let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!out.contains(acts), "{line}: {out:?}");
    }
    assert!(other.done("timeline -o json").out.contains("\\u009b31m"));
}

fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|one| one.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn a_damaged_log_is_found() {
    let house = House::declared();
    let log = house.path().join("bad.db");
    std::fs::write(&log, b"this is no log at all, it is a text").unwrap();

    let said = house.run(["--db".as_ref(), log.as_os_str(), "verify".as_ref()]);

    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.err.contains("is not a log"), "{said:?}");
    assert_eq!(house.done("verify").out, "1 entry, sound\n");
}

#[test]
fn a_policy_is_told_in_brief_and_exported_whole() {
    let house = House::new();

    let declared = house.json("declare down --severity P2");
    let timeline = house.json("timeline");

    let brief = &declared["entries"][0]["body"]["policy"];
    assert_eq!(brief["name"], "incident response", "{brief}");
    assert_eq!(brief["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(timeline[0]["body"]["policy"], *brief);
    assert_eq!(timeline[0]["body"]["title"], "down");
    let export = house.done("export").out;
    assert!(export.contains("[[ladder]]"), "{export}");
}

#[test]
fn another_policy_is_adopted_by_somebody_who_says_so() {
    let house = House::declared();

    let same = house.say("adopt-policy --yes");
    house.config("policy = \"team.toml\"\n");
    let team = "amends = \"built-in\"\n[contact.CEO]\nperson = \"fay\"\nchannels = [\"pager\"]\n";
    house.file(".config/warroom/team.toml", team);
    let unasked = house.say("adopt-policy");
    house.done("adopt-policy --yes");

    assert_eq!(same.code, 1, "{same:?}");
    assert!(same.err.contains("the policy is the same"), "{same:?}");
    assert_eq!(unasked.code, 5, "{unasked:?}");
    let adopted = house.json("timeline --kind policy_adopted");
    assert_eq!(adopted.as_array().unwrap().len(), 1);
}

#[test]
fn a_merged_incident_says_where_it_goes_on() {
    let house = House::declared();
    house.done("declare again --severity P2 --yes");
    house.done("merge INC-2 --incident INC-1 --yes");

    for line in ["show INC-1", "list --all"] {
        let out = house.done(line).out;
        assert!(out.contains("Merged into INC-2"), "{line}: {out}");
    }
    let timeline = house.done("timeline INC-2").out;
    assert!(timeline.contains("INC-1 goes on here"), "{timeline}");
}

#[test]
fn a_list_of_no_probes_says_so() {
    let house = House::new();
    house.config(crate::faults::NO_PROBES);

    let said = house.done("probe list");

    assert!(said.err.contains("no probe is set up here"), "{said:?}");
}

#[test]
fn a_promise_too_far_off_names_a_way_out_that_there_is() {
    let house = House::declared();

    let said = house.say("update --next 23h --yes");

    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("`long-running` allows more"), "{said:?}");
    assert!(!said.err.contains("--reason"), "{said:?}");
}

#[test]
fn a_hold_until_another_day_is_confirmed_with_its_day() {
    let house = House::declared();

    let said = house.say("hold 30h --reason x");

    assert_eq!(said.code, 5, "{said:?}");
    let until = said.err.split("wait until ").nth(1).unwrap_or_default();
    assert!(until.starts_with("20"), "{said:?}");
}
