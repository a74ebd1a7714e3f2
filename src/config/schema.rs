//! The configuration file for editors.

use serde_json::Value;

use super::file::File;

/// The JSON Schema of the configuration file.
pub fn schema() -> Value {
    crate::domain::schema::of::<File>("warroom config.toml")
}

#[cfg(test)]
mod tests {
    use super::{
        super::keys::{KEYS, WORDS},
        *,
    };

    /// The schema of what lies under `key` in `schema`.
    fn under<'a>(whole: &'a Value, schema: &'a Value, key: &str) -> Option<&'a Value> {
        let found = schema["properties"].get(key);
        let found = found.or_else(|| {
            let any = schema.get("additionalProperties")?;
            any.is_object().then_some(any)
        })?;
        Some(resolved(whole, found))
    }

    /// What a reference leads to.
    fn resolved<'a>(whole: &'a Value, schema: &'a Value) -> &'a Value {
        let only = schema["oneOf"]
            .as_array()
            .filter(|several| several.len() == 1);
        let schema = only.map_or(schema, |several| &several[0]);
        match schema["$ref"].as_str() {
            Some(target) => whole.pointer(&target[1..]).expect(target),
            None => schema,
        }
    }

    /// Asserts that the schema knows every key of a file.
    fn knows(whole: &Value, schema: &Value, file: &toml::Table) {
        for (key, value) in file {
            let Some(below) = under(whole, schema, key) else {
                panic!("{key} is not in {schema}");
            };
            let tables = value.as_array().into_iter().flatten();
            for table in tables.chain([value]).filter_map(toml::Value::as_table) {
                let items = below.get("items").map(|items| resolved(whole, items));
                let both = below["oneOf"].as_array().into_iter().flatten();
                let pair = both.into_iter().find(|one| one["type"] == "object");
                knows(whole, items.or(pair).unwrap_or(below), table);
            }
        }
    }

    #[test]
    fn every_key_that_can_be_set_is_in_the_schema() {
        let schema = schema();

        for key in KEYS {
            let mut at = &schema;
            for part in key.name.split('.') {
                at =
                    under(&schema, at, part).unwrap_or_else(|| panic!("{} is not there", key.name));
            }
        }
        let text = schema.to_string();
        for word in WORDS {
            assert!(
                text.contains(&format!("\"{word}\":")),
                "{word} is not there"
            );
        }
    }

    #[test]
    fn a_slip_is_no_key_and_null_is_nothing() {
        let schema = schema();
        let text = schema.to_string();

        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["$defs"]["Channel"]["additionalProperties"], false);
        assert!(
            !text.contains("null") && !text.contains("components"),
            "{text}"
        );
        assert!(!text.contains("\"secret\":"), "{text}");
    }

    #[test]
    fn the_examples_of_the_manual_fit() {
        let readme = include_str!("../../README.md");
        let schema = schema();
        let mut checked = 0;

        for block in readme.split("```toml\n").skip(1) {
            let block = block.split("```").next().unwrap_or_default();
            let Ok(file) = block.parse::<toml::Table>() else {
                continue;
            };
            if file.contains_key("server") || file.contains_key("channels") {
                knows(&schema, &schema, &file);
                checked += 1;
            }
        }

        assert_eq!(checked, 2, "the examples of the configuration");
    }
}
