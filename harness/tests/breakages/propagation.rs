//! What a callee receives.

use crate::support::*;

const CALL: [&str; 2] = ["unary/ok/client/at-once", "unary/ok/both/at-once"];

breakages! {
    the_traceparent_is_lost: on ["rpc-1.39"] in ["unary/ok/client", "context/absent/unary/call"] finds ["traceparent_missing"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {}
    }
    the_traceparent_of_an_unsampled_call_is_lost: on ["rpc-1.39"] in ["context/unsampled/unary"] finds ["traceparent_missing"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            if cx.span().span_context().is_sampled() { Standard.inject(call, cx, headers); }
        }
    }
    the_traceparent_is_appended: on ["rpc-1.39"] in ["relay/forwarded-metadata"] finds ["traceparent_repeated"]
    or ["tracestate_key_repeated", "traceparent_invalid", "root_despite_context", "baggage_changed", "tracestate_changed", "server_span_missing", "duplicate_span"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            let mut own = HeaderMap::new();
            Standard.inject(call, cx, &mut own);
            own.drain().for_each(|(name, value)| _ = headers.append(name.unwrap(), value));
        }
    }
    the_traceparent_is_written_twice: on ["rpc-1.39"] in ["unary/ok/client"] finds ["traceparent_repeated"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            let own = headers.get("traceparent").cloned().unwrap();
            headers.append("traceparent", own);
        }
    }
    a_traceparent_that_is_there_is_kept: on ["rpc-1.39"] in ["relay/forwarded-metadata/traceparent/to-peer"] finds ["traceparent_not_of_client_span"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            if !headers.contains_key("traceparent") { Standard.inject(call, cx, headers); }
        }
    }
    the_callee_is_told_of_the_handlers_span: on ["rpc-1.39"] in CALL finds ["traceparent_not_of_client_span"] or ["wrong_parent"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) { Standard.inject(call, &Context::current(), headers); }
    }
    the_callee_is_told_of_another_trace: on ["rpc-1.39"] in ["unary/ok/client"] finds ["trace_id_changed"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| format!("00-{}{}", "7".repeat(32), &text[35..]));
        }
    }
    the_callee_is_told_of_the_first_calls_span: on ["rpc-1.39"] in ["relay/fan-out/peer/unary/in-turn"] finds ["traceparent_not_of_client_span"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            static LAST: Mutex<Option<Context>> = Mutex::new(None);
            let trace = |cx: &Context| cx.span().span_context().trace_id();
            let mut last = LAST.lock().unwrap();
            let first = last.get_or_insert_with(|| cx.clone());
            if trace(first) != trace(cx) { *first = cx.clone(); }
            Standard.inject(call, first, headers);
        }
    }
    the_traceparent_is_in_upper_case: on ["rpc-1.39"] in CALL finds ["traceparent_invalid"] or ["root_despite_context", "server_span_missing"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| text.to_uppercase().replacen(|digit: char| digit.is_ascii_digit(), "A", 40));
        }
    }
    the_traceparent_has_no_flags: on ["rpc-1.39"] in ["unary/ok/client"] finds ["traceparent_invalid"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| text[..52].to_owned());
        }
    }
    the_traceparent_is_of_another_version: on ["rpc-1.39"] in ["unary/ok/client"] finds ["traceparent_wrong_version"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| text.replacen("00-", "01-", 1));
        }
    }
    the_callee_is_told_that_a_sampled_call_is_not: on ["rpc-1.39"] in ["unary/ok/client"] finds ["sampled_flag_wrong"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| format!("{}00", &text[..53]));
        }
    }
    the_callee_is_told_that_an_unsampled_call_is_sampled: on ["rpc-1.39"] in ["context/unsampled/unary/call"] finds ["sampled_flag_wrong"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| format!("{}01", &text[..53]));
        }
    }
    flags_without_meaning_are_set: on ["rpc-1.39"] in ["unary/ok/client"] finds ["unknown_flag_set"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| format!("{}81", &text[..53]));
        }
    }
    the_random_flag_is_lost: on ["rpc-1.39"] in ["context/flags"] finds ["random_flag_changed"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| if text.ends_with('3') { format!("{}01", &text[..53]) } else { text.to_owned() });
        }
    }
    the_random_flag_is_invented: on ["rpc-1.39"] in ["context/flags/01"] finds ["random_flag_changed"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "traceparent", |text| format!("{}03", &text[..53]));
        }
    }
    the_tracestate_is_lost: on ["rpc-1.39"] in ["context/tracestate/two", "context/tracestate-unsampled", "context/tracestate-inherited"] finds ["tracestate_lost"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) { Standard.inject(call, cx, headers); headers.remove("tracestate"); }
    }
    the_tracestate_of_an_unsampled_call_is_lost: on ["rpc-1.39"] in ["context/tracestate-unsampled"] finds ["tracestate_lost"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            if !cx.span().span_context().is_sampled() { headers.remove("tracestate"); }
        }
    }
    a_member_of_the_tracestate_is_lost: on ["rpc-1.39"] in ["context/tracestate/two"] finds ["tracestate_lost"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "tracestate", |text| text.split(',').next().unwrap().to_owned());
        }
    }
    the_tracestate_is_reordered: on ["rpc-1.39"] in ["context/tracestate/two"] finds ["tracestate_changed"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "tracestate", |text| text.split(',').rev().collect::<Vec<_>>().join(","));
        }
    }
    a_value_of_the_tracestate_is_changed: on ["rpc-1.39"] in ["context/tracestate/two"] finds ["tracestate_changed"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "tracestate", |text| text.replace("bar=2", "bar=3"));
        }
    }
    a_key_of_the_tracestate_is_repeated: on ["rpc-1.39"] in ["context/tracestate/two"] finds ["tracestate_key_repeated"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "tracestate", |text| format!("{text},{text}"));
        }
    }
    only_the_first_tracestate_header_counts: on ["rpc-1.39"] in ["context/tracestate/several-headers"] finds ["tracestate_lost"] or ["tracestate_not_inherited"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            let first = headers.get("tracestate").cloned();
            if let Some(first) = first { headers.insert("tracestate", first); }
            Standard.extract(call, headers)
        }
    }
    the_tracestate_of_an_invalid_traceparent_goes_on: on ["rpc-1.39"] in ["context/malformed/version-ff/tracestate", "context/tracestate-alone"]
    finds ["tracestate_despite_invalid_traceparent"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            let state = headers.get("tracestate").cloned();
            let cx = Standard.extract(call, headers);
            if cx.span().span_context().is_valid() { cx } else { cx.with_value(Kept(state)) }
        }
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            if let Some(Kept(Some(state))) = cx.get::<Kept>() { headers.insert("tracestate", state.clone()); }
        }
    }
    baggage_is_lost: on ["rpc-1.39"] in ["context/baggage/current/one", "relay/baggage/current"] finds ["baggage_lost"] or ["baggage_not_seen"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) { Standard.inject(call, cx, headers); headers.remove("baggage"); }
    }
    baggage_is_lost_without_a_context: on ["rpc-1.39"] in ["context/baggage/none/one"] finds ["baggage_lost"] {
        fn extract(&self, call: &Call, headers: &mut HeaderMap) -> Context {
            let cx = Standard.extract(call, headers);
            if cx.span().span_context().is_valid() { cx } else { cx.with_value(NoBaggage) }
        }
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            if cx.get::<NoBaggage>().is_some() { headers.remove("baggage"); }
        }
    }
    baggage_is_changed: on ["rpc-1.39"] in ["context/baggage/current/one"] finds ["baggage_changed"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "baggage", |text| text.replace("u-1", "u-2"));
        }
    }
    baggage_is_encoded_twice: on ["rpc-1.39"] in ["context/baggage/current/percent-encoded"] finds ["baggage_changed"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            rewrite(headers, "baggage", |text| text.replace('%', "%25"));
        }
    }
    handlers_baggage_leaks_into_a_call_in_no_context: on ["rpc-1.39"] in ["relay/baggage/current/in-no-context"] finds ["baggage_leaked"] {
        fn inject(&self, call: &Call, cx: &Context, headers: &mut HeaderMap) {
            Standard.inject(call, cx, headers);
            headers.insert("baggage", HeaderValue::from_static("origin=driver,added=1"));
        }
    }
}

/// A `tracestate` that came without a valid `traceparent`.
struct Kept(Option<HeaderValue>);

/// That a context was made where none arrived.
struct NoBaggage;
