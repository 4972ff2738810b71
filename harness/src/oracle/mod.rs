//! What a perfect instrumentation would have exported: from plan, transcript and convention the expected tree.
//!
//! Written on its own, beside the rules and the reading of evidence that they share ([`subject`](crate::subject) in name
//! only: nothing of it is used here). The two are held against each other: the oracle's own tree gives no finding.
//! The oracle also says how many spans to wait for.

mod baggage;
mod describe;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use baggage::Baggage;

use crate::convention::{Convention, Side};
use crate::scenario::{Call, Context, Endpoint, Plan, ServerStep};
use crate::trace::{Kind, Resource, Scope, Span, SpanId, Trace, TraceId, Value};
use crate::transcript::{
    CallRecord, Entry, JournaledContext, Origin, RemoteContext, Transcript, flags, trace_state_members, traceparent,
    values,
};

/// What was to be exported, with the transcript as it would then have been.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expected {
    /// The spans.
    pub trace: Trace,
    /// The transcript, with the contexts that these spans would have put on the wire and into the journals.
    pub transcript: Transcript,
    /// The end of a call that each span stands for, in the order of the trace's spans; absent for a handler's own span.
    pub roles: Vec<Option<(String, Side)>>,
}

impl Expected {
    /// How many spans each trace should have.
    #[must_use]
    pub fn by_trace(&self) -> BTreeMap<TraceId, usize> {
        let mut counts = BTreeMap::new();
        for span in &self.trace.spans {
            *counts.entry(span.trace_id).or_default() += 1;
        }
        counts
    }
}

/// Computes what was to be exported.
#[must_use]
pub fn expect(plan: &Plan, transcript: &Transcript, convention: &Convention) -> Expected {
    let mut oracle = Oracle {
        plan,
        convention,
        seen: transcript,
        saved: BTreeMap::new(),
        minted: 0,
        used: sent_contexts(plan, transcript),
        out: Expected { transcript: transcript.clone(), ..Expected::default() },
    };
    oracle.out.trace.scopes.push(Arc::new(Scope { name: "oracle".into(), ..Scope::default() }));
    let service = crate::trace::Attribute { key: "service.name".into(), value: Value::String("oracle".into()) };
    oracle.out.trace.resources.push(Arc::new(Resource { attributes: vec![service], ..Resource::default() }));
    for call in &plan.script.calls {
        oracle.call(call, &call.name, Caller::Driver);
    }
    oracle.out
}

struct Oracle<'a> {
    plan: &'a Plan,
    convention: &'a Convention,
    seen: &'a Transcript,
    saved: BTreeMap<String, Ambient>,
    minted: u64,
    /// What has been somebody's context before: the driver's, or an earlier span's.
    used: BTreeSet<(TraceId, SpanId)>,
    out: Expected,
}

/// What is current at some point of a target: a span context and baggage.
#[derive(Debug, Clone, Default)]
struct Ambient {
    span: Option<JournaledContext>,
    baggage: Baggage,
}

/// Who makes a call.
#[derive(Clone, Copy)]
enum Caller<'c> {
    Driver,
    /// The peer, which is not instrumented.
    Peer,
    Target(&'c Ambient),
}

impl Oracle<'_> {
    fn call(&mut self, call: &Call, path: &str, caller: Caller<'_>) {
        let Some(record) = self.seen.calls.get(path) else { return };
        let default = if matches!(caller, Caller::Driver) { Endpoint::Target } else { Endpoint::Peer };
        let endpoint = call.to.unwrap_or(default);
        if let Caller::Target(ambient) = caller
            && record.client.is_some()
        {
            let at_call = self.ambient_of(call, ambient);
            self.client(call, path, record, &at_call);
        }
        let is_target = !matches!(endpoint, Endpoint::Peer | Endpoint::Nobody);
        let arrivals =
            if record.server.is_empty() && is_target && was_answered(record) { 1 } else { record.server.len() };
        for arrival in 0..arrivals {
            if is_target {
                self.server(call, path, record, arrival);
            } else {
                self.handler(call, path, arrival, None);
            }
        }
        for next in &call.on_completion {
            // After the await, or in a callback: the reference's callbacks run where the call was made.
            self.call(next, &format!("{path}.{}", next.name), caller);
        }
    }

    fn ambient_of(&self, call: &Call, current: &Ambient) -> Ambient {
        match call.context {
            Context::None => Ambient::default(),
            Context::Saved => call.saved.as_ref().and_then(|name| self.saved.get(name)).cloned().unwrap_or_default(),
            Context::Current | Context::Unsampled => current.clone(),
        }
    }

    fn client(&mut self, call: &Call, path: &str, record: &CallRecord, ambient: &Ambient) {
        // Where attempts have spans, theirs are what arrives.
        let seen = if self.convention.attempt.is_some() { None } else { received_span(record, 0) };
        let own = self.child_of(ambient.span.as_ref(), seen);
        if own.flags & flags::SAMPLED != 0 {
            let mut span = self.span(&own, ambient.span.as_ref());
            describe::client(&mut span, self.plan, self.convention, call, record);
            self.push(span, Some((path.to_owned(), Side::Client)));
        }
        let attempts = self.attempts(call, path, record, &own);
        let Some(woven) = self.out.transcript.calls.get_mut(path) else { return };
        if let Some(client) = &mut woven.client {
            client.context.clone_from(&ambient.span);
        }
        for (arrival, server) in woven.server.iter_mut().enumerate() {
            inject(&mut server.metadata, attempts.get(arrival).unwrap_or(&own), &ambient.baggage);
        }
    }

    /// The contexts of a call's attempts, none where they have no spans. How many came to nothing nobody knows.
    fn attempts(
        &mut self,
        call: &Call,
        path: &str,
        record: &CallRecord,
        parent: &JournaledContext,
    ) -> Vec<JournaledContext> {
        let Some(spec) = &self.convention.attempt else { return Vec::new() };
        let unrouted = record.client.as_ref().is_some_and(|client| client.headers.is_some());
        let count = record.server.len().max(usize::from(unrouted));
        let mut attempts = Vec::new();
        for arrival in 0..count {
            let own = self.child_of(Some(parent), received_span(record, arrival));
            if own.flags & flags::SAMPLED != 0 {
                let mut span = self.span(&own, Some(parent));
                describe::attempt(&mut span, self.plan, spec, call, record, arrival);
                self.push(span, Some((path.to_owned(), Side::Attempt)));
            }
            attempts.push(own);
        }
        attempts
    }

    fn server(&mut self, call: &Call, path: &str, record: &CallRecord, arrival: usize) {
        let woven = self.out.transcript.calls.get(path);
        let metadata = woven.and_then(|woven| match (woven.server.get(arrival), &woven.client) {
            (Some(server), _) => Some(server.metadata.clone()),
            (None, Some(client)) => Some(client.metadata.clone()),
            (None, None) => None,
        });
        let metadata = metadata.unwrap_or_default();
        let remote = RemoteContext::of(&metadata).valid().map(|parent| JournaledContext {
            trace_id: parent.trace_id,
            span_id: parent.span_id,
            flags: parent.flags,
            trace_state: state_text(&metadata),
            remote: true,
        });
        let journaled = record.server.get(arrival).and_then(|server| server.context.as_ref());
        let own = self.child_of(remote.as_ref(), journaled.map(|context| (context.trace_id, context.span_id)));
        if own.flags & flags::SAMPLED != 0 {
            let mut span = self.span(&own, remote.as_ref());
            describe::server(&mut span, self.plan, self.convention, call, record, arrival);
            self.push(span, Some((path.to_owned(), Side::Server)));
        }
        if record.server.get(arrival).is_some() {
            let baggage = Baggage::of(&metadata);
            if let Some(server) =
                self.out.transcript.calls.get_mut(path).and_then(|woven| woven.server.get_mut(arrival))
            {
                server.context = Some(own.clone());
                server.baggage = baggage.entries();
            }
            self.handler(call, path, arrival, Some(Ambient { span: Some(own), baggage }));
        }
    }

    /// `ambient` is absent in the peer, which has none.
    fn handler(&mut self, call: &Call, path: &str, arrival: usize, ambient: Option<Ambient>) {
        let Some(record) = self.seen.calls.get(path).and_then(|record| record.server.get(arrival)) else { return };
        let steps = call.server.as_deref().unwrap_or_default();
        let reached = steps.len().min(record.progress.reached as usize);
        self.steps(&steps[..reached], path, arrival, ambient);
    }

    fn steps(&mut self, steps: &[ServerStep], path: &str, arrival: usize, mut ambient: Option<Ambient>) {
        for step in steps {
            match step {
                ServerStep::Calls { calls, .. } => {
                    for call in calls {
                        let caller = ambient.as_ref().map_or(Caller::Peer, Caller::Target);
                        self.call(call, &format!("{path}.{}", call.name), caller);
                    }
                }
                ServerStep::Span { name, steps, .. } => {
                    let inner = ambient.as_ref().map(|ambient| self.manual(name, ambient));
                    self.steps(steps, path, arrival, inner);
                }
                ServerStep::Baggage { key, value } => {
                    if let Some(ambient) = &mut ambient {
                        ambient.baggage.set(key, value);
                    }
                }
                ServerStep::SaveContext { name } => {
                    if let Some(ambient) = &ambient {
                        self.saved.insert(name.clone(), ambient.clone());
                    }
                }
                ServerStep::OnAttempt { number, steps } if *number as usize == arrival + 1 => {
                    self.steps(steps, path, arrival, ambient.clone());
                }
                _ => {}
            }
        }
    }

    fn manual(&mut self, name: &str, ambient: &Ambient) -> Ambient {
        let own = self.child_of(ambient.span.as_ref(), None);
        if own.flags & flags::SAMPLED != 0 {
            let mut span = self.span(&own, ambient.span.as_ref());
            name.clone_into(&mut span.name);
            span.kind = Kind::Internal;
            self.push(span, None);
        }
        Ambient { span: Some(own), baggage: ambient.baggage.clone() }
    }

    /// The context of a new span. Where the wire or a journal shows which ids it had, it has those: unless they are those
    /// of something else, as where an application forwards the header that it received itself.
    fn child_of(&mut self, parent: Option<&JournaledContext>, seen: Option<(TraceId, SpanId)>) -> JournaledContext {
        self.minted += 1;
        let mut trace_id = [0xee; 16];
        trace_id[8..].copy_from_slice(&self.minted.to_be_bytes());
        let mut span_id = [0xee; 8];
        span_id[4..].copy_from_slice(&self.minted.to_be_bytes()[4..]);
        let parents_trace = parent.map(|parent| parent.trace_id);
        let trace_id = parents_trace.unwrap_or(TraceId(trace_id));
        let seen = seen.filter(|seen| match parents_trace {
            Some(trace) => seen.0 == trace && !self.used.contains(seen),
            // A root's trace is its own.
            None => self.used.iter().all(|(used, _)| *used != seen.0),
        });
        let (trace_id, span_id) = seen.unwrap_or((trace_id, SpanId(span_id)));
        self.used.insert((trace_id, span_id));
        JournaledContext {
            trace_id,
            span_id,
            // The other bits have no meaning, and whoever does not know one sends it as zero.
            flags: parent.map_or(flags::SAMPLED, |parent| parent.flags & (flags::SAMPLED | flags::RANDOM)),
            trace_state: parent.map(|parent| parent.trace_state.clone()).unwrap_or_default(),
            remote: false,
        }
    }

    fn span(&self, own: &JournaledContext, parent: Option<&JournaledContext>) -> Span {
        let pauses = 2 * describe::pauses(&self.plan.script.calls);
        let begun = 1_700_000_000_000_000_000;
        Span {
            trace_id: own.trace_id,
            span_id: own.span_id,
            parent_span_id: parent.map(|parent| parent.span_id),
            trace_state: own.trace_state.clone(),
            flags: 0x100 | if parent.is_some_and(|parent| parent.remote) { 0x200 } else { 0 } | u32::from(own.flags),
            start_ns: begun,
            end_ns: begun + (pauses + 1) * 1_000_000,
            ..Span::default()
        }
    }

    fn push(&mut self, span: Span, role: Option<(String, Side)>) {
        self.out.trace.spans.push(span);
        self.out.roles.push(role);
    }
}

/// Whether the caller's record shows that a server answered.
fn was_answered(record: &CallRecord) -> bool {
    let Some(client) = &record.client else { return false };
    let from_server =
        |origin: &Origin| matches!(origin, Origin::Trailers | Origin::TrailersOnly | Origin::HttpStatus | Origin::Api);
    client.headers.is_some() || client.outcome.as_ref().is_some_and(|outcome| from_server(&outcome.origin))
}

/// The span that the callee saw as its caller's.
fn received_span(record: &CallRecord, arrival: usize) -> Option<(TraceId, SpanId)> {
    let metadata = &record.server.get(arrival)?.metadata;
    RemoteContext::of(metadata).valid().map(|parent| (parent.trace_id, parent.span_id))
}

fn inject(metadata: &mut Vec<Entry>, own: &JournaledContext, baggage: &Baggage) {
    metadata.retain(|entry| !["traceparent", "tracestate", "baggage"].contains(&entry.key.as_str()));
    let mut push = |key: &str, value: String| metadata.push(Entry { key: key.to_owned(), value });
    push("traceparent", format!("00-{}-{}-{:02x}", own.trace_id, own.span_id, own.flags));
    if !own.trace_state.is_empty() {
        push("tracestate", own.trace_state.clone());
    }
    if let Some(header) = baggage.header() {
        push("baggage", header);
    }
}

/// The contexts that the driver made up, and those that it sent.
fn sent_contexts(plan: &Plan, transcript: &Transcript) -> BTreeSet<(TraceId, SpanId)> {
    let minted = plan.minted.values().map(|minted| (minted.trace_id, minted.span_id));
    let clients = plan.minted.keys().filter_map(|path| transcript.calls.get(path)?.client.as_ref());
    let sent = clients.flat_map(|client| values(&client.metadata, "traceparent")).filter_map(traceparent);
    minted.chain(sent.map(|parent| (parent.trace_id, parent.span_id))).collect()
}

fn state_text(metadata: &[Entry]) -> String {
    let members = trace_state_members(values(metadata, "tracestate")).unwrap_or_default();
    members.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}
