//! A call and its span, from the span's start to its only end.

use crate::attribute;
use crate::call::{Call, Direction, Message, Side};
use crate::config::Instrument;
use crate::framing::Framed;
use crate::outcome::Outcome;
use crate::policy::{Ending, Policy, Stage};
use crate::target::Target;
use http::{HeaderMap, request, response};
use opentelemetry::trace::{SpanBuilder, Status, TraceContextExt};
use opentelemetry::{Context, ContextGuard, KeyValue};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Attributes of a span, from its start to its end, so that they are stored in one piece.
const ATTRIBUTES: usize = 20;

/// What the parts of a call share: the two bodies, and the future between them.
pub(crate) struct Tracked {
    call: Call,
    cx: Context,
    /// The context around the span: of the caller, or of the remote parent.
    outer: Context,
    is_recording: bool,
    is_over: AtomicBool,
}

impl Tracked {
    /// A call that arrives. Its context goes into the request's extensions.
    pub(crate) fn server(instrument: &Arc<Instrument>, head: &mut request::Parts) -> Arc<Self> {
        let call = Call::new(instrument, Side::Server, head, None);
        let found = instrument.policy.extract(&call, &mut head.headers);
        let tracked = Self::start(call, found, head);
        let (call, cx) = (&tracked.call, &tracked.cx);
        instrument.policy.share(call, cx, &mut head.extensions);
        Arc::new(tracked)
    }

    /// A call that leaves. Its context goes into the request's headers.
    pub(crate) fn client(
        instrument: &Arc<Instrument>,
        head: &mut request::Parts,
        target: Option<&Target>,
    ) -> Arc<Self> {
        let call = Call::new(instrument, Side::Client, head, target);
        let tracked = Self::start(call, Context::current(), head);
        let (call, cx) = (&tracked.call, &tracked.cx);
        instrument.policy.inject(call, cx, &mut head.headers);
        Arc::new(tracked)
    }

    pub(crate) fn side(&self) -> Side {
        self.call.side()
    }

    /// Whether the span records, and has not ended.
    pub(crate) fn is_open(&self) -> bool {
        self.is_recording && !self.is_over.load(Ordering::Relaxed)
    }

    /// Makes the context of this stage current.
    pub(crate) fn attach(&self, stage: Stage) -> Option<ContextGuard> {
        let (own, outer) = (&self.cx, &self.outer);
        self.policy().attach(&self.call, stage, own, outer)
    }

    /// Counts a message.
    pub(crate) fn message(&self, direction: Direction, framed: Framed) {
        let message = Message {
            direction,
            id: self.call.count(direction),
            size: framed.size,
            compressed: framed.flag == 1,
            last: framed.last,
        };
        self.policy().message(&self.call, &self.cx, message);
    }

    /// Takes in the response headers. Yields the outcome if it is known before the body is read.
    pub(crate) fn answered(&self, head: &mut response::Parts, is_end: bool) -> Option<Outcome> {
        let (call, policy) = (&self.call, self.policy());
        call.answered(head.status);
        let is_client = self.side() == Side::Client;
        if is_client {
            policy.share(call, &self.cx, &mut head.extensions);
        }
        if !self.is_open() {
            return None;
        }
        if is_client {
            let mut attributes = Vec::new();
            policy.protocol_version(call, head.version, &mut attributes);
            self.cx.span().set_attributes(attributes);
        }
        policy.response_headers(call, &mut head.headers);
        match policy.at_headers(call, head.status, &head.headers, is_end) {
            Ending::Open => None,
            Ending::WithBody(outcome) => Some(outcome),
            Ending::Now(outcome) => {
                self.finish(&outcome, Some(&head.headers), None);
                None
            }
        }
    }

    /// The response headers, if their metadata is recorded at the end.
    pub(crate) fn kept(&self, headers: &HeaderMap) -> Option<HeaderMap> {
        let keep = self.is_open() && self.policy().keeps_response_headers(&self.call);
        keep.then(|| headers.clone())
    }

    /// Takes in trailers. `known` is a status that came before them.
    pub(crate) fn trailers(&self, trailers: &mut HeaderMap, known: Option<Outcome>, headers: Option<&HeaderMap>) {
        self.policy().trailers(&self.call, trailers);
        let outcome = known.or_else(|| self.policy().at_trailers(&self.call, trailers));
        self.finish_if(outcome, headers, Some(trailers));
    }

    /// Takes in the end of a body without trailers.
    pub(crate) fn end_of_body(&self, is_inside: bool, known: Option<Outcome>, headers: Option<&HeaderMap>) {
        let outcome = known.or_else(|| self.policy().at_end_of_body(&self.call, is_inside));
        self.finish_if(outcome, headers, None);
    }

    /// Takes in a body that is no sequence of messages.
    pub(crate) fn malformed(&self, flag: u8, headers: Option<&HeaderMap>) {
        self.finish_if(self.policy().at_malformed(&self.call, flag), headers, None);
    }

    /// Takes in an error.
    pub(crate) fn failed(&self, error: &(dyn Error + 'static), headers: Option<&HeaderMap>) {
        if self.is_open() {
            self.finish_if(self.policy().at_error(&self.call, error), headers, None);
        }
    }

    /// Takes in that nobody waits any longer.
    pub(crate) fn dropped(&self, is_panic: bool, headers: Option<&HeaderMap>) {
        if self.is_open() {
            self.finish_if(self.policy().at_drop(&self.call, is_panic), headers, None);
        }
    }

    fn start(call: Call, found: Context, head: &request::Parts) -> Self {
        let policy = &*call.instrument().policy;
        let (cx, outer, is_recording) = if policy.is_traced(&call) {
            let parent = policy.parent(&call, found);
            let (cx, is_recording) = start(&call, &parent, head);
            (cx, parent, is_recording)
        } else {
            (found.clone(), found, false)
        };
        Self { call, cx, outer, is_recording, is_over: AtomicBool::new(false) }
    }

    fn policy(&self) -> &dyn Policy {
        &*self.call.instrument().policy
    }

    fn finish_if(&self, outcome: Option<Outcome>, headers: Option<&HeaderMap>, trailers: Option<&HeaderMap>) {
        if let Some(outcome) = outcome {
            self.finish(&outcome, headers, trailers);
        }
    }

    /// Ends the span, the first time.
    fn finish(&self, outcome: &Outcome, headers: Option<&HeaderMap>, trailers: Option<&HeaderMap>) {
        if self.is_over.swap(true, Ordering::AcqRel) {
            return;
        }
        let (call, policy) = (&self.call, self.policy());
        let mut attributes = Vec::with_capacity(4);
        policy.status_attributes(call, outcome, &mut attributes);
        if let Some(error_type) = policy.error_type(call, outcome) {
            attributes.push(KeyValue::new(attribute::ERROR_TYPE, error_type));
        }
        policy.response_metadata(call, headers, trailers, &mut attributes);
        let span = self.cx.span();
        span.set_attributes(attributes);
        match policy.span_status(call, outcome) {
            Status::Unset => {}
            status => span.set_status(status),
        }
        policy.end(call, &self.cx, outcome);
    }
}

/// Starts the span: the context with it, and whether it records.
fn start(call: &Call, parent: &Context, head: &request::Parts) -> (Context, bool) {
    let instrument = call.instrument();
    let policy = &*instrument.policy;
    let mut attributes = Vec::with_capacity(ATTRIBUTES);
    policy.system_attributes(call, &mut attributes);
    policy.method_attributes(call, &mut attributes);
    policy.server_attributes(call, &mut attributes);
    let mut builder = SpanBuilder::from_name(policy.span_name(call)).with_kind(policy.span_kind(call));
    builder.attributes = Some(attributes);
    builder.start_time = policy.start_time(call);
    let links = policy.links(call, parent);
    if !links.is_empty() {
        builder.links = Some(links);
    }
    let cx = policy.start(call, &instrument.tracer, builder, parent);
    // A provider that is shut down starts nothing, and the caller's span is not ours to end.
    let is_new = cx.span().span_context().span_id() != parent.span().span_context().span_id();
    let is_recording = is_new && cx.span().is_recording();
    if is_recording {
        let mut attributes = Vec::with_capacity(8);
        policy.network_attributes(call, head, &mut attributes);
        policy.request_metadata(call, &head.headers, &mut attributes);
        cx.span().set_attributes(attributes);
    }
    (cx, is_recording)
}
