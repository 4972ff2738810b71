//! `cargo ci`: everything that CI does, in the order in which it is cheapest to fail.

// Its output is the log of CI, not a report.
#![expect(clippy::print_stdout, reason = "the steps are printed as they run")]

mod features;
mod layers;
mod mutants;
mod readme;
mod scorecard;
mod snapshots;
mod steps;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand, ValueEnum};

/// Everything that CI does. Without a command: all of it.
#[derive(Parser)]
#[command(name = "cargo ci")]
struct Arguments {
    #[command(subcommand)]
    step: Option<Step>,
}

#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
enum Step {
    /// Formatting.
    Format,
    /// Clippy, warnings denied, every package and target.
    Lint,
    /// Rustdoc, warnings denied.
    Docs,
    /// The table of modules in ARCHITECTURE.md against the code.
    Layers,
    /// The features of dependencies: tests ask for none that programs do not.
    Features,
    /// The commands of README.md, exactly as it prints them; the scorecard that it shows is theirs, and no snapshot is without a test.
    Readme,
    /// No snapshot without a test, by the tests of the snapshots alone: on demand only, for the README's commands run them.
    Snapshots,
    /// The pages that are made from the rules, the convention files and the targets' expectations.
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
    /// Every mutant is caught that `.cargo/mutants.toml` does not explain: on demand only, for it takes hours.
    Mutants {
        /// Of what; all of it if nothing is named
        #[arg(value_enum)]
        parts: Vec<mutants::Part>,
    },
    /// Every fault of `targets/rust/faulty` is found by the rules that name it, and every rule finds one.
    Faults(Faults),
}

#[derive(clap::Args, Clone, PartialEq, Eq, Debug, Default)]
struct Faults {
    /// Renews the page instead of failing if it is stale
    #[arg(long)]
    write: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Only the faults whose id contains this, each with what was found
    #[arg(long)]
    only: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// One JSON object a line
    Jsonl,
}

fn all() -> Vec<Step> {
    let pages = Step::Pages { write: false };
    let faults = Step::Faults(Faults::default());
    vec![Step::Format, Step::Layers, Step::Features, Step::Lint, Step::Docs, pages, Step::Readme, faults]
}

fn main() -> Result<()> {
    let root = root()?;
    let arguments = Arguments::parse();
    let steps = arguments.step.map_or_else(all, |step| vec![step]);
    for step in steps {
        let name = step.name();
        // What is for machines is all that they get.
        let quiet = matches!(&step, Step::Faults(faults) if faults.format == Format::Jsonl);
        if !quiet {
            println!("== {name}");
        }
        let begun = Instant::now();
        run(&step, &root).with_context(|| format!("cargo ci {} failed", name.to_lowercase()))?;
        if !quiet {
            println!("== {name}: {:.1} s", begun.elapsed().as_secs_f64());
        }
    }
    Ok(())
}

impl Step {
    fn name(&self) -> String {
        let shown = format!("{self:?}");
        shown.split('(').next().unwrap_or_default().to_owned()
    }
}

fn run(step: &Step, root: &Path) -> Result<()> {
    match step {
        Step::Format => steps::format(root),
        Step::Lint => steps::lint(root),
        Step::Docs => steps::docs(root),
        Step::Layers => layers::check(root),
        Step::Features => features::check(root),
        Step::Readme => readme::check(root),
        Step::Snapshots => snapshots::check(root),
        Step::Pages { write } => steps::pages(root, *write),
        Step::Soak { runs } => steps::soak(root, *runs),
        Step::Mutants { parts } => mutants::check(root, parts),
        Step::Faults(faults) => steps::faults(root, faults),
    }
}

/// The workspace's folder: this crate's parent.
fn root() -> Result<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(manifest.parent().context("the package `conformance-ci` lies in a workspace")?.to_owned())
}
