//! The arguments.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

use crate::run::{Attached, Choice};

/// Are the OpenTelemetry traces of a gRPC service right?
#[derive(Debug, Parser)]
#[command(name = "conformance", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0    everything that was asked for was judged, and nothing is wrong that was not expected
  1    findings that nobody expected, or expected ones that are gone
  2    an argument or a file means nothing (everything else was judged all the same)
  3    a target would not build, start, answer or stop, or died
  4    zero evidence: nothing selected or executed, no span arrived, or --require and a target is unavailable
  101  a bug of the harness
  130  interrupted
Where several apply: 2, then 3, then 4, then 1.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Runs scenarios against targets, and judges the traces.
    Run(Run),
    /// Lists what there is.
    List(List),
    /// Shows a scenario: why it is there, its cases, and what each end does.
    Show {
        /// A scenario's path, such as `status/server`, or a case's.
        scenario: String,
    },
    /// Explains a rule: what it requires, why, and by which clause.
    Explain {
        /// A rule's id.
        rule: String,
    },
    /// Judges saved evidence again, with no target running.
    Check(Check),
    /// Says what targets are known to get wrong, each with the smallest case that shows it: what there is to report.
    Deviations {
        /// A target's name, a pattern such as `go/*`, or a folder. Default: all.
        #[arg(long, short, value_name = "TARGET")]
        target: Vec<String>,
    },
    /// Runs scenarios, and writes what they find into the targets' expect.toml.
    Bless(Bless),
}

#[derive(Debug, clap::Args)]
pub(super) struct Selection {
    /// A target's name, `name@variant` (`@main` is the main one), a pattern such as `go/*`, or a folder. Default: all.
    #[arg(long, short, value_name = "TARGET")]
    target: Vec<String>,
    /// A pattern over cases: `status`, `status/server/unary`, `**/NOT_FOUND`. Default: all.
    #[arg(long, short, value_name = "PATTERN")]
    scenario: Vec<String>,
    /// A pattern over the ids of conventions. Default: all that a target claims.
    #[arg(long, short, value_name = "PATTERN")]
    convention: Vec<String>,
}

impl Selection {
    pub(super) fn choice(&self) -> Choice {
        Choice {
            targets: self.target.clone(),
            scenarios: self.scenario.clone(),
            conventions: self.convention.clone(),
            from: PathBuf::from("."),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// A violated SHOULD fails.
    #[arg(long)]
    pub(super) strict: bool,
    /// A target that is unavailable on this machine fails.
    #[arg(long, env = "CONFORMANCE_REQUIRE", value_parser = clap::builder::FalseyValueParser::new())]
    pub(super) require: bool,
    /// Does not play each case with the instrumentation off too: what it changes in the calls is then not judged.
    #[arg(long)]
    pub(super) no_baseline: bool,
    /// Targets at a time.
    #[arg(long, short, value_name = "N", value_parser = at_least_one)]
    pub(super) jobs: Option<usize>,
    /// Cases at a time on one target.
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    pub(super) concurrency: Option<usize>,
    /// Saves the evidence of each case below this folder, for `conformance check`.
    #[arg(long, value_name = "DIR")]
    pub(super) save: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Shows every red case in full, not only the first with a rule.
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// Plays on a target that runs already at this address, and was told to send its spans to --otlp. It is neither built nor
    /// started, and has no control: cases that need it are not applicable. --target and --convention say what it is.
    #[arg(long, value_name = "ADDR", requires = "target")]
    pub(super) attach: Option<String>,
    /// With --attach: where spans are received, in every form of OTLP.
    #[arg(long, value_name = "IP:PORT", requires = "attach", default_value = "127.0.0.1:4317")]
    pub(super) otlp: SocketAddr,
    /// With --attach: for how many seconds nothing may arrive before what is missing is taken to be missing. It has to be more
    /// than the delay of the target's batches (OTEL_BSP_SCHEDULE_DELAY, 5 s by default).
    #[arg(long, value_name = "SECONDS", requires = "attach", default_value_t = Attached::QUIET.as_secs_f64(), value_parser = seconds)]
    pub(super) quiet: f64,
    /// Lists the cases that would run, one a line, and runs none.
    #[arg(long)]
    pub(super) list: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Jsonl,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Of what.
    #[arg(value_enum)]
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    Targets,
    Scenarios,
    Rules,
    Conventions,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Evidence files, or folders of them.
    #[arg(required = true)]
    pub(super) evidence: Vec<PathBuf>,
    /// A violated SHOULD fails.
    #[arg(long)]
    pub(super) strict: bool,
    /// What to print.
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Shows every red case in full, not only the first with a rule.
    #[arg(long, short)]
    pub(super) verbose: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Bless {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Expects violated SHOULDs too, also of a target that is not strict.
    #[arg(long)]
    pub(super) strict: bool,
    /// Targets at a time.
    #[arg(long, short, value_name = "N", value_parser = at_least_one)]
    pub(super) jobs: Option<usize>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| (0.0..=3600.0).contains(seconds));
    seconds.ok_or_else(|| "give a number of seconds, 3600 at most".into())
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("give a number, 1 or more".into()),
        Ok(number) => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_sound() {
        Args::command().debug_assert();
    }
}
