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
