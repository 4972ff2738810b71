//! What the matrix comes to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use grpc_trace_conformance::rules::RULES;

use crate::run::Found;

/// Every fault with what was found of it.
pub(crate) struct Matrix {
    pub(crate) faults: Vec<Found>,
    /// Whether these are all faults: else nothing follows from a rule that found nothing.
    is_whole: bool,
}

/// Rules that no fault of a Rust target can trigger, and why.
pub(crate) const BEYOND: &[(&str, &str)] = &[(
    "context_despite_none",
    "the kit of Rust targets attaches the root context itself, so that nothing else can be current there",
)];

/// Rules that measure durations: on a busy machine a span that ends too early may be as long as the call was to be.
const TIMED: [&str; 1] = ["span_shorter_than_call"];

impl Found {
    /// The rules that had to find it and did.
    pub(crate) fn meant(&self) -> Vec<&str> {
        self.names().into_iter().filter(|rule| self.rules.contains_key(*rule)).collect()
    }

    /// The rules that had to find it and did not.
    pub(crate) fn silent(&self) -> Vec<&str> {
        self.names().into_iter().filter(|rule| !self.rules.contains_key(*rule)).collect()
    }

    /// The rules that found something else about it.
    pub(crate) fn other(&self) -> Vec<&str> {
        let other = |rule: &&str| !self.variant.names.contains(rule) && !TIMED.contains(rule);
        self.rules.keys().map(String::as_str).filter(other).collect()
    }

    /// For people: one line, and below it an example of each finding.
    pub(crate) fn told(&self, verbose: bool) -> String {
        let mark = if self.silent().is_empty() { "killed  " } else { "SURVIVES" };
        let mut text = format!("{mark} {}: {}", self.variant.id(), self.meant().join(" "));
        let rest = self.other();
        // Writing into a string cannot fail.
        let _ = if rest.is_empty() { writeln!(text) } else { writeln!(text, " (also {})", rest.join(" ")) };
        if let Some(first) = self.stuck.first() {
            let _ = writeln!(text, "    {} cases could not run, first {first}", self.stuck.len());
        }
        for (rule, example) in self.rules.iter().filter(|_| verbose) {
            let _ = writeln!(text, "    {rule}: {example}");
        }
        text
    }

    fn names(&self) -> Vec<&'static str> {
        self.variant.names.to_vec()
    }
}

impl Matrix {
    pub(crate) fn new(faults: Vec<Found>, is_whole: bool) -> Self {
        Self { faults, is_whole }
    }

    /// What was found of a fault, wherever it can be.
    pub(crate) fn of(&self, fault: &str) -> impl Iterator<Item = &Found> {
        self.faults.iter().filter(move |found| found.variant.fault.id() == fault)
    }

    /// The faults that each rule has to find and found.
    pub(crate) fn kills(&self) -> BTreeMap<&'static str, Vec<String>> {
        let mut kills: BTreeMap<_, Vec<_>> = RULES.iter().map(|rule| (rule.id(), Vec::new())).collect();
        for found in &self.faults {
            for rule in found.meant() {
                if let Some(killed) = kills.get_mut(rule) {
                    killed.push(found.variant.id());
                }
            }
        }
        kills
    }

    /// What is wrong with the matrix.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let known: BTreeSet<_> = RULES.iter().map(|rule| rule.id()).collect();
        for found in &self.faults {
            let id = found.variant.id();
            let unknown = found.names().into_iter().filter(|name| !known.contains(name));
            problems.extend(unknown.map(|name| format!("{id}: there is no rule `{name}`")));
            if !found.names().is_empty() && found.rules.is_empty() {
                problems.push(format!("{id} survives: no rule found it in {} cases", found.cases));
            } else if !found.silent().is_empty() {
                let (silent, spoke) = (found.silent().join(", "), found.other().join(", "));
                problems.push(format!("{id} has to be found by {silent}; what spoke besides: {spoke}"));
            }
        }
        if self.is_whole {
            let beyond = |rule: &str| BEYOND.iter().any(|(other, _)| *other == rule);
            for (rule, killed) in self.kills() {
                match (killed.is_empty(), beyond(rule)) {
                    (true, false) => problems.push(format!("the rule {rule} kills no fault")),
                    (false, true) => problems.push(format!("the rule {rule} kills a fault: it is beyond nobody")),
                    _ => {}
                }
            }
        }
        problems
    }

    /// For people: how many of how many.
    pub(crate) fn summary(&self) -> String {
        let killed = self.faults.iter().filter(|found| found.silent().is_empty()).count();
        format!("{} faults: {killed} killed by the rules that name them", self.faults.len())
    }
}
