//! What the snapshots are made of, for the tests that hold them and for `soak`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::Result;
use grpc_trace_conformance::expect::Expectations;
use grpc_trace_conformance::report;
use grpc_trace_conformance::run::{CaseResult, Harness};
use grpc_trace_conformance::scenario::Scenario;
use grpc_trace_conformance::target::{Claim, Manifest};
use grpc_trace_conformance::verdict::Outcome;
use tonic_trace_reference::conformance::Reference;

/// The name of the target that is run in this process: the same evidence as from a process of its own, sooner.
pub const REFERENCE: &str = "rust/reference";

/// The harness for a target by one of its claims.
///
/// # Errors
///
/// If its files do not say what they must.
pub fn harness(manifest: &Manifest, claim: &Claim) -> Result<Harness> {
    let Manifest { name, folder, capabilities, strict, .. } = manifest;
    if name != REFERENCE {
        return Ok(Harness::process(folder, "")?.convention(&*claim.convention));
    }
    let mut harness = Harness::in_process(name, Reference::default())
        .capabilities(capabilities.clone())
        .expect(Expectations::read(folder)?)
        .convention(&*claim.convention);
    for (variable, value) in &claim.env {
        harness = harness.environment(variable, value);
    }
    Ok(if *strict { harness.strict() } else { harness })
}

/// The cases of a scenario file; those that look alike stand together, in the order of the first of each.
///
/// Where the wire leaves answers open, two runs may rightly give two traces: then the outcomes stand alone. Where the target's
/// own expectations say that a finding comes and goes, so may the outcome: then it is said why. Of a target whose traces vary, by
/// its manifest, the outcome and the findings stand without the trace.
#[must_use]
pub fn text(scenario: &Scenario, cases: &[CaseResult], expectations: &Expectations, traces_vary: bool) -> String {
    let mut bodies: Vec<(String, Vec<&str>)> = Vec::new();
    for case in cases {
        let body = match flaky(case, expectations) {
            Some(why) => why,
            None if scenario.open.is_some() => format!("{}\n", case.verdict.outcome),
            None => body(case, traces_vary),
        };
        let name = case.verdict.name.case.as_str();
        match bodies.iter_mut().find(|(other, _)| *other == body) {
            Some((_, names)) => names.push(name),
            None => bodies.push((body, vec![name])),
        }
    }
    let mut text = scenario.open.as_ref().map(|open| format!("open: {open}\n")).unwrap_or_default();
    for (body, names) in bodies {
        let names = names.iter().map(|name| if name.is_empty() { "(the only case)" } else { name });
        let _ = writeln!(text, "=== {}\n{body}", names.collect::<Vec<_>>().join("\n=== "));
    }
    text
}

/// Why the findings of a case change from run to run, if they do.
fn flaky(case: &CaseResult, expectations: &Expectations) -> Option<String> {
    let subject = case.verdict.name.subject();
    let covering = expectations.entries.iter().filter(|entry| entry.covers(&subject));
    let why: BTreeSet<_> = covering.filter_map(|entry| entry.flaky.as_deref()).collect();
    (!why.is_empty()).then(|| why.into_iter().fold(String::new(), |text, why| text + "flaky: " + why + "\n"))
}

fn body(case: &CaseResult, traces_vary: bool) -> String {
    let mut text = format!("{}\n", case.verdict.outcome);
    for judged in &case.verdict.findings {
        let _ = writeln!(text, "{}: {}", judged.finding.rule, judged.finding.message);
    }
    match (&case.evidence, case.verdict.outcome) {
        (Some(_), _) if traces_vary => {}
        (Some(evidence), _) => text.push_str(&report::trace(evidence, [])),
        (None, Outcome::NotApplicable) => {}
        (None, _) => text.push_str("no evidence\n"),
    }
    text
}
