//! The steps that are one command each.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

use crate::layers::find;
use crate::{Faults, Format};

pub(crate) fn format(root: &Path) -> Result<()> {
    execute(cargo(root).args(["fmt", "--all", "--check"]))?;
    // Macros declare the modules of faults and controls, and `cargo fmt` finds only those that stand in the source.
    let mut files = Vec::new();
    for folder in ["targets/rust/faulty/src/faults", "harness/tests/controls"] {
        find(&root.join(folder), "rs", &mut files)?;
    }
    files.sort();
    execute(Command::new("rustfmt").args(["--edition", "2024", "--check"]).args(files).current_dir(root))
}

pub(crate) fn lint(root: &Path) -> Result<()> {
    let all = ["clippy", "--workspace", "--all-targets", "--features", "conformance-ci/matrix", "--locked"];
    execute(cargo(root).args(all).args(["--", "--deny", "warnings"]))
}

pub(crate) fn docs(root: &Path) -> Result<()> {
    execute(
        cargo(root)
            .args(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )
}

/// Holds the pages that are made from data against what would be made now: a test of the harness makes them.
pub(crate) fn pages(root: &Path, write: bool) -> Result<()> {
    let mut command = cargo(root);
    command.args(["test", "--quiet", "--locked", "--workspace", "--test", "pages"]);
    if write {
        command.env("CONFORMANCE_WRITE_PAGES", "1");
    }
    execute(&mut command)
}

/// Runs the reference's suite again and again.
pub(crate) fn soak(root: &Path, runs: usize) -> Result<()> {
    let run = ["run", "--quiet", "--locked", "--bin", "soak", "--"];
    execute(cargo(root).args(run).args(["--runs", &runs.to_string()]))
}

/// Runs the kill matrix, which is a program of its own: the other steps do without the harness.
pub(crate) fn faults(root: &Path, faults: &Faults) -> Result<()> {
    let mut command = cargo(root);
    command.args(["run", "--quiet", "--locked", "--features", "conformance-ci/matrix"]);
    command.args(["--bin", "fault-matrix", "--"]);
    if faults.write {
        command.arg("--write");
    }
    if faults.format == Format::Jsonl {
        command.args(["--format", "jsonl"]);
    }
    if let Some(only) = &faults.only {
        command.args(["--verbose", "--only", only]);
    }
    execute(&mut command)
}

/// Runs a command in the foreground; its exit code decides.
pub(crate) fn execute(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("cannot start {shown}"))?;
    ensure!(status.success(), "{shown}: {status}");
    Ok(())
}

/// The same, and gives what the command printed to standard output.
pub(crate) fn print_of(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let cannot = || format!("cannot run {shown}");
    let mut running = command.stdout(Stdio::piped()).spawn().with_context(cannot)?;
    let output = running.stdout.take().with_context(cannot)?;
    let mut printed = String::new();
    for line in BufReader::new(output).lines() {
        let line = line.with_context(cannot)?;
        println!("{line}");
        printed.push_str(&line);
        printed.push('\n');
    }
    let status = running.wait().with_context(cannot)?;
    ensure!(status.success(), "{shown}: {status}");
    Ok(printed)
}

/// The command as one would write it. Of many arguments, such as all files of a folder, the first will do.
fn show(command: &Command) -> String {
    const MOST: usize = 12;
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let shown: Vec<_> = words.take(MOST).map(OsStr::to_string_lossy).collect();
    let more = (1 + command.get_args().len()).saturating_sub(MOST);
    let rest = if more > 0 { format!(" … and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(" "))
}

/// The cargo that runs this, in the workspace.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}
