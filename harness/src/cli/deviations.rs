//! `conformance deviations`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{built_in, output};
use crate::convention;
use crate::expect::page;
use crate::run::{Choice, select, smallest_first};
use crate::scenario;
use crate::usage::UsageError;
use crate::verdict::Exit;

pub(super) fn deviations(targets: Vec<String>) -> Result<Exit, UsageError> {
    let corpus = scenario::corpus().map_err(built_in)?;
    let conventions = convention::builtin().map_err(built_in)?;
    let choice = Choice { targets, from: PathBuf::from("."), ..Choice::default() };
    let selected = select(&choice, corpus, conventions);
    // One run for each variant and convention, and one page for all of them.
    let by_target: BTreeMap<&str, _> = selected.runs.iter().map(|run| (run.manifest.name.as_str(), run)).collect();
    let pages = by_target.into_iter();
    let pages = pages.map(|(target, run)| page(target, &run.expectations, &smallest_first(&run.manifest, corpus)));
    let pages: Vec<_> = pages.collect();
    output::print(&pages.join("\n"));
    selected.errors.iter().for_each(|error| output::error(error));
    Ok(match (selected.errors.is_empty(), pages.is_empty()) {
        (false, _) => Exit::Usage,
        (true, true) => Exit::ZeroEvidence,
        (true, false) => Exit::Green,
    })
}
