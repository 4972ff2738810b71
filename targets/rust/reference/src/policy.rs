//! Every decision about a span, one method each.

use crate::attribute;
use crate::call::{Call, Direction, Message, Side};
use crate::convention::Convention;
use crate::outcome::{Outcome, code_name};
use crate::propagator::RANDOM;
use http::{Extensions, HeaderMap, StatusCode, Version, request};
use opentelemetry::trace::{Link, Span as _, SpanBuilder, SpanContext, SpanKind, Status, TraceContextExt, Tracer as _};
use opentelemetry::{Context, ContextGuard, InstrumentationScope, KeyValue, StringValue};
use opentelemetry_sdk::trace::SdkTracer;
use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;
use tonic::Code;
use tonic::transport::server::TcpConnectInfo;
#[cfg(unix)]
use tonic::transport::server::UdsConnectInfo;

/// The policy that decides everything as the conventions have it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standard;

impl Policy for Standard {}

/// The extension point: what the layers do at each step of a call.
///
/// Every method has a body, and that body is the correct behaviour; [`Standard`] overrides nothing. Override a method
/// to bend one rule on purpose: a house convention, or a fault that a conformance test has to find. The methods
/// stand in the order in which a call meets them.
///
/// A method that fills `out` adds attributes. The SDK stores two attributes of one key as two, so each key has one
/// method that is responsible for it.
#[expect(unused_variables, reason = "a default body may need less than an override does")]
pub trait Policy: Send + Sync + 'static {
    /// What made the spans: this crate, its version, and the schema of the convention
    /// ([API](https://opentelemetry.io/docs/specs/otel/trace/api/#get-a-tracer)). Asked once for each layer.
    fn scope(&self, convention: Convention) -> InstrumentationScope {
        let scope = InstrumentationScope::builder(env!("CARGO_PKG_NAME")).with_version(env!("CARGO_PKG_VERSION"));
        match convention.schema_url() {
            Some(url) => scope.with_schema_url(url).build(),
            None => scope.build(),
        }
    }

    // ---- before the span ----

    /// Whether the call gets a span at all. Without one, context is still handed on.
    fn is_traced(&self, call: &Call) -> bool {
        true
    }

    /// Server: the context that came with the request. Nothing of the thread's own context gets in, as whatever
    /// is current where a request arrives belongs to somebody else.
    fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
        call.settings().extract(headers)
    }

    /// The context whose span is the parent. `found` is the extracted context on a server, the caller's current
    /// one on a client ([API](https://opentelemetry.io/docs/specs/otel/trace/api/#determining-the-parent-span-from-a-context)).
    fn parent(&self, call: &Call, found: Context) -> Context {
        found
    }

    // ---- the span's start ----

    /// `package.Service/Method`, and from 1.39 `grpc` where the method is not recognised
    /// ([1.38](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#span-name),
    /// [1.44](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/rpc-spans.md#name)).
    fn span_name(&self, call: &Call) -> Cow<'static, str> {
        if call.convention().has_new_names() && !call.is_recognised() {
            Cow::Borrowed(attribute::GRPC)
        } else {
            Cow::Owned(call.full_method().to_owned())
        }
    }

    /// `CLIENT` or `SERVER`
    /// ([1.44](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client)).
    fn span_kind(&self, call: &Call) -> SpanKind {
        match call.side() {
            Side::Client => SpanKind::Client,
            Side::Server => SpanKind::Server,
        }
    }

    /// When the span starts: None for now.
    fn start_time(&self, call: &Call) -> Option<SystemTime> {
        None
    }

    /// Links: the conventions ask for none.
    fn links(&self, call: &Call, parent: &Context) -> Vec<Link> {
        Vec::new()
    }

    /// `rpc.system` or `rpc.system.name`, at creation
    /// ([1.44](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client)).
    fn system_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        if call.convention().has_old_names() {
            out.push(KeyValue::new(attribute::SYSTEM, attribute::GRPC));
        }
        if call.convention().has_new_names() {
            out.push(KeyValue::new(attribute::SYSTEM_NAME, attribute::GRPC));
        }
    }

    /// `rpc.service`, `rpc.method` and `rpc.method_original`, at creation
    /// ([1.38](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/grpc.md#client-span),
    /// [1.44](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client)).
    fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        let convention = call.convention();
        if convention.has_old_names() && !call.service().is_empty() {
            out.push(KeyValue::new(attribute::SERVICE, call.service_value()));
        }
        if !convention.has_new_names() {
            out.push(KeyValue::new(attribute::METHOD, call.method_value()));
        } else if call.is_recognised() {
            out.push(KeyValue::new(attribute::METHOD, call.full_method_value()));
        } else {
            out.push(KeyValue::new(attribute::METHOD, attribute::OTHER));
            let original = call.full_method_value();
            out.push(KeyValue::new(attribute::METHOD_ORIGINAL, original));
        }
    }

    /// `server.address` and `server.port`, at creation: the target on a client, `:authority` on a server, and never
    /// what the socket says
    /// ([next](https://github.com/open-telemetry/semantic-conventions/blob/384d66161cb18704c729645fa8136a148df9571c/docs/rpc/grpc.md#server)).
    fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
        let Some(server) = call.server_address() else {
            return;
        };
        out.push(KeyValue::new(attribute::SERVER_ADDRESS, Arc::clone(&server.address)));
        if let Some(port) = server.port {
            out.push(KeyValue::new(attribute::SERVER_PORT, i64::from(port)));
        }
    }

    /// Starts the span, and yields `parent` with it.
    ///
    /// Where the sampler drops the span, the SDK would also drop the [random
    /// flag](https://www.w3.org/TR/trace-context-2/#random-trace-id-flag), which must be passed on; where the
    /// provider makes no valid span at all, [the parent goes
    /// on](https://opentelemetry.io/docs/specs/otel/trace/api/#behavior-of-the-api-in-the-absence-of-an-installed-sdk).
    fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
        let span = tracer.build_with_context(builder, parent);
        if span.is_recording() {
            return parent.with_span(span);
        }
        let started = span.span_context();
        if !started.is_valid() {
            return parent.clone();
        }
        let flags = parent.span().span_context().trace_flags() & RANDOM;
        parent.with_remote_span_context(SpanContext::new(
            started.trace_id(),
            started.span_id(),
            started.trace_flags() | flags,
            false,
            started.trace_state().clone(),
        ))
    }

    /// What is known of the connection: `network.peer.*`, and up to 1.38 also `client.*`, `network.transport` and
    /// `network.protocol.name`. A client knows nothing of its connection at this level but what the target says
    /// ([1.38](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/grpc.md#server-span)).
    fn network_attributes(&self, call: &Call, head: &request::Parts, out: &mut Vec<KeyValue>) {
        let old = call.convention().has_old_names();
        if old {
            out.push(KeyValue::new(attribute::PROTOCOL_NAME, "http"));
        }
        match call.side() {
            Side::Client => {
                let transport = call.server_address().and_then(|target| target.transport);
                if let Some(transport) = transport.filter(|_| old) {
                    out.push(KeyValue::new(attribute::TRANSPORT, transport));
                }
            }
            Side::Server => {
                push_peer(old, &head.extensions, out);
                self.protocol_version(call, head.version, out);
            }
        }
    }

    /// `network.protocol.version`, up to 1.38, [once it is
    /// known](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/grpc.md#client-span): with
    /// the request on a server, with the response on a client.
    fn protocol_version(&self, call: &Call, version: Version, out: &mut Vec<KeyValue>) {
        if call.convention().has_old_names()
            && let Some(version) = version_name(version)
        {
            out.push(KeyValue::new(attribute::PROTOCOL_VERSION, version));
        }
    }

    /// The request metadata that was [asked
    /// for](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client).
    fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
        let captures = call.settings().request_metadata();
        captures.record(call.convention(), Some(headers), None, out);
    }

    // ---- context onwards ----

    /// Client: writes the context with the client span into the request, [over what is
    /// there](https://opentelemetry.io/docs/specs/otel/context/api-propagators/#set).
    fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
        call.settings().inject(cx, headers);
    }

    /// Puts the context where the application finds it: the request's extensions on a server, the
    /// response's on a client.
    fn share(&self, call: &Call, cx: &Context, extensions: &mut Extensions) {
        extensions.insert(cx.clone());
    }

    /// Makes a context current while the code of this stage runs: `own`, with the call's span, everywhere but in the
    /// request stream of a client. That is the caller's code, and a call made there is a sibling of this one, not a
    /// child. `outer` is the parent's context: the caller's on a client, the remote one on a server.
    fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
        let cx = match (call.side(), stage) {
            (Side::Client, Stage::RequestBody) => outer,
            _ => own,
        };
        Some(cx.clone().attach())
    }

    // ---- while the call runs; never called for a span that is not recording ----

    /// Up to 1.38: an [event for each
    /// message](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/rpc-spans.md#message-event).
    /// Of a compressed message the other size is not known here.
    fn message(&self, call: &Call, cx: &Context, message: Message) {
        if !call.settings().has_message_events() {
            return;
        }
        let direction = match message.direction {
            Direction::Sent => "SENT",
            Direction::Received => "RECEIVED",
        };
        let id = i64::try_from(message.id).unwrap_or(i64::MAX);
        let size = i64::from(message.size);
        let mut attributes = vec![
            KeyValue::new(attribute::MESSAGE_TYPE, direction),
            KeyValue::new(attribute::MESSAGE_ID, id),
            KeyValue::new(attribute::MESSAGE_COMPRESSED_SIZE, size),
        ];
        if !message.compressed {
            let uncompressed = KeyValue::new(attribute::MESSAGE_UNCOMPRESSED_SIZE, size);
            attributes.push(uncompressed);
        }
        cx.span().add_event(attribute::MESSAGE_EVENT, attributes);
    }

    /// Sees the response headers, before the application does on a client, before the wire does on a server. An
    /// instrumentation leaves them as they are.
    fn response_headers(&self, call: &Call, headers: &mut HeaderMap) {}

    /// Sees the trailers likewise.
    fn trailers(&self, call: &Call, trailers: &mut HeaderMap) {}

    /// Whether a copy of the response headers has to be kept for [`response_metadata`](Self::response_metadata).
    fn keeps_response_headers(&self, call: &Call) -> bool {
        !call.settings().response_metadata().is_empty()
    }

    // ---- when the span ends, and with which status: None lets it go on ----

    /// Response headers: they end a call only by carrying the status, in a response of trailers
    /// only. tonic's client takes any status but OK from headers as the end; OK it believes, and reads the body.
    /// On a server it is the end of the response that counts.
    fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
        match Outcome::from_headers(headers) {
            Some(outcome) if is_end => Ending::Now(outcome),
            Some(outcome) if call.side() == Side::Client && outcome.code != Code::Ok => Ending::Now(outcome),
            Some(outcome) => Ending::WithBody(outcome),
            None if is_end => Ending::Now(Outcome::from_http(status)),
            None => Ending::Open,
        }
    }

    /// Trailers: the [status of the
    /// call](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses).
    fn at_trailers(&self, call: &Call, trailers: &HeaderMap) -> Option<Outcome> {
        Outcome::from_headers(trailers).or_else(|| self.at_end_of_body(call, false))
    }

    /// A response that stops without trailers, in the midst of a message if `is_inside`: the client has to [make up a
    /// status](https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md).
    fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> {
        if is_inside && call.side() == Side::Client {
            let message = Cow::Borrowed("Unexpected EOF decoding stream.");
            return Some(Outcome::new(Code::Internal, message));
        }
        call.http_status().map(Outcome::from_http)
    }

    /// A response that is no sequence of messages, which is the end for a client: tonic reads no further.
    fn at_malformed(&self, call: &Call, flag: u8) -> Option<Outcome> {
        if call.side() == Side::Server {
            return None;
        }
        let message = if flag == 1 {
            "protocol error: received message with compressed-flag but no grpc-encoding was specified".into()
        } else {
            format!(
                "protocol error: received message with invalid compression flag: {flag} (valid flags are 0 and 1) \
                 while receiving response with status: {}",
                call.http_status().unwrap_or_default()
            )
        };
        Some(Outcome::new(Code::Internal, Cow::Owned(message)))
    }

    /// An error in place of a response, or in its body. A client's application gets what tonic makes of it; a server's
    /// peer gets the same from an error that tonic recognises, and else the reset of its stream.
    fn at_error(&self, call: &Call, error: &(dyn Error + 'static)) -> Option<Outcome> {
        Some(match call.side() {
            Side::Client => Outcome::from_error(error),
            Side::Server if call.http_status().is_none() => {
                Outcome::recognised(error).unwrap_or_else(|| Outcome::of_reset(error))
            }
            Side::Server => Outcome::of_reset(error),
        })
    }

    /// The call was dropped before its end. A client that does so cancels it. To a server it happens when the client
    /// cancelled, when its deadline passed, or when the handler panicked, which gRPC calls
    /// [UNKNOWN](https://github.com/grpc/grpc/blob/master/doc/statuscodes.md).
    fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
        Some(Outcome::of(match call.side() {
            Side::Client => Code::Cancelled,
            Side::Server if is_panic => Code::Unknown,
            Side::Server if call.is_expired() => Code::DeadlineExceeded,
            Side::Server => Code::Cancelled,
        }))
    }

    // ---- the span's end; never called for a span that is not recording ----

    /// The status code under the key, and in the form, of the convention
    /// ([1.38](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/grpc.md#client-span),
    /// [1.44](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client)).
    fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
        let convention = call.convention();
        if convention.has_old_names() {
            let number = outcome.code as i64;
            out.push(KeyValue::new(attribute::GRPC_STATUS_CODE, number));
        }
        if convention.has_new_names() {
            let key = match convention {
                Convention::RpcNext => attribute::STATUS_CODE,
                _ => attribute::RESPONSE_STATUS_CODE,
            };
            out.push(KeyValue::new(key, code_name(outcome.code)));
        }
    }

    /// Whether a status is an error: any but OK for a client; for a server those that are its own fault
    /// ([1.38](https://github.com/open-telemetry/semantic-conventions/blob/v1.38.0/docs/rpc/grpc.md#grpc-status),
    /// [1.44](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#server)).
    fn is_error(&self, call: &Call, code: Code) -> bool {
        match call.side() {
            Side::Client => code != Code::Ok,
            Side::Server => matches!(
                code,
                Code::Unknown
                    | Code::DeadlineExceeded
                    | Code::Unimplemented
                    | Code::Internal
                    | Code::Unavailable
                    | Code::DataLoss
            ),
        }
    }

    /// `error.type`: the name of the status code, if it is an error
    /// ([1.44](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/rpc/grpc.md#client)).
    fn error_type(&self, call: &Call, outcome: &Outcome) -> Option<StringValue> {
        self.is_error(call, outcome.code).then(|| code_name(outcome.code).into())
    }

    /// Error with a description, or nothing. [Never
    /// Ok](https://opentelemetry.io/docs/specs/otel/trace/api/#set-status).
    fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
        if self.is_error(call, outcome.code) { Status::error(self.description(call, outcome)) } else { Status::Unset }
    }

    /// The message alone, as the [code is not to be
    /// repeated](https://github.com/open-telemetry/semantic-conventions/blob/v1.44.0/docs/general/recording-errors.md#recording-errors-on-spans).
    fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
        if outcome.message == code_name(outcome.code) { Cow::Borrowed("") } else { outcome.message.clone() }
    }

    /// The response metadata that was asked for.
    fn response_metadata(
        &self,
        call: &Call,
        headers: Option<&HeaderMap>,
        trailers: Option<&HeaderMap>,
        out: &mut Vec<KeyValue>,
    ) {
        let captures = call.settings().response_metadata();
        captures.record(call.convention(), headers, trailers, out);
    }

    /// Ends the span, [which has to
    /// happen](https://opentelemetry.io/docs/specs/otel/trace/api/#span-creation) once.
    fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
        cx.span().end();
    }
}

/// Whose code a context is made current for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// The handler of a server; the transport of a client.
    Call,
    /// The request's messages: read by a server's handler, produced by a client's caller.
    RequestBody,
    /// The response's messages: produced by a server's handler.
    ResponseBody,
    /// What runs when a call is dropped before its end.
    Drop,
}

/// What response headers mean for the end of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is not known how the call ends.
    Open,
    /// The call is over.
    Now(Outcome),
    /// The status is known, and the body goes on.
    WithBody(Outcome),
}

fn version_name(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        Version::HTTP_11 => Some("1.1"),
        _ => None,
    }
}

fn push_peer(old: bool, extensions: &Extensions, out: &mut Vec<KeyValue>) {
    let tcp = extensions.get::<TcpConnectInfo>();
    if let Some(peer) = tcp.and_then(TcpConnectInfo::remote_addr) {
        let address: Arc<str> = peer.ip().to_canonical().to_string().into();
        let port = i64::from(peer.port());
        if old {
            out.push(KeyValue::new(attribute::TRANSPORT, "tcp"));
            out.push(KeyValue::new(attribute::CLIENT_ADDRESS, Arc::clone(&address)));
            out.push(KeyValue::new(attribute::CLIENT_PORT, port));
        }
        out.push(KeyValue::new(attribute::PEER_ADDRESS, address));
        out.push(KeyValue::new(attribute::PEER_PORT, port));
        return;
    }
    #[cfg(unix)]
    if let Some(socket) = extensions.get::<UdsConnectInfo>() {
        if old {
            out.push(KeyValue::new(attribute::TRANSPORT, "unix"));
        }
        // A client seldom binds its end to a name.
        let peer = socket.peer_addr.as_ref().and_then(|peer| peer.as_pathname());
        if let Some(path) = peer {
            let address = path.to_string_lossy().into_owned();
            out.push(KeyValue::new(attribute::PEER_ADDRESS, address));
        }
    }
}
