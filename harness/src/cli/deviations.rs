//! `conformance deviations`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::run::exit_of;
use super::{built_in, output, selected};
use crate::expect::{Subject, page};
use crate::run::{Choice, subjects};
use crate::scenario;
use crate::usage::UsageError;
use crate::verdict::Exit;

pub(super) fn deviations(targets: Vec<String>) -> Result<Exit, UsageError> {
    let selected = selected(&Choice { targets, from: PathBuf::from("."), ..Choice::default() })?;
    let cases = scenario::smallest_first(scenario::corpus().map_err(built_in)?);
    // One run for each variant and convention, and one page for all of them.
    let by_target: BTreeMap<_, _> = selected.runs.iter().map(|run| (&run.manifest.name, run)).collect();
    let pages = by_target.into_values().map(|run| {
        let subjects: Vec<Subject> = subjects(&run.manifest, cases.iter().copied()).collect();
        page(&run.manifest.name, &run.expectations, &subjects)
    });
    output::print(&pages.collect::<Vec<_>>().join("\n"));
    Ok(exit_of(&selected))
}
