//! Reads scenario files: text to typed cases, or one error that names file, line and what to do.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use super::check::{self, Problem, Seg};
use super::expand::{Fault, Filling, Matrix, Node, table};
use super::{Case, Script};

/// A scenario with its matrix expanded.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its path: `status/server`.
    pub id: String,
    /// What dropping it would stop measuring.
    pub why: String,
    /// Which of its answers the wire leaves open: what races with what. The outcomes of such a scenario are the same in
    /// every run, its traces need not be.
    pub open: Option<String>,
    /// Where it was read from.
    pub file: String,
    /// Axes of the matrix and their labels, in the order of the file.
    pub axes: Vec<(String, Vec<String>)>,
    /// At least one.
    pub cases: Vec<Case>,
}

/// Why a scenario cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file says something that is no scenario.
    #[error("{file}:{line}:{column}: {message}")]
    Scenario {
        /// As it was given.
        file: String,
        /// From 1.
        line: usize,
        /// From 1, in characters.
        column: usize,
        /// What is wrong, and what to do.
        message: String,
    },
    /// The file system would not let us.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// What was read.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is nothing to run.
    #[error("no scenario (*.toml) below {}: a run of nothing would prove nothing", path.display())]
    Empty {
        /// What was read.
        path: PathBuf,
    },
}

/// Reads every scenario below a folder; a file's path below it, without `.toml`, is the scenario's id.
///
/// # Errors
///
/// Where a file cannot be read or is no scenario, or there is none.
pub fn load_dir(folder: &Path) -> Result<Vec<Scenario>, LoadError> {
    let mut files = Vec::new();
    collect(folder, "", &mut files)?;
    if files.is_empty() {
        return Err(LoadError::Empty { path: folder.to_owned() });
    }
    files.sort();
    let read = |path: &Path| fs::read_to_string(path).map_err(|source| LoadError::Read { path: path.into(), source });
    files.iter().map(|(id, path)| load(id, &path.display().to_string(), &read(path)?)).collect()
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), LoadError> {
    let failed = |source| LoadError::Read { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.is_dir() {
            collect(&path, &format!("{prefix}{stem}/"), files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push((format!("{prefix}{stem}"), path));
        }
    }
    Ok(())
}

/// Reads the text of one scenario. `file` is what errors call it.
///
/// # Errors
///
/// Where the text is no scenario, or asks for what cannot be done.
pub fn load(id: &str, file: &str, text: &str) -> Result<Scenario, LoadError> {
    read(id, file, text, true).map_err(|fault| placed(file, text, fault))
}

/// As [`load`], but takes any script that the types can express, sensible or not.
///
/// # Errors
///
/// Where the text is no scenario.
pub fn load_unchecked(id: &str, file: &str, text: &str) -> Result<Scenario, LoadError> {
    read(id, file, text, false).map_err(|fault| placed(file, text, fault))
}

fn read(id: &str, file: &str, text: &str, checked: bool) -> Result<Scenario, Fault> {
    let mut document = DeTable::parse(text).map_err(|error| from_toml(&error))?.into_inner();
    check_keys(&document)?;
    let why = document.remove("why").ok_or_else(|| Fault::new(0..0, format!("`why` is missing: {WHY}")))?;
    let why = paragraph("why", &why, WHY)?;
    let open = document.remove("open").map(|open| paragraph("open", &open, OPEN)).transpose()?;
    let matrix =
        Matrix::read(document.remove("matrix"), document.remove("parts"), document.remove("exclude").as_ref())?;
    let script = Spanned::new(0..text.len(), DeValue::Table(document));
    let mut used = BTreeSet::new();
    let mut cases = Vec::new();
    for pick in matrix.picks()? {
        let name = matrix.name(&pick);
        let script = Filling::new(&matrix, &pick, &mut used)
            .fill(&script)
            .and_then(|filled| typed(filled, checked))
            .map_err(|fault| in_case(fault, &name))?;
        cases.push(Case { scenario: id.to_owned(), name, script, open: open.is_some() });
    }
    if let Some(fault) = matrix.unused(&used) {
        return Err(fault);
    }
    Ok(Scenario { id: id.to_owned(), why, open, file: file.to_owned(), axes: matrix.describe(), cases })
}

fn check_keys(document: &DeTable<'_>) -> Result<(), Fault> {
    const KEYS: [&str; 7] = ["why", "open", "exclude", "concurrent", "matrix", "parts", "call"];
    match document.keys().find(|key| !KEYS.contains(&key.get_ref().as_ref())) {
        Some(key) => Err(Fault::new(key.span(), format!("unknown field `{key}`: a scenario has {}", KEYS.join(", ")))),
        None if !document.contains_key("call") => Err(Fault::new(0..0, "the scenario calls nobody: add a `[[call]]`")),
        None => Ok(()),
    }
}

const WHY: &str = "say in one paragraph what dropping this scenario would stop measuring";
const OPEN: &str = "say in one paragraph what races with what, so that two runs may rightly differ";

fn paragraph(key: &str, node: &Node<'_>, help: &str) -> Result<String, Fault> {
    let DeValue::String(text) = node.get_ref() else {
        return Err(Fault::new(node.span(), format!("`{key}` is a text: {help}")));
    };
    if text.trim().is_empty() || text.trim().contains("\n\n") {
        return Err(Fault::new(node.span(), format!("`{key}` is not one paragraph: {help}")));
    }
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn typed(filled: Node<'_>, checked: bool) -> Result<Script, Fault> {
    let span = filled.span();
    let tree = table(filled, "a scenario")?;
    check_pairs(&tree)?;
    let script =
        Script::deserialize(Deserializer::from(Spanned::new(span, tree.clone()))).map_err(|error| from_toml(&error))?;
    let result = if checked { check::check(&script) } else { Ok(()) };
    match result {
        Ok(()) => Ok(script),
        Err(Problem { path, message }) => Err(Fault::new(locate(&tree, &path), message)),
    }
}

/// Metadata comes in pairs. (A tuple's deserialiser does not mind a third element.)
fn check_pairs(table: &DeTable<'_>) -> Result<(), Fault> {
    for (key, value) in table {
        let is_pairs = matches!(key.get_ref().as_ref(), "metadata" | "trailers" | "attributes");
        check_pairs_of(value, is_pairs)?;
    }
    Ok(())
}

fn check_pairs_of(value: &Node<'_>, is_pairs: bool) -> Result<(), Fault> {
    match value.get_ref() {
        DeValue::Table(table) => check_pairs(table),
        DeValue::Array(array) if is_pairs => {
            let is_pair = |entry: &Node<'_>| matches!(entry.get_ref(), DeValue::Array(pair) if pair.len() == 2);
            match array.iter().find(|entry| !is_pair(entry)) {
                Some(entry) => Err(Fault::new(entry.span(), "an entry is a pair: [\"key\", \"value\"]")),
                None => Ok(()),
            }
        }
        DeValue::Array(array) => array.iter().try_for_each(|element| check_pairs_of(element, false)),
        _ => Ok(()),
    }
}

fn from_toml(error: &toml::de::Error) -> Fault {
    Fault::new(error.span().unwrap_or(0..0), error.message().trim_end())
}

fn in_case(fault: Fault, name: &str) -> Fault {
    if name.is_empty() {
        return fault;
    }
    Fault { message: format!("{} (in the case {name})", fault.message), ..fault }
}

/// Where a path leads: to the deepest node of it that the text has, for defaults stand nowhere.
fn locate(tree: &DeTable<'_>, path: &[Seg]) -> Range<usize> {
    let Some((Seg::Key(first), rest)) = path.split_first() else { return 0..0 };
    let Some(mut node) = tree.get(*first) else { return 0..0 };
    for segment in rest {
        let next = match (segment, node.get_ref()) {
            (Seg::Key(key), DeValue::Table(table)) => table.get(*key),
            (Seg::Index(index), DeValue::Array(array)) => array.get(*index),
            _ => None,
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node.span()
}

fn placed(file: &str, text: &str, fault: Fault) -> LoadError {
    let (line, column) = line_and_column(text, fault.span.start);
    LoadError::Scenario { file: file.to_owned(), line, column, message: fault.message }
}

fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(offset)];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}
