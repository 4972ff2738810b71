//! `conformance run`.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use super::args::Run;
use super::interrupt::unless_interrupted;
use super::output::{self, Reporting};
use super::selected;
use crate::report::{Save, Sink};
use crate::run::{Attached, Options, Selected, run as run_selected};
use crate::usage::UsageError;
use crate::verdict::{Exit, STRANGERS};

pub(super) fn run(args: &Run) -> Result<Exit, UsageError> {
    let mut selected = selected(&args.selection.choice())?;
    if let Some(address) = &args.attach {
        selected.attach(attached(address, args)?)?;
    }
    if args.list {
        return Ok(list(&selected));
    }
    selected.drafts.iter().for_each(|draft| output::note(draft));
    let mut reporters = vec![output::reporter(args.format, args.verbose)];
    if let Some(folder) = &args.save {
        let save =
            Save::new(folder).map_err(|error| UsageError::of_file(folder, format!("cannot be made: {error}")))?;
        reporters.push(Box::new(save));
    }
    let default = Options::default();
    let options = Options {
        jobs: args.jobs.unwrap_or(default.jobs),
        concurrency: args.concurrency.unwrap_or(default.concurrency),
        strict: args.strict,
        require: args.require,
        compared: !args.no_baseline,
    };
    let (reporting, sink) = Reporting::start(reporters);
    let exit = block_on(selected, options, &sink);
    drop(sink);
    reporting.finish().map_err(|error| UsageError::new(format!("the report cannot be written: {error}")))?;
    Ok(exit)
}

/// The port is opened at once: a target that runs has something to send.
fn attached(address: &str, args: &Run) -> Result<Attached, UsageError> {
    let otlp = TcpListener::bind(args.otlp).map_err(|error| {
        UsageError::new(format!("--otlp {}: cannot be listened on ({error}): give another address", args.otlp))
    })?;
    let listens = otlp.local_addr().unwrap_or(args.otlp);
    output::note(&format!(
        "spans are received at http://{listens}, over OTLP/gRPC and OTLP/HTTP (/v1/traces, protobuf or JSON)"
    ));
    let quiet = Duration::from_secs_f64(args.quiet);
    Ok(Attached { address: address.to_owned(), otlp: Arc::new(otlp), quiet })
}

/// Runs on a runtime of its own.
pub(super) fn block_on(selected: Selected, options: Options, sink: &Sink) -> Exit {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("the system gives a process its threads");
    let exit = runtime.block_on(unless_interrupted(run_selected(selected, options, sink)));
    // Nothing of a run goes on after it.
    runtime.shutdown_background();
    match exit {
        Ok((_, exit)) => exit,
        Err(interrupted) => interrupted,
    }
}

fn list(selected: &Selected) -> Exit {
    let mut text = String::new();
    for run in &selected.runs {
        let mut line = |case: &str| writeln!(text, "{} {case}", run.name()).expect("a string grows");
        run.cases.iter().for_each(|case| line(&case.id()));
        line(STRANGERS);
    }
    output::print(&text);
    exit_of(selected)
}

/// Tells what of a selection means nothing, and how a command ends that only shows what was selected.
pub(super) fn exit_of(selected: &Selected) -> Exit {
    selected.errors.iter().for_each(|error| output::error(error));
    match (selected.errors.is_empty(), selected.runs.is_empty()) {
        (false, _) => Exit::Usage,
        (true, true) => Exit::ZeroEvidence,
        (true, false) => Exit::Green,
    }
}
