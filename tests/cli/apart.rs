//! What commands say where two people acted at the same time.

use serde_json::{Value, json};

use super::house::House;

/// A log in which the last `count` entries come from consoles that had seen
/// nothing but the declaration.
fn apart(exported: &str, count: usize) -> String {
    let mut lines: Vec<Value> = exported
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let from = lines.len() - count;
    for (place, line) in lines[from..].iter_mut().enumerate() {
        line["replica"] = json!(format!("00000000-0000-0000-0000-00000000000{}", place + 1));
        line["base"] = json!(1);
    }
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

/// What happened in one house, told to another as having happened apart.
fn retold(house: &House, count: usize) -> House {
    let other = House::new();
    let log = apart(&house.done("export").out, count);
    let said = other.feed(["import", "-"], log.as_bytes());
    assert_eq!(said.code, 0, "{said:?}");
    other
}

#[test]
fn i5_a_conflict_is_in_show_and_status_until_it_is_set_again() {
    let house = House::declared();
    house.run(["describe", "--title", "payments fail", "--as", "ada"]);
    house.run(["describe", "--title", "cards fail", "--as", "bo"]);
    let other = retold(&house, 2);

    let words = "title: 'payments fail' (ada) or 'cards fail' (bo): set it again";
    assert!(other.done("show").out.contains(words));
    assert!(other.done("status").out.contains(words));
    let status = other.json("status");
    let conflict = &status["incidents"][0]["conflicts"][0];
    assert_eq!(conflict["field"], "title");
    assert_eq!(conflict["holds"], "cards fail");
    assert_eq!(conflict["ways"][0]["value"], "payments fail");
    assert_eq!(conflict["ways"][0]["by"], "ada");

    other.run(["describe", "--title", "cards fail"]);

    assert_eq!(other.json("show")["conflicts"], json!([]));
    assert!(!other.done("show").out.contains("set it again"));
}

/// The lines of an exported log, each from another copy, which had seen all that
/// came before.
pub fn in_turn(exported: &str) -> Vec<String> {
    let lines = exported.lines().enumerate().map(|(place, line)| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        line["replica"] = json!(format!("00000000-0000-0000-0000-00000000000{place}"));
        line["base"] = json!(place);
        format!("{line}\n")
    });
    lines.collect()
}

#[test]
fn a_history_that_is_told_to_a_log_with_entries_is_at_odds_with_nothing() {
    let house = House::declared();
    house.run(["describe", "--title", "payments fail", "--as", "ada"]);
    house.run(["describe", "--title", "cards fail", "--as", "bo"]);
    let exported = house.done("export").out;
    let told = in_turn(&exported).concat();
    let other = House::declared();
    for n in 0..5 {
        other.done(&format!("note n{n}"));
    }

    let said = other.feed(["import", "-"], told.as_bytes());
    let again = other.feed(["import", "-", "-o", "json"], told.as_bytes());

    assert_eq!((said.code, again.code), (0, 0), "{said:?} {again:?}");
    let again: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(3)));
    let status = other.json("status");
    let incidents = status["incidents"].as_array().unwrap();
    assert_eq!(incidents.len(), 2, "{status}");
    for incident in incidents {
        assert_eq!(incident["conflicts"], json!([]), "{status}");
    }
}

#[test]
fn i5_who_acknowledged_too_is_named() {
    let house = House::declared();
    house.run(["ack", "--as", "bo"]);
    house.run(["ack", "--as", "cy"]);

    let shown = house.json("show");

    assert_eq!(shown["acknowledged_by"], "bo");
    assert_eq!(shown["also_acknowledged_by"], json!(["cy"]));
    let text = house.done("show").out;
    assert!(text.contains("by bo; also acknowledged by cy"), "{text}");
}

#[test]
fn i5_an_entry_that_was_overtaken_is_in_the_timeline_with_the_winner() {
    let house = House::declared();
    house.run(["severity", "p1", "--as", "ada", "--yes"]);
    let said = house.run(["resolve", "--reason", "quick again", "--as", "bo", "--yes"]);
    assert_eq!(said.code, 0, "{said:?}");
    let other = retold(&house, 2);

    let timeline = other.json("timeline");

    let entries = timeline.as_array().unwrap();
    let find = |kind: &str| entries.iter().find(|entry| entry["kind"] == kind).unwrap();
    assert_eq!(
        find("resolved")["superseded_by"],
        find("severity_changed")["id"]
    );
    let text = find("resolved")["text"].as_str().unwrap();
    assert!(
        text.contains("had no effect: ada made it P1 before"),
        "{text}"
    );
    assert_eq!(other.json("show")["active"], true);
}
