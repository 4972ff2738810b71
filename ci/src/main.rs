//! `cargo ci`: everything that CI does, in the order in which it is cheapest to fail.

// Its output is the log of CI, not a report.
#![expect(clippy::print_stdout, reason = "the steps are printed as they run")]

mod layers;
mod readme;
mod steps;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

/// Everything that CI does. Without a command: all of it.
#[derive(Parser)]
#[command(name = "cargo ci")]
struct Arguments {
    #[command(subcommand)]
    step: Option<Step>,
}

#[derive(Subcommand, Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// Formatting.
    Format,
    /// Clippy, warnings denied, every package and target.
    Lint,
    /// Rustdoc, warnings denied.
    Docs,
    /// The table of modules in ARCHITECTURE.md against the code.
    Layers,
    /// The commands of README.md, exactly as it prints them.
    Readme,
    /// No snapshot without a test.
    Snapshots,
    /// The pages of `harness/docs` that are made from the rules and the convention files.
    Pages {
        /// Renews them instead of failing if they are stale.
        #[arg(long)]
        write: bool,
    },
    /// The reference's suite a thousand times, half of them with all cores busy: on demand only, for it takes its time.
    Soak {
        /// How often.
        #[arg(long, default_value_t = 1000)]
        runs: usize,
    },
}

const ALL: [Step; 7] =
    [Step::Format, Step::Layers, Step::Lint, Step::Docs, Step::Pages { write: false }, Step::Readme, Step::Snapshots];

fn main() -> Result<()> {
    let root = root()?;
    let arguments = Arguments::parse();
    let steps = arguments.step.map_or_else(|| ALL.to_vec(), |step| vec![step]);
    for step in steps {
        println!("== {step:?}");
        let begun = Instant::now();
        run(step, &root).with_context(|| format!("cargo ci {step:?} failed").to_lowercase())?;
        println!("== {step:?}: {:.1} s", begun.elapsed().as_secs_f64());
    }
    Ok(())
}

fn run(step: Step, root: &Path) -> Result<()> {
    match step {
        Step::Format => steps::format(root),
        Step::Lint => steps::lint(root),
        Step::Docs => steps::docs(root),
        Step::Layers => layers::check(root),
        Step::Readme => readme::check(root),
        Step::Snapshots => steps::snapshots(root),
        Step::Pages { write } => steps::pages(root, write),
        Step::Soak { runs } => steps::soak(root, runs),
    }
}

/// The workspace's folder: this crate's parent.
fn root() -> Result<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(manifest.parent().context("the package `conformance-ci` lies in a workspace")?.to_owned())
}
