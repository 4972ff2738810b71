//! Features of dependencies: programs ask for the same as tests, so that what they share is compiled once.
//!
//! Cargo adds what dev-dependencies ask for only where tests are built. A crate with other features is another crate to it, and so is
//! everything that stands on it: `cargo test` would compile again what `cargo conformance` was built from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::steps::cargo;

/// The features of each version of a package; several where programs of the build take others than what they build.
type Features = BTreeMap<String, BTreeSet<String>>;

pub(crate) fn check(root: &Path) -> Result<()> {
    let problems = compare(&features(root, "normal")?, &features(root, "normal,dev")?);
    for problem in &problems {
        println!("{problem}");
    }
    ensure!(
        problems.is_empty(),
        "tests ask for features that programs do not: snapshots/Cargo.toml asks for them in their stead"
    );
    Ok(())
}

/// What cargo would build by these kinds of dependencies.
fn features(root: &Path, edges: &str) -> Result<Features> {
    let mut tree = cargo(root);
    tree.args(["tree", "--locked", "--workspace", "--features", "conformance-ci/matrix", "--edges", edges]);
    tree.args(["--prefix", "none", "--format", "{p}|{f}"]);
    let output = tree.output().context("cannot start cargo tree")?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let features = parse(&String::from_utf8_lossy(&output.stdout));
    ensure!(!features.is_empty(), "cargo tree printed no package");
    Ok(features)
}

fn parse(tree: &str) -> Features {
    let mut found = Features::new();
    for (package, features) in tree.lines().filter_map(|line| line.split_once('|')) {
        found.entry(package.to_owned()).or_default().insert(features.trim_end_matches(" (*)").to_owned());
    }
    found
}

fn compare(programs: &Features, tests: &Features) -> Vec<String> {
    let mut problems = Vec::new();
    for (package, features) in programs {
        let none = BTreeSet::new();
        let of_tests = tests.get(package).unwrap_or(&none);
        for own in features.difference(of_tests) {
            let own: BTreeSet<_> = own.split(',').collect();
            let all: BTreeSet<_> = of_tests.iter().flat_map(|all| all.split(',')).collect();
            let more: Vec<_> = all.difference(&own).copied().collect();
            problems.push(format!("{package}: tests want {} too", more.join(", ")));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAMS: &str = "a v1.0.0|std\n\nb v2.0.0|\na v1.0.0|std (*)\n";

    #[test]
    fn a_feature_that_only_tests_want_is_told() {
        let problems = compare(&parse(PROGRAMS), &parse("a v1.0.0|std,alloc\nb v2.0.0|\n"));
        assert_eq!(problems, ["a v1.0.0: tests want alloc too"]);
    }

    #[test]
    fn packages_that_only_tests_have_are_no_matter() {
        assert!(compare(&parse(PROGRAMS), &parse("a v1.0.0|std (*)\nb v2.0.0|\nc v3.0.0|std\n")).is_empty());
    }
}
