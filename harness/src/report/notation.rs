//! The trace of a case in the notation, with what the plan and the wire know of its ids.

use std::collections::BTreeMap;

use crate::evidence::Evidence;
use crate::rules::Finding;
use crate::subject::Case;
use crate::trace::notation::{Marks, Naming, Part, normalise_marked};
use crate::trace::{SpanId, SpanRef, TraceId};
use crate::transcript::{Code, Observer, Origin, RemoteContext};

/// The trace of a case in the notation; what the findings are about is marked.
#[must_use]
pub fn trace<'a>(evidence: &Evidence, findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let normal = normalise_marked(&evidence.trace, &naming(evidence), &marks(evidence, findings));
    normal.to_string()
}

/// The names for what differs from run to run in the trace of a case.
#[must_use]
pub fn naming(evidence: &Evidence) -> Naming<'_> {
    let plan = &evidence.plan;
    let mut naming = Naming::default().text(format!("{}.", plan.run), "run");
    for (context, label) in remotes(evidence) {
        naming = naming.remote(context, label);
    }
    for address in plan.addresses.values() {
        if let Some(path) = address.strip_prefix("unix:") {
            naming = naming.text(path.trim_start_matches("//"), "socket");
        } else if let Some(port) = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()) {
            naming = naming.port(port);
        }
    }
    for message in told_by_clocks(evidence) {
        naming = naming.text(message, "clock");
    }
    let ranks = ranks(evidence);
    naming.rank(move |span| ranks.get(&(span.trace_id, span.span_id)).copied().unwrap_or(u64::MAX))
}

/// What APIs say of deadlines that passed: some of them say how long that took.
fn told_by_clocks(evidence: &Evidence) -> impl Iterator<Item = &str> {
    let outcomes = evidence.transcript.calls.values().filter_map(|record| record.client.as_ref()?.outcome.as_ref());
    let by_clock = outcomes.filter(|outcome| outcome.code == Code::DEADLINE_EXCEEDED && outcome.origin == Origin::Api);
    by_clock
        .map(|outcome| outcome.message.as_str())
        .filter(|message| message.contains(|letter: char| letter.is_ascii_digit()))
}

/// The contexts that the driver sent, in the order of the plan.
fn remotes(evidence: &Evidence) -> Vec<(SpanRef, String)> {
    let several = evidence.plan.minted.len() > 1;
    let label = |path: &str| if several { format!("driver {path}") } else { "driver".to_owned() };
    let mut remotes = Vec::new();
    for (path, minted) in &evidence.plan.minted {
        remotes.push((SpanRef { trace_id: minted.trace_id, span_id: minted.span_id }, label(path)));
        let client = evidence.transcript.calls.get(path).and_then(|record| record.client.as_ref());
        let sent =
            client.filter(|client| client.observer == Observer::Wire).map(|client| RemoteContext::of(&client.metadata));
        let parents = match sent {
            Some(RemoteContext::Valid(parent)) => vec![parent],
            Some(RemoteContext::Several(parents)) => parents.into_iter().flatten().collect(),
            Some(RemoteContext::Absent | RemoteContext::Invalid) | None => Vec::new(),
        };
        for parent in parents {
            let context = SpanRef { trace_id: parent.trace_id, span_id: parent.span_id };
            if remotes.iter().all(|(known, _)| *known != context) {
                remotes.push((context, label(path)));
            }
        }
    }
    remotes
}

/// The place in the plan of the call that each span stands for.
fn ranks(evidence: &Evidence) -> BTreeMap<(TraceId, SpanId), u64> {
    let case = Case::new(evidence);
    let ends = case.bound().map(|(end, _, span)| ((span.trace_id, span.span_id), end.call as u64));
    let manual = case.manual.iter().filter_map(|manual| {
        let span = &case.spans()[manual.span?];
        Some(((span.trace_id, span.span_id), manual.call as u64))
    });
    ends.chain(manual).collect()
}

/// What the findings are about.
#[must_use]
pub fn marks<'a>(evidence: &Evidence, findings: impl IntoIterator<Item = &'a Finding>) -> Marks {
    let mut marks = Marks::default();
    for finding in findings {
        let Some((trace_id, span_id)) = finding.place.span else { continue };
        let spans = evidence.trace.spans.iter().filter(|span| (span.trace_id, span.span_id) == (trace_id, span_id));
        let part = finding.place.key.as_ref().and_then(|key| {
            let spans: Vec<_> = spans.collect();
            if spans.iter().any(|span| span.value(key).is_some()) {
                return Some(Part::Attribute(key.clone()));
            }
            let is_event = spans.iter().any(|span| span.events.iter().any(|event| event.name == *key));
            is_event.then(|| Part::Event(key.clone()))
        });
        marks.insert(SpanRef { trace_id, span_id }, part.unwrap_or(Part::Span));
    }
    marks
}
