//! Data out: JSON that is nothing else, and text that acts on no terminal.

use serde_json::Value;

use super::house::House;

#[test]
fn every_command_that_looks_writes_json_and_nothing_else() {
    let house = House::declared();
    house.done("note hello");

    for line in [
        "",
        "status",
        "list",
        "list --all",
        "show",
        "timeline",
        "deliveries",
        "probe list",
        "policy show",
        "policy check",
        "policy simulate --severity P1",
        "config show",
        "config check",
        "theme list",
        "runbook list",
        "verify",
        "doctor",
    ] {
        let value = house.json(line);

        assert!(value.is_object() || value.is_array(), "{line}: {value}");
    }
}

#[test]
fn a_command_that_writes_a_file_says_in_json_what_it_did() {
    let house = House::declared();
    let [copy, lines] = ["copy.db", "log.jsonl"].map(|name| house.path().join(name));
    let (copy, lines) = (copy.display(), lines.display());

    let backup = house.json(&format!("backup {copy}"));
    let export = house.json(&format!("export {lines}"));
    let import = house.json(&format!("import {lines}"));
    let restore = house.json(&format!("restore {copy}"));
    let theme = house.json("theme show harbor");

    for wrote in [&backup, &export, &import, &restore] {
        assert_eq!(wrote["entries"], 1, "{wrote}");
    }
    assert!(theme["text"].as_str().unwrap().contains("[palette]"));
}

#[test]
fn names_are_in_snake_case_and_times_are_utc() {
    fn walk(value: &Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let is_snake =
                        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                    assert!(name.chars().all(is_snake), "{name}");
                    if ["at", "due", "from", "anchor", "recorded_at"].contains(&name.as_str()) {
                        let text = value.as_str().unwrap_or("Z");
                        assert!(text.ends_with('Z'), "{name}: {text}");
                    }
                    walk(value);
                }
            }
            Value::Array(values) => values.iter().for_each(walk),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let house = House::declared();
    house.done("ack");

    walk(&house.json("show"));
    walk(&house.json("timeline"));
    walk(&house.json("policy simulate --severity P2"));
}

#[test]
fn an_incident_in_json_has_what_a_script_needs() {
    let house = House::declared();
    house.done("ack");
    house.done("role commander bo");

    let shown = house.json("show INC-1");

    assert_eq!(shown["label"], "INC-1");
    assert_eq!(shown["severity"], "P2");
    assert_eq!(shown["phase"], "investigating");
    assert_eq!(shown["commander"], "bo");
    assert!(shown["milestones"]["acknowledged"].is_string());
    assert_eq!(shown["settled"][0]["promise"], "respond");
    assert_eq!(shown["settled"][0]["state"], "met");
    assert_eq!(shown["downtime_seconds"], 0);
    let duties = shown["duties"].as_array().unwrap();
    assert!(
        duties
            .iter()
            .any(|duty| duty["duty"] == "first_notice" && duty["rule"] == "U1")
    );
}

#[test]
fn v1_what_is_not_long_yet_is_no_reason_to_look_back() {
    let house = House::declared();

    let looking_back = &house.json("show INC-1")["retrospective"];

    assert_eq!(looking_back["required"], false);
    assert_eq!(looking_back["reasons"], Value::Array(Vec::new()));
    assert!(looking_back["required_from"].is_string());
    let shown = house.done("show INC-1").out;
    assert!(shown.contains("if it goes on"), "{shown}");
}

#[test]
fn the_simulation_gives_the_document_s_own_times() {
    let house = House::new();

    let rows = house.json("policy simulate --alert-at 2026-01-22T14:00Z --severity P2");

    let due = |what: &str| {
        let rows = rows.as_array().unwrap();
        let row = rows.iter().find(|row| row["what"] == what).unwrap();
        (row["due"].clone(), row["rule"].clone())
    };
    let at = |clock: &str, rule: &str| (format!("2026-01-22T{clock}:00Z").into(), rule.into());
    assert_eq!(due("management: Team Lead"), at("14:15", "E1"));
    assert_eq!(due("management: Engineering Manager"), at("15:00", "E1"));
    assert_eq!(due("management: VP Engineering"), at("16:00", "E1"));
    assert_eq!(due("management: CEO"), (Value::Null, "E3".into()));
    assert_eq!(due("acknowledge"), at("14:15", "S1"));
    assert_eq!(due("resolve"), at("18:00", "S1"));
}

#[test]
fn the_simulation_of_p1_tells_the_public_and_asks_the_ceo() {
    let house = House::new();

    let rows = house.json("policy simulate --alert-at 2026-01-22T14:00Z --severity P1");

    let rows = rows.as_array().unwrap();
    let due = |what: &str| &rows.iter().find(|row| row["what"] == what).unwrap()["due"];
    assert_eq!(due("tell the public"), "2026-01-22T14:05:00Z");
    assert_eq!(due("management: CEO"), "2026-01-22T18:00:00Z");
}

#[test]
fn a_policy_that_can_t_be_meant_is_an_error_and_contradictions_are_warnings() {
    let house = House::new();
    let wrong = "amends = \"built-in\"\n[severity.P1]\nrespond = \"2h\"\n";
    let wrong = house.file("wrong.toml", wrong);

    let built_in = house.say("policy check");
    let bad = house.run([
        std::ffi::OsStr::new("policy"),
        "check".as_ref(),
        wrong.as_ref(),
    ]);
    let missing = house.say("policy check /nowhere/policy.toml");

    assert_eq!(built_in.code, 0);
    assert!(
        built_in.out.contains("warning [E3]: CEO"),
        "{}",
        built_in.out
    );
    assert_eq!(bad.code, 3, "{bad:?}");
    assert!(bad.out.contains("the response comes first"), "{bad:?}");
    assert_eq!(missing.code, 4, "{missing:?}");
}

#[test]
fn a_hostile_title_never_reaches_stdout_raw() {
    let house = House::new();
    let title = "\x1b]0;owned\x07\x1b[31mred\u{202e}evil\x1b[0m\rback";

    let declared = house.run(["declare", title]);
    house.run(["note", "one\x1b[2Jtwo\nthree"]);

    assert_eq!(declared.code, 0, "{declared:?}");
    for line in [
        "",
        "list",
        "show",
        "timeline",
        "show -o json",
        "timeline -o json",
        "export",
    ] {
        let said = house.done(line);
        let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!said.out.contains(acts), "{line}: {:?}", said.out);
        assert!(!said.out.contains("owned"), "{line}: {:?}", said.out);
    }
}

#[test]
fn what_was_typed_wrongly_is_repeated_without_its_escapes() {
    let house = House::declared();

    for line in [
        ["show", "\x1b[31mINC-9"],
        ["severity", "\x1b[31mP9"],
        ["phase", "\x1b[31mnone"],
        ["\x1b[31mverb", "x"],
    ] {
        let said = house.run(line);

        assert_ne!(said.code, 0, "{line:?}");
        assert!(!said.err.contains('\x1b'), "{line:?}: {:?}", said.err);
    }
}

#[test]
fn a_runbook_is_listed_with_the_names_of_its_steps() {
    let house = House::new();
    house.config("runbooks = \"books\"\n");
    let text = "# Restart \x1b[31mcheckout\n\n1. drain\n2. restart\n- [ ] tell #incidents\n";
    house.file(".config/warroom/books/checkout.md", text);

    let book = house.json("runbook show checkout");

    assert_eq!(book["steps"][1]["item"], "runbook:checkout.md#2");
    assert_eq!(book["steps"][2]["text"], "tell #incidents");
    assert!(!house.done("runbook show checkout").out.contains('\x1b'));
    assert_eq!(house.say("runbook show ../../config.toml").code, 4);
}

#[test]
fn a_runbook_is_found_in_the_folders_below_by_its_path_or_its_name() {
    let house = House::new();
    house.config("runbooks = \"books\"\n");
    for file in ["top", "db/failover", "db/down", "web/eu/down"] {
        let path = format!(".config/warroom/books/{file}.md");
        house.file(&path, &format!("# {file}\n\n1. look\n"));
    }

    let listed = house.json("runbook list");

    let files: Vec<&str> = (0..4)
        .map(|n| listed[n]["file"].as_str().unwrap())
        .collect();
    assert_eq!(
        files,
        ["db/down.md", "db/failover.md", "top.md", "web/eu/down.md"]
    );
    assert!(listed[0]["changed_at"].is_string(), "{listed}");
    assert!(house.done("runbook list").out.contains("s ago"));
    let item = house.json("runbook show failover")["steps"][0]["item"].clone();
    assert_eq!(item, "runbook:db/failover.md#1");
    assert_eq!(
        house.json("runbook show web/eu/down")["title"],
        "web/eu/down"
    );
    assert_eq!(house.json("runbook"), listed);
    assert_eq!(house.json("runbook failover")["steps"][0]["item"], item);
    let several = house.say("runbook show down");
    assert_eq!(several.code, 2, "{several:?}");
    assert!(
        several.err.contains("db/down.md, web/eu/down.md"),
        "{several:?}"
    );
}

#[test]
fn one_is_counted_as_one() {
    let house = House::declared();
    let file = house.path().join("out.jsonl");
    let file = file.to_str().unwrap();

    let exported = house.run(["export", file]);
    let imported = house.run(["import", file]);

    assert_eq!(exported.err, "1 entry\n", "{exported:?}");
    assert_eq!(imported.out, "0 entries are new, 1 was known\n");
    assert_eq!(house.done("verify").out, "1 entry, sound\n");
    assert!(house.done("doctor").out.contains("sound, 1 entry\n"));
}

#[test]
fn an_error_shows_no_backtrace_however_much_is_to_be_said() {
    let house = House::declared();

    let said = house.say("close -vv");

    assert_eq!(said.code, 1, "{said:?}");
    assert!(!said.err.to_lowercase().contains("backtrace"), "{said:?}");
    assert_eq!(said.err.matches("warroom: ").count(), 1, "{said:?}");
}

#[test]
fn the_schema_of_the_configuration_is_json_whatever_is_configured() {
    let house = House::new();
    house.config("this is no configuration");

    let said = house.done("config schema");

    let schema: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(schema["properties"]["bell"]["type"], "boolean");
    assert_eq!(schema["$defs"]["ProbeKind"]["enum"][0], "http");
    assert_eq!(said.err, "");
}

#[test]
fn a_theme_is_checked_with_its_place() {
    let house = House::new();
    let wrong = house.file("wrong.toml", "[text]\nnormal = \"inc\"\n");
    let good = house.file("good.toml", &house.done("theme show harbor").out);

    let wrong = house.run(["theme".as_ref(), "check".as_ref(), wrong.as_os_str()]);
    let good = house.run(["theme".as_ref(), "check".as_ref(), good.as_os_str()]);

    assert_eq!(wrong.code, 3, "{wrong:?}");
    assert!(wrong.out.contains("wrong.toml:"), "{wrong:?}");
    assert_eq!(good.code, 0, "{good:?}");
}

#[test]
fn an_address_of_no_database_of_ours_is_refused_and_makes_no_file() {
    let house = House::new();

    for address in ["mysql://x/y", "postgress://x/y"] {
        let said = house.run(["--db", address, "serve", "--listen", "127.0.0.1:0"]);

        assert_eq!(said.code, 2, "{said:?}");
        let (scheme, _) = address.split_once(':').unwrap();
        let words = format!("{scheme}:// is no database");
        assert!(said.err.contains(&words), "{said:?}");
    }
}
