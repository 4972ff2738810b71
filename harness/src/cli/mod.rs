//! The `conformance` command.

mod args;
mod bless;
mod check;
mod deviations;
mod explain;
mod interrupt;
mod list;
mod output;
mod run;

use clap::Parser;

use crate::run::{Choice, Selected, select};
use crate::usage::UsageError;
use crate::verdict::Exit;
use crate::{convention, scenario};
use args::{Args, Command};

/// Does what the arguments say, and says how it ended.
#[must_use]
pub fn main() -> Exit {
    // A bad argument ends the process here, with the code of `Exit::Usage`, and `--help` with that of `Exit::Green`.
    let args = Args::parse();
    let done = match args.command {
        Command::Run(run) => run::run(&run),
        Command::List(list) => list::list(&list),
        Command::Show { scenario } => explain::show(&scenario),
        Command::Explain { rule } => explain::explain(&rule),
        Command::Check(check) => check::check(&check),
        Command::Deviations { target } => deviations::deviations(target),
        Command::Bless(bless) => bless::bless(&bless),
    };
    done.unwrap_or_else(|error| {
        output::error(&error);
        Exit::Usage
    })
}

/// What a choice means among the scenarios and conventions that come with the harness.
fn selected(choice: &Choice) -> Result<Selected, UsageError> {
    let corpus = scenario::corpus().map_err(built_in)?;
    let conventions = convention::builtin().map_err(built_in)?;
    Ok(select(choice, corpus, conventions))
}

/// A data file that comes with the harness cannot be read: its tests hold that this does not happen.
fn built_in(error: impl std::fmt::Display) -> UsageError {
    UsageError::new(error.to_string())
}
