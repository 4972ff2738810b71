//! `conformance show` and `conformance explain`.

use super::{built_in, output};
use crate::rules;
use crate::scenario;
use crate::usage::UsageError;
use crate::verdict::Exit;

pub(super) fn show(id: &str) -> Result<Exit, UsageError> {
    let corpus = scenario::corpus().map_err(built_in)?;
    if let Some(scenario) = corpus.iter().find(|scenario| scenario.id == id) {
        output::print(&scenario::show(scenario));
        return Ok(Exit::Green);
    }
    let mut cases = corpus.iter().flat_map(|scenario| &scenario.cases);
    let case = cases.find(|case| case.id() == id).ok_or_else(|| {
        UsageError::new(format!("there is no scenario and no case `{id}`: `conformance list scenarios` names them"))
    })?;
    output::print(&scenario::show_case(case));
    Ok(Exit::Green)
}

pub(super) fn explain(id: &str) -> Result<Exit, UsageError> {
    let unknown = || UsageError::new(format!("there is no rule `{id}`: `conformance list rules` names them"));
    let rule = rules::find(id).ok_or_else(unknown)?;
    let doc = rule.doc.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let head = format!("{id} ({}, {})\n{}\n\"{}\"\n", rule.family.as_str(), rule.level.as_str(), rule.url, rule.clause);
    output::print(&format!("{head}\n{}\n", doc.trim_end()));
    Ok(Exit::Green)
}
