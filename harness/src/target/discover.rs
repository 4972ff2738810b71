//! Finding targets.

use std::path::{Path, PathBuf};

use super::{MANIFEST, Manifest};
use crate::usage::UsageError;

/// The targets that were found, in the order of their names, and what could not be read.
#[derive(Debug, Default)]
pub struct Discovery {
    /// What was read.
    pub targets: Vec<Manifest>,
    /// What was not. The others are as good as without it.
    pub errors: Vec<UsageError>,
}

/// The nearest folder, from this one upwards, that holds targets: `targets/*/*/target.toml`.
#[must_use]
pub fn workspace_root(from: &Path) -> Option<PathBuf> {
    let from = from.canonicalize().ok()?;
    from.ancestors().find(|folder| !manifests(folder).is_empty()).map(Path::to_owned)
}

/// Reads every target of a root.
#[must_use]
pub fn discover(root: &Path) -> Discovery {
    let mut found = Discovery::default();
    for folder in manifests(root) {
        match Manifest::read(&folder) {
            Ok(manifest) => found.targets.push(manifest),
            Err(error) => found.errors.push(error),
        }
    }
    found.targets.sort_by(|a, b| a.name.cmp(&b.name));
    for pair in found.targets.windows(2) {
        if pair[0].name == pair[1].name {
            let problem = format!("has the name `{}` of {}: rename one", pair[1].name, pair[0].folder.display());
            found.errors.push(UsageError::of_file(&pair[1].folder.join(MANIFEST), problem));
        }
    }
    found
}

fn manifests(root: &Path) -> Vec<PathBuf> {
    let languages = folders(&root.join("targets"));
    languages.iter().flat_map(|language| folders(language)).filter(|folder| folder.join(MANIFEST).is_file()).collect()
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<_> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(root: &Path, folder: &str, text: &str) {
        let folder = root.join("targets").join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(MANIFEST), text).unwrap();
    }

    fn named(name: &str) -> String {
        format!("name = \"{name}\"\nlanguage = \"x\"\nstart = [\"x\"]\n[[convention]]\nname = \"rpc-1.39\"\n")
    }

    #[test]
    fn targets_are_found_from_below_and_one_broken_manifest_hides_no_other() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "b/one", &named("b/one"));
        write(root.path(), "a/two", &named("a/two"));
        write(root.path(), "a/broken", "name = 1");
        let below = root.path().join("targets/a/two/src");
        fs::create_dir_all(&below).unwrap();
        let found_root = workspace_root(&below).unwrap();
        assert_eq!(found_root, root.path().canonicalize().unwrap());
        let found = discover(&found_root);
        let names: Vec<_> = found.targets.iter().map(|target| target.name.as_str()).collect();
        assert_eq!(names, ["a/two", "b/one"]);
        assert_eq!(found.errors.len(), 1);
        assert!(found.errors[0].to_string().contains("targets/a/broken/target.toml:1: "));
    }

    #[test]
    fn two_targets_of_one_name_are_an_error() {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), "a/one", &named("a/one"));
        write(root.path(), "a/two", &named("a/one"));
        let found = discover(root.path());
        assert_eq!(found.errors.len(), 1);
        assert!(found.errors[0].to_string().contains("rename one"), "{}", found.errors[0]);
    }

    #[test]
    fn a_folder_without_targets_has_no_root() {
        let root = tempfile::tempdir().unwrap();
        // The folder of temporary files has none above it either.
        assert_eq!(workspace_root(root.path()), None);
    }
}
