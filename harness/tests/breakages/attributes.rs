//! Kinds, names, scopes, and attributes that are wrong in ways of their own; see also `every_attribute`.

use crate::support::*;

const SOME: [&str; 2] = ["unary/ok/both/at-once", "status/server/unary/INTERNAL/before-headers"];

breakages! {
    a_server_span_is_internal: on ["rpc-1.39"] in ["unary/ok/server"] finds ["wrong_kind"] {
        fn span_kind(&self, call: &Call) -> SpanKind { if is_server(call) { SpanKind::Internal } else { SpanKind::Client } }
    }
    a_client_span_is_internal: on ["rpc-1.38", "rpc-1.39"] in ["unary/ok/client", "unary/ok/both", "failure/refused"] finds ["wrong_kind"] {
        fn span_kind(&self, call: &Call) -> SpanKind { if is_client(call) { SpanKind::Internal } else { SpanKind::Server } }
    }
    kinds_are_swapped: on ["rpc-1.39"] in ["unary/ok/server", "unary/ok/client", "unary/ok/both", "relay/chain"] finds ["wrong_kind"] {
        fn span_kind(&self, call: &Call) -> SpanKind { if is_client(call) { SpanKind::Server } else { SpanKind::Client } }
    }
    a_server_span_is_a_consumer: on ["rpc-1.39"] in ["unary/ok/server"] finds ["wrong_kind"] {
        fn span_kind(&self, call: &Call) -> SpanKind { if is_server(call) { SpanKind::Consumer } else { SpanKind::Client } }
    }
    a_name_begins_with_a_slash: on ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"] in SOME finds ["wrong_name"] {
        fn span_name(&self, call: &Call) -> Cow<'static, str> { call.path().to_owned().into() }
    }
    a_name_is_the_method_alone: on ["rpc-1.39"] in SOME finds ["wrong_name"] {
        fn span_name(&self, call: &Call) -> Cow<'static, str> { call.method().to_owned().into() }
    }
    a_name_has_a_prefix: on ["rpc-1.39"] in SOME finds ["wrong_name"] {
        fn span_name(&self, call: &Call) -> Cow<'static, str> { format!("Recv.{}", call.full_method()).into() }
    }
    a_name_is_empty: on ["rpc-1.39"] in SOME finds ["empty_name"] {
        fn span_name(&self, call: &Call) -> Cow<'static, str> { "".into() }
    }
    an_unknown_methods_name_is_other: on ["rpc-1.39"] in ["failure/unknown-method/unary/current/method"] finds ["wrong_name"] {
        fn span_name(&self, call: &Call) -> Cow<'static, str> {
            if call.is_recognised() { Standard.span_name(call) } else { "_OTHER".into() }
        }
    }
    a_name_is_the_last_calls: on ["rpc-1.39"] in ["concurrency/shapes"] finds ["wrong_name"] {
        fn span_name(&self, call: &Call) -> Cow<'static, str> {
            static LAST: Mutex<Option<Cow<'static, str>>> = Mutex::new(None);
            let own = Standard.span_name(call);
            LAST.lock().unwrap().replace(own.clone()).unwrap_or(own)
        }
    }
    a_method_is_the_last_calls: on ["rpc-1.38", "rpc-1.39"] in ["concurrency/shapes"] finds ["attribute_wrong_value"] {
        fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
            static LAST: Mutex<Option<Vec<KeyValue>>> = Mutex::new(None);
            let mut own = Vec::new();
            Standard.method_attributes(call, &mut own);
            out.extend(LAST.lock().unwrap().replace(own.clone()).unwrap_or(own));
        }
    }
    an_unknown_method_is_told_as_it_is: on ["rpc-1.39"] in ["failure/unknown-method/unary/current/method"] finds ["attribute_wrong_value"] or ["attribute_missing"] {
        fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) { out.push(KeyValue::new("rpc.method", call.full_method().to_owned())); }
    }
    a_known_method_is_other: on ["rpc-1.39"] in SOME finds ["attribute_wrong_value"] or ["attribute_despite_condition"] {
        fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
            out.push(KeyValue::new("rpc.method", "_OTHER"));
            out.push(KeyValue::new("rpc.method_original", call.full_method().to_owned()));
        }
    }
    a_known_method_has_an_original: on ["rpc-1.39"] in SOME finds ["attribute_despite_condition"] {
        fn method_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
            Standard.method_attributes(call, out);
            out.push(KeyValue::new("rpc.method_original", call.full_method().to_owned()));
        }
    }
    a_status_code_is_in_camel_case: on ["rpc-1.39", "rpc-next", "rpc-dup"] in ["status/server/unary/NOT_FOUND", "status/client/unary/NOT_FOUND"] finds ["attribute_wrong_value"] {
        fn status_attributes(&self, call: &Call, outcome: &Outcome, out: &mut Vec<KeyValue>) {
            Standard.status_attributes(call, outcome, out);
            for attribute in out.iter_mut().filter(|attribute| matches!(attribute.value, opentelemetry::Value::String(_))) {
                attribute.value = format!("{:?}", outcome.code).into();
            }
        }
    }
    success_has_an_error_type: on ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"] in ["unary/ok"] finds ["attribute_despite_condition"] {
        fn error_type(&self, call: &Call, outcome: &Outcome) -> Option<StringValue> { Some("OK".into()) }
    }
    an_error_type_is_the_class_of_the_exception: on ["rpc-1.39", "rpc-next"] in ["status/server/unary/INTERNAL", "status/client/unary/INTERNAL"] finds ["attribute_wrong_value"] {
        fn error_type(&self, call: &Call, outcome: &Outcome) -> Option<StringValue> { Standard.error_type(call, outcome).map(|_| "tonic.Status".into()) }
    }
    the_servers_address_is_its_sockets: on ["rpc-next"] in ["address/server/target-name"] finds ["attribute_wrong_value"] {
        fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
            Standard.server_attributes(call, out);
            if is_server(call) { out.iter_mut().filter(|own| own.key.as_str() == "server.address").for_each(|own| own.value = "127.0.0.1".into()); }
        }
    }
    a_clients_server_address_is_its_sockets: on ["rpc-1.39"] in ["address/client/target-name"] finds ["attribute_wrong_value"] {
        fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
            Standard.server_attributes(call, out);
            if is_client(call) { out.iter_mut().filter(|own| own.key.as_str() == "server.address").for_each(|own| own.value = "127.0.0.1".into()); }
        }
    }
    an_address_keeps_its_brackets: on ["rpc-1.39"] in ["address/client/target-v6"] finds ["attribute_wrong_value"] {
        fn server_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) {
            Standard.server_attributes(call, out);
            for own in out.iter_mut().filter(|own| own.value.as_str() == "::1") { own.value = "[::1]".into(); }
        }
    }
    metadata_is_captured: on ["rpc-1.38", "rpc-1.39", "rpc-next", "rpc-dup"] in ["metadata/request"] finds ["metadata_captured"] {
        fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
            let prefix = if call.convention().has_new_names() { "rpc.request.metadata" } else { "rpc.grpc.request.metadata" };
            for name in headers.keys().filter(|name| name.as_str().starts_with("x-") || *name == "authorization") {
                out.push(KeyValue::new(format!("{prefix}.{name}"), format!("{:?}", headers[name])));
            }
        }
    }
    a_secret_is_recorded: on ["rpc-1.39"] in ["metadata/request/server/authorization", "metadata/request/client/authorization"] finds ["metadata_value_recorded"] {
        fn request_metadata(&self, call: &Call, headers: &HeaderMap, out: &mut Vec<KeyValue>) {
            let secret = headers.get("authorization").and_then(|value| value.to_str().ok());
            if let Some(secret) = secret { out.push(KeyValue::new("http.request.header.authorization", secret.to_owned())); }
        }
    }
    a_secret_of_the_response_is_recorded: on ["rpc-1.39"] in ["metadata/response"] finds ["metadata_captured"] {
        fn keeps_response_headers(&self, call: &Call) -> bool { true }
        fn response_metadata(&self, call: &Call, headers: Option<&HeaderMap>, trailers: Option<&HeaderMap>, out: &mut Vec<KeyValue>) {
            for name in trailers.iter().flat_map(|trailers| trailers.keys()).filter(|name| !name.as_str().starts_with("grpc-")) {
                out.push(KeyValue::new(format!("rpc.response.metadata.{name}"), "yes"));
            }
        }
    }
    the_scope_has_no_name: on ["rpc-1.39"] in ["unary/ok/server"] finds ["scope_name_empty"] {
        fn scope(&self, convention: tonic_trace_reference::Convention) -> InstrumentationScope { InstrumentationScope::builder("").build() }
    }
    the_scope_repeats_an_attribute: on ["rpc-1.39"] in ["unary/ok/server"] finds ["resource_attribute_repeated"] {
        fn scope(&self, convention: tonic_trace_reference::Convention) -> InstrumentationScope {
            InstrumentationScope::builder("own").with_attributes([KeyValue::new("a", 1), KeyValue::new("a", 2)]).build()
        }
    }
    an_attribute_has_no_key: on ["rpc-1.39"] in ["unary/ok/server"] finds ["attribute_key_empty"] {
        fn system_attributes(&self, call: &Call, out: &mut Vec<KeyValue>) { Standard.system_attributes(call, out); out.push(KeyValue::new("", 1)); }
    }
}
