//! What must hold of the rules together, whatever the evidence.

use std::sync::Arc;

use proptest::prelude::*;

use super::example::conventions;
use super::judge;
use crate::convention::Side;
use crate::evidence::{Capture, Evidence, Open, VERSION};
use crate::oracle;
use crate::scenario::{Call, Context, Endpoint, Forwarding, Minted, Plan, Script, ServerStep, Shape};
use crate::trace::{Attribute, Defect, Event, Kind, Resource, Span, SpanId, Status, StatusCode, Trace, TraceId, Value};
use crate::transcript::{
    CallRecord, ClientRecord, Code, Entry, GaveUp, JournaledContext, Observer, Origin, Outcome, Progress, ServerRecord,
    Transcript,
};

/// A call of a plan, with what becomes of it.
#[derive(Debug, Clone)]
struct Sketch {
    shape: usize,
    code: u32,
    message: usize,
    ending: Ending,
    to: Endpoint,
    context: Context,
    /// What the driver sends besides: none, `tracestate`, `baggage`, both, a malformed `traceparent`.
    extra: u8,
    messages: u32,
    forwarding: Forwarding,
    /// How often the call is tried where the target makes it of the peer: each time but the last in vain.
    attempts: u32,
    steps: Vec<Step>,
    callback: Option<Box<Sketch>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Answered,
    /// The target answers without a handler.
    Unrouted,
    Cancelled,
    Deadline,
    Reset,
}

#[derive(Debug, Clone)]
enum Step {
    Pause(u32),
    Baggage(usize),
    Save,
    Span(Vec<Step>),
    Call(Sketch),
}

const MESSAGES: [&str; 4] = ["", "no such thing", "disk full", "INTERNAL trouble"];
const SHAPES: [Shape; 4] = [Shape::Unary, Shape::ServerStream, Shape::ClientStream, Shape::Bidi];

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        6 => Just(Ending::Answered),
        1 => Just(Ending::Unrouted),
        1 => Just(Ending::Cancelled),
        1 => Just(Ending::Deadline),
        1 => Just(Ending::Reset),
    ]
}

fn sketch(depth: u32) -> BoxedStrategy<Sketch> {
    let to = prop_oneof![
        3 => Just(Endpoint::Target),
        3 => Just(Endpoint::Peer),
        1 => Just(Endpoint::Nobody),
        1 => Just(Endpoint::TargetUnix)
    ];
    let context = prop_oneof![
        5 => Just(Context::Current),
        1 => Just(Context::None),
        1 => Just(Context::Saved),
        1 => Just(Context::Unsampled)
    ];
    let callback = if depth == 0 { Just(None).boxed() } else { prop::option::weighted(0.2, sketch(0)).boxed() };
    let what = (0..4_usize, 0..18_u32, 0..4_usize, ending(), to, context);
    let attempts = prop_oneof![4 => Just(1), 1 => 2..4_u32];
    let more = (0..6_u8, 0..4_u32, prop::bool::weighted(0.1), attempts, steps(depth), callback);
    (what, more)
        .prop_map(|((shape, code, message, ending, to, context), more)| {
            (shape, code, message, ending, to, context, more)
        })
        .prop_map(|(shape, code, message, ending, to, context, more)| {
            let (extra, messages, forward, attempts, steps, callback) = more;
            Sketch {
                shape,
                code,
                message,
                ending,
                to,
                context,
                extra,
                messages,
                forwarding: if forward { Forwarding::Forward } else { Forwarding::Fresh },
                attempts,
                steps,
                callback: callback.map(Box::new),
            }
        })
        .boxed()
}

fn steps(depth: u32) -> BoxedStrategy<Vec<Step>> {
    if depth == 0 {
        return Just(Vec::new()).boxed();
    }
    let step = prop_oneof![
        1 => (1..300_u32).prop_map(Step::Pause),
        1 => (0..3_usize).prop_map(Step::Baggage),
        1 => Just(Step::Save),
        2 => steps(depth - 1).prop_map(Step::Span),
        4 => sketch(depth - 1).prop_map(Step::Call),
    ];
    prop::collection::vec(step, 0..4).boxed()
}

/// Plays sketches as a target without mistakes would, but for the contexts: those are the oracle's to weave.
#[derive(Default)]
struct Stage {
    minted: u8,
    names: u32,
    plan: Plan,
    transcript: Transcript,
}

impl Stage {
    fn play(sketches: &[Sketch]) -> (Plan, Transcript) {
        let mut stage = Self::default();
        let addresses = [
            (Endpoint::Target, "127.0.0.1:50051"),
            (Endpoint::TargetUnix, "unix:/tmp/target.sock"),
            (Endpoint::Peer, "127.0.0.1:50052"),
            (Endpoint::Nobody, "127.0.0.1:1"),
        ];
        stage.plan.addresses = addresses.map(|(endpoint, address)| (endpoint, address.to_owned())).into();
        let calls =
            sketches.iter().enumerate().map(|(index, sketch)| stage.drive(sketch, &index.to_string())).collect();
        stage.plan.script = Script { calls, concurrent: false };
        (stage.plan, stage.transcript)
    }

    fn drive(&mut self, sketch: &Sketch, name: &str) -> Call {
        let mut sketch = sketch.clone();
        if !matches!(sketch.to, Endpoint::Target | Endpoint::TargetUnix) {
            sketch.to = Endpoint::Target;
        }
        if sketch.context == Context::Saved {
            sketch.context = Context::Current;
        }
        sketch.forwarding = Forwarding::Fresh;
        sketch.callback = None;
        self.minted += 1;
        let minted = Minted { trace_id: TraceId([self.minted; 16]), span_id: SpanId([self.minted; 8]) };
        self.plan.minted.insert(name.to_owned(), minted);
        let mut metadata = vec![("authorization".to_owned(), "Bearer abcdefgh".to_owned())];
        let flags = if sketch.context == Context::Unsampled { "00" } else { "01" };
        match (sketch.context, sketch.extra) {
            (Context::None, 4) => metadata.push(("traceparent".to_owned(), format!("ff-{}", minted.trace_id))),
            (Context::None, _) => {}
            _ => {
                metadata.push(("traceparent".to_owned(), format!("00-{}-{}-{flags}", minted.trace_id, minted.span_id)));
            }
        }
        if [1, 3].contains(&sketch.extra) {
            metadata.push(("tracestate".to_owned(), "foo=1,bar=2".to_owned()));
        }
        if [2, 3].contains(&sketch.extra) {
            metadata.push(("baggage".to_owned(), format!("user={name}")));
        }
        self.call(&sketch, name, name, Observer::Wire, &metadata)
    }

    fn call(
        &mut self,
        sketch: &Sketch,
        name: &str,
        path: &str,
        caller: Observer,
        metadata: &[(String, String)],
    ) -> Call {
        let code = Code(sketch.code);
        let mut call = Call {
            name: name.to_owned(),
            shape: SHAPES[sketch.shape],
            to: Some(sketch.to),
            metadata: metadata.to_vec(),
            context: sketch.context,
            saved: (sketch.context == Context::Saved).then(|| "kept".to_owned()),
            deadline_ms: (sketch.ending == Ending::Deadline).then_some(50),
            forwarding: sketch.forwarding,
            ..Call::default()
        };
        if sketch.ending == Ending::Unrouted {
            call.method = Some("no.Such/Method".to_owned());
        }
        let serves = matches!(sketch.to, Endpoint::Target | Endpoint::TargetUnix | Endpoint::Peer);
        let handled = serves && sketch.ending != Ending::Unrouted;
        let by_target = matches!(sketch.to, Endpoint::Target | Endpoint::TargetUnix);
        let mut server = Vec::new();
        if by_target && handled {
            server = self.steps(&sketch.steps, path, &mut 0);
        }
        server.push(end(code, MESSAGES[sketch.message]));
        let reached = u32::try_from(server.len()).expect("few steps");
        call.server = Some(server);
        let messages = Messages::of(sketch, handled);
        let last = handled.then(|| server_record(sketch, by_target, metadata, &messages, reached));
        let server = match last {
            Some(last) if sketch.to == Endpoint::Peer && caller == Observer::Journal && sketch.attempts > 1 => {
                call.max_attempts = Some(sketch.attempts);
                attempts(&last, sketch.attempts)
            }
            last => last.into_iter().collect(),
        };
        let record = CallRecord { client: Some(client_record(sketch, caller, metadata, &messages)), server };
        self.transcript.calls.insert(path.to_owned(), record);
        if let Some(next) = &sketch.callback {
            let path = format!("{path}.then");
            call.on_completion = vec![self.call(next, "then", &path, caller, &[])];
        }
        call
    }

    fn steps(&mut self, steps: &[Step], path: &str, calls: &mut u32) -> Vec<ServerStep> {
        let mut all = Vec::new();
        for step in steps {
            all.push(match step {
                Step::Pause(ms) => ServerStep::Pause { ms: *ms },
                Step::Baggage(key) => ServerStep::Baggage { key: format!("key{key}"), value: "of the handler".into() },
                Step::Save => ServerStep::SaveContext { name: "kept".into() },
                Step::Span(steps) => {
                    self.names += 1;
                    let name = format!("work {}", self.names % 3);
                    ServerStep::Span { name, steps: self.steps(steps, path, calls), outlives: false }
                }
                Step::Call(sketch) => {
                    *calls += 1;
                    let name = format!("c{calls}");
                    let inner = self.call(sketch, &name, &format!("{path}.{name}"), Observer::Journal, &[]);
                    ServerStep::Calls { calls: vec![inner], concurrent: false }
                }
            });
        }
        all
    }
}

struct Messages {
    requests: u32,
    responses: u32,
}

impl Messages {
    fn of(sketch: &Sketch, handled: bool) -> Self {
        let shape = SHAPES[sketch.shape];
        let many = |streams: bool| if streams { sketch.messages } else { 1 };
        let requests = many(!shape.has_single_request());
        let streams = matches!(shape, Shape::ServerStream | Shape::Bidi);
        let answered = sketch.ending == Ending::Answered && (streams || sketch.code == 0);
        Self { requests, responses: if handled && answered { many(streams) } else { 0 } }
    }
}

fn end(code: Code, message: &str) -> ServerStep {
    ServerStep::End { code, message: message.into(), details: String::new(), trailers: Vec::new(), via: None }
}

fn client_record(
    sketch: &Sketch,
    observer: Observer,
    metadata: &[(String, String)],
    messages: &Messages,
) -> ClientRecord {
    let journal = observer == Observer::Journal;
    let origin = |wire: Origin| if journal { Origin::Api } else { wire };
    let message = MESSAGES[sketch.message].to_owned();
    let (code, message, origin, gave_up) = match (sketch.to, sketch.ending) {
        (Endpoint::Nobody, _) => (Code::UNAVAILABLE, String::new(), origin(Origin::Connection), None),
        (_, Ending::Answered) => (Code(sketch.code), message, origin(Origin::Trailers), None),
        (_, Ending::Unrouted) => (Code::UNIMPLEMENTED, String::new(), origin(Origin::TrailersOnly), None),
        (_, Ending::Cancelled) => (Code::CANCELLED, String::new(), Origin::Local, Some(GaveUp::Cancelled)),
        (_, Ending::Deadline) => (Code::DEADLINE_EXCEEDED, String::new(), Origin::Local, Some(GaveUp::Deadline)),
        (_, Ending::Reset) => (Code::INTERNAL, String::new(), origin(Origin::Reset), None),
    };
    ClientRecord {
        observer,
        metadata: if journal { Vec::new() } else { crate::scenario::entries(metadata) },
        outcome: Some(Outcome { code, message, trailers: Vec::new(), origin }),
        gave_up,
        sent: messages.requests,
        received: messages.responses,
        ..ClientRecord::default()
    }
}

fn server_record(
    sketch: &Sketch,
    by_target: bool,
    metadata: &[(String, String)],
    messages: &Messages,
    reached: u32,
) -> ServerRecord {
    ServerRecord {
        observer: if by_target { Observer::Journal } else { Observer::Wire },
        metadata: crate::scenario::entries(metadata),
        cancelled: matches!(sketch.ending, Ending::Cancelled | Ending::Deadline),
        sent: messages.responses,
        received: messages.requests,
        progress: Progress { reached, over_at: None, done: true },
        ..ServerRecord::default()
    }
}

/// A call that is answered UNAVAILABLE until the last time.
fn attempts(last: &ServerRecord, count: u32) -> Vec<ServerRecord> {
    let numbered = |number: u32| {
        let mut record = last.clone();
        if number > 0 {
            let value = number.to_string();
            record.metadata.push(Entry { key: "grpc-previous-rpc-attempts".into(), value });
        }
        if number + 1 < count {
            let outcome =
                Outcome { code: Code::UNAVAILABLE, message: format!("attempt {number}"), ..Outcome::default() };
            record = ServerRecord { sent: 0, cancelled: false, outcome: Some(outcome), ..record };
        }
        record
    };
    (0..count).map(numbered).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_oracle_expects_gives_no_finding(
        sketches in prop::collection::vec(sketch(2), 1..3),
        which in 0..conventions().len(),
    ) {
        let (plan, transcript) = Stage::play(&sketches);
        let convention = Arc::clone(&conventions()[which]);
        let expected = oracle::expect(&plan, &transcript, &convention);
        let capture = Capture { complete: true, ledger: true, open: Vec::new() };
        let oracle::Expected { trace, transcript, .. } = expected;
        let evidence = Evidence { version: VERSION, plan, transcript, trace, capture, convention, baseline: None };
        let told: Vec<_> = judge(&evidence).into_iter().map(|f| format!("{} {:?}: {}", f.rule, f.place, f.message)).collect();
        prop_assert!(told.is_empty(), "{told:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_left_out_of_call_and_attempts_is_missed(
        sketches in prop::collection::vec(sketch(2), 1..3),
        left_out in any::<prop::sample::Index>(),
    ) {
        let (plan, transcript) = Stage::play(&sketches);
        let convention = conventions().iter().find(|convention| convention.attempt.is_some());
        let convention = Arc::clone(convention.expect("gRPC's own tracing has spans of attempts"));
        let oracle::Expected { mut trace, transcript, roles } = oracle::expect(&plan, &transcript, &convention);
        let arrived = |path: &String| !transcript.calls[path].server.is_empty();
        let owed: Vec<(usize, String, Side)> = (0..).zip(roles).filter_map(|(index, role)| {
            let (path, side) = role.filter(|(path, side)| *side != Side::Server && arrived(path))?;
            Some((index, path, side))
        }).collect();
        prop_assume!(!owed.is_empty());
        let (index, path, side) = left_out.get(&owed);
        let rule = if *side == Side::Attempt { "attempt_span_missing" } else { "attempt_without_call_span" };
        trace.spans.remove(*index);
        let capture = Capture { complete: true, ledger: true, open: Vec::new() };
        let evidence = Evidence { version: VERSION, plan, transcript, trace, capture, convention, baseline: None };
        let found = judge(&evidence);
        let is_told = found.iter().any(|finding| finding.rule == rule && finding.place.call.as_ref() == Some(path));
        prop_assert!(is_told, "{rule} of {path} is not among {found:#?}");
    }
}

fn id() -> impl Strategy<Value = u8> {
    0..6_u8
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("exception".to_owned()),
        Just("rpc.message".to_owned()),
        Just("conformance.v1.Conformance/Unary".to_owned()),
        Just("Sent.conformance.v1.Conformance.Unary".to_owned()),
        Just("Attempt.conformance.v1.Conformance.Unary".to_owned()),
        Just("Recv.conformance.v1.Conformance.Unary".to_owned()),
        Just("Inbound message".to_owned()),
        Just("Inbound compressed message".to_owned()),
        Just("Outbound message".to_owned()),
        Just("work 1".to_owned()),
        Just("NOT_FOUND".to_owned()),
        "[a-zé,=%]{0,6}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Empty),
        text().prop_map(Value::String),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Double),
        prop::collection::vec(any::<u8>(), 0..3).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..2).prop_map(Value::Array),
            inner.prop_map(|value| Value::Map(vec![Attribute { key: "k".into(), value }])),
        ]
    })
}

fn attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let keys = [
        "",
        "rpc.system",
        "rpc.system.name",
        "rpc.method",
        "rpc.service",
        "rpc.grpc.status_code",
        "rpc.response.status_code",
        "rpc.message.id",
        "rpc.message.type",
        "sequence-number",
        "message-size",
        "message-size-compressed",
        "previous-rpc-attempts",
        "error.type",
        "exception.type",
        "rpc.request.metadata.k",
        "service.name",
    ];
    let attribute = (prop::sample::select(keys.to_vec()), value());
    prop::collection::vec(attribute.prop_map(|(key, value)| Attribute { key: key.into(), value }), 0..5)
}

fn span() -> impl Strategy<Value = Span> {
    let kinds = [Kind::Unspecified, Kind::Internal, Kind::Server, Kind::Client, Kind::Producer, Kind::Consumer];
    let codes = [StatusCode::Unset, StatusCode::Ok, StatusCode::Error];
    let ids = (id(), id(), prop::option::of(id()), text(), prop::sample::select(kinds.to_vec()));
    let times = (prop_oneof![Just(0), any::<u64>()], prop_oneof![Just(0), any::<u64>()], any::<u32>(), 0..2_u32);
    let event = (text(), attributes(), any::<u64>());
    let content =
        (attributes(), prop::collection::vec(event, 0..4), prop::sample::select(codes.to_vec()), text(), 0..3_usize);
    (ids, times, content).prop_map(|((trace, own, parent, name, kind), (start_ns, end_ns, flags, dropped), content)| {
        let (attributes, events, code, message, shared) = content;
        let event = |(name, attributes, time_ns)| Event { name, attributes, time_ns, dropped_attributes: dropped };
        Span {
            trace_id: TraceId([trace; 16]),
            span_id: SpanId([own; 8]),
            parent_span_id: parent.map(|parent| SpanId([parent; 8])),
            trace_state: message.clone(),
            flags,
            name,
            kind,
            start_ns,
            end_ns,
            attributes,
            events: events.into_iter().map(event).collect(),
            dropped_events: dropped,
            status: Status { code, message },
            scope: shared,
            resource: shared,
            defects: if shared == 2 { vec![Defect { field: "kind".into(), found: "17".into() }] } else { Vec::new() },
            ..Span::default()
        }
    })
}

/// Entries that may be wrong in any way.
fn metadata() -> impl Strategy<Value = Vec<Entry>> {
    let entry = prop_oneof![
        (id(), id(), id()).prop_map(|(trace, span, flags)| {
            ("traceparent", format!("00-{}-{}-{flags:02x}", TraceId([trace; 16]), SpanId([span; 8])))
        }),
        text().prop_map(|text| ("traceparent", text)),
        "[a-c]=[0-9,]{0,3}".prop_map(|text| ("tracestate", text)),
        "[a-c]=[0-9,%]{0,3}".prop_map(|text| ("baggage", text)),
    ];
    let entry = entry.prop_map(|(key, value)| Entry { key: key.into(), value });
    prop::collection::vec(entry, 0..4)
}

fn context() -> impl Strategy<Value = Option<JournaledContext>> {
    let context = (id(), id(), any::<u8>(), any::<bool>()).prop_map(|(trace, span, flags, remote)| JournaledContext {
        trace_id: TraceId([trace; 16]),
        span_id: SpanId([span; 8]),
        flags,
        trace_state: String::new(),
        remote,
    });
    prop::option::of(context)
}

/// What else a record may say, whatever was played.
type Disturbance = (Vec<Entry>, Vec<Entry>, Option<JournaledContext>, usize, u32);

fn disturbance() -> impl Strategy<Value = Disturbance> {
    (metadata(), metadata(), context(), 0..4_usize, any::<u32>())
}

fn disturb(transcript: &mut Transcript, by: &[Disturbance]) {
    for ((index, record), (sent, received, context, arrivals, number)) in
        transcript.calls.values_mut().enumerate().zip(by)
    {
        if let Some(client) = &mut record.client {
            client.metadata.clone_from(sent);
            client.context.clone_from(context);
            client.received = *number;
        }
        let template = record.server.first().cloned().unwrap_or_default();
        let arrival =
            ServerRecord { metadata: received.clone(), context: context.clone(), baggage: sent.clone(), ..template };
        record.server = vec![arrival; *arrivals];
        if index % 3 == 2 {
            record.client = None;
        }
    }
}

fn anything() -> impl Strategy<Value = Evidence> {
    let what = (prop::collection::vec(sketch(2), 0..3), prop::collection::vec(disturbance(), 8));
    let told = (
        prop::collection::vec(span(), 0..12),
        any::<bool>(),
        prop::collection::vec((id(), id()), 0..3),
        0..conventions().len(),
    );
    (what, told).prop_map(|((sketches, disturbances), (spans, complete, open, which))| {
        let (plan, mut transcript) = Stage::play(&sketches);
        disturb(&mut transcript, &disturbances);
        let resource = Resource::default();
        let trace = Trace { resources: vec![Arc::new(resource)], scopes: vec![Arc::default()], spans };
        let open = open.into_iter().map(|(trace, span)| Open {
            trace_id: TraceId([trace; 16]),
            span_id: SpanId([span; 8]),
            name: "work 1".into(),
        });
        let capture = Capture { complete, ledger: true, open: open.collect() };
        let convention = Arc::clone(&conventions()[which]);
        Evidence { version: VERSION, plan, transcript, trace, capture, convention, baseline: None }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_evidence_is_judged_and_the_order_of_spans_does_not_count(
        evidence in anything(),
        seed in any::<u64>(),
    ) {
        let findings = judge(&evidence);
        let mut shuffled = evidence.clone();
        let mut order: Vec<usize> = (0..evidence.trace.spans.len()).collect();
        order.sort_by_key(|index| (seed ^ (*index as u64)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17));
        shuffled.trace.spans = order.into_iter().map(|index| evidence.trace.spans[index].clone()).collect();
        prop_assert_eq!(findings, judge(&shuffled));
    }
}

#[test]
fn thousands_of_strangers_are_judged() {
    let span = |number: u32| Span {
        trace_id: TraceId([1; 16]),
        span_id: SpanId(u64::from(number).to_be_bytes()),
        parent_span_id: Some(SpanId(u64::from(number + 1).to_be_bytes())),
        name: "stranger".into(),
        kind: Kind::Server,
        ..Span::default()
    };
    let evidence = Evidence {
        version: VERSION,
        plan: Plan::default(),
        transcript: Transcript::default(),
        trace: Trace { spans: (1..5000).map(span).collect(), ..Trace::default() },
        capture: Capture { complete: true, ..Capture::default() },
        convention: Arc::clone(&conventions()[0]),
        baseline: None,
    };
    let strays = judge(&evidence).into_iter().filter(|finding| finding.rule == "stray_span");
    assert_eq!(strays.count(), 1, "alike ones are one finding");
}
