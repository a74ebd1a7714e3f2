//! The theme file for editors.

use serde_json::{Map, Value, json};

use super::{
    Role,
    colour::Named,
    words::{ATTRIBUTES, Choice, DEPTHS, KINDS},
};
use crate::domain::schema;

/// The JSON Schema of a theme file. What a colour or another role is called is
/// free, so `warroom theme check` says more.
pub fn schema() -> Value {
    let mut properties = Map::from_iter([
        ("name".to_owned(), json!({ "type": "string" })),
        ("inherits".to_owned(), json!({ "type": "string" })),
        ("kind".to_owned(), one_of(&KINDS)),
        ("minimum".to_owned(), one_of(&DEPTHS)),
        (
            "palette".to_owned(),
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        ),
    ]);
    for role in Role::ALL {
        let Some((group, name)) = role.word().split_once('.') else {
            continue;
        };
        let group = properties.entry(group).or_insert_with(
            || json!({ "type": "object", "properties": {}, "additionalProperties": false }),
        );
        group["properties"][name] = json!({ "$ref": "#/$defs/Look" });
    }
    let whole = json!({
        "required": ["surface", "text"],
        "properties": {
            "surface": { "required": ["base"] },
            "text": { "required": ["normal"] },
        },
    });
    let schema = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "anyOf": [{ "required": ["inherits"] }, whole],
        "$defs": { "Look": look() },
    });
    schema::titled("warroom theme", schema)
}

/// How a role may look.
fn look() -> Value {
    let mut properties = Map::from_iter([
        ("fg".to_owned(), json!({ "type": "string" })),
        ("bg".to_owned(), json!({ "type": "string" })),
        (
            "ansi256".to_owned(),
            json!({ "type": "integer", "minimum": 0, "maximum": 255 }),
        ),
        (
            "ansi16".to_owned(),
            json!({ "enum": Named::words().collect::<Vec<_>>() }),
        ),
    ]);
    let attribute = |(key, _): (&str, _)| (key.to_owned(), json!({ "type": "boolean" }));
    properties.extend(ATTRIBUTES.map(attribute));
    json!({
        "description": "A colour, another role, or a table.",
        "anyOf": [
            { "type": "string" },
            { "type": "object", "properties": properties, "additionalProperties": false },
        ],
    })
}

fn one_of<T>(choice: &Choice<T>) -> Value {
    let words: Vec<&str> = choice.words.iter().map(|(word, _)| *word).collect();
    json!({ "enum": words })
}
