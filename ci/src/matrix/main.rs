//! The kill matrix: every fault of `targets/rust/faulty` against the scenarios, and which rules found it.

#![expect(clippy::print_stdout, reason = "what it prints is its result")]

mod jsonl;
mod judged;
mod page;
mod run;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::{Parser, ValueEnum};
use judged::Matrix;

/// As in the command: a third of the processor time went into the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs every fault of `targets/rust/faulty` and holds what the rules find against what they should.
#[derive(Parser)]
struct Arguments {
    /// Renews the page instead of failing if it is stale
    #[arg(long)]
    write: bool,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Only the faults whose id contains this; the page is left alone then
    #[arg(long)]
    only: Option<String>,
    /// Shows an example of each finding
    #[arg(long)]
    verbose: bool,
    /// Faults at a time
    #[arg(long, default_value_t = 20)]
    jobs: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// One JSON object a line
    Jsonl,
}

/// Where the page is.
const PAGE: &str = "harness/docs/faults.md";

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new()?;
    let tell = |found: &run::Found| {
        if arguments.format == Format::Human {
            print!("{}", found.told(arguments.verbose));
        }
    };
    let found = runtime.block_on(run::run(arguments.only.as_deref(), arguments.jobs, tell))?;
    let matrix = Matrix::new(found, arguments.only.is_none());
    match arguments.format {
        Format::Human => println!("\n{}", matrix.summary()),
        Format::Jsonl => print!("{}", jsonl::lines(&matrix)?),
    }
    if arguments.only.is_none() {
        hold(&root()?.join(PAGE), &page::page(&matrix), arguments.write)?;
    }
    let problems = matrix.problems();
    ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

/// Writes the page, or fails if it is another.
fn hold(path: &Path, page: &str, write: bool) -> Result<()> {
    if write {
        let folder = path.parent().context("the page lies in a folder")?;
        std::fs::create_dir_all(folder)?;
        return std::fs::write(path, page).with_context(|| format!("cannot write {}", path.display()));
    }
    let present = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (present, page) = (page::held(&present), page::held(page));
    let differs = present.lines().zip(page.lines()).position(|(present, new)| present != new);
    let line = differs.unwrap_or_else(|| present.lines().count().min(page.lines().count()));
    let new = page.lines().nth(line).unwrap_or("(nothing)");
    ensure!(
        present == page,
        "{} is stale from line {}, which has to be\n  {new}\n`cargo ci faults --write` renews it",
        path.display(),
        line + 1
    );
    Ok(())
}

/// The workspace's folder.
fn root() -> Result<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(manifest.parent().context("this package lies in a workspace")?.to_owned())
}
