//! Status, its description, and where it comes from.

use crate::support::*;

const SERVER: [&str; 3] = ["status/server/unary/NOT_FOUND", "status/server/unary/INTERNAL", "unary/ok/server/at-once"];
const CLIENT: [&str; 3] = ["status/client/unary/NOT_FOUND", "status/client/unary/INTERNAL", "unary/ok/client/at-once"];

breakages! {
    a_server_maps_codes_as_a_client_does: on ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"] in SERVER finds ["status_not_unset"] or ["attribute_despite_condition"] {
        fn is_error(&self, call: &Call, code: Code) -> bool { code != Code::Ok }
    }
    a_client_maps_codes_as_a_server_does: on ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"] in CLIENT finds ["status_not_error"] or ["attribute_missing"] {
        fn is_error(&self, call: &Call, code: Code) -> bool {
            matches!(code, Code::Unknown | Code::DeadlineExceeded | Code::Unimplemented | Code::Internal | Code::Unavailable | Code::DataLoss)
        }
    }
    a_server_span_is_never_an_error: on ["rpc-1.39"] in SERVER finds ["status_not_error"] {
        fn span_status(&self, call: &Call, outcome: &Outcome) -> Status { Status::Unset }
    }
    a_client_span_is_never_an_error: on ["rpc-1.39"] in CLIENT finds ["status_not_error"] {
        fn span_status(&self, call: &Call, outcome: &Outcome) -> Status { Status::Unset }
    }
    cancelled_is_no_error_for_a_client: on ["rpc-1.39"] in ["status/client/unary/CANCELLED", "cancel/before-headers/unary/client"] finds ["status_not_error"]
    or ["attribute_missing"] {
        fn is_error(&self, call: &Call, code: Code) -> bool { code != Code::Cancelled && Standard.is_error(call, code) }
    }
    cancelled_is_an_error_for_a_server: on ["rpc-1.39"] in ["status/server/unary/CANCELLED"] finds ["status_not_unset"] or ["attribute_despite_condition"] {
        fn is_error(&self, call: &Call, code: Code) -> bool { code == Code::Cancelled || Standard.is_error(call, code) }
    }
    unimplemented_is_no_error_for_a_server: on ["rpc-1.39"] in ["failure/unknown-method/unary/current/method"] finds ["status_not_error"] or ["attribute_missing"] {
        fn is_error(&self, call: &Call, code: Code) -> bool { code != Code::Unimplemented && Standard.is_error(call, code) }
    }
    success_is_an_error: on ["rpc-1.39"] in ["unary/ok"] finds ["status_not_unset"] {
        fn span_status(&self, call: &Call, outcome: &Outcome) -> Status { Status::error("") }
    }
    success_is_ok: on ["rpc-1.39"] in ["unary/ok"] finds ["ok_set_by_instrumentation"] {
        fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
            if outcome.code == Code::Ok { Status::Ok } else { Standard.span_status(call, outcome) }
        }
    }
    not_found_is_ok_on_a_server: on ["rpc-1.39"] in SERVER finds ["ok_set_by_instrumentation"] {
        fn span_status(&self, call: &Call, outcome: &Outcome) -> Status {
            match Standard.span_status(call, outcome) { Status::Unset => Status::Ok, other => other }
        }
    }
    a_description_is_missing: on ["rpc-1.39"] in ["status/server/unary/INTERNAL", "status/client/unary/INTERNAL"] finds ["description_missing"] {
        fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> { Cow::Borrowed("") }
    }
    a_servers_description_is_missing: on ["rpc-1.39"] in ["status/server/unary/INTERNAL", "status/server/bidi/INTERNAL"] finds ["description_missing"] {
        fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
            if is_client(call) { Standard.description(call, outcome) } else { Cow::Borrowed("") }
        }
    }
    a_description_repeats_the_code: on ["rpc-1.39"] in ["status/server/unary/INTERNAL", "status/client/unary/INTERNAL"] finds ["description_repeats_code"] {
        fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> { format!("13 INTERNAL: {}", outcome.message).into() }
    }
    a_description_is_the_code: on ["rpc-1.39"] in ["status/without-message"] finds ["description_repeats_code"] {
        fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> { format!("{:?}", outcome.code).into() }
    }
    a_description_is_the_last_calls: on ["rpc-1.39"] in ["relay/mixed-fan-out", "concurrency/endings"] finds ["description_wrong"] or ["description_missing", "description_repeats_code"] {
        fn description(&self, call: &Call, outcome: &Outcome) -> Cow<'static, str> {
            static LAST: Mutex<Option<String>> = Mutex::new(None);
            let own = outcome.message.to_string();
            LAST.lock().unwrap().replace(own.clone()).unwrap_or(own).into()
        }
    }
    a_client_takes_the_status_of_the_headers: on ["rpc-1.38", "rpc-1.39"] in ["status/client/unary/INTERNAL/after-headers", "status/client/bidi/NOT_FOUND"]
    finds ["attribute_wrong_value", "status_not_error"] or ["attribute_missing"] {
        fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
            match Standard.at_headers(call, status, headers, is_end) {
                Ending::Open if is_client(call) => Ending::WithBody(Outcome::of(Code::Ok)),
                other => other,
            }
        }
    }
    a_server_misses_an_error_after_messages: on ["rpc-1.38", "rpc-1.39"] in ["status/server/server-stream/INTERNAL", "status/server/bidi/UNAVAILABLE"]
    finds ["attribute_wrong_value", "status_not_error"] or ["attribute_missing"] {
        fn at_trailers(&self, call: &Call, trailers: &HeaderMap) -> Option<Outcome> {
            if is_server(call) && call.messages(Direction::Sent) > 0 { return Some(Outcome::of(Code::Ok)); }
            Standard.at_trailers(call, trailers)
        }
    }
    trailers_only_are_taken_for_success: on ["rpc-1.39"] in ["status/client/unary/INTERNAL/before-headers"] finds ["attribute_wrong_value", "status_not_error"]
    or ["attribute_missing"] {
        fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
            match Standard.at_headers(call, status, headers, is_end) { Ending::Now(_) if is_client(call) => Ending::Now(Outcome::of(Code::Ok)), other => other }
        }
    }
    a_dropped_client_call_succeeds: on ["rpc-1.38", "rpc-1.39"] in ["cancel/before-headers/unary/client"] finds ["attribute_wrong_value", "status_not_error"]
    or ["attribute_missing"] {
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
            if is_client(call) { Some(Outcome::of(Code::Ok)) } else { Standard.at_drop(call, is_panic) }
        }
    }
    a_cancelled_server_call_is_unknown: on ["rpc-1.39"] in ["cancel/after-headers/unary/server", "cancel/before-headers/unary/server", "cancel/mid-stream"] finds ["attribute_wrong_value", "status_not_unset"]
    or ["attribute_despite_condition"] {
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
            if is_server(call) && !is_panic { Some(Outcome::of(Code::Unknown)) } else { Standard.at_drop(call, is_panic) }
        }
    }
    a_panic_is_success: on ["rpc-1.39"] in ["failure/handler/panic"] finds ["attribute_wrong_value"] or ["attribute_missing", "status_not_error"] {
        fn at_drop(&self, call: &Call, is_panic: bool) -> Option<Outcome> {
            if is_panic { Some(Outcome::of(Code::Ok)) } else { Standard.at_drop(call, is_panic) }
        }
    }
    a_refused_call_is_unknown: on ["rpc-1.38", "rpc-1.39"] in ["failure/refused"] finds ["attribute_wrong_value"] or ["description_missing"] {
        fn at_error(&self, call: &Call, error: &(dyn std::error::Error + 'static)) -> Option<Outcome> { Some(Outcome::of(Code::Unknown)) }
    }
    a_reset_stream_is_unknown: on ["rpc-1.39"] in ["failure/reset"] finds ["attribute_wrong_value"] or ["description_missing"] {
        fn at_error(&self, call: &Call, error: &(dyn std::error::Error + 'static)) -> Option<Outcome> { Some(Outcome::of(Code::Unknown)) }
    }
    an_http_status_is_unknown: on ["rpc-1.39"] in ["failure/http-status"] finds ["attribute_wrong_value"] or ["description_missing"] {
        fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
            match Standard.at_headers(call, status, headers, is_end) {
                Ending::Now(_) if is_client(call) && status != StatusCode::OK => Ending::Now(Outcome::of(Code::Unknown)),
                other => other,
            }
        }
        fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> { Some(Outcome::of(Code::Unknown)) }
    }
    a_missing_status_is_success: on ["rpc-1.39"] in ["failure/bad-status/unary/missing"] finds ["attribute_wrong_value", "status_not_error"] or ["attribute_missing"] {
        fn at_headers(&self, call: &Call, status: StatusCode, headers: &HeaderMap, is_end: bool) -> Ending {
            match Outcome::from_headers(headers) { None if is_end => Ending::Now(Outcome::of(Code::Ok)), _ => Standard.at_headers(call, status, headers, is_end) }
        }
        fn at_end_of_body(&self, call: &Call, is_inside: bool) -> Option<Outcome> { Some(Outcome::of(Code::Ok)) }
    }
}
