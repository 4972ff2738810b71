//! A case in full: what a person needs to understand what is wrong.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::notation;
use super::style::{BAD, BOLD, DIM, ODD, outcome, paint};
use crate::convention::Level;
use crate::evidence::Evidence;
use crate::rules::{Family, Finding, family};
use crate::transcript::{CallRecord, ClientRecord, GaveUp, Observer, Outcome, ServerRecord};
use crate::verdict::{CaseName, Judged, Verdict};

/// The whole report of a case, without colours.
#[must_use]
pub fn describe(verdict: &Verdict, evidence: Option<&Evidence>) -> String {
    anstream::adapter::strip_str(&in_full(verdict, evidence)).to_string()
}

/// The whole report of a case: findings with their clauses, the trace, the wire, and how to see it again.
pub(super) fn in_full(verdict: &Verdict, evidence: Option<&Evidence>) -> String {
    let mut out = headline(verdict);
    for missed in &verdict.missed {
        let head = format!("no {} any more, which {} expects", missed.rule, missed.entry);
        line(&mut out, 1, &paint(ODD, head));
        line(&mut out, 2, &format!("because: {}", missed.reason));
    }
    for alike in alike(&verdict.findings) {
        describe_findings(&mut out, &alike);
    }
    if let Some(evidence) = evidence {
        let findings = verdict.findings.iter().map(|judged| &judged.finding);
        line(&mut out, 1, &paint(DIM, "trace"));
        describe_trace(&mut out, &notation::trace(evidence, findings.clone()));
        line(&mut out, 1, &paint(DIM, "wire"));
        describe_calls(&mut out, &evidence.transcript.calls);
        let differs = findings.clone().any(|finding| family(&finding.rule) == Some(Family::Transparency));
        if let Some(baseline) = evidence.baseline.as_ref().filter(|_| differs) {
            line(&mut out, 1, &paint(DIM, "wire, without instrumentation"));
            describe_calls(&mut out, &baseline.calls);
        }
    }
    line(&mut out, 1, &format!("{} {}", paint(DIM, "again"), again(&verdict.name)));
    out
}

/// One line: the outcome, the case, and which rules.
pub(super) fn headline(verdict: &Verdict) -> String {
    let mut out = format!("{} {}", paint(outcome(verdict.outcome), verdict.outcome), paint(BOLD, &verdict.name));
    if let Some(why) = &verdict.why {
        let mut lines = why.lines();
        write!(out, ": {}", lines.next().unwrap_or_default()).expect("a string grows");
        lines.for_each(|text| write!(out, "\n  {text}").expect("a string grows"));
    }
    out.push('\n');
    out
}

/// The command that plays just this case.
pub(super) fn again(name: &CaseName) -> String {
    let variant = if name.variant.is_empty() { "main" } else { &name.variant };
    let CaseName { target, convention, .. } = name;
    format!("conformance run --target {target}@{variant} --convention {convention} --scenario {}", name.id())
}

/// The findings that say the same of several places, in the order of the first of each.
fn alike(findings: &[Judged]) -> Vec<Vec<&Judged>> {
    let mut groups: Vec<Vec<&Judged>> = Vec::new();
    let mut known = BTreeMap::new();
    for judged in findings {
        let Finding { rule, message, url, .. } = &judged.finding;
        let index = *known.entry((rule, message, url)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(judged),
            None => groups.push(vec![judged]),
        }
    }
    groups
}

/// How many places of one finding are named.
const PLACES_MAX: usize = 6;

fn describe_findings(out: &mut String, alike: &[&Judged]) {
    let Some(judged) = alike.first() else { return };
    let finding = &judged.finding;
    let style = if finding.level == Level::Must && judged.expected.is_none() { BAD } else { ODD };
    let level = paint(style, finding.level.as_str());
    let expected = if judged.expected.is_some() { " (expected)" } else { "" };
    line(out, 1, &format!("{level} {}{expected}", paint(BOLD, &finding.rule)));
    let mut places: Vec<_> = alike.iter().filter_map(|judged| place(&judged.finding)).collect();
    places.dedup();
    let more = places.len().saturating_sub(PLACES_MAX);
    places.truncate(PLACES_MAX);
    let mut where_ = places.join(", ");
    if more > 0 {
        write!(where_, " and {more} more").expect("a string grows");
    }
    let colon = if where_.is_empty() { "" } else { ": " };
    line(out, 2, &format!("{where_}{colon}{}", finding.message));
    if let Some(known) = &judged.expected {
        let upstream = known.upstream.as_ref().map(|link| format!(" ({link})")).unwrap_or_default();
        line(out, 2, &format!("known: {}{upstream}", known.reason));
    }
    line(out, 2, &paint(DIM, format!("\"{}\"", finding.clause)));
    line(out, 2, &paint(DIM, &finding.url));
}

fn place(finding: &Finding) -> Option<String> {
    let place = &finding.place;
    match (&place.call, place.side, &place.name) {
        (Some(call), Some(side), _) => Some(format!("{} of call {call}", side.as_str())),
        (Some(call), None, _) => Some(format!("call {call}")),
        (None, _, Some(name)) => Some(format!("span `{name}`")),
        (None, _, None) => None,
    }
}

/// How many lines of a trace are shown: a target that floods would hide everything else.
const TRACE_LINES_MAX: usize = 200;

fn describe_trace(out: &mut String, trace: &str) {
    let lines: Vec<_> = trace.lines().collect();
    if lines.is_empty() {
        line(out, 2, "no spans");
    }
    lines.iter().take(TRACE_LINES_MAX).for_each(|text| line(out, 2, &mark(text)));
    let more = lines.len().saturating_sub(TRACE_LINES_MAX);
    if more > 0 {
        line(out, 2, &paint(DIM, format!("… and {more} lines more: `--save` keeps all")));
    }
}

/// A line of the notation; marked ones stand out.
fn mark(text: &str) -> String {
    if text.trim_start().starts_with("! ") { paint(BAD, text) } else { text.to_owned() }
}

fn describe_calls(out: &mut String, calls: &BTreeMap<String, CallRecord>) {
    if calls.is_empty() {
        line(out, 2, "no call");
    }
    for (path, record) in calls {
        if let Some(client) = &record.client {
            line(out, 2, &format!("call {path}, client ({}): {}", observer(client.observer), describe_client(client)));
        }
        for server in &record.server {
            line(out, 2, &format!("call {path}, server ({}): {}", observer(server.observer), describe_server(server)));
        }
    }
}

fn observer(observer: Observer) -> &'static str {
    match observer {
        Observer::Wire => "wire",
        Observer::Journal => "journal",
    }
}

fn describe_client(client: &ClientRecord) -> String {
    let ended = match (&client.outcome, client.gave_up) {
        (_, Some(GaveUp::Cancelled)) => "cancelled".to_owned(),
        (_, Some(GaveUp::Dropped)) => "dropped".to_owned(),
        (_, Some(GaveUp::WalkedAway)) => "walked away".to_owned(),
        (_, Some(GaveUp::Disconnected)) => "closed the connection".to_owned(),
        (Some(outcome), Some(GaveUp::Deadline)) => format!("own deadline, {}", describe_outcome(outcome)),
        (None, Some(GaveUp::Deadline)) => "own deadline".to_owned(),
        (Some(outcome), None) => describe_outcome(outcome),
        (None, None) => "learned no status".to_owned(),
    };
    format!("{ended}, sent {}, received {}", client.sent, client.received)
}

fn describe_server(server: &ServerRecord) -> String {
    let ended = match &server.outcome {
        Some(outcome) => format!("{}, ", describe_outcome(outcome)),
        None => String::new(),
    };
    let cancelled = if server.cancelled { "told that the call is over, " } else { "" };
    format!("{ended}{cancelled}sent {}, received {}", server.sent, server.received)
}

fn describe_outcome(outcome: &Outcome) -> String {
    let origin = format!("{:?}", outcome.origin).to_lowercase();
    match outcome.message.as_str() {
        "" => format!("{} ({origin})", outcome.code),
        message => format!("{} \"{message}\" ({origin})", outcome.code),
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    writeln!(out, "{:1$}{text}", "", 2 * depth).expect("a string grows");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{example::evidence, judge};
    use crate::verdict;

    #[test]
    fn what_a_call_was_without_instrumentation_is_told_where_that_is_what_is_wrong() {
        let told = |baseline: &str| {
            let text = format!("convention rpc-1.39\ncall 0 unary -> UNKNOWN \"broken\"\n{baseline}\n\n");
            let evidence = evidence(&text);
            let judged = |finding| Judged { finding, expected: None, counts: true };
            let findings = judge(&evidence).into_iter().map(judged).collect();
            let (name, outcome) = (CaseName::default(), verdict::Outcome::Fail);
            let verdict = Verdict { name, outcome, why: None, findings, missed: Vec::new(), flaky: None };
            describe(&verdict, Some(&evidence))
        };
        let wire = "\n  wire\n    call 0, client (wire): UNKNOWN \"broken\"";
        let without = "\n  wire, without instrumentation\n    call 0, client (wire): INTERNAL \"lost\"";
        let changed = told("baseline 0 code=INTERNAL\nbaseline 0 message=lost");
        assert!(changed.contains(wire) && changed.contains(without), "{changed}");
        let same = told("baseline 0 code=UNKNOWN");
        assert!(same.contains(wire) && !same.contains("without instrumentation"), "{same}");
    }
}
