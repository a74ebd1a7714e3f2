//! The policy file for editors.

use serde_json::{Value, json};

use super::Policy;
use crate::domain::schema;

/// The JSON Schema of a policy file: one that says everything, or one that
/// begins with `amends` and says only what differs.
pub fn schema() -> Value {
    let mut schema = schema::of::<Policy>("warroom policy.toml");
    let mut defs = schema["$defs"].take();
    let whole = relax(&mut schema, &mut defs);
    schema["$defs"] = defs;
    schema["properties"]["amends"] = json!({
        "description": "Says only what differs from the process that comes with the program: tables are merged, lists replaced.",
        "const": "built-in",
    });
    schema["anyOf"] = json!([{ "required": ["amends"] }, whole]);
    schema
}

/// Lets everything of a table and of the tables in it be left out; answers what
/// has to be there where nothing is amended.
fn relax(table: &mut Value, defs: &mut Value) -> Value {
    let mut whole = json!({});
    if let Some(fields) = table.as_object_mut()
        && let Some(required) = fields.remove("required")
    {
        whole["required"] = required;
    }
    let Some(properties) = table["properties"].as_object() else {
        return whole;
    };
    for (key, property) in properties {
        let Some(name) = property["$ref"]
            .as_str()
            .and_then(|at| at.strip_prefix("#/$defs/"))
        else {
            continue;
        };
        let mut inner = defs[name].take();
        let needed = relax(&mut inner, defs);
        defs[name] = inner;
        if needed != json!({}) {
            whole["properties"][key] = needed;
        }
    }
    whole
}
