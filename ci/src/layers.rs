//! Which module of the harness may know which: the table of ARCHITECTURE.md, held against the code.
//!
//! A line of the table reads `| module | what it is | modules it may know |`. A path that begins with `crate::` makes a
//! module known, wherever it stands, tests included.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use syn::visit::{self, Visit};
use syn::{File, ItemMacro, Macro, UseTree};

/// Module to the modules it knows.
type Knows = BTreeMap<String, BTreeSet<String>>;

pub(crate) fn check(root: &Path) -> Result<()> {
    let table = fs::read_to_string(root.join("ARCHITECTURE.md")).context("cannot read ARCHITECTURE.md")?;
    let allowed = parse_table(&table)?;
    let found = read_code(&root.join("harness/src"))?;
    let problems = compare(&allowed, &found);
    for problem in &problems {
        println!("{problem}");
    }
    ensure!(problems.is_empty(), "{} departures from the table of modules in ARCHITECTURE.md", problems.len());
    Ok(())
}

fn parse_table(text: &str) -> Result<Knows> {
    let rows = text.lines().skip_while(|line| !line.starts_with("| module |")).skip(2);
    let mut table = Knows::new();
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [module, _, known] = cells.as_slice() else { bail!("not three columns: {row}") };
        let known = known.split(',').map(bare).filter(|name| !name.is_empty() && name != "–");
        table.insert(bare(module), known.collect());
    }
    ensure!(!table.is_empty(), "ARCHITECTURE.md has no table that begins with `| module |`");
    Ok(table)
}

fn bare(cell: &str) -> String {
    cell.trim().trim_matches('`').to_owned()
}

fn compare(allowed: &Knows, found: &Knows) -> Vec<String> {
    let mut problems = Vec::new();
    for (module, known) in found {
        let Some(allowed) = allowed.get(module) else {
            problems.push(format!("`{module}` is not in the table"));
            continue;
        };
        for other in known.difference(allowed) {
            problems.push(format!("`{module}` knows `{other}`, which the table does not allow"));
        }
        for other in allowed.difference(known) {
            problems.push(format!("`{module}` may know `{other}` by the table, but does not: remove it there"));
        }
    }
    for module in allowed.keys().filter(|module| !found.contains_key(*module)) {
        problems.push(format!("`{module}` is in the table, but not in the code"));
    }
    problems
}

fn read_code(source: &Path) -> Result<Knows> {
    let mut files = Vec::new();
    find(source, "rs", &mut files)?;
    let mut modules: BTreeSet<String> = files.iter().filter_map(|file| module_of(source, file)).collect();
    modules.remove("lib");
    let mut found = Knows::new();
    for file in files {
        let Some(module) = module_of(source, &file).filter(|module| module != "lib") else { continue };
        let text = fs::read_to_string(&file)?;
        let code = syn::parse_file(&text).with_context(|| format!("cannot parse {}", file.display()))?;
        let known = found.entry(module.clone()).or_default();
        known.extend(known_by(&code).into_iter().filter(|name| modules.contains(name) && *name != module));
    }
    Ok(found)
}

/// The files with this extension below a folder.
pub(crate) fn find(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, extension, files)?;
        } else if path.extension().is_some_and(|own| own == extension) {
            files.push(path);
        }
    }
    Ok(())
}

/// The first part of a file's path below the source folder.
fn module_of(source: &Path, file: &Path) -> Option<String> {
    let first = file.strip_prefix(source).ok()?.components().next()?;
    Path::new(first.as_os_str()).file_stem()?.to_str().map(str::to_owned)
}

/// The first segments behind `crate::` (or, in the binary, behind the library's name), in code and in macro arguments.
fn known_by(code: &File) -> BTreeSet<String> {
    let mut visitor = Known::default();
    visitor.visit_file(code);
    visitor.0
}

#[derive(Default)]
struct Known(BTreeSet<String>);

const ROOTS: [&str; 2] = ["crate", "grpc_trace_conformance"];

impl<'ast> Visit<'ast> for Known {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut segments = path.segments.iter();
        if segments.next().is_some_and(|first| ROOTS.iter().any(|root| first.ident == root))
            && let Some(second) = segments.next()
        {
            self.0.insert(second.ident.to_string());
        }
        visit::visit_path(self, path);
    }

    fn visit_use_tree(&mut self, tree: &'ast UseTree) {
        if let UseTree::Path(path) = tree
            && ROOTS.iter().any(|root| path.ident == root)
        {
            self.add_heads(&path.tree);
        }
        visit::visit_use_tree(self, tree);
    }

    fn visit_macro(&mut self, macro_call: &'ast Macro) {
        self.add_tokens(&macro_call.tokens.to_string());
    }

    fn visit_item_macro(&mut self, item: &'ast ItemMacro) {
        self.add_tokens(&item.mac.tokens.to_string());
    }
}

impl Known {
    fn add_heads(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => drop(self.0.insert(path.ident.to_string())),
            UseTree::Name(name) => drop(self.0.insert(name.ident.to_string())),
            UseTree::Rename(rename) => drop(self.0.insert(rename.ident.to_string())),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_heads(tree)),
            UseTree::Glob(_) => {}
        }
    }

    /// What stands in a macro's arguments is tokens only; they print with blanks around `::`.
    fn add_tokens(&mut self, tokens: &str) {
        let words: Vec<&str> = tokens.split_whitespace().collect();
        for window in words.windows(3) {
            if let [root, "::", module] = window
                && ROOTS.contains(root)
            {
                self.0.insert((*module).to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(code: &str) -> Vec<String> {
        known_by(&syn::parse_file(code).expect("valid")).into_iter().collect()
    }

    #[test]
    fn every_way_of_naming_a_module_is_seen() {
        let code = "use crate::a::X; use crate::{b, c::Y}; use super::z; fn f(_: crate::d::T) { g!(crate::e::U); }";
        assert_eq!(known(code), ["a", "b", "c", "d", "e"]);
    }

    #[test]
    fn departures_are_named_in_both_directions() {
        let table = "| module | what | may know |\n|---|---|---|\n| `a` | x | `b` |\n| `b` | y | – |\n";
        let allowed = parse_table(table).expect("a table");
        let found = Knows::from([
            ("a".into(), BTreeSet::new()),
            ("b".into(), BTreeSet::from(["a".into()])),
            ("c".into(), BTreeSet::new()),
        ]);
        let problems = compare(&allowed, &found).join("\n");
        for part in ["`a` may know `b`", "`b` knows `a`", "`c` is not in the table"] {
            assert!(problems.contains(part), "{problems}");
        }
    }
}
