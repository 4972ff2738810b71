//! What is current where the application runs.

use std::collections::BTreeMap;

use crate::support::*;

breakages! {
    the_server_span_is_not_current_in_the_handler: on ["rpc-1.39"] in ["unary/ok/server", "unary/ok/client", "unary/manual-span/one"]
    finds ["server_span_not_current"] or ["manual_span_misplaced"] {
        fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
            if is_server(call) { None } else { Standard.attach(call, stage, own, outer) }
        }
    }
    the_remote_context_is_current_in_the_handler: on ["rpc-1.39"] in ["unary/ok/server", "unary/ok/client", "unary/manual-span/one"]
    finds ["server_span_not_current"] or ["manual_span_misplaced"] {
        fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
            if is_server(call) { Some(outer.clone().attach()) } else { Standard.attach(call, stage, own, outer) }
        }
    }
    /// The handler's future is right, and the stream that it answers with is polled in no context.
    the_server_span_is_not_current_in_the_response_stream: on ["rpc-1.39"] in ["stream/manual-span"]
    finds ["manual_span_misplaced"] {
        fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
            if is_server(call) && stage == Stage::ResponseBody { None } else { Standard.attach(call, stage, own, outer) }
        }
    }
    /// What the handler does after its first call, a span of its own above all, hangs below that call.
    the_span_of_a_call_stays_current_in_the_handler_that_made_it: on ["rpc-1.39"] in ["relay/in-manual-span", "lifecycle/work-around-call"]
    finds ["manual_span_misplaced"] or ["parent_of_another_call", "wrong_context_current", "current_span_lost", "completed_span_current"] {
        fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
            // By the span of the handler: other cases are played at the same time.
            static MADE: Mutex<BTreeMap<[u8; 8], Context>> = Mutex::new(BTreeMap::new());
            let id = |cx: &Context| cx.span().span_context().span_id().to_bytes();
            if is_client(call) {
                MADE.lock().unwrap().insert(id(outer), own.clone());
                return Standard.attach(call, stage, own, outer);
            }
            Some(MADE.lock().unwrap().get(&id(own)).unwrap_or(own).clone().attach())
        }
    }
    a_handler_runs_in_the_context_of_the_traces_first_call: on ["rpc-1.39"] in ["relay/chain", "relay/fan-out/target/unary"]
    finds ["server_span_not_current"] or ["parent_of_another_call", "current_span_lost"] {
        fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
            // By trace: other cases are played at the same time.
            static FIRST: Mutex<BTreeMap<[u8; 16], Context>> = Mutex::new(BTreeMap::new());
            if is_client(call) { return Standard.attach(call, stage, own, outer); }
            let trace = own.span().span_context().trace_id().to_bytes();
            Some(FIRST.lock().unwrap().entry(trace).or_insert_with(|| own.clone()).clone().attach())
        }
    }
    a_handler_runs_in_the_last_calls_context: on ["rpc-1.39"] in ["unary/in-turn"]
    finds ["wrong_context_current"] or ["parent_of_another_call", "server_span_not_current", "current_span_lost", "manual_span_misplaced"] {
        fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
            static LAST: Mutex<Option<Context>> = Mutex::new(None);
            if is_client(call) { return Standard.attach(call, stage, own, outer); }
            if call.stash().get().is_none() {
                let last = LAST.lock().unwrap().replace(own.clone()).unwrap_or_else(|| own.clone());
                let _ = call.stash().set(Box::new(last));
            }
            let kept = call.stash().get().and_then(|kept| kept.downcast_ref::<Context>()).unwrap_or(own);
            Some(kept.clone().attach())
        }
    }
    no_context_is_current_in_the_handler_of_an_unsampled_call: on ["rpc-1.39"] in ["context/unsampled/unary"]
    finds ["server_span_not_current"] or ["unsampled_span_exported"] {
        fn start(&self, call: &Call, tracer: &SdkTracer, builder: SpanBuilder, parent: &Context) -> Context {
            let cx = Standard.start(call, tracer, builder, parent);
            if is_server(call) && !cx.span().span_context().is_sampled() { return Context::new(); }
            cx
        }
    }
    the_handler_does_not_see_baggage: on ["rpc-1.39"] in ["context/baggage/current/one"] finds ["baggage_not_seen"] or ["baggage_lost"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            headers.remove("baggage");
            Standard.extract(call, headers)
        }
    }
    baggage_is_not_decoded: on ["rpc-1.39"] in ["context/baggage/current/percent-encoded"] finds ["baggage_changed"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            rewrite(headers, "baggage", |text| text.replace('%', "%25"));
            Standard.extract(call, headers)
        }
    }
    the_handler_sees_baggage_that_nobody_sent: on ["rpc-1.39"] in ["unary/ok/server"] finds ["baggage_invented"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            headers.append("baggage", HeaderValue::from_static("left=over"));
            Standard.extract(call, headers)
        }
    }
    a_client_span_stays_current_after_its_call: on ["rpc-1.39"] in ["unary/ok/client", "relay/fan-out/peer/unary/in-turn"]
    finds ["wrong_context_current"] or ["parent_of_another_call", "manual_span_misplaced", "current_span_lost", "context_despite_none", "completed_span_current"] {
        fn attach(&self, call: &Call, stage: Stage, own: &Context, outer: &Context) -> Option<ContextGuard> {
            if is_client(call) && stage == Stage::Call {
                std::mem::forget(own.clone().attach());
                return None;
            }
            Standard.attach(call, stage, own, outer)
        }
    }
}
