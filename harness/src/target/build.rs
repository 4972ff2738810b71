//! Whether a target can be built here, and building it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::error::{End, Failure};
use super::guard::Group;
use super::tail::Tail;
use super::{Manifest, Places, Variant};

/// Whether the machine has what a target needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// It has.
    Available,
    /// These executables are not on `PATH`.
    Missing(Vec<String>),
}

/// Looks for everything that a target needs.
#[must_use]
pub fn availability(manifest: &Manifest) -> Availability {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&path).collect();
    let is_missing = |need: &&String| !folders.iter().any(|folder| is_executable(&folder.join(need)));
    let missing: Vec<_> = manifest.needs.iter().filter(is_missing).cloned().collect();
    if missing.is_empty() { Availability::Available } else { Availability::Missing(missing) }
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// Builds a variant, if it needs a build.
///
/// # Errors
///
/// If the command cannot be run, fails, or takes longer than the manifest allows.
pub async fn build(manifest: &Manifest, variant: &Variant) -> Result<(), Failure> {
    let places = Places::new(manifest, variant);
    let made = std::fs::create_dir_all(&places.out);
    made.map_err(|error| Failure::Spawn { program: places.out.display().to_string(), reason: error.to_string() })?;
    let Some(command) = &variant.build else { return Ok(()) };
    run_build(&manifest.folder, &places.fill(command), variant, manifest.limits.build).await
}

async fn run_build(folder: &Path, words: &[String], variant: &Variant, limit: Duration) -> Result<(), Failure> {
    let (program, arguments) = words.split_first().expect("the manifest's reader refuses an empty command");
    let mut command = Command::new(program_in(folder, program));
    command.args(arguments).current_dir(folder).envs(&variant.env).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let spawn = |error: std::io::Error| Failure::Spawn { program: program.clone(), reason: error.to_string() };
    let (group, mut child) = Group::spawn(&mut command).map_err(spawn)?;
    let tail = Tail::default();
    let outputs = (child.stdout.take(), child.stderr.take());
    let read = async {
        if let (Some(stdout), Some(stderr)) = outputs {
            tokio::join!(tail.read(stdout), tail.read(stderr));
        }
    };
    let wait = async {
        let end = tokio::time::timeout(limit, child.wait()).await;
        // What the build left behind would keep its outputs open.
        group.kill();
        match end {
            Ok(Ok(status)) => End::from(status),
            Ok(Err(_)) => End::Unknown,
            Err(_) => End::Overtime(limit),
        }
    };
    let (end, ()) = tokio::join!(wait, read);
    match end {
        End::Status(0) => Ok(()),
        end => Err(Failure::Build { command: words.join(" "), end, tail: tail.text() }),
    }
}

/// A program with a slash in its name stands in the target's folder: the operating system would look for it from the
/// harness's own.
pub(super) fn program_in(folder: &Path, program: &str) -> std::path::PathBuf {
    if program.contains('/') { folder.join(program) } else { program.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(folder: &Path, build: &str) -> Manifest {
        let head = "name = \"a/b\"\nlanguage = \"sh\"\nstart = [\"true\"]\n";
        let claim = "[[convention]]\nname = \"rpc-1.39\"\n";
        Manifest::parse(folder, &format!("{head}build = [\"sh\", \"-c\", '''{build}''']\n{claim}")).unwrap()
    }

    #[tokio::test]
    async fn a_build_runs_in_the_targets_folder_and_its_output_is_shown_when_it_fails() {
        let folder = tempfile::tempdir().unwrap();
        let good = manifest(folder.path(), "echo hello > made");
        build(&good, &good.variants[0]).await.unwrap();
        assert!(folder.path().join("made").is_file());
        let bad = manifest(folder.path(), "echo one; echo two >&2; exit 3");
        let error = build(&bad, &bad.variants[0]).await.unwrap_err();
        let Failure::Build { end, tail, .. } = &error else { panic!("{error}") };
        assert_eq!(*end, End::Status(3));
        assert!(tail.contains("one") && tail.contains("two"), "{tail}");
    }

    #[tokio::test]
    async fn a_build_that_hangs_is_ended_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let mut slow = manifest(folder.path(), "sleep 600 & sleep 600");
        slow.limits.build = Duration::from_millis(100);
        let error = build(&slow, &slow.variants[0]).await.unwrap_err();
        assert!(matches!(error, Failure::Build { end: End::Overtime(_), .. }), "{error}");
    }

    #[test]
    fn a_target_without_its_toolchain_is_unavailable() {
        let mut manifest = manifest(Path::new("x"), "true");
        manifest.needs = vec!["sh".into(), "no-such-program".into()];
        assert_eq!(availability(&manifest), Availability::Missing(vec!["no-such-program".into()]));
        manifest.needs.pop();
        assert_eq!(availability(&manifest), Availability::Available);
    }
}
