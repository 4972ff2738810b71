//! No snapshot without a test.
//!
//! A test that asks for a snapshot adds the file's path to a list, if insta is told of one. What is not on the list once all
//! tests have run is a leftover: of a scenario that is gone, or of a target.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::layers::find;
use crate::steps::{cargo, execute};

/// What insta takes the list's place from, as cargo-insta tells it.
pub(crate) const VARIABLE: &str = "INSTA_SNAPSHOT_REFERENCES_FILE";

/// Runs the snapshot tests, and holds the snapshots against what they asked for.
pub(crate) fn check(root: &Path) -> Result<()> {
    let list = begin(root)?;
    let tests = ["test", "--quiet", "--locked", "--workspace", "--test", "targets"];
    execute(cargo(root).args(tests).env(VARIABLE, &list))?;
    compare(root, &list)
}

/// An empty list.
pub(crate) fn begin(root: &Path) -> Result<PathBuf> {
    let list = root.join("target/snapshots-asked-for.txt");
    fs::create_dir_all(root.join("target")).context("cannot create target")?;
    fs::write(&list, "").with_context(|| format!("cannot write {}", list.display()))?;
    Ok(list)
}

/// Holds the snapshots of the targets against a list that all their tests have added to.
pub(crate) fn compare(root: &Path, list: &Path) -> Result<()> {
    let text = fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    let asked: BTreeSet<PathBuf> = text.lines().map(fs::canonicalize).collect::<Result<_, _>>()?;
    let mut there = Vec::new();
    find(&root.join("snapshots/snapshots").canonicalize()?, "snap", &mut there)?;
    ensure!(!there.is_empty(), "there are no snapshots: look in {}", root.join("snapshots").display());
    there.retain(|snapshot| !asked.contains(snapshot));
    there.sort();
    let shown: Vec<_> = there.iter().map(|snapshot| snapshot.display().to_string()).collect();
    ensure!(shown.is_empty(), "no test asks for these snapshots: remove them\n{}", shown.join("\n"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_no_test_asks_for_is_named() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("snapshots/snapshots/rust/reference");
        fs::create_dir_all(&folder).unwrap();
        for name in ["asked.snap", "left.snap"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let list = begin(root.path()).unwrap();
        let ask = |names: &[&str]| {
            let lines = names.iter().map(|name| format!("{}\n", folder.join(name).display()));
            fs::write(&list, lines.collect::<String>()).unwrap();
        };
        ask(&["asked.snap"]);
        let problem = compare(root.path(), &list).unwrap_err().to_string();
        assert!(problem.contains("left.snap") && !problem.contains("asked.snap"), "{problem}");
        ask(&["asked.snap", "left.snap", "asked.snap"]);
        compare(root.path(), &list).unwrap();
    }

    /// Otherwise a list that nobody adds to would pass for one on which everything is.
    #[test]
    fn that_there_are_no_snapshots_is_an_error() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("snapshots/snapshots")).unwrap();
        let list = begin(root.path()).unwrap();
        assert!(compare(root.path(), &list).is_err());
    }
}
