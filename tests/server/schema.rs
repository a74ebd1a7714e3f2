//! As much of JSON Schema as the document uses.

use serde_json::{Map, Value};

/// What is wrong with `value`; empty where it is as `schema` says.
pub fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    check(document, schema, value, "", &mut faults);
    faults
}

fn check(document: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    let Value::Object(rules) = schema else {
        return;
    };
    for (rule, wanted) in rules {
        let fits = match rule.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().unwrap().trim_start_matches('#');
                let target = document.pointer(pointer);
                let target = target.unwrap_or_else(|| panic!("{wanted} leads nowhere"));
                check(document, target, value, at, faults);
                true
            }
            "type" => is_of(wanted, value),
            "enum" => wanted.as_array().unwrap().contains(value),
            "format" => value.as_str().is_none_or(|text| has(wanted, text)),
            // Only times have one, and it says no more than their format.
            "pattern" => schema["format"] == "date-time",
            "minimum" => value.as_f64().is_none_or(|n| n >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|n| n <= wanted.as_f64().unwrap()),
            "minLength" => length(value).is_none_or(|n| n >= wanted.as_u64().unwrap()),
            "maxLength" => length(value).is_none_or(|n| n <= wanted.as_u64().unwrap()),
            "allOf" => {
                for part in wanted.as_array().unwrap() {
                    check(document, part, value, at, faults);
                }
                true
            }
            "oneOf" | "anyOf" => {
                let mut parts = wanted.as_array().unwrap().iter();
                parts.any(|part| self::faults(document, part, value).is_empty())
            }
            "required" => {
                let names = wanted.as_array().unwrap().iter();
                let mut names = names.map(|name| name.as_str().unwrap());
                value
                    .as_object()
                    .is_none_or(|of| names.all(|name| of.contains_key(name)))
            }
            "properties" => {
                properties(document, wanted.as_object().unwrap(), value, at, faults);
                true
            }
            "items" => {
                for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, wanted, item, &format!("{at}/{n}"), faults);
                }
                true
            }
            "description" | "title" | "example" | "default" => true,
            other => panic!("the test does not know the rule {other}"),
        };
        if !fits {
            faults.push(format!("{at}: {value} is not {rule} {wanted}"));
        }
    }
}

fn properties(
    document: &Value,
    wanted: &Map<String, Value>,
    value: &Value,
    at: &str,
    faults: &mut Vec<String>,
) {
    for (name, schema) in wanted {
        if let Some(value) = value.get(name) {
            check(document, schema, value, &format!("{at}/{name}"), faults);
        }
    }
}

fn length(value: &Value) -> Option<u64> {
    Some(value.as_str()?.chars().count() as u64)
}

fn is_of(wanted: &Value, value: &Value) -> bool {
    let kinds = match wanted {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        one => vec![one.as_str().unwrap()],
    };
    kinds.into_iter().any(|kind| match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the test does not know the type {other}"),
    })
}

fn has(format: &Value, text: &str) -> bool {
    match format.as_str().unwrap() {
        "uuid" => uuid::Uuid::parse_str(text).is_ok(),
        "date-time" => chrono::DateTime::parse_from_rfc3339(text).is_ok(),
        "date" => text.parse::<chrono::NaiveDate>().is_ok(),
        other => panic!("the test does not know the format {other}"),
    }
}

#[test]
fn the_check_finds_what_is_wrong() {
    let document = serde_json::json!({ "a": { "type": "object", "required": ["n"],
        "properties": { "n": { "type": ["integer", "null"] }, "id": { "type": "string", "format": "uuid" } } } });
    let schema = serde_json::json!({ "type": "array", "items": { "$ref": "#/a" } });
    let wrong = |value: Value| faults(&document, &schema, &value).len();

    assert_eq!(wrong(serde_json::json!([{ "n": 1 }, { "n": null }])), 0);
    assert_eq!(wrong(serde_json::json!([{}])), 1);
    assert_eq!(wrong(serde_json::json!([{ "n": "1", "id": "x" }])), 2);
    assert_eq!(wrong(serde_json::json!({})), 1);
}
