//! The commands of README.md, run exactly as it prints them.
//!
//! In a fence of language `sh`, every line is one command. Fences of other languages are output, or for another machine.
//! They run everything, so what they print is the scorecard that README.md shows, and what snapshots are asked for is known when
//! they are through.

use std::fs;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

use anyhow::{Context as _, Result, ensure};

use crate::steps::print_of;
use crate::{scorecard, snapshots};

pub(crate) fn check(root: &Path) -> Result<()> {
    let text = fs::read_to_string(root.join("README.md")).context("cannot read README.md")?;
    let commands = commands(&text);
    ensure!(!commands.is_empty(), "README.md has no command: a fence of language `sh` holds one a line");
    let asked = snapshots::begin(root)?;
    // Half of what tests do is waiting: for deadlines to pass, for what must not come.
    let threads = 2 * available_parallelism().map_or(1, NonZero::get);
    let mut printed = String::new();
    for command in commands {
        println!("$ {command}");
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(root);
        shell.env(snapshots::VARIABLE, &asked).env("RUST_TEST_THREADS", threads.to_string());
        printed.push_str(&print_of(&mut shell)?);
    }
    scorecard::compare(&text, &printed)?;
    snapshots::compare(root, &asked)
}

fn commands(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(language) => inside = !inside && language == "sh",
            None if inside && !line.trim().is_empty() => found.push(line),
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_sh_fences_are_commands() {
        let text = "run it:\n```sh\ncargo a\n\ncargo b\n```\nprints\n```text\nnot me\n```\n```sh\ncargo c\n```\n";
        assert_eq!(commands(text), ["cargo a", "cargo b", "cargo c"]);
    }
}
