//! The schemas of the files that people write: whatever comes with the program
//! fits, and what the program finds fault with does not.

use serde_json::{Map, Value};

use super::house::House;

/// Whether `value` fits. Knows the words that our schemas use, and no other.
fn fits(whole: &Value, schema: &Value, value: &Value) -> bool {
    let Some(words) = schema.as_object() else {
        return schema.as_bool().unwrap();
    };
    words.iter().all(|(word, says)| match word.as_str() {
        "$ref" => fits(
            whole,
            whole.pointer(&says.as_str().unwrap()[1..]).unwrap(),
            value,
        ),
        "type" => kinds(says).any(|kind| is_a(kind, value)),
        "const" => says == value,
        "enum" => says.as_array().unwrap().contains(value),
        "anyOf" | "oneOf" => {
            let ways = says.as_array().unwrap().iter();
            ways.filter(|way| fits(whole, way, value)).count() >= 1
        }
        "required" => value.as_object().is_none_or(|fields| {
            let mut keys = says.as_array().unwrap().iter();
            keys.all(|key| fields.contains_key(key.as_str().unwrap()))
        }),
        "properties" => value.as_object().is_none_or(|fields| {
            let known = says.as_object().unwrap();
            let mut fields = fields.iter();
            fields.all(|(key, value)| {
                known
                    .get(key)
                    .is_none_or(|schema| fits(whole, schema, value))
            })
        }),
        "additionalProperties" => value.as_object().is_none_or(|fields| {
            let known = schema["properties"].as_object();
            let mut others = fields
                .iter()
                .filter(|(key, _)| !known.is_some_and(|known| known.contains_key(*key)));
            others.all(|(_, value)| fits(whole, says, value))
        }),
        "items" => {
            let mut items = value.as_array().into_iter().flatten();
            items.all(|item| fits(whole, says, item))
        }
        "minItems" | "minLength" | "minimum" => size(value).is_none_or(|size| size >= number(says)),
        "maxLength" | "maximum" => size(value).is_none_or(|size| size <= number(says)),
        "$schema" | "$defs" | "title" | "description" | "format" | "default" | "propertyNames" => {
            true
        }
        other => panic!("what does {other} mean in {schema}?"),
    })
}

fn number(says: &Value) -> i64 {
    says.as_i64().unwrap()
}

/// How large a value is; `None` of what is neither long nor many.
fn size(value: &Value) -> Option<i64> {
    let length = match value {
        Value::Array(all) => all.len(),
        Value::String(text) => text.chars().count(),
        other => return other.as_i64(),
    };
    i64::try_from(length).ok()
}

fn kinds(says: &Value) -> impl Iterator<Item = &str> {
    let several = says.as_array().into_iter().flatten();
    several.chain([says]).filter_map(Value::as_str)
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64(),
        "number" => value.is_number(),
        other => panic!("what is a {other}?"),
    }
}

/// A file as an editor sees it: dates are text.
fn read(text: &str) -> Value {
    as_json(toml::Value::Table(text.parse().unwrap()))
}

fn as_json(value: toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => {
            let fields = table.into_iter().map(|(key, value)| (key, as_json(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        toml::Value::Array(all) => all.into_iter().map(as_json).collect(),
        toml::Value::Datetime(at) => at.to_string().into(),
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => value.into(),
    }
}

/// Files that the program takes fit the schema, and those that it finds fault
/// with do not.
fn agree(house: &House, what: &str, good: &[String], bad: &[String]) {
    let schema = house.json(&format!("{what} schema"));
    for (texts, code) in [(good, 0), (bad, 3)] {
        for text in texts {
            let file = house.file("own.toml", text);
            let line = format!("{what} check {} --strict", file.display());
            let said = house.say(&line);
            // What a policy says twice is a matter of rules, not of its form.
            let of_a_rule = |line: &&str| line.starts_with("warning [");
            let findings = said.out.lines().filter(|line| !of_a_rule(line));
            let code_of_reading = if findings.count() > 0 { 3 } else { 0 };

            assert_eq!(fits(&schema, &schema, &read(text)), code == 0, "{text}");
            assert_eq!(code_of_reading, code, "{said:?}: {text}");
        }
    }
}

#[test]
fn the_schema_of_a_policy_is_what_is_read_as_one() {
    let house = House::new();
    let whole = house.done("policy show").out;
    let amends = |text: &str| format!("amends = \"built-in\"\n{text}");
    let good = [
        whole.clone(),
        amends(""),
        amends("[external]\nplace = \"the site\"\n[severity.P1]\nat_once = false\n"),
        amends("[contact.CEO]\nperson = \"grace\"\nphone = \"1\"\n"),
        amends("[calendar]\nzone = \"Europe/Berlin\"\nholidays = [2026-12-25, \"2026-12-26\"]\n"),
        amends("[[link]]\nname = \"Grafana\"\nletter = \"g\"\nurl = \"https://grafana.example\"\n"),
    ];
    let bad = [
        "name = \"half\"\n".to_owned(),
        whole.replace("owner = ", "onwer = "),
        whole.replace("green_checks = ", "# "),
        amends("[external]\nseverities = [\"P9\"]\n"),
        amends("[update]\nevery = 30\n"),
        amends(
            "[[ladder]]\nname = \"page\"\nuntil = \"answered\"\n[[ladder.step]]\nafter = \"5m\"\ntarget = \"bo\"\n",
        ),
        amends(
            "[[ladder]]\nname = \"page\"\nuntil = \"resolved\"\n[[ladder.step]]\nafter = \"5m\"\n",
        ),
        amends("[contact.CEO]\nphone = \"1\"\n"),
        amends("[resolve]\ngreen_checks = \"three\"\n"),
        "amends = \"mine\"\n".to_owned(),
    ];

    agree(&house, "policy", &good, &bad);
}

#[test]
fn the_schema_of_a_theme_is_what_is_read_as_one() {
    let house = House::new();
    let names = house.json("theme list");
    let names = names.as_array().unwrap().iter();
    let mut good: Vec<String> = names
        .map(|theme| {
            house
                .done(&format!("theme show {}", theme["name"].as_str().unwrap()))
                .out
        })
        .collect();
    assert!(good.len() >= 10);
    let inherits = |text: &str| format!("inherits = \"harbor\"\n{text}");
    good.push(inherits(
        "[state]\nbad = { fg = \"#ff0000\", ansi256 = 9, ansi16 = \"red\" }\n",
    ));
    let bad = [
        "name = \"bare\"\n".to_owned(),
        inherits("kind = \"grey\"\n"),
        inherits("minimum = 16\n"),
        inherits("[stat]\nbad = \"red\"\n"),
        inherits("[state]\nbda = \"red\"\n"),
        inherits("[state]\nbad = { fg = \"red\", blink = true }\n"),
        inherits("[state]\nbad = { fg = \"red\", bold = 1 }\n"),
        inherits("[state]\nbad = { fg = \"red\", ansi256 = 256 }\n"),
        inherits("[state]\nbad = { fg = \"red\", ansi16 = \"pink\" }\n"),
        inherits("[palette]\nsea = 3\n"),
    ];

    agree(&house, "theme", &good, &bad);
}
