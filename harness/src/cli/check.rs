//! `conformance check`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::Check;
use super::output::{self, Reporting};
use crate::evidence::{Evidence, VERSION};
use crate::expect::Expectations;
use crate::report::{Event, Sink};
use crate::rules;
use crate::usage::UsageError;
use crate::verdict::{CaseName, Circumstances, Exit, Verdict};

pub(super) fn check(args: &Check) -> Result<Exit, UsageError> {
    let (files, errors) = files(&args.evidence);
    let (reporting, sink) = Reporting::start(vec![output::reporter(args.format, args.verbose)]);
    sink.send(Event::Began { planned: files.len() as u64, runs: 0 });
    errors.into_iter().for_each(|error| sink.send(Event::Usage(error)));
    for file in files {
        match read(&file) {
            Ok(evidence) => judge(evidence, args.strict, &sink),
            Err(error) => sink.send(Event::Usage(error)),
        }
    }
    let tally = sink.tally();
    let exit = Exit::of(&tally.totals, Circumstances::default());
    sink.send(Event::Ended { totals: tally.totals, exit });
    drop(sink);
    reporting.finish().map_err(|error| UsageError::new(format!("the report cannot be written: {error}")))?;
    Ok(exit)
}

/// Evidence is judged by the rules alone: what is expected of a target stands beside the target, and may have changed.
fn judge(evidence: Evidence, strict: bool, sink: &Sink) {
    let verdict = Verdict::of(CaseName::of(&evidence), rules::judge(&evidence), &Expectations::default(), strict);
    sink.send(Event::Judged { verdict: Box::new(verdict), evidence: Some(Arc::new(evidence)) });
}

fn read(file: &Path) -> Result<Evidence, UsageError> {
    let text = std::fs::read_to_string(file).map_err(|error| UsageError::unreadable(file, &error))?;
    let version = serde_json::from_str::<Versioned>(&text).ok().map(|versioned| versioned.version);
    if let Some(version) = version.filter(|version| *version != VERSION) {
        let problem =
            format!("is evidence of version {version}, and this harness reads version {VERSION}: save it again");
        return Err(UsageError::of_file(file, problem));
    }
    serde_json::from_str(&text).map_err(|error| {
        let what = if error.is_eof() { "is truncated evidence" } else { "is no evidence" };
        let line = Some(error.line()).filter(|line| *line > 0);
        UsageError { line, ..UsageError::of_file(file, format!("{what}: {error}")) }
    })
}

#[derive(serde::Deserialize)]
struct Versioned {
    version: u32,
}

/// All files that are meant, in order, each once.
fn files(paths: &[PathBuf]) -> (Vec<PathBuf>, Vec<UsageError>) {
    let (mut files, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        let before = files.len();
        if path.is_dir() {
            collect(path, &mut files, &mut errors);
            if files.len() == before {
                errors.push(UsageError::of_file(path, "holds no evidence (*.json)"));
            }
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    (files, errors)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>, errors: &mut Vec<UsageError>) {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return errors.push(UsageError::unreadable(folder, &error)),
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files, errors);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}
