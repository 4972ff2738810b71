//! Where a target's build goes, and the words in braces by which a manifest names such places.

use std::path::{Path, PathBuf};

use super::{Manifest, Variant};

/// The words in braces that commands may use.
pub(super) const PLACEHOLDERS: [&str; 2] = ["{out}", "{target-dir}"];

/// What the words in braces stand for, for one variant of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// A folder of the harness's own for this variant.
    pub out: PathBuf,
    /// Cargo's build folder.
    pub target_dir: PathBuf,
}

impl Places {
    /// The places of a variant.
    #[must_use]
    pub fn new(manifest: &Manifest, variant: &Variant) -> Self {
        let target_dir = target_dir(&manifest.folder);
        let variant = if variant.name.is_empty() { "main" } else { &variant.name };
        let out = target_dir.join("conformance").join(manifest.name.replace('/', "-")).join(variant);
        Self { out, target_dir }
    }

    /// A command with its words in braces replaced.
    #[must_use]
    pub fn fill(&self, command: &[String]) -> Vec<String> {
        let out = self.out.to_string_lossy();
        let target_dir = self.target_dir.to_string_lossy();
        let fill = |argument: &String| argument.replace("{out}", &out).replace("{target-dir}", &target_dir);
        command.iter().map(fill).collect()
    }
}

/// The word in braces of an argument that stands for nothing, without its braces.
pub(super) fn unknown_placeholder(argument: &str) -> Option<&str> {
    let mut rest = argument;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((word, after)) = after.split_once('}') else { break };
        // A command may hold other braces, such as those of JSON.
        let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if is_word && !PLACEHOLDERS.contains(&format!("{{{word}}}").as_str()) {
            return Some(word);
        }
        rest = after;
    }
    None
}

/// Where in its build folder cargo puts what it builds with the profile that this harness was built with.
const PROFILE_DIR: &str = if cfg!(debug_assertions) { "debug" } else { "release" };

/// Cargo's build folder: the one this harness was built into, so that targets written in Rust share what is compiled.
fn target_dir(folder: &Path) -> PathBuf {
    let built_into = || {
        let executable = std::env::current_exe().ok()?;
        let profile = executable.ancestors().find(|folder| folder.ends_with(PROFILE_DIR))?;
        Some(profile.parent()?.to_owned())
    };
    std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from).or_else(built_into).unwrap_or_else(|| {
        let root = super::workspace_root(folder);
        root.as_deref().unwrap_or(folder).join("target")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_braces_are_replaced_and_unknown_ones_are_told() {
        let places = Places { out: "/t/conformance/go-x/main".into(), target_dir: "/t".into() };
        let command = ["{out}/x", "--to={out}", "{target-dir}/debug/y", "plain"].map(String::from);
        let filled = places.fill(&command);
        assert_eq!(filled[0], "/t/conformance/go-x/main/x");
        assert_eq!(filled[1], "--to=/t/conformance/go-x/main");
        assert_eq!(filled[2], "/t/debug/y");
        assert_eq!(filled[3], "plain");
        assert_eq!(unknown_placeholder("{out}/{what}/{x}"), Some("what"));
        assert_eq!(unknown_placeholder("{out}/{target-dir}"), None);
        assert_eq!(unknown_placeholder("{open"), None);
        assert_eq!(unknown_placeholder("{\"a\":{}}"), None);
    }
}
