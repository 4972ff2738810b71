//! Scripts back to text: how a script that a generator found becomes a scenario file.

use toml::{Table, Value};

use super::Script;

/// The text of a scenario file that holds this script. Reading it gives the same script.
#[must_use]
pub fn write(why: &str, script: &Script) -> String {
    let mut document = Table::new();
    document.insert("why".to_owned(), Value::String(why.to_owned()));
    let script = Table::try_from(script).expect("a script has nothing that TOML has not");
    for (key, mut value) in script {
        escape(&mut value);
        tidy(&mut value);
        document.insert(key, value);
    }
    toml::to_string_pretty(&document).expect("a table is a document")
}

/// A dollar begins a name of the matrix, and there is no matrix.
fn escape(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.replace('$', "$$"),
        Value::Array(array) => array.iter_mut().for_each(escape),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| escape(value)),
        _ => {}
    }
}

/// Leaves out what is empty and means so. (Steps stay: an empty list is not the default.)
fn tidy(value: &mut Value) {
    match value {
        Value::Array(array) => array.iter_mut().for_each(tidy),
        Value::Table(table) => {
            table.iter_mut().for_each(|(_, value)| tidy(value));
            table.retain(|key, value| !(is_optional(key) && is_empty(value)));
        }
        _ => {}
    }
}

fn is_optional(key: &str) -> bool {
    matches!(key, "metadata" | "on-completion" | "trailers" | "attributes" | "events" | "message" | "details")
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(array) => array.is_empty(),
        _ => false,
    }
}
