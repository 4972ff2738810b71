//! gRPC's own tracing, [A72](https://github.com/grpc/proposal/blob/master/A72-open-telemetry-tracing.md), spoken by the
//! reference's layers: a span for the call and one for its attempt at a client, one at a server, named events for messages, no
//! attributes but the attempt's, and the status as the span's.
//!
//! The reference retries nothing, so that each call has one attempt.

use std::borrow::Cow;

use http::{HeaderMap, Version, request};
use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt as _};
use opentelemetry::{Context, InstrumentationScope, KeyValue, StringValue};
use opentelemetry_sdk::trace::SdkTracer;
use tonic::Code;
use tonic_trace_reference::{Call, Convention, Direction, Message, Outcome, Policy, Standard, code_name};

use crate::fault::At;
use crate::support::{is_client, stash, stashed};

/// Which span of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// The call, at its client.
    Sent,
    /// Its attempt, whose context goes over the wire.
    Attempt,
    /// The call, at its server.
    Recv,
}

/// An event: its name and its attributes.
pub type Told = (&'static str, Vec<KeyValue>);

/// What this tracing does. Every method has the correct behaviour: override one to bend it.
pub trait Native: Send + Sync + 'static {
    /// `Sent.`, `Attempt.` or `Recv.`, the service and the method.
    fn name(&self, call: &Call, level: Level) -> String {
        format!("{level:?}.{}.{}", call.service(), call.method())
    }

    /// Of call and attempt only one is the CLIENT.
    fn kind(&self, _: &Call, level: Level) -> SpanKind {
        match level {
            Level::Sent => SpanKind::Client,
            Level::Attempt => SpanKind::Internal,
            Level::Recv => SpanKind::Server,
        }
    }

    /// Whether the attempt has a span of its own.
    fn has_attempt(&self, _: &Call) -> bool {
        true
    }

    /// What the attempt's span hangs under: the call's, not what that hangs under.
    fn parent_of_attempt<'c>(&self, _: &Call, sent: &'c Context, _: &'c Context) -> &'c Context {
        sent
    }

    /// What is told of the attempt when it begins.
    fn attempt(&self, _: &Call) -> Vec<KeyValue> {
        vec![KeyValue::new(PREVIOUS, 0), KeyValue::new(TRANSPARENT, false)]
    }

    /// Both spans of a client have begun.
    fn begun(&self, _: &Call, _: &Context, _: &Context) {}

    /// What goes over the wire: the attempt, not the call.
    fn on_wire<'c>(&self, _: &Call, _: &'c Context, attempt: &'c Context) -> &'c Context {
        attempt
    }

    /// The events of a message.
    fn message(&self, _: &Call, message: Message) -> Vec<Told> {
        vec![(name_of(message.direction), self.of_message(message))]
    }

    /// What a message's own event tells of it.
    fn of_message(&self, message: Message) -> Vec<KeyValue> {
        let mut attributes = vec![number(message.id - 1), size(uncompressed(message))];
        if message.compressed {
            attributes.push(compressed_size(message));
        }
        attributes
    }

    /// OK is Ok, and every other code an error, at both ends.
    fn status(&self, call: &Call, level: Level, outcome: &Outcome) -> Status {
        match outcome.code {
            Code::Ok => Status::Ok,
            _ => Status::error(self.description(call, level, outcome)),
        }
    }

    /// The code, and the message behind it.
    fn description(&self, _: &Call, _: Level, outcome: &Outcome) -> String {
        let code = code_name(outcome.code);
        if outcome.message.is_empty() { code.to_owned() } else { format!("{code}, {}", outcome.message) }
    }

    /// Ends the span of the call, after that of its attempt.
    fn end_sent(&self, _: &Call, sent: &Context) {
        sent.span().end();
    }
}

/// The tracing that overrides nothing: as it should be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Correct;

impl Native for Correct {}

/// How many attempts came before.
pub const PREVIOUS: &str = "previous-rpc-attempts";
/// Whether the attempt is a transparent retry.
pub const TRANSPARENT: &str = "transparent-retry";

/// The name of a message's event.
#[must_use]
pub fn name_of(direction: Direction) -> &'static str {
    match direction {
        Direction::Sent => "Outbound message",
        Direction::Received => "Inbound message",
    }
}

/// A message's number, which counts from 0.
#[must_use]
pub fn number(number: u64) -> KeyValue {
    KeyValue::new("sequence-number", i64::try_from(number).unwrap_or(i64::MAX))
}

/// A message's size before compression.
#[must_use]
pub fn size(size: u32) -> KeyValue {
    KeyValue::new("message-size", i64::from(size))
}

/// A message's size after compression.
#[must_use]
pub fn compressed_size(message: Message) -> KeyValue {
    KeyValue::new("message-size-compressed", i64::from(message.size))
}

/// How long a message is before compression. The kit compresses by gzip alone, which says so at the end.
#[must_use]
pub fn uncompressed(message: Message) -> u32 {
    if message.compressed { u32::from_le_bytes(message.last) } else { message.size }
}

/// A policy that speaks it.
#[derive(Debug)]
pub struct Speaks<N> {
    /// The calls that it is bent for; none: nobody's.
    at: Option<At>,
    bent: N,
}

impl Speaks<Correct> {
    /// As it should be.
    #[must_use]
    pub fn correctly() -> Self {
        Self { at: None, bent: Correct }
    }
}

/// The span of the call, beside the attempt's, which is the reference's own.
struct Sent(Context);

fn sent(call: &Call) -> Option<&Context> {
    stashed::<Sent>(call).map(|Sent(cx)| cx)
}

impl<N: Native> Speaks<N> {
    /// Bent at the ends, and in the shapes, that the fault is at, and correct elsewhere.
    pub(crate) fn bent(at: At, bent: N) -> Self {
        Self { at: Some(at), bent }
    }

    fn of(&self, call: &Call) -> &dyn Native {
        if self.at.is_some_and(|at| at.is(call)) { &self.bent } else { &Correct }
    }

    /// What the span of the reference's own is.
    fn level(&self, call: &Call) -> Level {
        match is_client(call) {
            true if self.of(call).has_attempt(call) => Level::Attempt,
            true => Level::Sent,
            false => Level::Recv,
        }
    }

    fn builder(&self, call: &Call, level: Level) -> SpanBuilder {
        SpanBuilder::from_name(self.of(call).name(call, level)).with_kind(self.of(call).kind(call, level))
    }
}

impl<N: Native> Policy for Speaks<N> {
    fn scope(&self, _: Convention) -> InstrumentationScope {
        InstrumentationScope::builder(env!("CARGO_PKG_NAME")).with_version(env!("CARGO_PKG_VERSION")).build()
    }

    fn span_name(&self, call: &Call) -> Cow<'static, str> {
        self.of(call).name(call, self.level(call)).into()
    }

    fn span_kind(&self, call: &Call) -> SpanKind {
        self.of(call).kind(call, self.level(call))
    }

    fn system_attributes(&self, _: &Call, _: &mut Vec<KeyValue>) {}

    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        if self.level(call) == Level::Attempt {
            out.extend(self.of(call).attempt(call));
        }
    }

    fn server_attributes(&self, _: &Call, _: &mut Vec<KeyValue>) {}

    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        if self.level(call) != Level::Attempt {
            return Standard.start(call, tracer, builder, parent);
        }
        let sent = Standard.start(call, tracer, self.builder(call, Level::Sent), parent);
        let attempt = Standard.start(call, tracer, builder, self.of(call).parent_of_attempt(call, &sent, parent));
        self.of(call).begun(call, &sent, &attempt);
        stash(call, Sent(sent));
        attempt
    }

    fn network_attributes(&self, _: &Call, _: &request::Parts, _: &mut Vec<KeyValue>) {}

    fn protocol_version(&self, _: &Call, _: Version, _: &mut Vec<KeyValue>) {}

    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        Standard.inject(call, sent(call).map_or(cx, |sent| self.of(call).on_wire(call, sent, cx)), headers);
    }

    fn message(&self, call: &Call, cx: &Context, message: Message) {
        for (name, attributes) in self.of(call).message(call, message) {
            cx.span().add_event(name, attributes);
        }
    }

    fn status_attributes(&self, _: &Call, _: &Outcome, _: &mut Vec<KeyValue>) {}

    fn error_type(&self, _: &Call, _: &Outcome) -> Option<StringValue> {
        None
    }

    fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
        self.of(call).status(call, self.level(call), outcome)
    }

    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        Standard.end(call, cx, outcome);
        if let Some(sent) = sent(call) {
            sent.span().set_status(self.of(call).status(call, Level::Sent, outcome));
            self.of(call).end_sent(call, sent);
        }
    }
}
