//! When spans begin and end, and that there is one.

use crate::support::*;

/// Starts a span that something keeps, so that only the instrumentation ends it: this SDK ends what is dropped.
fn kept(call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
    let cx = Standard.start(call, tracer, builder, parent);
    std::mem::forget(cx.clone());
    cx
}

/// Ends a span at a given time.
fn end_at(cx: &Context, time: SystemTime) {
    cx.span().end_with_timestamp(time);
}

breakages! {
    a_server_span_is_never_ended: on ["rpc-1.39"] in ["unary/ok/server"] finds ["span_never_ended"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            kept(call, tracer, builder, parent)
        }
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
            if is_client(call) { cx.span().end(); }
        }
    }
    a_client_span_is_never_ended: on ["rpc-1.39"] in ["unary/ok/client", "unary/ok/both"] finds ["span_never_ended"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            kept(call, tracer, builder, parent)
        }
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
            if is_server(call) { cx.span().end(); }
        }
    }
    /// Kept by something that lives as long as the process, and ended with it.
    a_span_is_ended_at_shutdown: on ["rpc-1.39"] in ["stream/server-stream"] finds ["span_never_ended"] {
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
            static KEPT: Mutex<Vec<Context>> = Mutex::new(Vec::new());
            KEPT.lock().unwrap().push(cx.clone());
        }
    }
    a_dropped_client_call_leaves_its_span_open: on ["rpc-1.39"] in ["cancel/dropped-by-target"] finds ["span_never_ended"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            kept(call, tracer, builder, parent)
        }
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
            if is_client(call) { None } else { Standard.at_drop(call, is_panic) }
        }
    }
    a_cancelled_server_call_leaves_its_span_open: on ["rpc-1.39"] in ["cancel/mid-stream", "cancel/before-headers/unary/server"] finds ["span_never_ended"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            kept(call, tracer, builder, parent)
        }
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
            if is_server(call) { None } else { Standard.at_drop(call, is_panic) }
        }
    }
    a_panic_leaves_the_span_open: on ["rpc-1.39"] in ["failure/handler/panic"] finds ["span_never_ended"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            kept(call, tracer, builder, parent)
        }
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
            if is_panic { None } else { Standard.at_drop(call, is_panic) }
        }
    }
    a_refused_call_leaves_its_span_open: on ["rpc-1.39"] in ["failure/refused"] finds ["span_never_ended"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            kept(call, tracer, builder, parent)
        }
        fn at_error(&self, call: &Call, error: &(dyn std::error::Error + 'static)) -> Option<Outcome> { None }
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> { None }
    }
    a_response_of_trailers_only_leaves_the_span_open:
    on ["rpc-1.39"] in ["failure/unknown-method/unary/current/method", "failure/unimplemented"] finds ["span_never_ended"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            kept(call, tracer, builder, parent)
        }
        fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending { Ending::Open }
        fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> { None }
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> { None }
    }
    a_stream_without_trailers_leaves_the_span_open: on ["rpc-1.39"] in ["failure/bad-status/unary/missing/after-headers"] finds ["span_never_ended"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            kept(call, tracer, builder, parent)
        }
        fn at_trailers(&self, call: &Call, trailers: &HeaderMap) -> Option<Outcome> { Outcome::from_headers(trailers) }
        fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> { None }
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> { None }
    }
    /// What a layer does that ends its span when the future of the response is ready.
    a_server_span_ends_at_the_headers: on ["rpc-1.38", "rpc-1.39"] in ["unary/slow/server", "stream/slow/server"]
    finds ["span_shorter_than_call"] or ["attribute_wrong_value", "attribute_missing", "status_not_error", "message_event_missing"] {
        fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
            match Standard.at_headers(call, status, headers, is_end) {
                Ending::Open if is_server(call) => Ending::Now(Outcome::of(Code::Ok)),
                other => other,
            }
        }
    }
    a_client_span_ends_at_the_headers: on ["rpc-1.38", "rpc-1.39"] in ["unary/slow/client", "stream/slow/client"]
    finds ["span_shorter_than_call"] or ["attribute_wrong_value", "attribute_missing", "status_not_error", "message_event_missing"] {
        fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
            match Standard.at_headers(call, status, headers, is_end) {
                Ending::Open if is_client(call) => Ending::Now(Outcome::of(Code::Ok)),
                other => other,
            }
        }
    }
    /// Right in everything but the time.
    a_span_has_the_time_of_the_headers: on ["rpc-1.39"] in ["stream/slow/server/late-trailers", "stream/slow/client/late-trailers"]
    finds ["span_shorter_than_call"] {
        fn response_headers(&self, call: &Call, headers: &mut HeaderMap) {
            let _ = call.stash().set(Box::new(SystemTime::now()));
        }
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
            let time = call.stash().get().and_then(|time| time.downcast_ref::<SystemTime>().copied());
            end_at(cx, time.unwrap_or_else(SystemTime::now));
        }
    }
    a_span_ends_long_after_the_call: on ["rpc-1.39"] in ["unary/ok"] finds ["span_longer_than_call"] {
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) { end_at(cx, SystemTime::now() + Duration::from_secs(60)); }
    }
    a_span_begins_long_before_the_call: on ["rpc-1.39"] in ["unary/ok"] finds ["span_longer_than_call"] {
        fn start_time(&self, call: &Call) -> Option<SystemTime> { Some(SystemTime::now() - Duration::from_secs(60)) }
    }
    a_span_takes_no_time: on ["rpc-1.39"] in ["unary/slow", "stream/slow"] finds ["span_shorter_than_call"] {
        fn start_time(&self, call: &Call) -> Option<SystemTime> {
            let now = SystemTime::now();
            let _ = call.stash().set(Box::new(now));
            Some(now)
        }
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) {
            end_at(cx, *call.stash().get().and_then(|time| time.downcast_ref::<SystemTime>()).unwrap());
        }
    }
    a_span_ends_before_it_starts: on ["rpc-1.39"] in ["unary/ok/server"] finds ["end_before_start"] {
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) { end_at(cx, SystemTime::UNIX_EPOCH + Duration::from_secs(1)); }
    }
    a_span_has_no_start_time: on ["rpc-1.39"] in ["unary/ok/server"] finds ["time_missing"] {
        fn start_time(&self, call: &Call) -> Option<SystemTime> { Some(SystemTime::UNIX_EPOCH) }
    }
    a_span_has_no_end_time: on ["rpc-1.39"] in ["unary/ok/server"] finds ["time_missing"] {
        fn end(&self, call: &Call, cx: &Context, outcome: &Outcome) { end_at(cx, SystemTime::UNIX_EPOCH); }
    }
    servers_have_no_spans: on ["rpc-1.39"] in ["unary/ok/server", "stream/bidi/1/3/server", "failure/handler/panic"] finds ["server_span_missing"] {
        fn is_traced(&self, call: &Call) -> bool { is_client(call) }
    }
    clients_have_no_spans: on ["rpc-1.39"] in ["unary/ok/client", "stream/bidi/1/3/client", "failure/refused"] finds ["client_span_missing"]
    or ["traceparent_not_of_client_span"] {
        fn is_traced(&self, call: &Call) -> bool { is_server(call) }
    }
    bidi_calls_have_no_spans: on ["rpc-1.39"] in ["stream/bidi/1/3/server", "stream/bidi/1/3/client"] finds ["server_span_missing"] {
        fn is_traced(&self, call: &Call) -> bool { call.method() != "Bidi" || is_client(call) }
    }
    streams_from_a_client_have_no_spans: on ["rpc-1.39"] in ["stream/client-stream"] finds ["client_span_missing"] {
        fn is_traced(&self, call: &Call) -> bool { call.method() != "ClientStream" || is_server(call) }
    }
    unknown_methods_have_no_spans: on ["rpc-1.39"] in ["failure/unknown-method"] finds ["unrouted_server_span_missing"] {
        fn is_traced(&self, call: &Call) -> bool { call.is_recognised() || is_client(call) }
    }
    calls_without_a_context_have_no_spans: on ["rpc-1.39"] in ["context/absent", "unary/ok/server"] finds ["server_span_missing"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            let none = !found.span().span_context().is_valid();
            if is_server(call) && none {
                // A parent that is not sampled: the sampler drops the span.
                return found.with_remote_span_context(SpanContext::new(
                    opentelemetry::TraceId::from(7), opentelemetry::SpanId::from(7), TraceFlags::default(), true, TraceState::NONE,
                ));
            }
            found
        }
    }
    a_server_span_has_its_double_below: on ["rpc-1.39"] in ["unary/ok/server", "stream/bidi/1/3/server"] finds ["duplicate_span"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            let outer = Standard.start(call, tracer, builder.clone(), parent);
            if is_server(call) { drop(tracer.build_with_context(builder, &outer)); }
            outer
        }
    }
    a_client_span_has_its_double_beside: on ["rpc-1.39"] in ["unary/ok/client", "unary/ok/both"] finds ["duplicate_span"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            if is_client(call) { drop(tracer.build_with_context(builder.clone(), parent)); }
            Standard.start(call, tracer, builder, parent)
        }
    }
    a_server_span_has_its_double_beside: on ["rpc-1.39"] in ["unary/ok/server"] finds ["duplicate_span"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            if is_server(call) { drop(tracer.build_with_context(builder.clone(), parent)); }
            Standard.start(call, tracer, builder, parent)
        }
    }
    a_handler_makes_a_client_span_too: on ["rpc-1.39"] in ["unary/ok/server"] finds ["unexpected_rpc_span"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            let cx = Standard.start(call, tracer, builder.clone(), parent);
            drop(tracer.build_with_context(builder.with_kind(SpanKind::Client), &cx));
            cx
        }
    }
    /// The wire is told of a span that nobody ends or exports.
    the_callee_is_told_of_a_span_that_is_dropped: on ["rpc-1.39"] in ["unary/ok/client"] finds ["traceparent_not_of_client_span"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, &with_span_context(cx, |own| SpanContext::new(
                own.trace_id(), opentelemetry::SpanId::from(0x77), own.trace_flags(), false, own.trace_state().clone(),
            )), headers);
        }
    }
}
