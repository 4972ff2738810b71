//! Convention files: the data of [`Convention`], with the clauses it cites written once each.
//!
//! A file has a table `[clause.NAME]` for every clause; wherever a [`Source`](super::Source) stands, the file gives the name.

use std::sync::{Arc, OnceLock};

use toml::{Table, Value};

use super::Convention;

/// Every file of `harness/conventions`: id and text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/conventions.rs"));

/// A convention file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("convention `{id}`: {problem}")]
pub struct ConventionError {
    id: String,
    problem: String,
}

/// The conventions that come with the harness, in the order of their ids. They are read once: every run asks for them.
///
/// # Errors
/// A file that is no convention; a test holds that there is none.
pub fn builtin() -> Result<&'static [Arc<Convention>], ConventionError> {
    static READ: OnceLock<Vec<Arc<Convention>>> = OnceLock::new();
    if let Some(conventions) = READ.get() {
        return Ok(conventions);
    }
    let conventions = FILES.iter().map(|(id, text)| parse(id, text).map(Arc::new)).collect::<Result<_, _>>()?;
    Ok(READ.get_or_init(|| conventions))
}

/// Reads a convention file.
///
/// # Errors
/// What is wrong, and where.
pub fn parse(id: &str, text: &str) -> Result<Convention, ConventionError> {
    let error = |problem: String| ConventionError { id: id.to_owned(), problem };
    let mut table: Table = text.parse().map_err(|problem| error(format!("{problem}")))?;
    let clauses = match table.remove("clause") {
        Some(Value::Table(clauses)) => clauses,
        _ => return Err(error("it has no [clause.NAME] tables: every statement needs its source".into())),
    };
    let mut cited = Vec::new();
    cite(&mut Value::Table(table.clone()), &clauses, &mut cited).map_err(error)?;
    if let Some(unused) = clauses.keys().find(|name| !cited.contains(*name)) {
        return Err(error(format!("[clause.{unused}] is cited nowhere: remove it")));
    }
    let mut value = Value::Table(table);
    cite(&mut value, &clauses, &mut cited).map_err(error)?;
    let mut convention: Convention = value.try_into().map_err(|problem| error(format!("{problem}")))?;
    convention.id = id.to_owned();
    Ok(convention)
}

/// Puts the clause in the place of its name.
fn cite(value: &mut Value, clauses: &Table, cited: &mut Vec<String>) -> Result<(), String> {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                match value {
                    Value::String(name) if is_source(key) => {
                        let clause = clauses.get(name.as_str()).ok_or_else(|| {
                            format!("`{key} = \"{name}\"` cites a clause that is not there: write [clause.{name}]")
                        })?;
                        cited.push(name.clone());
                        *value = clause.clone();
                    }
                    other => cite(other, clauses, cited)?,
                }
            }
            Ok(())
        }
        Value::Array(values) => values.iter_mut().try_for_each(|value| cite(value, clauses, cited)),
        _ => Ok(()),
    }
}

/// The fields of [`Convention`] whose type is `Source`.
fn is_source(key: &str) -> bool {
    let named = [
        "source",
        "lifetime",
        "retries",
        "existence",
        "each-message",
        "attributes",
        "received-on-call",
        "code-in-description",
    ];
    named.contains(&key) || key.ends_with("-source")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::{AttributeSpec, SpanSpec};

    #[test]
    fn every_builtin_convention_loads() {
        let ids: Vec<_> = builtin().expect("valid").iter().map(|convention| convention.id.as_str()).collect();
        assert_eq!(ids, ["a72", "rpc-1.38", "rpc-1.39", "rpc-dup", "rpc-next"]);
    }

    #[test]
    fn every_clause_links_a_page_and_quotes_it() {
        for convention in builtin().expect("valid") {
            let attempt = convention.attempt.as_ref();
            for SpanSpec { attributes, .. } in [&convention.client, &convention.server].into_iter().chain(attempt) {
                for AttributeSpec { key, source, value_source, absent_source, absent_when, .. } in attributes {
                    for source in [Some(source), value_source.as_ref(), absent_source.as_ref()].into_iter().flatten() {
                        assert!(
                            source.url.starts_with("https://") && source.url.contains('#'),
                            "{}: {key}",
                            convention.id
                        );
                        assert!(!source.quote.is_empty(), "{}: {key}", convention.id);
                    }
                    assert_eq!(absent_when.is_empty(), absent_source.is_none(), "{}: {key}", convention.id);
                }
            }
        }
    }

    #[test]
    fn an_unknown_clause_or_field_is_named() {
        let (_, text) = FILES.iter().find(|(id, _)| *id == "rpc-1.38").expect("a file of that name");
        let missing = text.replacen("source = \"system\"", "source = \"sistem\"", 1);
        assert!(parse("x", &missing).unwrap_err().to_string().contains("[clause.sistem]"));
        let unknown = text.replacen("title =", "titel =", 1);
        assert!(parse("x", &unknown).unwrap_err().to_string().contains("titel"));
    }
}
