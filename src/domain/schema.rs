//! Files that people write, for editors: JSON Schemas made from the types that
//! read them, so that neither says what the other does not know.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// What a type leads to lies there.
const PARTS: &str = "#/components/schemas/";

/// The JSON Schema of the files that are read as a `T`.
pub fn of<T: ToSchema>(title: &str) -> Value {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let parts: Map<String, Value> = parts
        .into_iter()
        .map(|(name, part)| (name, as_json(part)))
        .collect();
    let mut schema = titled(title, as_json(T::schema()));
    schema["$defs"] = Value::Object(parts);
    schema
}

/// A schema with what it is for, and the dialect that all of them are in.
pub fn titled(title: &str, mut schema: Value) -> Value {
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(title);
    schema
}

fn as_json(part: impl serde::Serialize) -> Value {
    let mut value = serde_json::to_value(part).expect("a schema is JSON");
    as_toml_has_it(&mut value);
    value
}

/// TOML knows no null, an unknown key is a slip, and parts are definitions.
fn as_toml_has_it(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(as_toml_has_it);
            without_null(fields);
            if fields.contains_key("properties") {
                let closed = fields.entry("additionalProperties");
                closed.or_insert(Value::Bool(false));
            }
            if let Some(Value::String(target)) = fields.get_mut("$ref") {
                *target = target.replace(PARTS, "#/$defs/");
            }
        }
        Value::Array(all) => all.iter_mut().for_each(as_toml_has_it),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn without_null(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(several)) = fields.get_mut("oneOf") {
        several.retain(|one| one["type"] != "null");
    }
}
