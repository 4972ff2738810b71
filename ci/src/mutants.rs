//! Mutation: every mutant of a part is caught by that part's tests, but for those that `.cargo/mutants.toml` explains.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;

use crate::steps::cargo;

/// What is mutated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Part {
    /// The reference instrumentation; the snapshots of its runs are the test
    Reference,
    /// The rules; their examples and their page are the test
    Rules,
    /// The oracle; its own tests are the test
    Oracle,
}

impl Part {
    /// The package, its files, where its tests are if not there, the test targets, and which of their tests.
    fn arguments(self) -> [&'static [&'static str]; 3] {
        match self {
            Self::Reference => [
                &[
                    "--package=tonic-trace-reference",
                    "--file=targets/rust/reference/src/**",
                    "--test-package=conformance-snapshots",
                ],
                &["--test=targets"],
                &["rust/reference"],
            ],
            Self::Rules => {
                [&["--package=grpc-trace-conformance", "--file=harness/src/rules/**"], &["--lib", "--test=pages"], &[]]
            }
            Self::Oracle => [
                &["--package=grpc-trace-conformance", "--file=harness/src/oracle/**"],
                &["--lib", "--test=oracle"],
                &[],
            ],
        }
    }

    /// What changes with every mutant is compiled as fast as can be.
    fn unoptimised(self) -> &'static str {
        match self {
            Self::Reference => "tonic-trace-reference",
            Self::Rules | Self::Oracle => "grpc-trace-conformance",
        }
    }
}

/// Mutates these parts, on copies of the tree. It takes hours.
pub(crate) fn check(root: &Path, parts: &[Part]) -> Result<()> {
    let parts = if parts.is_empty() { Part::value_variants() } else { parts };
    for part in parts {
        let [what, targets, tests] = part.arguments();
        let name = format!("{part:?}").to_lowercase();
        let mut command = cargo(root);
        command.args(["mutants", "--no-shuffle", "--timeout=60"]).args(what);
        let output = format!("target/mutants/{name}");
        std::fs::create_dir_all(root.join(&output)).with_context(|| format!("cannot create {output}"))?;
        command.arg(format!("--output={output}"));
        command.arg("--cargo-arg=--config=profile.dev.debug=false");
        command.arg(format!("--cargo-arg=--config=profile.dev.package.{}.opt-level=0", part.unoptimised()));
        // Arguments of cargo: otherwise all other tests are built as well, which takes four times as long.
        command.args(targets.iter().map(|target| format!("--cargo-arg={target}")));
        command.arg("--").args(tests).env("INSTA_UPDATE", "no");
        let status = command.status().context("cannot start cargo-mutants: `cargo install --locked cargo-mutants`")?;
        // Some mutants never end: the tests found that out, and it says so by 3.
        let is_caught = matches!(status.code(), Some(0 | 3));
        ensure!(is_caught, "mutants of the {name} survived: {output}/mutants.out/missed.txt ({status})");
    }
    Ok(())
}
