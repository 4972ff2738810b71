//! Who is whose parent.

use crate::support::*;

/// What a server's context carries along for the clients below it.
struct Remote(Context);

breakages! {
    a_server_ignores_the_context_that_arrived: on ["rpc-1.39"] in ["unary/ok/server", "unary/ok/both"] finds ["root_despite_context"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_server(call) { Context::new() } else { found }
        }
    }
    a_client_ignores_the_current_span: on ["rpc-1.39"] in ["unary/ok/client", "unary/ok/both"] finds ["root_despite_context"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_client(call) { Context::new() } else { found }
        }
    }
    a_malformed_context_is_guessed_at: on ["rpc-1.39"] in ["context/malformed"] finds ["parent_despite_invalid_context"]
    or ["tracestate_despite_invalid_traceparent"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            rewrite(headers, "traceparent", |text| {
                let digits: String = text.to_lowercase().chars().filter(char::is_ascii_hexdigit).collect();
                if digits.len() < 52 { return text.to_owned(); }
                format!("00-{}-{}-01", &digits[2..34], &digits[34..50])
            });
            Standard.extract(call, headers)
        }
    }
    version_ff_is_accepted: on ["rpc-1.39"] in ["context/malformed/version-ff"] finds ["parent_despite_invalid_context"]
    or ["tracestate_despite_invalid_traceparent"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            rewrite(headers, "traceparent", |text| text.replacen("ff-", "00-", 1));
            Standard.extract(call, headers)
        }
    }
    versions_of_the_future_are_refused: on ["rpc-1.39"] in ["context/version"] finds ["root_despite_context"] or ["unsampled_span_exported"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            rewrite(headers, "traceparent", |text| if text.starts_with("00-") { text.to_owned() } else { "x".to_owned() });
            Standard.extract(call, headers)
        }
    }
    the_last_of_several_contexts_counts: on ["rpc-1.39"] in ["context/duplicated/different"] finds ["later_traceparent_followed"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            let last = headers.get_all("traceparent").iter().next_back().cloned();
            if let Some(last) = last { headers.insert("traceparent", last); }
            Standard.extract(call, headers)
        }
    }
    another_formats_context_is_joined: on ["rpc-1.39"] in ["context/foreign/none/b3-single"] finds ["parent_despite_missing_context"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            let b3 = headers.get("b3").and_then(|value| value.to_str().ok()).map(|value| format!("00-{}-01", &value[..49]));
            if let Some(b3) = b3 { headers.insert("traceparent", HeaderValue::try_from(b3).unwrap()); }
            Standard.extract(call, headers)
        }
    }
    /// A context that a pooled object or a thread kept.
    a_server_joins_the_last_calls_trace: on ["rpc-1.39"] in ["unary/in-turn"] finds ["parent_of_another_call"]
    or ["wrong_parent", "unexpected_rpc_span", "orphan_span"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            static LAST: Mutex<Option<SpanContext>> = Mutex::new(None);
            if is_client(call) || !found.span().span_context().is_valid() { return found; }
            let last = LAST.lock().unwrap().replace(found.span().span_context().clone());
            match last { Some(last) => found.with_remote_span_context(last), None => found }
        }
    }
    a_call_without_context_joins_the_last_calls_trace: on ["rpc-1.39"] in ["relay/several-callers"] finds ["parent_of_another_call"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            static LAST: Mutex<Option<SpanContext>> = Mutex::new(None);
            if is_client(call) { return found; }
            let own = found.span().span_context().clone();
            let mut last = LAST.lock().unwrap();
            if own.is_valid() {
                // Without its trace state, which would be an offence of its own.
                let (trace, span, flags) = (own.trace_id(), own.span_id(), own.trace_flags());
                *last = Some(SpanContext::new(trace, span, flags, true, Default::default()));
                return found;
            }
            match last.clone() { Some(last) => found.with_remote_span_context(last), None => found }
        }
    }
    a_clients_parent_is_the_caller_of_the_handler: on ["rpc-1.39"] in ["unary/ok/client", "relay/chain"] finds ["wrong_parent"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            let cx = Standard.extract(call, headers);
            cx.with_value(Remote(cx.clone()))
        }
        fn parent(&self, call: &Call, found: Context) -> Context {
            match found.get::<Remote>() {
                Some(Remote(remote)) if is_client(call) => found.with_remote_span_context(remote.span().span_context().clone()),
                _ => found,
            }
        }
    }
    the_trace_id_is_another_than_the_parents: on ["rpc-1.39"] in ["unary/ok/server"] finds ["wrong_trace"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_client(call) || !found.span().span_context().is_valid() { return found; }
            with_span_context(&found, |own| SpanContext::new(
                opentelemetry::TraceId::from(u128::from_be_bytes(own.trace_id().to_bytes()) ^ 0xff),
                own.span_id(), own.trace_flags(), true, own.trace_state().clone(),
            ))
        }
    }
    half_of_the_trace_id_is_kept: on ["rpc-1.39"] in ["unary/ok/server"] finds ["wrong_trace"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_client(call) || !found.span().span_context().is_valid() { return found; }
            with_span_context(&found, |own| SpanContext::new(
                opentelemetry::TraceId::from(u128::from_be_bytes(own.trace_id().to_bytes()) & u128::from(u64::MAX)),
                own.span_id(), own.trace_flags(), true, own.trace_state().clone(),
            ))
        }
    }
    a_remote_parent_is_called_local: on ["rpc-1.39"] in ["unary/ok/server"] finds ["remote_flag_wrong"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_client(call) || !found.span().span_context().is_valid() { return found; }
            with_span_context(&found, |own| SpanContext::new(
                own.trace_id(), own.span_id(), own.trace_flags(), false, own.trace_state().clone(),
            ))
        }
    }
    an_unsampled_context_is_sampled_by_the_server: on ["rpc-1.39"] in ["context/unsampled/unary"] finds ["unsampled_span_exported"]
    or ["sampled_flag_wrong", "server_span_not_current"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_client(call) || !found.span().span_context().is_valid() { return found; }
            with_span_context(&found, |own| with_flags(own, TraceFlags::SAMPLED))
        }
    }
    an_unsampled_context_is_sampled_by_the_client: on ["rpc-1.39"] in ["context/unsampled/unary"] finds ["unsampled_span_exported"]
    or ["sampled_flag_wrong"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_server(call) || !found.span().span_context().is_valid() { return found; }
            with_span_context(&found, |own| with_flags(own, TraceFlags::SAMPLED))
        }
    }
    a_sampled_context_is_dropped: on ["rpc-1.39"] in ["unary/ok/server", "unary/ok/client"] finds ["server_span_missing"] or ["sampled_flag_wrong"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_client(call) || !found.span().span_context().is_valid() { return found; }
            with_span_context(&found, |own| with_flags(own, TraceFlags::default()))
        }
    }
    only_flags_01_count_as_sampled: on ["rpc-1.39"] in ["context/flags"] finds ["server_span_missing"] or ["sampled_flag_wrong"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            let flags = found.span().span_context().trace_flags();
            if is_client(call) || flags == TraceFlags::SAMPLED || !found.span().span_context().is_valid() { return found; }
            with_span_context(&found, |own| with_flags(own, flags & !TraceFlags::SAMPLED))
        }
    }
    the_state_of_the_parent_is_not_inherited: on ["rpc-1.39"] in ["context/tracestate/two"] finds ["tracestate_not_inherited"] or ["tracestate_lost"] {
        fn parent(&self, call: &Call, found: Context) -> Context {
            if is_client(call) || !found.span().span_context().is_valid() { return found; }
            with_span_context(&found, |own| SpanContext::new(own.trace_id(), own.span_id(), own.trace_flags(), true, TraceState::NONE))
        }
    }
}
